#pragma once
// Age structure of a population [persons] by groups of `width` years from 0, the last open.
// Bounds are ages [years] and must be bounds of groups: a bound inside a group is a DomainError, never interpolated.

#include <cstddef>
#include <limits>
#include <span>

#include "sanhai/core/lanes.hpp"

namespace sanhai::demography {

/// No upper bound.
inline constexpr double open_age = std::numeric_limits<double>::infinity();

/// Dependency bounds: young below `working_from`, old from `old_from`. China's own series also use 60.
struct DependencyBounds {
  double working_from = 15.0;
  double old_from = 65.0;
};

/// Persons aged [from, to).
[[nodiscard]] double pop_between(std::span<const double> pop, double from, double to, double width = 1.0);
/// Share of the population aged [from, to) [0, 1]; `share_between(pop, 60, open_age)` is the share at 60+.
[[nodiscard]] double share_between(std::span<const double> pop, double from, double to, double width = 1.0);
/// Old-age dependency ratio: old per person of working age.
[[nodiscard]] double oadr(std::span<const double> pop, double width = 1.0, DependencyBounds bounds = {});
/// Youth dependency ratio: young per person of working age.
[[nodiscard]] double ydr(std::span<const double> pop, double width = 1.0, DependencyBounds bounds = {});
/// Total dependency ratio: ydr + oadr.
[[nodiscard]] double tdr(std::span<const double> pop, double width = 1.0, DependencyBounds bounds = {});
/// Age that halves the population, ages even inside a year of age: the first whose people, with all younger ones, are
/// half of all. NaN where nobody is there or the open age holds more than half. `people(x)`: persons aged x.
template <class V, class People>
SANHAI_INLINE V median_age_of(std::size_t n_ages, People people) {
  V total = {};
  for (std::size_t x = 0; x < n_ages; ++x) total += people(x);
  const V half = 0.5 * total;
  V younger = {};
  V median = core::splat<V>(std::numeric_limits<double>::quiet_NaN());
  auto is_open = total > V{};
  for (std::size_t x = 0; x + 1 < n_ages; ++x) {
    const V here = people(x);
    const auto is_found = is_open & (younger + here >= half);
    median = is_found ? static_cast<double>(x) + (half - younger) / here : median;
    is_open = is_open & (younger + here < half);
    younger += here;
  }
  return median;
}

/// Age that halves the population [years], ages even inside a group. DomainError when it falls in the open group.
[[nodiscard]] double median_age(std::span<const double> pop, double width = 1.0);
/// Mean age [years], closed groups at their mid ages, the open group at its lower bound + `open_years`.
[[nodiscard]] double mean_age(std::span<const double> pop, double open_years, double width = 1.0);

}  // namespace sanhai::demography
