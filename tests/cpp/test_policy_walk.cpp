// When births answer to what is announced: the walk against the rule written again, birth by birth.
#include "sanhai_catch.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "sanhai/core/error.hpp"
#include "sanhai/policy/walk.hpp"

using namespace sanhai;
using namespace sanhai::policy;
using test::close;

namespace {

constexpr int first_year = 2021;
constexpr std::size_t n_years = 30;
constexpr double cost = 538312.0;
constexpr std::size_t second = 1;
const double without = std::numeric_limits<double>::quiet_NaN();

/// A benefit of one side: yuan at birth for births of [from, to), known from `announced` on in place of what was
/// before.
struct Promise {
  double announced;
  double from;
  double to;
  double yuan;
};

/// Yuan that a birth at x meets by what is known at d, the later announced on top of the earlier.
double known(const std::vector<Promise>& promises, double x, double d) {
  double yuan = 0.0;
  for (const Promise& one : promises)
    if (one.announced <= d && one.from <= x && x < one.to) yuan = one.yuan;
  return yuan;
}

/// Both sides as tables by month of birth: a segment a month, cash for every order.
Support table(const std::vector<Promise>& own, const std::vector<Promise>& base) {
  Support support;
  for (const auto* side : {&own, &base})
    for (const Promise& one : *side) support.announced.push_back(one.announced);
  std::ranges::sort(support.announced);
  const std::size_t n = support.announced.size();
  const std::size_t months = 12 * n_years;
  support.present_value = core::Array<5>({2, months, n, core::n_orders, n_support_classes});
  support.cost_of_child = core::Array<1>({months}, cost);
  for (std::size_t month = 0; month < months; ++month) {
    support.first_month.push_back(static_cast<double>(month));
    const double x = first_year + (static_cast<double>(month) + 0.5) / 12.0;
    for (std::size_t m = 0; m < n; ++m)
      for (std::size_t i = 0; i < core::n_orders; ++i) {
        support.present_value(0, month, m, i, 0) = known(own, x, support.announced[m]);
        support.present_value(1, month, m, i, 0) = known(base, x, support.announced[m]);
      }
  }
  return support;
}

double phi_psi(double u, const ResponseParameters& p) {
  if (u <= p.onset) return 0.0;
  return (1.0 - std::exp(-(u - p.onset) / p.T)) * (p.w + (1.0 - p.w) * std::pow(2.0, -u / p.H));
}

/// Lambda of a birth of an order at x, by the rule's words: rises start clocks, falls that are known long enough take
/// off the latest.
double lambda(const std::vector<Promise>& promises, double x, std::size_t order, const ResponseParameters& p) {
  std::vector<std::pair<double, double>> rises;
  double before = 0.0;
  for (const Promise& one : promises) {
    if (one.announced > x) continue;
    const double now = -p.eps * p.k[order] * std::log(1.0 - p.sigma[0] * known(promises, x, one.announced) / cost);
    if (now > before) {
      rises.emplace_back(one.announced, now - before);
    } else if (x - one.announced < p.onset) {
      continue;
    } else {
      double fall = before - now;
      while (fall > 1e-15 && !rises.empty()) {
        const double taken = std::min(fall, rises.back().second);
        rises.back().second -= taken;
        fall -= taken;
        if (rises.back().second <= 1e-15) rises.pop_back();
      }
    }
    before = now;
  }
  double sum = 0.0;
  for (const auto& [since, size] : rises) sum += size * phi_psi(x - since, p);
  return sum;
}

double yearly(const std::vector<Promise>& promises, std::size_t year, std::size_t order, const ResponseParameters& p) {
  double sum = 0.0;
  for (int j = 0; j < 12; ++j)
    sum += lambda(promises, first_year + static_cast<double>(year) + (j + 0.5) / 12.0, order, p);
  return sum / 12.0;
}

core::Array<2> multipliers(const Support& support, const ResponseParameters& p) {
  return Walk(support, first_year, n_years, p.onset, "").multipliers(p);
}

ResponseParameters some(double eps, double T, double H, double w) {
  ResponseParameters p;
  p.eps = eps;
  p.T = T;
  p.H = H;
  p.w = w;
  return p;
}

constexpr double forever = 3000.0;
const std::vector<Promise> kept = {{2025.57, 2025.0, forever, 10294.0}};

const std::vector<std::vector<Promise>> cases = {
    {},
    {{2025.57, 2025.0, forever, 10294.0}, {2027.0, 2027.0, forever, 0.0}},      // removed by surprise
    {{2025.57, 2025.0, forever, 10294.0}, {2026.0, 2027.0, forever, 0.0}},      // a year before
    {{2025.57, 2025.0, forever, 10294.0}, {2027.0, 2027.0, forever, 20588.0}},  // doubled
    {{2025.57, 2025.0, forever, 10294.0}, {2026.2, 2027.0, forever, 20588.0}},  // told before
    {{2025.57, 2025.0, forever, 10294.0}, {2027.0, 2027.0, 2032.0, 20588.0}},   // end known
    {{2025.57, 2025.0, forever, 10294.0}, {2027.0, 2027.0, forever, 20588.0}, {2032.0, 2032.0, forever, 10294.0}},
    {{2025.57, 2025.0, forever, 10294.0},
     {2027.0, 2027.0, forever, 30000.0},
     {2027.4, 2028.1, forever, 15000.0},
     {2030.0, 2030.0, forever, 60000.0},
     {2034.3, 2034.0, forever, 12000.0}},
};

}  // namespace

