// Expected values: published rates (4.74 places per 1,000; utilisation 0.477; Lanzhou's 19,960 places) and hand counts.
#include "sanhai_catch.hpp"

#include <limits>
#include <string>
#include <vector>

#include "sanhai/core/error.hpp"
#include "sanhai/nursery/account.hpp"

using namespace sanhai;
using namespace sanhai::nursery;
using test::close;
using test::relative_close;

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// Places with given residents and children per age 0-2 (half of each sex); yearly growth of everything.
struct Town {
  core::Axes axes;
  core::Array<4> pop;
  [[nodiscard]] Observed observed() const { return {axes, pop.view()}; }
};

Town town(std::vector<double> residents, std::vector<double> per_age, std::size_t n_years, double growth = 1.0,
          int first_year = 2025) {
  Town result;
  result.axes = {.places = {}, .first_year = first_year, .n_years = n_years, .n_ages = 5, .age_width = 1};
  for (std::size_t p = 0; p < residents.size(); ++p) result.axes.places.push_back("62010" + std::to_string(p + 1));
  result.pop = core::Array<4>({residents.size(), n_years + 1, 2, 5});
  for (std::size_t p = 0; p < residents.size(); ++p)
    for (std::size_t t = 0; t <= n_years; ++t)
      for (std::size_t s = 0; s < 2; ++s) {
        const double scale = 0.5 * std::pow(growth, static_cast<double>(t));
        for (std::size_t a = 0; a < 3; ++a) result.pop(p, t, s, a) = scale * per_age[p];
        result.pop(p, t, s, 4) = scale * (residents[p] - 3.0 * per_age[p]);
      }
  return result;
}

core::Array<1> stocks(std::vector<double> values) {
  const std::size_t n = values.size();
  return core::Array<1>({n}, std::move(values));
}

/// hold_norm from one calendar year to another, in a run that begins in `first_year`.
Lever ramp(int from, int to, std::size_t n_years, int first_year = 2025) {
  Lever share({1, n_years});
  for (std::size_t t = 0; t < n_years; ++t) {
    const int year = first_year + static_cast<int>(t);
    if (year >= from) share(0, t) = year >= to ? 1.0 : static_cast<double>(year - from + 1) / (to - from + 1);
  }
  return share;
}

double member(const core::Array<2>& array, std::size_t t) { return array(0, t); }

}  // namespace

TEST_CASE("nation 2025: 4.74 places per 1,000 residents, utilisation 0.477") {
  const Town nation = town({1404.89e6}, {26.48e6 / 3.0}, 1);
  Settings settings;
  settings.norm = constant(0.00473);
  settings.enrolment_share = constant(0.12);
  settings.opening_stock = stocks({6.657e6});
  const Account a = account(nation.observed(), settings);
  CHECK(close(1000.0 * a.stock_per_resident(0, 0), 4.74, 0.005));
  CHECK(close(a.under3(0, 0), 26.48e6, 1.0));
  CHECK(close(a.enrolment(0, 0), 3.1776e6, 1.0));
  CHECK(close(a.utilisation(0, 0), 0.477, 0.0005));
  CHECK(close(a.places_demand(0, 0), 3.1776e6 / 0.70, 1.0));
  CHECK(close(a.places_want(0, 0), 0.35 * 2.5 * (26.48e6 / 3.0) / 0.70, 1.0));
  CHECK(close(a.gap_demand(0, 0), 3.1776e6 / 0.70 - 6.657e6, 1.0));
  CHECK(close(a.stock_per_child(0, 0), 6.657 / 26.48, 1e-9));
}

TEST_CASE("Lanzhou: 4.5 per 1,000 is 19,964 places; holding it against 5 % closures opens about 1,050 a year") {
  const Town lanzhou = town({4.4365e6 / 0.999}, {25000.0}, 10, 0.999);
  Settings settings;
  settings.norm = constant(0.0045);
  settings.opening_stock = stocks({0.0045 * 4.4365e6 / 0.999});
  settings.plan = Plan::hold_norm;
  settings.plan_ramp = constant(1.0);
  settings.closure_rate = constant(0.05);
  const Account a = account(lanzhou.observed(), settings);
  CHECK(close(a.places_target(0, 0), 19964.0, 0.5));
  for (std::size_t t = 0; t < 10; ++t) {
    CHECK(relative_close(a.places_stock(0, t), a.places_target(0, t), 1e-12));
    CHECK(relative_close(a.openings(0, t), 1050.0, 0.10));
    CHECK(close(a.gap_target(0, t), 0.0, 1e-9));
  }
  CHECK(std::isnan(a.enrolment(0, 0)));
  CHECK(std::isnan(a.staff(0, 0)));
}

