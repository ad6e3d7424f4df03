#include "sanhai/engine/calibrate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "sanhai/core/error.hpp"
#include "sanhai/demography/life_table.hpp"

namespace sanhai::engine {
namespace {

constexpr double target_tolerance = 1e-12;
constexpr std::size_t max_iterations = 500;

double sum(std::span<const double> values) {
  double total = 0.0;
  for (const double value : values) total += value;
  return total;
}

bool known(double figure) { return !std::isnan(figure); }

template <std::size_t N>
void require_shape(const char* name, const core::Shape<N>& got, const core::Shape<N>& expected, const char* axes) {
  if (got == expected) return;
  throw core::ShapeError(core::message({.what = name,
                                        .where = "",
                                        .got = "shape " + core::text(got),
                                        .allowed = core::text(expected) + ", " + axes,
                                        .remedy = "give every array the same leaves, years and ages"}));
}

void require_figures(const core::Axes& axes, const char* name, const std::vector<double>& figures) {
  for (std::size_t t = 0; t < figures.size(); ++t) {
    if (!known(figures[t]) || (figures[t] > 0.0 && std::isfinite(figures[t]))) continue;
    throw core::DomainError(core::message({.what = name,
                                           .where = "year " + std::to_string(axes.year(t)),
                                           .got = core::text(figures[t]),
                                           .allowed = "finite and > 0, or NaN",
                                           .remedy = "use NaN for a year without a published figure"}));
  }
}

void require_length(const std::string& name, std::size_t got, std::size_t expected) {
  if (got == expected) return;
  throw core::ShapeError(core::message({.what = name,
                                        .where = "",
                                        .got = std::to_string(got) + " values",
                                        .allowed = std::to_string(expected) + ", one a fitted year",
                                        .remedy = "use NaN for a year without a published figure"}));
}

void check(const Group& group) {
  const std::size_t years = group.axes.n_years;
  const std::size_t ages = group.axes.n_ages;
  const std::size_t leaves = group.axes.places.size();
  if (leaves == 0 || years == 0 || ages < 2) {
    throw core::ShapeError(core::message({.what = "calibration",
                                          .where = "",
                                          .got = std::to_string(leaves) + " leaves, " + std::to_string(years) +
                                                 " years, " + std::to_string(ages) + " ages",
                                          .allowed = "a leaf, a year and two ages, or more",
                                          .remedy = "give places, and mx by year, sex and age"}));
  }
  require_shape<3>("pop_jan1", group.pop_jan1.shape(), {leaves, core::n_sexes, ages}, "(leaf, sex, age)");
  require_shape<3>("mx", group.mx.shape(), {years, core::n_sexes, ages}, "(year, sex, age)");
  require_shape<3>("asfr", group.asfr.shape(), {leaves, years, ages}, "(leaf, year, age)");
  require_shape<2>("order_share", group.order_share.shape(), {years, core::n_orders}, "(year, order)");
  require_shape<1>("srb", group.srb.shape(), {years}, "(year)");
  require_shape<3>("migration_pattern", group.migration_pattern.shape(), {leaves, core::n_sexes, ages},
                   "(leaf, sex, age)");
  if (!group.net_migration.empty())
    require_shape<4>("net_migration", group.net_migration.shape(), {leaves, years, core::n_sexes, ages},
                     "(leaf, year, sex, age)");
  require_length("births", group.births.size(), years);
  require_length("cbr", group.cbr.size(), years);
  require_length("deaths", group.deaths.size(), years);
  require_length("cdr", group.cdr.size(), years);
  require_length("pop_end", group.pop_end.size(), years);
  require_length("residual", group.residual.size(), years);
  require_figures(group.axes, "births", group.births);
  require_figures(group.axes, "cbr", group.cbr);
  require_figures(group.axes, "deaths", group.deaths);
  require_figures(group.axes, "cdr", group.cdr);
  require_figures(group.axes, "pop_end", group.pop_end);
  for (std::size_t leaf = 0; leaf < leaves; ++leaf) {
    const double share = sum(group.migration_pattern.view()[leaf].flat());
    if (std::abs(share - 1.0) <= 1e-9) continue;
    throw core::DomainError(core::message({.what = "migration_pattern",
                                           .where = "place " + group.axes.places[leaf],
                                           .got = core::text(share),
                                           .allowed = "a sum of 1 over sex and age",
                                           .remedy = "divide the pattern by its sum"}));
  }
}

// Interpolates unknown years between known ones and holds the ends flat.
void fill_between(std::vector<double>& scale, const std::vector<bool>& fitted, bool anchored) {
  const auto n = static_cast<std::ptrdiff_t>(scale.size());
  std::ptrdiff_t last = -2;  // -1 stands for the census year before the first, where the scale is 1
  double last_value = 1.0;
  if (anchored) last = -1;
  for (std::ptrdiff_t t = 0; t <= n; ++t) {
    if (t < n && !fitted[static_cast<std::size_t>(t)]) continue;
    const double value = t < n ? scale[static_cast<std::size_t>(t)] : last_value;
    const bool open_start = last == -2;
    for (std::ptrdiff_t u = std::max<std::ptrdiff_t>(last + 1, 0); u < t; ++u) {
      const double weight = static_cast<double>(u - last) / static_cast<double>(t - last);
      scale[static_cast<std::size_t>(u)] =
          open_start ? (t < n ? value : 1.0) : last_value + weight * (value - last_value);
    }
    last = t;
    last_value = value;
  }
}

/// The unknowns of one group and the passes that solve them.
class Solver {
public:
  explicit Solver(const Group& group)
      : group_(group),
        years_(group.axes.n_years),
        mortality_(years_, 1.0),
        fertility_(years_, 1.0),
        total_residual_(years_, 0.0) {
    for (std::size_t t = 0; t < years_; ++t) {
      deaths_fitted_.push_back(known(group.deaths[t]) || known(group.cdr[t]));
      births_fitted_.push_back(known(group.births[t]) || known(group.cbr[t]));
    }
    mark_intervals();
  }

