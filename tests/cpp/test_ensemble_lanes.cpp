// The lanes against the readable scalar steps, draw by draw, cell by cell, and every summary against its definition.

#include <set>
#include <string>
#include <utility>

#include "sanhai_catch.hpp"
#include "test_ensemble_cases.hpp"

namespace {

using namespace sanhai;
using ensemble::Indicator;
using ensemble::MortalityMode;
using test::CaseOptions;
using test::RandomPaths;
using test::ScalarDraw;

constexpr double not_compared = -1e300;
constexpr std::size_t n_draws = 11;  // one whole batch and a part of one

ensemble::RunOptions all_kept(MortalityMode mode) {
  ensemble::RunOptions options;
  options.n_draws = n_draws;
  options.keep = ensemble::Keep::ages;
  options.mortality = mode;
  return options;
}

double largest_difference(std::span<const double> lanes, std::span<const double> scalar) {
  double largest = 0.0;
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    const double scale = std::max({std::abs(lanes[i]), std::abs(scalar[i]), 1e-3});
    const double difference = std::abs(lanes[i] - scalar[i]) / scale;
    if (!(difference <= largest)) largest = difference;  // NaN stays
  }
  return largest;
}

/// Sum of a (sex, age) or (order, age) array over ages begin .. end - 1 of one row.
double row_sum(core::View<const double, 2> cells, std::size_t row, std::size_t begin, std::size_t end) {
  double sum = 0.0;
  for (std::size_t x = begin; x < end && x < cells.extent(1); ++x) sum += cells(row, x);
  return sum;
}

double both(core::View<const double, 2> cells, std::size_t begin, std::size_t end) {
  return row_sum(cells, 0, begin, end) + row_sum(cells, 1, begin, end);
}

double stock_of(Indicator indicator, core::View<const double, 2> pop) {
  const std::size_t all = pop.extent(1);
  const std::size_t index = static_cast<std::size_t>(indicator);
  if (indicator == Indicator::pop_jan1) return both(pop, 0, all);
  if (indicator == Indicator::age_0_14) return both(pop, 0, 15);
  if (indicator == Indicator::age_15_64) return both(pop, 15, 65);
  if (indicator == Indicator::age_65_plus) return both(pop, 65, all);
  if (indicator == Indicator::women_15_49) return row_sum(pop, 1, 15, 50);
  const std::size_t age = index - static_cast<std::size_t>(Indicator::age_0);
  return both(pop, age, age + 1);
}

/// Life expectancy by l and L, not by the ratios' shortcut.
double e0_by_life_table(core::View<const double, 1> Sx) {
  const std::size_t open = Sx.extent(0) - 1;
  std::vector<double> L(open);
  L[0] = Sx(0);
  for (std::size_t x = 1; x < open; ++x) L[x] = L[x - 1] * Sx(x);
  double sum = 0.0;
  for (std::size_t x = 0; x < open; ++x) sum += L[x];
  return sum + L[open - 1] * Sx(open) / (1.0 - Sx(open));  // T(omega) = S (L(omega-1) + T(omega))
}

double flow_of(Indicator indicator, const ScalarDraw& draw, std::size_t t) {
  const core::View<const double, 2> births = std::as_const(draw.births).view()[t];
  const std::size_t ages = births.extent(1);
  switch (indicator) {
    case Indicator::births:
      return test::sum_of(births.flat());
    case Indicator::births_order_1:
      return row_sum(births, 0, 0, ages);
    case Indicator::births_order_2:
      return row_sum(births, 1, 0, ages);
    case Indicator::births_order_3:
      return row_sum(births, 2, 0, ages);
    case Indicator::deaths:
      return test::sum_of(std::as_const(draw.deaths).view()[t].flat());
    case Indicator::net_migration:
      return test::sum_of(std::as_const(draw.moved).view()[t].flat());
    case Indicator::migration_cut:
      return draw.cut[t];
    case Indicator::e0_male:
      return e0_by_life_table(std::as_const(draw.Sx).view()[t][0]);
    case Indicator::e0_female:
      return e0_by_life_table(std::as_const(draw.Sx).view()[t][1]);
    default:
      break;
  }
  double tfr = 0.0;  // births over exposure, age by age
  for (std::size_t x = 1; x < ages - 1; ++x) {
    const double start = draw.pop(t, 1, x);
    const double end = draw.pop(t, 1, x - 1) * draw.Sx(t, 1, x);
    const double all = births(0, x) + births(1, x) + births(2, x);
    if (!(start + end > 0.0)) return not_compared;  // nobody of the age: no births over exposure to compare with
    tfr += all / ((start + end) / 2.0);
  }
  return tfr;
}

