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

/// The same places in every year, one row a place.
core::Array<2> stocks(std::vector<double> values, std::size_t n_years) {
  core::Array<2> result({values.size(), n_years});
  for (std::size_t p = 0; p < values.size(); ++p)
    for (std::size_t t = 0; t < n_years; ++t) result(p, t) = values[p];
  return result;
}

double member(const core::Array<2>& array, std::size_t t) { return array(0, t); }

}  // namespace

TEST_CASE("nation 2025: 4.74 places per 1,000 residents, utilisation 0.477") {
  const Town nation = town({1404.89e6}, {26.48e6 / 3.0}, 1);
  Settings settings;
  settings.norm = constant(0.00473);
  settings.enrolment_share = constant(0.12);
  settings.places = stocks({6.657e6}, 1);
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

TEST_CASE("Lanzhou: 4.5 per 1,000 is 19,964 places") {
  const Town lanzhou = town({4.4365e6 / 0.999}, {25000.0}, 1, 0.999);
  Settings settings;
  settings.norm = constant(0.0045);
  const Account a = account(lanzhou.observed(), settings);
  CHECK(close(a.places_target(0, 0), 19964.0, 0.5));
  CHECK(std::isnan(a.enrolment(0, 0)));
  CHECK(std::isnan(a.staff(0, 0)));
}

TEST_CASE("one utilisation: children up to the most that places are used") {
  const Town place = town({1.0e6}, {8000.0}, 3);
  Settings settings;
  settings.enrolment_share = constant(0.1);  // 2,400 children
  settings.max_utilisation = Lever({1, 3}, std::vector<double>{0.9, 0.9, 0.5});
  settings.places = core::Array<2>({1, 3}, std::vector<double>{unknown, 3000.0, 3000.0});
  settings.class_share = core::Array<2>({1, 3}, std::vector<double>{0.2, 0.4, 0.4});
  const Account a = account(place.observed(), settings);
  CHECK(close(a.enrolment(0, 0), 2400.0, 1e-9));  // nobody knows the places: all who would attend
  CHECK(std::isnan(a.utilisation(0, 0)));
  CHECK(close(a.enrolment(0, 1), 2400.0, 1e-9));
  CHECK(close(a.utilisation(0, 1), 0.8, 1e-12));
  CHECK(close(a.enrolment(0, 2), 1500.0, 1e-9));
  CHECK(close(a.utilisation(0, 2), 0.5, 1e-12));
  CHECK(a.kindergarten_use(0, 2) == a.utilisation(0, 2));
  CHECK(a.other_use(0, 2) == a.utilisation(0, 2));
  CHECK(close(a.staff(0, 2), 1500.0 * (0.2 / 3.0 + 0.4 / 5.0 + 0.4 / 7.0), 1e-9));
  CHECK(close(a.places_demand(0, 2), 2400.0 / 0.7, 1e-9));  // what is wanted, whatever there is
  CHECK(close(a.gap_demand(0, 2), 2400.0 / 0.7 - 3000.0, 1e-9));

  settings.places = stocks({0.0}, 3);
  const Account none = account(place.observed(), settings);
  CHECK(none.enrolment(0, 1) == 0.0);
  CHECK(none.other_use(0, 1) == 0.0);
}

TEST_CASE("kindergartens take no more children than there are aged 2; others take the rest while they have room") {
  const Town place = town({1.0e6}, {1000.0}, 1);
  Settings settings;
  settings.enrolment_share = constant(0.9);  // 2,700 children for 3,000 places
  settings.places = stocks({3000.0}, 1);
  settings.kindergarten = stocks({2000.0}, 1);
  const Account a = account(place.observed(), settings);
  CHECK(close(a.kindergarten_use(0, 0), 0.5, 1e-12));
  CHECK(close(a.other_use(0, 0), 1.0, 1e-12));
  CHECK(close(a.enrolment(0, 0), 2000.0, 1e-9));
  CHECK(close(a.utilisation(0, 0), 2.0 / 3.0, 1e-12));
  settings.max_utilisation = constant(0.8);
  const Account fewer = account(place.observed(), settings);
  CHECK(close(fewer.enrolment(0, 0), 1000.0 + 800.0, 1e-9));
  settings.enrolment_share = constant(0.4);  // 1,200 children, 800 of them in kindergartens: all are used alike
  const Account alike = account(place.observed(), settings);
  CHECK(alike.kindergarten_use(0, 0) == alike.utilisation(0, 0));
  CHECK(close(alike.enrolment(0, 0), 1200.0, 1e-9));
}

TEST_CASE("a norm may be known for some years only; a share may not") {
  const Town place = town({1.0e6}, {8000.0}, 2);
  Settings settings;
  settings.norm = Lever({1, 2}, std::vector<double>{unknown, 0.004});
  const Account normed = account(place.observed(), settings);
  CHECK(std::isnan(normed.places_target(0, 0)));
  CHECK(close(normed.places_target(0, 1), 4000.0, 1e-9));
  settings.want_share = Lever({1, 2}, unknown);
  REQUIRE_THROWS_AS(account(place.observed(), settings), core::DomainError);
}

TEST_CASE("unknown places: need is known, stock and gap are not") {
  const Town place = town({1.0e6, 2.0e6}, {8000.0, 15000.0}, 3);
  Settings settings;
  settings.norm = constant(0.0045);
  settings.enrolment_share = constant(0.12);
  settings.places = stocks({unknown, 100.0}, 3);
  const Account a = account(place.observed(), settings);
  CHECK(close(a.places_target(0, 1), 4500.0, 1e-6));
  CHECK(std::isnan(a.places_stock(0, 1)));
  CHECK(std::isnan(a.gap_target(0, 1)));
  CHECK(close(a.places_stock(1, 1), 100.0, 1e-6));
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

TEST_CASE("a place's sum is the sum of its parts, its rates are computed anew") {
  const Town parts = town({1.0e6, 3.0e6}, {8000.0, 15000.0}, 4, 0.99);
  Settings settings;
  settings.norm = core::Array<2>({2, 1}, std::vector<double>{0.003, 0.0045});
  settings.enrolment_share = constant(0.12);
  settings.class_share = core::Array<2>({1, 3}, std::vector<double>{0.1, 0.3, 0.6});
  settings.places = stocks({1000.0, 6000.0}, 4);
  const Account a = account(parts.observed(), settings);
  const std::vector<std::size_t> both = {0, 1};
  const Account sum = sum_places(a, both);
  for (std::size_t t = 0; t < 4; ++t) {
    CHECK(member(sum.places_target, t) == a.places_target(0, t) + a.places_target(1, t));
    CHECK(member(sum.staff, t) == a.staff(0, t) + a.staff(1, t));
    CHECK(member(sum.enrolment, t) == a.enrolment(0, t) + a.enrolment(1, t));
    CHECK(member(sum.utilisation, t) == member(sum.enrolment, t) / 7000.0);
    CHECK(member(sum.gap_want, t) == a.gap_want(0, t) + a.gap_want(1, t));
    CHECK(relative_close(member(sum.target_per_resident, t), (0.003 + 3.0 * 0.0045) / 4.0, 1e-12));
    CHECK(relative_close(member(sum.stock_per_child, t), member(sum.places_stock, t) / member(sum.under3, t), 1e-15));
  }
  REQUIRE_THROWS_AS(sum_places(a, std::vector<std::size_t>{2}), core::ShapeError);
}

TEST_CASE("monotone: norm, target utilisation; falling births raise coverage per child") {
  const Town place = town({1.0e6}, {8000.0}, 5);
  Settings settings;
  settings.enrolment_share = constant(0.12);
  double target = 0.0;
  for (const double norm : {0.003, 0.0045, 0.006}) {
    settings.norm = constant(norm);
    const Account a = account(place.observed(), settings);
    CHECK(a.places_target(0, 4) > target);
    target = a.places_target(0, 4);
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
  settings.max_utilisation = constant(1.5);
  REQUIRE_THROWS_AS(account(place.observed(), settings), core::DomainError);
  settings.max_utilisation = constant(1.0);
  settings.kindergarten = stocks({10.0}, 3);
  REQUIRE_THROWS_AS(account(place.observed(), settings), core::ShapeError);
  settings.places = stocks({9.0}, 3);
  REQUIRE_THROWS_AS(account(place.observed(), settings), core::DomainError);
  settings.places = stocks({10.0}, 2);
  REQUIRE_THROWS_AS(account(place.observed(), settings), core::ShapeError);
  settings.places = stocks({-1.0}, 3);
  REQUIRE_THROWS_AS(account(place.observed(), settings), core::DomainError);
  settings.places = stocks({10.0}, 3);
  CHECK(account(place.observed(), settings).places_stock(0, 2) == 10.0);
}
