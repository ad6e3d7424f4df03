// Properties of the cohort ledger, on an independent re-computation of what the engine books from its factor.
#include "reference_tempo.hpp"
#include "sanhai_catch.hpp"

#include <vector>

#include "sanhai/core/error.hpp"
#include "sanhai/engine/inputs.hpp"
#include "sanhai/policy/response.hpp"

using namespace sanhai;
using namespace sanhai::policy;
using test::close;
using test::tempo_ledger;
using test::tempo_ledger_from_births;
using test::TempoLedger;

namespace {

constexpr std::size_t n_ages = 56;  // 0..55, so the last fertile age (49) is not the last cell
constexpr std::size_t n_years = 60;
const std::vector<double> weights = {0.30, 0.27, 0.20, 0.14, 0.09};

/// Gamma-shaped schedules on ages 15-49 whose level and mean age resemble China's orders (0.6, 0.4, 0.15; 27, 30, 33).
core::Array<4> schedule() {
  core::Array<4> rates({1, n_years, 3, n_ages});
  const double level[3] = {0.60, 0.40, 0.15};
  const double mean[3] = {27.5, 30.0, 32.5};
  for (std::size_t i = 0; i < 3; ++i) {
    const double shape = (mean[i] - 14.0) * (mean[i] - 14.0) / 27.0;
    const double scale = 27.0 / (mean[i] - 14.0);
    double sum = 0.0;
    std::vector<double> f(n_ages, 0.0);
    for (std::size_t x = 15; x < 50; ++x) {
      const double u = static_cast<double>(x) + 0.5 - 14.0;
      f[x] = std::exp((shape - 1.0) * std::log(u) - u / scale);
      sum += f[x];
    }
    for (std::size_t t = 0; t < n_years; ++t)
      for (std::size_t x = 15; x < 50; ++x) rates(0, t, i, x) = f[x] * level[i] / sum;
  }
  return rates;
}

/// M constant on all orders from `from` until before `until`.
core::Array<4> with_multiplier(core::Array<4> rates, double m, std::size_t from = 0, std::size_t until = n_years) {
  for (std::size_t t = from; t < until; ++t)
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t x = 0; x < n_ages; ++x) rates(0, t, i, x) = engine::multiplied_rate(rates(0, t, i, x), m);
  return rates;
}

/// Births per woman of the cohort that starts year `year` aged 0, up to and including start age `to`.
double cohort_total(const core::Array<4>& rates, const core::Array<4>* factor, std::size_t i, std::size_t year,
                    std::size_t from = 0, std::size_t to = 50) {
  double sum = 0.0;
  for (std::size_t y = from, t = year; y <= to && t < n_years; ++y, ++t)
    sum += 0.5 * (rates(0, t, i, y) + rates(0, t, i, y + 1)) * (factor ? (*factor)(0, t, i, y) : 1.0);
  return sum;
}

TempoLedger run(const core::Array<4>& base, const core::Array<4>& gross, double tau) {
  return tempo_ledger(base.view(), gross.view(), tau, weights);
}

double total(const core::Array<3>& array) {
  double sum = 0.0;
  for (const double value : array.flat()) sum += value;
  return sum;
}

}  // namespace

TEST_CASE("no policy, or nothing moved: every factor is exactly 1") {
  const auto base = schedule();
  const auto null = run(base, base, 1.0);
  for (const double factor : null.cohort_factor.flat()) REQUIRE(factor == 1.0);
  for (const double value : null.added_net.flat()) REQUIRE(value == 0.0);
  const auto gross = with_multiplier(base, 1.3);
  const auto quantum = run(base, gross, 0.0);
  for (const double factor : quantum.cohort_factor.flat()) REQUIRE(factor == 1.0);
  for (std::size_t t = 0; t < n_years; ++t) REQUIRE(quantum.added_net(0, t, 1) == quantum.added_gross(0, t, 1));
}

TEST_CASE("tau = 1 leaves completed cohort births unchanged") {
  const auto base = schedule();
  for (const double m : {1.02, 1.1, 0.95}) {
    const auto gross = with_multiplier(base, m, 3);
    const auto ledger = run(base, gross, 1.0);
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t year = 0; year + 50 < n_years; ++year) {
        const double before = cohort_total(base, nullptr, i, year);
        const double after = cohort_total(gross, &ledger.cohort_factor, i, year);
        REQUIRE(before > 0.1);
        REQUIRE(close(after, before, 1e-12));
        REQUIRE_FALSE(close(cohort_total(gross, nullptr, i, year), before, 1e-3));
      }
    REQUIRE(close(total(ledger.unpaid), 0.0, 1e-12));
  }
}

