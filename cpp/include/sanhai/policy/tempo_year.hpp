#pragma once
// Part of a policy's extra births are only moved: they are missing from the same cohort in the next years. One year of
// one cohort's debt, on V (core/lanes.hpp).
//
// Sign of the debt: extra births (r > 0) make a debt that is *taken* from later births; births lost (r < 0, a benefit
// withdrawn) make a negative debt that is *given back* later. Both ways the amount booked in a year is at most the
// cohort's gross births of that order and year (the factor stays in [0, 2]); the rest carries forward.

#include <cstddef>

#include "sanhai/core/lanes.hpp"

namespace sanhai::policy {

/// Books a year in which a cohort has `births`, `moved` of them (tau x extra births) only brought forward, with `left`
/// exposed years after it. `due(k)`: owed k years from now; `put(k, V)` takes what is owed a year on, k upwards, and
/// may write where `due` reads. Weight that would fall due after the last exposed year is due at once: left to that
/// year, where births are few, 0.05 % of gross births could not be repaid at tau = 1 and M = 1.3 (schedule of 2022),
/// against 0.003 % this way. Returns what is paid out of `births`: at most all of them, either way.
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
