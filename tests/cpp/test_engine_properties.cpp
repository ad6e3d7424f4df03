// What a cohort-component step must do whatever its inputs are.

#include <numeric>

#include "engine_fixtures.hpp"
#include "sanhai_catch.hpp"

namespace {

using namespace sanhai;
using test::relative_close;

engine::Projection run(engine::InputArrays in) { return engine::project(engine::Inputs(std::move(in))); }

bool same(std::span<const double> a, std::span<const double> b) { return std::ranges::equal(a, b); }

bool near(std::span<const double> a, std::span<const double> b, double tolerance) {
  return a.size() == b.size() && std::ranges::equal(a, b, [&](double u, double v) {
           return std::abs(u - v) <= tolerance * std::max(1.0, std::abs(v));
         });
}

// An Array<N> row of the first axis, copied.
template <std::size_t N>
std::vector<double> row(const core::Array<N>& array, std::size_t index) {
  const auto view = array.view()[index].flat();
  return {view.begin(), view.end()};
}

template <std::size_t N>
core::Array<N> pick(const core::Array<N>& array, const std::vector<std::size_t>& places) {
  core::Shape<N> shape = array.shape();
  shape[0] = places.size();
  std::vector<double> data;
  for (const std::size_t place : places) {
    const std::vector<double> values = row(array, place);
    data.insert(data.end(), values.begin(), values.end());
  }
  return core::Array<N>(shape, std::move(data));
}

engine::InputArrays places_of(const engine::InputArrays& in, const std::vector<std::size_t>& places) {
  engine::InputArrays out = in;
  out.axes.places.clear();
  for (const std::size_t place : places) out.axes.places.push_back(in.axes.places[place]);
  out.pop_jan1 = pick(in.pop_jan1, places);
  out.Sx = pick(in.Sx, places);
  out.asfr = pick(in.asfr, places);
  out.srb = pick(in.srb, places);
  out.net_migration = pick(in.net_migration, places);
  return out;
}

}  // namespace

TEST_CASE("balance: 10,000 random inputs close to 1e-12", "[engine][property]") {
  double worst = 0.0;
  for (std::uint64_t seed = 0; seed < 10'000; ++seed) {
    engine::InputArrays in = test::random_inputs(seed);
    if (seed % 2 == 1) in.timing = engine::MigrationTiming::even;
    if (seed % 3 == 1) {  // leavers empty cells and are cut
      in.on_negative = engine::OnNegative::cap;
      for (double& value : in.net_migration.flat()) value *= 150.0;
    }
    const engine::Projection out = run(std::move(in));
    for (const double residual : out.balance.flat()) worst = std::max(worst, residual);
  }
  CHECK(worst <= 1e-12);
}

TEST_CASE("scaling people and migrants scales every stock and flow", "[engine][property]") {
  engine::InputArrays in = test::random_inputs(1);
  const engine::Projection base = run(in);
  for (double& value : in.pop_jan1.flat()) value *= 4.0;
  for (double& value : in.net_migration.flat()) value *= 4.0;
  const engine::Projection scaled = run(in);
  for (std::size_t k = 0; k < base.pop_jan1.flat().size(); ++k)
    REQUIRE(scaled.pop_jan1.flat()[k] == 4.0 * base.pop_jan1.flat()[k]);
  for (std::size_t k = 0; k < base.births.flat().size(); ++k)
    REQUIRE(scaled.births.flat()[k] == 4.0 * base.births.flat()[k]);
  for (std::size_t k = 0; k < base.deaths.flat().size(); ++k)
    REQUIRE(scaled.deaths.flat()[k] == 4.0 * base.deaths.flat()[k]);
}

TEST_CASE("a place split in two identical halves, and merged again, is the place", "[engine][property]") {
  engine::InputArrays halves = places_of(test::random_inputs(2), {0, 0});
  for (double& value : halves.pop_jan1.flat()) value *= 0.5;
  for (double& value : halves.net_migration.flat()) value *= 0.5;
  const engine::Projection whole = run(places_of(test::random_inputs(2), {0}));
  const engine::Projection split = run(halves);
  std::vector<double> merged = row(split.pop_jan1, 0);
  for (std::size_t k = 0; k < merged.size(); ++k) merged[k] += row(split.pop_jan1, 1)[k];
  CHECK(same(merged, row(whole.pop_jan1, 0)));
}

