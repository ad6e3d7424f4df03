// Births by order in lanes against the scalar functions of rates and policy, lane by lane; what a policy may never do;
// and the ensemble that runs on the policy.
#include "ensemble_policy_fixtures.hpp"
#include "reference_tempo.hpp"
#include "sanhai_catch.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "sanhai/core/error.hpp"
#include "sanhai/core/math.hpp"
#include "sanhai/ensemble/policy_paths.hpp"
#include "sanhai/rates/parity_path.hpp"

using namespace sanhai;
using namespace sanhai::ensemble;
using namespace sanhai::test;

namespace {

/// One draw of one place by the scalar functions alone.
struct Scalar {
  core::Array<2> multiplier;
  core::Array<4> base;
  core::Array<4> gross;
  core::Array<3> gross_shares;  ///< (year + 1, age 10..64, parity)
  TempoLedger ledger;
};

Scalar scalar_draw(const DemographicPaths& demography, const PolicyPaths& paths, const PolicyPlace& place,
                   std::size_t index, std::size_t draw) {
  core::Array<2> factor({n_years, 1});
  demography.fertility_factor(index, draw, factor.view());
  core::Array<2> asfr = place.fertility.asfr;
  for (std::size_t t = 0; t < n_years; ++t)
    for (std::size_t x = 0; x < n_ages; ++x) asfr(t, x) *= factor(t, 0);
  const policy::ResponseParameters parameters = paths.parameters(index, draw);
  Scalar found;
  found.multiplier = policy::Walk(place.support, first_year, n_years, parameters.onset, "").multipliers(parameters);
  const rates::ParityPath base = rates::parity_path(asfr.view(), place.fertility.start, place.fertility.relative.view(),
                                                    place.fertility.k, first_year);
  const rates::ParityPath gross = rates::gross_path(base, found.multiplier.view(), first_year);
  found.base = one_place(base.asfr_order);
  found.gross = one_place(gross.asfr_order);
  found.gross_shares = gross.shares;
  found.ledger = tempo_ledger(found.base.view(), found.gross.view(), parameters.tau, parameters.repayment);
  return found;
}

}  // namespace

TEST_CASE("Births by order in lanes are those of the scalar functions, draw by draw") {
  const DemographicPaths demography(components(), two_places());
  const std::vector<PolicyPlace> places = {{fertility(), allowance(60000.0)}, {fertility(), allowance(120000.0)}};
  const PolicyPaths paths(demography, places, {});
  const std::size_t first = paths.rate_ages().first;
  REQUIRE(first == 15);
  REQUIRE(paths.rate_ages().n == 35);
  double most = 0.0;
  double most_moved = 0.0;
  for (std::size_t index = 0; index < 2; ++index) {
    const PolicyBatch batch = paths.batch(index, 16);
    for (std::size_t lane = 0; lane < n_lanes; ++lane) {
      REQUIRE(batch.status[lane].year == -1);
      const Scalar scalar = scalar_draw(demography, paths, places[index], index, 16 + lane);
      most = std::max(most, worst(lane_of(batch.base_rate, lane, first).flat(), scalar.base.flat()));
      most = std::max(most, worst(lane_of(batch.gross_rate, lane, first).flat(), scalar.gross.flat()));
      const core::Array<4> start = lane_of(batch.start_rate, lane, first);
      const core::Array<4> end = lane_of(batch.end_rate, lane, first);
      for (std::size_t t = 0; t < n_years; ++t)
        for (std::size_t i = 0; i < core::n_orders; ++i) {
          CHECK(close(batch.multiplier(t, i, lane), scalar.multiplier(t, i), 0.0));
          most = std::max(most, std::abs(batch.added_gross(t, i, lane) - scalar.ledger.added_gross(0, t, i)));
          most = std::max(most, std::abs(batch.added_net(t, i, lane) - scalar.ledger.added_net(0, t, i)));
          most = std::max(most, std::abs(batch.unpaid(t, i, lane) - scalar.ledger.unpaid(0, t, i)));
          for (std::size_t x = 1; x < n_ages; ++x) {
            const double half = 0.5 * scalar.gross(0, t, i, x);
            most = std::max(most, std::abs(start(0, t, i, x) - half * scalar.ledger.cohort_factor(0, t, i, x)));
            most = std::max(most, std::abs(end(0, t, i, x) - half * scalar.ledger.cohort_factor(0, t, i, x - 1)));
            most_moved = std::max(most_moved, std::abs(1.0 - scalar.ledger.cohort_factor(0, t, i, x)));
          }
        }
      for (std::size_t t = 0; t <= n_years; ++t)
        for (std::size_t x = 0; x < rates::n_parity_ages; ++x) {
          double sum = 0.0;
          for (std::size_t p = 0; p < n_parities; ++p) {
            sum += batch.gross_share(t, p, x, lane);
            most = std::max(most, std::abs(batch.gross_share(t, p, x, lane) - scalar.gross_shares(t, x, p)));
          }
          most = std::max(most, std::abs(sum - 1.0));
        }
    }
  }
  CHECK(most <= 1e-12);
  CHECK(most_moved > 0.01);  // the ledger did something
}

