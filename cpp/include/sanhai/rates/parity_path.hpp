#pragma once
// A place's births by order, year by year, from its total rates: women by parity are kept per woman (shares), so the
// place's own totals stay what they were fitted to. Policy enters as multipliers on the hazards (the gross run); what
// is taken back from a cohort is in policy/births_year.hpp.

#include <array>

#include "sanhai/core/view.hpp"
#include "sanhai/rates/parity.hpp"

namespace sanhai::rates {

/// Women by parity and their births over years, per woman. `n_ages` are single ages from 0, as in the engine; the
/// stock and the hazards stand on ages 10..64 (n_parity_ages), where alone women by parity are known.
struct ParityPath {
  core::Array<3> asfr_order;    ///< (year, order, n_ages) births of the order per woman; 0 outside 10..64
  core::Array<3> hazards;       ///< (year, order, age 10..64) before 1 - exp(-h)
  core::Array<3> shares;        ///< (year + 1, age 10..64, parity) on 1 January, sum 1 over parity
  core::Array<2> births_3plus;  ///< (year + 1, age 10..64) births of order 3 or more so far, per woman
  core::Array<2> ppr;           ///< (year, 3) p0, p1, p2 of the period; NaN where nobody reaches the parity

  [[nodiscard]] std::size_t n_years() const { return asfr_order.extent(0); }
  [[nodiscard]] ParityStock stock_on(std::size_t year) const;  ///< 1 January of a year of the path, or after its last
};

/// The path whose orders sum to `asfr` (year, n_ages) in every year and age, to the rounding of the solution.
///
/// h_i(x) = a(x) c_i(x) k_i with a(x) solved (hazards_for_year), from `start` on 1 January of `first_year`. `relative`
/// is c: (year or 1, order, age 10..64), one row held for all years. `k` = the place's factors of orders 1, 2, 3+; only
/// their ratios matter here, because a(x) carries the level.
/// Throws ShapeError; DomainError for births outside ages 10..64, a total out of reach, a factor not above 0.
[[nodiscard]] ParityPath parity_path(core::View<const double, 2> asfr, const ParityStock& start,
                                     core::View<const double, 3> relative, const std::array<double, 3>& k,
                                     int first_year = 0);

/// The same hazards x `multiplier` (year, order) from the same start, with their own depletion and no repayment
/// (the gross run of a policy). A year whose multipliers are exactly 1, met before any other, is the base's to the bit.
/// Throws ShapeError; DomainError for a multiplier negative or not finite.
[[nodiscard]] ParityPath gross_path(const ParityPath& base, core::View<const double, 2> multiplier, int first_year = 0);

}  // namespace sanhai::rates