TEST_CASE("two places with the same rates merge into their sum", "[engine][property]") {
  engine::InputArrays two = places_of(test::random_inputs(3), {0, 0});
  for (double& value : two.pop_jan1.view()[1].flat()) value *= 1.75;
  engine::InputArrays one = places_of(two, {0});
  for (std::size_t k = 0; k < one.pop_jan1.flat().size(); ++k) one.pop_jan1.flat()[k] += row(two.pop_jan1, 1)[k];
  for (std::size_t k = 0; k < one.net_migration.flat().size(); ++k)
    one.net_migration.flat()[k] += row(two.net_migration, 1)[k];
  const engine::Projection parts = run(two);
  std::vector<double> merged = row(parts.pop_jan1, 0);
  for (std::size_t k = 0; k < merged.size(); ++k) merged[k] += row(parts.pop_jan1, 1)[k];
  CHECK(near(merged, row(run(one).pop_jan1, 0), 1e-13));
}

TEST_CASE("permuting places permutes rows and nothing else", "[engine][property]") {
  const engine::InputArrays in = test::random_inputs(4, 3);
  const engine::Projection straight = run(in);
  const engine::Projection permuted = run(places_of(in, {2, 0, 1}));
  CHECK(same(row(permuted.pop_jan1, 0), row(straight.pop_jan1, 2)));
  CHECK(same(row(permuted.births, 1), row(straight.births, 0)));
  CHECK(same(row(permuted.deaths, 2), row(straight.deaths, 1)));
}

TEST_CASE("a restart at any year is the straight run, bit for bit", "[engine][property]") {
  const std::size_t years = 5;
  const engine::InputArrays in = test::random_inputs(5, 1, years);
  const engine::Projection straight = run(in);
  for (std::size_t from = 1; from < years; ++from) {
    engine::InputArrays rest = in;
    rest.axes.first_year += static_cast<int>(from);
    rest.axes.n_years = years - from;
    const auto tail = [&](const auto& array) {
      auto shape = array.shape();
      const std::size_t block = array.flat().size() / shape[1];
      shape[1] = years - from;
      const auto values = array.flat().subspan(from * block);
      return std::remove_cvref_t<decltype(array)>(shape, {values.begin(), values.end()});
    };
    const auto start = straight.pop_jan1.view()[0][from].flat();
    rest.pop_jan1 = core::Array<3>({1, 2, in.axes.n_ages}, {start.begin(), start.end()});
    rest.Sx = tail(in.Sx);
    rest.asfr = tail(in.asfr);
    rest.srb = tail(in.srb);
    rest.net_migration = tail(in.net_migration);
    const engine::Projection restarted = run(rest);
    CHECK(same(restarted.pop_jan1.view()[0][years - from].flat(), straight.pop_jan1.view()[0][years].flat()));
  }
}

TEST_CASE("the calendar is only a label", "[engine][property]") {
  engine::InputArrays in = test::random_inputs(6);
  const engine::Projection base = run(in);
  in.axes.first_year += 400;
  CHECK(same(run(in).pop_jan1.flat(), base.pop_jan1.flat()));
}

TEST_CASE("without births and migrants cohorts only shrink; without deaths too, nothing changes but age",
          "[engine][property]") {
  engine::InputArrays in = test::random_inputs(7);
  std::ranges::fill(in.asfr.flat(), 0.0);
  in.net_migration = {};
  const engine::Projection out = run(in);
  for (std::size_t t = 0; t < in.axes.n_years; ++t)
    for (std::size_t x = 1; x + 1 < in.axes.n_ages; ++x)
      REQUIRE(out.pop_jan1(0, t + 1, 1, x) <= out.pop_jan1(0, t, 1, x - 1));
  CHECK(test::sum(out.births.flat()) == 0.0);
  std::ranges::fill(in.Sx.flat(), 1.0);
  const engine::Projection null = run(in);
  CHECK(test::sum(null.deaths.flat()) == 0.0);
  CHECK(relative_close(test::sum(null.pop_jan1.view()[0][3].flat()), test::sum(in.pop_jan1.view()[0].flat()), 1e-14));
}

TEST_CASE("men with women's numbers and rates live women's lives", "[engine][property]") {
  engine::InputArrays in = test::random_inputs(8);
  for (std::size_t p = 0; p < 2; ++p) {
    std::ranges::copy(in.pop_jan1.view()[p][1].flat(), in.pop_jan1.view()[p][0].flat().begin());
    for (std::size_t t = 0; t < in.axes.n_years; ++t) {
      std::ranges::copy(in.Sx.view()[p][t][1].flat(), in.Sx.view()[p][t][0].flat().begin());
      std::ranges::copy(in.net_migration.view()[p][t][1].flat(), in.net_migration.view()[p][t][0].flat().begin());
      in.srb(p, t) = 1.0;
    }
  }
  const engine::Projection out = run(in);
  CHECK(same(out.pop_jan1.view()[1][3][0].flat(), out.pop_jan1.view()[1][3][1].flat()));
  CHECK(same(out.deaths.view()[1][2][0].flat(), out.deaths.view()[1][2][1].flat()));
}

