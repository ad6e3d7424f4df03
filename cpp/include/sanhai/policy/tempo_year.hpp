#pragma once
// One year of one cohort's debt of moved births, on V (core/lanes.hpp): the arithmetic of policy::TempoLedger and of
// every draw.

#include <cstddef>

#include "sanhai/core/lanes.hpp"

namespace sanhai::policy {

/// Books a year in which a cohort has `births`, `moved` of them (tau x extra births) only brought forward, with `left`
/// exposed years after it. `due(k)`: owed k years from now; `put(k, V)` takes what is owed a year on, k upwards, and
/// may write where `due` reads. Weight that would fall due after the last exposed year is due at once. Returns what is
/// paid out of `births`: at most all of them, either way.
template <class V, class Due, class Put>
[[nodiscard]] SANHAI_INLINE V settle_debt(const double* weights, std::size_t n_weights, V births, V moved,
                                          std::size_t left, Due due, Put put) {
  V owed = due(0);
  for (std::size_t k = left; k < n_weights; ++k) owed += weights[k] * moved;
  const V paid = core::lower(core::higher(owed, -births), births);
  for (std::size_t k = 0; k <= n_weights; ++k) {
    V later = k < n_weights ? due(k + 1) : V{};
    if (k < left && k < n_weights) later += weights[k] * moved;
    if (k == 0) later += owed - paid;
    put(k, later);
  }
  return paid;
}

}  // namespace sanhai::policy
