// Cases that planted errors asked for (tests/mutation): draws, and the sums of places. Expected values by hand.

#include "sanhai/ensemble/policy_paths.hpp"
#include "sanhai_catch.hpp"
#include "test_ensemble_cases.hpp"

namespace {

using namespace sanhai;
using ensemble::Indicator;
using ensemble::n_lanes;
using test::close;
using test::relative_close;

ensemble::RunOptions few_draws(std::vector<Indicator> indicators) {
  ensemble::RunOptions options;
  options.n_draws = 3;
  options.keep = ensemble::Keep::draws;
  options.mortality = ensemble::MortalityMode::shared;
  options.indicators = std::move(indicators);
  options.probabilities.clear();
  return options;
}

ensemble::RandomComponents components(unsigned on = random::all_components) {
  ensemble::RandomComponents found;
  found.seed = 11;
  found.on = on;
  found.first_year = 2024;
  found.first_random_year = 2026;
  found.n_years = 6;
  return found;
}

std::vector<ensemble::RandomPlace> nation_and_province() {
  return {{.key = 100000}, {.key = 620000, .chain = {{620000, ensemble::PlaceKind::province, {}}}}};
}

}  // namespace

TEST_CASE("a shock of migration has the ages of its year", "[gaps][ensemble]") {
  test::CaseOptions options;
  options.n_years = 3;
  options.n_ages = 40;
  options.with_draws_of_mortality = false;
  options.leaving = 0.1;
  ensemble::EnsembleInputs inputs = test::random_inputs(31, options);
  ensemble::PlaceInputs& place = inputs.places[0];
  place.pattern = core::Array<3>({3, 2, 40});
  for (std::size_t i = 0; i < place.pattern.flat().size(); ++i) place.pattern.flat()[i] = 1.0 + static_cast<double>(i);
  for (double& value : place.pop_jan1.flat()) value += 1000.0;
  const test::RandomPaths paths(31);
  ensemble::RunOptions run = few_draws({Indicator::net_migration});
  run.ages_of = {0};
  const ensemble::Ensemble got = ensemble::run(inputs, paths, run);
  for (std::size_t draw = 0; draw < 3; ++draw)
    for (std::size_t t = 0; t < 3; ++t) {
      double all = 0.0;
      for (std::size_t s = 0; s < 2; ++s)
        for (std::size_t x = 0; x < 40; ++x) {
          const double moved =
              inputs.places[0].net_migration(t, s, x) + paths.shock(0, draw, t) * inputs.places[0].pattern(t, s, x);
          CHECK(close(got.cells.net_migration(0, draw, t, s, x), moved, 1e-9));
          all += moved;
        }
      CHECK(close(got.draws(0, 0, t, draw), all, 1e-8));
    }
}

TEST_CASE("the open age is of its own group, not of the age before it", "[gaps][ensemble]") {
  for (const std::size_t open : {15, 50, 65}) {
    test::CaseOptions options;
    options.n_years = 2;
    options.n_ages = open + 1;
    options.with_draws_of_mortality = options.with_migration = false;
    ensemble::RunOptions run =
        few_draws({Indicator::pop_0_14, Indicator::pop_15_64, Indicator::pop_65plus, Indicator::women_15_49});
    run.ages_of = {0};
    const ensemble::Ensemble got = ensemble::run(test::random_inputs(33, options), test::RandomPaths(33), run);
    const auto all = [&](std::size_t t, std::size_t begin, std::size_t end) {
      double sum = 0.0;
      for (std::size_t x = begin; x < std::min(end, open + 1); ++x)
        sum += got.cells.pop_jan1(0, 0, t, 0, x) + got.cells.pop_jan1(0, 0, t, 1, x);
      return sum;
    };
    double women = 0.0;
    for (std::size_t x = 15; x < std::min<std::size_t>(50, open + 1); ++x) women += got.cells.pop_jan1(0, 0, 2, 1, x);
    CHECK(relative_close(got.draws(0, 0, 2, 0), all(2, 0, 15), 1e-13));
    CHECK(relative_close(got.draws(0, 1, 2, 0), all(2, 15, 65), 1e-13));
    CHECK(close(got.draws(0, 2, 2, 0), all(2, 65, 200), 1e-9));
    CHECK(relative_close(got.draws(0, 3, 2, 0), women, 1e-13));
  }
}

