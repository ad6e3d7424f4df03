#pragma once
// Places that exchange migrants, all in lockstep on one double: what the draws of a run that exchanges are held
// against.

#include "sanhai/core/view.hpp"
#include "sanhai/engine/exchange.hpp"
#include "sanhai/engine/project.hpp"

namespace sanhai::test {

/// Writes who leaves and who arrives, (place, sex, age) persons each, for `survivors` (place, sex, age) before
/// migration.
void move(const engine::Exchange& exchange, core::View<const double, 3> survivors, std::size_t year,
          core::View<double, 3> leavers, core::View<double, 3> arrivals);

/// Arrivals less leavers (place, sex, age).
[[nodiscard]] core::Array<3> net_moves(const engine::Exchange& exchange, core::View<const double, 3> survivors,
                                       std::size_t year);

/// A projection of places that exchange migrants.
struct ExchangedProjection {
  engine::Projection projection;  ///< its net_migration holds moves between the places and from outside together
  core::Array<4> leavers;         ///< (place, year, sex, age at the end) persons who left for another place of the run
  core::Array<4> arrivals;        ///< (place, year, sex, age at the end) persons who came from one
  core::Array<1> balance;         ///< (year) relative residual of all places together, migration from outside only
};

/// Projects all places in lockstep: each place is aged one year, survivors are exchanged, then the net migrants of
/// `inputs` come or go on top, as engine::project() does it. `exchange` has the axes of `inputs`.
[[nodiscard]] ExchangedProjection project_exchanging(const engine::Inputs& inputs, const engine::Exchange& exchange);

}  // namespace sanhai::test