TEST_CASE("one woman followed by hand", "[engine][property]") {
  engine::InputArrays in = test::random_inputs(9, 1, 2);
  std::ranges::fill(in.pop_jan1.flat(), 0.0);
  in.net_migration = {};
  in.pop_jan1(0, 1, 29) = 1.0;
  const engine::Projection out = run(in);
  const double alive = in.Sx(0, 0, 1, 30);
  CHECK(out.pop_jan1(0, 1, 1, 30) == alive);
  CHECK(out.deaths(0, 0, 1, 30) == 1.0 - alive);
  double first_year = 0.0;
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(relative_close(out.births(0, 0, i, 29), in.asfr(0, 0, i, 29) / 2.0, 1e-15));
    CHECK(relative_close(out.births(0, 0, i, 30), in.asfr(0, 0, i, 30) * alive / 2.0, 1e-15));
    first_year += in.asfr(0, 0, i, 29) / 2.0 + in.asfr(0, 0, i, 30) * alive / 2.0;
  }
  const double boys = first_year * in.srb(0, 0) / (1.0 + in.srb(0, 0));
  CHECK(relative_close(out.pop_jan1(0, 1, 0, 0), boys * in.Sx(0, 0, 0, 0), 1e-14));
  CHECK(relative_close(out.pop_jan1(0, 2, 1, 31), alive * in.Sx(0, 1, 1, 31), 1e-15));
}

TEST_CASE("leavers are a share of who is there: twice the babies, twice the leavers, and no cell empties",
          "[engine][property]") {
  engine::InputArrays in = test::random_inputs(14, 1, 3);
  const double rate = 0.25;
  in.leaving_rate = core::Array<4>(in.net_migration.shape(), rate);
  for (double& value : in.net_migration.flat()) value = std::abs(value);
  const engine::Projection out = run(in);
  for (std::size_t t = 0; t < 3; ++t)
    for (std::size_t s = 0; s < 2; ++s)
      for (std::size_t x = 0; x < in.axes.n_ages; ++x) {
        double start = x == 0 ? out.births_by_sex(0, t, s) : out.pop_jan1(0, t, s, x - 1);
        if (x + 1 == in.axes.n_ages) start += out.pop_jan1(0, t, s, x);
        const double left = start - out.deaths(0, t, s, x);
        const double arrived = in.net_migration(0, t, s, x);
        CHECK(relative_close(out.pop_jan1(0, t + 1, s, x), left - rate * left + arrived, 1e-13));
        CHECK(test::close(out.net_migration(0, t, s, x), arrived - rate * left, 1e-9));
      }
  engine::InputArrays boom = in;
  for (double& value : boom.asfr.flat()) value *= 2.0;
  const engine::Projection more = run(boom);
  for (std::size_t s = 0; s < 2; ++s) {
    const double leavers = in.net_migration(0, 0, s, 0) - out.net_migration(0, 0, s, 0);
    CHECK(relative_close(boom.net_migration(0, 0, s, 0) - more.net_migration(0, 0, s, 0), 2.0 * leavers, 1e-13));
  }
  std::ranges::fill(in.net_migration.flat(), 0.0);
  std::ranges::fill(in.leaving_rate.flat(), 1.0 - 0x1p-53);
  const engine::Projection emptied = run(in);
  CHECK(std::ranges::all_of(emptied.pop_jan1.flat(), [](double persons) { return persons > 0.0; }));
  // A rate of zero is no rate, to the bit; a count may still ask for more than there are.
  in = test::random_inputs(14, 1, 3);
  const engine::Projection plain = run(in);
  in.leaving_rate = core::Array<4>(in.net_migration.shape());
  CHECK(same(run(in).pop_jan1.flat(), plain.pop_jan1.flat()));
  std::ranges::fill(in.leaving_rate.flat(), 0.5);
  in.net_migration(0, 1, 1, 40) = -2000.0;
  CHECK_THROWS_AS(run(in), core::DomainError);
  in.on_negative = engine::OnNegative::cap;
  const engine::Projection cut = run(in);
  CHECK(cut.pop_jan1(0, 2, 1, 40) == 0.0);
  const double there = cut.pop_jan1(0, 1, 1, 39) * in.Sx(0, 1, 1, 40);
  CHECK(relative_close(cut.migration_cut(0, 1), 2000.0 - 0.5 * there, 1e-12));
  CHECK(relative_close(cut.net_migration(0, 1, 1, 40), -there, 1e-13));
}

