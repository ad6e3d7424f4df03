#pragma once
// What a projection needs, checked once. After the constructor no kernel checks anything again.

#include <optional>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/view.hpp"

namespace sanhai::engine {

/// `end`: the year's net migrants join the survivors at the end of the year (United Nations).
/// `even`: half join before survival, half after the infants (Preston, Heuveline & Guillot 2001, ch. 6).
enum class MigrationTiming { end, even };

/// What happens to a cell that out-migration would empty below zero.
enum class OnNegative { error, cap };

/// Plain arrays, C order. The place axis of `Sx`, `asfr`, `srb` may have length 1: then all places share it.
struct InputArrays {
  core::Axes axes;
  core::Array<3> pop_jan1;       ///< (place, sex, age) persons on 1 January of the first year
  core::Array<4> Sx;             ///< (place|1, year, sex, age of arrival) survivorship ratios in [0, 1]
  core::Array<4> asfr;           ///< (place|1, year, order, age) births of the order per woman and year; see start_rate
  core::Array<2> srb;            ///< (place|1, year) boys per girl
  core::Array<4> net_migration;  ///< (place, year, sex, age at the end of the year) persons; empty: none
  /// (place, year, sex, age at the end of the year) share of the survivors before migration who leave in the year, in
  /// [0, 1); empty: none. Such leavers follow the people who are there, so that they never empty a cell; where places
  /// exchange migrants they are a share of those there after the exchange. With timing `end` only.
  core::Array<4> leaving_rate{};
  core::Array<3> multiplier;     ///< (place, year, order) on the hazard of the order; empty: 1
  core::Array<4> cohort_factor;  ///< (place, year, order, age at the start) on a cohort's births; empty: 1
  /// (place, year, order, age) births = start_rate x women of the age on 1 January + end_rate x women of it at the end,
  /// for cohorts whose rates have no one schedule. In place of asfr, multiplier and cohort_factor; both or neither.
  core::Array<4> start_rate{};
  core::Array<4> end_rate{};
  MigrationTiming timing = MigrationTiming::end;
  OnNegative on_negative = OnNegative::error;
};

/// Births per woman after a multiplier on the hazard: 1 - (1 - f)^M, and exactly f when M is 1.
[[nodiscard]] double multiplied_rate(double rate, double multiplier);

/// Validated, immutable input of a projection.
///
/// Throws ShapeError for an axis of the wrong length; DomainError for a NaN, a negative stock or rate, a
/// survivorship above 1, a leaving rate outside [0, 1), a sex ratio at birth outside 0.8-1.5, fertility in the first or
/// the open age group. Each message names place, year, sex, age, value, bound and remedy.
class Inputs {
public:
  explicit Inputs(InputArrays arrays);

  [[nodiscard]] const core::Axes& axes() const { return arrays_.axes; }
  [[nodiscard]] std::size_t n_places() const { return arrays_.axes.places.size(); }
  [[nodiscard]] std::size_t n_years() const { return arrays_.axes.n_years; }
  [[nodiscard]] std::size_t n_ages() const { return arrays_.axes.n_ages; }
  [[nodiscard]] MigrationTiming timing() const { return arrays_.timing; }
  [[nodiscard]] OnNegative on_negative() const { return arrays_.on_negative; }

  [[nodiscard]] core::View<const double, 2> pop_jan1(std::size_t place) const;              ///< (sex, age)
  [[nodiscard]] core::View<const double, 2> Sx(std::size_t place, std::size_t year) const;  ///< (sex, age)
  [[nodiscard]] core::View<const double, 2> asfr(std::size_t place,
                                                 std::size_t year) const;  ///< (order, age), M applied
  [[nodiscard]] double srb(std::size_t place, std::size_t year) const;
  [[nodiscard]] core::View<const double, 2> net_migration(std::size_t place, std::size_t year) const;  ///< may be empty
  [[nodiscard]] core::View<const double, 2> leaving_rate(std::size_t place, std::size_t year) const;   ///< may be empty
  [[nodiscard]] core::View<const double, 2> cohort_factor(std::size_t place, std::size_t year) const;  ///< may be empty
  [[nodiscard]] core::View<const double, 2> start_rate(std::size_t place, std::size_t year) const;     ///< may be empty
  [[nodiscard]] core::View<const double, 2> end_rate(std::size_t place, std::size_t year) const;       ///< may be empty

private:
  InputArrays arrays_;
};

}  // namespace sanhai::engine
