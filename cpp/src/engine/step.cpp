#include "sanhai/engine/step.hpp"

#include <algorithm>
#include <cmath>

#include "sanhai/core/error.hpp"

namespace sanhai::engine {
namespace {

using core::View;

View<const double, 1> row(View<const double, 2> array, std::size_t index) { return array[index]; }

double total(std::span<const double> values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum;
}

[[noreturn]] void refuse_emptied(const core::Axes& axes, std::size_t place, std::size_t year, std::size_t sex,
                                 std::size_t age, double stock, double leavers) {
  throw core::DomainError(core::message(
      {.what = "net_migration",
       .where = axes.where(place, year, sex, age),
       .got = core::text(-leavers) + " leavers from a stock of " + core::text(stock),
       .allowed = "no more leavers than people present",
       .remedy = "lower the out-migration of this cell, or ask for on_negative=\"cap\" and read the reported cut"}));
}

// Adds `share` of the year's migrants. A cell is never left negative: it is an error, or the cut is returned.
double migrate(const YearRates& rates, double share, View<double, 2> stock, View<double, 2> moved,
               const core::Axes& axes, std::size_t place, std::size_t year) {
  double cut = 0.0;
  for (std::size_t s = 0; s < core::n_sexes; ++s)
    for (std::size_t x = 0; x < stock.extent(1); ++x) {
      double arriving = share * rates.net_migration(s, x);
      if (stock(s, x) + arriving < 0.0) {
        if (rates.on_negative == OnNegative::error) refuse_emptied(axes, place, year, s, x, stock(s, x), arriving);
        cut += -(stock(s, x) + arriving);
        arriving = -stock(s, x);
      }
      stock(s, x) += arriving;
      moved(s, x) += arriving;
    }
  return cut;
}

void add_half_migrants_to_women(const YearRates& rates, View<const double, 2> survivors, View<double, 1> end_women) {
  const bool half = rates.timing == MigrationTiming::even && !rates.net_migration.empty();
  for (std::size_t x = 0; x < end_women.extent(0); ++x) {
    end_women(x) = survivors(core::female, x) + (half ? 0.5 * rates.net_migration(core::female, x) : 0.0);
  }
}

}  // namespace

Workspace::Workspace(std::size_t n_ages)
    : start({core::n_sexes, n_ages}), survivors({core::n_sexes, n_ages}), end_women({n_ages}) {}

void survive(const YearRates& rates, View<const double, 2> start, View<double, 2> survivors, View<double, 2> deaths) {
  const std::size_t open = start.extent(1) - 1;
  for (std::size_t s = 0; s < core::n_sexes; ++s) {
    survivors(s, 0) = 0.0;
    deaths(s, 0) = 0.0;
    for (std::size_t x = 1; x < open; ++x) {
      survivors(s, x) = start(s, x - 1) * rates.Sx(s, x);
      deaths(s, x) = start(s, x - 1) * (1.0 - rates.Sx(s, x));
    }
    const double oldest = start(s, open - 1) + start(s, open);
    survivors(s, open) = oldest * rates.Sx(s, open);
    deaths(s, open) = oldest * (1.0 - rates.Sx(s, open));
  }
}

void give_birth(const YearRates& rates, View<const double, 1> start_women, View<const double, 1> end_women,
                View<double, 2> births) {
  if (!rates.start_rate.empty()) {
    for (std::size_t i = 0; i < core::n_orders; ++i)
      for (std::size_t x = 0; x < births.extent(1); ++x)
        births(i, x) = rates.width * (rates.start_rate(i, x) * start_women(x) + rates.end_rate(i, x) * end_women(x));
    return;
  }
  const bool plain = rates.cohort_factor.empty();
  for (std::size_t i = 0; i < core::n_orders; ++i)
    for (std::size_t x = 0; x < births.extent(1); ++x) {
      // Women aged x at the start belong to the cohort aged x; those aged x at the end to the cohort aged x - 1.
      const double start = plain ? start_women(x) : start_women(x) * rates.cohort_factor(i, x);
      const double end = plain || x == 0 ? end_women(x) : end_women(x) * rates.cohort_factor(i, x - 1);
      births(i, x) = rates.asfr(i, x) * (rates.width * ((start + end) / 2.0));
    }
}

void sex_births(const YearRates& rates, View<const double, 2> births, View<double, 1> births_by_sex) {
  const double all = total(births.flat());
  births_by_sex(core::male) = all * rates.srb / (1.0 + rates.srb);
  births_by_sex(core::female) = all / (1.0 + rates.srb);
}

void add_infants(const YearRates& rates, View<const double, 1> births_by_sex, View<double, 2> survivors,
                 View<double, 2> deaths) {
  for (std::size_t s = 0; s < core::n_sexes; ++s) {
    survivors(s, 0) = births_by_sex(s) * rates.Sx(s, 0);
    deaths(s, 0) = births_by_sex(s) * (1.0 - rates.Sx(s, 0));
  }
}

double age_year(const YearRates& rates, View<const double, 2> current, const Flows& flows, Workspace& workspace,
                const core::Axes& axes, std::size_t place, std::size_t year) {
  const bool even = !rates.net_migration.empty() && rates.timing == MigrationTiming::even;
  const View<double, 2> start = workspace.start.view();
  const View<double, 2> survivors = workspace.survivors.view();
  std::ranges::copy(current.flat(), start.flat().begin());
  std::ranges::fill(flows.net_migration.flat(), 0.0);

  const double cut = even ? migrate(rates, 0.5, start, flows.net_migration, axes, place, year) : 0.0;
  survive(rates, start, survivors, flows.deaths);
  add_half_migrants_to_women(rates, survivors, workspace.end_women.view());
  give_birth(rates, row(start, core::female), workspace.end_women.view(), flows.births);
  sex_births(rates, flows.births, flows.births_by_sex);
  add_infants(rates, flows.births_by_sex, survivors, flows.deaths);
  return cut;
}

double add_migrants(const YearRates& rates, View<double, 2> stock, const Flows& flows, const core::Axes& axes,
                    std::size_t place, std::size_t year) {
  if (rates.net_migration.empty()) return 0.0;
  const double share = rates.timing == MigrationTiming::even ? 0.5 : 1.0;
  return migrate(rates, share, stock, flows.net_migration, axes, place, year);
}

double project_year(const YearRates& rates, View<const double, 2> current, View<double, 2> next, const Flows& flows,
                    Workspace& workspace, const core::Axes& axes, std::size_t place, std::size_t year) {
  const View<double, 2> survivors = workspace.survivors.view();
  double cut = age_year(rates, current, flows, workspace, axes, place, year);
  cut += add_migrants(rates, survivors, flows, axes, place, year);
  std::ranges::copy(survivors.flat(), next.flat().begin());
  return cut;
}

double balance_residual(View<const double, 2> current, View<const double, 2> next, const Flows& flows) {
  const double before = total(current.flat());
  const double after = total(next.flat());
  const double flow =
      total(flows.births_by_sex.flat()) - total(flows.deaths.flat()) + total(flows.net_migration.flat());
  return std::abs(before + flow - after) / std::max({before, after, 1.0});
}

}  // namespace sanhai::engine