TEST_CASE("Hazards far above those of a population are those of the scalar functions too") {
  const DemographicPaths demography(components(random::policy_component), two_places());
  ParityFertility heavy = fertility();
  for (std::size_t step = 0; step < 4; ++step) {
    heavy.asfr(n_fitted + 6 + 5 * step, 30) = 0.4 + 0.1 * static_cast<double>(step);
  }
  const std::vector<PolicyPlace> places = {{heavy, {}}, {fertility(), {}}};
  const PolicyPaths paths(demography, places, {});
  const PolicyBatch batch = paths.batch(0, 0);
  const Scalar scalar = scalar_draw(demography, paths, places[0], 0, 0);
  CHECK(worst(lane_of(batch.base_rate, 0, paths.rate_ages().first).flat(), scalar.base.flat()) <= 1e-13);
  double largest = 0.0;  // births over those at risk: the series alone would be wrong here
  for (std::size_t step = 0; step < 4; ++step) {
    const std::size_t t = n_fitted + 6 + 5 * step;
    const double at_risk = 0.5 * (scalar.gross_shares(t, 20, 0) + scalar.gross_shares(t, 19, 0));
    largest = std::max(largest, scalar.base(0, t, 0, 30) / at_risk);
  }
  CHECK(largest > 0.7);  // a hazard of 1.2
}

TEST_CASE("A policy alike on both sides leaves every bit of the base path") {
  const DemographicPaths demography(components(), two_places());
  policy::Support alike = allowance(60000.0);
  for (core::Array<5>* table : {&alike.present_value, &alike.claimed}) {
    const std::span<double> cells = table->flat();
    std::ranges::copy(cells.first(cells.size() / 2), cells.subspan(cells.size() / 2).begin());
  }
  const PolicyPaths null(demography, {{fertility(), alike}, {fertility(), alike}}, {});
  const PolicyPaths none(demography, {{fertility(), {}}, {fertility(), {}}}, {});
  const PolicyPaths real(demography, {{fertility(), allowance(60000.0)}, {fertility(), {}}}, {});
  for (std::size_t index = 0; index < 2; ++index) {
    const PolicyBatch a = null.batch(index, 0);
    const PolicyBatch b = none.batch(index, 0);
    const PolicyBatch c = real.batch(index, 0);
    CHECK(same_bits(a.start_rate.flat(), b.start_rate.flat()));
    CHECK(same_bits(a.end_rate.flat(), b.end_rate.flat()));
    CHECK(same_bits(b.base_rate.flat(), c.base_rate.flat()));  // the same draw meets the same shocks in every scenario
    CHECK(same_bits(b.start_rate.flat(), c.start_rate.flat()) == (index == 1));
  }
}

TEST_CASE("A draw's bits do not depend on its lane, its neighbours or the instruction set") {
  const DemographicPaths demography(components(), two_places());
  const std::vector<PolicyPlace> places = {{fertility(), allowance(90000.0)}, {fertility(), allowance(90000.0)}};
  const PolicyPaths best(demography, places, {});
  const PolicyPaths plain(demography, places, {}, Isa::baseline);
  const PolicyBatch eight = best.batch(1, 8);
  const PolicyBatch shifted = best.batch(1, 11);
  const PolicyBatch baseline = plain.batch(1, 8);
  CHECK(same_bits(eight.start_rate.flat(), baseline.start_rate.flat()));
  CHECK(same_bits(eight.end_rate.flat(), baseline.end_rate.flat()));
  std::size_t differing = 0;
  for (std::size_t lane = 3; lane < n_lanes; ++lane)
    for (std::size_t t = 0; t < n_years; ++t)
      for (std::size_t i = 0; i < core::n_orders; ++i)
        for (std::size_t x = 0; x < best.rate_ages().n; ++x) {
          differing += eight.start_rate(t, i, x, lane) != shifted.start_rate(t, i, x, lane - 3);
          differing += eight.end_rate(t, i, x, lane) != shifted.end_rate(t, i, x, lane - 3);
        }
  CHECK(differing == 0);
}

