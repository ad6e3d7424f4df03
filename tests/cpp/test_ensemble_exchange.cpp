// Draws of places that exchange migrants: with rates of zero the run without, bit for bit; with rates, the lockstep of
// one double on the same draw; and in every draw nobody lost on the way.

#include <atomic>
#include <functional>

#include "engine_fixtures.hpp"
#include "reference_exchange.hpp"
#include "sanhai/core/error.hpp"
#include "sanhai/core/quantiles.hpp"
#include "sanhai_catch.hpp"
#include "test_ensemble_cases.hpp"

namespace {

using namespace sanhai;
using ensemble::Ensemble;
using ensemble::EnsembleRunner;
using ensemble::Indicator;
using ensemble::Keep;
using test::CaseOptions;
using test::RandomPaths;

constexpr std::size_t n_draws = 19;  // two whole batches and a part of one

/// RandomPaths and a factor on deaths; or, with rates, births per woman by draw in place of the factor.
class AllPaths : public RandomPaths {
public:
  AllPaths(std::uint64_t seed, const ensemble::EnsembleInputs& inputs, bool rated)
      : RandomPaths(seed), inputs_(inputs), rated_(rated) {}

  [[nodiscard]] double death_factor(std::size_t place, std::size_t draw, std::size_t t) const override {
    return (draw + t) % 4 == 0 ? 1.0 : 1.0 + 0.2 * value(place, draw, t, 11);
  }
  /// Births per woman at the start (0) or end (1) of the year.
  [[nodiscard]] double rate(std::size_t place, std::size_t draw, std::size_t t, std::size_t i, std::size_t x,
                            std::size_t side) const {
    return inputs_.fertility[0].asfr(t, i, x) * (0.5 + 0.2 * value(place, draw, t, 20 + side));
  }
  void draw(std::size_t place, std::size_t first_draw, const ensemble::PathBlock& block) const override {
    RandomPaths::draw(place, first_draw, block);
    for (std::size_t t = 0; t < block.k.extent(0); ++t)
      for (std::size_t lane = 0; lane < ensemble::n_lanes; ++lane) {
        for (std::size_t i = 0; rated_ && i < core::n_orders; ++i)
          for (std::size_t x = 0; x < rate_ages().n; ++x) {
            block.start_rate(t, i, x, lane) = rate(place, first_draw + lane, t, i, rate_ages().first + x, 0);
            block.end_rate(t, i, x, lane) = rate(place, first_draw + lane, t, i, rate_ages().first + x, 1);
          }
      }
  }
  [[nodiscard]] bool has_death_factor() const override { return true; }
  [[nodiscard]] ensemble::RateAges rate_ages() const override {
    return rated_ ? ensemble::RateAges{13, 40} : ensemble::RateAges{};
  }
  [[nodiscard]] bool is_rated() const { return rated_; }

private:
  const ensemble::EnsembleInputs& inputs_;
  bool rated_;
};

ensemble::RunOptions keeping(Keep keep, std::size_t threads = 2) {
  ensemble::RunOptions options;
  options.n_draws = n_draws;
  options.threads = threads;
  options.keep = keep;
  return options;
}

/// Every cell of the places as well.
ensemble::RunOptions keeping_cells(std::size_t threads = 2) {
  ensemble::RunOptions options = keeping(Keep::draws, threads);
  options.ages_of = {0, 1, 2};
  return options;
}

EnsembleRunner exchanging(const ensemble::EnsembleInputs& inputs, const engine::Exchange& exchange,
                          ensemble::MortalityMode mode = ensemble::MortalityMode::exact) {
  return {inputs, mode, exchange};
}

double of(const Ensemble& run, std::size_t row, Indicator indicator, std::size_t year, std::size_t draw) {
  const auto column = std::ranges::find(run.indicators, indicator) - run.indicators.begin();
  return run.draws(row, static_cast<std::size_t>(column), year, draw);
}

engine::Exchange pairs(const core::Axes& axes, double level, std::uint64_t seed = 5) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> unit(0.0, 1.0);
  const std::size_t n = axes.places.size();
  engine::OriginDestinationRates in{core::Array<5>({n, n, axes.n_years, 2, axes.n_ages})};
  for (std::size_t from = 0; from < n; ++from)
    for (std::size_t to = 0; to < n; ++to)
      for (double& value : in.rate.view()[from][to].flat()) value = from == to ? 0.0 : level * unit(random);
  return {axes, in};
}

