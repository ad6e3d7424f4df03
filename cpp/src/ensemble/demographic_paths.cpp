#include "sanhai/ensemble/demographic_paths.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "sanhai/core/error.hpp"

namespace sanhai::ensemble {

using enum random::ComponentSet;
using random::shared_place;

namespace {

constexpr int last_calendar_year = 65535;  // what a stream's address holds

[[noreturn]] void refuse(const char* what, const std::string& where, const std::string& got, const char* allowed,
                         const char* remedy) {
  throw core::DomainError(
      core::message({.what = what, .where = where, .got = got, .allowed = allowed, .remedy = remedy}));
}

void check_years(const RandomComponents& components) {
  const int first = components.first_year;
  if (first < 1 || components.n_years == 0 ||
      components.n_years > static_cast<std::size_t>(last_calendar_year - first) + 1) {
    refuse("years", "random components", std::to_string(first) + " + " + std::to_string(components.n_years),
           "calendar years 1 to 65535, at least one", "give the calendar years of the run");
  }
  if (components.first_random_year < first || components.first_random_year > last_calendar_year) {
    refuse("first_random_year", "random components", std::to_string(components.first_random_year),
           "the first year of the run or later", "give the year after the last fitted one");
  }
}

void check_places(const std::vector<RandomPlace>& places) {
  std::vector<std::uint32_t> keys;
  for (const RandomPlace& place : places) keys.push_back(place.key);
  std::ranges::sort(keys);
  const auto twice = std::ranges::adjacent_find(keys);
  if (twice != keys.end()) {
    refuse("place key", "random components", std::to_string(*twice), "one key a place",
           "give places codes with different keys");
  }
}

/// Copies the random years behind the fitted ones.
void put(const Paths& paths, std::size_t from, core::View<double, 2> to) {
  for (std::size_t t = 0; t < paths.values.extent(0); ++t)
    for (std::size_t lane = 0; lane < paths.values.extent(1); ++lane) to(from + t, lane) = paths.values(t, lane);
}

}  // namespace

DemographicPaths::DemographicPaths(RandomComponents components, std::vector<RandomPlace> places)
    : components_(components), places_(std::move(places)) {
  check_years(components_);
  check_places(places_);
  // One draw of every component: their own functions know their ranges, and complain before a run begins.
  const PathKey probe = {.seed = components_.seed, .first_year = components_.first_year, .n_years = 1};
  (void)tfr_factor_path(components_.tfr, probe);
  (void)k_shock_path(components_.mortality, probe);
  (void)place_mortality_path(components_.place_mortality, probe);
  for (const RandomPlace& place : places_) {
    PlaceFertilityFactor factor = components_.place_fertility;
    factor.start = place.fertility_start;
    (void)place_factor_path(factor, probe);
    (void)migration_path({.phi = components_.migration_phi, .step_sd = place.migration_sd}, probe);
  }
}

bool DemographicPaths::has_fertility() const { return is_on(tfr_component) || is_on(place_fertility_component); }
bool DemographicPaths::has_k() const { return is_on(mortality_component); }
bool DemographicPaths::has_shock() const { return is_on(migration_component); }
bool DemographicPaths::has_death_factor() const { return is_on(place_mortality_component); }

EventNoise DemographicPaths::events(std::size_t place) const {
  return {.is_on = is_on(events_component),
          .seed = components_.seed,
          .place = places_[place].key,
          .first_year = n_fitted()};
}

void DemographicPaths::check(std::size_t n_places, std::size_t n_years) const {
  if (places_.size() == n_places && components_.n_years == n_years) return;
  throw core::ShapeError(core::message(
      {.what = "random paths",
       .where = "",
       .got = std::to_string(places_.size()) + " places, " + std::to_string(components_.n_years) + " years",
       .allowed = std::to_string(n_places) + " places, " + std::to_string(n_years) + " years, those of the run",
       .remedy = "make the paths for the places and years of the run"}));
}

std::size_t DemographicPaths::n_fitted() const {
  return std::min(components_.n_years,
                  static_cast<std::size_t>(components_.first_random_year - components_.first_year));
}

PathKey DemographicPaths::key(std::uint32_t place, std::size_t first_draw, std::size_t n_draws) const {
  return {.seed = components_.seed,
          .first_draw = first_draw,
          .n_draws = n_draws,
          .place = place,
          .first_year = components_.first_random_year,
          .n_years = components_.n_years - n_fitted()};
}

void DemographicPaths::fertility_factor(std::size_t place, std::size_t first_draw, core::View<double, 2> factor) const {
  std::ranges::fill(factor.flat(), 1.0);
  const std::size_t from = n_fitted();
  if (from == components_.n_years) return;
  const std::size_t lanes = factor.extent(1);
  const RandomPlace& own = places_[place];
  if (is_on(tfr_component)) put(tfr_factor_path(components_.tfr, key(shared_place, first_draw, lanes)), from, factor);
  if (!is_on(place_fertility_component) || own.is_nation) return;
  PlaceFertilityFactor model = components_.place_fertility;
  model.start = own.fertility_start;
  const Paths paths = place_factor_path(model, key(own.key, first_draw, lanes));
  for (std::size_t t = 0; t < paths.values.extent(0); ++t)
    for (std::size_t lane = 0; lane < lanes; ++lane) factor(from + t, lane) *= paths.values(t, lane);
}

void DemographicPaths::draw(std::size_t place, std::size_t first_draw, const PathBlock& block) const {
  fertility_factor(place, first_draw, block.fertility);
  const std::size_t from = n_fitted();
  if (from == components_.n_years) return;
  const RandomPlace& own = places_[place];
  if (has_k()) put(k_shock_path(components_.mortality, key(shared_place, first_draw, n_lanes)), from, block.k);
  if (has_death_factor() && !own.is_nation) {
    put(place_mortality_path(components_.place_mortality, key(own.key, first_draw, n_lanes)), from, block.death_factor);
  }
  if (has_shock()) {
    const MigrationDeviation model = {.phi = components_.migration_phi, .step_sd = own.migration_sd};
    put(migration_path(model, key(own.key, first_draw, n_lanes)), from, block.shock);
  }
}

std::size_t DemographicPaths::n_bounded(std::size_t first_draw, std::size_t n_draws) const {
  if (!is_on(tfr_component) || n_draws == 0 || n_fitted() == components_.n_years) return 0;
  return tfr_factor_path(components_.tfr, key(shared_place, first_draw, n_draws)).n_bounded;
}

}  // namespace sanhai::ensemble