void compare(std::uint32_t seed, const CaseOptions& options, MortalityMode mode, double tolerance,
             engine::OnNegative on_negative = engine::OnNegative::error) {
  ensemble::EnsembleInputs inputs = test::random_inputs(seed, options);
  inputs.on_negative = on_negative;
  const RandomPaths paths(seed, options.with_multiplier);
  const ensemble::Ensemble got = ensemble::run(inputs, paths, all_kept(mode));
  for (std::size_t place = 0; place < options.n_places; ++place)
    for (std::size_t draw = 0; draw < n_draws; ++draw) {
      const ScalarDraw scalar(inputs, paths, place, draw);
      const double cells = largest_difference(got.population.view()[place][draw].flat(), scalar.pop.flat());
      CHECK(cells <= tolerance);
      if (options.with_parity) {
        CHECK(largest_difference(got.parity.view()[place][draw].flat(), scalar.parity.flat()) <= tolerance);
      }
      for (std::size_t i = 0; i < got.indicators.size(); ++i) {
        const Indicator indicator = got.indicators[i];
        for (std::size_t t = 0; t <= options.n_years; ++t) {
          const double value = got.draws(place, i, t, draw);
          if (!is_stock(indicator) && t == options.n_years) {
            CHECK(std::isnan(value));
            continue;
          }
          const double expected = is_stock(indicator) ? stock_of(indicator, std::as_const(scalar.pop).view()[t])
                                                      : flow_of(indicator, scalar, t);
          if (expected == not_compared) continue;
          INFO(indicator_name(indicator) << " year " << t << " draw " << draw << " seed " << seed);
          CHECK(std::abs(value - expected) <= tolerance * std::max(std::abs(expected), 1.0));
        }
      }
    }
}

TEST_CASE("lanes: shared mortality, every cell and summary as the scalar steps") {
  for (std::uint32_t seed = 1; seed <= 12; ++seed) {
    CaseOptions options;
    options.with_draws_of_mortality = false;
    options.with_migration = seed % 3 != 0;
    options.with_multiplier = seed % 2 == 0;
    options.with_cohort_factor = seed % 4 == 1;
    options.from_Sx = seed % 5 == 0;
    options.n_ages = seed % 6 == 5 ? 131 : seed % 6 == 4 ? 60 : 101;
    compare(seed, options, MortalityMode::shared, 1e-13);
  }
}

TEST_CASE("lanes: exact mortality by draw") {
  for (std::uint32_t seed = 21; seed <= 28; ++seed) {
    CaseOptions options;
    options.from_Sx = seed % 2 == 0;
    options.with_multiplier = seed % 4 == 1;
    compare(seed, options, MortalityMode::exact, 1e-13);
  }
}

TEST_CASE("lanes: polynomial mortality, with draws inside and outside its interval") {
  for (std::uint32_t seed = 31; seed <= 38; ++seed) {
    CaseOptions options;
    options.from_Sx = seed % 2 == 0;
    compare(seed, options, MortalityMode::polynomial, 2e-9);
  }
}

TEST_CASE("lanes: women by parity") {
  for (std::uint32_t seed = 41; seed <= 52; ++seed) {
    CaseOptions options;
    options.with_parity = true;
    options.with_draws_of_mortality = seed % 2 == 0;
    options.with_migration = seed % 3 != 0;
    options.with_multiplier = seed % 4 < 2;
    options.leaving = 0.1;
    compare(seed, options, MortalityMode::exact, 1e-12);
  }
}

TEST_CASE("lanes: a capped cell is cut as in the scalar step, and the cut is counted") {
  for (std::uint32_t seed = 61; seed <= 66; ++seed) {
    CaseOptions options;
    options.leaving = 80.0;
    options.with_parity = seed % 2 == 0;
    compare(seed, options, MortalityMode::exact, 1e-12, engine::OnNegative::cap);
  }
}

TEST_CASE("lanes: cohorts that are alive at the start come out bit for bit") {
  CaseOptions options;
  options.with_draws_of_mortality = false;
  const ensemble::EnsembleInputs inputs = test::random_inputs(5, options);
  const RandomPaths paths(5, false);
  const ensemble::Ensemble got = ensemble::run(inputs, paths, all_kept(MortalityMode::shared));
  for (std::size_t draw = 0; draw < n_draws; ++draw) {
    const ScalarDraw scalar(inputs, paths, 0, draw);
    for (std::size_t t = 0; t <= options.n_years; ++t)
      for (std::size_t s = 0; s < 2; ++s)
        for (std::size_t x = t; x < options.n_ages; ++x)
          REQUIRE(got.population(0, draw, t, s, x) == scalar.pop(t, s, x));
  }
}

