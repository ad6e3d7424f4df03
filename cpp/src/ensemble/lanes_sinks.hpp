#pragma once
// What a year of eight draws leaves: sums, and where somebody asked for them its cells.

#include "lanes_survivorship.hpp"
#include "sanhai/engine/year.hpp"

namespace sanhai::ensemble {
namespace {

/// Where the vectors of this piece of the batch lie.
struct People {
  KernelCells* cells;
  std::size_t lane;

  SANHAI_INLINE Vec get(std::size_t sex, std::size_t x) const { return load(&cells->of[sex][x][lane]); }
  SANHAI_INLINE void put(std::size_t sex, std::size_t x, Vec value) const { store(&cells->of[sex][x][lane], value); }
};

/// Summaries of a draw.
struct Sums {
  static constexpr bool is_booked = false;

  engine::FlowSums<Vec> flows;
  Vec group[engine::n_groups] = {};
  Vec women = {};
  Vec cut = {};
  Vec gone = {};  ///< by leaving rates
  core::Signs<Vec> signs[core::n_sexes];

  SANHAI_INLINE void died(std::size_t sex, std::size_t, Vec persons) { flows.dead[sex] += persons; }
  SANHAI_INLINE void left(std::size_t, std::size_t, Vec) {}
  SANHAI_INLINE void born(std::size_t order, std::size_t, Vec births) { flows.order[order] += births; }
  SANHAI_INLINE void rated(std::size_t, Vec) {}
  SANHAI_INLINE void scale_births(Vec factor) {
    for (Vec& births : flows.order) births *= factor;
  }
  SANHAI_INLINE void sexed(const Vec (&)[2]) {}

  /// By comparison, not by index: an array with a variable index would have to lie in memory.
  SANHAI_INLINE void alive(engine::Group which, Vec men, Vec women_of_group) {
    const Vec persons = men + women_of_group;
    if (which == engine::child) group[engine::child] += persons;
    if (which == engine::young) {
      group[engine::young] += persons;
      women += women_of_group;
    }
    if (which == engine::middle) group[engine::middle] += persons;
    if (which == engine::old) group[engine::old] += persons;
  }
  SANHAI_INLINE void infants(Vec boys, Vec girls) {
    group[engine::child] += boys;
    group[engine::child] += girls;
  }

  [[nodiscard]] SANHAI_INLINE engine::StockSums<Vec> stocks() const {
    return {group[engine::child], group[engine::young] + group[engine::middle], group[engine::old], women};
  }
  /// A number was lost, or a cell is below zero.
  [[nodiscard]] SANHAI_INLINE bool has_failed() const {
    const Vec all = group[engine::child] + group[engine::young] + group[engine::middle] + group[engine::old];
    return any(!(all >= Vec{})) || signs[male].any_negative() || signs[female].any_negative();
  }
};

/// The same, with the year's cells left in the workspace for the books.
struct Booked : Sums {
  static constexpr bool is_booked = true;

  KernelWorkspace* room;
  std::size_t lane;
  std::size_t first_age;
  std::size_t end_age;
  Vec births_by_sex[core::n_sexes] = {};

  SANHAI_INLINE Booked(KernelWorkspace& workspace, std::size_t first_lane, const KernelFertility& fertility)
      : room(&workspace), lane(first_lane), first_age(fertility.first_age), end_age(fertility.end_age) {}

  SANHAI_INLINE void died(std::size_t sex, std::size_t x, Vec persons) {
    Sums::died(sex, x, persons);
    store(&room->dead.of[sex][x][lane], persons);
  }
  SANHAI_INLINE void left(std::size_t sex, std::size_t x, Vec persons) { store(&room->left.of[sex][x][lane], persons); }
  SANHAI_INLINE void born(std::size_t order, std::size_t x, Vec births) {
    Sums::born(order, x, births);
    store(&room->births[order][x][lane], births);
  }
  SANHAI_INLINE void rated(std::size_t x, Vec births_per_woman) { store(&room->rate[x][lane], births_per_woman); }
  SANHAI_INLINE void moved(std::size_t sex, std::size_t x, Vec persons) {
    store(&room->moved.of[sex][x][lane], persons);
  }
  SANHAI_INLINE void moved_too(std::size_t sex, std::size_t x, Vec persons) {
    double* to = &room->moved.of[sex][x][lane];
    store(to, load(to) + persons);
  }
  SANHAI_INLINE void scale_births(Vec factor) {
    Sums::scale_births(factor);
    for (std::size_t x = first_age; x < end_age; ++x) {
      for (std::size_t i = 0; i < n_orders; ++i)
        store(&room->births[i][x][lane], load(&room->births[i][x][lane]) * factor);
      store(&room->rate[x][lane], load(&room->rate[x][lane]) * factor);
    }
  }
  SANHAI_INLINE void sexed(const Vec (&by_sex)[2]) {
    births_by_sex[male] = by_sex[male];
    births_by_sex[female] = by_sex[female];
  }
};

/// Adds a year's cells to one row of a book. `cells` is (sex, age, lane) of that year there.
template <class Value>
SANHAI_INLINE void add_cells(double* cells, std::size_t n_ages, std::size_t lane, Value value) {
  if (!cells) return;
  for (std::size_t sex = male; sex <= female; ++sex)
    for (std::size_t x = 0; x < n_ages; ++x) {
      double* to = cells + (sex * n_ages + x) * n_lanes + lane;
      store(to, load(to) + value(sex, x));
    }
}

SANHAI_INLINE double* of_year(double* cells, std::size_t year, std::size_t n_rows) {
  return cells ? cells + year * n_rows * n_lanes : nullptr;
}

SANHAI_INLINE auto from(const KernelCells& cells, std::size_t lane) {
  return [&cells, lane](std::size_t sex, std::size_t x) { return load(&cells.of[sex][x][lane]); };
}

}  // namespace
}  // namespace sanhai::ensemble
