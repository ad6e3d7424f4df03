// The lanes against the run of one double, draw by draw, cell by cell, and every summary against its definition; a sum
// of places against the cells of its parts.

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

constexpr double not_compared = -1e300;
constexpr std::size_t n_draws = 11;  // one whole batch and a part of one

ensemble::RunOptions all_kept(MortalityMode mode) {
  ensemble::RunOptions options;
  options.n_draws = n_draws;
  options.keep = ensemble::Keep::draws;
  options.ages_of = {0};
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

/// Age that halves the people, by walking up person by person of an age.
double median_by_search(core::View<const double, 2> pop) {
  const std::size_t all = pop.extent(1);
  double low = 0.0;
  double high = static_cast<double>(all - 1);
  const double half = 0.5 * both(pop, 0, all);
  const auto younger = [&](double age) {
    const auto whole = static_cast<std::size_t>(age);
    return both(pop, 0, whole) + (age - static_cast<double>(whole)) * both(pop, whole, whole + 1);
  };
  for (int pass = 0; pass < 60; ++pass) {
    const double middle = 0.5 * (low + high);
    (younger(middle) < half ? low : high) = middle;
  }
  return low;
}

double stock_of(Indicator indicator, core::View<const double, 2> pop) {
  const std::size_t all = pop.extent(1);
  switch (indicator) {
    case Indicator::pop_jan1:
      return both(pop, 0, all);
    case Indicator::pop_0_2:
      return both(pop, 0, 3);
    case Indicator::pop_0_14:
      return both(pop, 0, 15);
    case Indicator::pop_15_64:
      return both(pop, 15, 65);
    case Indicator::pop_65plus:
      return both(pop, 65, all);
    case Indicator::women_15_49:
      return row_sum(pop, 1, 15, 50);
    case Indicator::median_age:
      return median_by_search(pop);
    case Indicator::tdr:
      return (both(pop, 0, 15) + both(pop, 65, all)) / both(pop, 15, 65);
    case Indicator::oadr:
      return both(pop, 65, all) / both(pop, 15, 65);
    default:
      break;
  }
  const std::size_t age = static_cast<std::size_t>(indicator) - static_cast<std::size_t>(Indicator::age_0);
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

/// Cells of one row, a place or the sum of some, of one draw.
struct Row {
  core::Array<3> pop;     ///< (year + 1, sex, age)
  core::Array<3> births;  ///< (year, order, age)
  core::Array<3> deaths;  ///< (year, sex, age)
  core::Array<3> moved;   ///< (year, sex, age)
  core::Array<3> left;    ///< (year, sex, age) survivors before migration
  core::Array<2> born;    ///< (year, sex)
  core::Array<3> Sx;      ///< (year, sex, age) sum over the parts
  std::vector<double> cut;

  Row(const engine::InputArrays& in, const engine::Projection& run, const std::vector<std::size_t>& parts)
      : pop({in.axes.n_years + 1, 2, in.axes.n_ages}),
        births({in.axes.n_years, core::n_orders, in.axes.n_ages}),
        deaths({in.axes.n_years, 2, in.axes.n_ages}),
        moved(deaths.shape()),
        left(deaths.shape()),
        born({in.axes.n_years, 2}),
        Sx(deaths.shape()),
        cut(in.axes.n_years) {
    for (const std::size_t p : parts) {
      add(run.pop_jan1.view()[p].flat(), pop);
      add(run.births.view()[p].flat(), births);
      add(run.deaths.view()[p].flat(), deaths);
      add(run.net_migration.view()[p].flat(), moved);
      add(run.births_by_sex.view()[p].flat(), born);
      add(in.Sx.view()[p].flat(), Sx);
      for (std::size_t t = 0; t < in.axes.n_years; ++t) {
        cut[t] += run.migration_cut(p, t);
        for (std::size_t s = 0; s < 2; ++s)
          for (std::size_t x = 0; x < in.axes.n_ages; ++x)
            left(t, s, x) += run.pop_jan1(p, t + 1, s, x) - run.net_migration(p, t, s, x);
      }
    }
  }
  template <std::size_t N>
  static void add(std::span<const double> from, core::Array<N>& to) {
    for (std::size_t i = 0; i < from.size(); ++i) to.flat()[i] += from[i];
  }
};

/// Survivors over those who started, as the row's people met it; where nobody started, the mean of the parts.
core::Array<1> met_Sx(const Row& row, std::size_t n_parts, std::size_t t, std::size_t s) {
  const std::size_t ages = row.left.extent(2);
  core::Array<1> Sx({ages});
  for (std::size_t x = 0; x < ages; ++x) {
    double start = x == 0 ? row.born(t, s) : row.pop(t, s, x - 1);
    if (x + 1 == ages) start += row.pop(t, s, x);
    Sx(x) = start > 0.0 ? (start - row.deaths(t, s, x)) / start : row.Sx(t, s, x) / static_cast<double>(n_parts);
  }
  return Sx;
}

double flow_of(Indicator indicator, const Row& row, std::size_t n_parts, std::size_t t) {
  const core::View<const double, 2> births = std::as_const(row.births).view()[t];
  const std::size_t ages = births.extent(1);
  switch (indicator) {
    case Indicator::births:
    case Indicator::births_gross:
      return test::sum_of(births.flat());
    case Indicator::births_order_1:
      return row_sum(births, 0, 0, ages);
    case Indicator::births_order_2:
      return row_sum(births, 1, 0, ages);
    case Indicator::births_order_3:
      return row_sum(births, 2, 0, ages);
    case Indicator::deaths:
      return test::sum_of(std::as_const(row.deaths).view()[t].flat());
    case Indicator::net_migration:
      return test::sum_of(std::as_const(row.moved).view()[t].flat());
    case Indicator::migration_cut:
      return row.cut[t];
    case Indicator::leavers:
    case Indicator::arrivals:
      return 0.0;
    case Indicator::e0_male:
      return e0_by_life_table(met_Sx(row, n_parts, t, 0).view());
    case Indicator::e0_female:
      return e0_by_life_table(met_Sx(row, n_parts, t, 1).view());
    default:
      break;
  }
  double tfr = 0.0;  // births over women exposed, age by age
  for (std::size_t x = 1; x < ages - 1; ++x) {
    const double exposed = row.pop(t, 1, x) + row.left(t, 1, x);
    const double all = births(0, x) + births(1, x) + births(2, x);
    if (!(exposed > 0.0)) return not_compared;  // nobody of the age: no births over exposure to compare with
    tfr += all / (exposed / 2.0);
  }
  return tfr;
}

/// Deaths before age 1 a birth, by m(0) and q(0) of the year's life tables; without births the mean of the parts.
double imr_of(const ensemble::EnsembleInputs& inputs, const engine::InputArrays& in, const engine::Projection& run,
              const std::vector<std::size_t>& parts, std::size_t t) {
  double deaths = 0.0;
  double births = 0.0;
  double mean = 0.0;
  for (const std::size_t p : parts) {
    const core::Array<2>& a0 = inputs.mortality[inputs.places[p].mortality].a0;
    double of_part = 0.0;
    for (std::size_t s = 0; s < 2; ++s) {
      const double lived = 1.0 - (a0.empty() ? 0.5 : a0(t, s));
      const double m0 = (1.0 / in.Sx(p, t, s, 0) - 1.0) / lived;
      const double q0 = m0 / (1.0 + lived * m0);
      deaths += run.births_by_sex(p, t, s) * q0;
      births += run.births_by_sex(p, t, s);
      of_part += q0 * (s == 0 ? in.srb(p, t) : 1.0) / (1.0 + in.srb(p, t));
    }
    mean += of_part / static_cast<double>(parts.size());
  }
  return births > 0.0 ? deaths / births : mean;
}

/// Boys over girls; without births the odds of the parts' mean share of boys.
double srb_of(const engine::InputArrays& in, const engine::Projection& run, const std::vector<std::size_t>& parts,
              std::size_t t) {
  double by_sex[2] = {};
  double mean = 0.0;
  for (const std::size_t p : parts) {
    for (std::size_t s = 0; s < 2; ++s) by_sex[s] += run.births_by_sex(p, t, s);
    mean += in.srb(p, t) / (1.0 + in.srb(p, t)) / static_cast<double>(parts.size());
  }
  return by_sex[1] > 0.0 ? by_sex[0] / by_sex[1] : mean / (1.0 - mean);
}

void compare(std::uint32_t seed, CaseOptions options, MortalityMode mode, double tolerance,
             engine::OnNegative on_negative = engine::OnNegative::error) {
  options.n_places = 3;
  ensemble::EnsembleInputs inputs = test::random_inputs(seed, options);
  inputs.on_negative = on_negative;
  inputs.sums = {{2, 0}, {1}};
  const std::vector<std::vector<std::size_t>> rows{{0}, {1}, {2}, {2, 0}, {1}};
  const RandomPaths paths(seed);
  const ensemble::Ensemble got = ensemble::run(inputs, paths, all_kept(mode));
  REQUIRE(got.n_rows == rows.size());
  CHECK(got.balance < 1e-13);
  for (std::size_t draw = 0; draw < n_draws; ++draw) {
    const engine::InputArrays in = test::inputs_of_draw(inputs, paths, draw);
    const engine::Projection scalar = engine::project(engine::Inputs(in));
    CHECK(largest_difference(got.cells.pop_jan1.view()[0][draw].flat(), scalar.pop_jan1.view()[0].flat()) <= tolerance);
    for (std::size_t r = 0; r < rows.size(); ++r) {
      const Row row(in, scalar, rows[r]);
      for (std::size_t i = 0; i < got.indicators.size(); ++i) {
        const Indicator indicator = got.indicators[i];
        for (std::size_t t = 0; t <= options.n_years; ++t) {
          const double value = got.draws(r, i, t, draw);
          if (!is_stock(indicator) && t == options.n_years) {
            CHECK(std::isnan(value));
            continue;
          }
          const double expected = is_stock(indicator)           ? stock_of(indicator, std::as_const(row.pop).view()[t])
                                  : indicator == Indicator::imr ? imr_of(inputs, in, scalar, rows[r], t)
                                  : indicator == Indicator::srb ? srb_of(in, scalar, rows[r], t)
                                                                : flow_of(indicator, row, rows[r].size(), t);
          if (expected == not_compared) continue;
          INFO(engine::info_of(indicator).name << " row " << r << " year " << t << " draw " << draw << " seed "
                                               << seed);
          CHECK(std::abs(value - expected) <= tolerance * std::max(std::abs(expected), 1.0));
        }
      }
    }
  }
}

TEST_CASE("lanes: shared mortality, every cell and summary as one double has it") {
  for (std::uint32_t seed = 1; seed <= 12; ++seed) {
    CaseOptions options;
    options.with_draws_of_mortality = false;
    options.with_migration = seed % 3 != 0;
    options.from_Sx = seed % 5 == 0;
    options.n_ages = seed % 6 == 5 ? 131 : seed % 6 == 4 ? 60 : 101;
    compare(seed, options, MortalityMode::shared, 1e-13);
  }
}

TEST_CASE("lanes: exact mortality by draw") {
  for (std::uint32_t seed = 21; seed <= 28; ++seed) {
    CaseOptions options;
    options.from_Sx = seed % 2 == 0;
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

TEST_CASE("lanes: a capped cell is cut as in one double, and the cut is counted") {
  for (std::uint32_t seed = 61; seed <= 66; ++seed) {
    CaseOptions options;
    options.leaving = 80.0;
    compare(seed, options, MortalityMode::exact, 1e-12, engine::OnNegative::cap);
  }
}

TEST_CASE("lanes: where a cell is cut, those who were there are who left") {
  CaseOptions options;
  options.n_years = 2;
  options.n_ages = 40;
  options.leaving = 80.0;
  options.with_draws_of_mortality = false;
  ensemble::EnsembleInputs inputs = test::random_inputs(67, options);
  inputs.on_negative = engine::OnNegative::cap;
  const ensemble::Ensemble got = ensemble::run(inputs, RandomPaths(67), all_kept(MortalityMode::shared));
  std::size_t n_cut = 0;
  for (std::size_t draw = 0; draw < n_draws; ++draw)
    for (std::size_t t = 0; t < 2; ++t)
      for (std::size_t s = 0; s < 2; ++s)
        for (std::size_t x = 1; x + 1 < 40; ++x) {
          const double left = got.cells.pop_jan1(0, draw, t, s, x - 1) * got.cells.Sx(0, draw, t, s, x);
          const double next = got.cells.pop_jan1(0, draw, t + 1, s, x);
          CHECK(test::close(got.cells.net_migration(0, draw, t, s, x), next - left, 1e-9));
          n_cut += left > 0.0 && next == 0.0;
        }
  CHECK(n_cut > 100);
}

TEST_CASE("lanes: leavers by rate are those of one double, beside counts, shocks, neither, and cut or not") {
  for (std::uint32_t seed = 91; seed <= 98; ++seed) {
    CaseOptions options;
    options.leaving_rate = 0.4;
    options.with_migration = seed % 4 != 0;
    options.leaving = seed % 2 == 0 ? 0.01 : 80.0;
    options.from_Sx = seed % 3 == 0;
    const auto on_negative = options.leaving > 1.0 ? engine::OnNegative::cap : engine::OnNegative::error;
    compare(seed, options, MortalityMode::exact, 1e-12, on_negative);
  }
}

/// Births given as rates of each draw, and no other difference between its draws than shocks.
class Rated : public RandomPaths {
public:
  using RandomPaths::RandomPaths;
  [[nodiscard]] double rate(std::size_t draw, std::size_t t, std::size_t i, std::size_t x, std::size_t side) const {
    return x < 13 || x >= 50 ? 0.0 : 0.02 * (1.0 + value(x, draw, t, 20 + 2 * i + side));
  }
  void draw(std::size_t place, std::size_t first_draw, const ensemble::PathBlock& block) const override {
    RandomPaths::draw(place, first_draw, block);
    for (std::size_t t = 0; t < block.k.extent(0); ++t)
      for (std::size_t i = 0; i < core::n_orders; ++i)
        for (std::size_t x = 0; x < rate_ages().n; ++x)
          for (std::size_t lane = 0; lane < ensemble::n_lanes; ++lane) {
            block.start_rate(t, i, x, lane) = rate(first_draw + lane, t, i, x + 13, 0);
            block.end_rate(t, i, x, lane) = rate(first_draw + lane, t, i, x + 13, 1);
          }
  }
  [[nodiscard]] ensemble::RateAges rate_ages() const override { return {13, 37}; }
};

TEST_CASE("lanes: with births as rates every cell of every year is the one double's, bit for bit") {
  CaseOptions options;
  options.with_draws_of_mortality = false;
  SECTION("migrants as counts") {}
  SECTION("leavers by rate, and others as counts") { options.leaving_rate = 0.3; }
  SECTION("leavers by rate alone") {
    options.leaving_rate = 0.3;
    options.with_migration = false;
  }
  const ensemble::EnsembleInputs inputs = test::random_inputs(5, options);
  const Rated paths(5);
  const ensemble::Ensemble got = ensemble::run(inputs, paths, all_kept(MortalityMode::shared));
  const auto same = [](std::span<const double> a, std::span<const double> b) {
    return test::hash_of(a) == test::hash_of(b);
  };
  for (std::size_t draw = 0; draw < n_draws; ++draw) {
    const engine::InputArrays in = test::inputs_of_draw(
        inputs, paths, draw, [&](std::size_t, std::size_t t, std::size_t i, std::size_t x, std::size_t side) {
          return paths.rate(draw, t, i, x, side);
        });
    const engine::Projection scalar = engine::project(engine::Inputs(in));
    REQUIRE(same(got.cells.pop_jan1.view()[0][draw].flat(), scalar.pop_jan1.flat()));
    REQUIRE(same(got.cells.births.view()[0][draw].flat(), scalar.births.flat()));
    REQUIRE(same(got.cells.births_by_sex.view()[0][draw].flat(), scalar.births_by_sex.flat()));
    REQUIRE(same(got.cells.deaths.view()[0][draw].flat(), scalar.deaths.flat()));
    REQUIRE(same(got.cells.net_migration.view()[0][draw].flat(), scalar.net_migration.flat()));
    REQUIRE(same(got.cells.Sx.view()[0][draw].flat(), in.Sx.flat()));
  }
}

TEST_CASE("lanes: k = 0 is the median path to the bit, whether mortality is drawn or shared") {
  CaseOptions options;
  ensemble::EnsembleInputs drawn = test::random_inputs(6, options);
  ensemble::EnsembleInputs shared = drawn;
  shared.mortality[0].b = {};
  const RandomPaths paths(6, 0.0);
  const auto a = ensemble::run(drawn, paths, all_kept(MortalityMode::polynomial));
  const auto b = ensemble::run(shared, paths, all_kept(MortalityMode::shared));
  REQUIRE(test::hash_of(a.cells.pop_jan1.flat()) == test::hash_of(b.cells.pop_jan1.flat()));
}

TEST_CASE("lanes: a sum with empty cells takes the plain mean of its parts' rates there") {
  CaseOptions options;
  options.n_places = 2;
  options.n_years = 1;
  options.with_draws_of_mortality = options.with_migration = false;
  ensemble::EnsembleInputs inputs = test::random_inputs(9, options);
  inputs.mortality.push_back(inputs.mortality[0]);
  inputs.fertility.push_back(inputs.fertility[0]);
  for (double& value : inputs.mortality[1].mx.flat()) value *= 0.5;
  for (double& value : inputs.fertility[1].asfr.flat()) value *= 0.25;
  inputs.places[1].mortality = inputs.places[1].fertility = 1;
  for (ensemble::PlaceInputs& place : inputs.places)
    for (const std::size_t x : {29, 30}) place.pop_jan1(0, x) = place.pop_jan1(1, x) = 0.0;
  inputs.sums = {{0, 1}};
  ensemble::RunOptions run = all_kept(MortalityMode::shared);
  run.n_draws = 1;
  run.indicators = {Indicator::tfr, Indicator::e0_female};
  run.ages_of = {2, 0, 1};
  const RandomPaths paths(9);
  const ensemble::Ensemble got = ensemble::run(inputs, paths, run);
  const auto mean_S = [&](std::size_t x) { return 0.5 * (got.cells.Sx(1, 0, 0, 1, x) + got.cells.Sx(2, 0, 0, 1, x)); };
  for (const std::size_t x : {30, 31}) CHECK(test::relative_close(got.cells.Sx(0, 0, 0, 1, x), mean_S(x), 1e-15));
  CHECK_FALSE(test::relative_close(got.cells.Sx(0, 0, 0, 1, 32), mean_S(32), 1e-6));
  double tfr = 0.0;
  for (std::size_t x = 13; x < 50; ++x) {
    const auto births = [&](std::size_t row) {
      return got.cells.births(row, 0, 0, 0, x) + got.cells.births(row, 0, 0, 1, x) + got.cells.births(row, 0, 0, 2, x);
    };
    double rate = 0.0;
    for (std::size_t i = 0; i < core::n_orders; ++i) rate += inputs.fertility[0].asfr(0, i, x);
    const double own_rates = rate * paths.fertility(0, 0, 0) + 0.25 * rate * paths.fertility(1, 0, 0);
    const double exposed = got.cells.women_exposed(1, 0, 0, x) + got.cells.women_exposed(2, 0, 0, x);
    CHECK((exposed == 0.0) == (x == 30));
    CHECK(test::relative_close(got.cells.women_exposed(0, 0, 0, x) + 1.0, exposed + 1.0, 1e-15));
    tfr += exposed > 0.0 ? (births(1) + births(2)) / exposed : 0.5 * own_rates;
  }
  CHECK(test::relative_close(got.draws(2, 0, 0, 0), tfr, 1e-13));
  CHECK(test::relative_close(got.draws(2, 1, 0, 0), e0_by_life_table(got.cells.Sx.view()[0][0][0][1]), 1e-14));
}

TEST_CASE("summary: a ratio that nobody stands under is no number, and has no quantiles") {
  CaseOptions options;
  options.n_years = 1;
  options.with_migration = false;
  ensemble::EnsembleInputs inputs = test::random_inputs(10, options);
  for (std::size_t s = 0; s < 2; ++s)
    for (std::size_t x = 0; x < options.n_ages; ++x)
      if (x < 60) inputs.places[0].pop_jan1(s, x) = 0.0;
  for (std::size_t s = 0; s < 2; ++s)
    for (std::size_t x = 60; x < 100; ++x) inputs.places[0].pop_jan1(s, x) = 0.0;
  ensemble::RunOptions run = all_kept(MortalityMode::shared);
  run.indicators = {Indicator::median_age, Indicator::pop_jan1};
  const ensemble::Ensemble got = ensemble::run(inputs, RandomPaths(10), run);
  CHECK(std::isnan(got.draws(0, 0, 0, 0)));  // everyone stands in the open age
  CHECK(std::isnan(got.quantiles(0, 0, 0, 4)));
  CHECK(got.quantiles(0, 1, 0, 4) > 0.0);
}

TEST_CASE("summary: every indicator has one name") {
  std::set<std::string> names;
  for (std::size_t i = 0; i < ensemble::n_indicators; ++i) {
    const auto indicator = static_cast<Indicator>(i);
    names.insert(std::string(engine::info_of(indicator).name));
    REQUIRE(engine::indicator_from_name(engine::info_of(indicator).name) == indicator);
  }
  REQUIRE(names.size() == ensemble::n_indicators);
  // Which row belongs to which: a round trip would not notice two of them exchanged.
  const std::pair<Indicator, const char*> pairs[] = {{Indicator::pop_jan1, "pop_jan1"},
                                                     {Indicator::age_0, "age_0"},
                                                     {Indicator::age_6, "age_6"},
                                                     {Indicator::pop_0_2, "pop_0_2"},
                                                     {Indicator::pop_0_14, "pop_0_14"},
                                                     {Indicator::pop_15_64, "pop_15_64"},
                                                     {Indicator::pop_65plus, "pop_65plus"},
                                                     {Indicator::women_15_49, "women_15_49"},
                                                     {Indicator::median_age, "median_age"},
                                                     {Indicator::tdr, "tdr"},
                                                     {Indicator::oadr, "oadr"},
                                                     {Indicator::births, "births"},
                                                     {Indicator::births_gross, "births_gross"},
                                                     {Indicator::births_order_1, "births_order_1"},
                                                     {Indicator::births_order_3, "births_order_3"},
                                                     {Indicator::deaths, "deaths"},
                                                     {Indicator::net_migration, "net_migration"},
                                                     {Indicator::migration_cut, "migration_cut"},
                                                     {Indicator::leavers, "leavers"},
                                                     {Indicator::arrivals, "arrivals"},
                                                     {Indicator::tfr, "tfr"},
                                                     {Indicator::e0_male, "e0_male"},
                                                     {Indicator::e0_female, "e0_female"},
                                                     {Indicator::imr, "imr"},
                                                     {Indicator::srb, "srb"}};
  for (const auto& [indicator, name] : pairs) {
    REQUIRE(engine::info_of(indicator).name == name);
    const bool is_own =
        std::set<std::string>{"median_age", "tdr", "oadr", "tfr", "e0_male", "e0_female", "imr", "srb"}.contains(name);
    REQUIRE((engine::info_of(indicator).of_sum == engine::OfSum::own) == is_own);
  }
  for (std::size_t age = 0; age <= 6; ++age)
    REQUIRE(engine::indicator_table[engine::index_of(Indicator::age_0) + age].name == "age_" + std::to_string(age));
  REQUIRE_FALSE(engine::indicator_from_name("population").has_value());
}

}  // namespace
