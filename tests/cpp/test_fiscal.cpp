// Expected values: the published bill of the national allowance and figures worked by hand.
#include "sanhai_catch.hpp"

#include <array>
#include <string>
#include <vector>

#include "sanhai/core/error.hpp"
#include "sanhai/fiscal/amounts.hpp"
#include "sanhai/fiscal/ledger.hpp"

using namespace sanhai;
using namespace sanhai::fiscal;
using test::close;
using test::relative_close;

namespace {

constexpr std::size_t n_ages = 10;

/// Stated births with survival 1 from 2025 on; older cohorts given by birth year.
struct Case {
  core::Axes axes;
  core::Array<4> pop;
  core::Array<3> births;
  core::Array<3> history;
  [[nodiscard]] Observed observed() const { return {axes, pop.view(), births.view(), history.view()}; }
};

/// Births by order 46, 39, 15 % before 2025 and 50, 35, 15 % after; orders differ so that cohorts can be told apart.
Case national(std::size_t n_years = 4, std::size_t n_places = 1) {
  Case c;
  c.axes = {.places = std::vector<std::string>(n_places, "156"),
            .first_year = 2025,
            .n_years = n_years,
            .n_ages = n_ages,
            .age_width = 1};
  c.pop = core::Array<4>({n_places, n_years + 1, 2, n_ages});
  c.births = core::Array<3>({n_places, n_years, 3});
  c.history = core::Array<3>({1, 10, 3});
  const double early[3] = {0.46, 0.39, 0.15};
  const double late[3] = {0.50, 0.35, 0.15};
  for (std::size_t h = 0; h < 10; ++h)
    for (std::size_t i = 0; i < 3; ++i) c.history(0, h, i) = early[i];
  const auto births_of = [](int year) {
    if (year == 2025) return 7.92e6;
    if (year > 2025) return 7.0e6;
    if (year == 2024) return 9.54e6;
    if (year == 2023) return 9.02e6;
    return 9.56e6;
  };
  for (std::size_t p = 0; p < n_places; ++p) {
    for (std::size_t t = 0; t < n_years; ++t)
      for (std::size_t i = 0; i < 3; ++i) c.births(p, t, i) = late[i] * births_of(2025 + static_cast<int>(t));
    for (std::size_t t = 0; t <= n_years; ++t)
      for (std::size_t a = 0; a < n_ages; ++a) {
        const double stock = births_of(2025 + static_cast<int>(t) - 1 - static_cast<int>(a));
        c.pop(p, t, 0, a) = 0.52 * stock;
        c.pop(p, t, 1, a) = 0.48 * stock;
      }
  }
  return c;
}

/// National child allowance from 2025 on: 3,600 yuan at birth, at 0 and 1; at 2, in the first three years, what is left
/// to the third birthday of a child born before 2025 (mean of 300 m yuan over m = 1..12).
core::Array<4> allowance_yuan(std::size_t n_years) {
  core::Array<4> yuan({1, n_years, 3, 4}, 3600.0);
  for (std::size_t t = 0; t < n_years; ++t)
    for (std::size_t i = 0; i < 3; ++i) yuan(0, t, i, 3) = t < 3 ? 300.0 * 6.5 : 0.0;
  return yuan;
}

Line allowance(std::size_t n_years, double take_up, std::vector<double> payers = {0.9, 0.1}) {
  Line line;
  line.id = "national/child-allowance";
  line.stock = HeadStock::births_and_jan1;
  line.yuan_per_head = allowance_yuan(n_years);
  line.take_up = core::Array<1>({1}, take_up);
  line.payer_share = core::Array<3>({1, n_years, payers.size()});
  for (std::size_t t = 0; t < n_years; ++t)
    for (std::size_t q = 0; q < payers.size(); ++q) line.payer_share(0, t, q) = payers[q];
  return line;
}

}  // namespace

TEST_CASE("national allowance: full liability 113.97, 105.6, 97.5, 75.6 bn yuan") {
  const Case c = national();
  const std::vector<Line> lines = {allowance(4, 0.9)};
  const Ledger ledger = book(c.observed(), lines, 2);
  CHECK(close(ledger.liability(0, 0, 0), 113.97e9, 1e3));
  CHECK(close(ledger.liability(0, 0, 1), 105.6e9, 0.05e9));
  CHECK(close(ledger.liability(0, 0, 2), 97.5e9, 0.05e9));
  CHECK(close(ledger.liability(0, 0, 3), 75.6e9, 1e3));
  CHECK(close(ledger.beneficiaries(0, 0, 0), 0.9 * 36.04e6, 1.0));  // 36.04 m eligible
  CHECK(close(ledger.beneficiaries(0, 0, 3), 0.9 * 21.0e6, 1.0));   // aged 2 get nothing more
  CHECK(relative_close(ledger.cost_nominal(0, 0, 0, 0), 0.9 * 0.9 * 113.97e9, 1e-12));
  for (std::size_t t = 0; t < 4; ++t)
    CHECK(relative_close(ledger.cost_nominal(0, 0, t, 0) + ledger.cost_nominal(0, 0, t, 1),
                         0.9 * ledger.liability(0, 0, t), 1e-15));
}

