// Leaves raked to a parent: sums are met, patterns inside a group are kept, factors say what was done.

#include <numeric>

#include "engine_fixtures.hpp"
#include "sanhai/core/error.hpp"
#include "sanhai/engine/rake.hpp"
#include "sanhai_catch.hpp"

namespace {

using namespace sanhai;

constexpr std::size_t n_leaves = 3;
constexpr std::size_t n_years = 4;
constexpr std::size_t n_ages = 20;
const std::vector<std::size_t> five_years{0, 5, 10, 15};
const std::vector<std::size_t> all_ages{0};

core::Axes axes() {
  return {.places = {"a", "b", "c"}, .first_year = 2020, .n_years = n_years, .n_ages = n_ages, .age_width = 1};
}

template <std::size_t N>
core::Array<N> random_array(core::Shape<N> shape, std::uint64_t seed, double low = 10.0, double high = 100.0) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> uniform(low, high);
  core::Array<N> out(shape);
  for (double& value : out.flat()) value = uniform(random);
  return out;
}

/// Sum over leaves of one group; `one_row` adds both rows.
double group_sum(core::View<const double, 4> leaves, std::size_t t, std::size_t row, bool one_row, std::size_t first,
                 std::size_t end) {
  double sum = 0.0;
  for (std::size_t leaf = 0; leaf < leaves.extent(0); ++leaf)
    for (std::size_t r = 0; r < leaves.extent(2); ++r)
      if (one_row || r == row)
        for (std::size_t x = first; x < end; ++x) sum += leaves(leaf, t, r, x);
  return sum;
}

std::string complaint_of(const core::Array<4>& leaves, const core::Array<3>& parent,
                         const std::vector<std::size_t>& lower) {
  try {
    (void)engine::rake(axes(), "deaths", leaves.view(), parent.view(), lower);
  } catch (const core::DomainError& error) {
    return error.what();
  }
  return "";
}

bool says(const std::string& text, std::initializer_list<const char*> parts) {
  return !text.empty() &&
         std::ranges::all_of(parts, [&](const char* part) { return text.find(part) != std::string::npos; });
}

}  // namespace

TEST_CASE("leaves sum to the parent by sex and group, and keep their shares inside it", "[rake]") {
  const core::Array<4> leaves = random_array<4>({n_leaves, n_years, 2, n_ages}, 1);
  const core::Array<3> parent = random_array<3>({n_years, 2, 4}, 2, 500.0, 2000.0);
  const engine::Raked out = engine::rake(axes(), "pop_jan1", leaves.view(), parent.view(), five_years);
  for (std::size_t t = 0; t < n_years; ++t)
    for (std::size_t s = 0; s < 2; ++s)
      for (std::size_t g = 0; g < 4; ++g) {
        REQUIRE(
            test::relative_close(group_sum(out.leaves.view(), t, s, false, 5 * g, 5 * g + 5), parent(t, s, g), 1e-14));
        const double factor = parent(t, s, g) / group_sum(leaves.view(), t, s, false, 5 * g, 5 * g + 5);
        REQUIRE(test::relative_close(out.factor(t, s, g), factor, 1e-14));
        for (std::size_t leaf = 0; leaf < n_leaves; ++leaf)
          for (std::size_t x = 5 * g; x < 5 * g + 5; ++x)
            REQUIRE(test::relative_close(out.leaves(leaf, t, s, x), leaves(leaf, t, s, x) * factor, 1e-14));
      }
}

