#pragma once
// A place's births by order, year by year, from its total rates: women by parity are kept per woman (shares), so the
// place's own totals stay what they were fitted to. Policy enters as multipliers on the hazards (the gross run) and as
// births taken back from a cohort (the net one).

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

/// A cohort's births of an order per woman: (year, order, age y at the start) = asfr_order(y) / 2 at its start exposure
/// + asfr_order(y + 1) / 2 at its end one, which is how the engine counts them. Summed over y they are the births of
/// the year and so the moves of the stock.
[[nodiscard]] core::Array<3> cohort_births(const ParityPath& path);

/// What is left of a gross run when part of each cohort's births is taken back.
struct ParityNet {
  core::Array<3> cohort_factor;  ///< (year, order, age y at the start) on both halves; exactly 1 where nothing is due
  core::Array<3> births;         ///< (year, order, age y at the start) births per woman = gross - repayment
  core::Array<3> shares;         ///< (year + 1, age 10..64, parity) of the women who had the net births
  core::Array<2> births_3plus;   ///< (year + 1, age 10..64)
};

/// net = base + r - repayment = gross - repayment by cohort, for `repayment` (year, order, age y at the start) births
/// per woman. The engine given gross.asfr_order and `cohort_factor` has these births. Throws ShapeError; DomainError
/// for a repayment beyond the cohort's gross births (either sign).
[[nodiscard]] ParityNet net_from_gross(const ParityPath& gross, core::View<const double, 3> repayment,
                                       int first_year = 0);

/// The same from the factors themselves, as a ledger of the policy floor returns them: each in [0, 2].
/// The net stock moves by factor x the gross run's moves, never by hazards met again: those were depleted already.
/// DomainError when that would leave a parity negative.
[[nodiscard]] ParityNet net_from_factors(const ParityPath& gross, core::View<const double, 3> cohort_factor,
                                         int first_year = 0);

}  // namespace sanhai::rates
