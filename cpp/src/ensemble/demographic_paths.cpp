#include "sanhai/ensemble/demographic_paths.hpp"

#include <algorithm>
#include <map>
#include <set>
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

void require_first(const RandomComponents& components, int first, const std::string& where) {
  if (first == 0 || (first >= components.first_year && first <= last_calendar_year)) return;
  refuse("first_random_year", where, std::to_string(first), "the first year of the run or later",
         "give the year after the last published one");
}

void require_first(const RandomComponents& components, const FirstYears& first, std::uint32_t key) {
  for (const int year : {first.fertility, first.mortality, first.migration})
    require_first(components, year, "place key " + std::to_string(key));
}

void check_years(const RandomComponents& components) {
  const int first = components.first_year;
  if (first < 1 || components.n_years == 0 ||
      components.n_years > static_cast<std::size_t>(last_calendar_year - first) + 1) {
    refuse("years", "random components", std::to_string(first) + " + " + std::to_string(components.n_years),
           "calendar years 1 to 65535, at least one", "give the calendar years of the run");
  }
  if (components.first_random_year == 0)
    refuse("first_random_year", "random components", "0", "a calendar year",
           "give the year after the last published one");
  require_first(components, components.first_random_year, "random components");
}

bool same_link(const PlaceLink& a, const PlaceLink& b) {
  return a.kind == b.kind && a.first.fertility == b.first.fertility && a.first.mortality == b.first.mortality &&
         a.first.migration == b.first.migration;
}

/// Who shares a key shares a path: it has one kind and begins in one year.
void check_chain(const RandomComponents& components, const RandomPlace& place,
                 std::map<std::uint32_t, PlaceLink>& known) {
  require_first(components, place.first, place.key);
  for (std::size_t i = 0; i < place.chain.size(); ++i) {
    const PlaceLink& link = place.chain[i];
    require_first(components, link.first, link.key);
    const bool is_again = std::any_of(place.chain.begin(), place.chain.begin() + static_cast<std::ptrdiff_t>(i),
                                      [&](const PlaceLink& above) { return above.key == link.key; });
    if (!is_again && same_link(known.try_emplace(link.key, link).first->second, link)) continue;
    refuse("chain", "place key " + std::to_string(place.key), "key " + std::to_string(link.key) + " in two ways",
           "one kind and the same first years wherever a key stands, once in a chain",
           "give a province, city or county the same link in all its places");
  }
}

void check_places(const RandomComponents& components, const std::vector<RandomPlace>& places) {
  std::vector<std::uint32_t> keys;
  std::map<std::uint32_t, PlaceLink> known;
  for (const RandomPlace& place : places) {
    keys.push_back(place.key);
    check_chain(components, place, known);
  }
  std::ranges::sort(keys);
  const auto twice = std::ranges::adjacent_find(keys);
  if (twice != keys.end()) {
    refuse("place key", "random components", std::to_string(*twice), "one key a place",
           "give places codes with different keys");
  }
}

/// What the years behind `from` become, from what they were and the paths' values.
template <class Join>
void join(const Paths& paths, std::size_t from, core::View<double, 2> to, Join one) {
  const std::size_t years = to.extent(0);
  const std::size_t behind = years - paths.values.extent(0);  // where the paths begin
  for (std::size_t t = from; t < years; ++t)
    for (std::size_t lane = 0; lane < to.extent(1); ++lane)
      to(t, lane) = one(to(t, lane), paths.values(t - behind, lane));
}

/// Copies the random years behind the neutral ones.
void put(const Paths& paths, core::View<double, 2> to) {
  join(paths, to.extent(0) - paths.values.extent(0), to, [](double, double value) { return value; });
}

constexpr double times(double a, double b) { return a * b; }
constexpr double plus(double a, double b) { return a + b; }

/// The last first year in a place's chain; `of`: of which variable.
int first_of(const RandomComponents& components, const RandomPlace& place, int FirstYears::* of) {
  int last = 0;
  for (const PlaceLink& link : place.chain)
    last = std::max(last, link.first.*of == 0 ? components.first_random_year : link.first.*of);
  return place.chain.empty() ? place.first.*of : last;
}

}  // namespace

DemographicPaths::DemographicPaths(RandomComponents components, std::vector<RandomPlace> places)
    : components_(components), places_(std::move(places)) {
  check_years(components_);
  check_places(components_, places_);
  // One draw of every component: their own functions know their ranges, and complain before a run begins.
  const PathKey probe = {.seed = components_.seed, .first_year = components_.first_year, .n_years = 1};
  (void)tfr_factor_path(components_.tfr, probe);
  (void)k_shock_path(components_.mortality, probe);
  for (const PlaceKindRow& row : components_.kinds) {
    (void)place_factor_path(fertility_of(row.kind), probe);
    (void)place_mortality_path({.phi = components_.place_mortality.phi, .step_sd = row.mortality_step_sd}, probe);
    (void)migration_path({.phi = components_.migration_phi, .step_sd = row.migration_step_sd}, probe);
  }
  for (const RandomPlace& place : places_)
    (void)migration_path({.phi = components_.migration_phi, .step_sd = place.migration_sd}, probe);
}

