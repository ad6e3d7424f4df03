#include "sanhai/rates/parity_path.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "sanhai/core/check.hpp"

namespace sanhai::rates {
namespace {

namespace check = core::check;

using core::DomainError;
using core::n_orders;
using core::ShapeError;
using core::View;

constexpr auto first_age = static_cast<std::size_t>(parity_first_age);
/// Shares are sums of products of numbers in [0, 1]: below this they are rounding of 0.
constexpr double share_rounding = 1e-12;

template <std::size_t N>
void require_shape(const char* what, const core::Shape<N>& got, const core::Shape<N>& wanted, const char* remedy) {
  if (got == wanted) return;
  throw ShapeError(core::message({.what = what,
                                  .where = "women by parity",
                                  .got = "shape " + core::text(got),
                                  .allowed = core::text(wanted),
                                  .remedy = remedy}));
}

std::string at_cell(int first_year, std::size_t year, std::size_t order, std::size_t age) {
  return "year " + std::to_string(first_year + static_cast<int>(year)) + ", order " + std::to_string(order + 1) +
         ", age " + std::to_string(age);
}

ParityAges totals_of_year(View<const double, 1> asfr, int year) {
  ParityAges totals{};
  for (std::size_t age = 0; age < asfr.extent(0); ++age) {
    const bool known = age >= first_age && age < first_age + n_parity_ages;
    if (known) {
      totals[age - first_age] = asfr(age);
    } else if (asfr(age) != 0.0) {
      check::fail("asfr", "year " + std::to_string(year) + ", female, age " + std::to_string(age), asfr(age),
                  "0 outside ages 10..64", "women by parity are known at 10..64 only: move these births inside");
    }
  }
  return totals;
}

OrderAges order_ages(View<const double, 2> table) {
  OrderAges out{};
  for (std::size_t i = 0; i < n_orders; ++i)
    for (std::size_t x = 0; x < n_parity_ages; ++x) out[i][x] = table(i, x);
  return out;
}

void put_stock(ParityPath& path, std::size_t year, const ParityStock& stock) {
  for (std::size_t x = 0; x < n_parity_ages; ++x) {
    for (std::size_t p = 0; p < n_parities; ++p) path.shares(year, x, p) = stock.share[p][x];
    path.births_3plus(year, x) = stock.births_3plus[x];
  }
}

/// ppr_from_rates, but a year in which nobody has a first (or second) birth is not an error of the path.
std::array<double, n_orders> ppr_or_nan(const OrderAges& rates) {
  const auto none = [](const ParityAges& order) {
    return std::all_of(order.begin(), order.end(), [](double f) { return f == 0.0; });
  };
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  if (none(rates[0])) return {0.0, nan, nan};
  if (!none(rates[1])) return ppr_from_rates(rates).ppr;
  OrderAges lifted = rates;  // p0 does not depend on later births; any second ones make ppr_from_rates go through
  lifted[1] = rates[0];
  return {ppr_from_rates(lifted).ppr[0], 0.0, nan};
}

/// One year of a path from its hazards; returns the stock a year on.
ParityStock put_year(ParityPath& path, std::size_t year, const ParityStock& stock, const OrderAges& hazards) {
  const OrderAges rates = rates_from_hazards(hazards);
  const OrderAges born = asfr_order_from_rates(rates, exposure_from_stock(stock));
  const std::array<double, n_orders> ppr = ppr_or_nan(rates);
  for (std::size_t i = 0; i < n_orders; ++i) {
    path.ppr(year, i) = ppr[i];
    for (std::size_t x = 0; x < n_parity_ages; ++x) {
      path.hazards(year, i, x) = hazards[i][x];
      if (first_age + x < path.asfr_order.extent(2)) path.asfr_order(year, i, first_age + x) = born[i][x];
    }
  }
  const ParityStock next = step_parity(stock, rates);
  put_stock(path, year + 1, next);
  return next;
}

ParityPath empty_path(std::size_t n_years, std::size_t n_ages, const ParityStock& start) {
  ParityPath path{.asfr_order = core::Array<3>({n_years, n_orders, n_ages}),
                  .hazards = core::Array<3>({n_years, n_orders, n_parity_ages}),
                  .shares = core::Array<3>({n_years + 1, n_parity_ages, n_parities}),
                  .births_3plus = core::Array<2>({n_years + 1, n_parity_ages}),
                  .ppr = core::Array<2>({n_years, n_orders})};
  put_stock(path, 0, start);
  return path;
}

void check_start(const ParityStock& start, int year) {
  for (std::size_t x = 0; x < n_parity_ages; ++x) {
    double sum = 0.0;
    bool inside = true;
    for (std::size_t p = 0; p < n_parities; ++p) {
      sum += start.share[p][x];
      inside = inside && start.share[p][x] >= 0.0;
    }
    if (inside && std::abs(sum - 1.0) <= share_rounding) continue;
    check::fail("parity share", "year " + std::to_string(year) + ", age " + std::to_string(first_age + x), sum,
                "shares of 0 or more that sum to 1", "give women by parity per woman of each age");
  }
}

}  // namespace

ParityStock ParityPath::stock_on(std::size_t year) const {
  ParityStock stock;
  for (std::size_t x = 0; x < n_parity_ages; ++x) {
    for (std::size_t p = 0; p < n_parities; ++p) stock.share[p][x] = shares(year, x, p);
    stock.births_3plus[x] = births_3plus(year, x);
  }
  return stock;
}

ParityPath parity_path(View<const double, 2> asfr, const ParityStock& start, View<const double, 3> relative,
                       const std::array<double, 3>& k, int first_year) {
  const std::size_t n_years = asfr.extent(0);
  const bool held = relative.extent(0) == 1;
  require_shape("relative hazards", relative.shape(), {held ? 1 : n_years, n_orders, n_parity_ages},
                "give them by year (or once), order and age 10..64");
  for (const double factor : k) {
    if (!(factor > 0.0) || !std::isfinite(factor))
      check::fail("hazard factor", "k1, k2", factor, "above 0", "give multiples of the nation's hazards");
  }
  check_start(start, first_year);
  ParityPath path = empty_path(n_years, asfr.extent(1), start);
  ParityStock stock = start;
  for (std::size_t t = 0; t < n_years; ++t) {
    const int year = first_year + static_cast<int>(t);
    OrderAges ratio = order_ages(relative[held ? 0 : t]);
    for (std::size_t i = 0; i < n_orders; ++i)
      for (double& c : ratio[i]) c *= k[i];
    stock = put_year(path, t, stock,
                     hazards_for_year(totals_of_year(asfr[t], year), exposure_from_stock(stock), ratio, year));
  }
  return path;
}

ParityPath gross_path(const ParityPath& base, View<const double, 2> multiplier, int first_year) {
  require_shape("multiplier", multiplier.shape(), {base.n_years(), n_orders}, "give one for each year and order");
  ParityStock stock = base.stock_on(0);
  ParityPath path = empty_path(base.n_years(), base.asfr_order.extent(2), stock);
  for (std::size_t t = 0; t < base.n_years(); ++t) {
    OrderAges hazards = order_ages(base.hazards.view()[t]);
    for (std::size_t i = 0; i < n_orders; ++i) {
      const double factor = multiplier(t, i);
      if (!(factor >= 0.0) || !std::isfinite(factor)) {
        check::fail("multiplier", at_cell(first_year, t, i, first_age), factor, "0 or more",
                    "give multiples of the hazard");
      }
      for (double& hazard : hazards[i]) hazard *= factor;
    }
    stock = put_year(path, t, stock, hazards);
  }
  return path;
}

}  // namespace sanhai::rates
