#include "sanhai/engine/project.hpp"

#include <algorithm>
#include <cmath>

#include "project_year.hpp"

namespace sanhai::engine {
namespace {

double total(std::span<const double> values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum;
}

}  // namespace

Projection::Projection(const core::Axes& labels)
    : axes(labels),
      pop_jan1({labels.places.size(), labels.n_years + 1, core::n_sexes, labels.n_ages}),
      births({labels.places.size(), labels.n_years, core::n_orders, labels.n_ages}),
      births_by_sex({labels.places.size(), labels.n_years, core::n_sexes}),
      deaths({labels.places.size(), labels.n_years, core::n_sexes, labels.n_ages}),
      net_migration({labels.places.size(), labels.n_years, core::n_sexes, labels.n_ages}),
      migration_cut({labels.places.size(), labels.n_years}),
      balance({labels.places.size(), labels.n_years}) {}

Flows Projection::flows(std::size_t place, std::size_t year) {
  return {.births = births.view()[place][year],
          .births_by_sex = births_by_sex.view()[place][year],
          .deaths = deaths.view()[place][year],
          .net_migration = net_migration.view()[place][year]};
}

double balance_residual(core::View<const double, 2> current, core::View<const double, 2> next, const Flows& flows) {
  const double before = total(current.flat());
  const double after = total(next.flat());
  const double flow =
      total(flows.births_by_sex.flat()) - total(flows.deaths.flat()) + total(flows.net_migration.flat());
  return std::abs(before + flow - after) / std::max({before, after, 1.0});
}

void refuse_unbalanced(double residual, const std::string& where) {
  throw core::AccountingError(core::message({.what = "balance",
                                             .where = where,
                                             .got = core::text(residual) + " of the population",
                                             .allowed = "<= 1e-9",
                                             .remedy = "report this: births, deaths and migration must add up"}));
}

Projection project(const Inputs& inputs) {
  const core::Axes& axes = inputs.axes();
  const Spans spans = all_fertile(axes.n_ages);
  Projection out(axes);
  for (std::size_t place = 0; place < inputs.n_places(); ++place) {
    const core::View<double, 3> pop = out.pop_jan1.view()[place];
    std::ranges::copy(inputs.pop_jan1(place).flat(), pop[0].flat().begin());
    for (std::size_t index = 0; index < inputs.n_years(); ++index) {
      std::ranges::copy(pop[index].flat(), pop[index + 1].flat().begin());
      Book book{.flows = out.flows(place, index)};
      year<double>(spans, PlaceYear{inputs, place, index}, Stock{pop[index + 1]}, book);
      out.migration_cut(place, index) = book.cut[0] + book.cut[1];
      const double residual = balance_residual(pop[index], pop[index + 1], book.flows);
      out.balance(place, index) = residual;
      if (!(residual <= balance_promise)) refuse_unbalanced(residual, axes.where(place, index));
    }
  }
  return out;
}

}  // namespace sanhai::engine
