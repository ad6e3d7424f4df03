#pragma once
// From a census of five-year groups in November to single years on 1 January, and the age pattern of past migration.

#include <span>
#include <vector>

#include "sanhai/core/view.hpp"

namespace sanhai::engine {

/// Single-year pattern on 1 November of year T - 4 from a stock on 1 January of year T, by reverse survival.
/// `pop_jan1` (sex, age) persons on 1 January; `Sx` (3 years, sex, age) survivorship of the three years before it,
/// oldest first. The three oldest ages cannot be told apart in the open group: they follow the survivorship.
[[nodiscard]] core::Array<2> reverse_survived(core::View<const double, 2> pop_jan1, core::View<const double, 3> Sx);

/// Counts of age groups spread over single years inside each group by `pattern`; every group keeps its count.
/// `counts` (sex, group) persons, `lower` the first age of each group, the last group open; `pattern` (sex, age).
/// Throws DomainError where a group holds people but the pattern has none.
[[nodiscard]] core::Array<2> single_years(core::View<const double, 2> counts, std::span<const std::size_t> lower,
                                          core::View<const double, 2> pattern);

/// A stock moved `d` years on, 0 <= d < 1, without migration: a share d of each age has its birthday, a share d of a
/// year's deaths happen. P(x) = ((1 - d) P(x) + d P(x-1)) (1 - d (1 - S(x))), the open age keeping its people; P(0) =
/// P(0) S(0)^d. `Sx` (sex, age) survivorship of the year. Throws DomainError for another d.
[[nodiscard]] core::Array<2> moved_on(core::View<const double, 2> stock, core::View<const double, 2> Sx, double d);

/// The same from 1 November to the next 1 January: d = 1/6.
[[nodiscard]] core::Array<2> november_to_january(core::View<const double, 2> november, core::View<const double, 2> Sx);

/// Net migrants of ten years by census cohort survival, as shares of one net migrant by sex and single age.
///
/// `first`, `last` (sex, 18 groups 0-4 .. 85+) persons ten years apart; `survival` (sex, group at the end, >= 10-14)
/// ten-year survivorship, 0 for the two youngest groups. Children under 10 follow their mothers by the child-woman
/// ratio (Shryock & Siegel 1976, ch. 21). A group of the end year moved five years younger on average; ages from 75 do
/// not move. Where net gains
/// and losses nearly cancel (net under half of gross) the pattern is that of all movers, so that a small residual
/// never becomes large opposite flows. Sums to 1.
[[nodiscard]] core::Array<2> migration_pattern(core::View<const double, 2> first, core::View<const double, 2> last,
                                               core::View<const double, 2> survival, std::size_t n_ages);

}  // namespace sanhai::engine
