#pragma once
// Who comes and who goes in one fitted year: a factor y for every group that meets its net migrants, and one pool q by
// sex and single age in which all arrivals of the nation are all leavers.

#include <vector>

#include "sanhai/engine/country.hpp"

namespace sanhai::engine::detail {

/// Leaves and groups that are solved together: the nation, or one province with the pool of the nation held.
struct Scope {
  std::vector<std::size_t> leaves;
  std::vector<std::size_t> groups;
  bool is_nation = false;
};

/// What does not change from year to year.
struct Movers {
  const Country& country;
  core::Array<3> log_stay;    ///< (leaf, sex, 14)
  core::Array<3> group_gain;  ///< (group, sex, 14) e of the leaves in no group inside it

  explicit Movers(const Country& country);
};

/// One year of it.
struct MoveYear {
  std::size_t t;
  const core::Array<3>& people;              ///< (leaf, sex, age) survivors before anybody moves
  const std::vector<std::size_t>& shares_y;  ///< of each group: the group whose y it has
  const std::vector<double>& net;            ///< (group) T of all that share the group's y; others unused
};

/// Finds y of the scope's groups and, for the nation, q of mean 1; both start where they stand. y is positive, so that
/// no leaf's flow ever changes its sign. Throws DomainError where nobody moves the way the figures ask.
void balance(const Movers& movers, const Scope& scope, const MoveYear& year, std::vector<double>& pull,
             core::View<double, 2> pool);

/// Moves the leaves; `people` become the stock of the next 1 January, `net` (leaf) who came less who went. `pull` holds
/// y of every group. All flows run at `kept` of those of the ten years.
void settle(const Movers& movers, const Scope& scope, std::size_t t, const std::vector<double>& pull,
            core::View<const double, 2> pool, double kept, core::Array<3>& people, std::vector<double>& net);

}  // namespace sanhai::engine::detail