TEST_CASE("tau = 1/2 leaves half of a cohort's extra births") {
  const auto base = schedule();
  const auto gross = with_multiplier(base, 1.1);
  const auto ledger = run(base, gross, 0.5);
  for (std::size_t i = 0; i < 3; ++i) {
    const double extra_gross = cohort_total(gross, nullptr, i, 2) - cohort_total(base, nullptr, i, 2);
    const double extra_net = cohort_total(gross, &ledger.cohort_factor, i, 2) - cohort_total(base, nullptr, i, 2);
    CHECK(close(extra_net, 0.5 * extra_gross, 1e-12));
  }
}

TEST_CASE("unpaid debt stays below 0.02 % of gross births at M = 1.3") {
  const auto base = schedule();
  const auto gross = with_multiplier(base, 1.3);
  const auto ledger = run(base, gross, 1.0);
  double gross_births = 0.0;
  for (std::size_t t = 0; t < n_years; ++t)
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t x = 0; x < n_ages; ++x) gross_births += gross(0, t, i, x);
  CHECK(total(ledger.unpaid) >= 0.0);
  CHECK(total(ledger.unpaid) <= 2e-4 * gross_births);
  for (const double factor : ledger.cohort_factor.flat()) REQUIRE((factor >= 0.0 && factor <= 2.0));
}

TEST_CASE("one pulse is repaid by the weights, in the cohort that had it") {
  const auto base = schedule();
  const auto gross = with_multiplier(base, 1.2, 10, 11);
  const auto ledger = run(base, gross, 0.8);
  const std::size_t y = 26;
  const auto births = [&](const core::Array<4>& rates, std::size_t t, std::size_t age) {
    return 0.5 * (rates(0, t, 0, age) + rates(0, t, 0, age + 1));
  };
  const double extra = births(gross, 10, y) - births(base, 10, y);
  CHECK(ledger.cohort_factor(0, 10, 0, y) == 1.0);
  for (std::size_t k = 1; k <= 5; ++k) {
    const double g = births(gross, 10 + k, y + k);
    CHECK(close(g * (1.0 - ledger.cohort_factor(0, 10 + k, 0, y + k)), 0.8 * weights[k - 1] * extra, 1e-14));
  }
  CHECK(ledger.cohort_factor(0, 16, 0, y + 6) == 1.0);
  CHECK(close(total(ledger.added_net), 0.2 * total(ledger.added_gross), 1e-12));
}

TEST_CASE("weight beyond the last exposed year is due at once, and what cannot be paid is reported") {
  core::Array<4> base({1, 4, 1, 6});  // fertile at ages 2 and 3: the last exposed start age is 3
  for (std::size_t t = 0; t < 4; ++t) base(0, t, 0, 2) = base(0, t, 0, 3) = 0.1;
  core::Array<4> gross = base;
  gross(0, 1, 0, 2) = gross(0, 1, 0, 3) = 0.4;
  const auto ledger = tempo_ledger(base.view(), gross.view(), 1.0, std::vector<double>{0.5, 0.5});
  // aged 3 in year 1: G .2, base .05, r .15: all of it at once
  CHECK(close(ledger.cohort_factor(0, 1, 0, 3), 0.25, 1e-14));
  // aged 2 in year 1: G .4, r .3: half at once, half in year 2 on G .05, where .1 cannot be paid
  CHECK(close(ledger.cohort_factor(0, 1, 0, 2), 0.625, 1e-14));
  CHECK(ledger.cohort_factor(0, 2, 0, 3) == 0.0);
  CHECK(close(ledger.unpaid(0, 2, 0), 0.1, 1e-14));
  // aged 1 in year 1: G .2, r .15: .075 in year 2 on G .1, .075 in year 3 on G .05: .025 is left
  CHECK(ledger.cohort_factor(0, 1, 0, 1) == 1.0);
  CHECK(close(ledger.cohort_factor(0, 2, 0, 2), 0.25, 1e-14));
  CHECK(close(ledger.unpaid(0, 3, 0), 0.025, 1e-14));
}

TEST_CASE("what cannot be paid is carried to the next year of the same cohort and order") {
  core::Array<4> base({1, 4, 1, 8});
  for (std::size_t t = 0; t < 4; ++t)
    for (std::size_t x = 2; x < 7; ++x) base(0, t, 0, x) = 0.1;
  core::Array<4> gross = base;
  gross(0, 0, 0, 2) = gross(0, 0, 0, 3) = 0.28;  // aged 2: G .28, r .18, all due a year later, on G .1
  const auto ledger = tempo_ledger(base.view(), gross.view(), 1.0, std::vector<double>{1.0});
  CHECK(close(ledger.cohort_factor(0, 1, 0, 3), 0.0, 1e-14));
  CHECK(close(ledger.cohort_factor(0, 2, 0, 4), 0.2, 1e-13));
  CHECK(ledger.cohort_factor(0, 3, 0, 5) == 1.0);
}

