#pragma once
// Who leaves and who arrives in one year of places that exchange migrants, on V (core/lanes.hpp). In each cell every
// count is a whole multiple of one power of two, about 2^-52 of the people of that sex and age: sums over places are
// exact in any order, so arrivals less leavers sum to exactly 0.0. What rounding down leaves over in a pool goes to the
// place (pool) with its largest share, the first of equals.

#include <cstddef>
#include <limits>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/lanes.hpp"

namespace sanhai::engine {

/// One year. People, leavers and arrivals of a place are (sex, age, lane): `sex_step` doubles from one sex to the next,
/// `age_step` from one age to the next. Rates are those of the year, the same in all lanes; each `step` is the
/// doubles from one place (pool, origin, destination) to the next.
struct MoveTask {
  std::size_t n_places = 0;
  std::size_t n_ages = 0;
  std::size_t sex_step = 0;
  std::size_t age_step = 1;
  const double* const* people = nullptr;  ///< (place)
  double* const* leavers = nullptr;
  double* const* arrivals = nullptr;
  // By pools.
  std::size_t n_pools = 0;  ///< 0: by pairs
  std::size_t out_step = 0;
  std::size_t in_step = 0;
  std::size_t pool_out_step = 0;
  std::size_t pool_in_step = 0;
  const double* out_rate = nullptr;           ///< (place, sex, age)
  const double* in_share = nullptr;           ///< (place, sex, age)
  const double* pool_out_rate = nullptr;      ///< (pool, sex, age) or null: nobody leaves a pool
  const double* pool_in_share = nullptr;      ///< (pool, sex, age)
  const std::size_t* members = nullptr;       ///< places, pool after pool
  const std::size_t* first_member = nullptr;  ///< (pool + 1) where a pool's begin
  double* pooled = nullptr;                   ///< room: (pool, lane)
  // By pairs.
  std::size_t origin_step = 0;
  std::size_t destination_step = 0;
  const double* rate = nullptr;  ///< (origin, destination, sex, age)
  double* grids = nullptr;       ///< room: (sex, age, lane)
};

namespace detail {

/// Multiples of one power of two, small enough to lose nothing and large enough that `whole` and every part of it are
/// fewer than 2^52 of them: their sums and differences are exact.
template <class V>
struct Grid {
  V step;

