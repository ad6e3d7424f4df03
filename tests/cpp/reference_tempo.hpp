#pragma once
// The debt of moved births, one cohort after another on one double. Draws keep it year by year, oldest cohort first,
// eight draws at a time (policy/births_year.hpp), and are held against it. A year's arithmetic is the product's own
// (policy/tempo_year.hpp): test_policy_tempo.cpp shows its properties.

#include <span>

#include "sanhai/core/view.hpp"

namespace sanhai::test {

/// Births per woman, by place, year and order.
struct TempoLedger {
  core::Array<4>
      cohort_factor;           ///< (place, year, order, age at the start): (G - paid)/G; exactly 1 when nothing is due
  core::Array<3> added_gross;  ///< sum over cohorts of r = G - base, before any repayment
  core::Array<3> added_net;    ///< sum over cohorts of G - paid - base
  core::Array<3> unpaid;       ///< `tempo_unpaid`: debt left when a cohort leaves its last exposed year, in that year
  core::Array<4> outstanding;  ///< (place, 1, order, age at the start of the last year): not yet due when the run ends
};

/// The ledger on cohort births per woman, (place, year, order, age at the start), of a baseline and of a gross run (the
/// multipliers on its hazards, its own depletion, no repayment). r = gross - base; due in t: tau x sum over k of
/// weights[k-1] r(t-k), plus what was carried. The last exposed year is the one a cohort starts at the last age with
/// births of that place and order (in any year and either array). Cohorts enter the run without debt.
[[nodiscard]] TempoLedger tempo_ledger_from_births(core::View<const double, 4> base, core::View<const double, 4> gross,
                                                   double tau, std::span<const double> weights);

/// The same from order-specific rates f, (place, year, order, age), single ages from 0: a cohort aged y at the start
/// has f(y)/2 + f(y + 1)/2 births per woman, its start exposure and its end exposure; 0 beyond the last age.
[[nodiscard]] TempoLedger tempo_ledger(core::View<const double, 4> base, core::View<const double, 4> gross, double tau,
                                       std::span<const double> weights);

}  // namespace sanhai::test