TEST_CASE("At tau 1 completed cohorts keep their births of every order; gross is never below net at first") {
  PolicyResponse response;
  response.point.tau = 1.0;
  response.fixed = fixed_tau;
  const DemographicPaths demography(components(), two_places());
  const policy::Support small = allowance(8000.0);
  const PolicyPaths paths(demography, {{fertility(), small}, {fertility(), small}}, response);
  const PolicyBatch batch = paths.batch(0, 0);
  const std::size_t n = paths.rate_ages().n;
  std::size_t n_small = 0;
  for (std::size_t lane = 0; lane < n_lanes; ++lane)
    for (std::size_t i = 0; i < core::n_orders; ++i) {
      double net = 0.0;
      double base = 0.0;
      double gross = 0.0;
      for (std::size_t t = 0; t + 1 < n_years && t <= n; ++t) {  // the cohort that starts the first year aged 14
        if (t > 0) net += batch.start_rate(t, i, t - 1, lane);
        if (t < n) net += batch.end_rate(t, i, t, lane);
        base +=
            0.5 * ((t > 0 ? batch.base_rate(t, i, t - 1, lane) : 0.0) + (t < n ? batch.base_rate(t, i, t, lane) : 0.0));
        gross += 0.5 * ((t > 0 ? batch.gross_rate(t, i, t - 1, lane) : 0.0) +
                        (t < n ? batch.gross_rate(t, i, t, lane) : 0.0));
      }
      CHECK(close(net - base, batch.unpaid(n, i, lane), 1e-12));  // what no birth was left to repay
      if (gross <= 1.1 * base) CHECK(close(net, base, 1e-12));
      n_small += gross <= 1.1 * base;
      CHECK(gross > base + 1e-6);
      CHECK(batch.added_gross(n_fitted + 1, i, lane) >= batch.added_net(n_fitted + 1, i, lane));
      for (std::size_t t = 0; t < n_fitted - 1; ++t) CHECK(batch.added_gross(t, i, lane) == 0.0);
    }
  CHECK(n_small > 12);
}

TEST_CASE("No support lifts progression above what women want") {
  const DemographicPaths demography(components(), two_places());
  const policy::Support huge = allowance(5.0e6);
  const PolicyPaths paths(demography, {{fertility(), huge}, {fertility(), huge}}, {});
  CHECK(paths.n_capped(1, 0, n_lanes) == n_lanes);
  const PolicyBatch batch = paths.batch(1, 0);
  const double at_most[3] = {std::log(0.05) / std::log(0.30), std::log(0.25) / std::log(0.55),
                             std::log(0.80) / std::log(0.88)};
  double most = 0.0;
  for (std::size_t t = 0; t < n_years; ++t)
    for (std::size_t i = 0; i < core::n_orders; ++i)
      for (std::size_t lane = 0; lane < n_lanes; ++lane) {
        CHECK(batch.multiplier(t, i, lane) <= at_most[i] * (1.0 + 1e-15));
        most = std::max(most, batch.multiplier(t, i, lane) / at_most[i]);
      }
  CHECK(most > 0.5);  // the ceiling was near
}

TEST_CASE("A weight that a user holds is held in every draw, and the others are not") {
  const DemographicPaths demography(components(), two_places());
  PolicyResponse response;
  response.point.sigma[3] = 0.123;
  response.fixed = fixed_sigma << 3;
  const PolicyPaths paths(demography, {{fertility(), allowance(1000.0)}, {fertility(), {}}}, response);
  for (std::size_t draw = 0; draw < 4; ++draw) {
    CHECK(paths.parameters(0, draw).sigma[3] == 0.123);
    CHECK(paths.parameters(0, draw).sigma[4] != response.point.sigma[4]);
  }
  response.fixed = fixed_sigma << policy::n_support_classes;
  REQUIRE_THROWS_AS(PolicyPaths(demography, {{fertility(), {}}, {fertility(), {}}}, response), core::ConfigError);
}

