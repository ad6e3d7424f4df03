// All places in lockstep, year by year: aged apart by age_year, then exchanged, then moved from outside.

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sanhai/core/error.hpp"
#include "sanhai/engine/exchange.hpp"

namespace sanhai::engine {
namespace {

using core::Axes;
using core::View;

double total(std::span<const double> values) { return std::accumulate(values.begin(), values.end(), 0.0); }

void require_same_axes(const Axes& a, const Axes& b) {
  if (a.places == b.places && a.first_year == b.first_year && a.n_years == b.n_years && a.n_ages == b.n_ages &&
      a.age_width == b.age_width) {
    return;
  }
  const auto text = [](const Axes& axes) {
    return std::to_string(axes.places.size()) + " places, " + std::to_string(axes.n_years) + " years from " +
           std::to_string(axes.first_year) + ", " + std::to_string(axes.n_ages) + " ages of width " +
           std::to_string(axes.age_width);
  };
  throw core::ShapeError(core::message({.what = "exchange",
                                        .where = "",
                                        .got = text(a),
                                        .allowed = "the projection's: " + text(b) + ", places in the same order",
                                        .remedy = "make the exchange from the axes of the projection"}));
}

/// Adds arrivals less leavers; never below zero, since a place has no more leavers than people.
void add_exchanged(View<const double, 2> leavers, View<const double, 2> arrivals, View<double, 2> stock) {
  for (std::size_t k = 0; k < stock.flat().size(); ++k) stock.flat()[k] += arrivals.flat()[k] - leavers.flat()[k];
}

/// All places together, to which moves between them are nothing.
struct WholeYear {
  double before = 0.0;
  double flow = 0.0;
  double after = 0.0;
  [[nodiscard]] double residual() const { return std::abs(before + flow - after) / std::max({before, after, 1.0}); }
};

/// Migration of one place in year `t`: its moves inside, then those from outside; books both and the balance.
void settle(ExchangedProjection& out, const Inputs& inputs, std::size_t p, std::size_t t, View<double, 2> stock,
            View<const double, 2> leavers, View<const double, 2> arrivals, WholeYear& whole) {
  Projection& run = out.projection;
  const Flows flows = run.flows(p, t);
  const View<const double, 2> before = run.pop_jan1.view()[p][t];
  add_exchanged(leavers, arrivals, stock);
  run.migration_cut(p, t) += add_migrants(rates_of(inputs, p, t), stock, flows, run.axes, p, t);
  whole.flow += total(flows.births_by_sex.flat()) - total(flows.deaths.flat()) + total(flows.net_migration.flat());
  add_exchanged(leavers, arrivals, flows.net_migration);
  std::ranges::copy(stock.flat(), run.pop_jan1.view()[p][t + 1].flat().begin());
  std::ranges::copy(leavers.flat(), out.leavers.view()[p][t].flat().begin());
  std::ranges::copy(arrivals.flat(), out.arrivals.view()[p][t].flat().begin());
  whole.before += total(before.flat());
  whole.after += total(stock.flat());
  run.balance(p, t) = balance_residual(before, stock, flows);
  if (!(run.balance(p, t) <= balance_promise)) refuse_unbalanced(run.balance(p, t), run.axes.where(p, t));
}

}  // namespace

ExchangedProjection project_exchanging(const Inputs& inputs, const Exchange& exchange) {
  const Axes& axes = inputs.axes();
  require_same_axes(exchange.axes(), axes);
  ExchangedProjection out{Projection(axes), {}, {}, core::Array<1>({axes.n_years})};
  Projection& run = out.projection;
  out.leavers = core::Array<4>(run.net_migration.shape());
  out.arrivals = core::Array<4>(run.net_migration.shape());
  Workspace workspace(axes.n_ages);
  const core::Shape<3> cells{axes.places.size(), core::n_sexes, axes.n_ages};
  core::Array<3> people(cells);
  core::Array<3> leavers(cells);
  core::Array<3> arrivals(cells);
  for (std::size_t p = 0; p < axes.places.size(); ++p)
    std::ranges::copy(inputs.pop_jan1(p).flat(), run.pop_jan1.view()[p][0].flat().begin());

  for (std::size_t t = 0; t < axes.n_years; ++t) {
    for (std::size_t p = 0; p < axes.places.size(); ++p) {
      const View<const double, 2> current = run.pop_jan1.view()[p][t];
      run.migration_cut(p, t) = age_year(rates_of(inputs, p, t), current, run.flows(p, t), workspace, axes, p, t);
      std::ranges::copy(workspace.survivors.flat(), people.view()[p].flat().begin());
    }
    exchange.move(people.view(), t, leavers.view(), arrivals.view());
    WholeYear whole;
    for (std::size_t p = 0; p < axes.places.size(); ++p)
      settle(out, inputs, p, t, people.view()[p], leavers.view()[p], arrivals.view()[p], whole);
    out.balance(t) = whole.residual();
    if (!(out.balance(t) <= balance_promise))
      refuse_unbalanced(out.balance(t), "all places, year " + std::to_string(axes.year(t)));
  }
  return out;
}

}  // namespace sanhai::engine