CaseOptions three_places() {
  CaseOptions options;
  options.n_places = 3;
  options.n_years = 5;
  options.n_ages = 81;
  return options;
}

bool same_bits(std::span<const double> a, std::span<const double> b) { return test::hash_of(a) == test::hash_of(b); }

template <std::size_t N>
bool same_bits(const core::Array<N>& a, const core::Array<N>& b) {
  return a.shape() == b.shape() && same_bits(a.flat(), b.flat());
}

bool both_missing_or_close(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return std::abs(a - b) <= 1e-11 * std::max({std::abs(a), std::abs(b), 1.0});
}

std::string complaint_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const core::Error& error) {
    return error.what();
  }
  return "";
}

bool says(const std::string& text, const std::vector<std::string>& parts) {
  UNSCOPED_INFO(text);
  return std::ranges::all_of(parts, [&](const std::string& part) { return text.find(part) != std::string::npos; });
}

TEST_CASE("exchange: with rates of zero every draw is the run without, bit for bit", "[ensemble][property]") {
  for (std::uint32_t seed = 0; seed < 12; ++seed) {
    CaseOptions options = three_places();
    options.from_Sx = seed % 2 == 1;
    options.with_migration = seed != 3;
    options.with_draws_of_mortality = seed != 4;
    options.leaving_rate = seed >= 8 || seed == 5 ? 0.2 : 0.0;
    ensemble::EnsembleInputs inputs = test::random_inputs(seed, options);
    inputs.sums = {{0, 2}};
    if (seed % 5 == 0) inputs.on_negative = engine::OnNegative::cap;
    if (seed % 5 == 0) inputs.places[1].net_migration(2, 1, 30) = -5000.0;
    const AllPaths paths(seed, inputs, seed % 4 == 1);
    const auto mode = seed % 3 == 0 ? ensemble::MortalityMode::exact : ensemble::MortalityMode::polynomial;
    const Ensemble apart = EnsembleRunner(inputs, mode).run(paths, keeping_cells());
    const Ensemble together = exchanging(inputs, pairs(inputs.axes, 0.0), mode).run(paths, keeping_cells());
    REQUIRE(same_bits(together.draws, apart.draws));
    REQUIRE(same_bits(together.quantiles, apart.quantiles));
    CHECK(same_bits(together.cells.pop_jan1, apart.cells.pop_jan1));
    CHECK(same_bits(together.cells.births, apart.cells.births));
    CHECK(same_bits(together.cells.deaths, apart.cells.deaths));
    CHECK(same_bits(together.cells.net_migration, apart.cells.net_migration));
    CHECK(test::sum_of(together.cells.leavers.flat()) == 0.0);
  }
}

