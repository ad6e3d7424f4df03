#include "country_fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sanhai/core/check.hpp"
#include "sanhai/core/math.hpp"

#include "country_step.hpp"

namespace sanhai::engine::detail {
namespace {

constexpr double rate_tolerance = 1e-13;  // of births and deaths
constexpr double rate_rounding = 1e-11;   // where sums of thousands of leaves do not settle any closer
constexpr int passes_to_settle = 40;
constexpr int most_rate_passes = 300;
constexpr double inside_tolerance = 1e-11;  // of people and ratios of groups inside groups
constexpr int most_inside_passes = 200;

}  // namespace

CountryFitter::CountryFitter(const Country& country)
    : people(country.pop_jan1),
      country_(country),
      tree_(country.groups),
      movers_(country),
      spans_(fertile_spans(country.nation)),
      n_fitted_(country.nation.deaths.extent(0)),
      n_groups_(country.groups.parent.size()),
      births_("births", country.groups.births, country.groups.cbr, country.nation.births, true),
      deaths_("deaths", country.groups.deaths, country.groups.cdr, country.nation.deaths, false),
      total_({n_groups_, n_fitted_}),
      net_({n_groups_, n_fitted_}),
      pull_({n_groups_, n_fitted_}, 1.0),
      end_({n_groups_, n_fitted_}),
      pool_({n_fitted_, core::n_sexes, country.nation.mx.extent(2)}, 1.0),
      shift_(n_fitted_, 0.0),
      survivors_(country.pop_jan1.shape()),
      leaf_start_(country.pop_jan1.extent(0)),
      leaf_births_(leaf_start_.size()),
      leaf_deaths_(leaf_start_.size()),
      leaf_net_(leaf_start_.size()),
      start_(n_groups_),
      before_(n_groups_),
      group_births_(n_groups_),
      group_deaths_(n_groups_),
      wanted_(n_groups_),
      state_(n_groups_),
      shares_y_(n_groups_),
      leaf_pop_({leaf_start_.size(), n_fitted_ + 1}),
      all_births_({leaf_start_.size(), n_fitted_}),
      all_deaths_(all_births_.shape()),
      all_net_(all_births_.shape()) {
  nation_.is_nation = true;
  for (std::size_t leaf = 0; leaf < leaf_start_.size(); ++leaf) nation_.leaves.push_back(leaf);
  for (std::size_t g = 0; g < n_groups_; ++g) nation_.groups.push_back(g);
  for (std::size_t top = 0; top < n_groups_; ++top) {
    if (!tree_.is_top(top)) continue;
    Scope scope;
    for (const std::size_t g : nation_.groups)
      if (tree_.is_inside(g, top)) scope.groups.push_back(g);
    if (scope.groups.size() == 1) continue;
    for (const std::size_t leaf : nation_.leaves)
      if (tree_.is_inside(country.groups.of_leaf[leaf], top)) scope.leaves.push_back(leaf);
    provinces_.push_back(std::move(scope));
  }
}

void CountryFitter::solve(CountryFit& out) {
  do {
    if (++passes_ > static_cast<std::size_t>(most_inside_passes)) {
      core::check::fail("groups inside groups", "", static_cast<double>(most_inside_passes),
                        "fewer passes until their figures stand", "check their people, births and deaths");
    }
    solve_inside();
    run(nation_);
  } while (update_inside(nation_) > inside_tolerance);
  report(out);
}

/// What groups inside a province need, with the pool of the nation held: a few leaves instead of all.
void CountryFitter::solve_inside() {
  for (const Scope& scope : provinces_)
    for (int pass = 0; pass < most_inside_passes; ++pass) {
      run(scope);
      if (update_inside(scope) <= inside_tolerance) break;
    }
}

void CountryFitter::run(const Scope& scope) {
  for (const std::size_t leaf : scope.leaves)
    std::ranges::copy(country_.pop_jan1.view()[leaf].flat(), people.view()[leaf].flat().begin());
  for (std::size_t t = 0; t < n_fitted_; ++t) {
    start_year(scope, t);
    fit_rates(scope, t);
    find_net(scope, t);
    move(scope, t);
  }
}

void CountryFitter::start_year(const Scope& scope, std::size_t t) {
  for (const std::size_t g : scope.groups) start_[g] = 0.0;
  for (const std::size_t leaf : scope.leaves) {
    const double sum = head_count(people.view()[leaf].flat());
    leaf_start_[leaf] = leaf_pop_(leaf, t) = sum;
    start_[country_.groups.of_leaf[leaf]] += sum;
  }
  for (auto g = scope.groups.rbegin(); g != scope.groups.rend(); ++g)
    if (!tree_.is_top(*g)) start_[country_.groups.parent[*g]] += start_[*g];
  for (Scale* kind : {&births_, &deaths_})
    for (const std::size_t g : scope.groups)
      if (kind->value(g, t) == 0.0) kind->value(g, t) = t > 0 ? kind->value(g, t - 1) : 1.0;
}

void CountryFitter::fit_rates(const Scope& scope, std::size_t t) {
  for (int pass = 0; pass < most_rate_passes; ++pass) {
    age(scope, t);
    const double miss = std::max(scale(births_, scope, t, group_births_), scale(deaths_, scope, t, group_deaths_));
    if (miss < (pass < passes_to_settle ? rate_tolerance : rate_rounding)) return;
  }
  core::check::fail("births and deaths", "year " + std::to_string(country_.nation.first_year + static_cast<int>(t)),
                    static_cast<double>(most_rate_passes), "fewer passes until they are met",
                    "check the figures of this year for a unit error");
}

/// Survivors of all leaves of the scope with the scales as they stand, and what is booked.
void CountryFitter::age(const Scope& scope, std::size_t t) {
  const CountryNation& nation = country_.nation;
  const std::size_t n_ages = nation.mx.extent(2);
  for (const std::size_t g : scope.groups) before_[g] = group_births_[g] = group_deaths_[g] = 0.0;
  for (const std::size_t leaf : scope.leaves) {
    const std::size_t g = country_.groups.of_leaf[leaf];
    const LeafRow row{.mx = nation.mx.view()[t].data(),
                      .asfr = nation.asfr.view()[t].data(),
                      .srb = nation.srb(t),
                      .mortality = deaths_.value(g, t) * country_.factors.mortality(leaf),
                      .fertility = births_.value(g, t) * country_.factors.fertility(leaf)};
    std::ranges::copy(people.view()[leaf].flat(), survivors_.view()[leaf].flat().begin());
    const LeafFlows flows = age_leaf(spans_, row, n_ages, survivors_.view()[leaf].data());
    leaf_births_[leaf] = flows.births;
    leaf_deaths_[leaf] = flows.deaths;
    group_births_[g] += flows.births;
    group_deaths_[g] += flows.deaths;
    before_[g] += leaf_start_[leaf] + flows.births - flows.deaths;
  }
  for (auto g = scope.groups.rbegin(); g != scope.groups.rend(); ++g)
    if (!tree_.is_top(*g)) before_[country_.groups.parent[*g]] += before_[*g];
}

/// One pass of proportional fitting; `booked` (group) of its own leaves. Returns the worst relative miss before it.
double CountryFitter::scale(Scale& kind, const Scope& scope, std::size_t t, const std::vector<double>& booked) {
  std::vector<bool> known(n_groups_, false);
  for (const std::size_t g : scope.groups) known[g] = kind.is_known(g, t);
  double worst = scale_free(kind, scope, t, booked);
  for (const std::size_t g : scope.groups)
    if (known[g]) worst = std::max(worst, scale_known(kind, scope, t, booked, g));
  for (const std::size_t g : scope.groups)  // parents come first
    if (!known[g] && tree_.nearest(g, known) != n_groups_)
      kind.value(g, t) = kind.value(country_.groups.parent[g], t) * core::exp(kind.log_ratio(g, t));
  return worst;
}

/// A group with a figure, with the groups inside it that follow it; those with figures of their own come off.
double CountryFitter::scale_known(Scale& kind, const Scope& scope, std::size_t t, const std::vector<double>& booked,
                                  std::size_t g) {
  std::vector<bool> known(n_groups_, false);
  for (const std::size_t other : scope.groups) known[other] = kind.is_known(other, t);
  double mine = 0.0;
  double apart = 0.0;
  for (const std::size_t other : scope.groups) {
    if (!tree_.is_inside(other, g)) continue;
    (tree_.nearest(other, known) == g ? mine : apart) += booked[other];
  }
  const double left = figure(kind, g, t) - apart;
  if (!(left > 0.0 && mine > 0.0)) {
    core::check::fail(kind.name,
                      "group " + country_.groups.codes[g] + ", year " +
                          std::to_string(country_.nation.first_year + static_cast<int>(t)),
                      left, "> 0 for the leaves without figures of their own",
                      "check the figures of the place and of those inside it");
  }
  kind.value(g, t) *= left / mine;
  return std::abs(left / mine - 1.0);
}

/// Groups that no figure answers for: the mean of the two years before on the log scale, and one factor for the nation.
double CountryFitter::scale_free(Scale& kind, const Scope& scope, std::size_t t, const std::vector<double>& booked) {
  std::vector<bool> known(n_groups_, false);
  for (const std::size_t g : scope.groups) known[g] = kind.is_known(g, t);
  double mine = 0.0;
  double apart = 0.0;
  std::vector<std::size_t> free;
  for (const std::size_t g : scope.groups) {
    const bool is_free = tree_.nearest(g, known) == n_groups_;
    (is_free ? mine : apart) += booked[g];
    if (is_free) free.push_back(g);
  }
  if (free.empty()) return 0.0;
  double ratio = 1.0;
  if (scope.is_nation) ratio = (kind.nation(t) - apart) / mine;
  if (!(ratio > 0.0)) {
    core::check::fail(kind.name, "year " + std::to_string(country_.nation.first_year + static_cast<int>(t)),
                      kind.nation(t) - apart, "> 0 for the places without figures", "check the figures of the others");
  }
  kind.free[t] *= ratio;
  for (const std::size_t g : free) {
    double prior = 1.0;
    if (t == 1) prior = kind.value(g, 0);
    if (t > 1) prior = core::sqrt(kind.value(g, t - 1) * kind.value(g, t - 2));
    kind.value(g, t) = prior * kind.free[t];
  }
  return std::abs(ratio - 1.0);
}

double CountryFitter::figure(const Scale& kind, std::size_t g, std::size_t t) const {
  return std::isnan(kind.count(g, t)) ? kind.rate(g, t) * middle(g, t) : kind.count(g, t);
}

/// Mean of the people of a group at both ends of the year.
double CountryFitter::middle(std::size_t g, std::size_t t) const {
  double end = end_(g, t) > 0.0 ? end_(g, t) : before_[g];  // of the pass before, where no total is published
  if (!tree_.is_top(g) && total_known(g, t)) end = before_[g] + total_(g, t);
  if (tree_.is_top(g) && !std::isnan(country_.groups.pop_end(g, t))) end = country_.groups.pop_end(g, t);
  return (start_[g] + end) / 2.0;
}

void CountryFitter::move(const Scope& scope, std::size_t t) {
  std::vector<double> pull(n_groups_);
  for (std::size_t g = 0; g < n_groups_; ++g) pull[g] = pull_(g, t);
  balance(movers_, scope, {.t = t, .people = survivors_, .shares_y = shares_y_, .net = wanted_}, pull, pool_.view()[t]);
  for (const std::size_t g : scope.groups) {
    pull[g] = pull[shares_y_[g]];
    pull_(g, t) = pull[g];
    net_(g, t) = 0.0;
    end_(g, t) = 0.0;
  }
  for (const std::size_t leaf : scope.leaves)
    std::ranges::copy(survivors_.view()[leaf].flat(), people.view()[leaf].flat().begin());
  settle(movers_, scope, t, pull, pool_.view()[t], flow_kept, people, leaf_net_);
  for (const std::size_t leaf : scope.leaves) {
    const std::size_t g = country_.groups.of_leaf[leaf];
    const double sum = head_count(people.view()[leaf].flat());
    leaf_pop_(leaf, t + 1) = sum;
    all_births_(leaf, t) = leaf_births_[leaf];
    all_deaths_(leaf, t) = leaf_deaths_[leaf];
    all_net_(leaf, t) = leaf_net_[leaf];
    net_(g, t) += leaf_net_[leaf];
    end_(g, t) += sum;
  }
  for (auto g = scope.groups.rbegin(); g != scope.groups.rend(); ++g)
    if (!tree_.is_top(*g)) end_(country_.groups.parent[*g], t) += end_(*g, t);
}

/// Totals and ratios of the groups inside groups, after a run. Returns the largest relative miss or change.
double CountryFitter::update_inside(const Scope& scope) {
  double change = 0.0;
  for (const std::size_t g : scope.groups) {
    if (tree_.is_top(g)) continue;
    const std::size_t parent = country_.groups.parent[g];
    change = std::max({change, update_totals(g), births_.interpolate(g, parent), deaths_.interpolate(g, parent)});
  }
  return change;
}

double CountryFitter::update_totals(std::size_t g) {
  double worst = 0.0;
  std::size_t from = 0;
  for (std::size_t t = 0; t < n_fitted_; ++t) {
    const double figure = country_.groups.pop_end(g, t);
    if (std::isnan(figure)) continue;
    const double miss = figure - end_(g, t);
    worst = std::max(worst, std::abs(miss) / figure);
    for (std::size_t u = from; u <= t; ++u) total_(g, u) += miss / static_cast<double>(t + 1 - from);
    from = t + 1;
  }
  return worst;
}

void CountryFitter::report(CountryFit& out) {
  out.mortality = deaths_.value;
  out.fertility = births_.value;
  out.net = net_;
  out.pull = pull_;
  out.passes = passes_;
  out.worst_miss = worst_miss();
  for (std::size_t leaf = 0; leaf < leaf_start_.size(); ++leaf)
    for (std::size_t t = 0; t <= n_fitted_; ++t) {
      out.pop(leaf, t) = leaf_pop_(leaf, t);
      if (t == n_fitted_) continue;
      out.births(leaf, t) = all_births_(leaf, t);
      out.deaths(leaf, t) = all_deaths_(leaf, t);
      out.net_migration(leaf, t) = all_net_(leaf, t);
    }
  std::ranges::copy(pool_.flat(), out.pool.flat().begin());
}

double CountryFitter::worst_miss() const {
  double worst = 0.0;
  for (std::size_t g = 0; g < n_groups_; ++g)
    for (std::size_t t = 0; t < n_fitted_; ++t) {
      const double figure = country_.groups.pop_end(g, t);
      if (!std::isnan(figure)) worst = std::max(worst, std::abs(end_(g, t) / figure - 1.0));
      for (const auto& [kind, booked] : {std::pair{&births_, &all_births_}, std::pair{&deaths_, &all_deaths_}}) {
        if (std::isnan(kind->count(g, t))) continue;
        double sum = 0.0;
        for (const std::size_t leaf : nation_.leaves)
          if (tree_.is_inside(country_.groups.of_leaf[leaf], g)) sum += (*booked)(leaf, t);
        worst = std::max(worst, std::abs(sum / kind->count(g, t) - 1.0));
      }
    }
  return worst;
}

}  // namespace sanhai::engine::detail