TEST_CASE("children by order carry the order shares of their birth year") {
  const Case c = national();
  const Observed observed = c.observed();
  CHECK(close(children_by_order(observed, 0, 0, 0, 0), 0.46 * 9.54e6, 1e-3));  // born 2024: history
  CHECK(close(children_by_order(observed, 0, 1, 0, 0), 0.50 * 7.92e6, 1e-3));  // born 2025: the run
  CHECK(close(children_by_order(observed, 0, 2, 0, 1), 0.35 * 7.00e6, 1e-3));
  const auto count = [&](HeadStock stock, std::size_t year, std::size_t order, std::size_t cell) {
    return heads_born_before(observed, stock, 0, year, order, cell, 2029);  // the year after the last
  };
  // mid-2025 aged 0: half the children born in 2024, half those born in 2025
  CHECK(close(count(HeadStock::midyear, 0, 0, 0), 0.5 * (0.46 * 9.54e6 + 0.50 * 7.92e6), 1e-3));
  CHECK(close(count(HeadStock::jan1, 2, 0, 1), 0.50 * 7.92e6, 1e-3));
  CHECK(close(count(HeadStock::births_and_jan1, 1, 2, 0), 0.15 * 7.0e6, 1e-3));
  CHECK(close(count(HeadStock::births_and_jan1, 1, 0, 1), 0.50 * 7.92e6, 1e-3));
  for (std::size_t age = 0; age < 8; ++age) {
    double sum = 0.0;
    for (std::size_t i = 0; i < 3; ++i) sum += children_by_order(observed, 0, 3, age, i);
    CHECK(relative_close(sum, c.pop(0, 3, 0, age) + c.pop(0, 3, 1, age), 1e-14));
  }
}

TEST_CASE("missing history and open age are errors; children born when nobody was take the year before's orders") {
  Case c = national();
  REQUIRE_THROWS_AS(children_by_order(c.observed(), 0, 0, n_ages - 1, 0), core::DomainError);
  c.history = core::Array<3>({1, 2, 3}, 1.0 / 3.0);
  REQUIRE_NOTHROW(children_by_order(c.observed(), 0, 0, 1, 0));
  REQUIRE_THROWS_AS(children_by_order(c.observed(), 0, 0, 2, 0), core::DomainError);
  const double later = children_by_order(c.observed(), 0, 2, 0, 2) / (c.pop(0, 2, 0, 0) + c.pop(0, 2, 1, 0));
  for (std::size_t i = 0; i < 3; ++i) c.births(0, 0, i) = c.births(0, 2, i) = 0.0;
  for (std::size_t i = 0; i < 3; ++i) c.history(0, 1, i) = std::array{0.2, 0.3, 0.5}[i];
  CHECK(relative_close(children_by_order(c.observed(), 0, 1, 0, 2), 0.5 * (c.pop(0, 1, 0, 0) + c.pop(0, 1, 1, 0)),
                       1e-15));
  CHECK(relative_close(children_by_order(c.observed(), 0, 3, 0, 2), later * (c.pop(0, 3, 0, 0) + c.pop(0, 3, 1, 0)),
                       1e-15));
  c.pop(0, 1, 0, 0) = c.pop(0, 1, 1, 0) = 0.0;
  CHECK(children_by_order(c.observed(), 0, 1, 0, 0) == 0.0);
  c.history(0, 0, 0) = 0.9;
  REQUIRE_THROWS_AS(c.observed().validate(), core::AccountingError);
}

