#include "sanhai/rates/parity_reconstruction.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/error.hpp"
#include "sanhai/core/math.hpp"
#include "sanhai/rates/parity_solve.hpp"

namespace sanhai::rates {
namespace {

using core::ConfigError;
using core::DomainError;
using core::ShapeError;

[[noreturn]] void outside_run(int year, int first, int last) {
  throw DomainError(core::message({.what = "parity history",
                                   .where = "",
                                   .got = "year " + std::to_string(year),
                                   .allowed = std::to_string(first) + ".." + std::to_string(last),
                                   .remedy = "run the reconstruction to that year"}));
}

void check_shares(const std::array<double, core::n_orders>& shares, int year) {
  const double sum = shares[0] + shares[1] + shares[2];
  const bool inside = std::all_of(shares.begin(), shares.end(), [](double s) { return s > 0.0 && s < 1.0; });
  if (inside && std::abs(sum - 1.0) <= 1e-6) return;
  throw DomainError(core::message({.what = "order_share",
                                   .where = "year " + std::to_string(year),
                                   .got = "sum " + core::text(sum),
                                   .allowed = "three shares in (0, 1) that sum to 1",
                                   .remedy = "give shares of births of order 1, 2 and 3+, not percentages"}));
}

}  // namespace

void check_parity_parameters(const ParityParameters& parameters) {
  const std::size_t n_knots = parameters.knots.size();
  if (n_knots == 0 || parameters.log_b2.size() != n_knots || parameters.log_b3.size() != n_knots) {
    throw ShapeError(core::message(
        {.what = "parity parameters",
         .where = "log_b2 and log_b3",
         .got = std::to_string(parameters.log_b2.size()) + " and " + std::to_string(parameters.log_b3.size()),
         .allowed = "one value per knot (" + std::to_string(n_knots) + "), at least one",
         .remedy = "give both multipliers at every knot"}));
  }
  if (std::adjacent_find(parameters.knots.begin(), parameters.knots.end(), [](int a, int b) { return b <= a; }) !=
      parameters.knots.end()) {
    throw ConfigError(core::message({.what = "parity knots",
                                     .where = "",
                                     .got = "years out of order",
                                     .allowed = "rising calendar years",
                                     .remedy = "sort the knots and drop doubles"}));
  }
}

std::array<double, 2> log_multipliers(const ParityParameters& parameters, int year) {
  return {interpolate_held(year, parameters.knots, parameters.log_b2),
          interpolate_held(year, parameters.knots, parameters.log_b3)};
}

OrderAges relative_hazards(const ParityParameters& parameters, int year, const std::array<double, 2>& log_b) {
  core::check_calendar_years("year", year);
  const std::array<double, 2> s2{parameters.s2_early, parameters.s2_late};
  const std::array<double, 2> s3{parameters.s3_early, parameters.s3_late};
  const double slope2 = interpolate_held(year, shape_turn, s2);
  const double slope3 = interpolate_held(year, shape_turn, s3);
  OrderAges relative{};
  for (std::size_t x = 0; x < n_parity_ages; ++x) {
    const double z = (parity_first_age + static_cast<double>(x) - 30.0) / 10.0;
    relative[0][x] = 1.0;
    relative[1][x] = core::exp(log_b[0] + slope2 * z + parameters.q2 * z * z);
    relative[2][x] = core::exp(log_b[1] + slope3 * z + parameters.q3 * z * z);
  }
  return relative;
}

OrderAges relative_hazards(const ParityParameters& parameters, int year) {
  return relative_hazards(parameters, year, log_multipliers(parameters, year));
}

const ParityYear& ParityHistory::at(int year) const {
  if (year < first_year || year > last_year()) outside_run(year, first_year, last_year());
  return years[static_cast<std::size_t>(year - first_year)];
}

const ParityStock& ParityHistory::stock_on(int year) const {
  if (year < first_year || year > last_year() + 1) outside_run(year, first_year, last_year() + 1);
  return year == last_year() + 1 ? last : at(year).stock;
}

ParityYear parity_year(const ParityStock& stock, const ParityAges& asfr, const OrderAges& relative, int year) {
  ParityYear done;
  done.stock = stock;
  done.exposure = exposure_from_stock(stock);
  done.hazards = hazards_for_year(asfr, done.exposure, relative, year);
  done.rates = rates_from_hazards(done.hazards);
  return done;
}

ParityHistory reconstruct_parity(const ParityInputs& inputs, const ParityParameters& parameters, int burn_in) {
  check_parity_inputs(inputs);
  check_parity_parameters(parameters);
  ParityHistory history;
  history.first_year = inputs.first_year;
  history.years.reserve(inputs.n_years());
  ParityStock stock = childless_stock();
  const OrderAges first_relative = relative_hazards(parameters, inputs.first_year);
  const ParityAges first_asfr = inputs.asfr_of(inputs.first_year);
  for (int year = inputs.first_year - burn_in; year < inputs.first_year; ++year) {
    stock = step_parity(stock, parity_year(stock, first_asfr, first_relative, year).rates);
  }
  for (int year = inputs.first_year; year <= inputs.last_year(); ++year) {
    history.years.push_back(parity_year(stock, inputs.asfr_of(year), relative_hazards(parameters, year), year));
    stock = step_parity(stock, history.years.back().rates);
  }
  history.last = stock;
  return history;
}

OrderAges asfr_order_of(const ParityYear& year) { return asfr_order_from_rates(year.rates, year.exposure); }

std::array<double, core::n_orders> order_shares(const ParityYear& year, const ParityAges& women) {
  std::array<double, core::n_orders> births{};
  double all = 0.0;
  for (std::size_t order = 0; order < core::n_orders; ++order) {
    for (std::size_t x = 0; x < n_parity_ages; ++x) {
      births[order] += women[x] * year.rates[order][x] * year.exposure[order][x];
    }
    all += births[order];
  }
  if (!(all > 0.0)) {
    throw DomainError(core::message({.what = "order_share",
                                     .where = "a year of women by parity",
                                     .got = core::text(all) + " births",
                                     .allowed = "births above 0",
                                     .remedy = "shares of no births are undefined"}));
  }
  for (double& share : births) share /= all;
  return births;
}

std::array<double, 2> update_parity_year(const ParityStock& stock, const ParityAges& asfr, const ParityAges& women,
                                         const ParityParameters& parameters, int year,
                                         const std::array<double, core::n_orders>& shares) {
  check_shares(shares, year);
  const auto gap = [&](const std::array<double, 2>& log_b) {
    const auto model = order_shares(parity_year(stock, asfr, relative_hazards(parameters, year, log_b), year), women);
    return std::array<double, 2>{model[1] - shares[1], model[2] - shares[2]};
  };
  if (const auto log_b = solve_two(gap, log_multipliers(parameters, year))) return *log_b;
  throw DomainError(core::message(
      {.what = "order_share",
       .where = "year " + std::to_string(year),
       .got = "shares " + core::text(shares[0]) + ", " + core::text(shares[1]) + ", " + core::text(shares[2]),
       .allowed = "shares that this stock and total can give",
       .remedy = "check the shares; first births may exceed one per childless woman"}));
}

}  // namespace sanhai::rates
