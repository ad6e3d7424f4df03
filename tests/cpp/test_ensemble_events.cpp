// Births and deaths by chance: whole numbers around the rates of the draw, and nothing else is moved.

#include <cmath>
#include <set>

#include "sanhai/core/error.hpp"
#include "sanhai/core/math.hpp"
#include "sanhai_catch.hpp"
#include "test_ensemble_cases.hpp"
#include "test_random_checks.hpp"

namespace {

using namespace sanhai;
using ensemble::Indicator;
using ensemble::Keep;
using test::CaseOptions;
using test::RandomPaths;

/// The random paths of a case with chance on top.
class WithEvents : public RandomPaths {
public:
  WithEvents(std::uint64_t seed, std::size_t first_year, double k_sd = 0.4)
      : RandomPaths(seed, k_sd), seed_(seed), first_year_(first_year) {}

  void draw(std::size_t place, std::size_t first_draw, const ensemble::PathBlock& block) const override {
    RandomPaths::draw(place, first_draw, block);
    for (std::size_t t = 0; t < block.death_factor.extent(0); ++t)
      for (std::size_t lane = 0; lane < ensemble::n_lanes; ++lane)
        block.death_factor(t, lane) = 1.0 + 0.3 * value(place, first_draw + lane, t, 11);
  }
  [[nodiscard]] bool has_death_factor() const override { return true; }
  [[nodiscard]] ensemble::EventNoise events(std::size_t place) const override {
    return {.is_on = is_on, .seed = seed_, .place = static_cast<std::uint32_t>(place + 1), .first_year = first_year_};
  }
  bool is_on = true;

private:
  std::uint64_t seed_;
  std::size_t first_year_;
};

/// Nothing varies but chance; births as a schedule, or as rates at both exposures.
class OnlyEvents : public ensemble::PathMaker {
public:
  explicit OnlyEvents(ensemble::RateAges rates = {}, double start = 0.0, double end = 0.0)
      : rates_(rates), start_(start), end_(end) {}

