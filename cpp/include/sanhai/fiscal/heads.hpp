#pragma once
// Heads: how many people a payment rule meets, by birth order and cell. Read from a finished projection, never written.

#include <cstddef>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/view.hpp"

namespace sanhai::fiscal {

/// What the ledger may look at. Single years of age.
struct Observed {
  core::Axes axes;                                  ///< places (for messages), first_year; the first period is its year
  core::View<const double, 4> pop_jan1;             ///< (place, year + 1, sex, age) persons on 1 January
  core::View<const double, 3> births;               ///< (place, year, order) births of both sexes
  core::View<const double, 3> order_share_history;  ///< (place|1, n_history, order) before the first year, oldest first

  [[nodiscard]] std::size_t n_places() const { return births.extent(0); }
  [[nodiscard]] std::size_t n_years() const { return births.extent(1); }
  [[nodiscard]] std::size_t n_orders() const { return births.extent(2); }

  /// ShapeError when the axes disagree; DomainError for a negative or NaN count, a history that does not sum to 1.
  void validate() const;
  void validate_shapes() const;  ///< the first half of validate()
};

/// Children of one age on one 1 January, split by the order shares of their birth year: aged a on 1 January of t means
/// born in t - 1 - a. `year_index` runs 0 .. n_years. Children whose birth year has no births at the place moved in:
/// they take the shares of the last year before that has some. DomainError: an open or missing age, a birth year before
/// the history.
[[nodiscard]] double children_by_order(const Observed& observed, std::size_t place, std::size_t year_index,
                                       std::size_t age, std::size_t order);

enum class HeadStock {
  births_and_jan1,  ///< cell 0 = births of the year, cell a + 1 = aged a on 1 January
  jan1,             ///< cell a = aged a on 1 January
  midyear,          ///< cell a = mean of the two 1 Januaries, each with its own cohort's order shares
  given             ///< one cell: the caller's count (paid places, recipients, terms)
};

/// Heads of one cell [persons, or person-years for midyear] born before calendar year `born_before`. Not for `given`.
[[nodiscard]] double heads_born_before(const Observed& observed, HeadStock stock, std::size_t place,
                                       std::size_t year_index, std::size_t order, std::size_t cell, int born_before);

}  // namespace sanhai::fiscal
