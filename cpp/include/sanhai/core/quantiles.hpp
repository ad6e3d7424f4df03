#pragma once
// Exact quantiles of N draws. Several series are sorted side by side, one per lane, by a network of minima and maxima:
// no branch depends on the data, so a compiler turns the inner loop into vector code.

#include <bit>
#include <cstddef>
#include <cstring>
#include <span>
#include <vector>

#include "sanhai/core/math.hpp"

namespace sanhai::core {

/// Series sorted side by side by default: one AVX-512 register, two AVX2, four SSE2.
inline constexpr std::size_t default_lanes = 8;

namespace detail {

/// Rows a and b of [n][Lanes]: the smaller values to a. Equal values stay where they are. Written with vector types,
/// since g++ leaves the plain loop to single doubles (8 to 15 times slower).
template <std::size_t Lanes>
[[gnu::always_inline]] inline void order_rows(double* a, double* b) {
  if constexpr (Lanes % native_lanes == 0) {
    for (std::size_t lane = 0; lane < Lanes; lane += native_lanes) {
      NativeLanes x;
      NativeLanes y;
      std::memcpy(&x, a + lane, sizeof x);
      std::memcpy(&y, b + lane, sizeof y);
      const NativeLanes low = y < x ? y : x;
      const NativeLanes high = y < x ? x : y;
      std::memcpy(a + lane, &low, sizeof low);
      std::memcpy(b + lane, &high, sizeof high);
    }
  } else {
    for (std::size_t lane = 0; lane < Lanes; ++lane) {
      const double x = a[lane];
      const double y = b[lane];
      a[lane] = y < x ? y : x;
      b[lane] = y < x ? x : y;
    }
  }
}

}  // namespace detail

/// Sorts each column of data[n][Lanes] upwards, in place. Batcher's merge exchange for any n (Knuth 1998, The Art of
/// Computer Programming 3, 5.2.2, algorithm M): about n log2(n)^2 / 4 exchanges. No NaN may be inside (not checked
/// here). Inlined into its caller, so a file compiled for one instruction set leaves no copy that another could link.
template <std::size_t Lanes>
[[gnu::always_inline]] inline void sort_network(double* data, std::size_t n) {
  if (n < 2) return;
  const std::size_t top = std::bit_ceil(n) / 2;
  for (std::size_t p = top; p > 0; p /= 2) {
    std::size_t r = 0;
    std::size_t d = p;
    for (std::size_t q = top;; q /= 2) {
      // The rows i < n - d with (i & p) == r form runs of p rows that start at r, r + 2p, r + 4p, ...
      for (std::size_t start = r; start + d < n; start += 2 * p) {
        const std::size_t end = start + p < n - d ? start + p : n - d;
        for (std::size_t i = start; i < end; ++i) {
          detail::order_rows<Lanes>(data + i * Lanes, data + (i + d) * Lanes);
        }
      }
      if (q == p) break;
      d = q - p;
      r = p;
    }
  }
}

/// As sort_network, for any number of lanes, with a check. data: [n][lanes], C order.
/// Throws DomainError on a NaN, naming its draw and lane, and before anything has moved.
void sort_lanes(double* data, std::size_t n, std::size_t lanes = default_lanes);

/// Sample quantiles by linear interpolation of order statistics at (n - 1) p: type 7 of Hyndman & Fan (1996), the
/// default of NumPy and R. sorted: [n][lanes], each column upwards; out: [probabilities.size()][lanes]. Throws
/// ShapeError when n = 0 or out has another size, DomainError for a probability outside [0, 1].
void quantiles_type7(const double* sorted, std::size_t n, std::size_t lanes, std::span<const double> probabilities,
                     std::span<double> out);

/// Quantiles of one series in any order.
[[nodiscard]] std::vector<double> quantiles(std::span<const double> series, std::span<const double> probabilities);

}  // namespace sanhai::core
