#pragma once
// Schedules by age from few numbers: fertility from level, mean and spread, death rates of the oldest, migrants.

#include <cstddef>
#include <span>
#include <vector>

#include "sanhai/core/view.hpp"

namespace sanhai::rates {

/// Births per woman by single age 0..n_ages-1 that sum to `tfr`: a gamma density (Hoem et al. 1981, Demography 18:
/// 231-244) from age 10 with mean `mac` and standard deviation `sd` [years], each age its integral, cut at 10 and 56.
/// The cut moves the mean by less than 0.05 years for sd up to 8.
/// Throws DomainError for a negative tfr, mac outside 15 to 45, sd outside 1 to 10, fewer than 56 ages.
[[nodiscard]] std::vector<double> asfr_gamma(double tfr, double mac, double sd, std::size_t n_ages);

/// `mx` with the ages from `from` on replaced by Kannisto's model, logit m(x) = ln a + b x, fitted by least squares to
/// the ten ages before `from` (Thatcher, Kannisto & Vaupel 1998); the last age, open, is 1 over the life expectancy at
/// it, summed over forty years. Throws DomainError for `from` under 60 or past the last age, a rate of those ages
/// outside (0, 1), or rates that fall with age.
[[nodiscard]] std::vector<double> kannisto(std::span<const double> mx, std::size_t from);

/// Migrants by single age 0..n_ages-1 as shares, sum 1: 0.02 exp(-0.1 x) + 0.06 exp(-0.1 (x - 20) - exp(-0.4 (x - 20)))
/// + 0.003 at the middle of each age, the fundamental parameters of Rogers & Castro (1981, IIASA RR-81-30).
[[nodiscard]] std::vector<double> rogers_castro(std::size_t n_ages);

}  // namespace sanhai::rates