TEST_CASE("births by sex follow the sex ratio at birth of the year", "[engine][property]") {
  const engine::InputArrays in = test::random_inputs(10);
  const engine::Projection out = run(in);
  for (std::size_t p = 0; p < 2; ++p)
    for (std::size_t t = 0; t < in.axes.n_years; ++t) {
      CHECK(relative_close(out.births_by_sex(p, t, 0) / out.births_by_sex(p, t, 1), in.srb(p, t), 1e-14));
      CHECK(relative_close(test::sum(out.births_by_sex.view()[p][t].flat()), test::sum(out.births.view()[p][t].flat()),
                           1e-14));
    }
}

TEST_CASE("more survival never means fewer people; more fertility never fewer births", "[engine][property]") {
  engine::InputArrays in = test::random_inputs(11);
  const engine::Projection base = run(in);
  engine::InputArrays healthier = in;
  for (double& value : healthier.Sx.flat()) value = 0.5 + 0.5 * value;
  const engine::Projection lived = run(healthier);
  for (std::size_t k = 0; k < base.pop_jan1.flat().size(); ++k)
    REQUIRE(lived.pop_jan1.flat()[k] >= base.pop_jan1.flat()[k]);
  engine::InputArrays fertile = in;
  for (double& value : fertile.asfr.flat()) value *= 1.1;
  const engine::Projection born = run(fertile);
  for (std::size_t p = 0; p < 2; ++p)
    for (std::size_t t = 0; t < in.axes.n_years; ++t)
      REQUIRE(test::sum(born.births.view()[p][t].flat()) > test::sum(base.births.view()[p][t].flat()));
}

TEST_CASE("a multiplier acts on the hazard; exactly 1 changes no bit", "[engine][property]") {
  engine::InputArrays in = test::random_inputs(12);
  const engine::Projection base = run(in);
  in.multiplier = core::Array<3>({2, 3, 3}, 1.0);
  in.cohort_factor = core::Array<4>({2, 3, 3, in.axes.n_ages}, 1.0);
  CHECK(same(run(in).births.flat(), base.births.flat()));
  in.multiplier(1, 2, 0) = 1.3;
  const engine::Projection raised = run(in);
  CHECK(same(row(raised.births, 0), row(base.births, 0)));
  const double f = in.asfr(1, 2, 0, 25);
  CHECK(
      relative_close(raised.births(1, 2, 0, 25) / base.births(1, 2, 0, 25), (1.0 - std::pow(1.0 - f, 1.3)) / f, 1e-12));
  CHECK(raised.births(1, 2, 1, 25) == base.births(1, 2, 1, 25));
}

TEST_CASE("a cohort factor scales the births of one cohort at both of its exposures", "[engine][property]") {
  engine::InputArrays in = test::random_inputs(13, 1, 1);
  const engine::Projection base = run(in);
  in.cohort_factor = core::Array<4>({1, 1, 3, in.axes.n_ages}, 1.0);
  in.cohort_factor(0, 0, 1, 30) = 0.0;
  const engine::Projection out = run(in);
  const double start = in.pop_jan1(0, 1, 30) * in.asfr(0, 0, 1, 30) / 2.0;
  const double end = in.pop_jan1(0, 1, 30) * in.Sx(0, 0, 1, 31) * in.asfr(0, 0, 1, 31) / 2.0;
  CHECK(relative_close(base.births(0, 0, 1, 30) - out.births(0, 0, 1, 30), start, 1e-12));
  CHECK(relative_close(base.births(0, 0, 1, 31) - out.births(0, 0, 1, 31), end, 1e-12));
  CHECK(out.births(0, 0, 1, 29) == base.births(0, 0, 1, 29));
}

TEST_CASE("a multiplied rate stays a rate", "[engine]") {
  CHECK(engine::multiplied_rate(0.1234567, 1.0) == 0.1234567);
  CHECK(engine::multiplied_rate(0.0, 3.0) == 0.0);
  CHECK(relative_close(engine::multiplied_rate(0.1, 2.0), 0.19, 1e-14));
  CHECK(relative_close(engine::multiplied_rate(0.19, 0.5), 0.1, 1e-14));
  CHECK(engine::multiplied_rate(0.3, 50.0) < 1.0);
}
