#pragma once
// Nursery places (under three): need by three definitions, stock by plan and vintage, staff. An observer: reads stocks
// only.

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

/// How the stock moves after closures.
enum class Plan {
  none,       ///< nothing opens
  hold_norm,  ///< places per resident go to the norm by `plan_ramp`, then hold it
  given       ///< `gross_openings`
};

/// Shares in [0, 1]; norm in places per resident (4.5 per 1,000 is 0.0045).
struct Settings {
  Lever norm;                                 ///< NaN in a cell: no norm is known there
  Lever enrolment_share;                      ///< enrolled / children under three
  Lever want_share = constant(0.35);          ///< families who want a place (national surveys, about 35 %)
  Lever target_utilisation = constant(0.70);  ///< enrolled / places that a full service works at
  Lever utilisation;           ///< of inclusive places; empty, or NaN in a cell: enrolment / stock, at most 1
  Lever inclusive_share;       ///< inclusive (price-capped) places / all places; NaN: unknown
  core::Array<2> class_share;  ///< (place|1, 3) of enrolment by month class, sums to 1; empty: no staff
  std::array<double, n_classes> class_size = {10.0, 15.0, 20.0};  ///< children, at most
  std::array<double, n_classes> children_per_carer = {3.0, 5.0, 7.0};
  core::Array<1> opening_stock;  ///< (place) places on 1 January of the first year; NaN or empty: unknown
  Plan plan = Plan::none;
  /// Of hold_norm: share of the way from the places per resident when the plan began to the norm, to be gone by the end
  /// of the year; 1 holds the norm, 0: no plan in that year, nothing opens. A plan begins in the first year above 0 and
  /// wherever the share falls.
  Lever plan_ramp;
  core::Array<2> gross_openings;       ///< (place, year) for Plan::given
  Lever closure_rate = constant(0.0);  ///< of the places open on 1 January, closed in the year
  int paid_vintages_from = 2023;       ///< operating subsidy: places opened in this year or later
  int first_paid_year = 2;             ///< operating years, the opening year is the first
  int last_paid_year = 4;
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
  core::Array<2> places_stock;   ///< at the end of the year
  core::Array<2> gap_target;     ///< places_target - places_stock; > 0: missing
  core::Array<2> gap_demand;
  core::Array<2> gap_want;
  core::Array<2> enrolment;  ///< enrolment_share x under3: children who would attend, not capped by the stock
  core::Array<2> classes;    ///< not rounded: only an institution rounds up
  core::Array<2> staff;      ///< carers
  core::Array<2> openings;   ///< gross
  core::Array<2> closures;
  core::Array<2> inclusive_occupied;  ///< places_stock x inclusive_share x utilisation: what policy's care term counts
  core::Array<2> paid_places;  ///< inclusive and occupied, in paid operating years; the opening stock is never paid
  core::Array<3> enrolment_by_class;  ///< (place, year, 3)
  // rates
  core::Array<2> stock_per_resident;  ///< x 1,000 = places per 1,000 residents
  core::Array<2> target_per_resident;
  core::Array<2> stock_per_child;      ///< per child under three
  core::Array<2> target_per_child;     ///< a fixed norm per resident means more places per child as births fall
  core::Array<2> inclusive_per_child;  ///< inclusive_occupied / under3
  core::Array<2> utilisation;          ///< enrolment / places_stock; above 1: more children than places
};

/// ShapeError, ConfigError (a plan that cannot hold together), DomainError (a share outside [0, 1], a negative count),
/// AccountingError (class shares that do not sum to 1 within 1e-9).
[[nodiscard]] Account account(const Observed& observed, const Settings& settings);

/// One place made of `members`: counts are summed (unknown in one part: unknown in all), rates computed anew.
[[nodiscard]] Account sum_places(const Account& parts, std::span<const std::size_t> members);

}  // namespace sanhai::nursery
