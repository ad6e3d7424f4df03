// Factors of places: province x city x county, each keyed by its own code and beginning in its own year.

#include <cmath>
#include <vector>

#include "sanhai/core/error.hpp"
#include "sanhai/ensemble/demographic_paths.hpp"
#include "sanhai_catch.hpp"

namespace {

using namespace sanhai;
using namespace sanhai::ensemble;

constexpr int first_year = 2021;
constexpr std::size_t n_years = 20;
constexpr FirstYears from_2025{2025, 2025, 2025};
constexpr FirstYears from_2026{2026, 2026, 2026};

RandomComponents components(unsigned on = random::all_components) {
  RandomComponents found;
  found.seed = 7;
  found.on = on;
  found.first_year = first_year;
  found.first_random_year = 2026;
  found.n_years = n_years;
  found.mortality = {.step_sd = 2.0, .start_sd = 3.0};
  return found;
}

PlaceLink gansu() { return {620000, PlaceKind::province, from_2025}; }
PlaceLink lanzhou() { return {620100, PlaceKind::city, from_2025}; }

RandomPlace county(std::uint32_t key) {
  return {.key = key, .chain = {gansu(), lanzhou(), {key, PlaceKind::county, from_2025}}, .first = from_2026};
}

RandomPlace nation() { return {.key = 100000, .first = from_2026, .migration_sd = 0.002}; }

struct Drawn {
  core::Array<2> fertility{{n_years, n_lanes}, 1.0};
  core::Array<2> k{{n_years, n_lanes}, 0.0};
  core::Array<2> shock{{n_years, n_lanes}, 0.0};
  core::Array<2> deaths{{n_years, n_lanes}, 1.0};
};

Drawn draw(const DemographicPaths& paths, std::size_t place, std::size_t first_draw = 0) {
  Drawn out;
  paths.draw(place, first_draw,
             {.fertility = out.fertility.view(),
              .k = out.k.view(),
              .shock = out.shock.view(),
              .death_factor = out.deaths.view(),
              .start_rate = {},
              .end_rate = {},
              .gross_rate = {}});
  return out;
}

PathKey key_of(std::uint32_t place, int year, std::size_t first_draw = 0) {
  return {.seed = 7,
          .first_draw = first_draw,
          .n_draws = n_lanes,
          .place = place,
          .first_year = year,
          .n_years = n_years - static_cast<std::size_t>(year - first_year)};
}

bool same(const core::Array<2>& a, const core::Array<2>& b) { return std::ranges::equal(a.flat(), b.flat()); }

/// sd over draws of the mean factor of some places, weighted, in one year; the nation's level divided out.
double spread(const DemographicPaths& paths, const std::vector<std::size_t>& places, const std::vector<double>& weight,
              std::size_t year) {
  constexpr std::size_t n = 20'000;
  core::Array<2> sum({n_years, n}, 0.0);
  core::Array<2> own({n_years, n});
  for (std::size_t i = 0; i < places.size(); ++i) {
    paths.fertility_factor(places[i], 0, own.view());
    for (std::size_t d = 0; d < n; ++d) sum(year, d) += weight[i] * own(year, d);
  }
  double squares = 0.0;
  for (std::size_t d = 0; d < n; ++d) squares += std::pow(sum(year, d) - 1.0, 2);
  return std::sqrt(squares / static_cast<double>(n));
}

}  // namespace

TEST_CASE("a county's factors are those of its province, its city and its own, by the component functions",
          "[random]") {
  const DemographicPaths paths(components(), {nation(), county(620102)});
  const Drawn found = draw(paths, 1, 16);
  const Paths level = tfr_factor_path({}, key_of(random::shared_place, 2026, 16));
  const Paths k = k_shock_path({.step_sd = 2.0, .start_sd = 3.0}, key_of(random::shared_place, 2026, 16));
  const std::uint32_t keys[3] = {620000, 620100, 620102};
  const double fertility[3] = {0.048, 0.030, 0.040};
  const double mortality[3] = {0.0139, 0.0087, 0.0115};
  const double migration[3] = {0.003, 0.0, 0.009};
  for (std::size_t t = 0; t < n_years; ++t)
    for (std::size_t lane = 0; lane < n_lanes; ++lane) {
      double births = t < 5 ? 1.0 : level.values(t - 5, lane);
      double deaths = 1.0;
      double moves = 0.0;
      for (std::size_t i = 0; i < 3 && t >= 4; ++i) {
        const PathKey key = key_of(keys[i], 2025, 16);
        births *= place_factor_path({.step_sd = fertility[i]}, key).values(t - 4, lane);
        deaths *= place_mortality_path({.step_sd = mortality[i]}, key).values(t - 4, lane);
        moves += migration_path({.step_sd = migration[i]}, key).values(t - 4, lane);
      }
      REQUIRE(found.fertility(t, lane) == births);
      REQUIRE(found.deaths(t, lane) == deaths);
      REQUIRE(found.shock(t, lane) == moves);
      REQUIRE(found.k(t, lane) == (t < 5 ? 0.0 : k.values(t - 5, lane)));
    }
  // Years before the first are neutral to the bit, the first already varies.
  CHECK(found.fertility(3, 0) == 1.0);
  CHECK(found.fertility(4, 0) != 1.0);
  CHECK(found.k(5, 0) != 0.0);
}

TEST_CASE("the nation has the level, k and its own migration, and no factor of a place", "[random]") {
  const DemographicPaths paths(components(), {nation()});
  const Drawn found = draw(paths, 0);
  const Paths level = tfr_factor_path({}, key_of(random::shared_place, 2026));
  const Paths moves = migration_path({.step_sd = 0.002}, key_of(100000, 2026));
  for (std::size_t t = 5; t < n_years; ++t) {
    CHECK(found.fertility(t, 2) == level.values(t - 5, 2));
    CHECK(found.shock(t, 2) == moves.values(t - 5, 2));
    CHECK(found.deaths(t, 2) == 1.0);
  }
}

