// Bad input is refused with place, year, sex, age, value, bound and remedy; nothing is repaired unasked.

#include <limits>

#include "engine_fixtures.hpp"
#include "sanhai/core/error.hpp"
#include "sanhai_catch.hpp"

namespace {

using namespace sanhai;

std::string complaint_of(engine::InputArrays in) {
  try {
    (void)engine::project(engine::Inputs(std::move(in)));
  } catch (const core::Error& error) {
    return error.what();
  }
  return "";
}

bool says(const std::string& text, std::initializer_list<const char*> parts) {
  return !text.empty() &&
         std::ranges::all_of(parts, [&](const char* part) { return text.find(part) != std::string::npos; });
}

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double unbounded = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("stocks: NaN, infinity and negatives", "[engine][errors]") {
  for (const double bad : {not_a_number, unbounded, -1.0}) {
    engine::InputArrays in = test::random_inputs(1);
    in.pop_jan1(1, 0, 7) = bad;
    CHECK(says(complaint_of(in), {"pop_jan1", "place p1", "year 2020", "male", "age 7", "allowed", "remedy"}));
  }
}

TEST_CASE("survivorship above one, negative or NaN", "[engine][errors]") {
  for (const double bad : {not_a_number, 1.0 + 1e-12, -1e-12}) {
    engine::InputArrays in = test::random_inputs(1);
    in.Sx(0, 2, 1, 60) = bad;
    CHECK(says(complaint_of(in), {"Sx", "place p0", "year 2022", "female", "age 60+", "[0, 1]", "remedy"}));
  }
}

TEST_CASE("fertility: unit trap, NaN, and ages outside the population", "[engine][errors]") {
  for (const double bad : {not_a_number, 45.0, -0.1}) {
    engine::InputArrays in = test::random_inputs(1);
    in.asfr(1, 1, 2, 30) = bad;
    CHECK(says(complaint_of(in), {"asfr", "year 2021", "age 30", "order 3+", "remedy"}));
  }
  engine::InputArrays in = test::random_inputs(1);
  in.asfr(0, 0, 0, in.axes.n_ages - 1) = 0.01;
  CHECK(says(complaint_of(in), {"asfr", "age 60+", "open age group", "remedy"}));
}

TEST_CASE("sex ratio at birth outside 0.8-1.5", "[engine][errors]") {
  for (const double bad : {0.799, 1.501, 105.0, not_a_number}) {
    engine::InputArrays in = test::random_inputs(1);
    in.srb(1, 1) = bad;
    CHECK(says(complaint_of(in), {"srb", "place p1", "year 2021", "[0.8, 1.5]", "boys per girl"}));
  }
}

TEST_CASE("shapes: every table against the axes", "[engine][errors]") {
  engine::InputArrays in = test::random_inputs(1);
  in.pop_jan1 = core::Array<3>({2, 2, in.axes.n_ages - 1});
  CHECK(says(complaint_of(in), {"pop_jan1", "shape (2, 2, 60)", "(2, 2, 61)"}));
  in = test::random_inputs(1);
  in.asfr = core::Array<4>({2, 3, 3, in.axes.n_ages + 5});
  CHECK_THROWS_AS(engine::Inputs(in), core::ShapeError);
  in = test::random_inputs(1);
  in.axes.n_years = 0;
  CHECK_THROWS_AS(engine::Inputs(in), core::ShapeError);
}

TEST_CASE("leavers above the stock: an error, or a reported cut when asked", "[engine][errors]") {
  engine::InputArrays in = test::random_inputs(1);
  in.net_migration(0, 1, 1, 40) = -5000.0;
  CHECK(says(complaint_of(in), {"net_migration", "place p0", "year 2021", "female", "age 40", "leavers", "cap"}));
  in.on_negative = engine::OnNegative::cap;
  const engine::Projection out = engine::project(engine::Inputs(in));
  CHECK(out.pop_jan1(0, 2, 1, 40) == 0.0);
  CHECK(test::close(out.migration_cut(0, 1), 5000.0 + out.net_migration(0, 1, 1, 40), 1e-9));
  CHECK(out.migration_cut(0, 0) == 0.0);
  CHECK(out.balance(0, 1) <= 1e-12);
}

TEST_CASE("leaving rates: a share below one, of every place, at the end of the year", "[engine][errors]") {
  for (const double bad : {not_a_number, 1.0, -1e-12, unbounded}) {
    engine::InputArrays in = test::random_inputs(1);
    in.leaving_rate = core::Array<4>(in.net_migration.shape());
    in.leaving_rate(1, 2, 1, 33) = bad;
    CHECK(says(complaint_of(in), {"leaving_rate", "place p1", "year 2022", "female", "age 33", "[0, 1)", "remedy"}));
  }
  engine::InputArrays in = test::random_inputs(1);
  in.leaving_rate = core::Array<4>({1, 3, 2, in.axes.n_ages});
  CHECK(says(complaint_of(in), {"leaving_rate", "shape (1, 3, 2, 61)", "(2, 3, 2, 61)"}));
  in.leaving_rate = core::Array<4>(in.net_migration.shape());
  in.timing = engine::MigrationTiming::even;
  CHECK_THROWS_AS(engine::Inputs(in), core::ConfigError);
}

TEST_CASE("multipliers must be finite and not negative", "[engine][errors]") {
  engine::InputArrays in = test::random_inputs(1);
  in.multiplier = core::Array<3>({2, 3, 3}, 1.0);
  in.multiplier(1, 0, 2) = not_a_number;
  CHECK(says(complaint_of(in), {"multiplier", "place p1", "order 3+"}));
}
