// A country after its fitted years, and the rates of some of its leaves.

#include <algorithm>
#include <cmath>
#include <string>

#include "sanhai/core/check.hpp"
#include "sanhai/core/math.hpp"
#include "sanhai/engine/country.hpp"

#include "country_check.hpp"
#include "country_fit.hpp"
#include "country_step.hpp"

namespace sanhai::engine {
namespace {

using detail::GroupTree;

// A year's ratio of relative fertility: between the censuses of 2010 and 2020 ln ratios kept .974 a year between
// provinces and .940 inside them, half of it the end of different birth rules; Sevcikova, Raftery & Gerland (2018)
// .984.
constexpr double province_kept = 0.975;
constexpr double leaf_kept = 0.96;
constexpr double half_life = 10.0;  // years, of all flows inside the nation: 6 to 10 between 2010-20 and 2021-25
constexpr std::size_t first_woman = 15;
constexpr std::size_t end_woman = 50;
constexpr double ln_half = -0.693147180559945309417;

/// `kept`^years.
double decayed(double kept, double years) { return core::exp(core::log(kept) * years); }

/// (leaf, 3) ln of a leaf's fertility over the nation's at the end of the fitted years: geometric means over women
/// 15-49 of the nation, what its province adds, what the leaf adds.
core::Array<2> log_fertility(const Country& country, const CountryFit& fit, const core::Array<3>& people) {
  const GroupTree tree(country.groups);
  const std::size_t leaves = people.extent(0);
  const std::size_t last = fit.fertility.extent(1) - 1;
  core::Array<2> out({leaves, 3});
  std::vector<double> women(tree.size(), 0.0);
  std::vector<double> sum(tree.size(), 0.0);
  double all_women = 0.0;
  double all = 0.0;
  for (std::size_t leaf = 0; leaf < leaves; ++leaf) {
    const std::size_t g = country.groups.of_leaf[leaf];
    const double own = core::log(country.factors.fertility(leaf) * fit.fertility(g, last));
    double weight = 0.0;
    for (std::size_t x = first_woman; x < end_woman; ++x) weight += people(leaf, core::female, x);
    out(leaf, 2) = own;
    women[tree.top(g)] += weight;
    sum[tree.top(g)] += weight * own;
    all_women += weight;
    all += weight * own;
  }
  for (std::size_t leaf = 0; leaf < leaves; ++leaf) {
    const std::size_t top = tree.top(country.groups.of_leaf[leaf]);
    const double nation = all / all_women;
    const double province = women[top] > 0.0 ? sum[top] / women[top] : nation;
    out(leaf, 0) = nation;
    out(leaf, 1) = province - nation;
    out(leaf, 2) -= province;
  }
  return out;
}

/// A leaf's fertility over the nation's, `years` after the last fitted one, before births are brought to the nation's.
double relative_fertility(const CountryFit& fit, std::size_t leaf, std::size_t years) {
  const auto passed = static_cast<double>(years);
  return core::exp(fit.log_fertility(leaf, 0) + fit.log_fertility(leaf, 1) * decayed(province_kept, passed) +
                   fit.log_fertility(leaf, 2) * decayed(leaf_kept, passed));
}

/// Share of the flows of the ten years before that runs in a year.
double flows_kept(std::size_t t, std::size_t n_fitted) {
  if (t < n_fitted) return detail::flow_kept;
  return detail::flow_kept * core::exp(ln_half * (static_cast<double>(t + 1 - n_fitted) / half_life));
}

/// A leaf's factor on the nation's fertility in a year.
double fertility_of(const Country& country, const CountryFit& fit, std::size_t leaf, std::size_t t) {
  const std::size_t fitted = fit.fertility.extent(1);
  if (t >= fitted) return fit.births_factor(t - fitted) * relative_fertility(fit, leaf, t + 1 - fitted);
  return fit.fertility(country.groups.of_leaf[leaf], t) * country.factors.fertility(leaf);
}

/// Fills one leaf's arrivals (sex, age) and leaving rates of a year.
void move_rates(const Country& country, const CountryFit& fit, std::size_t leaf, std::size_t t,
                core::View<double, 2> arrivals, core::View<double, 2> leaving_rate) {
  const std::size_t fitted = fit.mortality.extent(1);
  const double kept = flows_kept(t, fitted);
  const double y = fit.pull(country.groups.of_leaf[leaf], std::min(t, fitted - 1));
  for (std::size_t sex = 0; sex < core::n_sexes; ++sex)
    for (std::size_t k = 0; k < n_moving_groups; ++k) {
      const double rate = detail::leaving(core::log1p(-country.factors.loss(leaf, sex, k)), kept, y);
      const double coming = country.factors.gain(leaf, sex, k) * y;
      for (std::size_t x = first_moving_age + 5 * k; x < first_moving_age + 5 * (k + 1); ++x) {
        leaving_rate(sex, x) = rate;
        arrivals(sex, x) = coming * (kept / 5.0 * detail::growth(country.nation, t, sex, x) * fit.pool(t, sex, x));
      }
    }
}

/// (sex, age) all who come or go in the first year after the fitted ones, or the last there is, as shares. Where nobody
/// moves, those of an age at which people do.
void movers_pattern(const Country& country, const CountryFit& fit, std::size_t leaf, core::View<double, 2> out) {
  const CountryNation& nation = country.nation;
  const std::size_t n_ages = nation.mx.extent(2);
  const std::size_t fitted = fit.mortality.extent(1);
  const std::size_t last = std::min(fitted, nation.mx.extent(0) - 1);
  const Spans spans = detail::fertile_spans(nation);
  core::Array<2> people({core::n_sexes, n_ages});
  std::ranges::copy(country.pop_jan1.view()[leaf].flat(), people.flat().begin());
  core::Array<2> arrivals(people.shape());
  core::Array<2> rate(people.shape());
  for (std::size_t t = 0; t <= last; ++t) {
    const detail::LeafRow row{.mx = nation.mx.view()[t].data(),
                              .asfr = nation.asfr.view()[t].data(),
                              .srb = nation.srb(t),
                              .mortality = fit.mortality(country.groups.of_leaf[leaf], std::min(t, fitted - 1)) *
                                           country.factors.mortality(leaf),
                              .fertility = fertility_of(country, fit, leaf, t)};
    detail::age_leaf(spans, row, n_ages, people.flat().data());
    move_rates(country, fit, leaf, t, arrivals.view(), rate.view());
    if (t == last) break;
    for (std::size_t cell = 0; cell < people.flat().size(); ++cell)
      people.flat()[cell] += arrivals.flat()[cell] - people.flat()[cell] * rate.flat()[cell];
  }
  double whole = 0.0;
  for (std::size_t cell = 0; cell < people.flat().size(); ++cell) {
    out.flat()[cell] = arrivals.flat()[cell] + people.flat()[cell] * rate.flat()[cell];
    whole += out.flat()[cell];
  }
  if (!(whole > 0.0)) {
    for (std::size_t sex = 0; sex < core::n_sexes; ++sex)
      for (std::size_t x = first_moving_age; x < end_moving_age; ++x) whole += out(sex, x) = people(sex, x);
  }
  for (double& cell : out.flat()) cell /= whole;
}

/// The path of all leaves, year by year.
class Path {
public:
  Path(const Country& country, const detail::Movers& movers, core::Array<3>& people, CountryFit& out)
      : country_(country),
        movers_(movers),
        people_(people),
        out_(out),
        spans_(detail::fertile_spans(country.nation)),
        n_fitted_(country.nation.deaths.extent(0)),
        relative_(people.extent(0)),
        net_(people.extent(0)) {
    const std::size_t last = n_fitted_ - 1;
    for (std::size_t g = 0; g < out.pull.extent(0); ++g) pull_.push_back(out.pull(g, last));
    for (std::size_t leaf = 0; leaf < people.extent(0); ++leaf) everyone_.leaves.push_back(leaf);
    gain_ = core::Array<2>({core::n_sexes, n_moving_groups});
    for (std::size_t g = 0; g < pull_.size(); ++g)
      for (std::size_t cell = 0; cell < gain_.flat().size(); ++cell)
        gain_.flat()[cell] += pull_[g] * movers.group_gain.view()[g].flat()[cell];
  }

