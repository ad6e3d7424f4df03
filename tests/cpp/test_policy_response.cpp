// Expected values: design arithmetic by hand, published figures (YuWa 2024 cost, NHC order shares 2022), quadrature.
#include "sanhai_catch.hpp"

#include <limits>
#include <vector>

#include "sanhai/core/error.hpp"
#include "sanhai/policy/response.hpp"

using namespace sanhai;
using namespace sanhai::policy;
using test::close;
using test::relative_close;

namespace {

/// P(Beta(a, b) <= x) for whole a, b: the chance of at least a successes in a + b - 1 trials.
double beta_cdf(int a, int b, double x) {
  const int n = a + b - 1;
  double sum = 0.0;
  for (int j = a; j <= n; ++j) {
    double choose = 1.0;
    for (int m = 1; m <= j; ++m) choose = choose * (n - j + m) / m;
    sum += choose * std::pow(x, j) * std::pow(1.0 - x, n - j);
  }
  return sum;
}

/// The national child allowance: three yearly payments.
const std::vector<Payment> allowance = {{0.0, 3600.0}, {1.0, 3600.0}, {2.0, 3600.0}};

/// Mean over the year by the midpoint rule on 2 million cells.
double quadrature(double x_start, double onset, double T, double H, double w) {
  const int n = 2000000;
  double sum = 0.0;
  for (int cell = 0; cell < n; ++cell) {
    const double x = x_start + (cell + 0.5) / n;
    if (x <= onset) continue;
    sum += (1.0 - std::exp(-(x - onset) / T)) * (w + (1.0 - w) * std::pow(2.0, -x / H));
  }
  return sum / n;
}

}  // namespace

TEST_CASE("point values are the medians they claim to be") {
  CHECK(close(beta_cdf(6, 3, median_beta_6_3), 0.5, 1e-14));
  CHECK(close(beta_cdf(8, 3, median_beta_8_3), 0.5, 1e-14));
  const ResponseParameters defaults;
  CHECK(close(defaults.w, 0.6795, 5e-5));
  CHECK(defaults.eps_of(0) == 1.07 * 0.5);
  CHECK(defaults.sigma[static_cast<std::size_t>(SupportClass::housing)] == 0.5);
  REQUIRE_NOTHROW(defaults.validate());
}

TEST_CASE("parameters outside their range are refused") {
  const auto broken = [](auto change) {
    ResponseParameters parameters;
    change(parameters);
    return parameters;
  };
  REQUIRE_THROWS_AS(broken([](auto& p) { p.tau = 1.01; }).validate(), core::DomainError);
  REQUIRE_THROWS_AS(broken([](auto& p) { p.T = 0.0; }).validate(), core::DomainError);
  REQUIRE_THROWS_AS(broken([](auto& p) { p.eps = std::nan(""); }).validate(), core::DomainError);
  REQUIRE_THROWS_AS(broken([](auto& p) { p.k[2] = -0.1; }).validate(), core::DomainError);
  REQUIRE_THROWS_AS(broken([](auto& p) { p.sigma[0] = 1.5; }).validate(), core::DomainError);
  REQUIRE_THROWS_AS(broken([](auto& p) { p.repayment = {0.5, 0.4}; }).validate(), core::AccountingError);
  REQUIRE_NOTHROW(broken([](auto& p) { p.gamma = -0.01; }).validate());
}

TEST_CASE("present value of the national allowance is 10,294 yuan") {
  CHECK(close(present_value(allowance, 0.05), 3600.0 * (1 + 1 / 1.05 + 1 / 1.1025), 1e-8));
  CHECK(close(present_value(allowance, 0.05), 10294.0, 0.5));
  const std::vector<Payment> monthly = {{0.5, 6000.0}, {1.5, 6000.0}, {2.5, 6000.0}};  // each year's at its middle
  CHECK(close(present_value(monthly, 0.05),
              6000.0 * (std::pow(1.05, -0.5) + std::pow(1.05, -1.5) + std::pow(1.05, -2.5)), 1e-8));
  CHECK(present_value(allowance, 0.0) == 10800.0);
  REQUIRE_THROWS_AS(present_value(allowance, -1.0), core::DomainError);
  REQUIRE_THROWS_AS(present_value(std::vector<Payment>{{-1.0, 5.0}}, 0.05), core::DomainError);
}

TEST_CASE("share of cost is capped and says so") {
  CHECK(support_share(50000.0, 500000.0).s == 0.1);
  CHECK_FALSE(support_share(475000.0, 500000.0).capped);
  CHECK(support_share(600000.0, 500000.0).s == 0.95);
  CHECK(support_share(600000.0, 500000.0).capped);
  REQUIRE_THROWS_AS(support_share(1.0, 0.0), core::DomainError);
  REQUIRE_THROWS_AS(support_share(-1.0, 10.0), core::DomainError);
}

TEST_CASE("order multiplier") {
  CHECK(ln_order_multiplier(0.137, 0.137, 1.07) == 0.0);
  CHECK(ln_order_multiplier(0.0, 0.0, 5.0) == 0.0);
  CHECK(relative_close(ln_order_multiplier(0.5, 0.0, 1.0), std::log(2.0), 1e-15));
  CHECK(relative_close(ln_order_multiplier(0.0, 0.5, 2.0), std::log(0.25), 1e-15));
  double before = -1.0;
  for (double s = 0.0; s <= 0.95; s += 0.05) {
    const double m = ln_order_multiplier(s, 0.1, 1.2);
    CHECK(m > before);
    before = m;
  }
  REQUIRE_THROWS_AS(ln_order_multiplier(0.96, 0.0, 1.0), core::DomainError);
}