TEST_CASE("a sum has the births of every mother's age of any of its places", "[gaps][ensemble]") {
  test::CaseOptions options;
  options.n_places = 3;
  options.n_years = 2;
  options.with_draws_of_mortality = options.with_migration = false;
  ensemble::EnsembleInputs inputs = test::random_inputs(32, options);
  inputs.fertility.push_back(inputs.fertility[0]);
  for (std::size_t t = 0; t < 2; ++t)  // the first and the last place have fewer ages of childbearing
    for (std::size_t i = 0; i < core::n_orders; ++i)
      for (std::size_t x = 13; x < 50; ++x)
        if (x < 20 || x >= 40) inputs.fertility[1].asfr(t, i, x) = 0.0;
  inputs.places[0].fertility = inputs.places[2].fertility = 1;
  inputs.sums = {{0, 1, 2}};
  ensemble::RunOptions run = few_draws({Indicator::births, Indicator::tfr});
  run.ages_of = {3, 0, 1, 2};
  const ensemble::Ensemble got = ensemble::run(inputs, test::RandomPaths(32), run);
  const auto births = [&](std::size_t row, std::size_t draw, std::size_t t, std::size_t x) {
    const auto of = [&](std::size_t i) { return got.cells.births(row, draw, t, i, x); };
    return of(0) + of(1) + of(2);
  };
  for (std::size_t draw = 0; draw < 3; ++draw)
    for (std::size_t t = 0; t < 2; ++t) {
      double all = 0.0;
      double tfr = 0.0;
      for (std::size_t x = 0; x < options.n_ages; ++x) {
        double parts = 0.0;
        double exposed = 0.0;
        for (const std::size_t row : {1, 2, 3}) {
          parts += births(row, draw, t, x);
          exposed += got.cells.women_exposed(row, draw, t, x);
        }
        CHECK((births(1, draw, t, x) > 0.0) == (x >= 20 && x < 40));
        CHECK((births(2, draw, t, x) > 0.0) == (x >= 13 && x < 50));
        CHECK(relative_close(births(0, draw, t, x), parts, 1e-14));
        all += parts;
        tfr += parts / exposed;
      }
      CHECK(relative_close(got.draws(3, 0, t, draw), all, 1e-13));
      CHECK(relative_close(got.draws(3, 1, t, draw), tfr, 1e-13));
    }
}

TEST_CASE("the nation has no factors against itself", "[gaps][ensemble]") {
  const ensemble::DemographicPaths both(components(), nation_and_province());
  const ensemble::DemographicPaths level(components(random::tfr_component), nation_and_province());
  core::Array<2> factor[2] = {core::Array<2>({6, n_lanes}), core::Array<2>({6, n_lanes})};
  both.fertility_factor(0, 0, factor[0].view());
  level.fertility_factor(0, 0, factor[1].view());
  core::Array<2> deaths[2] = {core::Array<2>({6, n_lanes}, 1.0), core::Array<2>({6, n_lanes}, 1.0)};
  for (const std::size_t place : {0, 1}) {
    core::Array<2> other({6, n_lanes});
    core::Array<2> k({6, n_lanes});
    core::Array<2> shock({6, n_lanes});
    both.draw(place, 0,
              {.fertility = other.view(),
               .k = k.view(),
               .shock = shock.view(),
               .death_factor = deaths[place].view(),
               .start_rate = {},
               .end_rate = {},
               .gross_rate = {}});
  }
  for (std::size_t t = 0; t < 6; ++t)
    for (std::size_t lane = 0; lane < n_lanes; ++lane) {
      CHECK(factor[0](t, lane) == factor[1](t, lane));
      CHECK(deaths[0](t, lane) == 1.0);
      CHECK((deaths[1](t, lane) == 1.0) == (t < 2));
    }
}

TEST_CASE("a place answers by its own factor on the nation's elasticity, the nation by none", "[gaps][policy]") {
  const ensemble::DemographicPaths demography(components(), nation_and_province());
  ensemble::PolicyPlace place;
  place.fertility.asfr = core::Array<2>({6, 101});
  for (std::size_t t = 0; t < 6; ++t)
    for (std::size_t x = 20; x < 40; ++x) place.fertility.asfr(t, x) = 0.03;
  place.fertility.start = rates::childless_stock();
  place.fertility.relative = core::Array<3>({1, core::n_orders, rates::n_parity_ages}, 1.0);
  const ensemble::PolicyResponse response;
  const ensemble::PolicyPaths paths(demography, {place, place}, response);
  for (std::size_t draw = 0; draw < 5; ++draw) {
    const double eps = policy::draw_policy(response.priors, 11, draw).eps;
    const double effect = policy::draw_place_effect(response.priors, 11, draw, 620000);
    CHECK(effect != 1.0);
    CHECK(paths.parameters(0, draw).eps == eps);
    CHECK(paths.parameters(1, draw).eps == eps * effect);
  }
}
