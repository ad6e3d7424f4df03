#pragma once
// Statistical checks as functions that return a standard normal score under the hypothesis, so that a test can ask for
// a small score from the right law and a large one from a planted defect. 4.9 is two-sided p = 1e-6.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sanhai::test {

inline constexpr double z_limit = 4.9;
inline constexpr std::size_t n_large = 1'000'000;

inline bool passes(double z) { return std::abs(z) < z_limit; }

inline double z_mean(const std::vector<double>& x, double mean, double variance) {
  double sum = 0.0;
  for (const double v : x) sum += v - mean;
  const auto n = static_cast<double>(x.size());
  return sum / std::sqrt(n * variance);
}

/// fourth: the fourth central moment of the law.
inline double z_variance(const std::vector<double>& x, double mean, double variance, double fourth) {
  double sum = 0.0;
  for (const double v : x) sum += (v - mean) * (v - mean) - variance;
  const auto n = static_cast<double>(x.size());
  return sum / std::sqrt(n * (fourth - variance * variance));
}

/// Pearson's statistic against expected counts, as a normal score by Wilson & Hilferty (1931).
inline double z_chi_square(const std::vector<double>& counts, const std::vector<double>& expected) {
  double chi = 0.0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    chi += (counts[i] - expected[i]) * (counts[i] - expected[i]) / expected[i];
  }
  const double freedom = static_cast<double>(counts.size()) - 1.0;
  const double spread = 2.0 / (9.0 * freedom);
  return (std::cbrt(chi / freedom) - (1.0 - spread)) / std::sqrt(spread);
}

/// A continuous sample in equally likely bins; quantile(p) is the law's own, from elsewhere.
template <class Quantile>
double z_bins(const std::vector<double>& x, Quantile quantile, std::size_t n_bins = 200) {
  std::vector<double> edges;
  for (std::size_t i = 1; i < n_bins; ++i)
    edges.push_back(quantile(static_cast<double>(i) / static_cast<double>(n_bins)));
  std::vector<double> counts(n_bins, 0.0);
  for (const double v : x)
    counts[static_cast<std::size_t>(std::upper_bound(edges.begin(), edges.end(), v) - edges.begin())] += 1;
  const std::vector<double> expected(n_bins, static_cast<double>(x.size()) / static_cast<double>(n_bins));
  return z_chi_square(counts, expected);
}

/// A sample of counts against cdf(k); values are pooled to cells that expect at least 1/200 of the sample.
template <class Cdf>
double z_counts(const std::vector<double>& x, Cdf cdf) {
  std::vector<double> sorted = x;
  std::sort(sorted.begin(), sorted.end());
  const auto n = static_cast<double>(x.size());
  std::vector<double> counts;
  std::vector<double> expected;
  double below = 0.0;
  std::size_t taken = 0;
  for (double k = sorted.front(); k <= sorted.back(); k += 1.0) {
    const double share = cdf(k);
    if (share - below < 0.005 || 1.0 - share < 0.005) continue;
    const auto upto = static_cast<std::size_t>(std::upper_bound(sorted.begin(), sorted.end(), k) - sorted.begin());
    counts.push_back(static_cast<double>(upto - taken));
    expected.push_back(n * (share - below));
    taken = upto;
    below = share;
  }
  counts.push_back(n - static_cast<double>(taken));
  expected.push_back(n * (1.0 - below));
  return z_chi_square(counts, expected);
}

/// Correlation of two samples with known means 0 and sds 1, against rho = 0.
inline double z_correlation(const std::vector<double>& x, const std::vector<double>& y) {
  double sum = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += x[i] * y[i];
  return sum / std::sqrt(static_cast<double>(x.size()));
}

/// FNV-1a over the bits of the values.
template <class T>
std::uint64_t hash(const std::vector<T>& values, std::uint64_t h = 1469598103934665603ULL) {
  for (const T value : values) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    for (int shift = 0; shift < 64; shift += 8) h = (h ^ ((bits >> shift) & 0xFF)) * 1099511628211ULL;
  }
  return h;
}

}  // namespace sanhai::test