TEST_CASE("exchange: a draw is the lockstep of one double on its own rates", "[ensemble][property]") {
  for (std::uint32_t seed = 20; seed < 26; ++seed) {
    CaseOptions options = three_places();
    options.from_Sx = seed % 2 == 0;
    options.leaving = 0.05;
    options.leaving_rate = seed >= 23 ? 0.3 : 0.0;
    const ensemble::EnsembleInputs inputs = test::random_inputs(seed, options);
    const AllPaths paths(seed, inputs, seed % 2 == 1);
    const engine::Exchange exchange = pairs(inputs.axes, 0.2, seed);
    const Ensemble run = exchanging(inputs, exchange).run(paths, keeping_cells());
    for (const std::size_t draw : {std::size_t{0}, std::size_t{7}, std::size_t{18}}) {
      const auto rate = [&](std::size_t p, std::size_t t, std::size_t i, std::size_t x, std::size_t side) {
        if (paths.is_rated()) return x < 13 || x >= 53 ? 0.0 : paths.rate(p, draw, t, i, x, side);
        return 0.5 * paths.fertility(p, draw, t) * inputs.fertility[0].asfr(t, i, x);
      };
      const test::ExchangedProjection scalar =
          test::project_exchanging(engine::Inputs(test::inputs_of_draw(inputs, paths, draw, rate)), exchange);
      const auto compare = [&](const core::Array<5>& drawn, const core::Array<4>& own) {
        for (std::size_t p = 0; p < options.n_places; ++p) {
          const auto a = drawn.view()[p][draw].flat();
          const auto b = own.view()[p].flat();
          REQUIRE(a.size() == b.size());
          for (std::size_t cell = 0; cell < a.size(); ++cell) REQUIRE(both_missing_or_close(a[cell], b[cell]));
        }
      };
      compare(run.cells.pop_jan1, scalar.projection.pop_jan1);
      compare(run.cells.births, scalar.projection.births);
      compare(run.cells.deaths, scalar.projection.deaths);
      compare(run.cells.net_migration, scalar.projection.net_migration);
      compare(run.cells.leavers, scalar.leavers);
      compare(run.cells.arrivals, scalar.arrivals);
    }
    CHECK(test::sum_of(run.cells.leavers.flat()) > 1000.0);
  }
}

TEST_CASE("exchange by pools in lanes is that of one double", "[ensemble][property]") {
  const ensemble::EnsembleInputs inputs = test::random_inputs(30, three_places());
  const core::Axes& axes = inputs.axes;
  engine::PoolRates rates{.pools = {"a", "b"},
                          .pool_of = {1, 0, 1},
                          .out_rate = core::Array<4>({3, axes.n_years, 2, axes.n_ages}),
                          .in_share = core::Array<4>({3, 1, 2, axes.n_ages}),
                          .pool_out_rate = core::Array<4>({2, 1, 2, axes.n_ages}),
                          .pool_in_share = core::Array<4>({2, axes.n_years, 2, axes.n_ages})};
  for (std::size_t i = 0; i < rates.out_rate.flat().size(); ++i)
    rates.out_rate.flat()[i] = 0.003 * static_cast<double>(i % 37);
  for (std::size_t i = 0; i < rates.pool_out_rate.flat().size(); ++i)
    rates.pool_out_rate.flat()[i] = 0.002 * static_cast<double>(i % 29);
  for (std::size_t s = 0; s < 2; ++s)
    for (std::size_t x = 0; x < axes.n_ages; ++x) {
      rates.in_share(0, 0, s, x) = 0.3;
      rates.in_share(1, 0, s, x) = 1.0;
      rates.in_share(2, 0, s, x) = 0.7;
      for (std::size_t t = 0; t < axes.n_years; ++t) {
        rates.pool_in_share(0, t, s, x) = 0.2 + 0.1 * static_cast<double>(t);
        rates.pool_in_share(1, t, s, x) = 1.0 - rates.pool_in_share(0, t, s, x);
      }
    }
  const engine::Exchange exchange(axes, rates);
  const AllPaths paths(30, inputs, false);
  const Ensemble run = exchanging(inputs, exchange).run(paths, keeping_cells());
  for (std::size_t draw = 0; draw < n_draws; ++draw)
    for (std::size_t t = 0; t < axes.n_years; ++t) {
      core::Array<3> people({3, 2, axes.n_ages});
      core::Array<3> leavers(people.shape());
      core::Array<3> arrivals(people.shape());
      for (std::size_t p = 0; p < 3; ++p)
        for (std::size_t s = 0; s < 2; ++s)
          for (std::size_t x = 0; x < axes.n_ages; ++x) {
            const ensemble::RowCells& cells = run.cells;
            const double before = x == 0 ? cells.births_by_sex(p, draw, t, s)
                                         : cells.pop_jan1(p, draw, t, s, x - 1) +
                                               (x + 1 == axes.n_ages ? cells.pop_jan1(p, draw, t, s, x) : 0.0);
            people(p, s, x) = before * cells.Sx(p, draw, t, s, x);
          }
      test::move(exchange, people.view(), t, leavers.view(), arrivals.view());
      for (std::size_t p = 0; p < 3; ++p) {
        REQUIRE(same_bits(run.cells.leavers.view()[p][draw][t].flat(), leavers.view()[p].flat()));
        REQUIRE(same_bits(run.cells.arrivals.view()[p][draw][t].flat(), arrivals.view()[p].flat()));
      }
    }
}

