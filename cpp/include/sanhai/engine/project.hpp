#pragma once
// Many places, many years: the loop around project_year, and what it leaves behind.

#include <string>

#include "sanhai/core/view.hpp"
#include "sanhai/engine/inputs.hpp"
#include "sanhai/engine/step.hpp"

namespace sanhai::engine {

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

/// Throws the AccountingError of a balance above the promise; `where` names the place and year.
[[noreturn]] void refuse_unbalanced(double residual, const std::string& where);

/// Projects every place over every year of `inputs`. Throws AccountingError when a balance is broken.
[[nodiscard]] Projection project(const Inputs& inputs);

/// Rates of one place-year, as the kernels read them.
[[nodiscard]] YearRates rates_of(const Inputs& inputs, std::size_t place, std::size_t year);

}  // namespace sanhai::engine
