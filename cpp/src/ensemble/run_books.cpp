#include "run_books.hpp"

#include <algorithm>
#include <iterator>

#include "sanhai/demography/survivorship.hpp"

namespace sanhai::ensemble {
namespace {

using core::female;
using core::male;
using core::n_orders;
using core::n_sexes;
using V = core::detail::NativeLanes;

/// One part of a book: where it hangs, its doubles a lane, and which use asks for it.
struct Part {
  double* KernelBook::* of;
  std::size_t size;
  unsigned use;
};

std::vector<Part> parts_of(const BookShape& shape) {
  const std::size_t cells = shape.n_years * n_sexes * shape.n_ages;
  const std::size_t rates = shape.n_years * shape.n_birth_ages;
  return {{&KernelBook::pop_jan1, cells + n_sexes * shape.n_ages, for_own_rates | for_cells},
          {&KernelBook::left, cells, for_own_rates | for_cells},
          {&KernelBook::Sx, cells, for_own_rates | for_cells},
          {&KernelBook::born, shape.n_years * n_sexes, for_own_rates | for_cells},
          {&KernelBook::expected, rates, for_own_rates},
          {&KernelBook::rate, rates, for_own_rates},
          {&KernelBook::per_birth, shape.n_years * n_per_birth, for_own_rates},
          {&KernelBook::per_birth_sum, shape.n_years * n_per_birth, for_own_rates},
          {&KernelBook::births, rates * n_orders, for_cells},
          {&KernelBook::deaths, cells, for_cells},
          {&KernelBook::net_migration, cells, for_cells},
          {&KernelBook::leavers, cells, for_moves},
          {&KernelBook::arrivals, cells, for_moves}};
}

/// Reads a book in one lane or several, from `lane` on.
template <class Value>
struct Reader {
  const BookShape& shape;
  const KernelBook& book;
  double n_parts;
  std::size_t lane;

