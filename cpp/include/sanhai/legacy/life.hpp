#pragma once
// How couples live on, on V (a double, or draws side by side; core/lanes.hpp): the one definition.

#include "sanhai/core/lanes.hpp"
#include "sanhai/legacy/couples.hpp"

namespace sanhai::legacy {

/// Age of a member on 1 January `elapsed` years after the first, the oldest together.
[[nodiscard]] constexpr std::size_t age_of(std::size_t member, std::size_t at, std::size_t elapsed,
                                           std::size_t husband_older) {
  const std::size_t age = youngest_wife + at + elapsed + (member == husband ? husband_older : 0);
  return age < n_ages - 1 ? age : n_ages - 1;
}

/// Share of the couples of the first 1 January with a wife, a husband, at least one of them.
template <class V>
[[nodiscard]] SANHAI_INLINE V one_alive(V of_wives, V of_husbands) {
  return 1.0 - (1.0 - of_wives) * (1.0 - of_husbands);
}

/// One year of wives or husbands; `Sx(age of arrival)` of their sex. `get(at)` and `put(at, V)` hold the shares alive.
template <class SxOf, class Get, class Put>
SANHAI_INLINE void live_a_year(std::size_t member, std::size_t elapsed, std::size_t husband_older, SxOf Sx, Get get,
                               Put put) {
  for (std::size_t at = 0; at < n_wives; ++at) {
    put(at, get(at) * Sx(age_of(member, at, elapsed + 1, husband_older)));
  }
}

}  // namespace sanhai::legacy