TEST_CASE("exchange: in every draw the internal net is exactly 0, cell by cell and in the sums",
          "[ensemble][property]") {
  for (std::uint32_t seed = 40; seed < 44; ++seed) {
    ensemble::EnsembleInputs inputs = test::random_inputs(seed, three_places());
    inputs.sums = {{2, 0, 1}, {0, 1}};
    const AllPaths paths(seed, inputs, seed % 2 == 0);
    const Ensemble run = exchanging(inputs, pairs(inputs.axes, 0.3, seed)).run(paths, keeping_cells());
    for (std::size_t draw = 0; draw < n_draws; ++draw) {
      const auto cells = run.cells.leavers.view()[0][draw].flat().size();
      for (std::size_t cell = 0; cell < cells; ++cell) {
        double net = 0.0;
        for (std::size_t p = 0; p < 3; ++p)
          net += run.cells.arrivals.view()[p][draw].flat()[cell] - run.cells.leavers.view()[p][draw].flat()[cell];
        REQUIRE(net == 0.0);
      }
      for (std::size_t t = 0; t < inputs.axes.n_years; ++t) {
        REQUIRE(of(run, 3, Indicator::leavers, t, draw) == of(run, 3, Indicator::arrivals, t, draw));
        REQUIRE(of(run, 3, Indicator::leavers, t, draw) > 0.0);
        REQUIRE(of(run, 4, Indicator::leavers, t, draw) != of(run, 4, Indicator::arrivals, t, draw));
        for (const Indicator moves : {Indicator::leavers, Indicator::arrivals})
          REQUIRE(test::relative_close(of(run, 4, moves, t, draw),
                                       of(run, 0, moves, t, draw) + of(run, 1, moves, t, draw), 1e-13));
      }
      REQUIRE(std::isnan(of(run, 3, Indicator::leavers, inputs.axes.n_years, draw)));
    }
    CHECK(run.balance < 1e-13);
  }
}

