#pragma once
// Books of rows: every cell of a place, or of a sum that its parts add to, for eight draws; and what is made of them.
// Internal to the ensemble's sources.

#include <vector>

#include "sanhai/ensemble/run.hpp"

namespace sanhai::ensemble {

/// Axes of every book of a run.
struct BookShape {
  std::size_t n_years = 0;
  std::size_t n_ages = 0;
  std::size_t first_age = 1;  ///< first with births of any place
  std::size_t n_birth_ages = 0;
};

/// What a row's book is for; to be joined with |.
enum BookUse : unsigned {
  for_own_rates = 1,  ///< of a sum: what it does not add, such as total fertility and life expectancy
  for_cells = 2,      ///< every cell is kept
  for_moves = 4,      ///< and leavers and arrivals
};

class BookMemory {
public:
  BookMemory(const BookShape& shape, unsigned use);

  void clear();
  [[nodiscard]] const KernelBook& book() const { return book_; }
  /// Doubles that a book of this use holds.
  [[nodiscard]] static std::size_t size(const BookShape& shape, unsigned use);

private:
  std::vector<double> memory_;
  KernelBook book_;
};

/// `to` += `from`, part by part where both have it.
void add_book(const BookShape& shape, const KernelBook& from, const KernelBook& to);

/// Writes the indicators of OfSum::own of a sum of `n_parts` places from its book. Total fertility: births of each age
/// over women exposed, where nobody is exposed the plain mean of the parts' rates. Life expectancy: of the survivorship
/// its people met, survivors over starters, where nobody started the plain mean of the parts'. Infant mortality
/// and the sex ratio at birth: deaths before age 1 and boys over births, without births the plain mean.
void put_own_indicators(const BookShape& shape, const KernelBook& book, std::size_t n_parts,
                        const KernelOutput& output);

/// Copies lane `lane` of a book of `n_parts` places into row `row` and draw `draw` of the result.
void keep_cells(const BookShape& shape, const KernelBook& book, std::size_t n_parts, std::size_t lane, std::size_t row,
                std::size_t draw, RowCells& cells);

[[nodiscard]] RowCells make_cells(const BookShape& shape, const std::vector<std::size_t>& rows, std::size_t n_draws,
                                  bool exchanges);
/// Doubles that one row and draw takes there.
[[nodiscard]] std::size_t cells_of_a_draw(const BookShape& shape, bool exchanges);

}  // namespace sanhai::ensemble
