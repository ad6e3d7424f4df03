#pragma once
// Stocks of couples from the first 1 January to extinction: nobody enters but by losing a child, nobody migrates.

#include "sanhai/legacy/couples.hpp"

namespace sanhai::legacy {

/// (kind, member, year, age). In every cell of a generation: stock of the next 1 January = stock - deaths + entries.
struct Stocks {
  core::Array<4> persons;  ///< (.., year + 1, ..) on 1 January; persons, or households
  core::Array<4> deaths;   ///< during the year, by age on its 1 January; of a household: of the last of the two
  core::Array<4> entries;  ///< who live at the year's end, by age then: couples whose child died, less those it left
};

/// `women` (age 0..100+) on the first 1 January; `Sx` (year, sex, age of arrival) their survivorship and their
/// husbands', to the years of `couples` at most. Throws ShapeError, DomainError naming year, sex and age.
[[nodiscard]] Stocks stocks(const Couples& couples, core::View<const double, 1> women, core::View<const double, 3> Sx);

/// What the above asks of its arguments.
void check_women(core::View<const double, 1> women);
void check_survivorship(const Couples& couples, core::View<const double, 3> Sx);

}  // namespace sanhai::legacy