TEST_CASE("payers: nested 80/4/16 sums to the total in every cell; broken shares are refused") {
  const Case c = national();
  const std::vector<double> thirds = {1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0, 0.0};
  for (const std::vector<double>& payers : {std::vector<double>{0.80, 0.04, 0.16, 0.0}, thirds, {0.0, 1.0, 0.0, 0.0}}) {
    const std::vector<Line> lines = {allowance(4, 0.83, payers)};
    const Ledger ledger = book(c.observed(), lines, 4);
    for (std::size_t t = 0; t < 4; ++t) {
      double sum = 0.0;
      for (std::size_t q = 0; q < 4; ++q) {
        sum += ledger.cost_nominal(0, 0, t, q);
        CHECK(relative_close(ledger.cost_nominal(0, 0, t, q), payers[q] * 0.83 * ledger.liability(0, 0, t), 1e-12));
      }
      CHECK(relative_close(sum, 0.83 * ledger.liability(0, 0, t), 1e-12));
      CHECK(ledger.cost_nominal(0, 0, t, 3) == 0.0);
    }
  }
  const std::vector<Line> broken = {allowance(4, 1.0, {0.9, 0.09})};
  REQUIRE_THROWS_AS(book(c.observed(), broken, 2), core::AccountingError);
  const std::vector<Line> negative = {allowance(4, 1.0, {1.1, -0.1})};
  REQUIRE_THROWS_AS(book(c.observed(), negative, 2), core::DomainError);
  try {
    static_cast<void>(book(c.observed(), broken, 2));
  } catch (const core::AccountingError& error) {
    const std::string words = error.what();
    CHECK(words.find("national/child-allowance") != std::string::npos);
    CHECK(words.find("place 156, year 2025") != std::string::npos);
  }
}

TEST_CASE("take-up and the registered ratio by year act from their year on") {
  const Case c = national();
  std::vector<Line> lines = {allowance(4, 0.9)};
  const Ledger before = book(c.observed(), lines, 2);
  lines[0].take_up = core::Array<1>({4}, std::vector<double>{0.9, 0.9, 0.45, 0.0});
  lines[0].ratio = core::Array<3>({1, 4, 4}, 1.0);
  for (std::size_t cell = 0; cell < 4; ++cell) lines[0].ratio(0, 1, cell) = 0.5;
  const Ledger after = book(c.observed(), lines, 2);
  const double factor[4] = {1.0, 0.5, 0.5, 0.0};
  for (std::size_t t = 0; t < 4; ++t)
    for (std::size_t q = 0; q < 2; ++q) {
      CHECK(relative_close(after.cost_nominal(0, 0, t, q), factor[t] * before.cost_nominal(0, 0, t, q), 1e-14));
    }
  CHECK(after.cost_nominal(0, 0, 0, 0) == before.cost_nominal(0, 0, 0, 0));
  CHECK(after.liability(0, 0, 3) == before.liability(0, 0, 3));
  lines[0].take_up = core::Array<1>({3}, 0.9);
  REQUIRE_THROWS_AS(book(c.observed(), lines, 2), core::ShapeError);
}

TEST_CASE("cash: what is due less the lag's share of it, and that share of the year before") {
  const Case c = national();
  std::vector<Line> lines = {allowance(4, 0.9), allowance(4, 0.9)};
  lines[1].lag = core::Array<2>({1, 5}, std::vector<double>{0.0, 0.2, 0.05, 0.05, 0.05});
  Ledger ledger = book(c.observed(), lines, 2);
  REQUIRE(ledger.lagged == std::vector<std::size_t>{1});
  const double due[4] = {113.97e9, 105.6e9, 97.5e9, 75.6e9};
  const double cash[4] = {0.8 * due[0], 0.95 * due[1] + 0.2 * due[0], 0.95 * due[2] + 0.05 * due[1],
                          0.95 * due[3] + 0.05 * due[2]};
  for (std::size_t t = 0; t < 4; ++t) CHECK(relative_close(ledger.cash(0, 0, t, 0), 0.81 * cash[t], 1e-3));
  for (std::size_t t = 1; t < 4; ++t)
    for (std::size_t q = 0; q < 2; ++q) {
      const double lag[5] = {0.0, 0.2, 0.05, 0.05, 0.05};
      CHECK(relative_close(
          ledger.cash(0, 0, t, q),
          (1.0 - lag[t + 1]) * ledger.cost_nominal(1, 0, t, q) + lag[t] * ledger.cost_nominal(1, 0, t - 1, q), 1e-14));
    }
  lines[1].lag(0, 0) = 0.3;  // what the year before the first left is not known
  ledger = book(c.observed(), lines, 2);
  CHECK(std::isnan(ledger.cash(0, 0, 0, 0)));
  CHECK(!std::isnan(ledger.cash(0, 0, 1, 0)));
  lines[1].lag(0, 1) = 1.2;
  REQUIRE_THROWS_AS(book(c.observed(), lines, 2), core::DomainError);
  lines[1].lag = core::Array<2>({1, 4}, 0.1);
  REQUIRE_THROWS_AS(book(c.observed(), lines, 2), core::ShapeError);
}