  SANHAI_INLINE static Grid of(V whole) {
    constexpr std::uint64_t exponent = std::uint64_t{0x7ff} << 52;
    const V power = std::bit_cast<V>(std::bit_cast<core::detail::BitsOf<V>>(whole) & exponent);
    return {core::higher(power * 0x1p-51, core::splat<V>(std::numeric_limits<double>::min()))};
  }
  [[nodiscard]] SANHAI_INLINE V down(V count) const { return core::floor_of_count(count / step) * step; }
};

/// Hands `total` out to `member(begin)` .. `member(end - 1)` by their shares. What rounding leaves over goes to the
/// largest share, the first of equals.
template <class V, class Member, class Share, class Give>
SANHAI_INLINE void allot(const Grid<V>& grid, V total, std::size_t begin, std::size_t end, Member member, Share share,
                         Give give) {
  if (begin == end || !core::any(total != V{})) return;
  std::size_t largest = begin;
  for (std::size_t m = begin; m < end; ++m)
    if (share(member(m)) > share(member(largest))) largest = m;
  V rest = total;
  for (std::size_t m = begin; m < end; ++m) {
    if (m == largest) continue;
    const V part = grid.down(total * share(member(m)));
    give(member(m), part);
    rest -= part;
  }
  give(member(largest), rest);
}

template <class V>
SANHAI_INLINE V whole_of(const MoveTask& task, std::size_t at) {
  V whole = {};
  for (std::size_t place = 0; place < task.n_places; ++place) whole += core::load<V>(task.people[place] + at);
  return whole;
}

/// One cell: `at` is its place among the people, `cell` among the rates.
template <class V>
SANHAI_INLINE void move_by_pools(const MoveTask& task, std::size_t at, std::size_t cell, std::size_t lane) {
  const bool open = task.pool_out_rate != nullptr;
  const auto grid = Grid<V>::of(whole_of<V>(task, at));
  const auto pooled = [&](std::size_t pool) { return task.pooled + pool * core::n_lanes + lane; };
  V nation = {};
  for (std::size_t pool = 0; pool < task.n_pools; ++pool) {
    V gathered = {};
    const double away = open ? task.pool_out_rate[pool * task.pool_out_step + cell] : 0.0;
    for (std::size_t m = task.first_member[pool]; m < task.first_member[pool + 1]; ++m) {
      const std::size_t place = task.members[m];
      const V stock = core::load<V>(task.people[place] + at);
      const V near = grid.down(stock * task.out_rate[place * task.out_step + cell]);
      // Rates that sum to 1 may round to a last bit more than everyone: the second count takes who is left.
      const V far = open ? core::lower(grid.down(stock * away), grid.down(stock - near)) : V{};
      core::store(task.leavers[place] + at, near + far);
      core::store(task.arrivals[place] + at, V{});
      gathered += near;
      nation += far;
    }
    core::store(pooled(pool), gathered);
  }
  if (open) {
    allot(
        grid, nation, std::size_t{0}, task.n_pools, [](std::size_t pool) { return pool; },
        [&](std::size_t pool) { return task.pool_in_share[pool * task.pool_in_step + cell]; },
        [&](std::size_t pool, V part) { core::store(pooled(pool), core::load<V>(pooled(pool)) + part); });
  }
  for (std::size_t pool = 0; pool < task.n_pools; ++pool) {
    allot(
        grid, core::load<V>(pooled(pool)), task.first_member[pool], task.first_member[pool + 1],
        [&](std::size_t m) { return task.members[m]; },
        [&](std::size_t place) { return task.in_share[place * task.in_step + cell]; },
        [&](std::size_t place, V part) { core::store(task.arrivals[place] + at, part); });
  }
}

/// Pair by pair, all cells of a pair in a row as they lie in memory. What a cell is given does not depend on others.
template <class V>
SANHAI_INLINE void move_by_pairs(const MoveTask& task, std::size_t lane) {
  const auto each_cell = [&](auto visit) {
    for (std::size_t s = 0; s < core::n_sexes; ++s)
      for (std::size_t x = 0; x < task.n_ages; ++x)
        visit(s * task.sex_step + x * task.age_step + lane, s * task.n_ages + x);
  };
  each_cell([&](std::size_t at, std::size_t cell) {
    core::store(task.grids + cell * core::n_lanes + lane, Grid<V>::of(whole_of<V>(task, at)).step);
    for (std::size_t place = 0; place < task.n_places; ++place) {
      core::store(task.leavers[place] + at, V{});
      core::store(task.arrivals[place] + at, V{});
    }
  });
  for (std::size_t from = 0; from < task.n_places; ++from)
    for (std::size_t to = 0; to < task.n_places; ++to) {
      const double* rates = task.rate + from * task.origin_step + to * task.destination_step;
      each_cell([&](std::size_t at, std::size_t cell) {
        if (rates[cell] == 0.0) return;
        const Grid<V> grid{core::load<V>(task.grids + cell * core::n_lanes + lane)};
        const V stock = core::load<V>(task.people[from] + at);
        const V gone = core::load<V>(task.leavers[from] + at);
        const V movers = core::lower(grid.down(stock * rates[cell]), grid.down(stock - gone));  // see move_by_pools
        core::store(task.leavers[from] + at, gone + movers);
        core::store(task.arrivals[to] + at, core::load<V>(task.arrivals[to] + at) + movers);
      });
    }
}

}  // namespace detail

/// Writes who leaves and who arrives, for the V of people that begins at `lane`.
template <class V>
SANHAI_INLINE void move_people(const MoveTask& task, std::size_t lane) {
  if (task.n_pools == 0) return detail::move_by_pairs<V>(task, lane);
  for (std::size_t s = 0; s < core::n_sexes; ++s)
    for (std::size_t x = 0; x < task.n_ages; ++x)
      detail::move_by_pools<V>(task, s * task.sex_step + x * task.age_step + lane, s * task.n_ages + x, lane);
}

}  // namespace sanhai::engine
