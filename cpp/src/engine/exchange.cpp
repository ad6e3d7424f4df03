#include "sanhai/engine/exchange.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sanhai/core/error.hpp"

namespace sanhai::engine {
namespace {

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

[[noreturn]] void refuse(const std::string& what, const std::string& place, double got, const std::string& allowed,
                         const std::string& remedy) {
  throw core::DomainError(
      core::message({.what = what, .where = place, .got = core::text(got), .allowed = allowed, .remedy = remedy}));
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
        refuse(name, where(axes, kind + rows[row], cell), at(array, row, cell), "[0, 1]", "give a share of one period");
  });
}

void require_leavers_present(const Axes& axes, const std::string& name, std::size_t place, const Cell& cell,
                             double leaving) {
  if (leaving <= 1.0 + sum_tolerance) return;
  refuse(name, where(axes, "place " + axes.places[place], cell), leaving,
         "at most 1 over all destinations: no more leavers than people present", "lower the rates of this cell");
}

void require_sum_one(const Axes& axes, const std::string& name, const std::string& row, const Cell& cell, double sum,
                     bool used) {
  if (std::abs(sum - 1.0) <= sum_tolerance || (!used && sum == 0.0)) return;
  refuse(name, where(axes, row, cell), sum, "a sum of 1 over those who share", "divide the shares by their sum");
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

/// Multiples of one power of two, small enough to lose nothing and large enough that `whole` and every part of it are
/// fewer than 2^53 of them: their sums and differences are exact.
class Grid {
public:
  explicit Grid(double whole) {
    constexpr int digits = 52;
    constexpr int smallest = -1022;
    int exponent = 0;
    std::frexp(whole, &exponent);
    step_ = std::ldexp(1.0, std::max(exponent - digits, smallest));
  }
  [[nodiscard]] double down(double count) const { return std::floor(count / step_) * step_; }

private:
  double step_;
};

/// Hands `total` out by shares. What rounding leaves over goes to the largest share, the first of equals.
template <class Share, class Give>
void allot(const Grid& grid, double total, std::span<const std::size_t> members, Share&& share, Give&& give) {
  if (total == 0.0) return;
  std::size_t largest = members.front();
  for (const std::size_t member : members)
    if (share(member) > share(largest)) largest = member;
  double rest = total;
  for (const std::size_t member : members) {
    if (member == largest) continue;
    const double part = grid.down(total * share(member));
    give(member, part);
    rest -= part;
  }
  give(largest, rest);
}

Grid grid_of(View<const double, 3> people, const Cell& cell) {
  double whole = 0.0;
  for (std::size_t place = 0; place < people.extent(0); ++place) whole += people(place, cell.sex, cell.age);
  return Grid(whole);
}

void move_by_pools(const PoolRates& in, const std::vector<std::vector<std::size_t>>& members, const Cell& cell,
                   View<const double, 3> people, View<double, 3> leavers, View<double, 3> arrivals,
                   std::vector<double>& pooled, std::span<const std::size_t> all_pools) {
  const std::size_t s = cell.sex;
  const std::size_t x = cell.age;
  const bool open = !in.pool_out_rate.empty();
  const Grid grid = grid_of(people, cell);
  double nation = 0.0;
  for (std::size_t pool = 0; pool < members.size(); ++pool) {
    pooled[pool] = 0.0;
    for (const std::size_t place : members[pool]) {
      const double stock = people(place, s, x);
      const double near = grid.down(stock * at(in.out_rate, place, cell));
      // Rates that sum to 1 may round to a last bit more than everyone: the second count takes who is left.
      const double far =
          open ? std::min(grid.down(stock * at(in.pool_out_rate, pool, cell)), grid.down(stock - near)) : 0.0;
      leavers(place, s, x) = near + far;
      arrivals(place, s, x) = 0.0;
      pooled[pool] += near;
      nation += far;
    }
  }
  if (open) {
    allot(
        grid, nation, all_pools, [&](std::size_t pool) { return at(in.pool_in_share, pool, cell); },
        [&](std::size_t pool, double part) { pooled[pool] += part; });
  }
  for (std::size_t pool = 0; pool < members.size(); ++pool)
    allot(
        grid, pooled[pool], members[pool], [&](std::size_t place) { return at(in.in_share, place, cell); },
        [&](std::size_t place, double part) { arrivals(place, s, x) = part; });
}

/// Pair by pair, all cells of a pair in a row as they lie in memory. What a cell is given does not depend on others.
void move_by_pairs(const OriginDestinationRates& in, std::size_t year, View<const double, 3> people,
                   View<double, 3> leavers, View<double, 3> arrivals) {
  const std::size_t n_ages = people.extent(2);
  std::vector<Grid> grids;
  grids.reserve(core::n_sexes * n_ages);
  for (std::size_t s = 0; s < core::n_sexes; ++s)
    for (std::size_t x = 0; x < n_ages; ++x) grids.push_back(grid_of(people, {year, s, x}));
  std::ranges::fill(leavers.flat(), 0.0);
  std::ranges::fill(arrivals.flat(), 0.0);
  for (std::size_t from = 0; from < people.extent(0); ++from)
    for (std::size_t to = 0; to < people.extent(0); ++to)
      for (std::size_t s = 0; s < core::n_sexes; ++s)
        for (std::size_t x = 0; x < n_ages; ++x) {
          const double rate = at(in.rate, from, to, {year, s, x});
          if (rate == 0.0) continue;
          const Grid& grid = grids[s * n_ages + x];
          const double stock = people(from, s, x);
          const double left = grid.down(stock - leavers(from, s, x));  // see move_by_pools
          const double movers = std::min(grid.down(stock * rate), left);
          leavers(from, s, x) += movers;
          arrivals(to, s, x) += movers;
        }
}

}  // namespace