TEST_CASE("lanes: k = 0 is the median path to the bit, whether mortality is drawn or shared") {
  CaseOptions options;
  ensemble::EnsembleInputs drawn = test::random_inputs(6, options);
  ensemble::EnsembleInputs shared = drawn;
  shared.mortality[0].b = {};
  const RandomPaths paths(6, false, 0.0);
  const auto a = ensemble::run(drawn, paths, all_kept(MortalityMode::polynomial));
  const auto b = ensemble::run(shared, paths, all_kept(MortalityMode::shared));
  REQUIRE(test::hash_of(a.population.flat()) == test::hash_of(b.population.flat()));
}

TEST_CASE("lanes: a multiplier of one everywhere is no multiplier, to the bit") {
  class Ones : public RandomPaths {
  public:
    using RandomPaths::RandomPaths;
    [[nodiscard]] bool has_multiplier() const override { return true; }
  };
  const ensemble::EnsembleInputs inputs = test::random_inputs(7, {});
  const auto with = ensemble::run(inputs, Ones(7, false), all_kept(MortalityMode::polynomial));
  const auto without = ensemble::run(inputs, RandomPaths(7, false), all_kept(MortalityMode::polynomial));
  REQUIRE(test::hash_of(with.population.flat()) == test::hash_of(without.population.flat()));
}

TEST_CASE("lanes: parity-blind rates are the run without parity") {
  CaseOptions options;
  options.with_parity = true;
  options.leaving = 0.1;
  ensemble::EnsembleInputs inputs = test::random_inputs(8, options);
  core::Array<3>& asfr = inputs.fertility[0].asfr;
  for (std::size_t t = 0; t < options.n_years; ++t)
    for (std::size_t x = 0; x < options.n_ages; ++x) asfr(t, 1, x) = asfr(t, 2, x) = asfr(t, 0, x);
  ensemble::EnsembleInputs plain = inputs;
  plain.places[0].parity = {};
  for (std::size_t t = 0; t < options.n_years; ++t)
    for (std::size_t x = 0; x < options.n_ages; ++x)
      plain.fertility[0].asfr(t, 1, x) = plain.fertility[0].asfr(t, 2, x) = 0.0;
  const RandomPaths paths(8, false);
  const auto a = ensemble::run(inputs, paths, all_kept(MortalityMode::exact));
  const auto b = ensemble::run(plain, paths, all_kept(MortalityMode::exact));
  REQUIRE(largest_difference(a.population.flat(), b.population.flat()) <= 1e-13);
}

TEST_CASE("summary: every indicator has one name") {
  std::set<std::string> names;
  for (std::size_t i = 0; i < ensemble::n_indicators; ++i) {
    const auto indicator = static_cast<Indicator>(i);
    names.insert(indicator_name(indicator));
    REQUIRE(ensemble::indicator_from_name(indicator_name(indicator)) == indicator);
  }
  REQUIRE(names.size() == ensemble::n_indicators);
  // Which name belongs to which: a round trip would not notice two of them exchanged.
  const std::pair<Indicator, const char*> pairs[] = {{Indicator::pop_jan1, "pop_jan1"},
                                                     {Indicator::age_0, "age_0"},
                                                     {Indicator::age_1, "age_1"},
                                                     {Indicator::age_2, "age_2"},
                                                     {Indicator::age_3, "age_3"},
                                                     {Indicator::age_4, "age_4"},
                                                     {Indicator::age_5, "age_5"},
                                                     {Indicator::age_6, "age_6"},
                                                     {Indicator::age_0_14, "age_0_14"},
                                                     {Indicator::age_15_64, "age_15_64"},
                                                     {Indicator::age_65_plus, "age_65_plus"},
                                                     {Indicator::women_15_49, "women_15_49"},
                                                     {Indicator::births, "births"},
                                                     {Indicator::births_order_1, "births_order_1"},
                                                     {Indicator::births_order_2, "births_order_2"},
                                                     {Indicator::births_order_3, "births_order_3"},
                                                     {Indicator::deaths, "deaths"},
                                                     {Indicator::net_migration, "net_migration"},
                                                     {Indicator::migration_cut, "migration_cut"},
                                                     {Indicator::tfr, "tfr"},
                                                     {Indicator::e0_male, "e0_male"},
                                                     {Indicator::e0_female, "e0_female"}};
  REQUIRE(std::size(pairs) == ensemble::n_indicators);
  for (const auto& [indicator, name] : pairs) REQUIRE(std::string(indicator_name(indicator)) == name);
  REQUIRE_FALSE(ensemble::indicator_from_name("population").has_value());
}

}  // namespace
