#pragma once
// Nursery places (under three): need by three definitions, who uses the places there are, staff. An observer: reads
// stocks only.

#include <array>
#include <cstddef>
#include <span>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/view.hpp"

namespace sanhai::nursery {

/// Month classes: infant (6-12 months), toddler (12-24), older (24-36).
inline constexpr std::size_t n_classes = 3;

/// A lever (place|1, year|1); an axis of length 1 holds for all. Empty: unknown, and so is all that rests on it (NaN).
using Lever = core::Array<2>;

/// The same value everywhere.
[[nodiscard]] inline Lever constant(double value) { return Lever({1, 1}, value); }

struct Observed {
  core::Axes axes;                       ///< places (for messages), first_year; single years
  core::View<const double, 4> pop_jan1;  ///< (place, year + 1, sex, age) persons on 1 January
};

/// Shares in [0, 1]; norm in places per resident (4.5 per 1,000 is 0.0045). What is unknown is NaN, or empty.
struct Settings {
  Lever norm;                                 ///< NaN in a cell: no norm is known there
  Lever enrolment_share;                      ///< who would attend / children under three
  Lever want_share = constant(0.35);          ///< families who want a place (national surveys, about 35 %)
  Lever target_utilisation = constant(0.70);  ///< enrolled / places that a full service works at
  Lever max_utilisation = constant(1.0);      ///< most of the places that are ever used
  core::Array<2> class_share;                 ///< (place|1, 3) of enrolment by month class, sums to 1; empty: no staff
  std::array<double, n_classes> class_size = {10.0, 15.0, 20.0};  ///< children, at most
  std::array<double, n_classes> children_per_carer = {3.0, 5.0, 7.0};
  core::Array<2> places;        ///< (place, year) open at the end of the year
  core::Array<2> kindergarten;  ///< (place, year) of these, in kindergartens, for children aged 2 alone; empty: none
};

/// All (place, year) unless said. Counts add over places; rates do not. NaN = unknown.
struct Account {
  // counts
  core::Array<2> residents;      ///< at the end of the year (pop_jan1 of the next)
  core::Array<2> under3;         ///< pop_midyear aged 0-2
  core::Array<2> children_6_36;  ///< half of pop_midyear aged 0, and those aged 1 and 2
  core::Array<2> places_target;  ///< norm x residents
  core::Array<2> places_demand;  ///< enrolment_share x under3 / target_utilisation
  core::Array<2> places_want;    ///< want_share x children_6_36 / target_utilisation
  core::Array<2> places_stock;   ///< Settings::places
  core::Array<2> gap_target;     ///< places_target - places_stock; > 0: missing
  core::Array<2> gap_demand;
  core::Array<2> gap_want;
  /// min(enrolment_share x under3, max_utilisation x places), kindergartens taking no more than pop_midyear aged 2;
  /// where places are unknown all who would attend.
  core::Array<2> enrolment;
  core::Array<2> classes;             ///< not rounded: only an institution rounds up
  core::Array<2> staff;               ///< carers
  core::Array<3> enrolment_by_class;  ///< (place, year, 3)
  // rates
  core::Array<2> stock_per_resident;  ///< x 1,000 = places per 1,000 residents
  core::Array<2> target_per_resident;
  core::Array<2> stock_per_child;   ///< per child under three
  core::Array<2> target_per_child;  ///< a fixed norm per resident means more places per child as births fall
  core::Array<2> utilisation;       ///< enrolment / places_stock: of places of every type and age alike
  /// The same of places in kindergartens and of all others: other than `utilisation` only where there are fewer
  /// children aged 2 than the kindergartens' share of enrolment. Of a sum of places: NaN.
  core::Array<2> kindergarten_use;
  core::Array<2> other_use;
};

/// ShapeError, DomainError (a share outside [0, 1], a negative count, more places in kindergartens than there are),
/// AccountingError (class shares that do not sum to 1 within 1e-9).
[[nodiscard]] Account account(const Observed& observed, const Settings& settings);

/// One place made of `members`: counts are summed (unknown in one part: unknown in all), rates computed anew.
[[nodiscard]] Account sum_places(const Account& parts, std::span<const std::size_t> members);

}  // namespace sanhai::nursery