  Calibration solve() {
    for (std::size_t pass = 1; pass <= max_iterations; ++pass) {
      Projection run = simulate();
      if (update(run) <= target_tolerance) return result(std::move(run), pass);
    }
    throw core::DomainError(
        core::message({.what = "calibration",
                       .where = "places " + group_.axes.places.front() + "...",
                       .got = core::text(worst_) + " relative miss of a published figure",
                       .allowed = "<= 1e-12 after 500 passes",
                       .remedy = "check births, deaths and totals of these years for a unit error"}));
  }

private:
  // Years from one published total to the next share one residual a year.
  void mark_intervals() {
    std::size_t from = 0;
    interval_end_.assign(years_, years_);
    interval_length_.assign(years_, 0);
    for (std::size_t t = 0; t < years_; ++t) {
      if (!known(group_.pop_end[t])) continue;
      for (std::size_t u = from; u <= t; ++u) {
        interval_end_[u] = t;
        interval_length_[u] = t - from + 1;
      }
      from = t + 1;
    }
    for (std::size_t t = from; t < years_; ++t) {
      total_residual_[t] = known(group_.residual[t]) ? group_.residual[t] : 0.0;
    }
  }

  core::Array<4> survivorship() const {
    core::Array<4> Sx({1, years_, core::n_sexes, group_.axes.n_ages});
    std::vector<double> scaled(group_.axes.n_ages);
    for (std::size_t t = 0; t < years_; ++t)
      for (std::size_t s = 0; s < core::n_sexes; ++s) {
        for (std::size_t x = 0; x < scaled.size(); ++x) scaled[x] = group_.mx(t, s, x) * mortality_[t];
        demography::Sx_from_mx(scaled, s, Sx.view()[0][t][s].flat());
      }
    return Sx;
  }

  core::Array<4> fertility() const {
    core::Array<4> asfr({group_.axes.places.size(), years_, core::n_orders, group_.axes.n_ages});
    for (std::size_t leaf = 0; leaf < asfr.extent(0); ++leaf)
      for (std::size_t t = 0; t < years_; ++t)
        for (std::size_t i = 0; i < core::n_orders; ++i)
          for (std::size_t x = 0; x < group_.axes.n_ages; ++x)
            asfr(leaf, t, i, x) = group_.asfr(leaf, t, x) * fertility_[t] * group_.order_share(t, i);
    return asfr;
  }

  Projection simulate() {
    core::Array<2> srb({1, years_});
    for (std::size_t t = 0; t < years_; ++t) srb(0, t) = group_.srb(t);
    const Inputs inputs({.axes = group_.axes,
                         .pop_jan1 = group_.pop_jan1,
                         .Sx = survivorship(),
                         .asfr = fertility(),
                         .srb = std::move(srb),
                         .net_migration = migrants(),
                         .multiplier = {},
                         .cohort_factor = {}});
    return project(inputs);
  }