TEST_CASE("exchange: a sum adds its parts, and has its own rates", "[ensemble]") {
  ensemble::EnsembleInputs inputs = test::random_inputs(50, three_places());
  inputs.sums = {{0, 1, 2}};
  const AllPaths paths(50, inputs, false);
  ensemble::RunOptions options = keeping_cells();
  options.indicators = {Indicator::births, Indicator::women_15_49, Indicator::tfr, Indicator::e0_female};
  const Ensemble run = exchanging(inputs, pairs(inputs.axes, 0.1)).run(paths, options);
  const ensemble::RowCells& cells = run.cells;
  const auto over = [&](auto value) { return value(std::size_t{0}) + value(std::size_t{1}) + value(std::size_t{2}); };
  for (std::size_t draw = 0; draw < n_draws; ++draw)
    for (std::size_t t = 0; t < inputs.axes.n_years; ++t) {
      for (const Indicator added : {Indicator::births, Indicator::women_15_49})
        REQUIRE(of(run, 3, added, t, draw) == over([&](std::size_t p) { return of(run, p, added, t, draw); }));
      double tfr = 0.0;
      double lived = 0.0;
      double e0 = 0.0;
      for (std::size_t x = 1; x + 1 < inputs.axes.n_ages; ++x)
        tfr +=
            over([&](std::size_t p) {
              return cells.births(p, draw, t, 0, x) + cells.births(p, draw, t, 1, x) + cells.births(p, draw, t, 2, x);
            }) /
            over([&](std::size_t p) { return cells.women_exposed(p, draw, t, x); });
      for (std::size_t x = 0; x < inputs.axes.n_ages; ++x) {
        const bool is_open = x + 1 == inputs.axes.n_ages;
        const auto start = [&](std::size_t p) {
          if (x == 0) return cells.births_by_sex(p, draw, t, 1);
          return cells.pop_jan1(p, draw, t, 1, x - 1) + (is_open ? cells.pop_jan1(p, draw, t, 1, x) : 0.0);
        };
        const double S = 1.0 - over([&](std::size_t p) { return cells.deaths(p, draw, t, 1, x); }) / over(start);
        lived = x == 0 ? S : is_open ? lived * S / (1.0 - S) : lived * S;
        e0 += lived;
      }
      REQUIRE(test::relative_close(of(run, 3, Indicator::tfr, t, draw), tfr, 1e-12));
      REQUIRE(test::relative_close(of(run, 3, Indicator::e0_female, t, draw), e0, 1e-11));
    }
}

TEST_CASE("exchange: quantiles are those of the draws", "[ensemble]") {
  const ensemble::EnsembleInputs inputs = test::random_inputs(51, three_places());
  const AllPaths paths(51, inputs, false);
  const EnsembleRunner runner = exchanging(inputs, pairs(inputs.axes, 0.1));
  const Ensemble kept = runner.run(paths, keeping(Keep::draws));
  const Ensemble reduced = runner.run(paths, keeping(Keep::quantiles));
  CHECK(reduced.draws.empty());
  CHECK(same_bits(reduced.quantiles, kept.quantiles));
  for (std::size_t p = 0; p < 3; ++p)
    for (std::size_t series = 0; series < kept.draws.extent(1); ++series)
      for (std::size_t t = 0; t < inputs.axes.n_years; ++t) {
        const auto expected =
            core::quantiles(std::as_const(kept.draws).view()[p][series][t].flat(), kept.probabilities);
        REQUIRE(std::ranges::equal(kept.quantiles.view()[p][series][t].flat(), expected));
      }
}

TEST_CASE("exchange: the bits depend on the number of a draw alone", "[ensemble][bits]") {
  const ensemble::EnsembleInputs inputs = test::random_inputs(52, three_places());
  const AllPaths paths(52, inputs, false);
  const EnsembleRunner runner = exchanging(inputs, pairs(inputs.axes, 0.1));
  const Ensemble all = runner.run(paths, keeping_cells(1));
  for (const std::size_t threads : {2, 5, 16}) {
    const Ensemble again = runner.run(paths, keeping_cells(threads));
    CHECK(same_bits(again.draws, all.draws));
    CHECK(same_bits(again.quantiles, all.quantiles));
    CHECK(same_bits(again.cells.leavers, all.cells.leavers));
  }
  for (const auto& [first, n] : {std::pair<std::size_t, std::size_t>{0, 5}, {0, 8}, {0, 11}, {3, 6}, {18, 1}}) {
    ensemble::RunOptions options = keeping_cells();
    options.first_draw = first;
    options.n_draws = n;
    const Ensemble part = runner.run(paths, options);
    for (std::size_t p = 0; p < 3; ++p)
      for (std::size_t draw = 0; draw < n; ++draw) {
        REQUIRE(
            same_bits(part.cells.pop_jan1.view()[p][draw].flat(), all.cells.pop_jan1.view()[p][first + draw].flat()));
        REQUIRE(part.draws(p, 0, 3, draw) == all.draws(p, 0, 3, first + draw));
      }
  }
}

