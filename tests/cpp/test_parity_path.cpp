// Births by order of a place: identities, and a gross run by hand.

#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "sanhai/core/error.hpp"
#include "sanhai/rates/parity_path.hpp"
#include "sanhai_catch.hpp"

namespace {

using namespace sanhai;
using namespace sanhai::rates;
using test::close;

constexpr std::size_t n_ages = 101;
constexpr std::size_t n_years = 12;
constexpr std::size_t n_orders = core::n_orders;

/// A hump of total rates that falls a little every year; ages 15..49 only.
core::Array<2> totals() {
  core::Array<2> asfr({n_years, n_ages});
  for (std::size_t t = 0; t < n_years; ++t)
    for (std::size_t age = 15; age <= 49; ++age) {
      const double z = (static_cast<double>(age) - 28.0) / 6.0;
      asfr(t, age) = (0.11 - 0.002 * static_cast<double>(t)) * std::exp(-z * z / 2.0);
    }
  return asfr;
}

/// (1, order, age): second births at half the hazard of first ones and third at a quarter, or `b2`, `b3`.
core::Array<3> relative(double b2 = 0.5, double b3 = 0.25) {
  core::Array<3> c({1, n_orders, n_parity_ages}, 1.0);
  for (std::size_t x = 0; x < n_parity_ages; ++x) {
    c(0, 1, x) = b2;
    c(0, 2, x) = b3;
  }
  return c;
}

/// Women who have lived forty years of the first year's rates.
ParityStock lived(double b2 = 0.5, double b3 = 0.25) {
  ParityStock stock = childless_stock();
  core::Array<2> first({1, n_ages});
  const core::Array<2> asfr = totals();
  for (std::size_t age = 0; age < n_ages; ++age) first(0, age) = asfr(0, age);
  for (int year = 0; year < 40; ++year)
    stock = parity_path(first.view(), stock, relative(b2, b3).view(), {1.0, 1.0, 1.0}).stock_on(1);
  return stock;
}

ParityPath base_path() { return parity_path(totals().view(), lived(), relative().view(), {1.2, 0.8, 0.8}, 2021); }

/// M from `from` on, for `years` years.
core::Array<2> multiplier(double m, std::size_t from, std::size_t years = n_years) {
  core::Array<2> out({n_years, n_orders}, 1.0);
  for (std::size_t t = from; t < std::min(n_years, from + years); ++t)
    for (std::size_t i = 0; i < n_orders; ++i) out(t, i) = m;
  return out;
}

bool same_bits(const core::Array<3>& a, const core::Array<3>& b) {
  return std::equal(a.flat().begin(), a.flat().end(), b.flat().begin(), b.flat().end());
}

TEST_CASE("parity path: orders sum to the total, births of an order are moves", "[parity_path]") {
  const core::Array<2> asfr = totals();
  const ParityPath path = base_path();
  REQUIRE(path.n_years() == n_years);
  for (std::size_t t = 0; t < n_years; ++t) {
    std::array<double, n_orders> born{};
    for (std::size_t age = 0; age < n_ages; ++age) {
      double sum = 0.0;
      for (std::size_t i = 0; i < n_orders; ++i) {
        sum += path.asfr_order(t, i, age);
        born[i] += path.asfr_order(t, i, age);
      }
      REQUIRE(close(sum, asfr(t, age), 1e-15));
    }
    std::array<double, n_orders> moved{};
    for (std::size_t x = 0; x + 1 < n_parity_ages; ++x) {
      double sum = 0.0;
      for (std::size_t p = 0; p < n_parities; ++p) sum += path.shares(t + 1, x + 1, p);
      REQUIRE(close(sum, 1.0, 1e-14));
      moved[0] += path.shares(t, x, 0) - path.shares(t + 1, x + 1, 0);
      moved[1] +=
          path.shares(t + 1, x + 1, 2) + path.shares(t + 1, x + 1, 3) - path.shares(t, x, 2) - path.shares(t, x, 3);
      moved[2] += path.births_3plus(t + 1, x + 1) - path.births_3plus(t, x);
    }
    for (std::size_t i = 0; i < n_orders; ++i) CHECK(close(born[i], moved[i], 1e-13));
  }
}

TEST_CASE("parity path: parity-blind hazards give the plain rates", "[parity_path]") {
  const core::Array<2> asfr = totals();
  const ParityPath path = parity_path(asfr.view(), lived(1.0, 1.0), relative(1.0, 1.0).view(), {1.0, 1.0, 1.0});
  const ParityPath gross = gross_path(path, multiplier(1.3, 2).view());
  for (std::size_t t = 0; t < n_years; ++t)
    for (std::size_t age = 15; age <= 49; ++age) {
      for (std::size_t i = 0; i < n_orders; ++i)
        CHECK(close(1.0 - std::exp(-path.hazards(t, i, age - 10)), asfr(t, age), 1e-14));
      double sum = 0.0;
      for (std::size_t i = 0; i < n_orders; ++i) sum += gross.asfr_order(t, i, age);
      // whatever the parities, 1 - (1 - f)^M
      CHECK(close(sum, t < 2 ? asfr(t, age) : 1.0 - std::pow(1.0 - asfr(t, age), 1.3), 1e-14));
    }
}

TEST_CASE("parity path: only the ratio of the place's factors matters", "[parity_path]") {
  const ParityPath one = parity_path(totals().view(), lived(), relative().view(), {1.2, 0.8, 0.8});
  const ParityPath two = parity_path(totals().view(), lived(), relative().view(), {1.5, 1.0, 1.0});
  const ParityPath other = parity_path(totals().view(), lived(), relative().view(), {1.0, 1.0, 1.0});
  double gap = 0.0;
  double change = 0.0;
  for (std::size_t c = 0; c < one.asfr_order.flat().size(); ++c) {
    gap = std::max(gap, std::abs(one.asfr_order.flat()[c] - two.asfr_order.flat()[c]));
    change = std::max(change, std::abs(one.asfr_order.flat()[c] - other.asfr_order.flat()[c]));
  }
  CHECK(gap < 1e-15);
  CHECK(change > 1e-3);
}

TEST_CASE("parity path: a gross run multiplies hazards and depletes its own stock", "[parity_path]") {
  const ParityPath base = base_path();
  CHECK(same_bits(gross_path(base, multiplier(1.0, 0).view()).asfr_order, base.asfr_order));
  const std::size_t from = 3;
  const ParityPath gross = gross_path(base, multiplier(1.2, from, 1).view());
  const std::size_t age = 27;
  const std::size_t x = age - 10;
  const double childless = (base.shares(from, x, 0) + base.shares(from, x - 1, 0)) / 2.0;
  CHECK(close(gross.asfr_order(from, 0, age), childless * (1.0 - std::exp(-1.2 * base.hazards(from, 0, x))), 1e-15));
  for (std::size_t i = 0; i < n_orders; ++i) {
    CHECK(gross.asfr_order(from - 1, i, age) == base.asfr_order(from - 1, i, age));
    CHECK(gross.hazards(from + 1, i, x) == base.hazards(from + 1, i, x));
  }
  CHECK(gross.asfr_order(from + 1, 0, age) < base.asfr_order(from + 1, 0, age));  // fewer are still childless
  CHECK(gross.asfr_order(from + 1, 1, age) > base.asfr_order(from + 1, 1, age));  // more have one child
  CHECK(close(gross.ppr(from + 1, 0), base.ppr(from + 1, 0), 0.0));               // hazards as before
}

TEST_CASE("parity path: refuses what women by parity cannot be", "[parity_path]") {
  const ParityStock start = lived();
  const core::Array<3> c = relative();
  const std::array<double, 3> k{1.0, 1.0, 1.0};
  core::Array<2> asfr = totals();
  asfr(4, 9) = 1e-6;
  CHECK_THROWS_AS(parity_path(asfr.view(), start, c.view(), k), core::DomainError);
  asfr = totals();
  asfr(4, 30) = 1.2;
  CHECK_THROWS_AS(parity_path(asfr.view(), start, c.view(), k), core::DomainError);
  CHECK_THROWS_AS(parity_path(totals().view(), start, core::Array<3>({2, n_orders, n_parity_ages}, 1.0).view(), k),
                  core::ShapeError);
  CHECK_THROWS_AS(parity_path(totals().view(), start, c.view(), {1.0, 0.0, 1.0}), core::DomainError);
  ParityStock wrong = start;
  wrong.share[1][20] += 0.01;
  CHECK_THROWS_AS(parity_path(totals().view(), wrong, c.view(), k), core::DomainError);
  const ParityPath base = base_path();
  CHECK_THROWS_AS(gross_path(base, core::Array<2>({n_years, 2}, 1.0).view()), core::ShapeError);
  CHECK_THROWS_AS(gross_path(base, multiplier(-0.1, 3).view()), core::DomainError);
}

TEST_CASE("parity path: progressions of a year without births are not invented", "[parity_path]") {
  core::Array<2> none({1, n_ages});
  const ParityPath path = parity_path(none.view(), lived(), relative().view(), {1.0, 1.0, 1.0});
  CHECK(path.ppr(0, 0) == 0.0);
  CHECK(std::isnan(path.ppr(0, 1)));
  CHECK(std::isnan(path.ppr(0, 2)));
  core::Array<2> multiplied({n_years, n_orders}, 1.0);
  for (std::size_t t = 0; t < n_years; ++t) multiplied(t, 1) = 0.0;
  const ParityPath base = base_path();
  const ParityPath only_first = gross_path(base, multiplied.view());
  CHECK(only_first.ppr(0, 0) == base.ppr(0, 0));
  CHECK(only_first.ppr(0, 1) == 0.0);
  CHECK(std::isnan(only_first.ppr(0, 2)));
}

}  // namespace
