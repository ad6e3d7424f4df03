#include "sanhai/policy/priors.hpp"

#include <array>
#include <cmath>

#include "sanhai/core/error.hpp"
#include "sanhai/core/math.hpp"
#include "sanhai/random/distributions.hpp"
#include "sanhai/random/streams.hpp"

namespace sanhai::policy {

namespace {

using random::address_of;
using random::Component;
using random::Stream;

void require(bool holds, const char* what, double got, const char* allowed) {
  if (holds) return;
  throw core::DomainError(core::message({.what = what,
                                         .where = "policy prior",
                                         .got = core::text(got),
                                         .allowed = allowed,
                                         .remedy = "correct the prior"}));
}

void validate(const LogNormalPrior& prior) {
  require(prior.median > 0.0 && std::isfinite(prior.median), "lognormal median", prior.median, "(0, inf)");
  require(prior.log_sd >= 0.0 && std::isfinite(prior.log_sd), "lognormal log_sd", prior.log_sd, "[0, inf)");
}

void validate(const BetaPrior& prior) {
  for (const double shape : {prior.a, prior.b})
    require(shape >= 0.1 && shape <= 1e6, "beta shape", shape, "[0.1, 1e6]");
}

void validate(const PolicyPriors& p) {
  for (const auto& prior : {p.eps_usual, p.eps_high, p.k1, p.k2, p.k3, p.response_years, p.half_life}) validate(prior);
  for (const auto& prior : {p.tau, p.lasting_share, p.take_up, p.weight_fee, p.weight_insured, p.weight_tax,
                            p.weight_housing, p.weight_leave}) {
    validate(prior);
  }
  for (const double share : {p.share_high, p.share_zero})
    require(share >= 0.0 && share <= 1.0, "share", share, "[0, 1]");
  require(std::isfinite(p.gamma.mean), "gamma mean", p.gamma.mean, "finite");
  for (const double sd : {p.gamma.sd, p.place_effect_sd}) require(sd >= 0.0 && std::isfinite(sd), "sd", sd, "[0, inf)");
  require(p.point_eps >= 0.0 && std::isfinite(p.point_eps), "point_eps", p.point_eps, "[0, inf)");
}

double draw_prior(const LogNormalPrior& prior, Stream& stream) {
  return random::draw_lognormal(stream, core::log(prior.median), prior.log_sd);
}
double draw_prior(const BetaPrior& prior, Stream& stream) { return random::draw_beta(stream, prior.a, prior.b); }

double draw_eps(const PolicyPriors& priors, Stream& stream) {
  const bool is_zero = stream.uniform() < priors.share_zero;
  const bool is_high = stream.uniform() < priors.share_high;
  const double value = draw_prior(is_high ? priors.eps_high : priors.eps_usual, stream);
  return is_zero ? 0.0 : value;
}

/// log Gamma(x): Stirling's series at x + 10 or above, brought back by the product of the steps.
double log_gamma(double x) {
  double product = 1.0;
  for (; x < 10.0; x += 1.0) product *= x;
  constexpr std::array terms = {1.0 / 156, -691.0 / 360360, 1.0 / 1188, -1.0 / 1680, 1.0 / 1260, -1.0 / 360, 1.0 / 12};
  constexpr double half_log_two_pi = 0.91893853320467274178;
  const double series = core::detail::polynomial(1.0 / (x * x), terms) / x;
  return (x - 0.5) * core::log(x) - x + half_log_two_pi + series - core::log(product);
}

/// Regularised incomplete beta for x below the mean (a+1)/(a+b+2), where its continued fraction converges fast:
/// DLMF 8.17.22, evaluated by Lentz's method.
double incomplete_beta_below(double a, double b, double x) {
  constexpr double tiny = 1e-300;
  const auto away = [](double v) { return std::abs(v) < tiny ? tiny : v; };
  double c = 1.0;
  double d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
  double fraction = d;
  for (int m = 1; m <= 20000; ++m) {
    const double even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
    d = 1.0 / away(1.0 + even * d);
    c = away(1.0 + even / c);
    fraction *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
    d = 1.0 / away(1.0 + odd * d);
    c = away(1.0 + odd / c);
    fraction *= d * c;
    if (std::abs(d * c - 1.0) < 1e-16) break;
  }
  const double front = log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * core::log(x) + b * core::log1p(-x);
  return core::exp(front) * fraction / a;
}

double incomplete_beta(double a, double b, double x) {
  return x < (a + 1.0) / (a + b + 2.0) ? incomplete_beta_below(a, b, x) : 1.0 - incomplete_beta_below(b, a, 1.0 - x);
}

double prior_median(const BetaPrior& prior) { return beta_median(prior.a, prior.b); }
double prior_median(const LogNormalPrior& prior) { return prior.median; }

/// Fills every parameter but eps and gamma by value(prior, component): the one list of what belongs to what.
template <class Value>
void fill(const PolicyPriors& priors, PolicyDraw& out, Value value) {
  out.k[0] = value(priors.k1, Component::policy_k1);
  out.k[1] = value(priors.k2, Component::policy_k2);
  out.k[2] = value(priors.k3, Component::policy_k3);
  out.tau = value(priors.tau, Component::policy_tau);
  out.response_years = value(priors.response_years, Component::policy_response_years);
  out.half_life = value(priors.half_life, Component::policy_half_life);
  out.lasting_share = value(priors.lasting_share, Component::policy_lasting_share);
  out.take_up = value(priors.take_up, Component::policy_take_up);
  out.weight_fee = value(priors.weight_fee, Component::policy_weight_fee);
  out.weight_insured = value(priors.weight_insured, Component::policy_weight_insured);
  out.weight_tax = value(priors.weight_tax, Component::policy_weight_tax);
  out.weight_housing = value(priors.weight_housing, Component::policy_weight_housing);
  out.weight_leave = value(priors.weight_leave, Component::policy_weight_leave);
}

}  // namespace

double beta_median(double a, double b) {
  validate(BetaPrior{a, b});
  if (a == b) return 0.5;
  double low = 0.0;
  double high = 1.0;
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    (incomplete_beta(a, b, middle) < 0.5 ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

PolicyDraw draw_policy(const PolicyPriors& priors, std::uint64_t seed, std::uint64_t draw) {
  validate(priors);
  const auto stream_of = [=](Component component) {
    return Stream(address_of(component, seed, draw, 0, random::shared_place));
  };
  PolicyDraw out;
  Stream eps = stream_of(Component::policy_eps);
  out.eps = draw_eps(priors, eps);
  Stream gamma = stream_of(Component::policy_gamma);
  out.gamma = random::draw_normal(gamma, priors.gamma.mean, priors.gamma.sd);
  fill(priors, out, [&](const auto& prior, Component component) {
    Stream stream = stream_of(component);
    return draw_prior(prior, stream);
  });
  return out;
}

double draw_place_effect(const PolicyPriors& priors, std::uint64_t seed, std::uint64_t draw, std::uint32_t place) {
  validate(priors);
  Stream stream(address_of(Component::policy_place_effect, seed, draw, 0, place));
  return random::draw_lognormal(stream, 0.0, priors.place_effect_sd);
}

PolicyDraw point_policy(const PolicyPriors& priors) {
  validate(priors);
  PolicyDraw out;
  out.eps = priors.point_eps;
  out.gamma = priors.gamma.mean;
  fill(priors, out, [](const auto& prior, Component) { return prior_median(prior); });
  return out;
}

}  // namespace sanhai::policy
