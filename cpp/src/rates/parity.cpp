#include "sanhai/rates/parity.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sanhai/core/error.hpp"
#include "sanhai/core/math.hpp"

namespace sanhai::rates {
namespace {

using core::DomainError;
using core::n_orders;

constexpr int max_newton_steps = 200;
/// A sum of a few products is known to this, relative to its value.
constexpr double rounding = 16.0 * std::numeric_limits<double>::epsilon();
/// A total over 165 cells likewise.
constexpr double sum_rounding = 1e-14;
/// Fertile span of a period progression: ages 15..49.
constexpr std::size_t first_progression_index = 5;
constexpr std::size_t last_progression_index = 39;

std::string at_age(int year, std::size_t index) {
  return "year " + std::to_string(year) + ", female, age " + std::to_string(parity_first_age + static_cast<int>(index));
}

[[noreturn]] void complain(std::string what, std::string where, double got, std::string allowed, std::string remedy) {
  throw DomainError(core::message({.what = std::move(what),
                                   .where = std::move(where),
                                   .got = core::text(got),
                                   .allowed = std::move(allowed),
                                   .remedy = std::move(remedy)}));
}

/// (-1)^k / (k + 1)!, k = 12 .. 0.
constexpr std::array<double, 13> rate_terms = {1.0 / 6227020800.0,
                                               -1.0 / 479001600.0,
                                               1.0 / 39916800.0,
                                               -1.0 / 3628800.0,
                                               1.0 / 362880.0,
                                               -1.0 / 40320.0,
                                               1.0 / 5040.0,
                                               -1.0 / 720.0,
                                               1.0 / 120.0,
                                               -1.0 / 24.0,
                                               1.0 / 6.0,
                                               -1.0 / 2.0,
                                               1.0};

/// 1 - exp(-h) without the loss of small h: its series below 0.35, where the first term left out is 1.4e-17.
double rate_from_hazard(double hazard) {
  if (hazard > 0.35) return 1.0 - core::exp(-hazard);
  double sum = 0.0;
  for (const double term : rate_terms) sum = sum * hazard + term;
  return hazard * sum;
}

/// Root of sum_i e_i (1 - exp(-a c_i)) = target. Concave and increasing in a, so Newton from the left never passes
/// the root: iterates rise until rounding stops them. NaN when it does not get there.
double solve_level(double target, const std::array<double, n_orders>& exposure,
                   const std::array<double, n_orders>& relative) {
  if (target == 0.0) return 0.0;
  double level = 0.0;
  for (int pass = 0; pass < max_newton_steps; ++pass) {
    double births = 0.0;
    double slope = 0.0;
    for (std::size_t order = 0; order < n_orders; ++order) {
      const double rate = rate_from_hazard(level * relative[order]);
      births += exposure[order] * rate;
      slope += exposure[order] * relative[order] * (1.0 - rate);
    }
    const double gap = target - births;
    if (std::abs(gap) <= rounding * target) return level;
    const double move = gap / slope;
    if (!std::isfinite(move)) break;
    level = std::max(level + move, 0.0);
  }
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

std::size_t parity_age_index(int age) {
  if (age < parity_first_age || age > parity_last_age) {
    complain("age", "women by parity", age, "10..64", "ask for an age of the parity stock");
  }
  return static_cast<std::size_t>(age - parity_first_age);
}

ParityStock childless_stock() {
  ParityStock stock;
  stock.share[0].fill(1.0);
  return stock;
}

OrderAges exposure_from_stock(const ParityStock& stock) {
  const auto& w = stock.share;
  OrderAges exposure{};
  for (std::size_t x = 0; x < n_parity_ages; ++x) {
    const std::size_t younger = x == 0 ? 0 : x - 1;
    exposure[0][x] = (w[0][x] + w[0][younger]) / 2.0;
    exposure[1][x] = (w[1][x] + w[1][younger]) / 2.0;
    exposure[2][x] = (w[2][x] + w[3][x] + w[2][younger] + w[3][younger]) / 2.0;
  }
  return exposure;
}

OrderAges rates_from_hazards(const OrderAges& hazards) {
  OrderAges rates{};
  for (std::size_t order = 0; order < n_orders; ++order) {
    for (std::size_t x = 0; x < n_parity_ages; ++x) {
      const double hazard = hazards[order][x];
      if (!(hazard >= 0.0) || !std::isfinite(hazard)) {
        complain(
            "parity_hazard",
            "order " + std::to_string(order + 1) + ", age " + std::to_string(parity_first_age + static_cast<int>(x)),
            hazard, "0 or more", "give hazards, births per woman-year at risk before 1 - exp(-h)");
      }
      rates[order][x] = rate_from_hazard(hazard);
    }
  }
  return rates;
}

OrderAges asfr_order_from_rates(const OrderAges& rates, const OrderAges& exposure) {
  OrderAges asfr_order{};
  for (std::size_t order = 0; order < n_orders; ++order) {
    for (std::size_t x = 0; x < n_parity_ages; ++x) asfr_order[order][x] = rates[order][x] * exposure[order][x];
  }
  return asfr_order;
}

OrderAges hazards_for_year(const ParityAges& asfr, const OrderAges& exposure, const OrderAges& relative, int year) {
  OrderAges hazards{};
  for (std::size_t x = 0; x < n_parity_ages; ++x) {
    const std::array<double, n_orders> at_risk{exposure[0][x], exposure[1][x], exposure[2][x]};
    const std::array<double, n_orders> ratio{relative[0][x], relative[1][x], relative[2][x]};
    for (const double c : ratio) {
      if (!(c > 0.0) || !std::isfinite(c)) complain("relative hazard", at_age(year, x), c, "above 0", "check b and r");
    }
    const double at_most = at_risk[0] + at_risk[1] + at_risk[2];
    if (!(asfr[x] >= 0.0 && asfr[x] < at_most)) {
      complain("asfr", at_age(year, x), asfr[x], "[0, " + core::text(at_most) + ")", "give births per woman-year");
    }
    const double level = solve_level(asfr[x], at_risk, ratio);
    if (std::isnan(level)) {
      complain("parity_hazard", at_age(year, x), asfr[x], "an asfr the parities at risk can bear",
               "move the relative hazards of the orders closer together");
    }
    for (std::size_t order = 0; order < n_orders; ++order) hazards[order][x] = level * ratio[order];
  }
  return hazards;
}

ParityStock step_parity(const ParityStock& stock, const OrderAges& rates) {
  ParityStock next;
  next.share[0][0] = 1.0;
  const auto& w = stock.share;
  for (std::size_t x = 0; x + 1 < n_parity_ages; ++x) {
    std::array<double, n_orders> moving{};
    for (std::size_t order = 0; order < n_orders; ++order)
      moving[order] = (rates[order][x] + rates[order][x + 1]) / 2.0;
    const double first = w[0][x] * moving[0];
    const double second = w[1][x] * moving[1];
    const double third = w[2][x] * moving[2];
    const double further = w[3][x] * moving[2];
    next.share[0][x + 1] = w[0][x] - first;
    next.share[1][x + 1] = w[1][x] + first - second;
    next.share[2][x + 1] = w[2][x] + second - third;
    next.share[3][x + 1] = w[3][x] + third;
    next.births_3plus[x + 1] = stock.births_3plus[x] + third + further;
  }
  return next;
}

PeriodProgression ppr_from_rates(const OrderAges& rates) {
  std::array<double, n_parities> q{1.0, 0.0, 0.0, 0.0};
  for (std::size_t x = first_progression_index; x <= last_progression_index; ++x) {
    const double first = q[0] * rates[0][x];
    const double second = q[1] * rates[1][x];
    const double third = q[2] * rates[2][x];
    q[0] -= first;
    q[1] += first - second;
    q[2] += second - third;
    q[3] += third;
  }
  const double mothers = 1.0 - q[0];
  const double mothers_of_two = q[2] + q[3];
  if (!(mothers > 0.0) || !(mothers_of_two > 0.0)) {
    complain("ppr", "ages 15..49", mothers_of_two, "some women at parities 1 and 2",
             "give rates above 0 for orders 1 and 2");
  }
  return {{mothers, mothers_of_two / mothers, q[3] / mothers_of_two}, q};
}

ParityAges ceb_from_stock(const ParityStock& stock) {
  const auto& w = stock.share;
  ParityAges ceb{};
  for (std::size_t x = 0; x < n_parity_ages; ++x) {
    ceb[x] = (w[1][x] + w[2][x] + w[3][x]) + (w[2][x] + w[3][x]) + stock.births_3plus[x];
  }
  return ceb;
}

double mean_age_at_order(const ParityAges& asfr_order, const ParityAges& women) {
  double births = 0.0;
  double age_sum = 0.0;
  for (std::size_t x = 0; x < n_parity_ages; ++x) {
    const double born = asfr_order[x] * women[x];
    births += born;
    age_sum += born * (parity_first_age + static_cast<double>(x) + 0.5);
  }
  if (!(births > 0.0)) complain("mac", "ages 10..64", births, "births above 0", "give rates of an order that occurs");
  return age_sum / births;
}

OrderAges scale_hazards(const OrderAges& hazards, const HazardFactors& factors) {
  for (const double factor : {factors.k1, factors.k2, factors.phi}) {
    if (!(factor >= 0.0) || !std::isfinite(factor)) {
      complain("hazard factor", "k1, k2, phi", factor, "0 or more", "give multiples of the nation's hazards");
    }
  }
  OrderAges scaled = hazards;
  for (std::size_t order = 0; order < n_orders; ++order) {
    const double factor = (order == 0 ? factors.k1 : factors.k2) * factors.phi;
    for (double& hazard : scaled[order]) hazard *= factor;
  }
  return scaled;
}

double tfr_from_hazards(const OrderAges& hazards, const ParityStock& stock) {
  const OrderAges asfr_order = asfr_order_from_rates(rates_from_hazards(hazards), exposure_from_stock(stock));
  double tfr = 0.0;
  for (const ParityAges& order : asfr_order) {
    for (const double rate : order) tfr += rate;
  }
  return tfr;
}

double phi_from_tfr(const OrderAges& hazards, const ParityStock& stock, double tfr, const std::string& where) {
  const OrderAges exposure = exposure_from_stock(stock);
  double reach = 0.0;  // births if every woman at risk of a positive hazard had one
  for (std::size_t order = 0; order < n_orders; ++order) {
    for (std::size_t x = 0; x < n_parity_ages; ++x) reach += hazards[order][x] > 0.0 ? exposure[order][x] : 0.0;
  }
  if (!(tfr >= 0.0 && tfr < reach)) {
    complain("tfr", where, tfr, "[0, " + core::text(reach) + ")", "give a total fertility the hazards can reach");
  }
  double phi = 0.0;
  for (int pass = 0; pass < max_newton_steps; ++pass) {  // concave and increasing, as in solve_level
    double births = 0.0;
    double slope = 0.0;
    for (std::size_t order = 0; order < n_orders; ++order) {
      for (std::size_t x = 0; x < n_parity_ages; ++x) {
        const double rate = rate_from_hazard(phi * hazards[order][x]);
        births += exposure[order][x] * rate;
        slope += exposure[order][x] * hazards[order][x] * (1.0 - rate);
      }
    }
    const double gap = tfr - births;
    if (std::abs(gap) <= sum_rounding * tfr) return phi;
    phi = std::max(phi + gap / slope, 0.0);
    if (!std::isfinite(phi)) break;
  }
  complain("tfr", where, tfr, "a total the hazards reach", "check the hazards of the year");
}

}  // namespace sanhai::rates
