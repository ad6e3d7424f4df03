// Draws of places that exchange migrants: with rates of zero the ensemble's own run, draw by draw; with rates, the
// scalar lockstep of the same draw; and in every draw nobody lost on the way.

#include <atomic>
#include <functional>

#include "engine_fixtures.hpp"
#include "sanhai/core/error.hpp"
#include "sanhai/core/quantiles.hpp"
#include "sanhai/ensemble/exchange_run.hpp"
#include "sanhai_catch.hpp"
#include "test_ensemble_cases.hpp"

namespace {

using namespace sanhai;
using ensemble::ExchangedEnsemble;
using ensemble::ExchangeRunner;
using ensemble::Indicator;
using ensemble::Keep;
using test::CaseOptions;
using test::RandomPaths;

constexpr std::size_t n_draws = 19;  // two whole batches and a part of one

/// RandomPaths and a factor on deaths; or, with rates, births per woman by draw in place of factor and multiplier.
class AllPaths : public RandomPaths {
public:
  AllPaths(std::uint64_t seed, const ensemble::EnsembleInputs& inputs, bool with_multiplier, bool rated)
      : RandomPaths(seed, with_multiplier), inputs_(inputs), rated_(rated) {}

  [[nodiscard]] double death_factor(std::size_t place, std::size_t draw, std::size_t t) const {
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
        block.death_factor(t, lane) = death_factor(place, first_draw + lane, t);
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
  options.mortality = ensemble::MortalityMode::exact;
  return options;
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

TEST_CASE("exchange: with rates of zero every draw is the ensemble's own, in the exact mode", "[ensemble][property]") {
  for (std::uint32_t seed = 0; seed < 12; ++seed) {
    CaseOptions options = three_places();
    options.from_Sx = seed % 2 == 1;
    options.with_multiplier = seed % 3 == 1;
    options.with_cohort_factor = seed % 4 == 2;
    options.with_migration = seed != 3;
    options.with_draws_of_mortality = seed != 4;
    ensemble::EnsembleInputs inputs = test::random_inputs(seed, options);
    if (seed % 5 == 0) inputs.on_negative = engine::OnNegative::cap;
    if (seed % 5 == 0) inputs.places[1].net_migration(2, 1, 30) = -5000.0;
    const AllPaths paths(seed, inputs, options.with_multiplier, seed % 4 == 1);
    const ensemble::Ensemble apart = ensemble::run(inputs, paths, keeping(Keep::ages));
    const ExchangedEnsemble together = ExchangeRunner(inputs, pairs(inputs.axes, 0.0)).run(paths, keeping(Keep::ages));
    REQUIRE(together.indicators == apart.indicators);
    for (std::size_t p = 0; p < options.n_places; ++p)
      for (std::size_t i = 0; i < apart.indicators.size(); ++i)
        for (std::size_t t = 0; t <= options.n_years; ++t)
          for (std::size_t draw = 0; draw < n_draws; ++draw) {
            INFO(seed << " " << ensemble::indicator_name(apart.indicators[i]) << " " << t << " " << draw);
            REQUIRE(both_missing_or_close(together.draws(p, i, t, draw), apart.draws(p, i, t, draw)));
          }
    for (std::size_t cell = 0; cell < apart.population.flat().size(); ++cell)
      REQUIRE(both_missing_or_close(together.population.flat()[cell], apart.population.flat()[cell]));
    CHECK(test::sum_of(together.leavers.flat()) == 0.0);
  }
}

/// One draw by the readable steps: aged apart, exchanged, then moved from outside.
core::Array<4> lockstep(const ensemble::EnsembleInputs& inputs, const AllPaths& paths, const engine::Exchange& exchange,
                        std::size_t draw) {
  const std::size_t n = inputs.places.size();
  const std::size_t ages = inputs.axes.n_ages;
  core::Array<4> pop({n, inputs.axes.n_years + 1, 2, ages});
  core::Array<2> births({core::n_orders, ages});
  core::Array<1> by_sex({2});
  core::Array<2> deaths({2, ages});
  core::Array<2> moved({2, ages});
  core::Array<3> people({n, 2, ages});
  engine::Workspace workspace(ages);
  for (std::size_t p = 0; p < n; ++p)
    std::ranges::copy(inputs.places[p].pop_jan1.flat(), pop.view()[p][0].flat().begin());
  for (std::size_t t = 0; t < inputs.axes.n_years; ++t) {
    for (std::size_t p = 0; p < n; ++p) {
      core::Array<2> Sx = ensemble::Sx_at(inputs.mortality[0], t, paths.k(draw, t));
      for (double& value : Sx.flat()) value = 1.0 - paths.death_factor(p, draw, t) * (1.0 - value);
      core::Array<2> start({core::n_orders, ages});
      core::Array<2> end({core::n_orders, ages});
      for (std::size_t i = 0; i < core::n_orders; ++i)
        for (std::size_t x = 0; x < ages; ++x) {
          const double rate = paths.fertility(p, draw, t) * engine::multiplied_rate(inputs.fertility[0].asfr(t, i, x),
                                                                                    paths.multiplier(p, draw, t, i));
          start(i, x) = paths.is_rated() ? paths.rate(p, draw, t, i, x, 0) : 0.5 * rate;
          end(i, x) = paths.is_rated() ? paths.rate(p, draw, t, i, x, 1) : 0.5 * rate;
        }
      const engine::YearRates rates{.Sx = std::as_const(Sx).view(),
                                    .asfr = {},
                                    .srb = inputs.fertility[0].srb(t),
                                    .net_migration = {},
                                    .cohort_factor = {},
                                    .start_rate = std::as_const(start).view(),
                                    .end_rate = std::as_const(end).view()};
      const engine::Flows flows{births.view(), by_sex.view(), deaths.view(), moved.view()};
      engine::age_year(rates, pop.view()[p][t], flows, workspace, inputs.axes, p, t);
      std::ranges::copy(workspace.survivors.flat(), people.view()[p].flat().begin());
    }
    const core::Array<3> net = exchange.net_migration(people.view(), t);
    for (std::size_t p = 0; p < n; ++p)
      for (std::size_t s = 0; s < 2; ++s)
        for (std::size_t x = 0; x < ages; ++x) {
          const ensemble::PlaceInputs& place = inputs.places[p];
          const double outside = place.net_migration(t, s, x) + paths.shock(p, draw, t) * place.pattern(0, s, x);
          pop(p, t + 1, s, x) = people(p, s, x) + net(p, s, x) + outside;
        }
  }
  return pop;
}

TEST_CASE("exchange: a draw is the scalar lockstep on its own rates", "[ensemble][property]") {
  for (std::uint32_t seed = 20; seed < 26; ++seed) {
    CaseOptions options = three_places();
    options.from_Sx = seed % 2 == 0;
    options.leaving = 0.05;
    const ensemble::EnsembleInputs inputs = test::random_inputs(seed, options);
    const AllPaths paths(seed, inputs, seed % 3 == 0, seed % 2 == 1);
    const engine::Exchange exchange = pairs(inputs.axes, 0.2, seed);
    const ExchangedEnsemble run = ExchangeRunner(inputs, exchange).run(paths, keeping(Keep::ages));
    for (const std::size_t draw : {std::size_t{0}, std::size_t{7}, std::size_t{18}}) {
      const core::Array<4> scalar = lockstep(inputs, paths, exchange, draw);
      for (std::size_t p = 0; p < options.n_places; ++p) {
        const auto own = scalar.view()[p].flat();
        const auto drawn = run.population.view()[p][draw].flat();
        for (std::size_t cell = 0; cell < own.size(); ++cell) REQUIRE(both_missing_or_close(drawn[cell], own[cell]));
      }
    }
    CHECK(test::sum_of(run.leavers.flat()) > 1000.0);
  }
}

TEST_CASE("exchange: in every draw the internal net is exactly 0, cell by cell and in the sums",
          "[ensemble][property]") {
  for (std::uint32_t seed = 40; seed < 44; ++seed) {
    const ensemble::EnsembleInputs inputs = test::random_inputs(seed, three_places());
    const AllPaths paths(seed, inputs, false, seed % 2 == 0);
    const ExchangedEnsemble run = ExchangeRunner(inputs, pairs(inputs.axes, 0.3, seed)).run(paths, keeping(Keep::ages));
    for (std::size_t draw = 0; draw < n_draws; ++draw) {
      const auto cells = run.leavers.view()[0][draw].flat().size();
      for (std::size_t cell = 0; cell < cells; ++cell) {
        double net = 0.0;
        for (std::size_t p = 0; p < 3; ++p)
          net += run.arrivals.view()[p][draw].flat()[cell] - run.leavers.view()[p][draw].flat()[cell];
        REQUIRE(net == 0.0);
      }
      const std::size_t leavers = run.indicators.size();
      for (std::size_t t = 0; t < inputs.axes.n_years; ++t) {
        REQUIRE(run.draws(3, leavers, t, draw) == run.draws(3, leavers + 1, t, draw));
        REQUIRE(run.draws(3, leavers, t, draw) > 0.0);
      }
      REQUIRE(std::isnan(run.draws(3, leavers, inputs.axes.n_years, draw)));
    }
  }
}

TEST_CASE("exchange: all places together are their sums, and means of the parts for rates", "[ensemble]") {
  const ensemble::EnsembleInputs inputs = test::random_inputs(50, three_places());
  const AllPaths paths(50, inputs, false, false);
  ensemble::RunOptions options = keeping(Keep::draws);
  options.indicators = {Indicator::e0_female, Indicator::births, Indicator::tfr, Indicator::women_15_49,
                        Indicator::pop_jan1};
  const ExchangedEnsemble run = ExchangeRunner(inputs, pairs(inputs.axes, 0.1)).run(paths, options);
  REQUIRE(run.series() ==
          std::vector<std::string>{"e0_female", "births", "tfr", "women_15_49", "pop_jan1", "leavers", "arrivals"});
  CHECK(run.population.empty());
  const auto mean = [&](std::size_t series, std::size_t weight, std::size_t t, std::size_t draw) {
    double sum = 0.0;
    double weights = 0.0;
    for (std::size_t p = 0; p < 3; ++p) {
      sum += run.draws(p, series, t, draw) * run.draws(p, weight, t, draw);
      weights += run.draws(p, weight, t, draw);
    }
    return sum / weights;
  };
  for (std::size_t draw = 0; draw < n_draws; ++draw)
    for (std::size_t t = 0; t < inputs.axes.n_years; ++t) {
      for (const std::size_t series : {1, 3, 4}) {
        double sum = 0.0;
        for (std::size_t p = 0; p < 3; ++p) sum += run.draws(p, series, t, draw);
        REQUIRE(run.draws(3, series, t, draw) == sum);
      }
      REQUIRE(test::relative_close(run.draws(3, 2, t, draw), mean(2, 3, t, draw), 1e-14));
      REQUIRE(test::relative_close(run.draws(3, 0, t, draw), mean(0, 4, t, draw), 1e-14));
    }
}

TEST_CASE("exchange: quantiles are those of the draws", "[ensemble]") {
  const ensemble::EnsembleInputs inputs = test::random_inputs(51, three_places());
  const AllPaths paths(51, inputs, false, false);
  const ExchangeRunner runner(inputs, pairs(inputs.axes, 0.1));
  const ExchangedEnsemble kept = runner.run(paths, keeping(Keep::draws));
  const ExchangedEnsemble reduced = runner.run(paths, keeping(Keep::quantiles));
  CHECK(reduced.draws.empty());
  CHECK(same_bits(reduced.quantiles, kept.quantiles));
  for (std::size_t p = 0; p <= 3; ++p)
    for (std::size_t series = 0; series < kept.draws.extent(1); ++series)
      for (std::size_t t = 0; t < inputs.axes.n_years; ++t) {
        const auto expected =
            core::quantiles(std::as_const(kept.draws).view()[p][series][t].flat(), kept.probabilities);
        REQUIRE(std::ranges::equal(kept.quantiles.view()[p][series][t].flat(), expected));
      }
}

TEST_CASE("exchange: the bits depend on the number of a draw alone", "[ensemble][bits]") {
  const ensemble::EnsembleInputs inputs = test::random_inputs(52, three_places());
  const AllPaths paths(52, inputs, true, false);
  const ExchangeRunner runner(inputs, pairs(inputs.axes, 0.1));
  const ExchangedEnsemble all = runner.run(paths, keeping(Keep::ages, 1));
  for (const std::size_t threads : {2, 5, 16}) {
    const ExchangedEnsemble again = runner.run(paths, keeping(Keep::ages, threads));
    CHECK(same_bits(again.draws, all.draws));
    CHECK(same_bits(again.quantiles, all.quantiles));
    CHECK(same_bits(again.leavers, all.leavers));
  }
  for (const auto& [first, n] : {std::pair<std::size_t, std::size_t>{0, 5}, {0, 8}, {0, 11}, {3, 6}, {18, 1}}) {
    ensemble::RunOptions options = keeping(Keep::ages);
    options.first_draw = first;
    options.n_draws = n;
    const ExchangedEnsemble part = runner.run(paths, options);
    for (std::size_t p = 0; p < 3; ++p)
      for (std::size_t draw = 0; draw < n; ++draw) {
        REQUIRE(same_bits(part.population.view()[p][draw].flat(), all.population.view()[p][first + draw].flat()));
        REQUIRE(part.draws(3, 0, 3, draw) == all.draws(3, 0, 3, first + draw));
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
    throw core::DomainError("lost at " + std::to_string(place) + ", draw " + std::to_string(draw) + ": got x");
  }
};

TEST_CASE("exchange: the lowest draw no population can have is named, whoever found it first", "[ensemble][errors]") {
  ensemble::EnsembleInputs inputs = test::random_inputs(53, three_places());
  for (double& value : inputs.places[2].pattern.flat()) value = 1200.0;
  const AllPaths paths(53, inputs, false, false);
  const ExchangeRunner runner(inputs, pairs(inputs.axes, 0.01));
  const auto run = [&](std::size_t threads) {
    return complaint_of([&] { (void)runner.run(paths, keeping(Keep::draws, threads)); });
  };
  const std::string first = run(1);
  CHECK(says(first, {"net_migration", "place 620102", ", year ", ", age ", ", draw ", "leavers", "remedy"}));
  for (const std::size_t threads : {2, 7}) CHECK(run(threads) == first);

  const LosingPaths losing(54, inputs, false, true);
  ensemble::EnsembleInputs calm = test::random_inputs(54, three_places());
  const ExchangeRunner other(calm, pairs(calm.axes, 0.01));
  CHECK(complaint_of([&] { (void)other.run(losing, keeping(Keep::draws)); }) == "lost at 1, draw 6: got x");

  class Deadly : public AllPaths {
    using AllPaths::AllPaths;
    void draw(std::size_t place, std::size_t first_draw, const ensemble::PathBlock& block) const override {
      AllPaths::draw(place, first_draw, block);
      std::ranges::fill(block.death_factor.flat(), 50.0);
    }
  };
  const Deadly deadly(55, calm, false, false);
  CHECK(says(complaint_of([&] { (void)other.run(deadly, keeping(Keep::draws)); }),
             {"probability of dying", "place 620100, year 2024, male, age ", "draw 0", "[0, 1]", "remedy"}));
}

TEST_CASE("exchange: progress, cancelling and an exception of the callback", "[ensemble]") {
  const ensemble::EnsembleInputs inputs = test::random_inputs(56, three_places());
  const AllPaths paths(56, inputs, false, false);
  const ExchangeRunner runner(inputs, pairs(inputs.axes, 0.01));
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
  const ExchangeRunner runner(inputs, exchange);
  const AllPaths paths(57, inputs, false, false);
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

  CaseOptions by_parity = three_places();
  by_parity.with_parity = true;
  CHECK(says(complaint_of([&] { ExchangeRunner(test::random_inputs(57, by_parity), exchange); }),
             {"parity", "620100", "remedy"}));
  CaseOptions fewer = three_places();
  fewer.n_places = 2;
  CHECK(says(complaint_of([&] { ExchangeRunner(test::random_inputs(57, fewer), exchange); }), {"exchange", "axes"}));
  CaseOptions with_factor = three_places();
  with_factor.with_cohort_factor = true;
  const ensemble::EnsembleInputs factored = test::random_inputs(57, with_factor);
  const AllPaths rated(57, factored, false, true);
  CHECK(says(complaint_of([&] { (void)ExchangeRunner(factored, exchange).run(rated, keeping(Keep::draws)); }),
             {"rates by draw", "cohort factors"}));
  class WithEvents : public AllPaths {
  public:
    using AllPaths::AllPaths;
    [[nodiscard]] ensemble::EventNoise events(std::size_t) const override { return {.is_on = true, .place = 1}; }
  };
  const ensemble::EnsembleInputs plain = test::random_inputs(57, three_places());
  const WithEvents noisy(57, plain, false, false);
  CHECK(says(complaint_of([&] { (void)ExchangeRunner(plain, exchange).run(noisy, keeping(Keep::draws)); }),
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