TEST_CASE("ln M is the mean over twelve mid-months of the walk of both sides", "[walk]") {
  for (const auto& p : {some(1.07, 1.2, 15.0, 0.678), some(0.3, 0.4, 3.0, 0.1), some(4.0, 6.0, 90.0, 1.0)})
    for (const auto& own : cases) {
      const core::Array<2> found = multipliers(table(own, kept), p);
      for (std::size_t year = 0; year < n_years; ++year)
        for (std::size_t i = 0; i < core::n_orders; ++i) {
          const double expected = yearly(own, year, i, p) - yearly(kept, year, i, p);
          CHECK(close(std::log(found(year, i)), expected, 1e-13));
        }
    }
}

TEST_CASE("months that meet the same are one segment", "[walk]") {
  const ResponseParameters p;
  const Support by_month = table(cases[3], kept);
  Support joined = by_month;
  joined.first_month = {0.0, 48.0, 72.0};  // births before 2025, before 2027, after
  joined.present_value = core::Array<5>({2, 3, joined.announced.size(), core::n_orders, n_support_classes});
  joined.cost_of_child = core::Array<1>({3}, cost);
  for (std::size_t side = 0; side < 2; ++side)
    for (std::size_t s = 0; s < 3; ++s)
      for (std::size_t m = 0; m < joined.announced.size(); ++m)
        for (std::size_t i = 0; i < core::n_orders; ++i)
          joined.present_value(side, s, m, i, 0) =
              by_month.present_value(side, static_cast<std::size_t>(joined.first_month[s]), m, i, 0);
  const core::Array<2> a = multipliers(by_month, p);
  const core::Array<2> b = multipliers(joined, p);
  for (std::size_t year = 0; year < n_years; ++year) CHECK(close(a(year, second), b(year, second), 1e-15));
}

TEST_CASE("M is exactly 1 where both sides are alike, before any birth can answer and after all is taken off",
          "[walk]") {
  const ResponseParameters p;
  for (const auto& own : cases) {
    const core::Array<2> alike = multipliers(table(own, own), p);
    for (const double m : alike.flat()) CHECK(m == 1.0);
  }
  const core::Array<2> removed = multipliers(table(cases[1], kept), p);
  for (std::size_t year = 0; year < 6; ++year) CHECK(removed(year, second) == 1.0);
  CHECK(removed(6, second) < 1.0);
  for (const std::size_t ended : {5, 6}) {
    const core::Array<2> found = multipliers(table(cases[ended], kept), p);
    CHECK(found(9, second) > 1.0);
    for (std::size_t year = 12; year < n_years; ++year) CHECK(found(year, second) == 1.0);
  }
}

TEST_CASE("Swapping sides turns the sign of ln M, exactly, where no ceiling bends it", "[walk]") {
  const ResponseParameters p;
  for (const auto& own : cases) {
    const core::Array<2> a = multipliers(table(own, kept), p);
    const core::Array<2> b = multipliers(table(kept, own), p);
    for (std::size_t at = 0; at < a.flat().size(); ++at) CHECK(close(a.flat()[at] * b.flat()[at], 1.0, 3e-16));
  }
}

