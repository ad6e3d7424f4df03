#pragma once
// The random components of component_paths.hpp joined into the paths of an ensemble: what the places of one draw share,
// and what each has of its own. A component switched off is neutral and leaves the bits of the others as they were.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sanhai/ensemble/component_paths.hpp"
#include "sanhai/ensemble/run.hpp"

namespace sanhai::ensemble {

/// First calendar years that vary, those after the last published figure; 0: the components' first_random_year.
struct FirstYears {
  int fertility = 0;
  int mortality = 0;
  int migration = 0;
};

/// One of the places that a place lies in, or itself: factors against the link before, shared by all that lie in it.
struct PlaceLink {
  std::uint32_t key = random::shared_place;  ///< place_key(code)
  PlaceKind kind = PlaceKind::province;
  FirstYears first{};
};

/// What is random about one place. Its factors of fertility and of mortality are the products over its chain, its
/// deviation of the net migration rate is the sum; they act from the last first year in the chain on.
struct RandomPlace {
  std::uint32_t key = random::shared_place;  ///< place_key(code)
  std::vector<PlaceLink> chain{};            ///< downwards, the place itself last; empty: no factors of places
  FirstYears first{};  ///< of what all places share: fertility's level, k; of migration without a chain
  double migration_sd =
      0.003;  ///< without a chain: step sd of the net rate, of its residuals; 0.003 of fewer than five
};

/// Defaults are those of component_paths.hpp.
struct RandomComponents {
  std::uint64_t seed = 0;
  unsigned on = random::all_components;  ///< ComponentSet
  int first_year = 0;                    ///< calendar year of the first period
  int first_random_year = 0;             ///< years before it are neutral, to the bit; >= first_year; see FirstYears
  std::size_t n_years = 0;
  TfrFactor tfr;
  PlaceFertilityFactor place_fertility;  ///< its step is the kind's
  MortalityShock mortality;              ///< in units of the schedules' k
  PlaceMortality place_mortality;        ///< its step is the kind's
  double migration_phi = MigrationDeviation{}.phi;
  PlaceKinds kinds = place_kinds;
};

/// Paths of demography for the places of an ensemble, in its order.
class DemographicPaths : public PathMaker {
public:
  /// Throws DomainError (a parameter outside its range, a first random year before the first year or after 65535, two
  /// places with one key, a key that is of two kinds or begins in two years).
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

  /// Year-draw cells in which a bound on fertility, the level's or that of a factor of places, held a path back: to be
  /// reported when above 0.
  [[nodiscard]] std::size_t n_bounded(std::size_t first_draw, std::size_t n_draws) const;

  [[nodiscard]] const RandomComponents& components() const { return components_; }
  [[nodiscard]] const std::vector<RandomPlace>& places() const { return places_; }

private:
  [[nodiscard]] bool is_on(random::ComponentSet component) const { return (components_.on & component) != 0; }
  /// Paths of `key` from the calendar year `first` on (0: the components' own).
  [[nodiscard]] PathKey key(std::uint32_t place, int first, std::size_t first_draw, std::size_t n_draws) const;
  [[nodiscard]] std::size_t index_of(int first) const;
  [[nodiscard]] PlaceFertilityFactor fertility_of(PlaceKind kind) const;
  void add_migration(const RandomPlace& place, std::size_t first_draw, core::View<double, 2> shock) const;

  RandomComponents components_;
  std::vector<RandomPlace> places_;
};

}  // namespace sanhai::ensemble
