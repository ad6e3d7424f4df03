// Calibration: the engine itself must reproduce what it was fitted to, and census steps must keep every count.

#include <limits>

#include "engine_fixtures.hpp"
#include "sanhai/core/error.hpp"
#include "sanhai/engine/calibrate.hpp"
#include "sanhai/engine/census.hpp"
#include "sanhai_catch.hpp"

namespace {

using namespace sanhai;
constexpr double missing = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t n_ages = 101;

engine::Group group(std::size_t leaves) {
  engine::Group out;
  out.axes = {.places = {}, .first_year = 2021, .n_years = 4, .n_ages = n_ages, .age_width = 1};
  for (std::size_t k = 0; k < leaves; ++k) out.axes.places.push_back("leaf" + std::to_string(k));
  out.pop_jan1 = core::Array<3>({leaves, 2, n_ages});
  out.mx = core::Array<3>({4, 2, n_ages});
  out.asfr = core::Array<3>({leaves, 4, n_ages});
  out.order_share = core::Array<2>({4, 3});
  out.srb = core::Array<1>({4}, 1.1);
  out.migration_pattern = core::Array<3>({leaves, 2, n_ages});
  for (std::size_t k = 0; k < leaves; ++k)
    for (std::size_t s = 0; s < 2; ++s)
      for (std::size_t x = 0; x < n_ages; ++x) {
        out.pop_jan1(k, s, x) = (1.0 + static_cast<double>(k)) * 1000.0 * std::exp(-0.02 * static_cast<double>(x));
        out.migration_pattern(k, s, x) = x >= 20 && x < 30 ? 0.05 : 0.0;
      }
  for (std::size_t t = 0; t < 4; ++t) {
    for (std::size_t s = 0; s < 2; ++s)
      for (std::size_t x = 0; x < n_ages; ++x)
        out.mx(t, s, x) = 0.0003 + 0.00003 * std::exp(0.1 * static_cast<double>(x));
    for (std::size_t k = 0; k < leaves; ++k)
      for (std::size_t x = 20; x < 40; ++x) out.asfr(k, t, x) = 0.06 * (1.0 + 0.1 * static_cast<double>(k));
    out.order_share(t, 0) = 0.5;
    out.order_share(t, 1) = 0.3;
    out.order_share(t, 2) = 0.2;
  }
  out.births = out.cbr = out.deaths = out.cdr = out.pop_end = std::vector<double>(4, missing);
  out.residual = std::vector<double>(4, missing);
  return out;
}

double flow(const core::Array<4>& array, std::size_t t) {
  double total = 0.0;
  for (std::size_t k = 0; k < array.extent(0); ++k) total += test::sum(array.view()[k][t].flat());
  return total;
}

}  // namespace

TEST_CASE("published births, deaths and totals are met by the group's sum", "[calibrate]") {
  engine::Group in = group(3);
  in.births = {2400.0, missing, 2200.0, 2100.0};
  in.deaths = {2500.0, 2600.0, missing, missing};
  in.cdr = {missing, missing, missing, 0.0085};
  in.pop_end = {missing, 525000.0, missing, 523000.0};
  const engine::Calibration out = engine::calibrate(in);
  const engine::Projection& run = out.projection;
  CHECK(test::relative_close(flow(run.births, 0), 2400.0, 1e-11));
  CHECK(test::relative_close(flow(run.births, 2), 2200.0, 1e-11));
  CHECK(test::relative_close(flow(run.deaths, 1), 2600.0, 1e-11));
  CHECK(test::relative_close(flow(run.pop_jan1, 2), 525000.0, 1e-11));
  CHECK(test::relative_close(flow(run.pop_jan1, 4), 523000.0, 1e-11));
  CHECK(test::relative_close(flow(run.deaths, 3) / ((flow(run.pop_jan1, 3) + flow(run.pop_jan1, 4)) / 2.0), 0.0085,
                             1e-11));
  // Missing years lie between their neighbours in time; the residual of an interval is even.
  CHECK(test::close(out.fertility_scale(1), (out.fertility_scale(0) + out.fertility_scale(2)) / 2.0, 1e-12));
  CHECK(test::close(out.mortality_scale(2), (out.mortality_scale(1) + out.mortality_scale(3)) / 2.0, 1e-12));
  CHECK(test::relative_close(flow(run.net_migration, 0), flow(run.net_migration, 1), 1e-9));
  CHECK(out.births_fitted == std::vector<bool>{true, false, true, true});
  CHECK(out.deaths_fitted == std::vector<bool>{true, true, false, true});
}

TEST_CASE("a census ratio anchors the fertility scale at one before the first year", "[calibrate]") {
  engine::Group in = group(1);
  in.births = {missing, missing, missing, 900.0};
  in.census_ratio = true;
  const engine::Calibration out = engine::calibrate(in);
  const double last = out.fertility_scale(3);
  CHECK(test::close(out.fertility_scale(0), 1.0 + 0.25 * (last - 1.0), 1e-12));
  CHECK(test::close(out.fertility_scale(2), 1.0 + 0.75 * (last - 1.0), 1e-12));
}

