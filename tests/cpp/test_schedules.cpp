// Schedules from few numbers, graduation, stocks moved within a year: closed forms, published columns, way and back.

#include <cmath>
#include <numeric>
#include <vector>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/error.hpp"
#include "sanhai/demography/graduation.hpp"
#include "sanhai/demography/life_table.hpp"
#include "sanhai/engine/census.hpp"
#include "sanhai/rates/schedules.hpp"
#include "sanhai_catch.hpp"

namespace {

using namespace sanhai;
using test::close;
using test::relative_close;

double sum(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

TEST_CASE("fertility from level, mean and spread", "[schedules]") {
  const std::vector<double> asfr = rates::asfr_gamma(1.6, 29.0, 5.5, 101);
  CHECK(relative_close(sum(asfr), 1.6, 1e-14));
  double mean = 0.0;
  double square = 0.0;
  for (std::size_t x = 0; x < asfr.size(); ++x) mean += (static_cast<double>(x) + 0.5) * asfr[x] / 1.6;
  for (std::size_t x = 0; x < asfr.size(); ++x) {
    const double apart = static_cast<double>(x) + 0.5 - mean;
    square += apart * apart * asfr[x] / 1.6;
  }
  CHECK(close(mean, 29.0, 0.02));
  CHECK(close(std::sqrt(square), std::sqrt(5.5 * 5.5 + 1.0 / 12.0), 0.05));  // a year's width adds 1/12
  CHECK(asfr[9] == 0.0);
  CHECK(asfr[56] == 0.0);
  // With mean - 10 = sd the gamma is an exponential: every age's rate is exp(-1 / sd) of the one before.
  const std::vector<double> falling = rates::asfr_gamma(1.0, 18.0, 8.0, 101);
  for (std::size_t x = 12; x < 50; ++x) CHECK(relative_close(falling[x] / falling[x - 1], std::exp(-0.125), 1e-6));
  CHECK_THROWS_AS(rates::asfr_gamma(-0.1, 29.0, 5.5, 101), core::DomainError);
  CHECK_THROWS_AS(rates::asfr_gamma(1.6, 290.0, 5.5, 101), core::DomainError);
  CHECK_THROWS_AS(rates::asfr_gamma(1.6, 29.0, 0.5, 101), core::DomainError);
  CHECK_THROWS_AS(rates::asfr_gamma(1.6, 29.0, 5.5, 55), core::DomainError);
}

TEST_CASE("Kannisto's model gives back a logistic", "[schedules]") {
  std::vector<double> mx(101);
  for (std::size_t x = 0; x < mx.size(); ++x) {
    const double odds = 2e-5 * std::exp(0.105 * static_cast<double>(x));
    mx[x] = odds / (1.0 + odds);
  }
  const std::vector<double> closed = rates::kannisto(mx, 90);
  for (std::size_t x = 0; x < 100; ++x) CHECK(relative_close(closed[x], mx[x], 1e-9));
  CHECK(closed[100] > closed[99]);
  CHECK(closed[100] < 1.0);
  CHECK_THROWS_AS(rates::kannisto(mx, 101), core::DomainError);
  CHECK_THROWS_AS(rates::kannisto(mx, 59), core::DomainError);
  CHECK_THROWS_AS(rates::kannisto(std::vector<double>(101, 0.1), 90), core::DomainError);
}

TEST_CASE("migrants by Rogers and Castro", "[schedules]") {
  const std::vector<double> share = rates::rogers_castro(101);
  CHECK(relative_close(sum(share), 1.0, 1e-14));
  const auto at = [](double x) {
    return 0.02 * std::exp(-0.1 * x) + 0.06 * std::exp(-0.1 * (x - 20) - std::exp(-0.4 * (x - 20))) + 0.003;
  };
  CHECK(relative_close(share[23] / share[60], at(23.5) / at(60.5), 1e-12));
}

TEST_CASE("Sprague keeps groups and gives back a cubic", "[graduation]") {
  // Fifth differences are exact for the single years of a polynomial: here integrals of x^3.
  std::vector<double> groups(12);
  const auto integral = [](double x) { return x * x * x * x / 4.0 + 10.0 * x; };
  for (std::size_t g = 0; g < groups.size(); ++g)
    groups[g] = integral(5.0 * static_cast<double>(g + 1)) - integral(5.0 * static_cast<double>(g));
  const std::vector<double> single = demography::sprague(groups);
  for (std::size_t x = 0; x < single.size(); ++x) {
    const double age = static_cast<double>(x);
    CHECK(relative_close(single[x], integral(age + 1.0) - integral(age), 2e-3));
  }
  for (std::size_t g = 0; g < groups.size(); ++g)
    CHECK(relative_close(std::accumulate(single.begin() + 5 * g, single.begin() + 5 * (g + 1), 0.0), groups[g], 1e-12));
  CHECK_THROWS_AS(demography::sprague(std::vector<double>{1, 2, 3, 4}), core::ShapeError);
  CHECK_THROWS_AS(demography::sprague(std::vector<double>{0, 0, 1000, 0, 0, 0}), core::DomainError);
}

TEST_CASE("the open age of a stable population is found again", "[graduation]") {
  const double S = 0.85;
  const double growth = 1.02;
  const std::vector<double> Sx(101, S);
  std::vector<double> people(101);
  people[70] = 1000.0;
  for (std::size_t x = 71; x < 100; ++x) people[x] = people[x - 1] * S * growth;
  people[100] = people[99] * S * growth / (1.0 - S * growth);
  const std::vector<double> before(people.begin() + 75, people.begin() + 85);
  const double count = std::accumulate(people.begin() + 85, people.end(), 0.0);
  const std::vector<double> found = demography::close_open_age(count, before, Sx, 85);
  REQUIRE(found.size() == 16);
  for (std::size_t i = 0; i < found.size(); ++i) CHECK(relative_close(found[i], people[85 + i], 1e-10));
  CHECK_THROWS_AS(demography::close_open_age(count, std::vector<double>(9, 1.0), Sx, 85), core::ShapeError);
  CHECK_THROWS_AS(demography::close_open_age(count, std::vector<double>(10, 0.0), Sx, 85), core::DomainError);
}

TEST_CASE("probabilities of dying and rates are each other's way back", "[life_table]") {
  std::vector<double> mx(100);
  for (std::size_t x = 0; x < mx.size(); ++x)
    mx[x] = 2e-5 * std::exp(0.1 * static_cast<double>(x)) + (x == 0 ? 0.01 : 0);
  for (const std::size_t sex : {core::male, core::female}) {
    const demography::LifeTable table = demography::life_table_from_mx(mx, sex);
    const std::vector<double> back =
        demography::mx_from_qx(std::vector<double>(table.qx.begin(), table.qx.end() - 1), sex);
    for (std::size_t x = 0; x < back.size(); ++x) CHECK(relative_close(back[x], mx[x], 1e-12));
  }
  CHECK_THROWS_AS(demography::mx_from_qx(std::vector<double>{0.01, 1.5}, core::male), core::DomainError);
}

TEST_CASE("a stock moved by parts of a year", "[census]") {
  const core::Array<2> stock({2, 3}, {600, 700, 500, 660, 720, 480});
  const core::Array<2> Sx({2, 3}, {0.9, 0.8, 0.7, 0.95, 0.85, 0.75});
  const core::Array<2> same = engine::moved_on(stock.view(), Sx.view(), 0.0);
  for (std::size_t i = 0; i < 6; ++i) CHECK(same.view().flat()[i] == stock.view().flat()[i]);
  const core::Array<2> half = engine::moved_on(stock.view(), Sx.view(), 0.5);
  CHECK(relative_close(half(0, 0), 600 * std::sqrt(0.9), 1e-14));
  CHECK(relative_close(half(0, 1), 650 * 0.9, 1e-14));
  CHECK(relative_close(half(1, 2), (480 + 360) * 0.875, 1e-14));
  const core::Array<2> sixth = engine::moved_on(stock.view(), Sx.view(), 1.0 / 6.0);
  const core::Array<2> november = engine::november_to_january(stock.view(), Sx.view());
  for (std::size_t i = 0; i < 6; ++i) CHECK(sixth.view().flat()[i] == november.view().flat()[i]);
  CHECK_THROWS_AS(engine::moved_on(stock.view(), Sx.view(), 1.0), core::DomainError);
  CHECK_THROWS_AS(engine::moved_on(stock.view(), Sx.view(), -0.1), core::DomainError);
}

}  // namespace