Exchange::Exchange(Axes axes, PoolRates rates) : axes_(std::move(axes)), rates_(std::move(rates)) {
  const auto& in = std::get<PoolRates>(rates_);
  check_pool_shapes(axes_, in);
  members_.resize(in.pools.size());
  for (std::size_t place = 0; place < in.pool_of.size(); ++place) members_[in.pool_of[place]].push_back(place);
  require_shares(axes_, "out_rate", in.out_rate, axes_.places, "place ");
  require_shares(axes_, "in_share", in.in_share, axes_.places, "place ");
  if (!in.pool_out_rate.empty()) {
    require_shares(axes_, "pool_out_rate", in.pool_out_rate, in.pools, "pool ");
    require_shares(axes_, "pool_in_share", in.pool_in_share, in.pools, "pool ");
  }
  each_cell(axes_, axes_.n_years, [&](const Cell& cell) { check_pool_cell(axes_, in, members_, cell); });
}

Exchange::Exchange(Axes axes, OriginDestinationRates rates) : axes_(std::move(axes)), rates_(std::move(rates)) {
  const auto& rate = std::get<OriginDestinationRates>(rates_).rate;
  const std::size_t places = axes_.places.size();
  require_shape<5>("rate", rate, {places, places, 1, core::n_sexes, axes_.n_ages}, axes_.n_years);
  each_cell(axes_, rate.extent(2), [&](const Cell& cell) {
    for (std::size_t from = 0; from < places; ++from) {
      double leaving = 0.0;
      for (std::size_t to = 0; to < places; ++to) {
        const double value = at(rate, from, to, cell);
        const std::string pair = "place " + axes_.places[from] + " to " + axes_.places[to];
        if (!is_share(value)) refuse("rate", where(axes_, pair, cell), value, "[0, 1]", "give a share of one period");
        if (from == to && value != 0.0)
          refuse("rate", where(axes_, pair, cell), value, "0 on the diagonal", "leave out those who stay");
        leaving += value;
      }
      require_leavers_present(axes_, "rate", from, cell, leaving);
    }
  });
}

void Exchange::move(View<const double, 3> survivors, std::size_t year, View<double, 3> leavers,
                    View<double, 3> arrivals) const {
  if (survivors.shape() != core::Shape<3>{axes_.places.size(), core::n_sexes, axes_.n_ages} || year >= axes_.n_years ||
      leavers.shape() != survivors.shape() || arrivals.shape() != survivors.shape()) {
    throw core::ShapeError(core::message({.what = "survivors",
                                          .where = "year index " + std::to_string(year),
                                          .got = "shape " + core::text(survivors.shape()),
                                          .allowed = "(place, sex, age) of the exchange, and one of its years",
                                          .remedy = "give the people of every place of the exchange"}));
  }
  const auto* pools = std::get_if<PoolRates>(&rates_);
  if (pools == nullptr) {
    move_by_pairs(std::get<OriginDestinationRates>(rates_), year, survivors, leavers, arrivals);
    return;
  }
  std::vector<double> pooled(members_.size());
  std::vector<std::size_t> all_pools(members_.size());
  std::iota(all_pools.begin(), all_pools.end(), std::size_t{0});
  for (std::size_t s = 0; s < core::n_sexes; ++s)
    for (std::size_t x = 0; x < axes_.n_ages; ++x)
      move_by_pools(*pools, members_, {year, s, x}, survivors, leavers, arrivals, pooled, all_pools);
}

core::Array<3> Exchange::net_migration(View<const double, 3> survivors, std::size_t year) const {
  core::Array<3> leavers(survivors.shape());
  core::Array<3> net(survivors.shape());
  move(survivors, year, leavers.view(), net.view());
  for (std::size_t k = 0; k < net.flat().size(); ++k) net.flat()[k] -= leavers.flat()[k];
  return net;
}

}  // namespace sanhai::engine