  void run() {
    for (std::size_t t = n_fitted_; t < country_.nation.mx.extent(0); ++t) {
      const double births = age(t);
      scale_births(t, country_.nation.births(t) / births);
      const double kept = flows_kept(t, n_fitted_);
      close_pool(t, kept);
      detail::settle(movers_, everyone_, t, pull_, out_.pool.view()[t], kept, people_, net_);
      for (const std::size_t leaf : everyone_.leaves) {
        out_.pop(leaf, t + 1) = detail::head_count(people_.view()[leaf].flat());
        out_.net_migration(leaf, t) = net_[leaf];
      }
    }
  }

private:
  double age(std::size_t t) {
    const CountryNation& nation = country_.nation;
    const std::size_t n_ages = nation.mx.extent(2);
    double births = 0.0;
    for (const std::size_t leaf : everyone_.leaves) {
      const std::size_t g = country_.groups.of_leaf[leaf];
      const detail::LeafRow row{.mx = nation.mx.view()[t].data(),
                                .asfr = nation.asfr.view()[t].data(),
                                .srb = nation.srb(t),
                                .mortality = out_.mortality(g, n_fitted_ - 1) * country_.factors.mortality(leaf),
                                .fertility = relative_fertility(out_, leaf, t + 1 - n_fitted_)};
      const detail::LeafFlows flows = detail::age_leaf(spans_, row, n_ages, people_.view()[leaf].data());
      out_.births(leaf, t) = flows.births;
      out_.deaths(leaf, t) = flows.deaths;
      relative_[leaf] = flows.infant_deaths;
      births += flows.births;
    }
    return births;
  }

