// All places in lockstep, year by year: aged apart, then exchanged, then moved from outside.

#include <algorithm>
#include <cmath>
#include <numeric>

#include "project_year.hpp"
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

/// Arrivals less leavers (a place has no more leavers than people), then the migrants from outside.
struct Exchanging {
  const PlaceYear<false>& rates;
  View<const double, 2> leavers;
  View<const double, 2> arrivals;

  double move(std::size_t sex, std::size_t x, double people, Book& book) const {
    return rates.move(sex, x, people + (arrivals(sex, x) - leavers(sex, x)), book);
  }
};

/// All places together, to which moves between them are nothing.
struct WholeYear {
  double before = 0.0;
  double flow = 0.0;
  double after = 0.0;
  [[nodiscard]] double residual() const { return std::abs(before + flow - after) / std::max({before, after, 1.0}); }
};

/// Migration of one place in year `t`: its moves inside, then those from outside; books both and the balance.
void settle_place(ExchangedProjection& out, const Inputs& inputs, std::size_t p, std::size_t t,
                  View<const double, 2> leavers, View<const double, 2> arrivals, WholeYear& whole) {
  Projection& run = out.projection;
  const View<const double, 2> before = run.pop_jan1.view()[p][t];
  const View<double, 2> after = run.pop_jan1.view()[p][t + 1];
  Book book{.flows = run.flows(p, t)};
  const PlaceYear<false> rates{inputs, p, t};
  settle<double>(all_fertile(run.axes.n_ages), Exchanging{rates, leavers, arrivals}, Stock{after}, book);
  run.migration_cut(p, t) += book.cut[1];
  const Flows& flows = book.flows;
  whole.flow += total(flows.births_by_sex.flat()) - total(flows.deaths.flat()) + total(flows.net_migration.flat());
  for (std::size_t k = 0; k < leavers.flat().size(); ++k)
    flows.net_migration.flat()[k] += arrivals.flat()[k] - leavers.flat()[k];
  std::ranges::copy(leavers.flat(), out.leavers.view()[p][t].flat().begin());
  std::ranges::copy(arrivals.flat(), out.arrivals.view()[p][t].flat().begin());
  whole.before += total(before.flat());
  whole.after += total(after.flat());
  run.balance(p, t) = balance_residual(before, after, flows);
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
  const core::Shape<3> cells{axes.places.size(), core::n_sexes, axes.n_ages};
  core::Array<3> people(cells);
  core::Array<3> leavers(cells);
  core::Array<3> arrivals(cells);
  for (std::size_t p = 0; p < axes.places.size(); ++p)
    std::ranges::copy(inputs.pop_jan1(p).flat(), run.pop_jan1.view()[p][0].flat().begin());

  for (std::size_t t = 0; t < axes.n_years; ++t) {
    for (std::size_t p = 0; p < axes.places.size(); ++p) {
      const View<double, 2> next = run.pop_jan1.view()[p][t + 1];
      std::ranges::copy(run.pop_jan1.view()[p][t].flat(), next.flat().begin());
      Book book{.flows = run.flows(p, t)};
      year<double>(all_fertile(axes.n_ages), PlaceYear<true>{inputs, p, t}, Stock{next}, book);
      run.migration_cut(p, t) = book.cut[0];
      std::ranges::copy(next.flat(), people.view()[p].flat().begin());
    }
    exchange.move(people.view(), t, leavers.view(), arrivals.view());
    WholeYear whole;
    for (std::size_t p = 0; p < axes.places.size(); ++p)
      settle_place(out, inputs, p, t, leavers.view()[p], arrivals.view()[p], whole);
    out.balance(t) = whole.residual();
    if (!(out.balance(t) <= balance_promise))
      refuse_unbalanced(out.balance(t), "all places, year " + std::to_string(axes.year(t)));
  }
  return out;
}

}  // namespace sanhai::engine