TEST_CASE("hold_norm: a straight line in places per resident, then held; a surplus is kept") {
  const Town place = town({1.0e6}, {8000.0}, 6);
  Settings settings;
  settings.norm = constant(0.0045);
  settings.opening_stock = stocks({1500.0});
  settings.plan = Plan::hold_norm;
  settings.plan_ramp = ramp(2026, 2028, 6);
  const Account a = account(place.observed(), settings);
  const double expected[6] = {1500.0, 2500.0, 3500.0, 4500.0, 4500.0, 4500.0};
  for (std::size_t t = 0; t < 6; ++t) CHECK(close(a.places_stock(0, t), expected[t], 1e-6));
  CHECK(close(a.openings(0, 1), 1000.0, 1e-6));
  CHECK(close(a.openings(0, 5), 0.0, 1e-6));

  settings.opening_stock = stocks({6000.0});
  settings.closure_rate = constant(0.10);
  const Account rich = account(place.observed(), settings);
  CHECK(close(rich.places_stock(0, 1), std::max(5400.0 * 0.9, 5400.0 + (4500.0 - 5400.0) / 3.0), 1e-6));
  CHECK(close(rich.closures(0, 0), 600.0, 1e-9));
  CHECK(close(rich.places_stock(0, 5), 4500.0, 1e-6));
  CHECK(rich.gap_target(0, 0) == 4500.0 - 5400.0);
}

TEST_CASE("a plan that ends opens nothing after; one begun anew starts from the places there are then") {
  const Town place = town({1.0e6}, {8000.0}, 7);
  Settings settings;
  settings.norm = constant(0.0045);
  settings.opening_stock = stocks({1500.0});
  settings.plan = Plan::hold_norm;
  settings.plan_ramp = Lever({1, 7}, std::vector<double>{0.0, 0.5, 0.0, 0.0, 0.5, 0.25, 1.0});
  settings.closure_rate = Lever({1, 7}, std::vector<double>{0.0, 0.0, 0.0, 0.1, 0.0, 0.0, 0.0});
  const Account a = account(place.observed(), settings);
  // 3,000 after half of the way; 2,700 after closures of 10 %; half of the way again, then a quarter of a third plan.
  const double expected[7] = {1500.0, 3000.0, 3000.0, 2700.0, 3600.0, 3825.0, 4500.0};
  const double opened[7] = {0.0, 1500.0, 0.0, 0.0, 900.0, 225.0, 675.0};
  for (std::size_t t = 0; t < 7; ++t) {
    CHECK(close(a.places_stock(0, t), expected[t], 1e-6));
    CHECK(close(a.openings(0, t), opened[t], 1e-6));
    CHECK(close(a.closures(0, t), t == 3 ? 300.0 : 0.0, 1e-6));
  }
}

TEST_CASE("utilisation and the inclusive share may be stated for some years only") {
  const Town place = town({1.0e6}, {8000.0}, 2);
  Settings settings;
  settings.enrolment_share = constant(0.1);  // 2,400 children
  settings.opening_stock = stocks({3000.0});
  settings.inclusive_share = Lever({1, 2}, std::vector<double>{unknown, 0.5});
  settings.utilisation = Lever({1, 2}, std::vector<double>{0.4, unknown});
  const Account a = account(place.observed(), settings);
  CHECK(std::isnan(a.inclusive_occupied(0, 0)));
  CHECK(close(a.inclusive_occupied(0, 1), 3000.0 * 0.5 * 0.8, 1e-9));
  settings.inclusive_share = constant(0.5);
  CHECK(close(account(place.observed(), settings).inclusive_occupied(0, 0), 3000.0 * 0.5 * 0.4, 1e-9));
  settings.norm = Lever({1, 2}, std::vector<double>{unknown, 0.004});
  const Account normed = account(place.observed(), settings);
  CHECK(std::isnan(normed.places_target(0, 0)));
  CHECK(close(normed.places_target(0, 1), 4000.0, 1e-9));
  settings.want_share = Lever({1, 2}, unknown);
  REQUIRE_THROWS_AS(account(place.observed(), settings), core::DomainError);
}