  void scale_births(std::size_t t, double factor) {
    out_.births_factor(t - n_fitted_) = factor;
    for (const std::size_t leaf : everyone_.leaves) {
      out_.births(leaf, t) *= factor;
      out_.deaths(leaf, t) += (factor - 1.0) * relative_[leaf];
      for (std::size_t sex = 0; sex < core::n_sexes; ++sex) people_(leaf, sex, 0) *= factor;
    }
  }

  void close_pool(std::size_t t, double kept) {
    core::Array<2> out({core::n_sexes, people_.extent(2)});
    for (const std::size_t leaf : everyone_.leaves) {
      const double y = pull_[country_.groups.of_leaf[leaf]];
      for (std::size_t sex = 0; sex < core::n_sexes; ++sex)
        for (std::size_t k = 0; k < n_moving_groups; ++k) {
          const double rate = detail::leaving(movers_.log_stay(leaf, sex, k), kept, y);
          for (std::size_t x = first_moving_age + 5 * k; x < first_moving_age + 5 * (k + 1); ++x)
            out(sex, x) += people_(leaf, sex, x) * rate;
        }
    }
    for (std::size_t sex = 0; sex < core::n_sexes; ++sex)
      for (std::size_t x = first_moving_age; x < end_moving_age; ++x) {
        const double in =
            kept / 5.0 * gain_(sex, (x - first_moving_age) / 5) * detail::growth(country_.nation, t, sex, x);
        if (in > 0.0) out_.pool(t, sex, x) = out(sex, x) / in;
      }
  }

  const Country& country_;
  const detail::Movers& movers_;
  core::Array<3>& people_;
  CountryFit& out_;
  Spans spans_;
  std::size_t n_fitted_;
  std::vector<double> relative_;  // deaths of infants, until births are scaled
  std::vector<double> net_;
  std::vector<double> pull_;
  core::Array<2> gain_;  // (sex, 14) of the nation, each group's times its y
  detail::Scope everyone_;
};

}  // namespace

CountryFit fit_country(const Country& country) {
  detail::check(country);
  const std::size_t years = country.nation.mx.extent(0);
  const std::size_t leaves = country.pop_jan1.extent(0);
  const std::size_t fitted = country.nation.deaths.extent(0);
  CountryFit out;
  out.pool = core::Array<3>({years, core::n_sexes, country.nation.mx.extent(2)}, 1.0);
  out.births_factor = core::Array<1>({years - fitted});
  out.pop = core::Array<2>({leaves, years + 1});
  out.births = out.deaths = out.net_migration = core::Array<2>({leaves, years});
  detail::CountryFitter fitter(country);
  fitter.solve(out);
  out.log_fertility = log_fertility(country, out, fitter.people);
  Path(country, fitter.movers(), fitter.people, out).run();
  return out;
}

CountryRates country_rates(const Country& country, const CountryFit& fit, const std::vector<std::size_t>& leaves,
                           std::size_t n_years) {
  detail::check(country, fit);
  const std::size_t n_ages = country.nation.mx.extent(2);
  const std::size_t fitted = fit.mortality.extent(1);
  if (n_years > fit.pool.extent(0)) {
    core::check::fail("years", "", static_cast<double>(n_years), "at most " + std::to_string(fit.pool.extent(0)),
                      "stop at the last year of the nation's path");
  }
  CountryRates out{.mortality = core::Array<2>({leaves.size(), n_years}),
                   .fertility = core::Array<2>({leaves.size(), n_years}),
                   .arrivals = core::Array<4>({leaves.size(), n_years, core::n_sexes, n_ages}),
                   .leaving_rate = core::Array<4>({leaves.size(), n_years, core::n_sexes, n_ages}),
                   .pattern = core::Array<3>({leaves.size(), core::n_sexes, n_ages})};
  for (std::size_t row = 0; row < leaves.size(); ++row) {
    const std::size_t leaf = leaves[row];
    if (leaf >= country.pop_jan1.extent(0)) {
      core::check::fail("leaf", "", static_cast<double>(leaf), "below " + std::to_string(country.pop_jan1.extent(0)),
                        "give a row of the country");
    }
    const std::size_t g = country.groups.of_leaf[leaf];
    movers_pattern(country, fit, leaf, out.pattern.view()[row]);
    for (std::size_t t = 0; t < n_years; ++t) {
      out.mortality(row, t) = fit.mortality(g, std::min(t, fitted - 1)) * country.factors.mortality(leaf);
      out.fertility(row, t) = fertility_of(country, fit, leaf, t);
      move_rates(country, fit, leaf, t, out.arrivals.view()[row][t], out.leaving_rate.view()[row][t]);
    }
  }
  return out;
}

}  // namespace sanhai::engine
