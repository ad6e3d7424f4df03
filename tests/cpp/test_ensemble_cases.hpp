#pragma once
// Random ensembles and, for each of their draws, the readable scalar run that the lanes are held to.

#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "sanhai/engine/parity_step.hpp"
#include "sanhai/engine/project.hpp"
#include "sanhai/ensemble/run.hpp"

namespace sanhai::test {

struct CaseOptions {
  std::size_t n_places = 1;
  std::size_t n_years = 6;
  std::size_t n_ages = 101;
  bool with_draws_of_mortality = true;
  bool from_Sx = false;
  bool with_parity = false;
  bool with_migration = true;
  bool with_multiplier = false;
  bool with_cohort_factor = false;
  double leaving = 0.3;  ///< size of net migration against the stock
};

/// Paths that are functions of (seed, place, draw, year) alone.
class RandomPaths : public ensemble::PathMaker {
public:
  RandomPaths(std::uint64_t seed, bool with_multiplier, double k_sd = 0.4)
      : seed_(seed), with_multiplier_(with_multiplier), k_sd_(k_sd) {}

  double value(std::uint64_t place, std::uint64_t draw, std::uint64_t year, std::uint64_t what) const {
    std::uint64_t z = seed_ * 0x9E3779B97F4A7C15ULL + place * 0xBF58476D1CE4E5B9ULL + draw * 0x94D049BB133111EBULL +
                      year * 0xD6E8FEB86659FD93ULL + what * 0xA0761D6478BD642FULL;
    for (int round = 0; round < 3; ++round) z = (z ^ (z >> 29)) * 0xBF58476D1CE4E5B9ULL;
    return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-52 - 1.0;
  }
  double fertility(std::size_t place, std::size_t draw, std::size_t t) const {
    return 1.0 + 0.4 * value(place, draw, t, 1);
  }
  double k(std::size_t draw, std::size_t t) const { return k_sd_ * value(999, draw, t, 2); }
  double shock(std::size_t place, std::size_t draw, std::size_t t) const { return 0.5 * value(place, draw, t, 3); }
  double multiplier(std::size_t place, std::size_t draw, std::size_t t, std::size_t order) const {
    if (!with_multiplier_ || (draw + t) % 3 == 0) return 1.0;  // some lanes of a batch stay at exactly 1
    return 1.0 + 0.3 * value(place, draw, t, 4 + order);
  }

  void draw(std::size_t place, std::size_t first_draw, const ensemble::PathBlock& block) const override {
    for (std::size_t t = 0; t < block.k.extent(0); ++t)
      for (std::size_t lane = 0; lane < ensemble::n_lanes; ++lane) {
        const std::size_t draw = first_draw + lane;
        block.fertility(t, lane) = fertility(place, draw, t);
        block.k(t, lane) = k(draw, t);
        block.shock(t, lane) = shock(place, draw, t);
        for (std::size_t i = 0; i < core::n_orders; ++i) block.multiplier(t, i, lane) = multiplier(place, draw, t, i);
      }
  }
  [[nodiscard]] bool has_multiplier() const override { return with_multiplier_; }

private:
  std::uint64_t seed_;
  bool with_multiplier_;
  double k_sd_;
};

inline ensemble::EnsembleInputs random_inputs(std::uint32_t seed, const CaseOptions& options) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  const std::size_t years = options.n_years;
  const std::size_t ages = options.n_ages;
  const std::size_t fertile_end = std::min<std::size_t>(50, ages - 2);
  ensemble::EnsembleInputs inputs;
  inputs.axes.first_year = 2024;
  inputs.axes.n_years = years;
  inputs.axes.n_ages = ages;

  ensemble::MortalitySchedule mortality;
  core::Array<3>& rates = options.from_Sx ? mortality.Sx : mortality.mx;
  rates = core::Array<3>({years, 2, ages});
  for (double& value : rates.flat())
    value = options.from_Sx ? 0.6 + 0.39 * uniform(random) : 0.001 + 0.3 * uniform(random);
  if (!options.from_Sx) {
    mortality.a0 = core::Array<2>({years, 2});
    for (double& value : mortality.a0.flat()) value = 0.1 + 0.3 * uniform(random);
  }
  if (options.with_draws_of_mortality) {
    mortality.b = core::Array<2>({2, ages});
    for (double& value : mortality.b.flat()) value = 0.2 + 1.2 * uniform(random);
    mortality.half_width = core::Array<1>({years}, 0.3);  // narrower than the draws: both ways are used
  }
  inputs.mortality.push_back(mortality);

  ensemble::FertilitySchedule fertility;
  fertility.asfr = core::Array<3>({years, core::n_orders, ages});
  fertility.srb = core::Array<1>({years});
  for (std::size_t t = 0; t < years; ++t) {
    fertility.srb(t) = 1.0 + 0.2 * uniform(random);
    for (std::size_t i = 0; i < core::n_orders; ++i)
      for (std::size_t x = 13; x < fertile_end; ++x)
        fertility.asfr(t, i, x) = (options.with_parity ? 0.2 : 0.08) * uniform(random);
  }
  inputs.fertility.push_back(fertility);

