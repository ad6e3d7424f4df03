// Groups inside groups: who answers for whom, and ratios between the years with a figure.

#include <algorithm>
#include <cmath>

#include "sanhai/core/math.hpp"

#include "country_fit.hpp"

namespace sanhai::engine::detail {

std::size_t GroupTree::top(std::size_t g) const {
  while (!is_top(g)) g = groups_.parent[g];
  return g;
}

bool GroupTree::is_inside(std::size_t g, std::size_t above) const {
  while (g != above) {
    if (is_top(g)) return false;
    g = groups_.parent[g];
  }
  return true;
}

std::size_t GroupTree::nearest(std::size_t g, const std::vector<bool>& holds) const {
  while (!holds[g]) {
    if (is_top(g)) return size();
    g = groups_.parent[g];
  }
  return g;
}

Scale::Scale(const char* what, const core::Array<2>& counts, const core::Array<2>& rates,
             const core::Array<1>& of_nation, bool even_before)
    : name(what),
      count(counts),
      rate(rates),
      nation(of_nation),
      is_even_before(even_before),
      value(counts.shape()),
      log_ratio(counts.shape()),
      free(counts.extent(1), 1.0) {}

bool Scale::is_known(std::size_t g, std::size_t t) const { return !std::isnan(count(g, t)) || !std::isnan(rate(g, t)); }

double Scale::interpolate(std::size_t g, std::size_t parent) {
  const auto years = static_cast<std::ptrdiff_t>(count.extent(1));
  double change = 0.0;
  std::ptrdiff_t last = -1;  // the year before the first, if ratios were even then
  double last_ratio = 0.0;
  bool has_last = is_even_before;
  for (std::ptrdiff_t t = 0; t <= years; ++t) {
    const auto at = static_cast<std::size_t>(t);
    if (t < years && !is_known(g, at)) continue;
    const bool is_end = t == years;
    const double ratio = is_end ? last_ratio : core::log(value(g, at) / value(parent, at));
    for (std::ptrdiff_t u = std::max<std::ptrdiff_t>(last + (has_last ? 1 : 0), 0); u < t; ++u) {
      const double weight = static_cast<double>(u - last) / static_cast<double>(t - last);
      const double found = has_last ? last_ratio + weight * (ratio - last_ratio) : ratio;
      double& held = log_ratio(g, static_cast<std::size_t>(u));
      change = std::max(change, std::abs(found - held));
      held = found;
    }
    last = t;
    last_ratio = ratio;
    has_last = true;
  }
  return change;
}

}  // namespace sanhai::engine::detail
