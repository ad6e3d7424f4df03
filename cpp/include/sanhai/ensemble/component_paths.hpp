#pragma once
// The random components of a projection: year paths of what varies between draws. Each year's shock has its own address
// (draw, component, calendar year, place), so a longer run, more draws, other places or a later component leave a path
// as it was. Paths are deviations: the median path, the drift and the data are the caller's.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "sanhai/core/view.hpp"
#include "sanhai/random/streams.hpp"

namespace sanhai::ensemble {

/// Whose paths: draws first_draw .. first_draw + n_draws - 1 of one place over n_years calendar years.
struct PathKey {
  std::uint64_t seed = 0;
  std::uint64_t first_draw = 0;
  std::size_t n_draws = 1;
  std::uint32_t place = random::shared_place;
  int first_year = 0;  ///< calendar year of the first period, [1, 65535]
  std::size_t n_years = 0;
};

/// values(year, draw), and how often a bound held a path back (the caller warns when it is not 0).
struct Paths {
  core::Array<2> values;
  std::size_t n_bounded = 0;  ///< year-draw cells
};

/// z(t) = phi z(t-1) + step_sd e(t), e standard normal, |z| <= bound. z before the first year is `start`.
struct Ar1 {
  double phi = 0.0;      ///< [-1, 1]; 1 is a random walk
  double step_sd = 0.0;  ///< sd of a year's shock (not the stationary sd), [0, inf)
  double start = 0.0;
  double bound = std::numeric_limits<double>::infinity();
};

/// The level of total fertility: path x (1 + z). Fitted to the 80 % band of WPP 2024 for China.
/// The start error is lasting: z(t) = start_sd e0 + a(t), a an AR(1) from 0, z held within +-bound. (An error that dies
/// away with phi gives 0.86-1.51 for China in 2050; the lasting one 0.83-1.54; WPP prints 0.82-1.53.)
struct TfrFactor {
  double phi = 0.980;
  double step_sd = 0.050;  ///< 1/year
  double start_sd = 0.02;  ///< of a calibrated place; 0.11 is what WPP's band has in its first year
  double bound = 0.7;      ///< of |z|, in [0, 1)
};

/// A place's total fertility against the nation's: factor(t) = 1 + phi (factor(t-1) - 1) + shock.
/// Annual form of Sevcikova, Raftery & Gerland (2018), Probabilistic projection of subnational total fertility rates.
struct PlaceFertilityFactor {
  double phi = 0.98445;
  double step_sd = 0.02086;
  double start = 1.0;  ///< factor of the last observed year, > 0
};

/// The shared mortality index: sum of shocks; the drift and the scale of k are the forecast's.
struct MortalityShock {
  double step_sd = 0.0;  ///< in units of k, set so that e0 has its band
};

/// A place's multiplier of death rates: exp(z), z AR(1) from 0. On the log scale, so it stays above 0. Judgement.
struct PlaceMortality {
  double phi = 0.95;
  double step_sd = 0.02;
};

/// Deviation of the net migration rate [1/year]: AR(1) from 0. Judgement.
struct MigrationDeviation {
  double phi = 0.9;
  double step_sd = 0.003;  ///< of the place's yearly residuals; 0.003 when it has fewer than five
};

/// All throw DomainError, before any draw, on a parameter or a key outside its range; tfr_factor_path, for instance,
/// for phi outside [-1, 1], a negative or non-finite sd, a bound outside [0, 1).
[[nodiscard]] Paths ar1_path(const Ar1& model, const PathKey& key, random::Component component);
[[nodiscard]] Paths tfr_factor_path(const TfrFactor& model, const PathKey& key);
/// Also DomainError when a path reaches 0 (start or sd far from the fitted ones): a factor below 0 is not cut.
[[nodiscard]] Paths place_factor_path(const PlaceFertilityFactor& model, const PathKey& key);
[[nodiscard]] Paths k_shock_path(const MortalityShock& model, const PathKey& key);
[[nodiscard]] Paths place_mortality_path(const PlaceMortality& model, const PathKey& key);
[[nodiscard]] Paths migration_path(const MigrationDeviation& model, const PathKey& key);

}  // namespace sanhai::ensemble
