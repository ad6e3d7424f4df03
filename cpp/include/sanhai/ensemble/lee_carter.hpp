#pragma once
// A mortality schedule made ready for draws: ln m(x, t) = median + b(x) k(t) (Lee & Carter 1992, JASA 87, eq. 1, with
// the forecast's drift in the median), with survivorship as a polynomial in k where that is as good as exp.

#include <cstddef>
#include <string>
#include <vector>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/view.hpp"
#include "sanhai/ensemble/kernel.hpp"

namespace sanhai::ensemble {

/// Median mortality of a group of places. Give `mx`, or `Sx`, or both `Sx` alone without draws of mortality.
struct MortalitySchedule {
  core::Array<3> mx;  ///< (year, sex, age) central death rates [1/year]; empty: Sx is the median
  core::Array<2> a0;  ///< (year, sex) years lived in the first year by infants who die; empty: 0.5
  core::Array<3> Sx;  ///< (year, sex, age of arrival); empty: from mx with a = 0.5 from age 1 on
  core::Array<2> b;   ///< (sex, age) change of ln m for a k of 1; empty: no draws of mortality
  /// (year) half-width of the interval of k served by the polynomial; beyond it exp is used, at the same values.
  /// Empty: 1.5 / max |b|. About 3.5 standard deviations of k serve best.
  core::Array<1> half_width;
};

/// Largest difference of survivorship allowed between the polynomial and the exact way.
inline constexpr double polynomial_error = 5e-11;

/// Sx (sex, age of arrival) of central death rates, a(x) = 0.5 from age 1 on:
/// S(x) = (2 - m(x-1)) / (2 + m(x)), S(0) = 1 / (1 + (1 - a0) m(0)), S(omega) = T(omega) / T(omega - 1).
[[nodiscard]] core::Array<2> Sx_from_mx(core::View<const double, 2> mx, core::View<const double, 1> a0);

/// Life expectancy at birth [years] of survivorship ratios (age of arrival); the inverse of the same table.
[[nodiscard]] double e0_from_Sx(core::View<const double, 1> Sx);

/// Validated and expanded schedule. Throws ShapeError and DomainError naming year, sex, age.
class MortalityTable {
public:
  MortalityTable(MortalitySchedule schedule, const core::Axes& axes, MortalityMode mode);

  [[nodiscard]] KernelMortality view() const;
  /// Survivorship of a drawn k, exactly, into (sex, age of arrival); the median's own bits where k is 0.
  void put_Sx(std::size_t year, double k, core::View<double, 2> Sx) const;
  [[nodiscard]] const core::Array<3>& Sx() const { return Sx_; }
  [[nodiscard]] double half_width(std::size_t year) const { return half_width_[year]; }  ///< as used, with polynomials

private:
  void check_values(const core::Axes& axes) const;
  void put_rows(std::size_t year, double k, double* to) const;
  void fit_year(std::size_t year, const core::Axes& axes);
  bool fit_interval(std::size_t year, double width, std::size_t rows, std::size_t cells);

  MortalitySchedule schedule_;
  MortalityMode mode_;
  core::Array<3> Sx_;
  core::Array<3> one_less_Sx_;
  core::Array<3> base_;
  std::vector<double> a0_;
  std::vector<double> e0_;
  std::vector<double> half_width_;
  std::vector<double> coefficients_;
  std::vector<int> degree_;
  std::vector<std::size_t> offset_;
};

}  // namespace sanhai::ensemble
