#include "sanhai/engine/rake.hpp"

#include <algorithm>
#include <cmath>

#include "sanhai/core/error.hpp"

namespace sanhai::engine {
namespace {

using core::Axes;
using core::View;

constexpr double target_tolerance = 1e-12;
constexpr std::size_t max_iterations = 2000;

[[noreturn]] void refuse_shape(const std::string& what, const std::string& got, const std::string& allowed) {
  throw core::ShapeError(core::message(
      {.what = what, .where = "", .got = got, .allowed = allowed, .remedy = "give leaves and parent the same axes"}));
}

void check_groups(std::span<const std::size_t> lower, std::size_t n_groups, std::size_t n_ages) {
  bool good = !lower.empty() && lower.size() == n_groups && lower[0] == 0 && lower.back() < n_ages;
  for (std::size_t g = 1; g < lower.size(); ++g) good = good && lower[g] > lower[g - 1];
  if (!good) {
    refuse_shape("age groups", std::to_string(lower.size()) + " first ages for " + std::to_string(n_groups) + " groups",
                 "one first age a group, ascending from 0 and below " + std::to_string(n_ages));
  }
}

void check_shapes(const std::string& what, View<const double, 4> leaves, View<const double, 3> parent,
                  std::span<const std::size_t> lower) {
  const bool rows_agree = parent.extent(1) == 1 || parent.extent(1) == leaves.extent(2);
  if (leaves.empty() || parent.extent(0) != leaves.extent(1) || !rows_agree) {
    refuse_shape(what, core::text(leaves.shape()) + " leaves, " + core::text(parent.shape()) + " parent",
                 "(leaf, year, row, age) and (year, row or 1, group)");
  }
  check_groups(lower, parent.extent(2), leaves.extent(3));
}

/// "year 2030, row 1, ages 5-9": leaves are not named, since the parent is the sum of all of them.
std::string where(const Axes& axes, std::size_t year, std::size_t row, bool one_row, std::size_t first,
                  std::size_t end) {
  std::string text = "all leaves, year " + std::to_string(axes.year(year));
  if (!one_row) text += ", row " + std::to_string(row);
  return text + ", ages " + std::to_string(first * axes.age_width) + "-" + std::to_string(end * axes.age_width - 1);
}

/// parent / sum; 1 where neither has anybody.
double factor_of(const std::string& what, const std::string& place, double parent, double sum) {
  if (!(parent >= 0.0 && std::isfinite(parent))) {
    throw core::DomainError(core::message({.what = "parent's " + what,
                                           .where = place,
                                           .got = core::text(parent),
                                           .allowed = "a finite number >= 0",
                                           .remedy = "project the parent first"}));
  }
  if (sum > 0.0) return parent / sum;
  if (parent == 0.0) return 1.0;
  throw core::DomainError(core::message({.what = what,
                                         .where = place,
                                         .got = "no leaf with anybody for " + core::text(parent) + " of the parent",
                                         .allowed = "a parent with people only where a leaf has some",
                                         .remedy = "rake to wider age groups or to totals"}));
}

/// Multiplies the groups of one year by what brings them to the parent; returns the worst relative miss before it.
double rake_year(const Axes& axes, const std::string& what, View<double, 4> leaves, View<const double, 3> parent,
                 std::span<const std::size_t> lower, std::size_t year, View<double, 3> factor) {
  double worst = 0.0;
  const bool one_row = parent.extent(1) == 1;
  const std::size_t n_rows = leaves.extent(2);
  for (std::size_t r = 0; r < parent.extent(1); ++r)
    for (std::size_t g = 0; g < lower.size(); ++g) {
      const std::size_t end = g + 1 < lower.size() ? lower[g + 1] : leaves.extent(3);
      const auto each = [&](auto&& visit) {
        for (std::size_t leaf = 0; leaf < leaves.extent(0); ++leaf)
          for (std::size_t row = one_row ? 0 : r; row < (one_row ? n_rows : r + 1); ++row)
            for (std::size_t x = lower[g]; x < end; ++x) visit(leaves(leaf, year, row, x));
      };
      double sum = 0.0;
      each([&](double& value) { sum += value; });
      const double by = factor_of(what, where(axes, year, r, one_row, lower[g], end), parent(year, r, g), sum);
      each([&](double& value) { value *= by; });
      factor(year, r, g) *= by;
      worst = std::max(worst, std::abs(by - 1.0));
    }
  return worst;
}

/// Multiplies the births of `year` and those aged 0 at its end; returns the relative miss before it.
double rake_births(const Axes& axes, RakedPath& path, double parent, std::size_t year) {
  double sum = 0.0;
  for (std::size_t leaf = 0; leaf < path.births.extent(0); ++leaf)
    for (std::size_t s = 0; s < core::n_sexes; ++s) sum += path.births(leaf, year, s);
  const double by = factor_of("births", "all leaves, year " + std::to_string(axes.year(year)), parent, sum);
  for (std::size_t leaf = 0; leaf < path.births.extent(0); ++leaf)
    for (std::size_t s = 0; s < core::n_sexes; ++s) {
      path.births(leaf, year, s) *= by;
      path.pop_jan1(leaf, year + 1, s, 0) *= by;
    }
  path.births_factor(year) *= by;
  return std::abs(by - 1.0);
}

/// The births of `year` follow what raking the stock has just done to those aged 0 at its end.
void follow_infants(RakedPath& path, std::size_t year, View<const double, 3> before, View<const double, 3> after) {
  for (std::size_t s = 0; s < core::n_sexes; ++s) {
    const std::size_t row = after.extent(1) == 1 ? 0 : s;
    const double by = before(year + 1, row, 0) > 0.0 ? after(year + 1, row, 0) / before(year + 1, row, 0) : 0.0;
    for (std::size_t leaf = 0; leaf < path.births.extent(0); ++leaf) path.births(leaf, year, s) *= by;
  }
}

template <std::size_t N>
core::Array<N> copy_of(View<const double, N> view) {
  return core::Array<N>(view.shape(), {view.flat().begin(), view.flat().end()});
}

}  // namespace

Raked rake(const Axes& axes, const std::string& what, View<const double, 4> leaves, View<const double, 3> parent,
           std::span<const std::size_t> lower) {
  check_shapes(what, leaves, parent, lower);
  Raked out{copy_of(leaves), core::Array<3>(parent.shape(), 1.0)};
  for (std::size_t t = 0; t < parent.extent(0); ++t)
    (void)rake_year(axes, what, out.leaves.view(), parent, lower, t, out.factor.view());
  return out;
}

RakedPath rake_births_and_stock(const Axes& axes, View<const double, 4> pop_jan1, View<const double, 3> births,
                                View<const double, 3> parent_pop, View<const double, 1> parent_births,
                                std::span<const std::size_t> lower) {
  check_shapes("pop_jan1", pop_jan1, parent_pop, lower);
  const std::size_t years = births.extent(1);
  if (births.extent(0) != pop_jan1.extent(0) || births.extent(2) != core::n_sexes || pop_jan1.extent(1) != years + 1 ||
      pop_jan1.extent(2) != core::n_sexes || parent_births.extent(0) != years || axes.age_width != 1) {
    refuse_shape("births", core::text(births.shape()) + " beside stocks " + core::text(pop_jan1.shape()),
                 "(leaf, year, sex) beside (leaf, year + 1, sex, single age), and one parent's count a year");
  }
  RakedPath path{copy_of(pop_jan1), copy_of(births), core::Array<3>(parent_pop.shape(), 1.0),
                 core::Array<1>({years}, 1.0), 0};
  double worst = 1.0;
  while (worst > target_tolerance) {
    if (++path.iterations > max_iterations) {
      throw core::DomainError(
          core::message({.what = "births and pop_jan1",
                         .where = "all leaves",
                         .got = core::text(worst) + " relative miss after 2000 passes",
                         .allowed = "<= 1e-12 for births and stock together",
                         .remedy = "take births and stock from one run of the parent, or rake only one of them"}));
    }
    worst = 0.0;
    for (std::size_t t = 0; t < years; ++t) worst = std::max(worst, rake_births(axes, path, parent_births(t), t));
    const core::Array<3> before = path.pop_factor;
    for (std::size_t t = 0; t <= years; ++t)
      worst = std::max(worst,
                       rake_year(axes, "pop_jan1", path.pop_jan1.view(), parent_pop, lower, t, path.pop_factor.view()));
    for (std::size_t t = 0; t < years; ++t) follow_infants(path, t, before.view(), path.pop_factor.view());
  }
  return path;
}

}  // namespace sanhai::engine