TEST_CASE("A higher benefit never lowers M, and each order has its own elasticity", "[walk]") {
  const ResponseParameters p;
  std::vector<double> before(n_years, 0.0);
  for (const double yuan : {0.0, 3000.0, 10294.0, 20588.0, 100000.0, 300000.0}) {
    const std::vector<Promise> own = {kept[0], {2027.0, 2027.0, forever, yuan}};
    const core::Array<2> found = multipliers(table(own, kept), p);
    for (std::size_t year = 0; year < n_years; ++year) {
      CHECK(found(year, second) >= before[year]);
      CHECK(close(std::log(found(year, 0)), 0.5 * std::log(found(year, second)), 1e-14));
      CHECK(close(std::log(found(year, 2)), 1.2 * std::log(found(year, second)), 1e-14));
      before[year] = found(year, second);
    }
  }
}

TEST_CASE("What has no date was announced before anybody can remember: built up, and faded to what lasts", "[walk]") {
  const ResponseParameters p;
  const core::Array<2> found = multipliers(table({{0.0, 0.0, forever, 10294.0}}, {}), p);
  const double expected = -p.eps * std::log(1.0 - 10294.0 / cost) * p.w;
  for (std::size_t year = 0; year < n_years; ++year) CHECK(close(std::log(found(year, second)), expected, 1e-15));
}

TEST_CASE("Take-up, weights, cut, care and ceiling enter as written", "[walk]") {
  ResponseParameters p;
  p.take_up = 0.45;
  Support support = table({{2025.0, 2020.0, forever, 0.0}}, {});
  support.claimed = support.present_value;
  support.cut = core::Array<3>({2, support.first_month.size(), 1}, 0.0);
  for (std::size_t s = 0; s < support.first_month.size(); ++s) {
    support.cut(0, s, 0) = 0.01;
    for (std::size_t i = 0; i < core::n_orders; ++i) {
      support.claimed(0, s, 0, i, 0) = 60000.0;
      support.present_value(0, s, 0, i, 3) = 20000.0;
      support.present_value(1, s, 0, i, 3) = 5000.0;
    }
  }
  support.care = core::Array<1>({n_years}, 0.0);
  support.care(20) = 2.0;
  const auto step = [&](std::size_t i) {
    const double own = (0.45 * 60000.0 + p.sigma[3] * 20000.0) / cost + 0.01;
    const double base = p.sigma[3] * 5000.0 / cost;
    return -p.eps_of(i) * (std::log(1.0 - own) - std::log(1.0 - base));
  };
  const auto clock = [&](std::size_t year) {
    double sum = 0.0;
    for (int j = 0; j < 12; ++j) sum += phi_psi(first_year + static_cast<double>(year) + (j + 0.5) / 12.0 - 2025.0, p);
    return sum / 12.0;
  };
  const core::Array<2> free = multipliers(support, p);
  for (std::size_t i = 0; i < core::n_orders; ++i) {
    CHECK(close(std::log(free(19, i)), step(i) * clock(19), 1e-14));
    CHECK(close(std::log(free(20, i)), step(i) * clock(20) + 2.0 * p.gamma, 1e-14));
    CHECK(free(3, i) == 1.0);
  }
  support.progression = {without, 0.45, without};
  const core::Array<2> bent = multipliers(support, p);
  const double most = std::log(0.25) / std::log(0.55);
  CHECK(bent(20, 0) == free(20, 0));
  CHECK(close(bent(20, 1), 1.0 + (most - 1.0) * (1.0 - std::exp(-(free(20, 1) - 1.0) / (most - 1.0))), 1e-15));
  // M below 1 is not bent
  support.care(20) = -20.0;
  CHECK(multipliers(support, p)(20, 1) < 1.0);
  support.progression.fill(without);
  const double lower = multipliers(support, p)(20, 1);
  support.progression = {without, 0.45, without};
  CHECK(multipliers(support, p)(20, 1) == lower);
}