/// Loses the rates of some draws, and says so.
class LosingPaths : public AllPaths {
public:
  using AllPaths::AllPaths;
  void draw(std::size_t place, std::size_t first_draw, const ensemble::PathBlock& block) const override {
    AllPaths::draw(place, first_draw, block);
    for (std::size_t lane = 0; lane < ensemble::n_lanes; ++lane)
      if (place == 1 && first_draw + lane >= 6) block.end_rate(2, 1, 3, lane) = std::nan("");
  }
  void explain(std::size_t place, std::size_t draw) const override {
    if (place != 1) return;
    throw core::DomainError("lost at " + std::to_string(place) + ", draw " + std::to_string(draw) + ": got x");
  }
};

TEST_CASE("exchange: the lowest draw no population can have is named, whoever found it first", "[ensemble][errors]") {
  ensemble::EnsembleInputs inputs = test::random_inputs(53, three_places());
  for (double& value : inputs.places[2].pattern.flat()) value = 1200.0;
  const AllPaths paths(53, inputs, false);
  const EnsembleRunner runner = exchanging(inputs, pairs(inputs.axes, 0.01));
  const auto run = [&](std::size_t threads) {
    return complaint_of([&] { (void)runner.run(paths, keeping(Keep::draws, threads)); });
  };
  const std::string first = run(1);
  CHECK(says(first, {"pop_jan1", "place 620102", ", year ", ", age ", ", draw ", ">= 0 persons", "out-migration"}));
  for (const std::size_t threads : {2, 7}) CHECK(run(threads) == first);

  const LosingPaths losing(54, inputs, true);
  ensemble::EnsembleInputs calm = test::random_inputs(54, three_places());
  const EnsembleRunner other = exchanging(calm, pairs(calm.axes, 0.01));
  CHECK(complaint_of([&] { (void)other.run(losing, keeping(Keep::draws)); }) == "lost at 1, draw 6: got x");

  class Deadly : public AllPaths {
    using AllPaths::AllPaths;
    void draw(std::size_t place, std::size_t first_draw, const ensemble::PathBlock& block) const override {
      AllPaths::draw(place, first_draw, block);
      std::ranges::fill(block.death_factor.flat(), 50.0);
    }
  };
  const Deadly deadly(55, calm, false);
  CHECK(says(complaint_of([&] { (void)other.run(deadly, keeping(Keep::draws)); }),
             {"probability of dying", "place 620100, year 2024, male, age ", "draw 0", "[0, 1]", "remedy"}));
}

TEST_CASE("exchange: progress, cancelling and an exception of the callback", "[ensemble]") {
  const ensemble::EnsembleInputs inputs = test::random_inputs(56, three_places());
  const AllPaths paths(56, inputs, false);
  const EnsembleRunner runner = exchanging(inputs, pairs(inputs.axes, 0.01));
  ensemble::RunOptions options = keeping(Keep::draws);
  std::size_t last = 0;
  options.progress = [&](std::size_t done, std::size_t all) {
    REQUIRE(all == 3 * n_draws);
    REQUIRE(done >= last);
    last = done;
  };
  (void)runner.run(paths, options);
  CHECK(last == 3 * n_draws);
  options.progress = [](std::size_t, std::size_t) { throw std::runtime_error("stop"); };
  CHECK_THROWS_AS(runner.run(paths, options), std::runtime_error);
  std::atomic<bool> cancel{true};
  options.progress = {};
  options.cancel = &cancel;
  CHECK(runner.run(paths, options).is_cancelled);
}