  void draw(std::size_t, std::size_t, const ensemble::PathBlock& block) const override {
    std::ranges::fill(block.start_rate.flat(), start_);
    std::ranges::fill(block.end_rate.flat(), end_);
  }
  [[nodiscard]] bool has_fertility() const override { return false; }
  [[nodiscard]] bool has_k() const override { return false; }
  [[nodiscard]] bool has_shock() const override { return false; }
  [[nodiscard]] ensemble::RateAges rate_ages() const override { return rates_; }
  [[nodiscard]] ensemble::EventNoise events(std::size_t) const override {
    return {.is_on = true, .seed = 5, .place = 1, .first_year = 0};
  }

private:
  ensemble::RateAges rates_;
  double start_;
  double end_;
};

ensemble::RunOptions keep(std::size_t n_draws, std::vector<std::size_t> ages_of = {0}) {
  ensemble::RunOptions options;
  options.n_draws = n_draws;
  options.keep = Keep::draws;
  options.ages_of = std::move(ages_of);
  options.probabilities = {};
  return options;
}

double at(const ensemble::Ensemble& run, Indicator indicator, std::size_t year, std::size_t draw,
          std::size_t place = 0) {
  return run.draws(place, static_cast<std::size_t>(indicator), year, draw);
}

/// One small year: whole persons, no migration.
ensemble::EnsembleInputs one_year(bool with_births) {
  CaseOptions options;
  options.n_years = 1;
  options.n_ages = 24;
  options.with_draws_of_mortality = options.with_migration = false;
  options.from_Sx = true;
  ensemble::EnsembleInputs inputs = test::random_inputs(3, options);
  for (double& value : inputs.places[0].pop_jan1.flat()) value = std::floor(value);
  for (double& value : inputs.fertility[0].asfr.flat()) value *= with_births ? 1.0 : 0.0;
  return inputs;
}

std::vector<double> series(const ensemble::Ensemble& run, Indicator indicator, std::size_t year) {
  std::vector<double> values;
  for (std::size_t draw = 0; draw < run.n_draws; ++draw) values.push_back(at(run, indicator, year, draw));
  return values;
}

constexpr std::size_t n_draws = 100'000;

TEST_CASE("events: deaths have the binomial's mean and variance, not the Poisson's") {
  ensemble::EnsembleInputs inputs = one_year(false);
  for (double& value : inputs.places[0].pop_jan1.flat()) value += 0.4;  // which dies as expected, never by chance
  const std::size_t open = 23;
  double mean = 0.0;
  double variance = 0.0;
  double poisson = 0.0;
  for (std::size_t sex = 0; sex < 2; ++sex)
    for (std::size_t x = 1; x <= open; ++x) {
      double persons = inputs.places[0].pop_jan1(sex, x - 1);
      if (x == open) persons += inputs.places[0].pop_jan1(sex, open);
      const double lost = 1.0 - inputs.mortality[0].Sx(0, sex, x);
      mean += persons * lost;
      variance += std::floor(persons) * lost * (1.0 - lost);
      poisson += persons * lost;
    }
  const ensemble::Ensemble run = ensemble::run(inputs, OnlyEvents(), keep(n_draws, {}));
  const std::vector<double> deaths = series(run, Indicator::deaths, 0);
  // A sum of many binomials: its fourth moment is the normal's to well within the check.
  CHECK(test::passes(test::z_mean(deaths, mean, variance)));
  CHECK(test::passes(test::z_variance(deaths, mean, variance, 3.0 * variance * variance)));
  CHECK_FALSE(test::passes(test::z_variance(deaths, mean, poisson, 3.0 * poisson * poisson)));
  CHECK_FALSE(test::passes(test::z_mean(deaths, mean * 1.001, variance)));
}

/// Mean and variance of births: Poisson about exposures of which the survivors' half varies too.
struct BirthLaw {
  double mean = 0.0;
  double variance = 0.0;
  BirthLaw(const ensemble::EnsembleInputs& inputs, std::size_t first, std::size_t end, auto start_rate, auto end_rate) {
    for (std::size_t x = first; x < end; ++x) {
      const double before = inputs.places[0].pop_jan1(1, x - 1);
      const double Sx = inputs.mortality[0].Sx(0, 1, x);
      mean += start_rate(x) * inputs.places[0].pop_jan1(1, x) + end_rate(x) * before * Sx;
      variance += end_rate(x) * end_rate(x) * before * Sx * (1.0 - Sx);
    }
    variance += mean;
  }
};

TEST_CASE("events: births have their mean and variance, boys their share, from a schedule and from rates by draw") {
  const ensemble::EnsembleInputs inputs = one_year(true);
  for (const bool by_rates : {false, true}) {
    const ensemble::RateAges ages{.first = 14, .n = by_rates ? std::size_t{7} : std::size_t{0}};
    const auto half = [&](std::size_t x) {
      double sum = 0.0;
      for (std::size_t i = 0; i < core::n_orders; ++i) sum += 0.5 * inputs.fertility[0].asfr(0, i, x);
      return sum;
    };
    const auto constant = [](double value) { return [value](std::size_t) { return 3.0 * value; }; };
    const BirthLaw law =
        by_rates ? BirthLaw(inputs, 14, 21, constant(0.03), constant(0.02)) : BirthLaw(inputs, 13, 22, half, half);
    const OnlyEvents paths(by_rates ? ages : ensemble::RateAges{}, 0.03, 0.02);
    const ensemble::Ensemble run = ensemble::run(inputs, paths, keep(n_draws, {}));
    const std::vector<double> births = series(run, Indicator::births, 0);
    CHECK(test::passes(test::z_mean(births, law.mean, law.variance)));
    CHECK(test::passes(
        test::z_variance(births, law.mean, law.variance, 3.0 * law.variance * law.variance + law.variance)));
    CHECK_FALSE(test::passes(test::z_mean(births, law.mean * 1.01, law.variance)));
    for (const double value : births) REQUIRE(value == std::floor(value));

    // Infants thin the births: alive at the end, a share of srb S(0, boys) / (1 + srb) + S(0, girls) / (1 + srb).
    const double srb = inputs.fertility[0].srb(0);
    const double alive = (srb * inputs.mortality[0].Sx(0, 0, 0) + inputs.mortality[0].Sx(0, 1, 0)) / (1.0 + srb);
    const std::vector<double> infants = series(run, Indicator::age_0, 1);
    const double spread = law.mean * alive + (law.variance - law.mean) * alive * alive;
    CHECK(test::passes(test::z_mean(infants, law.mean * alive, spread)));
  }
}

TEST_CASE("events: boys are srb / (1 + srb) of the births") {
  ensemble::EnsembleInputs inputs = one_year(true);
  for (std::size_t sex = 0; sex < 2; ++sex) inputs.mortality[0].Sx(0, sex, 0) = 1.0;  // all infants are seen
  const ensemble::Ensemble run = ensemble::run(inputs, OnlyEvents(), keep(4000));
  const double srb = inputs.fertility[0].srb(0);
  double boys = 0.0;
  double born = 0.0;
  for (std::size_t draw = 0; draw < 4000; ++draw) {
    boys += run.cells.pop_jan1(0, draw, 1, 0, 0);
    born += run.cells.pop_jan1(0, draw, 1, 0, 0) + run.cells.pop_jan1(0, draw, 1, 1, 0);
  }
  const double share = srb / (1.0 + srb);
  CHECK(test::passes((boys - born * share) / std::sqrt(born * share * (1.0 - share))));
  CHECK_FALSE(test::passes((boys - born * (1.0 - share)) / std::sqrt(born * share * (1.0 - share))));
}

TEST_CASE("events: every draw balances, in whole births") {
  CaseOptions options;
  options.n_places = 2;
  options.leaving = 0.1;
  for (const bool from_Sx : {false, true}) {
    options.from_Sx = from_Sx;
    const ensemble::Ensemble run = ensemble::run(test::random_inputs(8, options), WithEvents(8, 2), keep(40, {}));
    for (std::size_t place = 0; place < 2; ++place)
      for (std::size_t draw = 0; draw < 40; ++draw)
        for (std::size_t year = 0; year < options.n_years; ++year) {
          const auto value = [&](Indicator indicator, std::size_t t) { return at(run, indicator, t, draw, place); };
          const double after = value(Indicator::pop_jan1, year) + value(Indicator::births, year) -
                               value(Indicator::deaths, year) + value(Indicator::net_migration, year);
          REQUIRE(std::abs(value(Indicator::pop_jan1, year + 1) / after - 1.0) < 1e-13);
          const double orders = value(Indicator::births_order_1, year) + value(Indicator::births_order_2, year) +
                                value(Indicator::births_order_3, year);
          REQUIRE(std::abs(value(Indicator::births, year) - orders) <= 1e-12 * orders);
          const double groups = value(Indicator::pop_0_14, year + 1) + value(Indicator::pop_15_64, year + 1) +
                                value(Indicator::pop_65plus, year + 1);
          REQUIRE(std::abs(value(Indicator::pop_jan1, year + 1) - groups) <= 1e-12 * groups);
          const double births = value(Indicator::births, year);
          REQUIRE((births == std::floor(births)) == (year >= 2));
        }
  }
}

TEST_CASE("events: fractions of a person take what is expected, which is the kernel's own run") {
  for (const bool from_Sx : {false, true})
    for (const bool cap : {false, true}) {
      CaseOptions options;
      options.from_Sx = from_Sx;
      options.leaving_rate = from_Sx ? 0.2 : 0.0;
      ensemble::EnsembleInputs inputs = test::random_inputs(4, options);
      for (double& value : inputs.places[0].pop_jan1.flat()) value /= 21000.0;  // below 1, the open group too
      for (double& value : inputs.places[0].net_migration.flat()) value *= cap ? 1e-4 : 0.0;
      for (double& value : inputs.places[0].pattern.flat()) value *= cap ? 1e-4 : 0.0;
      for (double& value : inputs.fertility[0].asfr.flat()) value = 0.0;
      if (cap) inputs.on_negative = engine::OnNegative::cap;
      WithEvents paths(4, 0);
      const ensemble::EnsembleRunner runner(inputs, ensemble::MortalityMode::exact);
      const ensemble::Ensemble with = runner.run(paths, keep(16));
      paths.is_on = false;
      const ensemble::Ensemble without = runner.run(paths, keep(16));
      double worst = 0.0;
      for (std::size_t i = 0; i < with.cells.pop_jan1.flat().size(); ++i) {
        const double one = with.cells.pop_jan1.flat()[i];
        const double other = without.cells.pop_jan1.flat()[i];
        worst = std::max(worst, std::abs(one - other) / std::max(other, 1e-3));
      }
      CHECK(worst < 1e-12);
      double cut = 0.0;
      for (std::size_t i = 0; i < with.draws.flat().size(); ++i) {
        const double one = with.draws.flat()[i];
        const double other = without.draws.flat()[i];
        if (std::isnan(other)) continue;
        REQUIRE(std::abs(one - other) <= 1e-11 * std::max(std::abs(other), 1e-2));
      }
      for (std::size_t year = 0; year < options.n_years; ++year) cut += at(with, Indicator::migration_cut, year, 3);
      CHECK((cut > 0.0) == cap);
    }
}

TEST_CASE("events: years before the first, and rates, keep their bits") {
  CaseOptions options;
  options.leaving = 0.1;
  const ensemble::EnsembleRunner runner(test::random_inputs(9, options), ensemble::MortalityMode::polynomial);
  WithEvents paths(9, 3);
  const ensemble::Ensemble with = runner.run(paths, keep(20));
  paths.is_on = false;
  const ensemble::Ensemble without = runner.run(paths, keep(20));
  for (std::size_t i = 0; i < ensemble::n_indicators; ++i) {
    const auto indicator = static_cast<Indicator>(i);
    const bool is_rate = indicator == Indicator::tfr || indicator == Indicator::e0_male ||
                         indicator == Indicator::e0_female || indicator == Indicator::imr ||
                         indicator == Indicator::srb;
    const std::size_t last_same = ensemble::is_stock(indicator) ? 3 : 2;
    for (std::size_t year = 0; year < options.n_years; ++year) {
      if (!is_rate && year > last_same) continue;
      for (std::size_t draw = 0; draw < 20; ++draw)
        REQUIRE(at(with, indicator, year, draw) == at(without, indicator, year, draw));
    }
  }
  CHECK(at(with, Indicator::deaths, 3, 0) != at(without, Indicator::deaths, 3, 0));
}

TEST_CASE(
    "events: one hash over instruction sets, threads and batches; few draws, later blocks and places alone are "
    "themselves") {
  CaseOptions options;
  options.n_places = 3;
  options.leaving = 0.1;
  const ensemble::EnsembleInputs inputs = test::random_inputs(12, options);
  const ensemble::EnsembleRunner runner(inputs, ensemble::MortalityMode::polynomial);
  const WithEvents paths(12, 1);
  std::set<std::uint64_t> hashes;
  for (const ensemble::Isa isa : {ensemble::Isa::baseline, ensemble::Isa::x86_64_v3, ensemble::Isa::x86_64_v4}) {
    if (!ensemble::has_isa(isa)) continue;
    for (const std::size_t threads : {1, 2, 7})
      for (const std::size_t batch : {1, 32}) {
        ensemble::RunOptions given = keep(21);
        given.isa = isa;
        given.threads = threads;
        given.batch = batch;
        const ensemble::Ensemble run = runner.run(paths, given);
        hashes.insert(test::hash_of(run.cells.pop_jan1.flat(), test::hash_of(run.draws.flat())));
      }
  }
  CHECK(hashes.size() == 1);
  const ensemble::Ensemble whole = runner.run(paths, keep(21));
  ensemble::RunOptions later = keep(5);
  later.first_draw = 11;
  const ensemble::Ensemble block = runner.run(paths, later);
  for (std::size_t draw = 0; draw < 5; ++draw)
    for (std::size_t year = 0; year <= options.n_years; ++year)
      CHECK(at(block, Indicator::pop_jan1, year, draw, 2) == at(whole, Indicator::pop_jan1, year, draw + 11, 2));
  ensemble::EnsembleInputs other = inputs;
  for (double& value : other.places[0].pop_jan1.flat()) value *= 2.0;
  const ensemble::Ensemble beside =
      ensemble::EnsembleRunner(other, ensemble::MortalityMode::polynomial).run(paths, keep(21));
  for (std::size_t draw = 0; draw < 21; ++draw)
    CHECK(at(beside, Indicator::births, 4, draw, 1) == at(whole, Indicator::births, 4, draw, 1));
}

/// Correlation of two samples about their own means, as a normal score.
double z_related(std::vector<double> x, std::vector<double> y) {
  for (std::vector<double>* sample : {&x, &y}) {
    double mean = 0.0;
    double square = 0.0;
    for (const double value : *sample) mean += value / static_cast<double>(sample->size());
    for (const double value : *sample) square += (value - mean) * (value - mean) / static_cast<double>(sample->size());
    for (double& value : *sample) value = (value - mean) / std::sqrt(square);
  }
  return test::z_correlation(x, y);
}

TEST_CASE("events: years, places and sexes have chances of their own") {
  CaseOptions options;
  options.n_places = 2;
  options.n_years = 2;
  options.n_ages = 24;
  options.with_draws_of_mortality = options.with_migration = false;
  ensemble::EnsembleInputs inputs = test::random_inputs(6, options);
  for (std::size_t i = 0; i < inputs.places[0].pop_jan1.flat().size(); ++i)
    inputs.places[1].pop_jan1.flat()[i] = inputs.places[0].pop_jan1.flat()[i] = 400.0;
  for (double& value : inputs.mortality[0].mx.flat()) value = 0.15;
  class Placed : public OnlyEvents {
  public:
    [[nodiscard]] ensemble::EventNoise events(std::size_t place) const override {
      return {.is_on = true, .seed = 5, .place = static_cast<std::uint32_t>(place + 1), .first_year = 0};
    }
  };
  const ensemble::Ensemble run = ensemble::run(inputs, Placed(), keep(2000));
  const auto of = [&](Indicator indicator, std::size_t year, std::size_t place) {
    std::vector<double> values;
    for (std::size_t draw = 0; draw < run.n_draws; ++draw) values.push_back(at(run, indicator, year, draw, place));
    return values;
  };
  const auto people = [&](std::size_t sex, std::size_t x) {
    std::vector<double> values;
    for (std::size_t draw = 0; draw < run.n_draws; ++draw) values.push_back(run.cells.pop_jan1(0, draw, 1, sex, x));
    return values;
  };
  CHECK(test::passes(z_related(of(Indicator::births, 0, 0), of(Indicator::births, 1, 0))));
  CHECK(test::passes(z_related(of(Indicator::births, 0, 0), of(Indicator::births, 0, 1))));
  CHECK(test::passes(z_related(of(Indicator::deaths, 0, 0), of(Indicator::deaths, 0, 1))));
  CHECK(test::passes(z_related(people(0, 10), people(1, 10))));
  CHECK(test::passes(z_related(people(1, 10), people(1, 11))));
  CHECK(test::passes(z_related(of(Indicator::births_order_1, 0, 0), of(Indicator::births_order_2, 0, 0))));
  // The infants of a year are its births that live: related, or nothing here would be seen.
  CHECK_FALSE(test::passes(z_related(of(Indicator::births, 0, 0), of(Indicator::age_0, 1, 0))));
}

TEST_CASE("events: too many leavers are named") {
  // Everyone of a cell leaves as expected; by chance fewer are left than that.
  ensemble::EnsembleInputs inputs = one_year(false);
  inputs.places[0].net_migration = core::Array<3>({1, 2, 24});
  inputs.places[0].net_migration(0, 1, 7) = -inputs.places[0].pop_jan1(1, 6) * inputs.mortality[0].Sx(0, 1, 7) * 0.999;
  try {
    (void)ensemble::run(inputs, OnlyEvents(), keep(50));
    FAIL("no error");
  } catch (const core::DomainError& error) {
    const std::string text = error.what();
    CHECK(text.find("age 7") != std::string::npos);
    CHECK(text.find("female") != std::string::npos);
  }
}

TEST_CASE("events: the cells kept are those that happened, and a sum's rates those of the rates") {
  CaseOptions options;
  options.n_places = 2;
  options.leaving = 0.1;
  ensemble::EnsembleInputs inputs = test::random_inputs(13, options);
  inputs.sums = {{0, 1}, {1}};
  const ensemble::EnsembleRunner runner(inputs, ensemble::MortalityMode::exact);
  WithEvents paths(13, 2);
  const ensemble::Ensemble run = runner.run(paths, keep(9, {0, 1, 2}));
  CHECK(run.balance < 1e-13);
  const ensemble::RowCells& cells = run.cells;
  const auto value = [&](std::size_t row, Indicator indicator, std::size_t year, std::size_t draw) {
    return at(run, indicator, year, draw, row);
  };
  for (std::size_t draw = 0; draw < 9; ++draw)
    for (std::size_t year = 0; year < options.n_years; ++year) {
      for (std::size_t row = 0; row < 3; ++row) {
        double births = 0.0;
        for (std::size_t i = 0; i < core::n_orders; ++i) {
          const double of_order = test::sum_of(cells.births.view()[row][draw][year][i].flat());
          const auto order = static_cast<Indicator>(static_cast<std::size_t>(Indicator::births_order_1) + i);
          REQUIRE(test::relative_close(of_order, value(row, order, year, draw), 1e-13));
          births += of_order;
        }
        REQUIRE(test::relative_close(births, test::sum_of(cells.births_by_sex.view()[row][draw][year].flat()), 1e-13));
        const double deaths = test::sum_of(cells.deaths.view()[row][draw][year].flat());
        const double moved = test::sum_of(cells.net_migration.view()[row][draw][year].flat());
        REQUIRE(test::relative_close(deaths, value(row, Indicator::deaths, year, draw), 1e-13));
        REQUIRE(std::abs(moved - value(row, Indicator::net_migration, year, draw)) < 1e-9);
        REQUIRE(test::relative_close(test::sum_of(cells.pop_jan1.view()[row][draw][year + 1].flat()),
                                     value(row, Indicator::pop_jan1, year + 1, draw), 1e-13));
      }
      // A sum of one place has that place's rates, which chance does not move.
      for (const Indicator rate :
           {Indicator::tfr, Indicator::e0_male, Indicator::e0_female, Indicator::imr, Indicator::srb})
        REQUIRE(test::relative_close(value(3, rate, year, draw), value(1, rate, year, draw), 1e-11));
    }
}

}  // namespace
