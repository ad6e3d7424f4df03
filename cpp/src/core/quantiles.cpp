#include "sanhai/core/quantiles.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "sanhai/core/error.hpp"

namespace sanhai::core {

namespace {

void refuse_nan(const double* data, std::size_t n, std::size_t lanes) {
  for (std::size_t i = 0; i < n * lanes; ++i) {
    if (!std::isnan(data[i])) continue;
    throw DomainError(message({.what = "quantiles",
                               .where = "draw " + std::to_string(i / lanes) + ", series " + std::to_string(i % lanes),
                               .got = "NaN",
                               .allowed = "numbers",
                               .remedy = "find the draw that produced it; a quantile of NaN has no meaning"}));
  }
}

void sort_columns(double* data, std::size_t n, std::size_t lanes) {
  std::vector<double> column(n);
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    for (std::size_t i = 0; i < n; ++i) column[i] = data[i * lanes + lane];
    sort_network<1>(column.data(), n);
    for (std::size_t i = 0; i < n; ++i) data[i * lanes + lane] = column[i];
  }
}

}  // namespace

void sort_lanes(double* data, std::size_t n, std::size_t lanes) {
  refuse_nan(data, n, lanes);
  switch (lanes) {
    case 1:
      return sort_network<1>(data, n);
    case 4:
      return sort_network<4>(data, n);
    case 8:
      return sort_network<8>(data, n);
    case 16:
      return sort_network<16>(data, n);
    default:
      return sort_columns(data, n, lanes);
  }
}

void quantiles_type7(const double* sorted, std::size_t n, std::size_t lanes, std::span<const double> probabilities,
                     std::span<double> out) {
  if (n == 0 || out.size() != probabilities.size() * lanes) {
    throw ShapeError(message({.what = "quantiles",
                              .where = "",
                              .got = std::to_string(n) + " draws, room for " + std::to_string(out.size()) + " results",
                              .allowed = "at least one draw, room for " + std::to_string(probabilities.size() * lanes),
                              .remedy = "pass out as [probabilities][series]"}));
  }
  for (std::size_t row = 0; row < probabilities.size(); ++row) {
    const double p = probabilities[row];
    if (!(p >= 0.0 && p <= 1.0)) {
      throw DomainError(message({.what = "quantile probability",
                                 .where = "",
                                 .got = text(p),
                                 .allowed = "[0, 1]",
                                 .remedy = "write 10 % as 0.1"}));
    }
    const double position = static_cast<double>(n - 1) * p;
    const auto below = static_cast<std::size_t>(position);
    const std::size_t above = std::min(below + 1, n - 1);
    const double share = position - static_cast<double>(below);
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      const double low = sorted[below * lanes + lane];
      const double high = sorted[above * lanes + lane];
      // No interpolation on a tie or on a draw itself: inf - inf would be NaN.
      out[row * lanes + lane] = share == 0.0 || low == high ? low : low + share * (high - low);
    }
  }
}

std::vector<double> quantiles(std::span<const double> series, std::span<const double> probabilities) {
  std::vector<double> sorted(series.begin(), series.end());
  refuse_nan(sorted.data(), sorted.size(), 1);
  std::sort(sorted.begin(), sorted.end());
  std::vector<double> out(probabilities.size());
  quantiles_type7(sorted.data(), sorted.size(), 1, probabilities, out);
  return out;
}

}  // namespace sanhai::core
