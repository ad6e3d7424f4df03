// What makes a leaf differ from the leaves around it, read off two censuses. Ratios only: levels are fitted later.

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/math.hpp"
#include "sanhai/engine/census.hpp"
#include "sanhai/engine/country.hpp"

#include "country_check.hpp"

namespace sanhai::engine {
namespace {

// Of a leaf's ln SMR: survivors 60-74 -> 70-84 of 2,192 counties fall by 0.26 to 0.37 of what a true difference would
// do, in either half of the provinces.
constexpr double smr_kept = 0.30;
constexpr double most_ln_mortality = 0.25;
constexpr double prior_children = 25.0;
constexpr double fewest_people = 5000.0;  // below, an area's flows are chance
constexpr double most_leaving = 0.15;     // a year; binds in five cells of 2010-20
constexpr std::size_t old_groups = 12;    // 60-64 and on: the weights of the mean of ln SMR
constexpr std::size_t years_apart = 10;

constexpr std::array<std::size_t, n_census_groups> lower{0,  1,  5,  10, 15, 20, 25, 30, 35, 40,
                                                         45, 50, 55, 60, 65, 70, 75, 80, 85};

/// (row, sex, 18): the two youngest groups as one.
core::Array<3> five_year(const core::Array<3>& counts) {
  core::Array<3> out({counts.extent(0), core::n_sexes, n_age5_groups});
  for (std::size_t row = 0; row < counts.extent(0); ++row)
    for (std::size_t sex = 0; sex < core::n_sexes; ++sex) {
      out(row, sex, 0) = counts(row, sex, 0) + counts(row, sex, 1);
      for (std::size_t g = 1; g < n_age5_groups; ++g) out(row, sex, g) = counts(row, sex, g + 1);
    }
  return out;
}

core::Array<1> ln_smr(const CountryCounts& given, const core::Array<3>& earlier) {
  core::Array<1> out({earlier.extent(0)});
  for (std::size_t area = 0; area < earlier.extent(0); ++area) {
    double expected = 0.0;
    for (std::size_t sex = 0; sex < core::n_sexes; ++sex)
      for (std::size_t g = 0; g < n_age5_groups; ++g) expected += earlier(area, sex, g) * given.expected_mx(sex, g);
    out(area) = core::log(given.earlier_deaths(area) / expected);
  }
  return out;
}

core::Array<1> mortality(const CountryCounts& given, const core::Array<3>& later, const core::Array<3>& earlier) {
  const std::size_t leaves = later.extent(0);
  const core::Array<1> smr = ln_smr(given, earlier);
  const std::size_t provinces = 1 + *std::ranges::max_element(given.province);
  std::vector<double> sum(provinces, 0.0);
  std::vector<double> weight(provinces, 0.0);
  for (std::size_t leaf = 0; leaf < leaves; ++leaf) {
    if (!std::isfinite(smr(given.area[leaf]))) continue;
    double old = 0.0;
    for (std::size_t sex = 0; sex < core::n_sexes; ++sex)
      for (std::size_t g = old_groups; g < n_age5_groups; ++g) old += later(leaf, sex, g);
    sum[given.province[leaf]] += smr(given.area[leaf]) * old;
    weight[given.province[leaf]] += old;
  }
  core::Array<1> out({leaves}, 1.0);
  for (std::size_t leaf = 0; leaf < leaves; ++leaf) {
    const std::size_t province = given.province[leaf];
    const double own = smr(given.area[leaf]);
    if (!std::isfinite(own) || !(weight[province] > 0.0)) continue;
    const double apart = smr_kept * (own - sum[province] / weight[province]);
    out(leaf) = core::exp(std::clamp(apart, -most_ln_mortality, most_ln_mortality));
  }
  return out;
}

core::Array<1> fertility(const CountryCounts& given, const core::Array<3>& later) {
  const std::size_t leaves = later.extent(0);
  const std::size_t parents = 1 + *std::ranges::max_element(given.parent);
  std::vector<double> children(leaves, 0.0);
  std::vector<double> expected(leaves, 0.0);
  std::vector<double> children_of(parents, 0.0);
  std::vector<double> expected_of(parents, 0.0);
  for (std::size_t leaf = 0; leaf < leaves; ++leaf) {
    const core::Array<2> single = single_years(given.counts.view()[leaf], lower, given.pattern.view());
    for (std::size_t x = 0; x < single.extent(1); ++x) expected[leaf] += single(core::female, x) * given.children(x);
    children[leaf] = later(leaf, core::male, 0) + later(leaf, core::female, 0);
    children_of[given.parent[leaf]] += children[leaf];
    expected_of[given.parent[leaf]] += expected[leaf];
  }
  core::Array<1> out({leaves}, 1.0);
  for (std::size_t leaf = 0; leaf < leaves; ++leaf) {
    const std::size_t parent = given.parent[leaf];
    if (!(children_of[parent] > 0.0 && expected_of[parent] > 0.0)) continue;
    const double pooled = core::log(children_of[parent] / expected_of[parent]);
    const bool is_known = children[leaf] > 0.0 && expected[leaf] > 0.0;
    const double own = is_known ? core::log(children[leaf] / expected[leaf]) : pooled;
    const double weight = children[leaf] / (children[leaf] + prior_children);
    out(leaf) = core::exp(weight * own + (1.0 - weight) * pooled);
  }
  return out;
}

/// The flows of one sex and cohort, seen in group g of the later census; it was midway in the group before.
void add_flows(std::size_t sex, std::size_t g, const CountryCounts& given, const core::Array<3>& later,
               const core::Array<3>& earlier, const core::Array<3>& area_later, LeafFactors& out) {
  double before = 0.0;
  double after = 0.0;
  for (std::size_t area = 0; area < earlier.extent(0); ++area) {
    before += earlier(area, sex, g - 2);
    after += area_later(area, sex, g);
  }
  const double kept = before > 0.0 ? after / before : 0.0;
  const std::size_t moving = g - 2;  // group g - 1 is number g - 2 of the moving ones
  for (std::size_t leaf = 0; leaf < later.extent(0); ++leaf) {
    const std::size_t area = given.area[leaf];
    double people = 0.0;
    for (const double cell : area_later.view()[area].flat()) people += cell;
    if (people < fewest_people) continue;
    const double expected = kept * earlier(area, sex, g - 2);
    const double counted = area_later(area, sex, g);
    if (counted > expected) {
      const double share = later(leaf, sex, g) / counted;
      out.gain(leaf, sex, moving) = (counted - expected) * share / static_cast<double>(years_apart);
    } else if (expected > 0.0) {
      const double stays = core::exp(core::log(counted / expected) / static_cast<double>(years_apart));
      out.loss(leaf, sex, moving) = std::min(1.0 - stays, most_leaving);
    }
  }
}

}  // namespace

LeafFactors leaf_factors(const CountryCounts& given) {
  detail::check(given);
  const core::Array<3> later = five_year(given.counts);
  const core::Array<3> earlier = five_year(given.earlier);
  core::Array<3> area_later(earlier.shape());
  for (std::size_t leaf = 0; leaf < later.extent(0); ++leaf)
    for (std::size_t sex = 0; sex < core::n_sexes; ++sex)
      for (std::size_t g = 0; g < n_age5_groups; ++g) area_later(given.area[leaf], sex, g) += later(leaf, sex, g);
  const core::Shape<3> cells{later.extent(0), core::n_sexes, n_moving_groups};
  LeafFactors out{.mortality = mortality(given, later, earlier),
                  .fertility = fertility(given, later),
                  .loss = core::Array<3>(cells),
                  .gain = core::Array<3>(cells)};
  for (std::size_t sex = 0; sex < core::n_sexes; ++sex)
    for (std::size_t g = 2; g < 2 + n_moving_groups; ++g) add_flows(sex, g, given, later, earlier, area_later, out);
  return out;
}

core::Array<3> country_start(const CountryCounts& given, core::View<const double, 2> Sx, double factor) {
  detail::check(given);
  core::check::positive("factor", factor, "give the published total over the count");
  core::Array<3> out({given.counts.extent(0), core::n_sexes, given.pattern.extent(1)});
  for (std::size_t leaf = 0; leaf < out.extent(0); ++leaf) {
    const core::Array<2> november = single_years(given.counts.view()[leaf], lower, given.pattern.view());
    const core::Array<2> january = november_to_january(november.view(), Sx);
    std::ranges::transform(january.flat(), out.view()[leaf].flat().begin(), [&](double cell) { return cell * factor; });
  }
  return out;
}

}  // namespace sanhai::engine
