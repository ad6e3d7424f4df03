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
  const std::vector<Payment> yearly = {{0.0, 3600.0}, {1.0, 3600.0}, {2.0, 3600.0}};
  CHECK(close(present_value(yearly, 0.05), 3600.0 * (1 + 1 / 1.05 + 1 / 1.1025), 1e-8));
  CHECK(close(present_value(yearly, 0.05), 10294.0, 0.5));
  const std::vector<Payment> monthly = {{0.5, 6000.0}, {1.5, 6000.0}, {2.5, 6000.0}};
  const double by_hand = 6000.0 * (std::pow(1.05, -0.5) + std::pow(1.05, -1.5) + std::pow(1.05, -2.5));
  CHECK(close(present_value(monthly, 0.05), by_hand, 1e-8));
  CHECK(present_value(yearly, 0.0) == 10800.0);
  REQUIRE_THROWS_AS(present_value(yearly, -1.0), core::DomainError);
  REQUIRE_THROWS_AS(present_value(std::vector<Payment>{{-1.0, 5.0}}, 0.05), core::DomainError);
}

TEST_CASE("share of cost is capped and says so") {
  CHECK(support_share(50000.0, 500000.0).s == 0.1);
  CHECK_FALSE(support_share(475000.0, 500000.0).capped);
  CHECK(support_share(600000.0, 500000.0).s == 0.95);
  CHECK(support_share(600000.0, 500000.0).capped);
  REQUIRE_THROWS_AS(support_share(1.0, 0.0), core::DomainError);
  REQUIRE_THROWS_AS(support_share(-1.0, 10.0), core::DomainError);
  CHECK(close(support_share(50000.0, 500000.0, 0.25).s, 0.35, 1e-16));
  CHECK(support_share(0.0, 500000.0, 0.96).capped);
  REQUIRE_THROWS_AS(support_share(1.0, 10.0, 1.5), core::DomainError);
}

TEST_CASE("the response to a share of the cost") {
  CHECK(ln_response(0.0, 5.0) == 0.0);
  CHECK(ln_response(0.3, 0.0) == 0.0);
  CHECK(relative_close(std::exp(ln_response(0.5, 1.0)), 2.0, 1e-15));
  CHECK(relative_close(std::exp(ln_response(0.5, 2.0)), 4.0, 1e-15));
  double before = -1.0;
  for (double s = 0.0; s <= 0.95; s += 0.05) {
    const double now = ln_response(s, 1.2);
    CHECK(now > before);
    before = now;
  }
  REQUIRE_THROWS_AS(ln_response(0.96, 1.0), core::DomainError);
  REQUIRE_THROWS_AS(ln_response(0.5, -1.0), core::DomainError);
}

TEST_CASE("static arithmetic of the national allowance: +1.5 % of births") {
  // C = 538,312 yuan, B = 10,294 x 0.9, order shares of 2022 (NHC): 46.1, 38.9, 15.0 %
  const ResponseParameters parameters;
  const std::vector<Payment> yearly = {{0.0, 3600.0}, {1.0, 3600.0}, {2.0, 3600.0}};
  const double b = present_value(yearly, parameters.rho) * parameters.take_up;
  const SupportShare share = support_share(b, 538312.0);
  const double order_shares[3] = {0.461, 0.389, 0.150};
  double extra = 0.0;
  for (std::size_t i = 0; i < 3; ++i)
    extra += order_shares[i] * (std::exp(ln_response(share.s, parameters.eps_of(i))) - 1.0);
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
