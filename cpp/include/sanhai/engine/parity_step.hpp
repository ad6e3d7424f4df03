#pragma once
// One year of women by parity: the definition that the lanes are held to. Readable first.

#include "sanhai/engine/step.hpp"

namespace sanhai::engine {

/// Parities 0, 1, 2 and 3+ (children ever born alive).
inline constexpr std::size_t n_parities = 4;

/// Scratch for one place; made once, used for every year.
struct ParityWorkspace {
  explicit ParityWorkspace(std::size_t n_ages);
  core::Array<2> survivors;     ///< (parity, age) women at the end, at their parity of the start
  core::Array<2> moves;         ///< (order, age at the end) women who leave parity order - 1 (order 3: leave parity 2)
  core::Array<1> women_before;  ///< (age) women before migration
};

/// Women who survive, by parity: n(i, x) = W(i, x - 1) S(x), the last two ages pooled; nobody arrives at age 0.
void survive_by_parity(const YearRates& rates, core::View<const double, 2> start, core::View<double, 2> survivors);

/// B_i(x) = f_i(x) (W_{i-1}(x, start) + W_{i-1}(x, end)) / 2, order 3+ from W_2 + W_3+ (model.md, section 2, step 2).
/// `rates.asfr` are births of the order per woman-year at parity order - 1.
void give_birth_by_parity(const YearRates& rates, core::View<const double, 2> start,
                          core::View<const double, 2> survivors, core::View<double, 2> births);

/// Moves one woman up one parity for each birth of orders 1 and 2 and for each birth of order 3+ to a woman at
/// parity 2. The cohort aged x at the end owns f_i(x - 1) W(x - 1, start) / 2 + f_i(x) W(x, end) / 2. Throws
/// DomainError naming the cell that would be left negative.
void book_moves(const YearRates& rates, core::View<const double, 2> start, core::View<double, 2> survivors,
                core::View<double, 2> moves, const core::Axes& axes, std::size_t place, std::size_t year);

/// Gives migrants the parities of the cohort they join: each parity is scaled by (women after) / (women before).
/// A cohort without women takes its migrants at parity 0.
void migrate_by_parity(core::View<const double, 1> women_before, core::View<const double, 1> women_after,
                       core::View<double, 2> parity);

/// project_year for a place whose women are kept by parity. `parity` (parity, age) sums to the women of `current`, and
/// `next_parity` to those of `next`. `flows.births` are by order and age of mother. Migration joins at the end of the
/// year. Throws ConfigError for timing `even` or cohort factors (parity carries them); DomainError as project_year.
double project_year_by_parity(const YearRates& rates, core::View<const double, 2> current,
                              core::View<const double, 2> parity, core::View<double, 2> next,
                              core::View<double, 2> next_parity, const Flows& flows, Workspace& workspace,
                              ParityWorkspace& parity_workspace, const core::Axes& axes, std::size_t place,
                              std::size_t year);

}  // namespace sanhai::engine
