#pragma once
// Catch2 v3 and Debian's v2 differ only in the header's name for what our tests use.
#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_macros.hpp>
#else
#include <catch2/catch.hpp>
#endif

#include <algorithm>
#include <cmath>

namespace sanhai::test {

/// |a - b| <= tolerance, false for NaN.
inline bool close(double a, double b, double tolerance) { return std::abs(a - b) <= tolerance; }

/// |a - b| <= tolerance * max(|a|, |b|), false for NaN.
inline bool relative_close(double a, double b, double tolerance) {
  return std::abs(a - b) <= tolerance * std::max(std::abs(a), std::abs(b));
}

}  // namespace sanhai::test
