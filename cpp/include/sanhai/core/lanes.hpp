#pragma once
// V: `double` for one run, or a vector of doubles for draws side by side. Everything that a year is made of is written
// once on V. Only plain types and functions that are always inlined: an object compiled for one instruction set must
// leave no symbol that a program on another could pick up.

#include <bit>
#include <cstddef>
#include <type_traits>

#include "sanhai/core/math.hpp"

#define SANHAI_INLINE [[gnu::always_inline]] inline

namespace sanhai::core {

/// Draws in one batch, whatever the instruction set. The bits of a draw do not depend on its lane or its neighbours.
inline constexpr std::size_t n_lanes = 8;

/// Oldest age the lanes hold room for, plus one (the United Nations work to 130).
inline constexpr std::size_t max_ages = 136;

/// Women's parities 0, 1, 2, 3+ (children ever born alive).
inline constexpr std::size_t n_parities = 4;

/// Draws rounded up to whole batches.
[[nodiscard]] constexpr std::size_t padded(std::size_t n_draws) { return (n_draws + n_lanes - 1) / n_lanes * n_lanes; }

/// Doubles in a V.
template <class V>
inline constexpr std::size_t width = sizeof(V) / sizeof(double);

template <class V>
SANHAI_INLINE V splat(double value) {
  if constexpr (std::is_same_v<V, double>) {
    return value;
  } else {
    V all;
    for (std::size_t i = 0; i < sizeof(V) / sizeof(double); ++i) all[i] = value;
    return all;
  }
}
namespace detail {
/// A V anywhere in an array of doubles.
template <class V>
struct Loose {
  typedef double type __attribute__((vector_size(sizeof(V)), may_alias, aligned(8)));
};
template <>
struct Loose<double> {
  using type = double;
};
}  // namespace detail

template <class V>
SANHAI_INLINE V load(const double* from) {
  return *reinterpret_cast<const typename detail::Loose<V>::type*>(from);
}
template <class V>
SANHAI_INLINE void store(double* to, V value) {
  *reinterpret_cast<typename detail::Loose<V>::type*>(to) = value;
}
template <class V>
SANHAI_INLINE V higher(V a, V b) {
  return a > b ? a : b;
}
template <class V>
SANHAI_INLINE V lower(V a, V b) {
  return a < b ? a : b;
}

/// What a comparison of two V gives: `bool`, or a lane of all ones or zeros each.
template <class V>
using Mask = decltype(V{} < V{});

SANHAI_INLINE bool any(bool mask) { return mask; }
template <class M>
  requires(!std::is_same_v<M, bool>)
SANHAI_INLINE bool any(M mask) {
  long long found = 0;
  for (std::size_t i = 0; i < sizeof(M) / sizeof(double); ++i) found |= mask[i];
  return found != 0;
}

/// The sign bits of a V joined: one sign is set where any number was below zero, and no adder was busy with it.
template <class V>
struct Signs {
  using Bits = detail::BitsOf<V>;
  Bits joined = {};
  SANHAI_INLINE void see(V value) { joined |= std::bit_cast<Bits>(value); }
  [[nodiscard]] SANHAI_INLINE bool any_negative() const {
    constexpr std::uint64_t sign = std::uint64_t{1} << 63;
    if constexpr (std::is_same_v<V, double>) {
      return (joined & sign) != 0;
    } else {
      std::uint64_t all = 0;
      for (std::size_t i = 0; i < sizeof(V) / sizeof(double); ++i) all |= joined[i];
      return (all & sign) != 0;
    }
  }
};

/// Largest whole number not above a count in [0, 2^52]: by adding and taking off 2^52, which every instruction set has.
template <class V>
SANHAI_INLINE V floor_of_count(V count) {
  constexpr double shift = 0x1p52;
  const V rounded = (count + shift) - shift;
  const V down = rounded > count ? rounded - 1.0 : rounded;
  return count < splat<V>(shift) ? down : count;
}

}  // namespace sanhai::core
