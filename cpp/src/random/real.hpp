#pragma once
// A double as Boost.Random's distributions are to see it: their exp, log, pow, tan, sqrt, floor and abs, called without
// a namespace, find those below by argument-dependent lookup, which stand on core/math.hpp. So no libm is called whose
// last bit changes with the processor or the system; one flipped bit can turn an acceptance, after which the whole
// stream is another.

#include <cmath>
#include <cstdint>
#include <istream>
#include <limits>
#include <ostream>

#include "sanhai/core/math.hpp"

namespace sanhai::random {

struct Real {
  double value;

  Real() = default;  // trivial: Boost keeps its constants in a union
  constexpr Real(double given) : value(given) {}
  explicit constexpr operator double() const { return value; }
  /// Saturates, NaN gives 0: at the edge of its tails Boost casts floor(-inf), which C++ leaves undefined for a double.
  explicit constexpr operator std::int64_t() const {
    if (value >= 0x1p63) return std::numeric_limits<std::int64_t>::max();
    if (value < -0x1p63) return std::numeric_limits<std::int64_t>::min();
    return value == value ? static_cast<std::int64_t>(value) : 0;
  }
};

constexpr Real operator+(Real a, Real b) { return a.value + b.value; }
constexpr Real operator-(Real a, Real b) { return a.value - b.value; }
constexpr Real operator*(Real a, Real b) { return a.value * b.value; }
constexpr Real operator/(Real a, Real b) { return a.value / b.value; }
constexpr Real operator-(Real a) { return -a.value; }
constexpr Real& operator+=(Real& a, Real b) { return a = a + b; }
constexpr Real& operator-=(Real& a, Real b) { return a = a - b; }
constexpr Real& operator*=(Real& a, Real b) { return a = a * b; }
constexpr Real& operator/=(Real& a, Real b) { return a = a / b; }
constexpr bool operator==(Real a, Real b) { return a.value == b.value; }
constexpr auto operator<=>(Real a, Real b) { return a.value <=> b.value; }

inline Real exp(Real x) { return core::exp(x.value); }
inline Real log(Real x) { return core::log(x.value); }
/// x^y for x >= 0. Its relative error is about |y ln x| times 1e-16: Boost asks for probabilities above 1e-8.
inline Real pow(Real x, Real y) { return core::exp(y.value * core::log(x.value)); }
inline Real tan(Real x) { return core::tan(x.value); }
inline Real sqrt(Real x) { return core::sqrt(x.value); }
inline Real floor(Real x) { return std::floor(x.value); }  // exact, whatever the library
inline Real abs(Real x) { return x.value < 0.0 ? -x : x; }
inline Real fabs(Real x) { return abs(x); }

template <class Char, class Traits>
std::basic_ostream<Char, Traits>& operator<<(std::basic_ostream<Char, Traits>& out, Real x) {
  return out << x.value;
}
template <class Char, class Traits>
std::basic_istream<Char, Traits>& operator>>(std::basic_istream<Char, Traits>& in, Real& x) {
  return in >> x.value;
}

}  // namespace sanhai::random

/// What a double has: digits, epsilon and the rest are constants of the base.
template <>
struct std::numeric_limits<sanhai::random::Real> : std::numeric_limits<double> {};
