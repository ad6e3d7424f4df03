#pragma once
// A past in which every number of a legacy stock can be worked by hand.

#include <cmath>
#include <random>

#include "sanhai/legacy/counts.hpp"

namespace sanhai::test {

/// Hazards of a rate per woman-year at the parity.
inline double hazard_of(double rate) { return -std::log(1.0 - rate); }

/// All years alike: first births at 0.4 at age 25, second at 0.5 at age 30, third at 0.2 at age 33.
inline rates::ParityHistory one_past(int first_year = 1950, std::size_t n_years = 76) {
  rates::ParityHistory nation;
  nation.first_year = first_year;
  rates::ParityYear year{};
  year.hazards[0][25 - 10] = hazard_of(0.4);
  year.hazards[1][30 - 10] = hazard_of(0.5);
  year.hazards[2][33 - 10] = hazard_of(0.2);
  nation.years.assign(n_years, year);
  return nation;
}

inline legacy::Rules stated_rules() {
  return {.born_before = 2016, .two_daughter_share = 0.25, .loss_factor = 0.5, .husband_older = 2};
}

/// Death rates that differ by sex and nothing else.
inline legacy::MortalityHistory even_mortality(double men = 0.01, double women = 0.005, double srb = 1.0) {
  legacy::MortalityHistory history;
  history.first_year = 1950;
  history.mx = core::Array<3>({3, core::n_sexes, legacy::n_ages});
  history.srb = core::Array<1>({3}, srb);
  for (std::size_t t = 0; t < 3; ++t)
    for (std::size_t x = 0; x < legacy::n_ages; ++x) {
      history.mx(t, core::male, x) = men;
      history.mx(t, core::female, x) = women;
    }
  return history;
}

inline legacy::Couples some_couples(std::size_t n_years, int first_year = 2021) {
  const legacy::Rules rules = stated_rules();
  const legacy::Survivors alive = legacy::survivors(even_mortality(), first_year, n_years, rules);
  return legacy::couples_per_woman(one_past(), {}, alive, rules);
}

/// Another number in every cell.
inline core::Array<1> random_women(std::uint32_t seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> uniform(100.0, 900.0);
  core::Array<1> women({legacy::n_ages});
  for (double& one : women.flat()) one = uniform(random);
  return women;
}

inline core::Array<3> random_Sx(std::uint32_t seed, std::size_t n_years) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> uniform(0.9, 1.0);
  core::Array<3> Sx({n_years, core::n_sexes, legacy::n_ages});
  for (double& one : Sx.flat()) one = uniform(random);
  return Sx;
}

/// Weight 1 on one kind.
inline core::Array<2> only_kind(legacy::Kind kind) {
  core::Array<2> weights({1, legacy::n_kinds});
  weights(0, static_cast<std::size_t>(kind)) = 1.0;
  return weights;
}

/// Over all ages.
inline double sum_all(const core::Array<4>& of, std::size_t kind, std::size_t member, std::size_t t) {
  double sum = 0.0;
  for (std::size_t x = 0; x < of.extent(3); ++x) sum += of(kind, member, t, x);
  return sum;
}

}  // namespace sanhai::test
