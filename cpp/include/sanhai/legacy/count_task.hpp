#pragma once
// Counts of legacy stocks for eight draws side by side: plain pointers in, plain pointers out. Whom a line counts, and
// how, is weights on the couples of the first 1 January, the same in every draw; a draw only says who lives.

#include <cstddef>

#include "sanhai/core/lanes.hpp"
#include "sanhai/legacy/couples.hpp"

namespace sanhai::legacy {

/// Whose weights are not zero.
struct Reach {
  std::size_t first = 0;
  std::size_t end = 0;
};

inline constexpr std::size_t n_sides = 2;  ///< 1 January, and the year's end

struct CountTask {
  std::size_t n_years = 0;
  std::size_t n_counts = 0;
  std::size_t husband_older = 0;
  const double* husband_alive = nullptr;  ///< (wife)
  const double* weights = nullptr;        ///< (year, count, side, member, wife)
  const Reach* reach = nullptr;           ///< (year, count, side, member)
  double* out = nullptr;                  ///< (year, count, lane)
};

/// Room for one batch: shares of the couples whose member lives.
struct CountWorkspace {
  alignas(64) double alive[n_members][n_wives][core::n_lanes];
};

}  // namespace sanhai::legacy
