#include "sanhai/fiscal/amounts.hpp"

#include <algorithm>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/check.hpp"

namespace sanhai::fiscal {

namespace {

namespace check = core::check;
constexpr int paid_years = 3;  // to the third birthday
}  // namespace

core::Array<4> calendar_allowance(int first_year, std::size_t n_years, std::size_t n_orders, double rate, int from_year,
                                  double prorated_mean) {
  core::check_calendar_years("first_year", first_year, n_years);
  core::check_calendar_years("from_year", from_year);
  check::not_negative("rate", rate, "yuan per child and year");
  check::not_negative("prorated_mean", prorated_mean, "yuan per child");
  core::Array<4> yuan({1, n_years, n_orders, paid_years + 1});
  for (std::size_t t = 0; t < n_years; ++t) {
    const int year = first_year + static_cast<int>(t);
    if (year < from_year) continue;
    for (std::size_t i = 0; i < n_orders; ++i) {
      for (std::size_t cell = 0; cell < paid_years; ++cell) yuan(0, t, i, cell) = rate;
      yuan(0, t, i, paid_years) = year < from_year + paid_years ? prorated_mean : 0.0;
    }
  }
  return yuan;
}

Layers stack(double rate_local, double rate_floor, Stacking rule) {
  check::not_negative("rate_local", rate_local, "yuan per child and year");
  check::not_negative("rate_floor", rate_floor, "yuan per child and year");
  switch (rule) {
    case Stacking::max:
      return {.floor = rate_floor, .local = std::max(0.0, rate_local - rate_floor)};
    case Stacking::add:
      return {.floor = rate_floor, .local = rate_local};
    case Stacking::replace:
      break;
  }
  return {.floor = 0.0, .local = rate_local};
}

double top_up(double rate_local, double rate_floor, Stacking rule) { return stack(rate_local, rate_floor, rule).local; }

double affordable_amount(double theta, double revenue, double local_share, double births, double paid_years,
                         double take_up) {
  check::share("theta", theta, "the share of revenue that may be spent");
  check::not_negative("revenue", revenue, "yuan a year");
  check::share("local_share", local_share, "1 when the place pays all");
  check::positive("local_share", local_share, "a place that pays nothing has no bound");
  check::positive("births", births, "births a year");
  check::positive("paid_years", paid_years, "3 for a benefit to the third birthday");
  check::share("take_up", take_up, "share of the entitled who claim");
  check::positive("take_up", take_up, "share of the entitled who claim");
  return theta * revenue / (local_share * births * paid_years * take_up);
}

}  // namespace sanhai::fiscal
