#include "sanhai/engine/exchange.hpp"

#include <algorithm>
#include <cmath>

#include "sanhai/core/check.hpp"

namespace sanhai::engine {
namespace {

namespace check = core::check;

using core::Axes;
using core::View;

constexpr double sum_tolerance = 1e-12;

struct Cell {
  std::size_t year;
  std::size_t sex;
  std::size_t age;
};

/// A rate or share of one place or pool; a year axis of length 1 holds for every year.
double at(const core::Array<4>& array, std::size_t row, const Cell& cell) {
  return array(row, array.extent(1) == 1 ? 0 : cell.year, cell.sex, cell.age);
}

double at(const core::Array<5>& array, std::size_t origin, std::size_t destination, const Cell& cell) {
  return array(origin, destination, array.extent(2) == 1 ? 0 : cell.year, cell.sex, cell.age);
}

/// As Axes::where, for a row that may be a pool or a pair of places.
std::string where(const Axes& axes, const std::string& row, const Cell& cell) {
  return row + ", year " + std::to_string(axes.year(cell.year)) + ", " + core::sex_name(cell.sex) + ", age " +
         std::to_string(cell.age * axes.age_width) + (cell.age + 1 == axes.n_ages ? "+" : "");
}

template <std::size_t N>
void require_shape(const std::string& name, const core::Array<N>& array, core::Shape<N> expected, std::size_t years) {
  const std::size_t year_axis = N - 3;
  core::Shape<N> each_year = expected;
  each_year[year_axis] = years;
  expected[year_axis] = 1;
  if (array.shape() == expected || array.shape() == each_year) return;
  throw core::ShapeError(core::message({.what = name,
                                        .where = "",
                                        .got = "shape " + core::text(array.shape()),
                                        .allowed = core::text(each_year) + " or " + core::text(expected),
                                        .remedy = "give the places, years and ages of the projection"}));
}

template <class Visit>
void each_cell(const Axes& axes, std::size_t years, Visit&& visit) {
  for (std::size_t t = 0; t < years; ++t)
    for (std::size_t s = 0; s < core::n_sexes; ++s)
      for (std::size_t x = 0; x < axes.n_ages; ++x) visit(Cell{t, s, x});
}

// A comparison with NaN is false, so NaN never passes.
bool is_share(double value) { return value >= 0.0 && value <= 1.0; }

void require_shares(const Axes& axes, const std::string& name, const core::Array<4>& array,
                    const std::vector<std::string>& rows, const std::string& kind) {
  each_cell(axes, array.extent(1), [&](const Cell& cell) {
    for (std::size_t row = 0; row < rows.size(); ++row)
      if (!is_share(at(array, row, cell)))
        check::fail(name, where(axes, kind + rows[row], cell), at(array, row, cell), "[0, 1]",
                    "give a share of one period");
  });
}

void require_leavers_present(const Axes& axes, const std::string& name, std::size_t place, const Cell& cell,
                             double leaving) {
  if (leaving <= 1.0 + sum_tolerance) return;
  check::fail(name, where(axes, "place " + axes.places[place], cell), leaving,
              "at most 1 over all destinations: no more leavers than people present", "lower the rates of this cell");
}

void require_sum_one(const Axes& axes, const std::string& name, const std::string& row, const Cell& cell, double sum,
                     bool used) {
  if (std::abs(sum - 1.0) <= sum_tolerance || (!used && sum == 0.0)) return;
  check::fail(name, where(axes, row, cell), sum, "a sum of 1 over those who share", "divide the shares by their sum");
}

void check_pool_shapes(const Axes& axes, const PoolRates& in) {
  const std::size_t places = axes.places.size();
  const std::size_t pools = in.pools.size();
  const auto is_pool = [&](std::size_t pool) { return pool < pools; };
  if (in.pool_of.size() != places || !std::ranges::all_of(in.pool_of, is_pool)) {
    throw core::ShapeError(core::message(
        {.what = "pool_of",
         .where = "",
         .got = std::to_string(in.pool_of.size()) + " indices",
         .allowed = std::to_string(places) + ", one a place, each below " + std::to_string(pools) + " pools",
         .remedy = "give every place the index of its pool"}));
  }
  require_shape<4>("out_rate", in.out_rate, {places, 1, core::n_sexes, axes.n_ages}, axes.n_years);
  require_shape<4>("in_share", in.in_share, {places, 1, core::n_sexes, axes.n_ages}, axes.n_years);
  if (in.pool_out_rate.empty()) return;
  require_shape<4>("pool_out_rate", in.pool_out_rate, {pools, 1, core::n_sexes, axes.n_ages}, axes.n_years);
  require_shape<4>("pool_in_share", in.pool_in_share, {pools, 1, core::n_sexes, axes.n_ages}, axes.n_years);
}

void check_pool_cell(const Axes& axes, const PoolRates& in, const std::vector<std::vector<std::size_t>>& members,
                     const Cell& cell) {
  const bool open = !in.pool_out_rate.empty();
  double shares_of_nation = 0.0;
  bool nation_used = false;
  for (std::size_t pool = 0; pool < members.size(); ++pool) {
    const double away = open ? at(in.pool_out_rate, pool, cell) : 0.0;
    const double from_nation = open ? at(in.pool_in_share, pool, cell) : 0.0;
    double shares = 0.0;
    bool used = from_nation > 0.0;
    for (const std::size_t place : members[pool]) {
      const double out = at(in.out_rate, place, cell);
      require_leavers_present(axes, "out_rate and pool_out_rate", place, cell, out + away);
      shares += at(in.in_share, place, cell);
      used = used || out > 0.0;
    }
    require_sum_one(axes, "in_share", "pool " + in.pools[pool], cell, shares, used);
    shares_of_nation += from_nation;
    nation_used = nation_used || away > 0.0;
  }
  if (open) require_sum_one(axes, "pool_in_share", "all pools", cell, shares_of_nation, nation_used);
}

}  // namespace

Exchange::Exchange(Axes axes, PoolRates rates) : axes_(std::move(axes)), rates_(std::move(rates)) {
  const auto& in = std::get<PoolRates>(rates_);
  core::check_years(axes_);
  check_pool_shapes(axes_, in);
  list_members();
  require_shares(axes_, "out_rate", in.out_rate, axes_.places, "place ");
  require_shares(axes_, "in_share", in.in_share, axes_.places, "place ");
  if (!in.pool_out_rate.empty()) {
    require_shares(axes_, "pool_out_rate", in.pool_out_rate, in.pools, "pool ");
    require_shares(axes_, "pool_in_share", in.pool_in_share, in.pools, "pool ");
  }
  std::vector<std::vector<std::size_t>> members(in.pools.size());
  for (std::size_t place = 0; place < in.pool_of.size(); ++place) members[in.pool_of[place]].push_back(place);
  each_cell(axes_, axes_.n_years, [&](const Cell& cell) { check_pool_cell(axes_, in, members, cell); });
}

Exchange::Exchange(Axes axes, OriginDestinationRates rates) : axes_(std::move(axes)), rates_(std::move(rates)) {
  const auto& rate = std::get<OriginDestinationRates>(rates_).rate;
  const std::size_t places = axes_.places.size();
  core::check_years(axes_);
  require_shape<5>("rate", rate, {places, places, 1, core::n_sexes, axes_.n_ages}, axes_.n_years);
  each_cell(axes_, rate.extent(2), [&](const Cell& cell) {
    for (std::size_t from = 0; from < places; ++from) {
      double leaving = 0.0;
      for (std::size_t to = 0; to < places; ++to) {
        const double value = at(rate, from, to, cell);
        const std::string pair = "place " + axes_.places[from] + " to " + axes_.places[to];
        if (!is_share(value))
          check::fail("rate", where(axes_, pair, cell), value, "[0, 1]", "give a share of one period");
        if (from == to && value != 0.0)
          check::fail("rate", where(axes_, pair, cell), value, "0 on the diagonal", "leave out those who stay");
        leaving += value;
      }
      require_leavers_present(axes_, "rate", from, cell, leaving);
    }
  });
}

void Exchange::list_members() {
  const auto& in = std::get<PoolRates>(rates_);
  for (std::size_t pool = 0; pool < in.pools.size(); ++pool) {
    first_member_.push_back(members_.size());
    for (std::size_t place = 0; place < in.pool_of.size(); ++place)
      if (in.pool_of[place] == pool) members_.push_back(place);
  }
  first_member_.push_back(members_.size());
}

std::size_t Exchange::room() const {
  return core::n_lanes * std::max(core::n_sexes * axes_.n_ages, first_member_.size());
}

MoveTask Exchange::task(std::size_t year, std::span<double> room) const {
  const auto of_year = [&](const double* values, std::size_t years) {
    return values + (years == 1 ? 0 : year) * core::n_sexes * axes_.n_ages;
  };
  const auto step = [&](std::size_t years) { return years * core::n_sexes * axes_.n_ages; };
  MoveTask task;
  task.n_places = axes_.places.size();
  task.n_ages = axes_.n_ages;
  if (const auto* pairs = std::get_if<OriginDestinationRates>(&rates_)) {
    const std::size_t years = pairs->rate.extent(2);
    task.rate = of_year(pairs->rate.flat().data(), years);
    task.destination_step = step(years);
    task.origin_step = task.destination_step * task.n_places;
    task.grids = room.data();
    return task;
  }
  const auto& pools = std::get<PoolRates>(rates_);
  task.n_pools = pools.pools.size();
  task.out_rate = of_year(pools.out_rate.flat().data(), pools.out_rate.extent(1));
  task.out_step = step(pools.out_rate.extent(1));
  task.in_share = of_year(pools.in_share.flat().data(), pools.in_share.extent(1));
  task.in_step = step(pools.in_share.extent(1));
  if (!pools.pool_out_rate.empty()) {
    task.pool_out_rate = of_year(pools.pool_out_rate.flat().data(), pools.pool_out_rate.extent(1));
    task.pool_out_step = step(pools.pool_out_rate.extent(1));
    task.pool_in_share = of_year(pools.pool_in_share.flat().data(), pools.pool_in_share.extent(1));
    task.pool_in_step = step(pools.pool_in_share.extent(1));
  }
  task.members = members_.data();
  task.first_member = first_member_.data();
  task.pooled = room.data();
  return task;
}

}  // namespace sanhai::engine
