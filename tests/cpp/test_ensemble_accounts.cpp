// Money and places by draw against the ledger and the account on each draw's full population.
#include "sanhai_catch.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

#include "sanhai/core/error.hpp"
#include "sanhai/ensemble/accounts.hpp"
#include "sanhai/ensemble/demographic_paths.hpp"

using namespace sanhai;
using namespace sanhai::ensemble;

namespace {

constexpr std::size_t n_years = 9;
constexpr std::size_t n_ages = 60;
constexpr std::size_t n_draws = 21;
constexpr std::size_t n_payers = 3;
constexpr std::size_t opening = 2;  // the line of new places
constexpr double yuan_per_opening = 10000.0;
constexpr int first_year = 2021;

EnsembleInputs small_inputs() {
  EnsembleInputs inputs;
  inputs.axes = {.places = {"a", "b", "c"}, .first_year = first_year, .n_years = n_years, .n_ages = n_ages};
  MortalitySchedule mortality;
  mortality.Sx = core::Array<3>({n_years, core::n_sexes, n_ages}, 0.99);
  inputs.mortality.push_back(std::move(mortality));
  FertilitySchedule fertility{core::Array<3>({n_years, core::n_orders, n_ages}), core::Array<1>({n_years}, 1.05)};
  for (std::size_t t = 0; t < n_years; ++t)
    for (std::size_t i = 0; i < core::n_orders; ++i)
      for (std::size_t x = 20; x < 40; ++x) fertility.asfr(t, i, x) = 0.03 / static_cast<double>(1 + i);
  inputs.fertility.push_back(std::move(fertility));
  for (std::size_t p = 0; p < 3; ++p) {
    PlaceInputs place;
    place.pop_jan1 = core::Array<2>({core::n_sexes, n_ages});
    for (std::size_t s = 0; s < core::n_sexes; ++s)
      for (std::size_t x = 0; x < n_ages; ++x) place.pop_jan1(s, x) = static_cast<double>((p + 1) * 1000 + 10 * x + s);
    inputs.places.push_back(std::move(place));
  }
  return inputs;
}

Ensemble small_ensemble() {
  RandomComponents components;
  components.seed = 11;
  components.first_year = components.first_random_year = first_year;
  components.n_years = n_years;
  components.on = random::tfr_component | random::place_fertility_component;
  const DemographicPaths paths(components, {{.key = 1}, {.key = 2}, {.key = 3}});
  RunOptions options;
  options.n_draws = n_draws;
  options.keep = Keep::draws;
  options.ages_of = {0, 1, 2};
  return run(small_inputs(), paths, options);
}

/// Take-up is drawn in every year but the last, which a lever holds.
std::vector<bool> drawn_until_last() {
  std::vector<bool> drawn(n_years, true);
  drawn.back() = false;
  return drawn;
}

AccountInputs small_accounts() {
  AccountInputs inputs;
  inputs.axes = small_inputs().axes;
  inputs.kinds = {0, 0, 1};
  inputs.order_share_history =
      core::Array<3>({1, 8, core::n_orders}, {0.6, 0.3, 0.1, 0.6, 0.3, 0.1, 0.6, 0.3, 0.1, 0.6, 0.3, 0.1,
                                              0.6, 0.3, 0.1, 0.5, 0.4, 0.1, 0.5, 0.4, 0.1, 0.5, 0.3, 0.2});
  const auto line = [](const char* id, fiscal::HeadStock stock, std::size_t orders, std::size_t cells, double yuan) {
    fiscal::Line found{.id = id,
                       .stock = stock,
                       .yuan_per_head = core::Array<4>({1, n_years, orders, cells}),
                       .take_up = core::Array<1>({n_years}, 0.9),
                       .ratio = {},
                       .payer_share = core::Array<3>({3, n_years, n_payers}),
                       .given = {},
                       .lag = {}};
    for (std::size_t i = 0; i < found.yuan_per_head.flat().size(); ++i) {
      found.yuan_per_head.flat()[i] = yuan * (1.0 + 0.01 * static_cast<double>(i % 7));
    }
    for (std::size_t p = 0; p < 3; ++p)
      for (std::size_t t = 0; t < n_years; ++t) {
        found.payer_share(p, t, 0) = 0.5 + 0.1 * static_cast<double>(p);
        found.payer_share(p, t, 2) = 0.5 - 0.1 * static_cast<double>(p);
      }
    return found;
  };
  inputs.lines.push_back({.line = line("allowance", fiscal::HeadStock::births_and_jan1, 3, 4, 3600.0),
                          .has_drawn_take_up = drawn_until_last()});
  inputs.lines.push_back({.line = line("monthly", fiscal::HeadStock::midyear, 3, 3, 6000.0)});
  for (AccountLine& lagged : inputs.lines) {
    lagged.line.lag = core::Array<2>({3, n_years + 1});
    for (std::size_t p = 0; p < 3; ++p)
      for (std::size_t t = 1; t <= n_years; ++t) lagged.line.lag(p, t) = 0.1 * static_cast<double>(p + t % 3);
  }
  inputs.lines.push_back(
      {.line = line("opening", fiscal::HeadStock::given, 1, 1, yuan_per_opening), .count = DrawnCount::openings});
  inputs.lines.push_back(
      {.line = line("enrolled", fiscal::HeadStock::given, 1, 1, 100.0), .count = DrawnCount::enrolled});
  inputs.lines.push_back(
      {.line = line("operating", fiscal::HeadStock::given, 1, 1, 1000.0), .count = DrawnCount::paid_places});
  nursery::Settings needs;
  needs.norm = nursery::constant(0.0045);
  needs.enrolment_share = nursery::constant(0.12);
  inputs.nursery.needs = needs;
  needs.opening_stock = core::Array<1>({3}, std::vector<double>{0.003, 0.002, 0.001});
  needs.inclusive_share = nursery::constant(0.5);
  needs.plan = nursery::Plan::hold_norm;
  needs.plan_ramp = core::Array<2>({1, n_years - 2}, 1.0);
  for (std::size_t t = 0; t < 3; ++t) needs.plan_ramp(0, t) = 0.25 * static_cast<double>(t + 1);
  inputs.nursery.stocked = needs;
  inputs.nursery.first_stocked_year = 2;
  inputs.rows = {{0}, {2}, {0, 1, 2}};
  for (std::size_t draw = 0; draw < n_draws; ++draw) inputs.take_up.push_back(0.7 + 0.01 * static_cast<double>(draw));
  return inputs;
}

/// One draw with all its ages.
struct Full {
  core::Array<4> pop_jan1;
  core::Array<3> births;
};

Full full_draw(const Ensemble& ensemble, std::size_t draw) {
  Full full{core::Array<4>({3, n_years + 1, core::n_sexes, n_ages}), core::Array<3>({3, n_years, core::n_orders})};
  for (std::size_t p = 0; p < 3; ++p)
    for (std::size_t t = 0; t <= n_years; ++t) {
      for (std::size_t s = 0; s < core::n_sexes; ++s)
        for (std::size_t x = 0; x < n_ages; ++x) full.pop_jan1(p, t, s, x) = ensemble.cells.pop_jan1(p, draw, t, s, x);
      const std::size_t order = static_cast<std::size_t>(Indicator::births_order_1);
      for (std::size_t i = 0; t < n_years && i < 3; ++i) full.births(p, t, i) = ensemble.draws(p, order + i, t, draw);
    }
  return full;
}

}  // namespace

