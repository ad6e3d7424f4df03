// Women by parity, as identities: what holds for any rates. Expected values are worked by hand or in closed form.

#include <array>
#include <cmath>
#include <vector>

#include "sanhai/core/error.hpp"
#include "sanhai/rates/parity.hpp"
#include "sanhai/rates/parity_inputs.hpp"
#include "sanhai_catch.hpp"

namespace {

using namespace sanhai;
using namespace sanhai::rates;
using test::close;
using test::relative_close;

OrderAges constant(double first, double second, double third) {
  OrderAges values{};
  values[0].fill(first);
  values[1].fill(second);
  values[2].fill(third);
  return values;
}

ParityStock run(const OrderAges& rates, int n_years) {
  ParityStock stock = childless_stock();
  for (int year = 0; year < n_years; ++year) stock = step_parity(stock, rates);
  return stock;
}

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

TEST_CASE("parity: orders sum to the total rate", "[parity]") {
  const ParityStock stock = run(constant(0.08, 0.05, 0.02), 60);
  const OrderAges exposure = exposure_from_stock(stock);
  OrderAges relative = constant(1.0, 0.4, 0.1);
  for (std::size_t x = 0; x < n_parity_ages; ++x) relative[1][x] *= std::exp(-0.03 * static_cast<double>(x));
  const ParityAges asfr = hump(1.4, 28.0);
  const OrderAges hazards = hazards_for_year(asfr, exposure, relative, 2020);
  const OrderAges asfr_order = asfr_order_from_rates(rates_from_hazards(hazards), exposure);
  for (std::size_t x = 0; x < n_parity_ages; ++x) {
    REQUIRE(close(asfr_order[0][x] + asfr_order[1][x] + asfr_order[2][x], asfr[x], 1e-15));
    REQUIRE(relative_close(hazards[1][x], hazards[0][x] * relative[1][x], 1e-14));
    REQUIRE(relative_close(hazards[2][x], hazards[0][x] * relative[2][x], 1e-14));
  }
}

TEST_CASE("parity: equal hazards are the total's own", "[parity]") {
  // With c = 1 for all orders every woman has the same rate: exposures sum to 1, so f = asfr and h = -ln(1 - asfr).
  const OrderAges exposure = exposure_from_stock(run(constant(0.1, 0.1, 0.1), 60));
  for (const double total : {1e-9, 0.01, 0.3, 0.999}) {
    ParityAges asfr{};
    asfr.fill(total);
    const OrderAges hazards = hazards_for_year(asfr, exposure, constant(1.0, 1.0, 1.0), 2020);
    for (std::size_t x = 0; x < n_parity_ages; ++x) REQUIRE(relative_close(hazards[2][x], -std::log1p(-total), 1e-12));
  }
}

TEST_CASE("parity: a rate is 1 - exp(-h) at every size", "[parity]") {
  for (const double hazard : {1e-12, 1e-3, 0.2, 0.349, 0.351, 0.9, 3.0, 50.0}) {
    const OrderAges rates = rates_from_hazards(constant(hazard, 0.0, hazard / 2.0));
    REQUIRE(relative_close(rates[0][11], -std::expm1(-hazard), 1e-15));
    REQUIRE(rates[1][11] == 0.0);
    REQUIRE(relative_close(rates[2][11], -std::expm1(-hazard / 2.0), 1e-15));
  }
}

TEST_CASE("parity: one generation by hand", "[parity]") {
  OrderAges rates{};
  rates[0][5] = 0.1;  // age 15
  rates[0][6] = 0.2;
  rates[0][7] = 0.3;
  rates[1][6] = 0.4;
  rates[1][7] = 0.6;
  ParityStock stock = childless_stock();
  stock = step_parity(stock, rates);  // 15 -> 16: (0.1 + 0.2) / 2 of the childless
  CHECK(close(stock.share[0][6], 0.85, 1e-15));
  CHECK(close(stock.share[1][6], 0.15, 1e-15));
  stock = step_parity(stock, rates);  // 16 -> 17: 0.25 of first, 0.5 of second births; who was 15 had 0.05 at 14 -> 15
  CHECK(close(stock.share[0][7], 0.85 * 0.75, 1e-15));
  CHECK(close(stock.share[1][7], 0.15 + 0.85 * 0.25 - 0.15 * 0.5, 1e-15));
  CHECK(close(stock.share[2][7], 0.15 * 0.5, 1e-15));
  CHECK(stock.share[0][0] == 1.0);
  CHECK(close(exposure_from_stock(stock)[0][7], (stock.share[0][7] + stock.share[0][6]) / 2.0, 1e-15));
}

TEST_CASE("parity: births of an order are moves up, whatever the rates", "[parity]") {
  OrderAges rates = constant(0.0, 0.0, 0.0);
  for (int age = 15; age <= 49; ++age) {  // nothing at the ends of the stock, where half a year lies outside
    const std::size_t x = parity_age_index(age);
    rates[0][x] = 0.02 + 0.004 * static_cast<double>(age % 7);
    rates[1][x] = 0.09 - 0.001 * age;
    rates[2][x] = 0.001 * age;
  }
  const ParityStock before = run(rates, 70);
  const ParityStock after = step_parity(before, rates);
  const OrderAges births = asfr_order_from_rates(rates, exposure_from_stock(before));
  std::array<double, 3> born{};
  std::array<double, 3> moved{};
  for (std::size_t x = 0; x < n_parity_ages; ++x) {
    double sum = 0.0;
    for (std::size_t parity = 0; parity < n_parities; ++parity) {
      REQUIRE(after.share[parity][x] >= 0.0);
      REQUIRE(after.share[parity][x] <= 1.0);
      sum += after.share[parity][x];
    }
    REQUIRE(close(sum, 1.0, 1e-14));
    for (std::size_t order = 0; order < 3; ++order) born[order] += births[order][x];
    if (x == 0) continue;
    moved[0] += before.share[0][x - 1] - after.share[0][x];
    moved[1] += after.share[2][x] + after.share[3][x] - before.share[2][x - 1] - before.share[3][x - 1];
    moved[2] += after.births_3plus[x] - before.births_3plus[x - 1];
  }
  for (std::size_t order = 0; order < 3; ++order) CHECK(close(born[order], moved[order], 1e-13));
  CHECK(born[2] > 0.1);
}

TEST_CASE("parity: constant rate of all orders has a closed form", "[parity]") {
  // Births of a woman are then one trial a year: children ever born at 10 + n are n f, parities binomial.
  const double f = 0.04;
  const ParityStock stock = run(constant(f, f, f), 60);
  const ParityAges ceb = ceb_from_stock(stock);
  for (std::size_t n = 0; n < n_parity_ages; ++n) {
    const double years = static_cast<double>(n);
    REQUIRE(close(ceb[n], years * f, 1e-13));
    REQUIRE(close(stock.share[0][n], std::pow(1.0 - f, years), 1e-14));
    REQUIRE(close(stock.share[2][n], years * (years - 1.0) / 2.0 * f * f * std::pow(1.0 - f, years - 2.0), 1e-13));
  }
  const PeriodProgression period = ppr_from_rates(constant(f, f, f));
  const double none = std::pow(1.0 - f, 35);
  const double one = 35.0 * f * std::pow(1.0 - f, 34);
  const double two = 35.0 * 34.0 / 2.0 * f * f * std::pow(1.0 - f, 33);
  CHECK(close(period.ppr[0], 1.0 - none, 1e-14));
  CHECK(close(period.ppr[1], (1.0 - none - one) / (1.0 - none), 1e-13));
  CHECK(close(period.ppr[2], (1.0 - none - one - two) / (1.0 - none - one), 1e-13));
}

TEST_CASE("parity: factors on hazards, and the mean age at an order", "[parity]") {
  const OrderAges hazards = constant(0.05, 0.03, 0.01);
  const OrderAges scaled = scale_hazards(hazards, {1.2, 0.5, 2.0});
  CHECK(close(scaled[0][7], 0.05 * 2.4, 1e-16));
  CHECK(close(scaled[1][7], 0.03, 1e-16));
  CHECK(close(scaled[2][7], 0.01, 1e-16));
  CHECK_THROWS_AS(scale_hazards(hazards, {-1.0, 1.0, 1.0}), core::DomainError);
  ParityAges born{};
  ParityAges women{};
  born[parity_age_index(24)] = 0.1;
  born[parity_age_index(30)] = 0.2;
  women[parity_age_index(24)] = 2.0;
  women[parity_age_index(30)] = 1.0;
  CHECK(close(mean_age_at_order(born, women), 27.5, 1e-13));  // equal births at 24.5 and 30.5
}

TEST_CASE("parity: single ages from five-year groups", "[parity]") {
  const std::array<double, n_fertile_age5> pasfr{0.0, 0.1, 0.3, 0.3, 0.2, 0.1, 0.0, 0.0, 0.0};
  const ParityAges asfr = asfr_from_age5(2.0, pasfr);
  for (std::size_t group = 0; group < n_fertile_age5; ++group) {
    double sum = 0.0;
    for (std::size_t i = 0; i < 5; ++i) sum += asfr[group * 5 + i];
    REQUIRE(close(sum, 2.0 * pasfr[group], 1e-15));
  }
  // At 15: 5 (0.104 x 0.04 - 0.032 x 0.06), the slope at 20 being the harmonic mean of 0.04 and 0.12 a year.
  CHECK(close(asfr[parity_age_index(15)], 0.0112, 1e-15));
  // SciPy 1.17's PchipInterpolator on the same knots.
  CHECK(close(asfr[parity_age_index(22)], 0.1344, 1e-14));
  CHECK(close(asfr[parity_age_index(39)], 0.012266666666666426, 1e-14));
  CHECK(asfr[parity_age_index(40)] == 0.0);

  ParityAges shape{};
  shape[parity_age_index(20)] = 3.0;
  shape[parity_age_index(21)] = 1.0;
  const ParityAges shaped = asfr_from_age5_shape(2.0, pasfr, shape);
  CHECK(close(shaped[parity_age_index(20)], 0.45, 1e-15));
  CHECK(close(shaped[parity_age_index(21)], 0.15, 1e-15));
  CHECK(close(shaped[parity_age_index(33)], 0.08, 1e-15));
  CHECK_THROWS_AS(asfr_from_age5(-1.0, pasfr), core::DomainError);
}

TEST_CASE("parity: women by single age meet their groups", "[parity]") {
  std::vector<double> base(101, 100.0);
  base[34] = 300.0;  // aged 33 and 34 in mid-2023: born in 1989
  WomenAnchor early{1980, {}};
  WomenAnchor middle{1985, {}};
  WomenAnchor late{2025, {}};
  early.women.fill(500.0);
  middle.women.fill(1000.0);
  late.women.fill(2000.0);
  const core::Array<2> women = women_from_anchors(base, 2024, {early, middle, late}, 1980, 46);
  CHECK(close(women(0, 3), 100.0, 1e-12));
  CHECK(close(women(4, 3), 100.0, 1e-12));  // 1984: an even group is not blended with generations
  CHECK(close(women(5, 3), 200.0, 1e-12));
  CHECK(close(women(45, 25), 2000.0 * 200.0 / 700.0, 1e-10));  // 2025, age 35: (300 + 100) / 2 of a group of 700
  double sum = 0.0;
  for (std::size_t x = 25; x < 30; ++x) sum += women(45, x);
  CHECK(close(sum, 2000.0, 1e-9));
  CHECK_THROWS_AS(women_from_anchors(base, 2024, {early, middle}, 1980, 46), core::DomainError);
  base.resize(90);
  CHECK_THROWS_AS(women_from_anchors(base, 2024, {early, middle, late}, 1980, 46), core::ShapeError);
}

TEST_CASE("parity: what cannot be is refused with its place, year and age", "[parity]") {
  const OrderAges exposure = exposure_from_stock(childless_stock());
  ParityAges asfr{};
  asfr[parity_age_index(27)] = 1.2;
  try {
    (void)hazards_for_year(asfr, exposure, constant(1.0, 1.0, 1.0), 2019);
    FAIL("1.2 births a year were accepted");
  } catch (const core::DomainError& error) {
    const std::string text = error.what();
    CHECK(text.find("2019") != std::string::npos);
    CHECK(text.find("age 27") != std::string::npos);
    CHECK(text.find("1.2") != std::string::npos);
  }
  asfr[parity_age_index(27)] = std::nan("");
  CHECK_THROWS_AS(hazards_for_year(asfr, exposure, constant(1.0, 1.0, 1.0), 2019), core::DomainError);
  CHECK_THROWS_AS(rates_from_hazards(constant(-0.1, 0.0, 0.0)), core::DomainError);
  CHECK_THROWS_AS(ppr_from_rates(constant(0.0, 0.0, 0.0)), core::DomainError);
  CHECK_THROWS_AS(parity_age_index(9), core::DomainError);
  CHECK_THROWS_AS(parity_age_index(65), core::DomainError);
}

}  // namespace
