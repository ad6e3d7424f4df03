#pragma once
// Amounts: what a rule of a document is worth per head, per year.

#include <cstddef>

#include "sanhai/core/view.hpp"

namespace sanhai::fiscal {

/// National child allowance by calendar year for HeadStock::births_and_jan1: (1, year, order, 4 cells: births, aged 0,
/// 1, 2). `rate` for births, 0 and 1; aged 2: `prorated_mean` in the first three years (children born before
/// `from_year`, paid for the months left to age three: mean of 300 m over m = 1..12 = 1,950 yuan), nothing afterwards;
/// all 0 before `from_year`.
[[nodiscard]] core::Array<4> calendar_allowance(int first_year, std::size_t n_years, std::size_t n_orders,
                                                double rate = 3600.0, int from_year = 2025,
                                                double prorated_mean = 1950.0);

/// How a local amount meets the floor it shares a group with.
enum class Stacking {
  max,     ///< the child gets the higher one: the place pays only what is above the floor
  add,     ///< both in full
  replace  ///< the local amount takes the floor's place, even when lower
};

/// Yuan per head by layer; each layer keeps its own payers.
struct Layers {
  double floor = 0.0;
  double local = 0.0;
};

/// DomainError for a negative rate.
[[nodiscard]] Layers stack(double rate_local, double rate_floor, Stacking rule);

/// The local layer alone: max(0, local - floor) with `max`, local otherwise.
[[nodiscard]] double top_up(double rate_local, double rate_floor, Stacking rule = Stacking::max);

/// b_max = theta x revenue / (local share x births x paid years x take-up) [yuan per child and year]: the amount that
/// costs the share theta of a year's revenue.
[[nodiscard]] double affordable_amount(double theta, double revenue, double local_share, double births,
                                       double paid_years, double take_up);

}  // namespace sanhai::fiscal
