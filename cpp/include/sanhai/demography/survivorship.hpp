#pragma once
// Survivorship from death rates, and life expectancy from survivorship: the one definition of both, on V (a double, or
// draws side by side; core/lanes.hpp). a(x) = 1/2 from age 1 on (Preston, Heuveline & Guillot 2001, ch. 3 and 6).

#include <cstddef>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/lanes.hpp"

namespace sanhai::demography {

/// S of arriving at each single year of age, the last open, for `rate(x)` = m(x):
/// S(0) = 1 / (1 + (1 - a0) m(0)), S(x) = (1 - a m(x-1)) / (1 + (1 - a) m(x)), S(omega) = T(omega) / T(omega - 1).
/// `put(x, S)` takes them upwards.
template <class V, class RateOf, class Put>
SANHAI_INLINE void survivorship(std::size_t n_ages, double a0, RateOf rate, Put put) {
  const V infant = rate(0);
  put(0, 1.0 / (1.0 + (1.0 - a0) * infant));
  V left = 1.0 - a0 * infant;  // l(x + 1) over l(x) (1 + (1 - a) m): the numerator that age x hands on
  for (std::size_t x = 1; x + 1 < n_ages; ++x) {
    const V half = 0.5 * rate(x);
    put(x, left / (1.0 + half));
    left = 1.0 - half;
  }
  const V oldest = rate(n_ages - 1);
  put(n_ages - 1, left / (oldest + left));
}

/// Life expectancy at birth [years] of `Sx(x)`: L(0) = S(0), L(x) = L(x-1) S(x), T(omega-1) = L(omega-1) / (1 -
/// S(omega)).
template <class V, class SxOf>
[[nodiscard]] SANHAI_INLINE V e0_from_survivorship(std::size_t n_ages, SxOf Sx) {
  V lived = Sx(0);
  V sum = {};
  for (std::size_t x = 1; x + 1 < n_ages; ++x) {
    sum += lived;
    lived *= Sx(x);
  }
  return sum + lived / (1.0 - Sx(n_ages - 1));
}

/// Infant mortality of both sexes [deaths before age 1 a birth], `srb` boys a girl: q(0) = (1 - S(0)) / (1 - a0),
/// because L(0) = 1 - (1 - a0) q(0). `lost(sex)` = 1 - S(0), a0 (sex) below 1.
template <class V, class LostOf>
[[nodiscard]] SANHAI_INLINE V infant_mortality(double srb, const double* a0, LostOf lost) {
  const V boys = lost(core::male) / (1.0 - a0[core::male]);
  const V girls = lost(core::female) / (1.0 - a0[core::female]);
  return (srb * boys + girls) / (1.0 + srb);
}

}  // namespace sanhai::demography