TEST_CASE("without figures the priors stand, and the parent's residual is shared by population", "[calibrate]") {
  engine::Group in = group(2);
  in.residual = {-300.0, 0.0, 90.0, missing};
  const engine::Calibration out = engine::calibrate(in);
  CHECK(out.fertility_scale(3) == 1.0);
  CHECK(out.mortality_scale(0) == 1.0);
  CHECK(test::close(out.residual(0, 0), -100.0, 1e-9));
  CHECK(test::close(out.residual(1, 0), -200.0, 1e-9));
  CHECK(out.residual(0, 3) == 0.0);
}

TEST_CASE("a figure nobody can meet is refused, not approached", "[calibrate][errors]") {
  engine::Group in = group(1);
  in.pop_end = {1.0, missing, missing, missing};
  CHECK_THROWS_AS(engine::calibrate(in), core::Error);
  engine::Group wrong = group(1);
  wrong.births = {1.0};
  CHECK_THROWS_AS(engine::calibrate(wrong), core::ShapeError);
  engine::Group pattern = group(1);
  pattern.migration_pattern(0, 0, 3) = 0.5;
  CHECK_THROWS_AS(engine::calibrate(pattern), core::DomainError);
}

TEST_CASE("single years keep the count of every group and the pattern inside it", "[census]") {
  core::Array<2> counts({2, 3}, {10.0, 50.0, 7.0, 20.0, 60.0, 9.0});
  core::Array<2> pattern({2, 8}, 1.0);
  pattern(0, 2) = 3.0;
  const std::vector<std::size_t> lower{0, 1, 5};
  const core::Array<2> single = engine::single_years(counts.view(), lower, pattern.view());
  CHECK(single(0, 0) == 10.0);
  CHECK(test::close(single(0, 1) + single(0, 2) + single(0, 3) + single(0, 4), 50.0, 1e-12));
  CHECK(test::close(single(0, 2), 25.0, 1e-12));
  CHECK(test::close(single(1, 5) + single(1, 6) + single(1, 7), 9.0, 1e-12));
  core::Array<2> hole = pattern;
  for (std::size_t x = 1; x < 5; ++x) hole(1, x) = 0.0;
  CHECK_THROWS_AS(engine::single_years(counts.view(), lower, hole.view()), core::DomainError);
}

TEST_CASE("reverse survival undoes survival; November to January keeps people but the dead", "[census]") {
  const engine::InputArrays in = test::random_inputs(21, 1, 3, 101);
  core::Array<3> Sx({3, 2, 101}, 0.98);
  core::Array<2> then({2, 101}, 500.0);
  // Three years of the engine's own survival, no births: ages 3.. are the cohorts that were there.
  engine::InputArrays forward = in;
  forward.net_migration = {};
  std::ranges::fill(forward.asfr.flat(), 0.0);
  forward.Sx = core::Array<4>({1, 3, 2, 101}, 0.98);
  forward.pop_jan1 = core::Array<3>({1, 2, 101}, 500.0);
  const engine::Projection run = engine::project(engine::Inputs(forward));
  const core::Array<2> back = engine::reverse_survived(run.pop_jan1.view()[0][3], Sx.view());
  for (std::size_t x = 0; x < 96; ++x) CHECK(test::relative_close(back(1, x), 500.0 / (1.0 - 0.02 / 6.0), 1e-12));

  core::Array<2> one({2, 101}, 600.0);
  const core::Array<2> january = engine::november_to_january(one.view(), Sx.view()[0]);
  CHECK(test::close(january(0, 10), 600.0 * (1.0 - 0.02 / 6.0), 1e-9));
  CHECK(test::close(january(0, 100), 700.0 * (1.0 - 0.02 / 6.0), 1e-9));
  CHECK(test::close(january(1, 0), 600.0 * std::pow(0.98, 1.0 / 6.0), 1e-9));
}

TEST_CASE("the migration pattern finds the ages that moved and sums to one", "[census]") {
  core::Array<2> first({2, 18}, 1000.0);
  core::Array<2> last({2, 18}, 900.0);
  core::Array<2> survival({2, 18}, 0.9);
  for (std::size_t s = 0; s < 2; ++s) {
    last(s, 17) = 3000.0 * 0.9;
    last(s, 5) += 400.0;  // seen at 25-29: moved at 20-24 on average
  }
  const core::Array<2> pattern = engine::migration_pattern(first.view(), last.view(), survival.view(), 101);
  CHECK(test::close(test::sum(pattern.flat()), 1.0, 1e-12));
  CHECK(pattern(0, 22) > 5.0 * pattern(0, 40));
  CHECK(test::close(pattern(1, 20), pattern(1, 24), 1e-15));
}
