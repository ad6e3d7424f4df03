#pragma once
// What the parity reconstruction starts from: total rates by single age and women by single age, each year, made from
// five-year tables.

#include <array>
#include <span>
#include <vector>

#include "sanhai/core/view.hpp"
#include "sanhai/rates/parity.hpp"

namespace sanhai::rates {

inline constexpr std::size_t n_fertile_age5 = 9;  ///< 10-14 .. 50-54
inline constexpr std::size_t n_parity_age5 = 11;  ///< 10-14 .. 60-64

/// Total rates and women of every year, (year, age 10..64).
struct ParityInputs {
  int first_year = 0;
  core::Array<2> asfr;   ///< births per woman-year
  core::Array<2> women;  ///< mid-year women, any one unit: only weights

  [[nodiscard]] std::size_t n_years() const { return asfr.shape()[0]; }
  [[nodiscard]] int last_year() const { return first_year + static_cast<int>(n_years()) - 1; }
  [[nodiscard]] ParityAges asfr_of(int year) const;   ///< DomainError outside the years given
  [[nodiscard]] ParityAges women_of(int year) const;  ///< DomainError outside the years given
};

/// ShapeError, DomainError: arrays of different or wrong shape, a value negative or not finite.
void check_parity_inputs(const ParityInputs& inputs);

/// Single ages from five-year shares: differences of a monotone cubic (Fritsch & Carlson 1980, harmonic-mean slopes of
/// Fritsch & Butland 1984) through the cumulated tfr x pasfr at 10, 15 .. 55. Group sums are kept exactly.
/// `pasfr` = share of the total by mother's age group 10-14 .. 50-54. DomainError: a value negative or not finite.
[[nodiscard]] ParityAges asfr_from_age5(double tfr, const std::array<double, n_fertile_age5>& pasfr);

/// Single ages from five-year shares with the pattern of `shape` inside each group; a group that `shape` leaves empty
/// is spread evenly.
[[nodiscard]] ParityAges asfr_from_age5_shape(double tfr, const std::array<double, n_fertile_age5>& pasfr,
                                              const ParityAges& shape);

/// Women by five-year group at one mid-year.
struct WomenAnchor {
  int year = 0;
  std::array<double, n_parity_age5> women{};  ///< 10-14 .. 60-64
};

/// Mid-year women by single age, (year, age 10..64). Inside a group the pattern is that of the base's generations at
/// the mid-year (survivors, so no mortality inside a group), from `pattern_from` on; evenly before. Groups are met at
/// the anchors, their ratios to the pattern interpolated between. `base_women` = ages 0..100+ on 1 January of
/// `base_year`. ShapeError, DomainError: fewer than 101 ages, no anchor before or after a year asked for.
[[nodiscard]] core::Array<2> women_from_anchors(std::span<const double> base_women, int base_year,
                                                const std::vector<WomenAnchor>& anchors, int first_year,
                                                std::size_t n_years, int pattern_from = 1985);

/// Straight lines between knots, held beyond the first and the last.
[[nodiscard]] double interpolate_held(double at, std::span<const int> knots, std::span<const double> values);

}  // namespace sanhai::rates