TEST_CASE("level, k and migration each begin in their own year", "[random]") {
  RandomPlace root = nation();
  root.first = {2027, 2024, 2030};
  const Drawn found = draw(DemographicPaths(components(), {root}), 0);
  for (std::size_t t = 0; t < n_years; ++t) {
    CHECK((found.fertility(t, 1) != 1.0) == (t >= 6));
    CHECK((found.k(t, 1) != 0.0) == (t >= 3));
    CHECK((found.shock(t, 1) != 0.0) == (t >= 9));
  }
}

TEST_CASE("a place has its draws whatever else is in the run, and shares its province's path", "[random]") {
  const DemographicPaths together(components(), {nation(), county(620102), county(620103), {.key = 5}});
  const DemographicPaths alone(components(), {county(620103)});
  CHECK(same(draw(together, 2, 8).fertility, draw(alone, 0, 8).fertility));
  CHECK(same(draw(together, 2, 8).deaths, draw(alone, 0, 8).deaths));
  CHECK(same(draw(together, 2, 8).shock, draw(alone, 0, 8).shock));
  CHECK(same(draw(together, 2, 8).k, draw(alone, 0, 8).k));
  // What two counties share is a product of two: their ratio is that of their own factors.
  const Drawn one = draw(together, 1);
  const Drawn other = draw(together, 2);
  const Paths own = place_factor_path({.step_sd = 0.040}, key_of(620102, 2025));
  const Paths others = place_factor_path({.step_sd = 0.040}, key_of(620103, 2025));
  for (std::size_t t = 4; t < n_years; ++t) {
    const double ratio = one.fertility(t, 1) / other.fertility(t, 1);
    CHECK(test::relative_close(ratio, own.values(t - 4, 1) / others.values(t - 4, 1), 1e-14));
  }
}

TEST_CASE("spread of births against the nation: counties no longer cancel", "[random]") {
  // Births of Lanzhou's nine counties as calibrated for 2024: of a county's own step 0.412 stays in their sum.
  const std::vector<std::uint32_t> keys = {620102, 620103, 620104, 620105, 620111, 620121, 620122, 620123, 620171};
  const std::vector<double> births = {7468, 3808, 1806, 3309, 655, 1293, 651, 3645, 2299};
  double all = 0.0;
  double squares = 0.0;
  for (const double one : births) all += one;
  std::vector<double> weight;
  for (const double one : births) {
    weight.push_back(one / all);
    squares += weight.back() * weight.back();
  }
  REQUIRE(std::abs(std::sqrt(squares) - 0.412) < 0.001);
  std::vector<RandomPlace> places;
  for (const std::uint32_t key : keys) places.push_back(county(key));
  places.push_back({.key = 620000, .chain = {gansu()}, .first = from_2026});
  const DemographicPaths paths(components(random::place_fertility_component), places);
  const std::vector<std::size_t> counties = {0, 1, 2, 3, 4, 5, 6, 7, 8};
  const std::size_t in_2026 = 5;
  const std::size_t in_2030 = 9;
  CHECK(std::abs(spread(paths, counties, weight, in_2026) - 0.083) < 0.002);
  CHECK(std::abs(spread(paths, counties, weight, in_2030) - 0.139) < 0.003);
  CHECK(std::abs(spread(paths, {9}, {1.0}, in_2026) - 0.067) < 0.001);
  CHECK(std::abs(spread(paths, {9}, {1.0}, in_2030) - 0.113) < 0.002);
}

TEST_CASE("a place with a later figure of its own varies after it, on its province's path", "[random]") {
  RandomPlace late = county(620102);
  late.chain[1].first = late.chain[2].first = {2027, 2025, 2025};
  const RandomPlace beside{.key = 620702, .chain = {gansu(), {620700, PlaceKind::city, from_2025}}};
  const DemographicPaths paths(components(random::place_fertility_component), {late, beside});
  const Drawn found = draw(paths, 0);
  const Paths province = place_factor_path({.step_sd = 0.048}, key_of(620000, 2025));
  const Paths city = place_factor_path({.step_sd = 0.030}, key_of(620100, 2027));
  const Paths own = place_factor_path({.step_sd = 0.040}, key_of(620102, 2027));
  for (std::size_t t = 0; t < 6; ++t) CHECK(found.fertility(t, 0) == 1.0);
  CHECK(found.fertility(6, 0) == province.values(2, 0) * city.values(0, 0) * own.values(0, 0));
}

TEST_CASE("single events begin when neither births nor deaths are published", "[random]") {
  RandomPlace place = county(620102);
  for (PlaceLink& link : place.chain) link.first = {2025, 2023, 2022};
  const DemographicPaths paths(components(random::events_component), {place, nation()});
  CHECK(paths.events(0).first_year == 4);
  CHECK(paths.events(1).first_year == 5);
}

TEST_CASE("chains that contradict each other are refused", "[random]") {
  const auto refused = [](std::vector<RandomPlace> places) {
    REQUIRE_THROWS_AS(DemographicPaths(components(), std::move(places)), core::DomainError);
  };
  RandomPlace other = county(620103);
  other.chain[0].kind = PlaceKind::city;
  refused({county(620102), other});
  other = county(620103);
  other.chain[0].first.mortality = 2024;
  refused({county(620102), other});
  other = county(620103);
  other.chain[1] = other.chain[0];
  refused({other});
  other = county(620103);
  other.chain[2].first.fertility = first_year - 1;
  refused({other});
  other = county(620103);
  other.first.migration = 70'000;
  refused({other});
}
