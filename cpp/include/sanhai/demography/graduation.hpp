#pragma once
// Single years of age from groups, and the people above an open age.

#include <cstddef>
#include <span>
#include <vector>

namespace sanhai::demography {

/// Sprague's fifth-difference multipliers (Shryock & Siegel 1976, appendix C): five single years from each five-year
/// group of `counts` from age 0, closed; every group keeps its count. At least five groups.
/// Throws ShapeError; DomainError where a single year comes out negative: jumps between groups are too large for it.
[[nodiscard]] std::vector<double> sprague(std::span<const double> counts);

/// Persons at `Sx.size() - age` single ages from the open age `age` on, the last open, that sum to `count`: a
/// stationary pattern of `Sx` (by age of arrival) times growth. `before` (10): the single ages before the open one,
/// whose two halves' ratio against that of the pattern says how fast cohorts grew.
/// Throws ShapeError; DomainError for a group without people, or growth that no open age group can bear.
[[nodiscard]] std::vector<double> close_open_age(double count, std::span<const double> before,
                                                 std::span<const double> Sx, std::size_t age);

}  // namespace sanhai::demography