TEST_CASE("unknown opening stock: need is known, stock and gap are not") {
  const Town place = town({1.0e6, 2.0e6}, {8000.0, 15000.0}, 3);
  Settings settings;
  settings.norm = constant(0.0045);
  settings.enrolment_share = constant(0.12);
  settings.opening_stock = stocks({unknown, 100.0});
  settings.plan = Plan::hold_norm;
  settings.plan_ramp = constant(1.0);
  const Account a = account(place.observed(), settings);
  CHECK(close(a.places_target(0, 1), 4500.0, 1e-6));
  CHECK(std::isnan(a.places_stock(0, 1)));
  CHECK(std::isnan(a.gap_target(0, 1)));
  CHECK(std::isnan(a.openings(0, 1)));
  CHECK(close(a.places_stock(1, 1), 9000.0, 1e-6));
  const std::vector<std::size_t> both = {0, 1};
  const Account sum = sum_places(a, both);
  CHECK(std::isnan(sum.places_stock(0, 1)));
  CHECK(close(sum.places_target(0, 1), 13500.0, 1e-6));
}

TEST_CASE("month classes: classes and carers") {
  const Town place = town({1.0e6}, {10000.0}, 1);
  Settings settings;
  settings.enrolment_share = constant(0.10);  // 3,000 children
  settings.class_share = core::Array<2>({1, 3}, std::vector<double>{0.1, 0.3, 0.6});
  const Account a = account(place.observed(), settings);
  CHECK(close(a.children_6_36(0, 0), 25000.0, 1e-6));
  CHECK(close(a.enrolment_by_class(0, 0, 1), 900.0, 1e-9));
  CHECK(close(a.classes(0, 0), 30.0 + 60.0 + 90.0, 1e-9));
  CHECK(close(a.staff(0, 0), 100.0 + 180.0 + 1800.0 / 7.0, 1e-9));
  settings.class_share(0, 0) = 0.2;
  REQUIRE_THROWS_AS(account(place.observed(), settings), core::AccountingError);
}

TEST_CASE("operating subsidy: vintages are paid in operating years 2, 3 and 4 only") {
  const Town place = town({1.0e6}, {8000.0}, 8, 1.0, 2022);
  Settings settings;
  settings.opening_stock = stocks({5000.0});
  settings.plan = Plan::given;
  settings.gross_openings = core::Array<2>({1, 8}, std::vector<double>{400, 100, 0, 0, 60, 0, 0, 0});
  settings.closure_rate = constant(0.05);
  settings.inclusive_share = constant(0.5);
  settings.utilisation = constant(0.8);
  const Account a = account(place.observed(), settings);
  // 400 of 2022 come before the first paid vintage; 100 of 2023: 2024-26; 60 of 2026: 2027-29
  const double expected[8] = {0, 0, 40, 40, 40, 24, 24, 24};
  for (std::size_t t = 0; t < 8; ++t) CHECK(close(a.paid_places(0, t), expected[t], 1e-9));
  CHECK(close(a.inclusive_occupied(0, 0), (5000.0 * 0.95 + 400.0) * 0.4, 1e-9));
  CHECK(close(a.places_stock(0, 1), (5000.0 * 0.95 + 400.0) * 0.95 + 100.0, 1e-9));

  settings.utilisation = Lever();
  settings.enrolment_share = constant(1.0);  // 24,000 children for about 5,000 places: full, and said so
  const Account crowded = account(place.observed(), settings);
  CHECK(close(crowded.paid_places(0, 2), 50.0, 1e-9));
  CHECK(crowded.utilisation(0, 2) > 1.0);
}

