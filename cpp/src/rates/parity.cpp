#include "sanhai/rates/parity.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sanhai/core/check.hpp"
#include "sanhai/rates/parity_year.hpp"

namespace sanhai::rates {
namespace {

namespace check = core::check;

using core::DomainError;
using core::n_orders;

constexpr int max_newton_steps = 200;
/// A total over 165 cells likewise.
constexpr double sum_rounding = 1e-14;
/// Fertile span of a period progression: ages 15..49.
constexpr std::size_t first_progression_index = 5;
constexpr std::size_t last_progression_index = 39;

std::string at_age(int year, std::size_t index) {
  return "year " + std::to_string(year) + ", female, age " + std::to_string(parity_first_age + static_cast<int>(index));
}

ByParity<double> shares_at(const ParityStock& stock, std::size_t x) {
  return {{stock.share[0][x], stock.share[1][x], stock.share[2][x], stock.share[3][x]}};
}

ByOrder<double> rates_at(const OrderAges& rates, std::size_t x) { return {{rates[0][x], rates[1][x], rates[2][x]}}; }

}  // namespace

std::size_t parity_age_index(int age) {
  if (age < parity_first_age || age > parity_last_age) {
    check::fail("age", "women by parity", age, "10..64", "ask for an age of the parity stock");
  }
  return static_cast<std::size_t>(age - parity_first_age);
}

ParityStock childless_stock() {
  ParityStock stock;
  stock.share[0].fill(1.0);
  return stock;
}

OrderAges exposure_from_stock(const ParityStock& stock) {
  OrderAges found{};
  for (std::size_t x = 0; x < n_parity_ages; ++x) {
    const ByOrder<double> of_age = exposure(shares_at(stock, x), shares_at(stock, x == 0 ? 0 : x - 1));
    for (std::size_t order = 0; order < n_orders; ++order) found[order][x] = of_age.of[order];
  }
  return found;
}

OrderAges rates_from_hazards(const OrderAges& hazards) {
  OrderAges rates{};
  for (std::size_t order = 0; order < n_orders; ++order) {
    for (std::size_t x = 0; x < n_parity_ages; ++x) {
      const double hazard = hazards[order][x];
      if (!(hazard >= 0.0) || !std::isfinite(hazard)) {
        check::fail(
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
    const ByOrder<double> at_risk = rates_at(exposure, x);
    const double ratio[n_orders] = {relative[0][x], relative[1][x], relative[2][x]};
    for (const double c : ratio) {
      if (!(c > 0.0) || !std::isfinite(c))
        check::fail("relative hazard", at_age(year, x), c, "above 0", "check b and r");
    }
    const double at_most = (at_risk.of[0] + at_risk.of[1]) + at_risk.of[2];
    if (!(asfr[x] >= 0.0 && asfr[x] < at_most)) {
      check::fail("asfr", at_age(year, x), asfr[x], "[0, " + core::text(at_most) + ")", "give births per woman-year");
    }
    const double level = hazard_level(asfr[x], at_risk, ratio, 0.0);
    if (std::isnan(level)) {
      check::fail("parity_hazard", at_age(year, x), asfr[x], "an asfr the parities at risk can bear",
                  "move the relative hazards of the orders closer together");
    }
    for (std::size_t order = 0; order < n_orders; ++order) hazards[order][x] = level * ratio[order];
  }
  return hazards;
}

ParityStock step_parity(const ParityStock& stock, const OrderAges& rates) {
  ParityStock next;
  next.share[0][0] = 1.0;
  for (std::size_t x = 0; x + 1 < n_parity_ages; ++x) {
    const ByParity<double> own = shares_at(stock, x);
    const ByOrder<double> younger = rates_at(rates, x);
    const ByOrder<double> older = rates_at(rates, x + 1);
    const ByOrder<double> moved = moving(own, younger, older);
    const ByParity<double> up = moved_up(own, moved);
    for (std::size_t p = 0; p < n_parities; ++p) next.share[p][x + 1] = up.of[p];
    const double further = own.of[3] * ((younger.of[2] + older.of[2]) * 0.5);
    next.births_3plus[x + 1] = stock.births_3plus[x] + moved.of[2] + further;
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
    check::fail("ppr", "ages 15..49", mothers_of_two, "some women at parities 1 and 2",
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
  if (!(births > 0.0))
    check::fail("mac", "ages 10..64", births, "births above 0", "give rates of an order that occurs");
  return age_sum / births;
}

OrderAges scale_hazards(const OrderAges& hazards, const HazardFactors& factors) {
  for (const double factor : {factors.k1, factors.k2, factors.phi}) {
    if (!(factor >= 0.0) || !std::isfinite(factor)) {
      check::fail("hazard factor", "k1, k2, phi", factor, "0 or more", "give multiples of the nation's hazards");
    }
  }
  OrderAges scaled = hazards;
  for (std::size_t order = 0; order < n_orders; ++order) {
    const double factor = (order == 0 ? factors.k1 : factors.k2) * factors.phi;
    for (double& hazard : scaled[order]) hazard *= factor;
  }
  return scaled;
}

}  // namespace sanhai::rates
