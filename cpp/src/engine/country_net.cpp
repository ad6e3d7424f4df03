// Net migrants of groups in a fitted year: what is left over where year-end people are published, else carried on.

#include <algorithm>
#include <cmath>

#include "sanhai/core/check.hpp"

#include "country_fit.hpp"

namespace sanhai::engine::detail {
namespace {

constexpr double closed = 0.01;  // persons: births, deaths and people of a nation that nobody leaves add up to this

}  // namespace

/// Whether a total on or after the year says how many came to a group inside another; they are spread evenly.
bool CountryFitter::total_known(std::size_t g, std::size_t t) const {
  for (std::size_t u = t; u < n_fitted_; ++u)
    if (!std::isnan(country_.groups.pop_end(g, u))) return true;
  return false;
}

/// Which groups have a T of their own in the year, and whose y the others share.
void CountryFitter::share_net(const Scope& scope, std::size_t t) {
  std::vector<bool> owns(n_groups_, false);
  for (const std::size_t g : scope.groups) {  // parents come first
    if (tree_.is_top(g)) {
      state_[g] = std::isnan(country_.groups.pop_end(g, t)) ? Net::free : Net::known;
    } else if (total_known(g, t)) {
      state_[g] = Net::known;
    } else {
      const bool round_is_free = state_[shares_y_[country_.groups.parent[g]]] == Net::free;
      state_[g] = round_is_free && total_known(g, 0) ? Net::free : Net::shared;
    }
    owns[g] = state_[g] != Net::shared;
    shares_y_[g] = tree_.nearest(g, owns);
  }
}

void CountryFitter::find_net(const Scope& scope, std::size_t t) {
  share_net(scope, t);
  std::vector<double> whole(n_groups_, 0.0);
  for (const std::size_t g : scope.groups) {
    wanted_[g] = 0.0;
    if (state_[g] == Net::free) wanted_[g] = median_before(g, t);
    if (state_[g] != Net::known) continue;
    whole[g] = tree_.is_top(g) ? country_.groups.pop_end(g, t) - before_[g] : total_(g, t);
    wanted_[g] += whole[g];
    const std::size_t round = tree_.is_top(g) ? g : shares_y_[country_.groups.parent[g]];
    if (round != g && state_[round] == Net::known) wanted_[round] -= whole[g];
  }
  close_nation(scope, t);
}

/// What the groups without a total take, in proportion to |T|, so that the nation's people are met.
void CountryFitter::close_nation(const Scope& scope, std::size_t t) {
  double sum = 0.0;
  double people_before = 0.0;
  double gross = 0.0;
  for (const std::size_t g : scope.groups) {
    sum += wanted_[g];
    if (state_[g] == Net::free) gross += std::abs(wanted_[g]);
    if (tree_.is_top(g)) people_before += before_[g];
  }
  if (scope.is_nation) {
    const double net = country_.nation.pop_end(t) - people_before;
    shift_[t] = gross > 0.0 ? (net - sum) / gross : 0.0;
    const double open = gross > 0.0 ? net : std::max(std::abs(net), std::abs(sum));
    if (std::abs(open) > closed) {
      core::check::fail("people of the nation",
                        "year " + std::to_string(country_.nation.first_year + static_cast<int>(t)), open,
                        "births less deaths: nobody comes from outside or goes there",
                        "give figures of the groups that add up to the nation's");
    }
  }
  for (const std::size_t g : scope.groups)
    if (state_[g] == Net::free) wanted_[g] += shift_[t] * std::abs(wanted_[g]);
}

/// Median over the years before of the net migrants of all who share the group's y; the mean of the middle two.
double CountryFitter::median_before(std::size_t g, std::size_t t) const {
  std::vector<double> before(t, 0.0);
  for (std::size_t u = 0; u < t; ++u)
    for (std::size_t other = g; other < n_groups_; ++other)
      if (tree_.is_inside(other, g) && shares_y_[other] == g) before[u] += net_(other, u);
  if (before.empty()) return 0.0;
  std::ranges::sort(before);
  const std::size_t half = before.size() / 2;
  return before.size() % 2 == 1 ? before[half] : (before[half - 1] + before[half]) / 2.0;
}

}  // namespace sanhai::engine::detail
