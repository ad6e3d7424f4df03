#pragma once
// Leaves raked to the path of a parent that was projected on its own, so that in every draw they sum to it.

#include <span>
#include <string>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/view.hpp"

namespace sanhai::engine {

/// Leaves after raking, and what each cell was multiplied by.
struct Raked {
  core::Array<4> leaves;  ///< (leaf, year, row, age), summing over leaves to the parent
  core::Array<3> factor;  ///< (year, row|1, group), the same for every leaf; 1 where neither has anybody
};

/// One-way proportional raking of one draw: each group of cells of all leaves is multiplied by (parent / sum of
/// leaves).
///
/// `what` names the quantity ("pop_jan1", "births", "deaths"); `leaves` (leaf, year, row, age) with sexes or birth
/// orders as rows; `parent` (year, row|1, group) the parent's sums, one row when it is given for all rows together;
/// `lower` the first age index of each group, ascending from 0, the last one open: {0} rakes to totals, one a year of
/// age keeps the parent's age pattern. `axes` label the leaves, years and ages of messages.
/// Throws ShapeError; DomainError for a negative or missing parent, and where the parent has somebody and no leaf has.
[[nodiscard]] Raked rake(const core::Axes& axes, const std::string& what, core::View<const double, 4> leaves,
                         core::View<const double, 3> parent, std::span<const std::size_t> lower);

/// Stocks and births raked together.
struct RakedPath {
  core::Array<4> pop_jan1;       ///< (leaf, year + 1, sex, age) persons
  core::Array<3> births;         ///< (leaf, year, sex) births
  core::Array<3> pop_factor;     ///< (year + 1, sex|1, group) on the stock; age 0 also takes births_factor
  core::Array<1> births_factor;  ///< (year) on births and on those aged 0 on the next 1 January, above pop_factor
  std::size_t iterations = 0;
};

/// Rakes stocks to `parent_pop` (year + 1, sex|1, group) and births to `parent_births` (year), in turn until both hold
/// to 1e-12 (iterative proportional fitting; Deming & Stephan 1940).
///
/// The children of a birth year are the same people in both tables, so they move together: births of a leaf and sex and
/// its stock aged 0 on the next 1 January keep their ratio, that leaf's survival of infants. Years are linked only
/// through it. `pop_jan1` (leaf, year + 1, sex, age), `births` (leaf, year, sex). Single years of age.
/// Throws as rake(), and DomainError when no factors meet both (a total below the infants it must hold).
[[nodiscard]] RakedPath rake_births_and_stock(const core::Axes& axes, core::View<const double, 4> pop_jan1,
                                              core::View<const double, 3> births,
                                              core::View<const double, 3> parent_pop,
                                              core::View<const double, 1> parent_births,
                                              std::span<const std::size_t> lower);

}  // namespace sanhai::engine