TEST_CASE("Money and places of a draw are the ledger's and the account's on its full population") {
  const Ensemble ensemble = small_ensemble();
  const AccountInputs inputs = small_accounts();
  AccountOptions options;
  options.threads = 2;
  const Accounts found = accounts(ensemble, inputs, options);
  double most = 0.0;
  // `terms`: the size of what a difference is the difference of; its rounding is theirs.
  const auto compare = [&](double got, double expected, double terms = 1.0) {
    const double gap = std::abs(got - expected) / std::max(terms, std::abs(expected));
    most = gap <= most ? most : gap;
  };
  for (std::size_t draw = 0; draw < n_draws; ++draw) {
    const Full full = full_draw(ensemble, draw);
    core::Axes axes = inputs.axes;
    const fiscal::Observed observed{axes, full.pop_jan1.view(), full.births.view(), inputs.order_share_history.view()};
    const nursery::Account needs = nursery::account({axes, full.pop_jan1.view()}, inputs.nursery.needs);
    core::Array<4> late({3, n_years - 1, core::n_sexes, n_ages});
    nursery::Settings settings = *inputs.nursery.stocked;
    for (std::size_t p = 0; p < 3; ++p) {
      double residents = 0.0;
      for (std::size_t t = 2; t <= n_years; ++t)
        for (std::size_t s = 0; s < core::n_sexes; ++s)
          for (std::size_t x = 0; x < n_ages; ++x) {
            late(p, t - 2, s, x) = full.pop_jan1(p, t, s, x);
            if (t == 2) residents += full.pop_jan1(p, t, s, x);
          }
      settings.opening_stock(p) *= residents;
    }
    axes.first_year += 2;
    axes.n_years -= 2;
    const nursery::Account stocked = nursery::account({axes, late.view()}, settings);
    std::vector<fiscal::Line> lines;
    for (const AccountLine& line : inputs.lines) lines.push_back(line.line);
    for (std::size_t t = 0; t + 1 < n_years; ++t) lines[0].take_up(t) = inputs.take_up[draw];
    for (std::size_t l = 2; l < 5; ++l) lines[l].given = core::Array<2>({3, n_years});
    for (std::size_t p = 0; p < 3; ++p)
      for (std::size_t t = 0; t < n_years; ++t) {
        lines[2].given(p, t) = t < 2 ? 0.0 : stocked.openings(p, t - 2);
        lines[3].given(p, t) =
            t < 2 ? needs.enrolment(p, t) : std::min(needs.enrolment(p, t), stocked.places_stock(p, t - 2));
        lines[4].given(p, t) = t < 2 ? 0.0 : stocked.paid_places(p, t - 2);
      }
    const fiscal::Ledger ledger = fiscal::book(observed, lines, n_payers);
    for (std::size_t row = 0; row < 3; ++row)
      for (std::size_t t = 0; t < n_years; ++t) {
        double target = 0.0;
        for (const std::size_t p : inputs.rows[row]) target += t < 2 ? 0.0 : stocked.places_target(p, t - 2);
        const auto places = [&](std::size_t l) {
          return l == opening ? target : 1.0 / yuan_per_opening;
        };  // openings are a difference
        for (std::size_t l = 0; l < lines.size(); ++l) {
          double heads = 0.0;
          double owed = 0.0;
          for (const std::size_t p : inputs.rows[row]) {
            heads += ledger.beneficiaries(l, p, t);
            owed += ledger.liability(l, p, t);
          }
          compare(found.beneficiaries(l, row, t, draw), heads, std::max(1.0, places(l)));
          double sides = 0.0;
          for (std::size_t side = 0; side < found.sides.size(); ++side)
            if (found.sides[side].line == l) sides += found.liability(side, row, t, draw);
          compare(sides, owed, yuan_per_opening * places(l));
        }
        for (std::size_t side = 0; side < found.sides.size(); ++side) {
          double owed = 0.0;
          for (const std::size_t p : inputs.rows[row]) {
            owed +=
                ledger.liability(found.sides[side].line, p, t) *
                (found.sides[side].kind == 0 ? 0.5 + 0.1 * static_cast<double>(p) : 0.5 - 0.1 * static_cast<double>(p));
          }
          compare(found.liability(side, row, t, draw), owed, yuan_per_opening * places(found.sides[side].line));
        }
        for (std::size_t k = 0; k < found.lagged.size(); ++k) {
          const Pair pair = found.pairs[found.lagged[k]];
          double cash = 0.0;
          for (const std::size_t p : inputs.rows[row]) {
            const auto due = [&](std::size_t year) { return ledger.cost_nominal(pair.line, p, year, pair.payer); };
            const auto lag = [&](std::size_t year) { return 0.1 * static_cast<double>(p + year % 3); };
            cash += due(t) * (1.0 - lag(t + 1)) + (t == 0 ? 0.0 : lag(t) * due(t - 1));
          }
          compare(found.cash(k, row, t, draw), cash);
        }
        for (std::size_t pair = 0; pair < found.pairs.size(); ++pair) {
          double cost = 0.0;
          for (const std::size_t p : inputs.rows[row]) {
            cost += ledger.cost_nominal(found.pairs[pair].line, p, t, found.pairs[pair].payer);
          }
          compare(found.cost(pair, row, t, draw), cost, yuan_per_opening * places(found.pairs[pair].line));
        }
        double under3 = 0.0;
        double gap = 0.0;
        for (const std::size_t p : inputs.rows[row]) {
          under3 += needs.under3(p, t);
          if (t >= 2) gap += stocked.gap_target(p, t - 2);
        }
        const std::vector<std::string> names = nursery_series();
        const auto at = [&](const char* name) {
          return static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
        };
        compare(found.nursery(at("under3"), row, t, draw), under3);
        if (t >= 2) compare(found.nursery(at("gap_target"), row, t, draw), gap, target);
        CHECK(std::isnan(found.nursery(at("gap_target"), row, t, draw)) == (t < 2));
      }
  }
  INFO(most * 1e12);
  CHECK(most <= 1e-12);
}

