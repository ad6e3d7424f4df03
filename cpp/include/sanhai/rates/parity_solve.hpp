#pragma once
// Two equations in two unknowns, by Newton with forward differences: what parity solves for a year or a place.

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace sanhai::rates {

struct TwoEquations {
  double tolerance = 1e-10;   ///< largest miss accepted, in the unit of the equations
  double step = 1e-5;         ///< of the forward differences
  double largest_move = 0.5;  ///< longer Newton moves are shortened to this, so that a far start stays in reach
  int max_passes = 60;
};

/// A root of `misses`: (x, y) -> array of two, from `start`; empty when there is none within the passes.
template <class Misses>
[[nodiscard]] std::optional<std::array<double, 2>> solve_two(Misses&& misses, std::array<double, 2> start,
                                                             const TwoEquations& settings = {}) {
  std::array<double, 2> at = start;
  for (int pass = 0; pass < settings.max_passes; ++pass) {
    const std::array<double, 2> miss = misses(at);
    if (std::max(std::abs(miss[0]), std::abs(miss[1])) < settings.tolerance) return at;
    const std::array<double, 2> by_first = misses({at[0] + settings.step, at[1]});
    const std::array<double, 2> by_second = misses({at[0], at[1] + settings.step});
    const double a = (by_first[0] - miss[0]) / settings.step;
    const double b = (by_second[0] - miss[0]) / settings.step;
    const double c = (by_first[1] - miss[1]) / settings.step;
    const double d = (by_second[1] - miss[1]) / settings.step;
    const double determinant = a * d - b * c;
    const double move_first = (d * miss[0] - b * miss[1]) / determinant;
    const double move_second = (a * miss[1] - c * miss[0]) / determinant;
    const double longest = std::max(std::abs(move_first), std::abs(move_second));
    if (!std::isfinite(longest)) return std::nullopt;
    const double damping = longest > settings.largest_move ? settings.largest_move / longest : 1.0;
    at[0] -= damping * move_first;
    at[1] -= damping * move_second;
  }
  return std::nullopt;
}

}  // namespace sanhai::rates
