#pragma once
// A place's women by parity: the nation's hazards times two factors, solved on the place's census.

#include <array>
#include <span>
#include <string>
#include <vector>

#include "sanhai/rates/parity_reconstruction.hpp"

namespace sanhai::rates {

inline constexpr std::size_t n_census_age5 = 10;  ///< 15-19 .. 60-64

/// What a census row says of a place's women.
struct CensusWomen {
  std::string place;                          ///< code, for messages
  std::array<double, n_census_age5> women{};  ///< persons by age 15-19 .. 60-64
  double women_15plus = 0.0;                  ///< persons
  double never_married_share = 0.0;           ///< of women 15+
  double ceb = 0.0;                           ///< children ever born per woman 15-64
};

/// Day of the census inside the year before 1 January `year` + 1, as a share of the year gone (1 November: 5/6).
struct CensusDay {
  int year = 2020;
  double share_of_year = 5.0 / 6.0;
};

/// A place's stock on 1 January of `until`: everyone turned 10 childless and met the nation's hazards x factors since.
/// Ages 10..64 need 55 years, so no burn-in; years before the history meet its first. DomainError: `until` past it.
[[nodiscard]] ParityStock place_stock(const ParityHistory& nation, const HazardFactors& factors, int until);

/// What the census day shows of a stock, with the place's women as weights.
struct CensusParity {
  double ceb = 0.0;        ///< children ever born per woman 15-64
  double childless = 0.0;  ///< share of women 15-64 at parity 0
};

struct PlaceFit {
  HazardFactors factors;  ///< k1, k2; phi = 1
  CensusParity target;    ///< children ever born and childless share asked for
  CensusParity fitted;    ///< those of the fitted stock
  CensusParity nation;    ///< the model's nation on its own census women
};

/// Damped Newton on (ln k1, ln k2) so that, on the census day, children ever born = model's nation x (place / nation)
/// and the childless = never-married women x (model's childless / never-married women) of the nation. Ratios, because
/// the model's level of children ever born is not the census's. `women_single` = the nation's mid-year women of the
/// census year, ages 10..64, for the pattern inside five-year groups. DomainError: a census value outside its range, or
/// figures that no factors meet.
[[nodiscard]] PlaceFit fit_place_factors(const ParityHistory& nation, const CensusWomen& census_nation,
                                         const CensusWomen& census_place, const ParityAges& women_single,
                                         const CensusDay& day = {});

}  // namespace sanhai::rates