TEST_CASE("Components switch one by one and leave the others' bits") {
  const auto draw = [](unsigned on) {
    const DemographicPaths paths(components(on), two_places());
    std::vector<core::Array<2>> out(4, core::Array<2>({n_years, n_lanes}, 0.0));
    std::ranges::fill(out[3].flat(), 1.0);
    paths.draw(1, 40,
               {.fertility = out[0].view(),
                .k = out[1].view(),
                .shock = out[2].view(),
                .death_factor = out[3].view(),
                .start_rate = {},
                .end_rate = {},
                .gross_rate = {}});
    return out;
  };
  const auto all = draw(random::all_components);
  const auto none = draw(random::no_components);
  const unsigned of[4] = {random::tfr_component | random::place_fertility_component, random::mortality_component,
                          random::migration_component, random::place_mortality_component};
  for (std::size_t a = 0; a < 4; ++a) {
    const auto without = draw(random::all_components & ~of[a]);
    for (std::size_t b = 0; b < 4; ++b) {
      CHECK(same_bits(without[b].flat(), (a == b ? none : all)[b].flat()));
    }
    for (std::size_t t = 0; t < n_years; ++t)
      for (std::size_t lane = 0; lane < n_lanes; ++lane) {
        const double neutral = a == 0 || a == 3 ? 1.0 : 0.0;
        CHECK((all[a](t, lane) == neutral) == (t < n_fitted));
        CHECK(none[a](t, lane) == neutral);
      }
  }
  // The level is the nation's, times the place's own factor: both by the component functions.
  const PathKey key = {
      .seed = 7, .first_draw = 40, .n_draws = n_lanes, .first_year = first_year + 5, .n_years = n_years - 5};
  PathKey own = key;
  own.place = 620000;
  const Paths level = tfr_factor_path({}, key);
  const Paths factor = place_factor_path({}, own);
  CHECK(all[0](20, 3) == level.values(15, 3) * factor.values(15, 3));
  CHECK(DemographicPaths(components(), two_places()).n_bounded(0, 64) == 0);
}

TEST_CASE("Paths refuse what cannot be") {
  RandomComponents late = components();
  late.first_random_year = first_year - 1;
  REQUIRE_THROWS_AS(DemographicPaths(late, two_places()), core::DomainError);
  REQUIRE_THROWS_AS(DemographicPaths(components(), {{.key = 1}, {.key = 1}}), core::DomainError);
  const DemographicPaths demography(components(), two_places());
  REQUIRE_THROWS_AS(PolicyPaths(demography, {{fertility(), {}}}, {}), core::ShapeError);
  policy::Support low = allowance(1000.0);
  low.desired[2] = 0.11;  // below the progression
  REQUIRE_THROWS_AS(PolicyPaths(demography, {{fertility(), low}, {fertility(), {}}}, {}), core::DomainError);
  policy::Support free = allowance(1000.0);
  free.cost_of_child(0) = 0.0;
  REQUIRE_THROWS_AS(PolicyPaths(demography, {{fertility(), free}, {fertility(), {}}}, {}), core::DomainError);
  // A total no women can bear: the draw's numbers are lost, and the reason is told.
  ParityFertility heavy = fertility();
  for (std::size_t t = n_fitted; t < n_years; ++t) heavy.asfr(t, 30) = 0.97;
  const PolicyPaths paths(demography, {{heavy, {}}, {fertility(), {}}}, {});
  std::size_t failing = n_lanes;
  const PolicyBatch batch = paths.batch(0, 0);
  for (std::size_t lane = n_lanes; lane-- > 0;) failing = batch.status[lane].year >= 0 ? lane : failing;
  REQUIRE(failing < n_lanes);
  CHECK(batch.status[failing].age == 30);
  REQUIRE_THROWS_AS(paths.explain(0, failing), core::DomainError);
  paths.explain(1, 0);  // nothing to tell
  // Nothing above 1 birth per woman can be borne, so a total just below it fails in its first year of a factor above 1.
  ParityFertility tight = fertility();
  for (std::size_t t = n_fitted + 4; t < n_years; ++t) tight.asfr(t, 30) = 0.999;
  core::Array<2> factor({n_years, n_lanes});
  demography.fertility_factor(0, 0, factor.view());
  const PolicyBatch named = PolicyPaths(demography, {{tight, {}}, {fertility(), {}}}, {}).batch(0, 0);
  std::size_t n_named = 0;
  for (std::size_t lane = 0; lane < n_lanes; ++lane) {
    if (factor(n_fitted + 4, lane) < 1.002) continue;
    ++n_named;
    CHECK(named.status[lane].year == static_cast<int>(n_fitted) + 4);
    CHECK(named.status[lane].age == 30);
    CHECK(close(named.status[lane].value, 0.999 * factor(n_fitted + 4, lane), 1e-12));
  }
  CHECK(n_named > 1);
}