TEST_CASE("ratio, local tops by order, given counts and broadcasting") {
  const Case c = national(4, 2);
  Line local;  // 500 yuan a month for third children to age 3, on mid-year children
  local.id = "local/third-child";
  local.stock = HeadStock::midyear;
  local.yuan_per_head = core::Array<4>({1, 4, 3, 3});
  for (std::size_t t = 0; t < 4; ++t)
    for (std::size_t a = 0; a < 3; ++a) local.yuan_per_head(0, t, 2, a) = 6000.0 - 3600.0;
  local.take_up(0) = 1.0;
  local.ratio = core::Array<3>({2, 1, 3}, 1.0);
  for (std::size_t a = 0; a < 3; ++a) local.ratio(1, 0, a) = 0.89;
  local.payer_share = core::Array<3>({2, 4, 1}, 1.0);
  Line places;  // 1,000 yuan per paid place
  places.id = "lanzhou-2023/art-41";
  places.stock = HeadStock::given;
  places.yuan_per_head = core::Array<4>({1, 4, 1, 1}, 1000.0);
  places.take_up(0) = 1.0;
  places.given = core::Array<2>({2, 4}, 300.0);
  places.payer_share = core::Array<3>({1, 4, 1}, 1.0);
  const std::vector<Line> lines = {local, places};
  const Ledger ledger = book(c.observed(), lines, 1);
  // mid-2025: aged 0 (9.54 + 7.92)/2, aged 1 (9.02 + 9.54)/2, aged 2 (9.56 + 9.02)/2 m; 15 % third children throughout
  const double children = 0.15 * 0.5 * (9.54 + 7.92 + 9.02 + 9.54 + 9.56 + 9.02) * 1e6;
  CHECK(relative_close(ledger.beneficiaries(0, 0, 0), children, 1e-12));
  CHECK(relative_close(ledger.cost_nominal(0, 0, 0, 0), 2400.0 * children, 1e-12));
  CHECK(relative_close(ledger.cost_nominal(0, 1, 0, 0), 0.89 * 2400.0 * children, 1e-12));
  CHECK(ledger.cost_nominal(1, 1, 2, 0) == 300000.0);

  std::vector<Line> bad = lines;
  bad[1].given(1, 2) = std::nan("");
  REQUIRE_THROWS_AS(book(c.observed(), bad, 1), core::DomainError);
  bad = lines;
  bad[0].take_up(0) = 1.2;
  REQUIRE_THROWS_AS(book(c.observed(), bad, 1), core::DomainError);
  bad = lines;
  bad[0].payer_share = core::Array<3>({3, 4, 1}, 1.0);
  REQUIRE_THROWS_AS(book(c.observed(), bad, 1), core::ShapeError);
}

TEST_CASE("scaling people scales money") {
  Case c = national();
  const std::vector<Line> lines = {allowance(4, 0.9)};
  const Ledger before = book(c.observed(), lines, 2);
  for (double& value : c.pop.flat()) value *= 4.0;
  for (double& value : c.births.flat()) value *= 4.0;
  const Ledger after = book(c.observed(), lines, 2);
  const auto cost = before.cost_nominal.flat();
  for (std::size_t n = 0; n < cost.size(); ++n) CHECK(after.cost_nominal.flat()[n] == 4.0 * cost[n]);
}

TEST_CASE("committed tail: what is owed for children already born") {
  const Case c = national();
  const std::vector<Line> lines = {allowance(4, 1.0)};
  const auto tail = committed_tail(c.observed(), lines, 2026);
  CHECK(close(tail(0, 0, 0), 113.97e9, 1e3));
  CHECK(close(tail(0, 0, 1), (105.645 - 25.2) * 1e9, 1e3));             // without the 7.0 m births of 2026
  CHECK(close(tail(0, 0, 2), 3600.0 * 7.92e6 + 1950.0 * 9.54e6, 1e3));  // aged 1 and 2
  CHECK(close(tail(0, 0, 3), 0.0, 1e-6));                               // aged 2 in 2028 get nothing
}

TEST_CASE("what a share of revenue affords") {
  CHECK(close(affordable_amount(0.01, 108.7e9, 1.0, 196900.0, 3.0, 1.0), 1840.0, 1.0));  // Gansu
  REQUIRE_THROWS_AS(affordable_amount(0.01, 108.7e9, 0.0, 196900.0, 3.0, 1.0), core::DomainError);
}
