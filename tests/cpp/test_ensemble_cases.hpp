#pragma once
// Random ensembles and, for each of their draws, the run of one double (engine::project) that the lanes are held to.

#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "sanhai/engine/project.hpp"
#include "sanhai/ensemble/run.hpp"

namespace sanhai::test {

struct CaseOptions {
  std::size_t n_places = 1;
  std::size_t n_years = 6;
  std::size_t n_ages = 101;
  bool with_draws_of_mortality = true;
  bool from_Sx = false;
  bool with_migration = true;
  double leaving = 0.3;       ///< size of net migration against the stock
  double leaving_rate = 0.0;  ///< largest share of survivors who leave; 0: no such rates
};

/// Paths that are functions of (seed, place, draw, year) alone.
class RandomPaths : public ensemble::PathMaker {
public:
  explicit RandomPaths(std::uint64_t seed, double k_sd = 0.4) : seed_(seed), k_sd_(k_sd) {}

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
  /// On the probability of dying; read where has_death_factor.
  virtual double death_factor(std::size_t, std::size_t, std::size_t) const { return 1.0; }

  void draw(std::size_t place, std::size_t first_draw, const ensemble::PathBlock& block) const override {
    for (std::size_t t = 0; t < block.k.extent(0); ++t)
      for (std::size_t lane = 0; lane < ensemble::n_lanes; ++lane) {
        const std::size_t draw = first_draw + lane;
        block.fertility(t, lane) = fertility(place, draw, t);
        block.k(t, lane) = k(draw, t);
        block.shock(t, lane) = shock(place, draw, t);
        block.death_factor(t, lane) = death_factor(place, draw, t);
      }
  }

private:
  std::uint64_t seed_;
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
      for (std::size_t x = 13; x < fertile_end; ++x) fertility.asfr(t, i, x) = 0.08 * uniform(random);
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
    if (options.leaving_rate > 0.0) {
      std::mt19937 own(seed + 1000 * static_cast<std::uint32_t>(p + 1));  // the other inputs keep their numbers
      place.leaving_rate = core::Array<3>({years, 2, ages});
      for (double& value : place.leaving_rate.flat()) value = options.leaving_rate * uniform(own);
    }
    inputs.axes.places.push_back(std::to_string(620100 + p));
    inputs.places.push_back(std::move(place));
  }
  return inputs;
}

inline core::Array<2> median_Sx(const ensemble::MortalitySchedule& mortality, std::size_t t) {
  if (mortality.Sx.empty()) return ensemble::Sx_from_mx(mortality.mx.view()[t], mortality.a0.view()[t]);
  core::Array<2> Sx({2, mortality.Sx.extent(2)});
  std::ranges::copy(mortality.Sx.view()[t].flat(), Sx.flat().begin());
  return Sx;
}

/// What engine::project is given for one draw of all places; `rate(place, year, order, age, side)`: births per woman at
/// the start (0) or end (1) of the year.
template <class Rate>
engine::InputArrays inputs_of_draw(const ensemble::EnsembleInputs& inputs, const RandomPaths& paths, std::size_t draw,
                                   Rate rate) {
  const std::size_t n = inputs.places.size();
  const std::size_t years = inputs.axes.n_years;
  const std::size_t ages = inputs.axes.n_ages;
  engine::InputArrays in;
  in.axes = inputs.axes;
  in.on_negative = inputs.on_negative;
  in.pop_jan1 = core::Array<3>({n, 2, ages});
  in.Sx = core::Array<4>({n, years, 2, ages});
  in.srb = core::Array<2>({n, years});
  in.start_rate = in.end_rate = core::Array<4>({n, years, core::n_orders, ages});
  in.net_migration = core::Array<4>({n, years, 2, ages});
  if (!inputs.places[0].leaving_rate.empty()) in.leaving_rate = core::Array<4>({n, years, 2, ages});
  std::vector<ensemble::MortalityTable> drawn;  // by exp, the kernel's bits: a cell that is all but emptied tells
  for (const ensemble::MortalitySchedule& mortality : inputs.mortality)
    drawn.emplace_back(mortality, inputs.axes, ensemble::MortalityMode::exact);
  for (std::size_t p = 0; p < n; ++p) {
    const ensemble::PlaceInputs& place = inputs.places[p];
    const ensemble::MortalitySchedule& mortality = inputs.mortality[place.mortality];
    std::ranges::copy(place.pop_jan1.flat(), in.pop_jan1.view()[p].flat().begin());
    for (std::size_t t = 0; t < years; ++t) {
      core::Array<2> Sx = median_Sx(mortality, t);
      if (!mortality.b.empty()) drawn[place.mortality].put_Sx(t, paths.k(draw, t), Sx.view());
      const double factor = paths.has_death_factor() ? paths.death_factor(p, draw, t) : 1.0;
      in.srb(p, t) = inputs.fertility[place.fertility].srb(t);
      for (std::size_t s = 0; s < 2; ++s)
        for (std::size_t x = 0; x < ages; ++x) {
          in.Sx(p, t, s, x) = factor == 1.0 ? Sx(s, x) : 1.0 - factor * (1.0 - Sx(s, x));
          if (!in.leaving_rate.empty()) in.leaving_rate(p, t, s, x) = place.leaving_rate(t, s, x);
          if (place.net_migration.empty()) continue;
          in.net_migration(p, t, s, x) =
              place.net_migration(t, s, x) + paths.shock(p, draw, t) * place.pattern(0, s, x);
        }
      for (std::size_t i = 0; i < core::n_orders; ++i)
        for (std::size_t x = 0; x < ages; ++x) {
          in.start_rate(p, t, i, x) = rate(p, t, i, x, std::size_t{0});
          in.end_rate(p, t, i, x) = rate(p, t, i, x, std::size_t{1});
        }
    }
  }
  return in;
}

/// The same from the schedule and the draw's factor.
inline engine::InputArrays inputs_of_draw(const ensemble::EnsembleInputs& inputs, const RandomPaths& paths,
                                          std::size_t draw) {
  return inputs_of_draw(inputs, paths, draw,
                        [&](std::size_t p, std::size_t t, std::size_t i, std::size_t x, std::size_t) {
                          const ensemble::FertilitySchedule& schedule = inputs.fertility[inputs.places[p].fertility];
                          return 0.5 * paths.fertility(p, draw, t) * schedule.asfr(t, i, x);
                        });
}

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