TEST_CASE("one row rakes both sexes, or all birth orders, by one factor; a parent that is the sum changes nothing",
          "[rake]") {
  const core::Array<4> births = random_array<4>({n_leaves, n_years, 3, n_ages}, 3);
  core::Array<3> parent({n_years, 1, 1});
  for (std::size_t t = 0; t < n_years; ++t)
    parent(t, 0, 0) = (1.0 + static_cast<double>(t)) * group_sum(births.view(), t, 0, true, 0, n_ages);
  const engine::Raked out = engine::rake(axes(), "births", births.view(), parent.view(), all_ages);
  for (std::size_t t = 0; t < n_years; ++t) {
    CHECK(test::relative_close(out.factor(t, 0, 0), 1.0 + static_cast<double>(t), 1e-14));
    CHECK(test::relative_close(group_sum(out.leaves.view(), t, 0, true, 0, n_ages), parent(t, 0, 0), 1e-14));
    CHECK(test::relative_close(out.leaves(2, t, 2, 7), births(2, t, 2, 7) * (1.0 + static_cast<double>(t)), 1e-14));
  }
  for (std::size_t x = 0; x < n_ages; ++x) CHECK(out.leaves(1, 0, 1, x) == births(1, 0, 1, x));
}

TEST_CASE("nobody on either side is a factor of one; a parent of zero empties its leaves", "[rake]") {
  core::Array<4> leaves = random_array<4>({n_leaves, n_years, 2, n_ages}, 4);
  core::Array<3> parent = random_array<3>({n_years, 2, 4}, 5);
  for (std::size_t leaf = 0; leaf < n_leaves; ++leaf)
    for (std::size_t x = 5; x < 10; ++x) leaves(leaf, 2, 1, x) = 0.0;
  parent(2, 1, 1) = 0.0;
  parent(3, 0, 2) = 0.0;
  const engine::Raked out = engine::rake(axes(), "pop_jan1", leaves.view(), parent.view(), five_years);
  CHECK(out.factor(2, 1, 1) == 1.0);
  CHECK(out.factor(3, 0, 2) == 0.0);
  CHECK(out.leaves(0, 3, 0, 12) == 0.0);
}

TEST_CASE("a parent with people where no leaf has any is refused, and so are other impossible parents",
          "[rake][errors]") {
  core::Array<4> leaves = random_array<4>({n_leaves, n_years, 2, n_ages}, 6);
  core::Array<3> parent = random_array<3>({n_years, 2, 4}, 7);
  for (std::size_t leaf = 0; leaf < n_leaves; ++leaf)
    for (std::size_t x = 5; x < 10; ++x) leaves(leaf, 2, 1, x) = 0.0;
  CHECK(says(complaint_of(leaves, parent, five_years),
             {"deaths", "year 2022", "row 1", "ages 5-9", "no leaf", "remedy", "wider"}));
  for (const double bad : {-1.0, std::nan(""), HUGE_VAL}) {
    core::Array<3> wrong = random_array<3>({n_years, 2, 4}, 8);
    wrong(1, 0, 3) = bad;
    CHECK(says(complaint_of(leaves, wrong, five_years), {"parent's deaths", "year 2021", "ages 15-19", "remedy"}));
  }
  const core::Array<3> total({n_years, 1, 1}, 5.0);
  const std::vector<std::size_t> late{1};
  const std::vector<std::size_t> twice{0, 5, 5, 10};
  CHECK_THROWS_AS(engine::rake(axes(), "deaths", leaves.view(), total.view(), late), core::ShapeError);
  CHECK_THROWS_AS(engine::rake(axes(), "deaths", leaves.view(), parent.view(), twice), core::ShapeError);
  CHECK_THROWS_AS(engine::rake(axes(), "deaths", leaves.view(), parent.view(), all_ages), core::ShapeError);
  const core::Array<3> short_path({n_years - 1, 1, 1}, 5.0);
  CHECK_THROWS_AS(engine::rake(axes(), "deaths", leaves.view(), short_path.view(), all_ages), core::ShapeError);
}