TEST_CASE("exchange: inputs and options that cannot hold are refused", "[ensemble][errors]") {
  const ensemble::EnsembleInputs inputs = test::random_inputs(57, three_places());
  const engine::Exchange exchange = pairs(inputs.axes, 0.01);
  const EnsembleRunner runner = exchanging(inputs, exchange);
  const AllPaths paths(57, inputs, false);
  const auto refuses = [&](auto change, const std::vector<std::string>& parts) {
    ensemble::RunOptions options = keeping(Keep::draws);
    change(options);
    return says(complaint_of([&] { (void)runner.run(paths, options); }), parts);
  };
  CHECK(refuses([](auto& options) { options.n_draws = 0; }, {"n_draws", "remedy"}));
  CHECK(refuses([](auto& options) { options.threads = 0; }, {"threads", "1 to 1024"}));
  CHECK(refuses([](auto& options) { options.probabilities = {50.0}; }, {"probabilities", "50", "[0, 1]"}));
  CHECK(refuses([](auto& options) { options.budget_bytes = 1000; }, {"memory", "bytes needed", "1000 bytes"}));
  CHECK(refuses(
      [](auto& options) {
        options.keep = Keep::quantiles;
        options.probabilities = {};
      },
      {"probabilities", "none"}));

  CaseOptions fewer = three_places();
  fewer.n_places = 2;
  CHECK(says(complaint_of([&] { (void)exchanging(test::random_inputs(57, fewer), exchange); }), {"exchange", "axes"}));
  class WithEvents : public AllPaths {
  public:
    using AllPaths::AllPaths;
    [[nodiscard]] ensemble::EventNoise events(std::size_t) const override { return {.is_on = true, .place = 1}; }
  };
  const ensemble::EnsembleInputs plain = test::random_inputs(57, three_places());
  const WithEvents noisy(57, plain, false);
  CHECK(says(complaint_of([&] { (void)exchanging(plain, exchange).run(noisy, keeping(Keep::draws)); }),
             {"events", "exchange", "remedy"}));
}

TEST_CASE("births per woman of each exposure are those of one rate split between them", "[engine][property]") {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const engine::InputArrays in = test::random_inputs(seed);
    const engine::Projection whole = engine::project(engine::Inputs(in));
    engine::InputArrays split = in;
    split.asfr = {};
    split.start_rate = split.end_rate = in.asfr;
    for (double& value : split.start_rate.flat()) value *= 0.5;
    for (double& value : split.end_rate.flat()) value *= 0.5;
    const engine::Projection parts = engine::project(engine::Inputs(split));
    for (std::size_t cell = 0; cell < whole.births.flat().size(); ++cell)
      REQUIRE(test::relative_close(parts.births.flat()[cell], whole.births.flat()[cell], 1e-13));

    std::ranges::fill(split.end_rate.flat(), 0.0);
    const engine::Projection on_start = engine::project(engine::Inputs(split));
    for (std::size_t i = 0; i < core::n_orders; ++i)
      for (std::size_t x = 0; x < in.axes.n_ages; ++x)
        REQUIRE(
            test::relative_close(on_start.births(1, 0, i, x), 0.5 * in.asfr(1, 0, i, x) * in.pop_jan1(1, 1, x), 1e-13));
  }
}

TEST_CASE("births per woman of each exposure are checked as rates are", "[engine][errors]") {
  engine::InputArrays in = test::random_inputs(3);
  in.start_rate = in.end_rate = in.asfr;
  const auto complaint = [&] { return complaint_of([&] { engine::Inputs{in}; }); };
  CHECK(says(complaint(), {"start_rate", "asfr", "one way", "remedy"}));
  in.asfr = {};
  CHECK(complaint().empty());
  in.end_rate(1, 2, 1, 20) = -0.1;
  CHECK(says(complaint(), {"end_rate", "p1, year 2022", "age 20", "order 2", "-0.1", "remedy"}));
  in.end_rate(1, 2, 1, 20) = 0.0;
  in.start_rate(0, 0, 2, in.axes.n_ages - 1) = 0.1;
  CHECK(says(complaint(), {"start_rate", "p0, year 2020", "order 3+", "open age group"}));
  in.end_rate = {};
  CHECK(says(complaint(), {"end_rate", "shape"}));
}

}  // namespace
