#pragma once
// Many places, many years, every cell kept: engine/year.hpp on one double.

#include <string>

#include "sanhai/core/view.hpp"
#include "sanhai/engine/inputs.hpp"

namespace sanhai::engine {

/// What happened in one year of one place.
struct Flows {
  core::View<double, 2> births;         ///< (order, age of mother) births
  core::View<double, 1> births_by_sex;  ///< (sex) births
  core::View<double, 2> deaths;         ///< (sex, age at the end of the year) deaths of the cohort arriving there
  core::View<double, 2> net_migration;  ///< (sex, age) persons that did move
};

/// Stocks have one more year than flows: the last is the 1 January after the last year.
struct Projection {
  core::Axes axes;
  core::Array<4> pop_jan1;       ///< (place, year + 1, sex, age) persons
  core::Array<4> births;         ///< (place, year, order, age of mother) births
  core::Array<3> births_by_sex;  ///< (place, year, sex) births
  core::Array<4> deaths;         ///< (place, year, sex, age at the end) deaths
  core::Array<4> net_migration;  ///< (place, year, sex, age) persons that did move
  core::Array<2> migration_cut;  ///< (place, year) persons of out-migration cut by on_negative = cap
  core::Array<2> balance;        ///< (place, year) relative residual of the accounting identity

  explicit Projection(const core::Axes& axes);
  [[nodiscard]] Flows flows(std::size_t place, std::size_t year);
};

/// Largest residual of the accounting identity that is put down to rounding.
inline constexpr double balance_promise = 1e-9;

/// Births less deaths plus net migration less the change of stock, summed over all cells, relative to the stock.
[[nodiscard]] double balance_residual(core::View<const double, 2> current, core::View<const double, 2> next,
                                      const Flows& flows);

/// Throws the AccountingError of a balance above the promise; `where` names the place and year.
[[noreturn]] void refuse_unbalanced(double residual, const std::string& where);

/// Projects every place over every year of `inputs`. Throws DomainError naming the cell that out-migration would empty
/// below zero (unless on_negative is cap), AccountingError when a balance is broken.
[[nodiscard]] Projection project(const Inputs& inputs);

}  // namespace sanhai::engine
