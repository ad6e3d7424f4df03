#include "sanhai/engine/project.hpp"

#include <algorithm>

#include "sanhai/core/error.hpp"

namespace sanhai::engine {

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

YearRates rates_of(const Inputs& inputs, std::size_t place, std::size_t year) {
  return {.Sx = inputs.Sx(place, year),
          .asfr = inputs.asfr(place, year),
          .srb = inputs.srb(place, year),
          .net_migration = inputs.net_migration(place, year),
          .cohort_factor = inputs.cohort_factor(place, year),
          .start_rate = inputs.start_rate(place, year),
          .end_rate = inputs.end_rate(place, year),
          .width = static_cast<double>(inputs.axes().age_width),
          .timing = inputs.timing(),
          .on_negative = inputs.on_negative()};
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
  Projection out(axes);
  Workspace workspace(axes.n_ages);
  for (std::size_t place = 0; place < inputs.n_places(); ++place) {
    const core::View<double, 3> pop = out.pop_jan1.view()[place];
    std::ranges::copy(inputs.pop_jan1(place).flat(), pop[0].flat().begin());
    for (std::size_t year = 0; year < inputs.n_years(); ++year) {
      const Flows flows = out.flows(place, year);
      out.migration_cut(place, year) =
          project_year(rates_of(inputs, place, year), pop[year], pop[year + 1], flows, workspace, axes, place, year);
      const double residual = balance_residual(pop[year], pop[year + 1], flows);
      out.balance(place, year) = residual;
      if (!(residual <= balance_promise)) refuse_unbalanced(residual, axes.where(place, year));
    }
  }
  return out;
}

}  // namespace sanhai::engine
