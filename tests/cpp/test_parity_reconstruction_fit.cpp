// Fits of women by parity to targets of which the answer is known: made by the model itself from chosen parameters.

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "sanhai/core/error.hpp"
#include "sanhai/rates/parity_fit.hpp"
#include "sanhai/rates/parity_place.hpp"
#include "sanhai/rates/parity_solve.hpp"
#include "sanhai_catch.hpp"

namespace {

using namespace sanhai;
using namespace sanhai::rates;
using test::close;

/// A hump of total fertility about `peak`, ages 15..49 only.
ParityAges hump(double tfr, double peak) {
  ParityAges asfr{};
  double sum = 0.0;
  for (int age = 15; age <= 49; ++age) {
    const double z = (age - peak) / 5.0;
    sum += asfr[parity_age_index(age)] = std::exp(-z * z / 2.0);
  }
  for (double& rate : asfr) rate *= tfr / sum;
  return asfr;
}

/// Forty years of falling fertility with even women: enough to tell the multipliers apart.
ParityInputs falling(int first_year = 1980, std::size_t n_years = 40) {
  ParityInputs inputs{first_year, core::Array<2>({n_years, n_parity_ages}),
                      core::Array<2>({n_years, n_parity_ages}, 1.0)};
  for (std::size_t t = 0; t < n_years; ++t) {
    const ParityAges asfr = hump(2.6 - 0.03 * static_cast<double>(t), 25.0 + 0.1 * static_cast<double>(t));
    for (std::size_t x = 0; x < n_parity_ages; ++x) inputs.asfr(t, x) = asfr[x];
  }
  return inputs;
}

ParityParameters known() {
  ParityParameters parameters;
  parameters.knots = {1985, 2000, 2015};
  parameters.log_b2 = {-0.4, -0.9, 0.1};
  parameters.log_b3 = {-0.8, -1.9, -1.4};
  parameters.s2_early = -0.3;
  parameters.s2_late = -0.5;
  parameters.q2 = 0.05;
  parameters.s3_early = -0.2;
  parameters.s3_late = 0.1;
  parameters.q3 = -0.05;
  return parameters;
}

TEST_CASE("parity: the first stock has lived by the first year's rates", "[parity]") {
  const ParityHistory history = reconstruct_parity(falling(), known());
  const ParityAges ceb = ceb_from_stock(history.stock_on(1980));
  // Who is 50 has had the total of 1980; older generations once shared their exposure with the childless start.
  for (int age = 50; age <= 51; ++age) CHECK(close(ceb[parity_age_index(age)], 2.6, 1e-12));
}

TEST_CASE("parity: a known history is found again", "[parity]") {
  const ParityInputs inputs = falling();
  const ParityHistory truth = reconstruct_parity(inputs, known());
  std::vector<ParityTarget> targets;
  for (int year = 1980; year < 2020; ++year) {
    for (int order = 1; order <= 3; ++order) {
      targets.push_back({ParityMeasure::order_share, year, order, 0, 0.0, 1e-4});
    }
    targets.push_back({ParityMeasure::mac1, year, 0, 0, 0.0, 1e-3});
    targets.push_back({ParityMeasure::ppr1, year, 0, 0, 0.0, 1e-4});
  }
  for (int age = 20; age <= 45; age += 5) targets.push_back({ParityMeasure::childless, 2020, 0, age, 0.0, 1e-4});
  for (ParityTarget& target : targets) target.value = measure_parity(truth, inputs, target);
  ParityParameters start = known();
  start.log_b2 = {0.0, 0.0, 0.0};
  start.log_b3 = {-1.0, -1.0, -1.0};
  start.s2_early = start.s2_late = start.q2 = start.s3_early = start.s3_late = start.q3 = 0.0;
  const ParityFit fit = fit_parity(inputs, targets, start, {100.0, 100.0, 2013, 100.0});
  CHECK(fit.n_passes < 60);
  CHECK(fit.cost < 1e-2);
  for (std::size_t knot = 0; knot < 3; ++knot) {
    CHECK(close(fit.parameters.log_b2[knot], known().log_b2[knot], 1e-3));
    CHECK(close(fit.parameters.log_b3[knot], known().log_b3[knot], 1e-3));
  }
  CHECK(close(fit.parameters.s2_late, known().s2_late, 1e-3));
  CHECK(close(fit.parameters.q3, known().q3, 2e-3));
  REQUIRE(fit.fitted.size() == targets.size());
  CHECK(close(fit.fitted[0], targets[0].value, 1e-5));
}

TEST_CASE("parity: a new year's shares give its multipliers", "[parity]") {
  const ParityInputs inputs = falling();
  const ParityHistory history = reconstruct_parity(inputs, known());
  const std::array<double, 2> wanted{-0.35, -1.1};
  const int year = 2018;
  const ParityStock& stock = history.stock_on(year);
  const ParityAges women = inputs.women_of(year);
  const ParityYear met = parity_year(stock, inputs.asfr_of(year), relative_hazards(known(), year, wanted), year);
  const auto shares = order_shares(met, women);
  CHECK(close(shares[0] + shares[1] + shares[2], 1.0, 1e-14));
  const auto found = update_parity_year(stock, inputs.asfr_of(year), women, known(), year, shares);
  CHECK(close(found[0], wanted[0], 1e-7));
  CHECK(close(found[1], wanted[1], 1e-7));
  CHECK_THROWS_AS(update_parity_year(stock, inputs.asfr_of(year), women, known(), year, {46.1, 38.9, 15.0}),
                  core::DomainError);
  CHECK_THROWS_AS(update_parity_year(stock, inputs.asfr_of(year), women, known(), year, {0.01, 0.01, 0.98}),
                  core::DomainError);  // a young woman's birth can only be her first
}

TEST_CASE("parity: a place's factors are found from its census", "[parity]") {
  const ParityInputs inputs = falling(1950, 75);
  const ParityHistory nation = reconstruct_parity(inputs, known());
  const HazardFactors wanted{1.3, 0.6, 1.0};
  ParityAges even{};
  even.fill(1.0);
  const auto census_of = [&](const HazardFactors& factors, double ceb_scale) {
    // Equal women in every group, so the means over 15..64 are plain; the census lies 5/6 into 2020.
    const ParityStock before = place_stock(nation, factors, 2020);
    const ParityStock after = place_stock(nation, factors, 2021);
    double childless = 0.0;
    CensusWomen census{"1", {}, 500.0, 0.0, 0.0};
    census.women.fill(50.0);
    for (std::size_t x = 5; x < n_parity_ages; ++x) {
      childless += (5.0 * after.share[0][x] + before.share[0][x]) / 6.0 / 50.0;
      census.ceb += ceb_scale * (5.0 * ceb_from_stock(after)[x] + ceb_from_stock(before)[x]) / 6.0 / 50.0;
    }
    census.never_married_share = childless / 1.2;
    return census;
  };
  const PlaceFit fit = fit_place_factors(nation, census_of({}, 0.9), census_of(wanted, 0.9), even);
  CHECK(close(fit.factors.k1, wanted.k1, 1e-7));
  CHECK(close(fit.factors.k2, wanted.k2, 1e-7));
  const PlaceFit itself = fit_place_factors(nation, census_of({}, 0.9), census_of({}, 0.9), even);
  CHECK(close(itself.factors.k1, 1.0, 1e-12));

  CensusWomen wrong = census_of(wanted, 0.9);
  wrong.never_married_share = 20.0;
  CHECK_THROWS_AS(fit_place_factors(nation, census_of({}, 0.9), wrong, even), core::DomainError);
  wrong.never_married_share = 0.9;
  wrong.ceb = 3.0;  // nine women in ten childless, three children a woman
  CHECK_THROWS_AS(fit_place_factors(nation, census_of({}, 0.9), wrong, even), core::DomainError);
}

TEST_CASE("parity: runs and fits refuse years and settings they cannot hold", "[parity]") {
  const ParityInputs inputs = falling();
  const ParityHistory history = reconstruct_parity(inputs, known());
  CHECK_THROWS_AS(history.at(2020), core::DomainError);
  CHECK_THROWS_AS(history.stock_on(2021), core::DomainError);
  ParityParameters crooked = known();
  crooked.knots = {2000, 1985, 2015};
  CHECK_THROWS_AS(reconstruct_parity(inputs, crooked), core::ConfigError);
  crooked = known();
  crooked.log_b3.pop_back();
  CHECK_THROWS_AS(reconstruct_parity(inputs, crooked), core::ShapeError);
  CHECK_THROWS_AS(fit_parity(inputs, {{ParityMeasure::mac1, 2000, 0, 0, 25.0, 0.0}}, known()), core::ConfigError);
  CHECK_THROWS_AS(fit_parity(inputs, {{ParityMeasure::mac1, 1950, 0, 0, 25.0, 1.0}}, known()), core::DomainError);
  CHECK_THROWS_AS(measure_parity(history, inputs, {ParityMeasure::order_share, 2000, 4, 0, 0.0, 1.0}),
                  core::DomainError);
  ParityInputs ragged = falling();
  ragged.women = core::Array<2>({3, n_parity_ages}, 1.0);
  CHECK_THROWS_AS(reconstruct_parity(ragged, known()), core::ShapeError);
}

TEST_CASE("parity: two equations are solved or said to have no root", "[parity]") {
  const auto root = solve_two(
      [](const std::array<double, 2>& v) {
        return std::array<double, 2>{std::exp(v[0]) + v[1] - 4.0, v[0] * v[1] - 1.0};
      },
      {1.2, 0.8});
  REQUIRE(root.has_value());
  CHECK(close(std::exp((*root)[0]) + (*root)[1], 4.0, 1e-9));
  CHECK(close((*root)[0] * (*root)[1], 1.0, 1e-9));
  CHECK(!solve_two([](const std::array<double, 2>& v) { return std::array<double, 2>{v[0] * v[0] + 1.0, v[1]}; },
                   {0.5, 0.5}));
}

}  // namespace
