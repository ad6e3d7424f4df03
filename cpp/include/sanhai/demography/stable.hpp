#pragma once
// Stable population theory, written for the step of this house: women of one sex, births from the mean of the women
// at the start and at the end of the step, newborn girls survived by S(0), the open group pooled.

#include <span>
#include <vector>

#include "sanhai/core/view.hpp"

namespace sanhai::demography {

/// Square matrix (age of arrival, age of departure) of one step of `width` years for women:
/// A(0, j) = S(0)/(1+srb) n/2 (f(j) + S(j+1) f(j+1)), A(j, j-1) = S(j), A(omega, omega) = S(omega).
/// Sx by age of arrival [0, 1], asfr [1/year], srb boys per girl. f(0) must be 0 (the step asks who is newborn last).
[[nodiscard]] core::Array<2> leslie_matrix(std::span<const double> Sx, std::span<const double> asfr, double srb,
                                           double width = 1.0);

/// Intrinsic growth rate [1/year]: log of the dominant eigenvalue / width. DomainError without fertility, or when
/// fertility is so low that the open group's own survivorship dominates (an open age of 85 with a TFR near 1).
[[nodiscard]] double growth_from_leslie(core::View<const double, 2> leslie, double width = 1.0);

/// Shares by age of the stable population (sum 1): the dominant eigenvector.
[[nodiscard]] std::vector<double> stable_age_from_leslie(core::View<const double, 2> leslie);

/// How Lotka's sum discounts group j, with x = n j its lower age.
enum class LotkaSum {
  step,       ///< exp(-r (x + n/2)) cosh(r n/2): exact for the step of this house
  mid_point,  ///< exp(-r (x + n/2)): the textbook's (Preston, Heuveline & Guillot 2001, box 7.1)
};

/// Root r [1/year] of sum D(r, x) L(x) f(x) / (1 + srb) = 1 (Lotka 1939), by Newton's steps on the log of the sum,
/// which is convex, to 1e-15. nLx of women, radix 1; f must be 0 in the first and the open group.
[[nodiscard]] double intrinsic_growth_from_lotka(std::span<const double> nLx, std::span<const double> asfr, double srb,
                                                 double width = 1.0, LotkaSum sum = LotkaSum::step);

/// Final over present size of the female population when fertility moves to replacement at once by one factor.
/// Preston & Guillot (1997), Genus 53; Preston, Heuveline & Guillot (2001), box 7.3. Exact for the step of this house.
/// pop [women], nLx radix 1 with the open group's T last; f must be 0 in the first and the open group.
[[nodiscard]] double population_momentum(std::span<const double> pop, std::span<const double> nLx,
                                         std::span<const double> asfr, double srb, double width = 1.0);

}  // namespace sanhai::demography