TEST_CASE("static arithmetic of the national allowance: +1.5 % of births") {
  // C = 538,312 yuan, B = 10,294 x 0.9, order shares of 2022 (NHC): 46.1, 38.9, 15.0 %
  const ResponseParameters parameters;
  const double b = present_value(allowance, parameters.rho) * parameters.take_up;
  const SupportShare share = support_share(b, 538312.0);
  const double order_shares[3] = {0.461, 0.389, 0.150};
  double extra = 0.0;
  for (std::size_t i = 0; i < 3; ++i)
    extra += order_shares[i] * std::expm1(ln_order_multiplier(share.s, 0.0, parameters.eps_of(i)));
  CHECK(relative_close(extra, 0.015, 0.10));
}

TEST_CASE("ceiling: progression reaches D and no more") {
  // 1 - (1 - p)^Mmax = D
  for (const double p : {0.2, 0.464, 0.68}) {
    const double m = max_multiplier(0.75, p);
    CHECK(close(1.0 - std::pow(1.0 - p, m), 0.75, 1e-14));
  }
  REQUIRE_THROWS_AS(max_multiplier(0.12, 0.154), core::DomainError);
  REQUIRE_THROWS_AS(max_multiplier(0.2, 0.2), core::DomainError);
  // odds(0.75) = 3, odds(0.5) = 1, odds(0.4) = 2/3: odds = 2, D = 2/3
  CHECK(close(desired_of_place(0.75, 0.4, 0.5), 2.0 / 3.0, 1e-15));
  CHECK(desired_of_place(0.20, 0.6, 0.138) > 0.6);

  CHECK(effective_multiplier(1.0, 1.5) == 1.0);
  CHECK(effective_multiplier(0.8, 1.5) == 0.8);
  CHECK(effective_multiplier(7.0, std::numeric_limits<double>::infinity()) == 7.0);
  CHECK(relative_close(effective_multiplier(1.5, 1.5), 1.0 + 0.5 * (1.0 - std::exp(-1.0)), 1e-15));
  CHECK(effective_multiplier(1.001, 1.5) < 1.001);
  CHECK(close(effective_multiplier(1.001, 1.5), 1.001, 1.1e-6));
  double before = 1.0;
  for (double m = 1.1; m < 5.0; m += 0.1) {
    const double effective = effective_multiplier(m, 1.5);
    CHECK(effective > before);
    CHECK(effective < 1.5);
    before = effective;
  }
  REQUIRE_THROWS_AS(effective_multiplier(1.2, 1.0), core::DomainError);
}

TEST_CASE("timing weight is the integral of phi psi") {
  for (const double x : {-0.5, 0.0, 0.2, 0.75, 1.0, 3.4, 20.0}) {
    const double w = median_beta_6_3;
    CHECK(close(timing_weight(x, 0.75, 1.2, 15.0, w), quadrature(x, 0.75, 1.2, 15.0, w), 1e-10));
    CHECK(close(timing_weight(x, 0.0, 0.4, 3.0, 0.2), quadrature(x, 0.0, 0.4, 3.0, 0.2), 1e-10));
  }
  CHECK(timing_weight(-0.25, 0.75, 1.2, 15.0, 0.68) == 0.0);
  CHECK(timing_weight(-3.0, 0.75, 1.2, 15.0, 0.68) == 0.0);
  CHECK(close(timing_weight(400.0, 0.75, 1.2, 15.0, 0.68), 0.68, 1e-8));
}

TEST_CASE("multipliers: dated steps add on the log scale") {
  const ResponseParameters parameters;
  const auto weight = [&](double x) {
    return timing_weight(x, parameters.onset, parameters.T, parameters.H, parameters.w);
  };
  SECTION("no change, a zero step and years before the onset are exactly 1") {
    const auto none = multipliers(2025, 30, {}, parameters);
    for (const double m : none.flat()) CHECK(m == 1.0);
    const std::vector<Change> changes = {{2030.0, {0.0, 0.1, 0.0}}};
    const auto m = multipliers(2025, 30, changes, parameters);
    for (std::size_t t = 0; t < 30; ++t) {
      CHECK(m(t, 0) == 1.0);
      CHECK((m(t, 1) == 1.0) == (t < 5));
    }
  }
  SECTION("two changes") {
    const std::vector<Change> changes = {{2025.0, {0.02, 0.04, 0.05}}, {2027.5, {0.01, -0.04, 0.0}}};
    const auto m = multipliers(2025, 10, changes, parameters);
    CHECK(relative_close(m(6, 0), std::exp(0.02 * weight(6.0) + 0.01 * weight(3.5)), 1e-14));
    CHECK(relative_close(m(6, 1), std::exp(0.04 * weight(6.0) - 0.04 * weight(3.5)), 1e-14));
  }
  SECTION("a higher step never lowers M") {
    double before = 1.0;
    for (double step = 0.05; step < 0.6; step += 0.05) {
      const std::vector<Change> changes = {{2025.3, {step, step, step}}};
      const double m = multipliers(2025, 20, changes, parameters)(12, 2);
      CHECK(m > before);
      before = m;
    }
  }
}
