#pragma once
// Births of one year in lanes: exposures of the cohorts as they pass their fertile ages, without and with parity.

#include "lanes_kernel_vec.hpp"
#include "sanhai/core/axes.hpp"

namespace sanhai::ensemble {
namespace {

using core::n_orders;

/// What one year's fertility looks like to eight draws.
struct Fertility {
  const double* asfr;           ///< (order, age)
  const double* log_none;       ///< (order, age)
  const double* tfr_order;      ///< (order)
  const double* cohort_factor;  ///< (order, age at the start) or null
  std::size_t n_ages;
  bool has_multiplier;  ///< some lane differs from 1
  bool wants_tfr;
  Vec multiplier[n_orders];
  Vec factor;
  const double* start_rate;  ///< (order, age from first_age, lane) or null
  const double* end_rate;
  std::size_t first_age;
  std::size_t n_rate_ages;

  /// 1 - (1 - f)^M, and f itself where M is 1.
  SANHAI_INLINE Vec rate(std::size_t order, std::size_t x) const {
    const Vec plain = splat(asfr[order * n_ages + x]);
    const Vec moved = 1.0 - core::exp(multiplier[order] * log_none[order * n_ages + x]);
    return multiplier[order] == splat(1.0) ? plain : moved;
  }
};

/// Births by order as they add up over the fertile ages.
struct BirthSums {
  Vec order[n_orders] = {};
  Vec tfr = {};
};

/// Women of any parity aged x, `start` and `end` of the year: births = f (start + end) / 2.
SANHAI_INLINE void add_births(const Fertility& fertility, std::size_t x, Vec start, Vec end, BirthSums& sums) {
  const Vec exposure = (start + end) * 0.5;
  for (std::size_t i = 0; i < n_orders; ++i) sums.order[i] += fertility.asfr[i * fertility.n_ages + x] * exposure;
}

/// The same with multipliers by draw or cohort factors; rare enough to be read rather than tuned.
SANHAI_INLINE void add_changed_births(const Fertility& fertility, std::size_t x, Vec start, Vec end, BirthSums& sums) {
  const Vec exposure = (start + end) * 0.5;
  Vec all = {};
  Vec rates = {};
  for (std::size_t i = 0; i < n_orders; ++i) {
    Vec exposed = exposure;
    if (fertility.cohort_factor) {
      const double* factor = fertility.cohort_factor + i * fertility.n_ages;
      exposed = (start * factor[x] + end * factor[x - 1]) * 0.5;
    }
    const Vec rate = fertility.rate(i, x);
    const Vec births = rate * exposed;
    sums.order[i] += births;
    all += births;
    rates += rate;
  }
  sums.tfr += exposure > splat(0.0) ? all / exposure : rates;
}

/// Births given per woman at the start and per survivor at the end.
SANHAI_INLINE void add_rated_births(const Fertility& fertility, std::size_t x, Vec start, Vec end, BirthSums& sums) {
  Vec all = {};
  Vec rates = {};
  for (std::size_t i = 0; i < n_orders; ++i) {
    const std::size_t at = (i * fertility.n_rate_ages + (x - fertility.first_age)) * n_lanes;
    const Vec at_start = load(fertility.start_rate + at);
    const Vec at_end = load(fertility.end_rate + at);
    const Vec births = at_start * start + at_end * end;
    sums.order[i] += births;
    all += births;
    rates += at_start + at_end;
  }
  const Vec exposure = (start + end) * 0.5;
  sums.tfr += exposure > splat(0.0) ? all / exposure : rates;
}

/// A cohort's parity as shares of its women, so that survival and migration leave it alone.
struct Shares {
  Vec of[n_parities];
};

SANHAI_INLINE Shares childless() {
  Shares shares = {};
  shares.of[0] = splat(1.0);
  return shares;
}

/// Rates a cohort carries from the age it had to the age it reaches: one number for all draws, or one each.
struct SharedRates {
  double of[n_orders];
};
struct DrawnRates {
  Vec of[n_orders];
};

template <bool is_drawn>
SANHAI_INLINE auto rates_at(const Fertility& fertility, std::size_t x) {
  if constexpr (is_drawn) {
    return DrawnRates{{fertility.rate(0, x), fertility.rate(1, x), fertility.rate(2, x)}};
  } else {
    const double* asfr = fertility.asfr + x;
    return SharedRates{{asfr[0], asfr[fertility.n_ages], asfr[2 * fertility.n_ages]}};
  }
}

/// A cohort that reaches age x: `before` of its women on 1 January, `end` of them at the end. It owns half the births
/// at x - 1 (on the start) and half of those at x (on the survivors); per survivor that is f(x-1) / 2S + f(x) / 2.
/// Moves are booked after all births, so births of both halves fall on the shares of the start.
template <class Rates, class Inverse>
SANHAI_INLINE void move_up(const Fertility& fertility, const Rates& younger, const Rates& older, Inverse one_over_Sx,
                           Vec end, Shares& shares, BirthSums& sums, Vec& most) {
  const Vec half = 0.5 * fertility.factor;
  Vec moved[n_orders];
  for (std::size_t i = 0; i < n_orders; ++i) {
    const Vec share = (younger.of[i] * one_over_Sx + older.of[i]) * half;
    moved[i] = shares.of[i] * share;
    most = higher(most, share);
    const Vec born = i + 1 < n_orders ? moved[i] : moved[i] + shares.of[n_parities - 1] * share;
    sums.order[i] += end * born;
  }
  shares.of[0] -= moved[0];
  shares.of[1] = (shares.of[1] - moved[1]) + moved[0];
  shares.of[2] = (shares.of[2] - moved[2]) + moved[1];
  shares.of[3] += moved[2];
}

/// Births at age x over women of age x, which cohort sums do not give.
template <class Rates>
SANHAI_INLINE void add_tfr_by_parity(const Rates& rates, Vec start, const Shares& at_start, Vec end,
                                     const Shares& at_end, BirthSums& sums) {
  Vec births = {};
  for (std::size_t i = 0; i < n_orders; ++i) {
    Vec women = start * at_start.of[i] + end * at_end.of[i];
    if (i + 1 == n_orders) women += start * at_start.of[n_parities - 1] + end * at_end.of[n_parities - 1];
    births += rates.of[i] * women;
  }
  const Vec women = start + end;
  sums.tfr += women > splat(0.0) ? births / women : Vec{};
}

}  // namespace
}  // namespace sanhai::ensemble