TEST_CASE("births and totals together: both are met and every leaf keeps its survival of infants", "[rake]") {
  const core::Array<4> pop = random_array<4>({n_leaves, n_years + 1, 2, n_ages}, 9);
  const core::Array<3> births = random_array<3>({n_leaves, n_years, 2}, 10, 50.0, 120.0);
  core::Array<1> parent_births({n_years});
  for (std::size_t t = 0; t < n_years; ++t) parent_births(t) = 400.0 + 50.0 * static_cast<double>(t);
  SECTION("a total of each year, both sexes: as solved by hand") {
    const core::Array<3> parent = random_array<3>({n_years + 1, 1, 1}, 11, 7000.0, 9000.0);
    const engine::RakedPath out =
        engine::rake_births_and_stock(axes(), pop.view(), births.view(), parent.view(), parent_births.view(), all_ages);
    for (std::size_t t = 0; t < n_years; ++t) {
      // births: F = parent / births; infants follow F; the rest of the stock takes what is left of the total
      const double F = parent_births(t) / test::sum([&] {
                         std::vector<double> all;
                         for (std::size_t leaf = 0; leaf < n_leaves; ++leaf)
                           for (std::size_t s = 0; s < 2; ++s) all.push_back(births(leaf, t, s));
                         return all;
                       }());
      const double infants = group_sum(pop.view(), t + 1, 0, true, 0, 1);
      const double rest = group_sum(pop.view(), t + 1, 0, true, 1, n_ages);
      const double by = (parent(t + 1, 0, 0) - F * infants) / rest;
      CHECK(test::relative_close(out.births(1, t, 0), F * births(1, t, 0), 1e-11));
      CHECK(test::relative_close(out.pop_jan1(1, t + 1, 1, 0), F * pop(1, t + 1, 1, 0), 1e-11));
      CHECK(test::relative_close(out.pop_jan1(2, t + 1, 1, 9), by * pop(2, t + 1, 1, 9), 1e-11));
      CHECK(test::relative_close(out.pop_factor(t + 1, 0, 0), by, 1e-11));
      CHECK(test::relative_close(out.births_factor(t) * out.pop_factor(t + 1, 0, 0), F, 1e-11));
    }
    CHECK(out.iterations > 1);
  }
  SECTION("groups by sex") {
    const core::Array<3> parent = random_array<3>({n_years + 1, 2, 4}, 12, 800.0, 1200.0);
    const engine::RakedPath out = engine::rake_births_and_stock(axes(), pop.view(), births.view(), parent.view(),
                                                                parent_births.view(), five_years);
    for (std::size_t t = 0; t < n_years; ++t) {
      double born = 0.0;
      for (std::size_t leaf = 0; leaf < n_leaves; ++leaf)
        for (std::size_t s = 0; s < 2; ++s) {
          born += out.births(leaf, t, s);
          CHECK(test::relative_close(out.pop_jan1(leaf, t + 1, s, 0) / out.births(leaf, t, s),
                                     pop(leaf, t + 1, s, 0) / births(leaf, t, s), 1e-12));
          CHECK(test::relative_close(out.births(leaf, t, s),
                                     births(leaf, t, s) * out.births_factor(t) * out.pop_factor(t + 1, s, 0), 1e-12));
        }
      CHECK(test::relative_close(born, parent_births(t), 1e-11));
    }
    for (std::size_t t = 0; t <= n_years; ++t)
      for (std::size_t s = 0; s < 2; ++s)
        for (std::size_t g = 0; g < 4; ++g)
          CHECK(test::relative_close(group_sum(out.pop_jan1.view(), t, s, false, 5 * g, 5 * g + 5), parent(t, s, g),
                                     1e-11));
  }
}

TEST_CASE("births and totals that cannot hold together are refused", "[rake][errors]") {
  const core::Array<4> pop = random_array<4>({n_leaves, n_years + 1, 2, n_ages}, 13);
  const core::Array<3> births = random_array<3>({n_leaves, n_years, 2}, 14, 50.0, 120.0);
  const core::Array<1> parent_births({n_years}, 400.0);
  // The survivors of 400 births are more than a whole population of ten.
  const core::Array<3> ten({n_years + 1, 1, 1}, 10.0);
  CHECK_THROWS_AS(
      engine::rake_births_and_stock(axes(), pop.view(), births.view(), ten.view(), parent_births.view(), all_ages),
      core::DomainError);
  const core::Array<1> short_births({n_years - 1}, 400.0);
  CHECK_THROWS_AS(
      engine::rake_births_and_stock(axes(), pop.view(), births.view(), ten.view(), short_births.view(), all_ages),
      core::ShapeError);
}