TEST_CASE("Only payers with a share are kept; threads change nothing") {
  const Ensemble ensemble = small_ensemble();
  const AccountInputs inputs = small_accounts();
  const Accounts one = accounts(ensemble, inputs, {});
  const Accounts three = accounts(ensemble, inputs, {.threads = 3, .tick = {}});
  const auto same = [](std::span<const double> a, std::span<const double> b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
  };
  CHECK(same(one.cost.flat(), three.cost.flat()));
  CHECK(same(one.cash.flat(), three.cash.flat()));
  CHECK(same(one.beneficiaries.flat(), three.beneficiaries.flat()));
  CHECK(same(one.liability.flat(), three.liability.flat()));
  CHECK(same(one.nursery.flat(), three.nursery.flat()));
  REQUIRE(one.pairs.size() == 2 * inputs.lines.size());  // the second of three payers has no share of any line
  for (const Pair& pair : one.pairs) CHECK(pair.payer != 1);
  REQUIRE(one.sides.size() == one.pairs.size());              // the payers that are left are of two kinds
  CHECK(one.lagged == std::vector<std::size_t>{0, 1, 2, 3});  // the two lines with a lag, two payers each
}

TEST_CASE("Accounts refuse an ensemble that cannot carry them, and stop when told to") {
  Ensemble ensemble = small_ensemble();
  const AccountInputs inputs = small_accounts();
  AccountInputs wrong = inputs;
  wrong.take_up.pop_back();
  REQUIRE_THROWS_AS(accounts(ensemble, wrong, {}), core::ConfigError);
  wrong = inputs;
  wrong.lines[0].has_drawn_take_up.pop_back();
  REQUIRE_THROWS_AS(accounts(ensemble, wrong, {}), core::ConfigError);
  wrong = inputs;
  wrong.kinds = {0, 0, 3};
  REQUIRE_THROWS_AS(accounts(ensemble, wrong, {}), core::ConfigError);
  wrong.kinds = {0, 0};
  REQUIRE_THROWS_AS(accounts(ensemble, wrong, {}), core::ConfigError);
  wrong = inputs;
  wrong.rows.push_back({3});
  REQUIRE_THROWS_AS(accounts(ensemble, wrong, {}), core::ConfigError);
  wrong = inputs;
  wrong.lines[0].line.payer_share(0, 0, 0) = 0.9;
  REQUIRE_THROWS_AS(accounts(ensemble, wrong, {}), core::AccountingError);
  ensemble.indicators[static_cast<std::size_t>(Indicator::age_5)] = Indicator::deaths;
  REQUIRE_THROWS_AS(accounts(ensemble, inputs, {}), core::ConfigError);
  ensemble.draws = {};
  REQUIRE_THROWS_AS(accounts(ensemble, inputs, {}), core::ConfigError);
}
