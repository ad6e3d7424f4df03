#pragma once
// Two China-like places for tests of births by parity, of policy and of rates by draw in the ensemble.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "sanhai/core/axes.hpp"
#include "sanhai/ensemble/policy_paths.hpp"
#include "sanhai/rates/parity_path.hpp"

namespace sanhai::test {

using namespace ensemble;

inline constexpr std::size_t n_years = 40;
inline constexpr std::size_t n_ages = 101;
inline constexpr int first_year = 2021;
inline constexpr std::size_t n_fitted = 5;

/// China-like totals: a bell on ages 15-49 with 1.05 births per woman, falling a little.
inline core::Array<2> totals(double level = 1.05) {
  core::Array<2> asfr({n_years, n_ages});
  for (std::size_t t = 0; t < n_years; ++t) {
    double sum = 0.0;
    for (std::size_t x = 15; x < 50; ++x) {
      const double u = (static_cast<double>(x) - 28.5) / (x < 28 ? 4.5 : 6.0);
      asfr(t, x) = std::exp(-0.5 * u * u);
      sum += asfr(t, x);
    }
    for (std::size_t x = 15; x < 50; ++x) asfr(t, x) *= level * (1.0 - 0.002 * static_cast<double>(t)) / sum;
  }
  return asfr;
}

inline core::Array<3> relative_hazards() {
  core::Array<3> relative({1, core::n_orders, rates::n_parity_ages});
  for (std::size_t x = 0; x < rates::n_parity_ages; ++x) {
    relative(0, 0, x) = 1.0;
    relative(0, 1, x) = 0.9 / (1.0 + std::exp(-0.3 * (static_cast<double>(x) - 12.0)));
    relative(0, 2, x) = 0.12;
  }
  return relative;
}

/// Women by parity after twenty years of those totals, from childless.
inline rates::ParityStock stock() {
  const core::Array<2> asfr = totals(1.5);
  const core::Array<3> relative = relative_hazards();
  rates::ParityStock now = rates::childless_stock();
  for (int pass = 0; pass < 2; ++pass) {
    now = rates::parity_path(asfr.view(), now, relative.view(), {1.0, 1.0, 1.0}).stock_on(n_years);
  }
  return now;
}

inline ParityFertility fertility() { return {totals(), stock(), relative_hazards(), {1.0, 0.8, 0.8}}; }

/// The allowance of `yuan` a birth, cash announced at the start of 2025 that a draw's share claims, and a fee relief
/// for the second child announced in mid-2030.
inline policy::Support allowance(double yuan) {
  policy::Support support;
  support.announced = {2025.0, 2030.5};
  support.first_month = {0.0};
  support.present_value = core::Array<5>({2, 1, 2, core::n_orders, policy::n_support_classes});
  support.claimed = support.present_value;
  support.cost_of_child = core::Array<1>({1}, 538312.0);
  for (std::size_t m = 0; m < 2; ++m)
    for (std::size_t i = 0; i < core::n_orders; ++i) support.claimed(0, 0, m, i, 0) = yuan;
  support.present_value(0, 0, 1, 1, 1) = yuan;
  support.progression = {0.70, 0.45, 0.12};
  return support;
}

inline RandomComponents components(unsigned on = random::all_components) {
  RandomComponents found;
  found.seed = 7;
  found.on = on;
  found.first_year = first_year;
  found.first_random_year = first_year + static_cast<int>(n_fitted);
  found.n_years = n_years;
  found.mortality.step_sd = 0.5;
  found.kinds[0].migration_step_sd = 0.002;
  return found;
}

inline std::vector<RandomPlace> two_places() {
  return {{.key = 100000, .migration_sd = 0.002}, {.key = 620000, .chain = {{620000, PlaceKind::province}}}};
}

/// (1, year, order, age) of lane `lane`.
inline core::Array<4> lane_of(const core::Array<4>& rates, std::size_t lane, std::size_t first) {
  core::Array<4> out({1, rates.extent(0), rates.extent(1), n_ages});
  for (std::size_t t = 0; t < rates.extent(0); ++t)
    for (std::size_t i = 0; i < rates.extent(1); ++i)
      for (std::size_t x = 0; x < rates.extent(2); ++x) out(0, t, i, first + x) = rates(t, i, x, lane);
  return out;
}

inline core::Array<4> one_place(const core::Array<3>& path) {
  return core::Array<4>({1, path.extent(0), path.extent(1), path.extent(2)},
                        std::vector<double>(path.flat().begin(), path.flat().end()));
}

inline double worst(std::span<const double> a, std::span<const double> b) {
  double most = a.size() == b.size() ? 0.0 : std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    const double gap = std::abs(a[i] - b[i]);
    most = gap <= most ? most : gap;  // NaN counts
  }
  return most;
}

inline bool same_bits(std::span<const double> a, std::span<const double> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

inline EnsembleInputs two_place_inputs() {
  EnsembleInputs inputs;
  inputs.axes = {.places = {"100000", "620000"}, .first_year = first_year, .n_years = n_years, .n_ages = n_ages};
  MortalitySchedule mortality;
  mortality.mx = core::Array<3>({n_years, core::n_sexes, n_ages});
  mortality.b = core::Array<2>({core::n_sexes, n_ages}, 0.05);
  for (std::size_t t = 0; t < n_years; ++t)
    for (std::size_t s = 0; s < core::n_sexes; ++s)
      for (std::size_t x = 0; x < n_ages; ++x) {
        mortality.mx(t, s, x) =
            5e-5 * std::exp(0.085 * static_cast<double>(x)) * (s == 0 ? 1.2 : 1.0) + (x == 0 ? 5e-3 : 0.0);
      }
  inputs.mortality.push_back(std::move(mortality));
  FertilitySchedule schedule{core::Array<3>({n_years, core::n_orders, n_ages}), core::Array<1>({n_years}, 1.06)};
  const core::Array<2> asfr = totals();
  for (std::size_t t = 0; t < n_years; ++t)
    for (std::size_t x = 0; x < n_ages; ++x) schedule.asfr(t, 0, x) = asfr(t, x);
  inputs.fertility.push_back(std::move(schedule));
  for (int p = 0; p < 2; ++p) {
    PlaceInputs place;
    place.pop_jan1 = core::Array<2>({core::n_sexes, n_ages});
    for (std::size_t s = 0; s < core::n_sexes; ++s)
      for (std::size_t x = 0; x < n_ages; ++x)
        place.pop_jan1(s, x) = 1e4 * std::exp(-0.0004 * static_cast<double>(x * x));
    place.net_migration = core::Array<3>({1, core::n_sexes, n_ages});
    place.pattern = core::Array<3>({1, core::n_sexes, n_ages});
    for (std::size_t s = 0; s < core::n_sexes; ++s)
      for (std::size_t x = 0; x < n_ages; ++x) place.pattern(0, s, x) = place.pop_jan1(s, x);
    inputs.places.push_back(std::move(place));
  }
  return inputs;
}

}  // namespace sanhai::test
