#pragma once
// One year, in the order of the model: survive, give birth, sex the births, infants, migrate, book.
// Every step takes const rates, the current state, and what it writes; nothing here allocates.

#include "sanhai/core/axes.hpp"
#include "sanhai/core/view.hpp"
#include "sanhai/engine/inputs.hpp"

namespace sanhai::engine {

/// Rates of one place in one year.
struct YearRates {
  core::View<const double, 2> Sx;             ///< (sex, age of arrival)
  core::View<const double, 2> asfr;           ///< (order, age) births per woman and year
  double srb = 0.0;                           ///< boys per girl
  core::View<const double, 2> net_migration;  ///< (sex, age) persons, or empty
  core::View<const double, 2> cohort_factor;  ///< (order, age at the start), or empty
  core::View<const double, 2> start_rate{};   ///< (order, age) births per woman on 1 January, or empty: see InputArrays
  core::View<const double, 2> end_rate{};     ///< (order, age) births per woman at the end of the year
  double width = 1.0;                         ///< years in a period
  MigrationTiming timing = MigrationTiming::end;
  OnNegative on_negative = OnNegative::error;
};

/// What happened in one year; each view is written whole.
struct Flows {
  core::View<double, 2> births;         ///< (order, age of mother) births
  core::View<double, 1> births_by_sex;  ///< (sex) births
  core::View<double, 2> deaths;         ///< (sex, age at the end of the year) deaths of the cohort arriving there
  core::View<double, 2> net_migration;  ///< (sex, age) persons that did move
};

/// Scratch for one place; made once, used for every year.
struct Workspace {
  explicit Workspace(std::size_t n_ages);
  core::Array<2> start;      ///< (sex, age) exposed at the start, with half the migrants if `even`
  core::Array<2> survivors;  ///< (sex, age) after step 1
  core::Array<1> end_women;  ///< (age) women exposed at the end
};

void survive(const YearRates& rates, core::View<const double, 2> start, core::View<double, 2> survivors,
             core::View<double, 2> deaths);
void give_birth(const YearRates& rates, core::View<const double, 1> start_women, core::View<const double, 1> end_women,
                core::View<double, 2> births);
void sex_births(const YearRates& rates, core::View<const double, 2> births, core::View<double, 1> births_by_sex);
void add_infants(const YearRates& rates, core::View<const double, 1> births_by_sex, core::View<double, 2> survivors,
                 core::View<double, 2> deaths);

/// Steps 1 to 4 of one place; people before the end's migration are left in `workspace.survivors`. With timing `even`
/// half of the year's migrants join before survival; what was cut of them is returned.
double age_year(const YearRates& rates, core::View<const double, 2> current, const Flows& flows, Workspace& workspace,
                const core::Axes& axes, std::size_t place, std::size_t year);

/// Step 5: the year's net migrants (with timing `even` their second half) join `stock` and are booked in `flows`.
/// Returns what was cut.
double add_migrants(const YearRates& rates, core::View<double, 2> stock, const Flows& flows, const core::Axes& axes,
                    std::size_t place, std::size_t year);

/// Moves one place one year on: age_year, then add_migrants. `next` may not overlap `current`.
/// Returns persons whose out-migration was cut (0 unless on_negative is cap).
/// Throws DomainError naming the cell that out-migration would empty below zero; `where` labels it.
double project_year(const YearRates& rates, core::View<const double, 2> current, core::View<double, 2> next,
                    const Flows& flows, Workspace& workspace, const core::Axes& axes, std::size_t place,
                    std::size_t year);

/// Births less deaths plus net migration less the change of stock, summed over all cells, relative to the stock.
[[nodiscard]] double balance_residual(core::View<const double, 2> current, core::View<const double, 2> next,
                                      const Flows& flows);

}  // namespace sanhai::engine