  for (std::size_t p = 0; p < options.n_places; ++p) {
    ensemble::PlaceInputs place;
    place.pop_jan1 = core::Array<2>({2, ages});
    for (double& value : place.pop_jan1.flat()) value = 100.0 + 900.0 * uniform(random);
    if (options.with_migration) {
      place.net_migration = core::Array<3>({years, 2, ages});
      for (double& value : place.net_migration.flat()) value = options.leaving * 60.0 * (uniform(random) - 0.3);
      place.pattern = core::Array<3>({1, 2, ages});
      for (double& value : place.pattern.flat()) value = options.leaving * 20.0 * uniform(random);
    }
    if (options.with_cohort_factor) {
      place.cohort_factor = core::Array<3>({years, core::n_orders, ages});
      for (double& value : place.cohort_factor.flat()) value = 0.7 + 0.6 * uniform(random);
    }
    if (options.with_parity) {
      place.parity = core::Array<2>({ensemble::n_parities, ages});
      for (std::size_t x = 0; x < ages; ++x) {
        double weight[ensemble::n_parities];
        double sum = 0.0;
        for (std::size_t i = 0; i < ensemble::n_parities; ++i)
          sum += weight[i] = x < 12 && i > 0 ? 0.0 : 0.2 + uniform(random);
        for (std::size_t i = 0; i < ensemble::n_parities; ++i)
          place.parity(i, x) = place.pop_jan1(1, x) * weight[i] / sum;
      }
    }
    inputs.axes.places.push_back(std::to_string(620100 + p));
    inputs.places.push_back(std::move(place));
  }
  return inputs;
}

/// One draw by the readable steps: stocks and flows of every year.
struct ScalarDraw {
  core::Array<3> pop;       ///< (year + 1, sex, age)
  core::Array<3> parity;    ///< (year + 1, parity, age)
  core::Array<3> births;    ///< (year, order, age)
  core::Array<3> deaths;    ///< (year, sex, age)
  core::Array<3> moved;     ///< (year, sex, age)
  std::vector<double> cut;  ///< (year)
  core::Array<3> Sx;        ///< (year, sex, age)

  ScalarDraw(const ensemble::EnsembleInputs& inputs, const RandomPaths& paths, std::size_t place_index,
             std::size_t draw) {
    const std::size_t years = inputs.axes.n_years;
    const std::size_t ages = inputs.axes.n_ages;
    const ensemble::PlaceInputs& place = inputs.places[place_index];
    const ensemble::MortalitySchedule& mortality = inputs.mortality[place.mortality];
    const ensemble::FertilitySchedule& fertility = inputs.fertility[place.fertility];
    pop = core::Array<3>({years + 1, 2, ages});
    parity = core::Array<3>({years + 1, ensemble::n_parities, ages});
    births = core::Array<3>({years, core::n_orders, ages});
    deaths = core::Array<3>({years, 2, ages});
    moved = core::Array<3>({years, 2, ages});
    Sx = core::Array<3>({years, 2, ages});
    core::Array<2> by_sex({years, 2});
    engine::Workspace workspace(ages);
    engine::ParityWorkspace parity_workspace(ages);
    std::ranges::copy(place.pop_jan1.flat(), pop.view()[0].flat().begin());
    if (!place.parity.empty()) std::ranges::copy(place.parity.flat(), parity.view()[0].flat().begin());
    for (std::size_t t = 0; t < years; ++t) {
      const double k = mortality.b.empty() ? 0.0 : paths.k(draw, t);
      const core::Array<2> year_Sx = mortality.b.empty() ? median_Sx(mortality, t) : ensemble::Sx_at(mortality, t, k);
      std::ranges::copy(year_Sx.flat(), Sx.view()[t].flat().begin());
      core::Array<2> asfr({core::n_orders, ages});
      for (std::size_t i = 0; i < core::n_orders; ++i)
        for (std::size_t x = 0; x < ages; ++x)
          asfr(i, x) = paths.fertility(place_index, draw, t) *
                       engine::multiplied_rate(fertility.asfr(t, i, x), paths.multiplier(place_index, draw, t, i));
      core::Array<2> net;
      if (!place.net_migration.empty()) {
        net = core::Array<2>({2, ages});
        for (std::size_t s = 0; s < 2; ++s)
          for (std::size_t x = 0; x < ages; ++x)
            net(s, x) = place.net_migration(t, s, x) + paths.shock(place_index, draw, t) * place.pattern(0, s, x);
      }
      engine::YearRates rates{.Sx = year_Sx.view(),
                              .asfr = std::as_const(asfr).view(),
                              .srb = fertility.srb(t),
                              .net_migration = {},
                              .cohort_factor = {}};
      if (!net.empty()) rates.net_migration = std::as_const(net).view();
      if (!place.cohort_factor.empty()) rates.cohort_factor = place.cohort_factor.view()[t];
      rates.on_negative = inputs.on_negative;
      const engine::Flows flows{births.view()[t], by_sex.view()[t], deaths.view()[t], moved.view()[t]};
      if (place.parity.empty()) {
        cut.push_back(engine::project_year(rates, pop.view()[t], pop.view()[t + 1], flows, workspace, inputs.axes,
                                           place_index, t));
      } else {
        cut.push_back(engine::project_year_by_parity(rates, pop.view()[t], parity.view()[t], pop.view()[t + 1],
                                                     parity.view()[t + 1], flows, workspace, parity_workspace,
                                                     inputs.axes, place_index, t));
      }
    }
  }

  static core::Array<2> median_Sx(const ensemble::MortalitySchedule& mortality, std::size_t t) {
    if (mortality.Sx.empty()) return ensemble::Sx_from_mx(mortality.mx.view()[t], mortality.a0.view()[t]);
    core::Array<2> Sx({2, mortality.Sx.extent(2)});
    std::ranges::copy(mortality.Sx.view()[t].flat(), Sx.flat().begin());
    return Sx;
  }
};

/// FNV-1a over the bits; one flipped bit anywhere changes it.
inline std::uint64_t hash_of(std::span<const double> values, std::uint64_t hash = 1469598103934665603ULL) {
  for (const double value : values) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    hash = (hash ^ bits) * 1099511628211ULL;
  }
  return hash;
}

inline double sum_of(std::span<const double> values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum;
}

}  // namespace sanhai::test