TEST_CASE("a withdrawn benefit gives births back, mirror image of the debt") {
  const auto base = schedule();
  const auto lower = with_multiplier(base, 0.9, 10, 11);
  const auto higher = with_multiplier(base, 1.1, 10, 11);
  const auto down = run(base, lower, 1.0);
  const auto up = run(base, higher, 1.0);
  CHECK(down.cohort_factor(0, 11, 0, 27) > 1.0);
  CHECK(up.cohort_factor(0, 11, 0, 27) < 1.0);
  for (std::size_t i = 0; i < 3; ++i)
    CHECK(close(cohort_total(lower, &down.cohort_factor, i, 2), cohort_total(base, nullptr, i, 2), 1e-12));
  // swapping base and gross changes the sign of r, so of everything booked, and nothing else
  const auto swapped = run(higher, base, 1.0);
  for (std::size_t t = 0; t < n_years; ++t) {
    const double taken = up.added_gross(0, t, 0) - up.added_net(0, t, 0);
    const double given = swapped.added_net(0, t, 0) - swapped.added_gross(0, t, 0);
    CHECK(close(taken, given, 1e-15));
    CHECK((t <= 10 || t > 15 || taken > 1e-4));
  }
}

TEST_CASE("a higher benefit never lowers a cohort's cumulated net births") {
  const auto base = schedule();
  const auto low = with_multiplier(base, 1.05, 5, 12);
  const auto high = with_multiplier(base, 1.15, 5, 12);
  const auto of_low = run(base, low, 0.9);
  const auto of_high = run(base, high, 0.9);
  for (std::size_t age = 14; age < 49; ++age)
    for (std::size_t to = age; to < 50; ++to)
      REQUIRE(cohort_total(high, &of_high.cohort_factor, 1, 0, age, to) >=
              cohort_total(low, &of_low.cohort_factor, 1, 0, age, to) - 1e-15);
}

TEST_CASE("with parity: tau = 1 leaves every order's completed births unchanged at M = 1.1") {
  // a cohort of women through hazards of three orders; the open class counts its births as order 3+
  const auto hazards = schedule();
  const auto births = [&](double m) {
    core::Array<4> result({1, n_years, 3, n_ages});
    for (std::size_t start = 0; start + 50 < n_years; ++start) {
      double women[4] = {1.0, 0.0, 0.0, 0.0};
      for (std::size_t y = 0; y < 50; ++y) {
        double born[3];
        for (std::size_t i = 0; i < 3; ++i) {
          const double exposed = i < 2 ? women[i] : women[2] + women[3];
          const double hazard = 0.5 * (engine::multiplied_rate(3.0 * hazards(0, 0, i, y), m) +
                                       engine::multiplied_rate(3.0 * hazards(0, 0, i, y + 1), m));
          born[i] = result(0, start + y, i, y) = hazard * exposed;
        }
        const double moved = born[2] * (women[2] + women[3] > 0.0 ? women[2] / (women[2] + women[3]) : 0.0);
        women[0] -= born[0];
        women[1] += born[0] - born[1];
        women[2] += born[1] - moved;
        women[3] += moved;
      }
    }
    return result;
  };
  const auto base = births(1.0);
  const auto gross = births(1.1);
  const auto ledger = tempo_ledger_from_births(base.view(), gross.view(), 1.0, weights);
  for (std::size_t i = 0; i < 3; ++i) {
    double before = 0.0, plain = 0.0, after = 0.0;
    for (std::size_t y = 0; y < 50; ++y) {
      before += base(0, y, i, y);
      plain += gross(0, y, i, y);
      after += gross(0, y, i, y) * ledger.cohort_factor(0, y, i, y);
    }
    CHECK(plain - before > 1e-3);
    CHECK(close(after, before, 1e-12));
  }
}

TEST_CASE("debt that is not yet due when the run ends is kept visible") {
  const auto base = schedule();
  const auto gross = with_multiplier(base, 1.1, n_years - 1);
  const auto ledger = run(base, gross, 0.5);
  double outstanding = 0.0;
  for (const double value : ledger.outstanding.flat()) outstanding += value;
  double paid = total(ledger.added_gross) - total(ledger.added_net);
  CHECK(close(outstanding + paid + total(ledger.unpaid), 0.5 * total(ledger.added_gross), 1e-14));
  CHECK(outstanding > 0.0);
}
