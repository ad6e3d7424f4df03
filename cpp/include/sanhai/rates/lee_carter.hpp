#pragma once
// ln m(t, s, x) = a(s, x) + b(s, x) k(t): one index of time for both sexes (Lee & Carter 1992, JASA 87: 659-671, with
// the sexes stacked as in Li & Lee 2005, Demography 42: 575-594, common factor).

#include <span>
#include <vector>

#include "sanhai/core/view.hpp"

namespace sanhai::rates {

/// A fitted model. Scale: b summed over ages, averaged over the sexes given, is 1 (one sex: sum b = 1); sum k = 0.
struct LeeCarter {
  core::Array<2> a;       ///< (sex, age) mean of ln m
  core::Array<2> b;       ///< (sex, age)
  std::vector<double> k;  ///< (time)
  double drift = 0.0;     ///< of k, a year: (last - first) / years between
  double step_sd = 0.0;   ///< of k's steps about the drift, a year: sample sd (n - 1) of (dk - drift dt) / sqrt(dt)
  double variance_share = 0.0;  ///< of the first singular value in the sum of squares
};

/// By singular value decomposition of ln m - a. `mx` (time, sex, age) central death rates [1/year]; `years` its times,
/// rising, evenly spaced or not (mid-years of periods). One or two sexes; unweighted.
/// Throws ShapeError; DomainError for fewer than three times, a rate not above 0, times not rising, or b summing to 0
/// (mortality that moves with no common sign).
[[nodiscard]] LeeCarter fit_lee_carter(core::View<const double, 3> mx, std::span<const double> years);

/// b of age groups spread over single ages 0..n_ages-1: a monotone cubic (Fritsch & Butland 1984 slopes) through the
/// values at the middle of each group, flat beyond the first and the last middle, then scaled so that the sexes' mean
/// sum is 1. `lower` = first ages of the groups; the last group is open and stands at its first age + 1/2.
/// Throws ShapeError; DomainError for first ages not rising from 0.
[[nodiscard]] core::Array<2> single_age_b(core::View<const double, 2> b, std::span<const double> lower,
                                          std::size_t n_ages);

}  // namespace sanhai::rates