  [[nodiscard]] Value at(const double* part, std::size_t index) const {
    return core::load<Value>(part + index * n_lanes + lane);
  }
  [[nodiscard]] Value people(std::size_t year, std::size_t sex, std::size_t x) const {
    return at(book.pop_jan1, (year * n_sexes + sex) * shape.n_ages + x);
  }
  [[nodiscard]] Value left(std::size_t year, std::size_t sex, std::size_t x) const {
    return at(book.left, (year * n_sexes + sex) * shape.n_ages + x);
  }
  /// Those who would reach x by the end of the year.
  [[nodiscard]] Value starters(std::size_t year, std::size_t sex, std::size_t x) const {
    if (x == 0) return at(book.born, year * n_sexes + sex);
    const Value younger = people(year, sex, x - 1);
    return x + 1 == shape.n_ages ? younger + people(year, sex, x) : younger;
  }
  [[nodiscard]] Value Sx(std::size_t year, std::size_t sex, std::size_t x) const {
    const Value start = starters(year, sex, x);
    const Value mean = at(book.Sx, (year * n_sexes + sex) * shape.n_ages + x) / n_parts;
    return start > Value{} ? left(year, sex, x) / start : mean;
  }
  [[nodiscard]] Value women_exposed(std::size_t year, std::size_t x) const {
    return (people(year, female, x) + left(year, female, x)) * 0.5;
  }
  [[nodiscard]] Value tfr(std::size_t year) const {
    Value sum = {};
    for (std::size_t i = 0; i < shape.n_birth_ages; ++i) {
      const Value exposed = women_exposed(year, shape.first_age + i);
      const Value births = at(book.expected, year * shape.n_birth_ages + i);
      const Value mean = at(book.rate, year * shape.n_birth_ages + i) / n_parts;
      sum += exposed > Value{} ? births / exposed : mean;
    }
    return sum;
  }
  [[nodiscard]] Value e0(std::size_t year, std::size_t sex) const {
    return demography::e0_from_survivorship<Value>(shape.n_ages, [&](std::size_t x) { return Sx(year, sex, x); });
  }
  [[nodiscard]] Value per_birth(std::size_t year, PerBirth what) const {
    Value births = {};
    for (std::size_t i = 0; i < shape.n_birth_ages; ++i) births += at(book.expected, year * shape.n_birth_ages + i);
    const Value mean = at(book.per_birth, year * n_per_birth + what) / n_parts;
    return births > Value{} ? at(book.per_birth_sum, year * n_per_birth + what) / births : mean;
  }
  [[nodiscard]] Value srb(std::size_t year) const {
    const Value boys = per_birth(year, is_boy);
    return boys / (1.0 - boys);
  }
  [[nodiscard]] engine::StockSums<Value> stocks(std::size_t year) const {
    engine::StockSums<Value> sums;
    for (std::size_t x = 0; x < shape.n_ages; ++x) {
      const Value women = people(year, female, x);
      const Value both = people(year, male, x) + women;
      if (x < 15) sums.children += both;
      if (x >= 15 && x < 65) sums.working += both;
      if (x >= 65) sums.old += both;
      if (x >= 15 && x < 50) sums.women += women;
    }
    return sums;
  }
};

}  // namespace

std::size_t BookMemory::size(const BookShape& shape, unsigned use) {
  std::size_t sum = 0;
  for (const Part& part : parts_of(shape)) sum += (part.use & use) != 0 ? part.size * n_lanes : 0;
  return sum;
}

BookMemory::BookMemory(const BookShape& shape, unsigned use) : memory_(size(shape, use)) {
  book_.first_age = shape.first_age;
  book_.n_birth_ages = shape.n_birth_ages;
  std::size_t at = 0;
  for (const Part& part : parts_of(shape)) {
    if ((part.use & use) == 0) continue;
    book_.*part.of = memory_.data() + at;
    at += part.size * n_lanes;
  }
}

void BookMemory::clear() { std::ranges::fill(memory_, 0.0); }

void add_book(const BookShape& shape, const KernelBook& from, const KernelBook& to) {
  for (const Part& part : parts_of(shape)) {
    double* sum = to.*part.of;
    const double* term = from.*part.of;
    for (std::size_t i = 0; sum && term && i < part.size * n_lanes; ++i) sum[i] += term[i];
  }
}

void put_own_indicators(const BookShape& shape, const KernelBook& book, std::size_t n_parts,
                        const KernelOutput& output) {
  const auto wants = [&](Indicator indicator) { return output.indicator[engine::index_of(indicator)] != nullptr; };
  for (std::size_t lane = 0; lane < n_lanes; lane += core::width<V>) {
    const Reader<V> read{shape, book, static_cast<double>(n_parts), lane};
    const auto put = [&](Indicator indicator, std::size_t year, V value) {
      if (!wants(indicator) || engine::info_of(indicator).of_sum != engine::OfSum::own) return;
      core::store(output.indicator[engine::index_of(indicator)] + year * output.stride + lane, value);
    };
    for (std::size_t year = 0; year <= shape.n_years; ++year)
      engine::put_stocks(
          read.stocks(year), shape.n_ages, [&](std::size_t sex, std::size_t x) { return read.people(year, sex, x); },
          wants, [&](Indicator indicator, V value) { put(indicator, year, value); });
    for (std::size_t year = 0; year < shape.n_years; ++year) {
      if (wants(Indicator::tfr)) put(Indicator::tfr, year, read.tfr(year));
      if (wants(Indicator::e0_male)) put(Indicator::e0_male, year, read.e0(year, male));
      if (wants(Indicator::e0_female)) put(Indicator::e0_female, year, read.e0(year, female));
      if (wants(Indicator::imr)) put(Indicator::imr, year, read.per_birth(year, dies_under_1));
      if (wants(Indicator::srb)) put(Indicator::srb, year, read.srb(year));
    }
  }
}

void keep_cells(const BookShape& shape, const KernelBook& book, std::size_t n_parts, std::size_t lane, std::size_t row,
                std::size_t draw, RowCells& cells) {
  const auto copy = [&](const double* from, core::Array<5>& to) {
    if (!from || to.empty()) return;
    const std::span<double> all = to.view()[row][draw].flat();
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = from[i * n_lanes + lane];
  };
  copy(book.pop_jan1, cells.pop_jan1);
  copy(book.deaths, cells.deaths);
  copy(book.net_migration, cells.net_migration);
  copy(book.leavers, cells.leavers);
  copy(book.arrivals, cells.arrivals);
  const Reader<double> read{shape, book, static_cast<double>(n_parts), lane};
  for (std::size_t year = 0; year < shape.n_years; ++year) {
    for (std::size_t sex = male; sex <= female; ++sex) {
      cells.births_by_sex(row, draw, year, sex) = read.starters(year, sex, 0);
      for (std::size_t x = 0; x < shape.n_ages; ++x)
        cells.Sx(row, draw, year, sex, x) =
            n_parts == 1 ? read.at(book.Sx, (year * n_sexes + sex) * shape.n_ages + x) : read.Sx(year, sex, x);
    }
    for (std::size_t x = 0; x < shape.n_ages; ++x)
      cells.women_exposed(row, draw, year, x) = read.women_exposed(year, x);
    for (std::size_t i = 0; i < n_orders; ++i)
      for (std::size_t x = 0; x < shape.n_birth_ages; ++x)
        cells.births(row, draw, year, i, shape.first_age + x) =
            read.at(book.births, (year * n_orders + i) * shape.n_birth_ages + x);
  }
}

RowCells make_cells(const BookShape& shape, const std::vector<std::size_t>& rows, std::size_t n_draws, bool exchanges) {
  RowCells cells;
  cells.rows = rows;
  if (rows.empty()) return cells;
  const core::Shape<5> flows{rows.size(), n_draws, shape.n_years, n_sexes, shape.n_ages};
  cells.pop_jan1 = core::Array<5>({rows.size(), n_draws, shape.n_years + 1, n_sexes, shape.n_ages});
  cells.births = core::Array<5>({rows.size(), n_draws, shape.n_years, n_orders, shape.n_ages});
  cells.births_by_sex = core::Array<4>({rows.size(), n_draws, shape.n_years, n_sexes});
  cells.women_exposed = core::Array<4>({rows.size(), n_draws, shape.n_years, shape.n_ages});
  for (core::Array<5>* array : {&cells.deaths, &cells.net_migration, &cells.Sx}) *array = core::Array<5>(flows);
  if (!exchanges) return cells;
  for (core::Array<5>* array : {&cells.leavers, &cells.arrivals}) *array = core::Array<5>(flows);
  return cells;
}

std::size_t cells_of_a_draw(const BookShape& shape, bool exchanges) {
  const std::size_t flows = shape.n_years * n_sexes * shape.n_ages;
  const std::size_t n_flows = exchanges ? 5 : 3;
  return (flows + n_sexes * shape.n_ages) + n_flows * flows + shape.n_years * (n_sexes + (n_orders + 1) * shape.n_ages);
}

}  // namespace sanhai::ensemble
