#include "sanhai/engine/parity_step.hpp"

#include <algorithm>
#include <string>

#include "sanhai/core/error.hpp"

namespace sanhai::engine {
namespace {

using core::View;

constexpr std::size_t open_order = core::n_orders - 1;
constexpr std::size_t open_parity = n_parities - 1;

/// Women at risk of an order: those at the parity below it; of order 3+ those at parity 2 and 3+.
double at_risk(View<const double, 2> women, std::size_t order, std::size_t age) {
  return order == open_order ? women(open_parity - 1, age) + women(open_parity, age) : women(order, age);
}

void require_supported(const YearRates& rates) {
  const bool even = rates.timing == MigrationTiming::even;
  if (!even && rates.cohort_factor.empty()) return;
  throw core::ConfigError(core::message(
      {.what = even ? "timing" : "cohort_factor",
       .where = "women by parity",
       .got = even ? "even" : "factors by cohort",
       .allowed = even ? "end" : "none",
       .remedy = even ? "let the year's migrants join at its end" : "parity itself carries what a cohort has had"}));
}

}  // namespace

ParityWorkspace::ParityWorkspace(std::size_t n_ages)
    : survivors({n_parities, n_ages}), moves({core::n_orders, n_ages}), women_before({n_ages}) {}

void survive_by_parity(const YearRates& rates, View<const double, 2> start, View<double, 2> survivors) {
  const std::size_t open = start.extent(1) - 1;
  for (std::size_t p = 0; p < n_parities; ++p) {
    survivors(p, 0) = 0.0;
    for (std::size_t x = 1; x < open; ++x) survivors(p, x) = start(p, x - 1) * rates.Sx(core::female, x);
    survivors(p, open) = (start(p, open - 1) + start(p, open)) * rates.Sx(core::female, open);
  }
}

void give_birth_by_parity(const YearRates& rates, View<const double, 2> start, View<const double, 2> survivors,
                          View<double, 2> births) {
  for (std::size_t i = 0; i < core::n_orders; ++i)
    for (std::size_t x = 0; x < births.extent(1); ++x) {
      const double exposure = (at_risk(start, i, x) + at_risk(survivors, i, x)) / 2.0;
      births(i, x) = rates.asfr(i, x) * (rates.width * exposure);
    }
}

void book_moves(const YearRates& rates, View<const double, 2> start, View<double, 2> survivors, View<double, 2> moves,
                const core::Axes& axes, std::size_t place, std::size_t year) {
  const std::size_t open = survivors.extent(1) - 1;
  const double half = rates.width / 2.0;
  for (std::size_t i = 0; i < core::n_orders; ++i) {
    moves(i, 0) = 0.0;
    for (std::size_t x = 1; x <= open; ++x) {
      moves(i, x) = rates.asfr(i, x - 1) * half * start(i, x - 1) + rates.asfr(i, x) * half * survivors(i, x);
    }
    moves(i, open) += rates.asfr(i, open) * half * start(i, open);
  }
  for (std::size_t i = 0; i < core::n_orders; ++i)
    for (std::size_t x = 1; x <= open; ++x) {
      survivors(i, x) -= moves(i, x);
      survivors(i + 1, x) += moves(i, x);
    }
  for (std::size_t p = 0; p < open_parity; ++p)
    for (std::size_t x = 1; x <= open; ++x) {
      if (survivors(p, x) >= 0.0) continue;
      throw core::DomainError(
          core::message({.what = "parity",
                         .where = axes.where(place, year, core::female, x) + ", parity " + std::to_string(p),
                         .got = core::text(survivors(p, x)),
                         .allowed = ">= 0 women at the end of the year",
                         .remedy = "lower the rates of the next birth order in this year"}));
    }
}

void migrate_by_parity(View<const double, 1> women_before, View<const double, 1> women_after, View<double, 2> parity) {
  for (std::size_t x = 0; x < parity.extent(1); ++x) {
    for (std::size_t p = 0; p < n_parities; ++p) {
      parity(p, x) =
          women_before(x) > 0.0 ? parity(p, x) / women_before(x) * women_after(x) : (p == 0 ? women_after(x) : 0.0);
    }
  }
}

double project_year_by_parity(const YearRates& rates, View<const double, 2> current, View<const double, 2> parity,
                              View<double, 2> next, View<double, 2> next_parity, const Flows& flows,
                              Workspace& workspace, ParityWorkspace& parity_workspace, const core::Axes& axes,
                              std::size_t place, std::size_t year) {
  require_supported(rates);
  const View<double, 2> people = workspace.survivors.view();
  const View<double, 2> women = parity_workspace.survivors.view();
  std::ranges::fill(flows.net_migration.flat(), 0.0);

  survive(rates, current, people, flows.deaths);
  survive_by_parity(rates, parity, women);
  give_birth_by_parity(rates, parity, women, flows.births);
  book_moves(rates, parity, women, parity_workspace.moves.view(), axes, place, year);
  sex_births(rates, flows.births, flows.births_by_sex);
  add_infants(rates, flows.births_by_sex, people, flows.deaths);
  women(0, 0) = people(core::female, 0);
  std::ranges::copy(people[core::female].flat(), parity_workspace.women_before.flat().begin());
  const double cut = add_migrants(rates, people, flows, axes, place, year);
  migrate_by_parity(parity_workspace.women_before.view(), people[core::female], women);
  std::ranges::copy(people.flat(), next.flat().begin());
  std::ranges::copy(women.flat(), next_parity.flat().begin());
  return cut;
}

}  // namespace sanhai::engine