TEST_CASE("A lost draw tells why, and only when it was asked for") {
  const DemographicPaths demography(components(random::tfr_component | random::policy_component), two_places());
  ParityFertility heavy = fertility();
  heavy.asfr(n_fitted + 4, 30) = 0.7;
  const PolicyPaths paths(demography, {{fertility(), {}}, {heavy, {}}}, {});
  std::size_t failing = 0;
  while (paths.batch(1, failing).status[0].year < 0) ++failing;
  REQUIRE(failing > 0);
  RunOptions options;
  options.n_draws = failing;
  CHECK(run(two_place_inputs(), paths, options).n_draws == failing);
  options.n_draws = failing + 1;
  std::string message;
  try {
    (void)run(two_place_inputs(), paths, options);
  } catch (const core::DomainError& error) {
    message = error.what();
  }
  CHECK(message.find("draw " + std::to_string(failing)) != std::string::npos);
  CHECK(message.find("age 30") != std::string::npos);
}

TEST_CASE("Births of the ensemble by order answer to the policy, and to nothing else") {
  const DemographicPaths demography(components(), two_places());
  const PolicyPaths none(demography, {{fertility(), {}}, {fertility(), {}}}, {});
  const PolicyPaths policy(demography, {{fertility(), allowance(60000.0)}, {fertility(), {}}}, {});
  RunOptions options;
  options.n_draws = 50;
  options.keep = Keep::draws;
  const EnsembleRunner runner(two_place_inputs(), MortalityMode::polynomial);
  const Ensemble base = runner.run(none, options);
  options.threads = 2;
  options.batch = 8;
  const Ensemble with = runner.run(policy, options);
  const std::size_t births = static_cast<std::size_t>(Indicator::births);
  const std::size_t deaths = static_cast<std::size_t>(Indicator::deaths);
  for (std::size_t draw = 0; draw < 50; ++draw) {
    double order_sum = 0.0;
    for (const Indicator order : {Indicator::births_order_1, Indicator::births_order_2, Indicator::births_order_3})
      order_sum += with.draws(0, static_cast<std::size_t>(order), 20, draw);
    CHECK(test::relative_close(order_sum, with.draws(0, births, 20, draw), 1e-14));
    CHECK(with.draws(0, births, 6, draw) > base.draws(0, births, 6, draw));
    CHECK(with.draws(0, births, 3, draw) == base.draws(0, births, 3, draw));
    CHECK(with.draws(0, deaths, 3, draw) == base.draws(0, deaths, 3, draw));
    for (std::size_t t = 0; t < n_years; ++t) CHECK(with.draws(1, births, t, draw) == base.draws(1, births, t, draw));
  }
}

TEST_CASE("Gross births of a draw are those of the same draw with no birth taken back") {
  const DemographicPaths demography(components(), two_places());
  const std::vector<PolicyPlace> places{{fertility(), allowance(60000.0)}, {fertility(), {}}};
  const PolicyPaths policy(demography, places, {});
  PolicyResponse keeping;
  keeping.point.tau = 0.0;
  keeping.fixed = fixed_tau;
  const PolicyPaths gross(demography, places, keeping);
  RunOptions options;
  options.n_draws = 21;
  options.keep = Keep::draws;
  EnsembleInputs inputs = two_place_inputs();
  inputs.sums = {{0, 1}};
  const EnsembleRunner runner(inputs, MortalityMode::polynomial);
  const Ensemble both = runner.run(policy, options);
  options.indicators = {Indicator::births};
  const Ensemble other = runner.run(gross, options);
  options.indicators = {Indicator::births_gross};
  const Ensemble alone = runner.run(policy, options);
  const std::size_t births = static_cast<std::size_t>(Indicator::births);
  const std::size_t births_gross = static_cast<std::size_t>(Indicator::births_gross);
  std::size_t n_above = 0;
  for (std::size_t draw = 0; draw < options.n_draws; ++draw)
    for (std::size_t t = 0; t < n_years; ++t) {
      for (std::size_t row = 0; row < 3; ++row) {
        REQUIRE(both.draws(row, births_gross, t, draw) == other.draws(row, 0, t, draw));
        REQUIRE(both.draws(row, births_gross, t, draw) == alone.draws(row, 0, t, draw));
      }
      REQUIRE(both.draws(1, births_gross, t, draw) == both.draws(1, births, t, draw));
      n_above += both.draws(0, births_gross, t, draw) > both.draws(0, births, t, draw);
    }
  CHECK(n_above > options.n_draws * n_years / 2);
}
