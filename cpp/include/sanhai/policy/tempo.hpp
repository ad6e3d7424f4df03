#pragma once
// Part of a policy's extra births are only moved: they are missing from the same cohort in the next years.

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/view.hpp"

namespace sanhai::policy {

/// Births per woman, by place, year and order.
///
/// Sign of the debt: extra births (r > 0) make a debt that is *taken* from later births; births lost (r < 0, a benefit
/// withdrawn) make a negative debt that is *given back* later. Both ways the amount booked in a year is at most the
/// cohort's gross births of that order and year (the factor stays in [0, 2]); the rest carries forward.
struct TempoLedger {
  core::Array<4>
      cohort_factor;           ///< (place, year, order, age at the start): (G - paid)/G; exactly 1 when nothing is due
  core::Array<3> added_gross;  ///< sum over cohorts of r = G - base, before any repayment
  core::Array<3> added_net;    ///< sum over cohorts of G - paid - base
  core::Array<3> unpaid;       ///< `tempo_unpaid`: debt left when a cohort leaves its last exposed year, in that year
  core::Array<4> outstanding;  ///< (place, 1, order, age at the start of the last year): not yet due when the run ends
};

/// A cohort's births of an order per woman: (place, year, order, age y at the start) = f(y)/2 + f(y + 1)/2, its start
/// exposure and its end exposure. `rates`: (place, year, order, age) births of the order per woman (order-specific
/// ASFR), single ages from 0; 0 beyond the last. DomainError: a rate outside [0, 1], a positive rate at age 0.
[[nodiscard]] core::Array<4> cohort_births_per_woman(core::View<const double, 4> rates, const core::Axes& axes = {});

/// The ledger on cohort births per woman, (place, year, order, age at the start), of a baseline and of a gross run (the
/// multipliers on its hazards, its own depletion, no repayment). With parity they come from the two runs' births.
///
/// r = gross - base. Due in t: tau x sum over k of weights[k-1] r(t-k), plus what was carried. Net births are never
/// negative. The last exposed year is the one a cohort starts at the last age with births of that place and order (in
/// any year and either array). Weight that would fall after it is due at once, in the year its r arises: left to the
/// last year, where births are few, 0.05 % of gross births could not be repaid at tau = 1 and M = 1.3 (schedule of
/// 2022), against 0.003 % this way. Cohorts enter the run without debt.
///
/// tau in [0, 1]; weights >= 0 summing to 1 (1e-12). `axes` only names places and years in messages.
/// Throws ShapeError; DomainError (a value outside [0, 1]); AccountingError (weights).
[[nodiscard]] TempoLedger tempo_ledger_from_births(core::View<const double, 4> base, core::View<const double, 4> gross,
                                                   double tau, std::span<const double> weights,
                                                   const core::Axes& axes = {});

/// The same without parity: from order-specific rates, by `cohort_births_per_woman`.
[[nodiscard]] TempoLedger tempo_ledger(core::View<const double, 4> base, core::View<const double, 4> gross, double tau,
                                       std::span<const double> weights, const core::Axes& axes = {});

}  // namespace sanhai::policy
