#pragma once
// The random components of a projection: year paths of what varies between draws. Each year's shock has its own address
// (draw, component, calendar year, place), so a longer run, more draws, other places or a later component leave a path
// as it was. Paths are deviations: the median path, the drift and the data are the caller's.

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

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

/// z(t) = phi z(t-1) + step_sd e(t), e standard normal, |z| <= bound. z before the first year is 0.
struct Ar1 {
  double phi = 0.0;      ///< [-1, 1]; 1 is a random walk
  double step_sd = 0.0;  ///< sd of a year's shock (not the stationary sd), [0, inf)
  double bound = std::numeric_limits<double>::infinity();
};

/// The level of total fertility: path x (1 + z). The start error is lasting: z(t) = start_sd e0 + a(t), a an AR(1) from
/// 0, z held within +-bound. Fitted to the errors of births 2000-2024 and to the 80 % band of WPP 2024 for China.
struct TfrFactor {
  double phi = 0.970;
  double step_sd = 0.062;   ///< 1/year
  double start_sd = 0.078;  ///< what of one year's level nobody can call lasting: zodiac, timing, definition
  double bound = 0.7;       ///< of |z|, in [0, 1)
};

/// What a place is of: whose factors it has within the place above it.
enum class PlaceKind : std::uint8_t { province, city, county };

/// Yearly shocks of the factors that places of a kind have against the place above them.
struct PlaceKindRow {
  PlaceKind kind;
  std::string_view name;
  double fertility_step_sd;  ///< 1/year
  double mortality_step_sd;  ///< 1/year, on the log scale
  double migration_step_sd;  ///< of the net rate [1/year]; 0: none of its own
};

/// The one table of kinds; sources in docs/model.md, Uncertainty.
using PlaceKinds = std::array<PlaceKindRow, 3>;
inline constexpr PlaceKinds place_kinds = {{
    {PlaceKind::province, "province", 0.048, 0.0139, 0.003},
    {PlaceKind::city, "city", 0.030, 0.0087, 0.0},
    {PlaceKind::county, "county", 0.040, 0.0115, 0.009},
}};

/// A place's total fertility against that of the place above it: factor = 1 + z, z an AR(1) from 0 held within +-bound,
/// so that the mean over places stays that of the place above.
/// phi: annual form of Sevcikova, Raftery & Gerland (2018), Probabilistic projection of subnational total fertility.
struct PlaceFertilityFactor {
  double phi = 0.98445;
  double step_sd = place_kinds[0].fertility_step_sd;
  double bound = 0.7;  ///< of |z|, in [0, 1)
};

/// The shared mortality index: a lasting start error and a sum of shocks; the drift and the scale of k are the
/// standard's.
struct MortalityShock {
  double step_sd = 0.0;   ///< in units of k
  double start_sd = 0.0;  ///< likewise: sources disagree on the level, hardly on its change
};

/// A place's multiplier of death rates against the place above it: exp(z), z AR(1) from 0. On the log scale, so it
/// stays above 0. Judgement.
struct PlaceMortality {
  double phi = 0.95;
  double step_sd = place_kinds[0].mortality_step_sd;
};

/// Deviation of the net migration rate [1/year]: AR(1) from 0. Judgement, but for the county's step (errors 2010-20).
struct MigrationDeviation {
  double phi = 0.9;
  double step_sd = place_kinds[0].migration_step_sd;
};

/// All throw DomainError, before any draw, on a parameter or a key outside its range; tfr_factor_path, for instance,
/// for phi outside [-1, 1], a negative or non-finite sd, a bound outside [0, 1).
[[nodiscard]] Paths ar1_path(const Ar1& model, const PathKey& key, random::Component component);
[[nodiscard]] Paths tfr_factor_path(const TfrFactor& model, const PathKey& key);
[[nodiscard]] Paths place_factor_path(const PlaceFertilityFactor& model, const PathKey& key);
[[nodiscard]] Paths k_shock_path(const MortalityShock& model, const PathKey& key);
[[nodiscard]] Paths place_mortality_path(const PlaceMortality& model, const PathKey& key);
[[nodiscard]] Paths migration_path(const MigrationDeviation& model, const PathKey& key);

}  // namespace sanhai::ensemble
