#pragma once
// What the births by order of one place are made from, eight draws side by side: plain pointers in, plain pointers out.
// One call moves the women, per woman, through all years: base path, gross path, tempo ledger (births_year.hpp).

#include <cstddef>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/lanes.hpp"

namespace sanhai::policy {

using core::n_lanes;
using core::n_parities;

inline constexpr std::size_t max_repayment_years = 12;
inline constexpr std::size_t n_birth_ages = 55;  ///< ages 10..64, where women by parity are kept

/// What stopped a lane: a total its women by parity cannot bear, in the first such year and at its lowest such age.
struct BirthsStatus {
  int year = -1;  ///< -1: all well
  int age = 0;    ///< completed age
  double value = 0.0;
  double at_most = 0.0;
};

/// Ages below are those of the rates, `first` (an index into ages 10..64) .. first + n - 1, unless said otherwise.
struct BirthsTask {
  std::size_t n_years = 0;
  std::size_t first = 0;
  std::size_t n = 0;
  const double* asfr = nullptr;        ///< (year, age) median births per woman
  const double* relative = nullptr;    ///< (year or 1, order, age) relative hazards, > 0
  std::size_t relative_step = 0;       ///< doubles from one year to the next; 0: all years alike
  const double* start = nullptr;       ///< (parity, age 10..64) shares on 1 January of the first year
  const double* factor = nullptr;      ///< (year, lane) on the total
  const double* multiplier = nullptr;  ///< (year, order, lane) on the hazards; null: no policy
  const double* tau = nullptr;         ///< (lane)
  const double* weights = nullptr;     ///< repayment one, two ... years later
  std::size_t n_weights = 0;           ///< at most max_repayment_years
  double* start_rate = nullptr;        ///< (year, order, age, lane)
  double* end_rate = nullptr;          ///< (year, order, age, lane)
  double* base_rate = nullptr;         ///< (year, order, age, lane) or null
  double* gross_rate = nullptr;        ///< (year, order, age, lane) or null
  double* gross_share = nullptr;       ///< (year + 1, parity, age 10..64, lane) or null
  double* added_gross = nullptr;       ///< (year, order, lane) or null, and so the next two
  double* added_net = nullptr;
  double* unpaid = nullptr;
  BirthsStatus* status = nullptr;  ///< (lane)
};

/// Room for one batch. `run` 0 is the base, 1 the gross one; ages 10..64 and one more, so that age + 1 can be read.
struct BirthsWorkspace {
  alignas(64) double share[2][n_parities][n_birth_ages + 1][n_lanes];
  alignas(64) double rate[2][core::n_orders][n_birth_ages + 1][n_lanes];  ///< births per woman at risk
  alignas(64) double born[2][core::n_orders][n_birth_ages + 1][n_lanes];  ///< births per woman
  alignas(64) double level[n_birth_ages][n_lanes];                        ///< a(x) of the year before
  /// Owed by a cohort this year, next year ...; (order, cohort from age first - 1 on, years ahead)
  alignas(64) double due[core::n_orders][n_birth_ages + 2][max_repayment_years + 1][n_lanes];
};

}  // namespace sanhai::policy