bool DemographicPaths::has_fertility() const { return is_on(tfr_component) || is_on(place_fertility_component); }
bool DemographicPaths::has_k() const { return is_on(mortality_component); }
bool DemographicPaths::has_shock() const { return is_on(migration_component); }
bool DemographicPaths::has_death_factor() const { return is_on(place_mortality_component); }

/// From the year on in which neither births nor deaths are published.
EventNoise DemographicPaths::events(std::size_t place) const {
  const RandomPlace& own = places_[place];
  const int births = first_of(components_, own, &FirstYears::fertility);
  const int deaths = first_of(components_, own, &FirstYears::mortality);
  return {.is_on = is_on(events_component),
          .seed = components_.seed,
          .place = own.key,
          .first_year = std::max(index_of(births), index_of(deaths))};
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

std::size_t DemographicPaths::index_of(int first) const {
  const int year = first == 0 ? components_.first_random_year : first;
  return std::min(components_.n_years, static_cast<std::size_t>(year - components_.first_year));
}

PathKey DemographicPaths::key(std::uint32_t place, int first, std::size_t first_draw, std::size_t n_draws) const {
  return {.seed = components_.seed,
          .first_draw = first_draw,
          .n_draws = n_draws,
          .place = place,
          .first_year = first == 0 ? components_.first_random_year : first,
          .n_years = components_.n_years - index_of(first)};
}

PlaceFertilityFactor DemographicPaths::fertility_of(PlaceKind kind) const {
  PlaceFertilityFactor model = components_.place_fertility;
  model.step_sd = components_.kinds[static_cast<std::size_t>(kind)].fertility_step_sd;
  return model;
}

void DemographicPaths::fertility_factor(std::size_t place, std::size_t first_draw, core::View<double, 2> factor) const {
  std::ranges::fill(factor.flat(), 1.0);
  const std::size_t lanes = factor.extent(1);
  const RandomPlace& own = places_[place];
  if (is_on(tfr_component))
    put(tfr_factor_path(components_.tfr, key(shared_place, own.first.fertility, first_draw, lanes)), factor);
  if (!is_on(place_fertility_component)) return;
  const std::size_t from = index_of(first_of(components_, own, &FirstYears::fertility));
  for (const PlaceLink& link : own.chain) {
    const PathKey of = key(link.key, link.first.fertility, first_draw, lanes);
    join(place_factor_path(fertility_of(link.kind), of), from, factor, times);
  }
}

void DemographicPaths::add_migration(const RandomPlace& place, std::size_t first_draw,
                                     core::View<double, 2> shock) const {
  MigrationDeviation model = {.phi = components_.migration_phi, .step_sd = place.migration_sd};
  if (place.chain.empty())
    return put(migration_path(model, key(place.key, place.first.migration, first_draw, n_lanes)), shock);
  const std::size_t from = index_of(first_of(components_, place, &FirstYears::migration));
  for (const PlaceLink& link : place.chain) {
    model.step_sd = components_.kinds[static_cast<std::size_t>(link.kind)].migration_step_sd;
    if (model.step_sd == 0.0) continue;
    join(migration_path(model, key(link.key, link.first.migration, first_draw, n_lanes)), from, shock, plus);
  }
}

void DemographicPaths::draw(std::size_t place, std::size_t first_draw, const PathBlock& block) const {
  fertility_factor(place, first_draw, block.fertility);
  const RandomPlace& own = places_[place];
  if (has_k())
    put(k_shock_path(components_.mortality, key(shared_place, own.first.mortality, first_draw, n_lanes)), block.k);
  if (has_death_factor()) {
    PlaceMortality model = components_.place_mortality;
    const std::size_t from = index_of(first_of(components_, own, &FirstYears::mortality));
    for (const PlaceLink& link : own.chain) {
      model.step_sd = components_.kinds[static_cast<std::size_t>(link.kind)].mortality_step_sd;
      const PathKey of = key(link.key, link.first.mortality, first_draw, n_lanes);
      join(place_mortality_path(model, of), from, block.death_factor, times);
    }
  }
  if (has_shock()) add_migration(own, first_draw, block.shock);
}

std::size_t DemographicPaths::n_bounded(std::size_t first_draw, std::size_t n_draws) const {
  std::size_t n = 0;
  std::set<int> levels;
  std::set<std::uint32_t> links;
  for (const RandomPlace& place : places_) {
    if (n_draws == 0) break;
    if (is_on(tfr_component) && levels.insert(place.first.fertility).second)
      n += tfr_factor_path(components_.tfr, key(shared_place, place.first.fertility, first_draw, n_draws)).n_bounded;
    for (const PlaceLink& link : place.chain) {
      if (!is_on(place_fertility_component) || !links.insert(link.key).second) continue;
      n += place_factor_path(fertility_of(link.kind), key(link.key, link.first.fertility, first_draw, n_draws))
               .n_bounded;
    }
  }
  return n;
}

}  // namespace sanhai::ensemble