TEST_CASE("Care alone is a policy of the year itself", "[walk]") {
  const ResponseParameters p;
  Support support;
  CHECK_FALSE(Walk(support, first_year, n_years, p.onset, "").has_policy());
  CHECK_FALSE(Walk().has_policy());
  support.care = core::Array<1>({n_years}, 0.0);
  support.care(7) = 0.5;
  const Walk walk(support, first_year, n_years, p.onset, "");
  CHECK(walk.has_policy());
  const core::Array<2> found = walk.multipliers(p);
  for (std::size_t year = 0; year < n_years; ++year)
    CHECK(close(found(year, 2), year == 7 ? std::exp(0.5 * p.gamma) : 1.0, 1e-16));
}

TEST_CASE("Support above 95 % of the cost is cut and said, for the draws in which it is", "[walk]") {
  ResponseParameters p;
  const auto of = [&](double yuan, double from) {
    return Walk(table({{2025.0, from, forever, yuan}}, {}), first_year, n_years, p.onset, "");
  };
  CHECK_FALSE(of(0.94 * cost, 2020.0).may_cap());
  CHECK(of(0.96 * cost, 2020.0).is_capped(p));
  CHECK_FALSE(of(0.96 * cost, first_year + 60.0).may_cap());  // no birth of the run meets it
  p.sigma[0] = 0.9;
  CHECK(of(0.96 * cost, 2020.0).may_cap());
  CHECK_FALSE(of(0.96 * cost, 2020.0).is_capped(p));
  p.sigma[0] = 1.0;
  const double at_cap = of(0.95 * cost, 2020.0).multipliers(p)(20, 1);
  CHECK(close(of(3.0 * cost, 2020.0).multipliers(p)(20, 1), at_cap, 1e-12));
}

TEST_CASE("Supports that cannot be are refused", "[walk]") {
  const auto refused = [](auto change) {
    Support support = table(cases[3], kept);
    change(support);
    return [support] { (void)Walk(support, first_year, n_years, 0.75, "place 0"); };
  };
  REQUIRE_NOTHROW(refused([](Support&) {})());
  REQUIRE_THROWS_AS(refused([](Support& s) { s.announced[0] = 2050.0; })(), core::DomainError);
  REQUIRE_THROWS_AS(refused([](Support& s) { s.announced[2] = std::nan(""); })(), core::DomainError);
  REQUIRE_THROWS_AS(refused([](Support& s) { s.first_month[0] = 1.0; })(), core::DomainError);
  REQUIRE_THROWS_AS(refused([](Support& s) { s.first_month[3] = 2.0; })(), core::DomainError);
  REQUIRE_THROWS_AS(refused([](Support& s) { s.first_month[3] = 3.5; })(), core::DomainError);
  REQUIRE_THROWS_AS(refused([](Support& s) { s.first_month.back() = 12.0 * n_years; })(), core::DomainError);
  REQUIRE_THROWS_AS(refused([](Support& s) { s.first_month.pop_back(); })(), core::ShapeError);
  REQUIRE_THROWS_AS(refused([](Support& s) { s.present_value.flat()[5] = -1.0; })(), core::DomainError);
  REQUIRE_THROWS_AS(refused([](Support& s) { s.claimed = core::Array<5>({1, 1, 1, 1, 1}); })(), core::ShapeError);
  REQUIRE_THROWS_AS(refused([](Support& s) { s.cut = core::Array<3>({1, 1, 1}); })(), core::ShapeError);
  REQUIRE_THROWS_AS(
      refused([](Support& s) { s.cut = core::Array<3>({2, s.first_month.size(), s.announced.size()}, 1.1); })(),
      core::DomainError);
  REQUIRE_THROWS_AS(refused([](Support& s) { s.cost_of_child(4) = 0.0; })(), core::DomainError);
  REQUIRE_THROWS_AS(refused([](Support& s) { s.care = core::Array<1>({2}); })(), core::ShapeError);
  REQUIRE_THROWS_AS(refused([](Support& s) { s.care = core::Array<1>({n_years}, std::nan("")); })(), core::DomainError);
  REQUIRE_THROWS_AS(refused([](Support& s) {
                      s.progression = {0.7, 0.5, 0.3};
                      s.desired[2] = 0.2;
                    })(),
                    core::DomainError);
}
