#pragma once
// One year of women by parity per woman of a cohort, on V (core/lanes.hpp): births at risk, the level of hazards that a
// total asks for, and who moves up. Orders 1, 2, 3+; parities 0, 1, 2, 3+. The arithmetic of rates/parity.hpp and of
// the births of every draw (policy/births_year.hpp).

#include <array>
#include <cstddef>
#include <limits>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/lanes.hpp"

namespace sanhai::rates {

/// One value for each order.
template <class V>
struct ByOrder {
  V of[core::n_orders];
};

/// Shares of a cohort by parity.
template <class V>
struct ByParity {
  V of[core::n_parities];
};

/// (-1)^k / (k + 1)!, k = 12 .. 0.
inline constexpr std::array<double, 13> rate_terms = {1.0 / 6227020800.0,
                                                      -1.0 / 479001600.0,
                                                      1.0 / 39916800.0,
                                                      -1.0 / 3628800.0,
                                                      1.0 / 362880.0,
                                                      -1.0 / 40320.0,
                                                      1.0 / 5040.0,
                                                      -1.0 / 720.0,
                                                      1.0 / 120.0,
                                                      -1.0 / 24.0,
                                                      1.0 / 6.0,
                                                      -1.0 / 2.0,
                                                      1.0};

/// 1 - exp(-h) without the loss of small h: its series below 0.35, where the first term left out is 1.4e-17.
template <class V>
[[nodiscard]] SANHAI_INLINE V rate_from_hazard(V hazard) {
  const V small = hazard * core::detail::polynomial(hazard, rate_terms);
  const auto is_large = hazard > core::splat<V>(0.35);
  if (!core::any(is_large)) return small;
  return is_large ? 1.0 - core::exp(-hazard) : small;
}

/// Woman-years at risk of each order at an age: the mean of the cohorts aged x and x - 1 on 1 January. Order 3+ is at
/// risk at parity 2 and 3+.
template <class V>
[[nodiscard]] SANHAI_INLINE ByOrder<V> exposure(const ByParity<V>& own, const ByParity<V>& younger) {
  const V open = (own.of[2] + own.of[3]) + younger.of[2] + younger.of[3];
  return {{(own.of[0] + younger.of[0]) * 0.5, (own.of[1] + younger.of[1]) * 0.5, open * 0.5}};
}

/// Root a of sum_i e_i (1 - exp(-a c_i)) = target, from `start` on. Concave and increasing in a, so Newton from the
/// left never passes it: iterates rise until rounding stops them. A lane that has arrived stays, so that its bits do
/// not depend on how long its neighbours take. NaN where it does not get there.
template <class V>
[[nodiscard]] SANHAI_INLINE V hazard_level(V target, const ByOrder<V>& exposed, const double (&ratio)[core::n_orders],
                                           V start) {
  constexpr int max_passes = 100;
  constexpr double rounding = 16.0 * std::numeric_limits<double>::epsilon();  // of a sum of a few products
  auto done = target == V{};
  V level = done ? V{} : start;
  for (int pass = 0; pass < max_passes; ++pass) {
    V births = {};
    V slope = {};
    for (std::size_t i = 0; i < core::n_orders; ++i) {
      const V rate = rate_from_hazard(level * ratio[i]);
      births += exposed.of[i] * rate;
      slope += exposed.of[i] * ratio[i] * (1.0 - rate);
    }
    const V gap = target - births;
    done = done | (core::higher(gap, -gap) <= rounding * target);
    if (!core::any(done == 0)) return level;
    const V next = core::higher(level + gap / slope, V{});
    level = done ? level : next;
  }
  return done ? level : core::splat<V>(std::numeric_limits<double>::quiet_NaN());
}

/// Women of a cohort who have a birth of each order in a year, at the parity they had on 1 January: half of it they
/// meet the rates of the age they were, half those of the next.
template <class V>
[[nodiscard]] SANHAI_INLINE ByOrder<V> moving(const ByParity<V>& own, const ByOrder<V>& younger,
                                              const ByOrder<V>& older) {
  ByOrder<V> moved;
  for (std::size_t i = 0; i < core::n_orders; ++i) moved.of[i] = own.of[i] * ((younger.of[i] + older.of[i]) * 0.5);
  return moved;
}

/// The same cohort a year on: everyone moves up at most one.
template <class V>
[[nodiscard]] SANHAI_INLINE ByParity<V> moved_up(const ByParity<V>& own, const ByOrder<V>& moved) {
  return {{own.of[0] - moved.of[0], (own.of[1] + moved.of[0]) - moved.of[1], (own.of[2] + moved.of[1]) - moved.of[2],
           own.of[3] + moved.of[2]}};
}

}  // namespace sanhai::rates
