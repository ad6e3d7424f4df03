#pragma once
// One-dimensional root inside a bracket.

#include <cmath>

namespace sanhai::demography {

struct Bracket {
  double low, high;      ///< abscissae
  double f_low, f_high;  ///< values of opposite sign (or zero)
};

/// Regula falsi, Illinois form (Dowell and Jarratt 1971), with every third step a bisection so that a flat or broken
/// function still halves the bracket. Returns the first abscissa with |f| <= tolerance, or, when the bracket has
/// shrunk to neighbouring doubles, the end with the smaller |f|: the caller checks f there.
template <class Function>
[[nodiscard]] double bracketed_root(Function&& f, Bracket b, double tolerance) {
  int kept = 0;  // which end survived the last step: -1 low, +1 high
  for (int iteration = 0; iteration < 400; ++iteration) {
    const double middle = 0.5 * (b.low + b.high);
    double x = iteration % 3 == 2 ? middle : (b.low * b.f_high - b.high * b.f_low) / (b.f_high - b.f_low);
    if (!(x > b.low && x < b.high)) x = middle;
    if (!(x > b.low && x < b.high)) break;
    const double value = f(x);
    if (std::abs(value) <= tolerance) return x;
    if ((value > 0.0) == (b.f_low > 0.0)) {
      b.low = x;
      b.f_low = value;
      if (kept == 1) b.f_high *= 0.5;
      kept = 1;
    } else {
      b.high = x;
      b.f_high = value;
      if (kept == -1) b.f_low *= 0.5;
      kept = -1;
    }
  }
  return std::abs(f(b.low)) <= std::abs(f(b.high)) ? b.low : b.high;
}

}  // namespace sanhai::demography