  core::Array<4> migrants() {
    const std::size_t leaves = group_.axes.places.size();
    if (leaf_share_.empty()) leaf_share_ = core::Array<2>({leaves, years_}, 1.0 / static_cast<double>(leaves));
    const bool is_given = !group_.net_migration.empty();
    core::Array<4> net({leaves, years_, core::n_sexes, group_.axes.n_ages});
    for (std::size_t leaf = 0; leaf < leaves; ++leaf)
      for (std::size_t t = 0; t < years_; ++t)
        for (std::size_t s = 0; s < core::n_sexes; ++s)
          for (std::size_t x = 0; x < group_.axes.n_ages; ++x)
            net(leaf, t, s, x) = total_residual_[t] * leaf_share_(leaf, t) * group_.migration_pattern(leaf, s, x) +
                                 (is_given ? group_.net_migration(leaf, t, s, x) : 0.0);
    return net;
  }

  double stock(const Projection& run, std::size_t t) const {
    double total = 0.0;
    for (std::size_t leaf = 0; leaf < group_.axes.places.size(); ++leaf)
      total += sum(run.pop_jan1.view()[leaf][t].flat());
    return total;
  }

  // One pass of proportional fitting; returns the worst relative miss seen before it.
  double update(const Projection& run) {
    worst_ = 0.0;
    for (std::size_t t = 0; t < years_; ++t) {
      const double midyear = (stock(run, t) + stock(run, t + 1)) / 2.0;
      double births = 0.0;
      double deaths = 0.0;
      for (std::size_t leaf = 0; leaf < group_.axes.places.size(); ++leaf) {
        births += sum(run.births.view()[leaf][t].flat());
        deaths += sum(run.deaths.view()[leaf][t].flat());
      }
      if (births_fitted_[t])
        fit(fertility_[t], known(group_.births[t]) ? group_.births[t] : group_.cbr[t] * midyear, births);
      if (deaths_fitted_[t])
        fit(mortality_[t], known(group_.deaths[t]) ? group_.deaths[t] : group_.cdr[t] * midyear, deaths);
      if (known(group_.pop_end[t])) fit_total(t, group_.pop_end[t] - stock(run, t + 1));
      share_leaves(run, t);
    }
    fill_between(fertility_, births_fitted_, group_.census_ratio);
    fill_between(mortality_, deaths_fitted_, false);
    return worst_;
  }

  void fit(double& scale, double target, double projected) {
    if (!(projected > 0.0)) {
      throw core::DomainError(
          core::message({.what = "calibration",
                         .where = "places " + group_.axes.places.front() + "...",
                         .got = core::text(projected) + " births or deaths in a year with published ones",
                         .allowed = "> 0",
                         .remedy = "give prior rates above 0, and people who can have them"}));
    }
    worst_ = std::max(worst_, std::abs(target - projected) / target);
    scale *= target / projected;
  }

  void fit_total(std::size_t t, double miss) {
    worst_ = std::max(worst_, std::abs(miss) / group_.pop_end[t]);
    const double a_year = miss / static_cast<double>(interval_length_[t]);
    for (std::size_t u = 0; u < years_; ++u)
      if (interval_end_[u] == t) total_residual_[u] += a_year;
  }

  void share_leaves(const Projection& run, std::size_t t) {
    const double whole = stock(run, t);
    for (std::size_t leaf = 0; leaf < group_.axes.places.size(); ++leaf) {
      const double share = sum(run.pop_jan1.view()[leaf][t].flat()) / whole;
      worst_ = std::max(worst_, std::abs(share - leaf_share_(leaf, t)));
      leaf_share_(leaf, t) = share;
    }
  }

  Calibration result(Projection run, std::size_t passes) const {
    core::Array<2> residual({group_.axes.places.size(), years_});
    for (std::size_t leaf = 0; leaf < residual.extent(0); ++leaf)
      for (std::size_t t = 0; t < years_; ++t) residual(leaf, t) = total_residual_[t] * leaf_share_(leaf, t);
    std::vector<bool> pop_fitted(years_);
    for (std::size_t t = 0; t < years_; ++t) pop_fitted[t] = interval_end_[t] < years_;
    return {.projection = std::move(run),
            .mortality_scale = core::Array<1>({years_}, mortality_),
            .fertility_scale = core::Array<1>({years_}, fertility_),
            .residual = std::move(residual),
            .births_fitted = births_fitted_,
            .deaths_fitted = deaths_fitted_,
            .pop_fitted = std::move(pop_fitted),
            .iterations = passes};
  }

  const Group& group_;
  std::size_t years_;
  std::vector<double> mortality_;
  std::vector<double> fertility_;
  std::vector<double> total_residual_;
  std::vector<bool> births_fitted_;
  std::vector<bool> deaths_fitted_;
  std::vector<std::size_t> interval_end_;
  std::vector<std::size_t> interval_length_;
  core::Array<2> leaf_share_;
  double worst_ = 0.0;
};

}  // namespace

Calibration calibrate(const Group& group) {
  check(group);
  return Solver(group).solve();
}

}  // namespace sanhai::engine
