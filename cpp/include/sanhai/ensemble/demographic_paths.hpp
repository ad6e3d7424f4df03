#pragma once
// The random components of component_paths.hpp joined into the paths of an ensemble: what the places of one draw share,
// and what each has of its own. A component switched off is neutral and leaves the bits of the others as they were.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sanhai/ensemble/component_paths.hpp"
#include "sanhai/ensemble/run.hpp"

namespace sanhai::ensemble {

/// What is random about one place.
struct RandomPlace {
  std::uint32_t key = random::shared_place;  ///< place_key(code)
  bool is_nation = false;                    ///< what the others are compared with: no factors of its own
  double fertility_start = 1.0;  ///< factor against the nation in the last fitted year, beyond the median path
  double migration_sd = 0.003;   ///< step sd of the net rate: of the place's residuals; 0.003 when fewer than five
};

/// Defaults are those of component_paths.hpp; migration's sd is the place's.
struct RandomComponents {
  std::uint64_t seed = 0;
  unsigned on = random::all_components;  ///< ComponentSet
  int first_year = 0;                    ///< calendar year of the first period
  int first_random_year = 0;             ///< years before it are fitted: neutral, to the bit; >= first_year
  std::size_t n_years = 0;
  TfrFactor tfr;
  PlaceFertilityFactor place_fertility;
  MortalityShock mortality;  ///< step_sd in units of the schedules' k
  PlaceMortality place_mortality;
  double migration_phi = MigrationDeviation{}.phi;
};

/// Paths of demography for the places of an ensemble, in its order.
class DemographicPaths : public PathMaker {
public:
  /// Throws DomainError (a parameter outside its range, a first random year before the first year or after 65535, two
  /// places with one key).
  DemographicPaths(RandomComponents components, std::vector<RandomPlace> places);

  void draw(std::size_t place, std::size_t first_draw, const PathBlock& block) const override;
  [[nodiscard]] bool has_fertility() const override;
  [[nodiscard]] bool has_k() const override;
  [[nodiscard]] bool has_shock() const override;
  [[nodiscard]] bool has_death_factor() const override;
  [[nodiscard]] EventNoise events(std::size_t place) const override;
  void check(std::size_t n_places, std::size_t n_years) const override;

  /// Factor on the median path of total fertility: level x place, (year, lane) of draws first_draw ..; 1 in fitted
  /// years.
  void fertility_factor(std::size_t place, std::size_t first_draw, core::View<double, 2> factor) const;

  /// Year-draw cells in which the bound on the level of fertility held a path back: to be reported when above 0.
  [[nodiscard]] std::size_t n_bounded(std::size_t first_draw, std::size_t n_draws) const;

  [[nodiscard]] const RandomComponents& components() const { return components_; }
  [[nodiscard]] const std::vector<RandomPlace>& places() const { return places_; }

private:
  [[nodiscard]] bool is_on(random::ComponentSet component) const { return (components_.on & component) != 0; }
  [[nodiscard]] PathKey key(std::uint32_t place, std::size_t first_draw, std::size_t n_draws) const;
  [[nodiscard]] std::size_t n_fitted() const;

  RandomComponents components_;
  std::vector<RandomPlace> places_;
};

}  // namespace sanhai::ensemble