TEST_CASE("a place's sum is the sum of its parts, its rates are computed anew") {
  const Town parts = town({1.0e6, 3.0e6}, {8000.0, 15000.0}, 4, 0.99);
  Settings settings;
  settings.norm = core::Array<2>({2, 1}, std::vector<double>{0.003, 0.0045});
  settings.enrolment_share = constant(0.12);
  settings.class_share = core::Array<2>({1, 3}, std::vector<double>{0.1, 0.3, 0.6});
  settings.opening_stock = stocks({1000.0, 6000.0});
  settings.inclusive_share = constant(0.5);
  settings.closure_rate = constant(0.03);
  settings.plan = Plan::hold_norm;
  settings.plan_ramp = ramp(2025, 2027, 4);
  const Account a = account(parts.observed(), settings);
  const std::vector<std::size_t> both = {0, 1};
  const Account sum = sum_places(a, both);
  for (std::size_t t = 0; t < 4; ++t) {
    CHECK(member(sum.places_target, t) == a.places_target(0, t) + a.places_target(1, t));
    CHECK(member(sum.staff, t) == a.staff(0, t) + a.staff(1, t));
    CHECK(member(sum.paid_places, t) == a.paid_places(0, t) + a.paid_places(1, t));
    CHECK(member(sum.gap_want, t) == a.gap_want(0, t) + a.gap_want(1, t));
    CHECK(relative_close(member(sum.target_per_resident, t), (0.003 + 3.0 * 0.0045) / 4.0, 1e-12));
    CHECK(relative_close(member(sum.stock_per_child, t), member(sum.places_stock, t) / member(sum.under3, t), 1e-15));
  }
  CHECK(member(sum.paid_places, 3) > 0.0);
  REQUIRE_THROWS_AS(sum_places(a, std::vector<std::size_t>{2}), core::ShapeError);
}

TEST_CASE("monotone: norm, share, closures, target utilisation; falling births raise coverage per child") {
  const Town place = town({1.0e6}, {8000.0}, 5);
  Settings settings;
  settings.enrolment_share = constant(0.12);
  settings.opening_stock = stocks({2000.0});
  settings.plan = Plan::hold_norm;
  settings.plan_ramp = ramp(2025, 2027, 5);
  double target = 0.0, openings = 0.0;
  for (const double norm : {0.003, 0.0045, 0.006}) {
    settings.norm = constant(norm);
    const Account a = account(place.observed(), settings);
    CHECK(a.places_target(0, 4) > target);
    CHECK(a.openings(0, 1) > openings);
    target = a.places_target(0, 4);
    openings = a.openings(0, 1);
  }
  double opened = -1.0;
  for (const double rate : {0.0, 0.02, 0.05, 0.10}) {
    settings.closure_rate = constant(rate);
    const double now = account(place.observed(), settings).openings(0, 4);
    CHECK(now > opened);
    opened = now;
  }
  const double at_70 = account(place.observed(), settings).places_demand(0, 0);
  settings.target_utilisation = constant(0.9);
  CHECK(account(place.observed(), settings).places_demand(0, 0) < at_70);

  const Town fewer = town({1.0e6}, {5000.0}, 5);
  const Account full = account(place.observed(), settings);
  const Account shrunk = account(fewer.observed(), settings);
  CHECK(relative_close(shrunk.places_target(0, 0), full.places_target(0, 0), 1e-12));
  CHECK(shrunk.target_per_child(0, 0) > full.target_per_child(0, 0));
  CHECK(shrunk.places_want(0, 0) < full.places_want(0, 0));
}

TEST_CASE("settings that cannot hold are refused by name") {
  const Town place = town({1.0e6}, {8000.0}, 3);
  Settings settings;
  settings.norm = constant(4.5);
  REQUIRE_THROWS_AS(account(place.observed(), settings), core::DomainError);
  try {
    static_cast<void>(account(place.observed(), settings));
  } catch (const core::DomainError& error) {
    const std::string words = error.what();
    CHECK(words.find("norm: place 620101, year 2025: got 4.5") != std::string::npos);
  }
  settings.norm = core::Array<2>({1, 2}, 0.0045);
  REQUIRE_THROWS_AS(account(place.observed(), settings), core::ShapeError);
  settings.norm = constant(0.0045);
  settings.plan = Plan::hold_norm;
  REQUIRE_THROWS_AS(account(place.observed(), settings), core::ConfigError);
  settings.plan_ramp = constant(1.5);
  REQUIRE_THROWS_AS(account(place.observed(), settings), core::DomainError);
  settings.plan = Plan::given;
  REQUIRE_THROWS_AS(account(place.observed(), settings), core::ShapeError);
  settings.plan = Plan::none;
  settings.closure_rate = constant(1.5);
  REQUIRE_THROWS_AS(account(place.observed(), settings), core::DomainError);
}
