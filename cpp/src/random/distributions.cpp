#include "sanhai/random/distributions.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "check.hpp"
#include "sanhai/core/math.hpp"

namespace sanhai::random {

namespace {

/// log k! - [(k + 1/2) log(k + 1) - (k + 1) + log(2 pi)/2]: Stirling's remainder at k + 1; exact sums below 10.
double stirling_remainder(double k) {
  static constexpr std::array<double, 10> exact = {
      0.08106146679532726, 0.0413406959554093,  0.02767792568499834,  0.02079067210376509,  0.01664469118982119,
      0.01387612882307075, 0.01189670994589177, 0.010411265261972096, 0.009255462182712733, 0.00833056343336287};
  if (k < 10.0) return exact[static_cast<std::size_t>(k)];
  const double y = 1.0 / (k + 1.0);
  const double y2 = y * y;
  return (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0) * y2) * y2) * y;
}

/// log of the Poisson probability of k, written with log1p so that a mean of 1e9 loses no digits.
double log_poisson(double k, double mean) {
  constexpr double half_log_two_pi = 0.91893853320467274178;
  const double y = k + 1.0;
  return y * core::log1p((mean - y) / y) - (mean - y) - core::log(mean) + 0.5 * core::log(y) - half_log_two_pi -
         stirling_remainder(k);
}

/// Search upwards from 0 with next(k) = probability of k over that of k - 1. The terms sum to 1 up to rounding; past
/// `last` their rest is below 1e-100, so the guard only ends a search that rounding would leave open.
template <class Ratio>
std::int64_t search_from_zero(double u, double probability, std::int64_t last, Ratio ratio) {
  std::int64_t k = 0;
  while (u > probability && k < last) {
    u -= probability;
    ++k;
    probability *= ratio(static_cast<double>(k));
  }
  return k;
}

std::int64_t binomial_by_rejection(Stream& stream, double n, double p) {
  const double sd = core::sqrt(n * p * (1.0 - p));
  const double b = 1.15 + 2.53 * sd;
  const double a = -0.0873 + 0.0248 * b + 0.01 * p;
  const double centre = n * p + 0.5;
  const double v_r = 0.92 - 4.2 / b;
  const double alpha = (2.83 + 5.1 / b) * sd;
  const double m = std::floor((n + 1.0) * p);
  const double odds = p / (1.0 - p);
  const double at_mode =
      (m + 0.5) * core::log((m + 1.0) / (odds * (n - m + 1.0))) + stirling_remainder(m) + stirling_remainder(n - m);
  for (;;) {
    const double u = stream.uniform() - 0.5;
    const double v = stream.uniform();
    const double us = 0.5 - (u < 0.0 ? -u : u);
    const double k = std::floor((2.0 * a / us + b) * u + centre);
    if (k < 0.0 || k > n) continue;
    if (us >= 0.07 && v <= v_r) return static_cast<std::int64_t>(k);
    const double bound = at_mode + (n + 1.0) * core::log((n - m + 1.0) / (n - k + 1.0)) +
                         (k + 0.5) * core::log(odds * (n - k + 1.0) / (k + 1.0)) - stirling_remainder(k) -
                         stirling_remainder(n - k);
    if (core::log(v * alpha / (a / (us * us) + b)) <= bound) return static_cast<std::int64_t>(k);
  }
}

std::int64_t poisson_by_rejection(Stream& stream, double mean) {
  const double b = 0.931 + 2.53 * core::sqrt(mean);
  const double a = -0.059 + 0.02483 * b;
  const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
  const double v_r = 0.9277 - 3.6224 / (b - 2.0);
  for (;;) {
    const double u = stream.uniform() - 0.5;
    const double v = stream.uniform();
    const double us = 0.5 - (u < 0.0 ? -u : u);
    const double k = std::floor((2.0 * a / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= v_r) return static_cast<std::int64_t>(k);
    if (k < 0.0 || (us < 0.013 && v > us)) continue;
    if (core::log(v * inverse_alpha / (a / (us * us) + b)) <= log_poisson(k, mean)) return static_cast<std::int64_t>(k);
  }
}

}  // namespace

double draw_gamma(Stream& stream, double shape, double scale) {
  require(shape >= 0.1 && shape <= 1e9, "gamma shape", shape, "[0.1, 1e9]");
  require(scale > 0.0 && std::isfinite(scale), "gamma scale", scale, "(0, inf)");
  const double lift = shape < 1.0 ? 1.0 : 0.0;
  const double d = shape + lift - 1.0 / 3.0;
  const double c = 1.0 / core::sqrt(9.0 * d);
  double value = 0.0;
  for (;;) {
    const double x = draw_normal(stream);
    const double root = 1.0 + c * x;
    const double u = stream.uniform();
    if (root <= 0.0) continue;
    const double v = root * root * root;
    if (core::log(u) < 0.5 * x * x + d * (1.0 - v + core::log(v))) {
      value = d * v;
      break;
    }
  }
  if (shape < 1.0) value *= core::exp(core::log(stream.uniform()) / shape);
  return value * scale;
}

double draw_beta(Stream& stream, double a, double b) {
  const double x = draw_gamma(stream, a);
  const double y = draw_gamma(stream, b);
  return x / (x + y);
}

std::int64_t draw_binomial(Stream& stream, std::int64_t n, double p) {
  require(n >= 0 && n <= largest_count, "binomial n", static_cast<double>(n), "[0, 2^32]");
  require(p >= 0.0 && p <= 1.0, "binomial p", p, "[0, 1]");
  const bool is_mirrored = p > 0.5;
  const double q = is_mirrored ? 1.0 - p : p;
  const auto trials = static_cast<double>(n);
  std::int64_t k = 0;
  if (n == 0 || q == 0.0) {
    k = 0;
  } else if (trials * q < 10.0) {
    const double odds = q / (1.0 - q);
    k = search_from_zero(stream.uniform(), core::exp(trials * core::log1p(-q)), std::min<std::int64_t>(n, 200),
                         [=](double i) { return odds * (trials - i + 1.0) / i; });
  } else {
    k = binomial_by_rejection(stream, trials, q);
  }
  return is_mirrored ? n - k : k;
}

std::int64_t draw_poisson(Stream& stream, double mean) {
  require(mean >= 0.0 && mean <= static_cast<double>(largest_count), "Poisson mean", mean, "[0, 2^32]");
  if (mean == 0.0) return 0;
  if (mean >= 10.0) return poisson_by_rejection(stream, mean);
  return search_from_zero(stream.uniform(), core::exp(-mean), 200, [=](double k) { return mean / k; });
}

}  // namespace sanhai::random
