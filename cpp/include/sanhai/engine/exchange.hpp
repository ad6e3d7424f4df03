#pragma once
// Places of one run that exchange migrants: whoever leaves one place arrives in another, to the last bit.

#include <span>
#include <string>
#include <variant>
#include <vector>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/view.hpp"
#include "sanhai/engine/exchange_move.hpp"
#include "sanhai/engine/project.hpp"

namespace sanhai::engine {

/// Pool form: each place sends people to its pool (its province's) and takes a share of those the pool hands out;
/// pools do the same among themselves through one national pool (Rogers 1995, Multiregional Demography, ch. 4: the
/// migrant-pool model). Rates are shares, of one period, of the survivors before migration, infants included, by age at
/// the end. A year axis of length 1 holds for every year.
struct PoolRates {
  std::vector<std::string> pools;    ///< names, for messages
  std::vector<std::size_t> pool_of;  ///< (place) index of its pool
  core::Array<4> out_rate;           ///< (place, year|1, sex, age) leaving for their pool
  core::Array<4> in_share;           ///< (place, year|1, sex, age) of its pool's arrivals; sum 1 over the pool's places
  core::Array<4> pool_out_rate;  ///< (pool, year|1, sex, age) leaving each of its places for the nation; empty: none
  core::Array<4> pool_in_share;  ///< (pool, year|1, sex, age) of the nation's arrivals; sum 1 over pools
};

/// Origin-destination form, one level. Rates as in PoolRates; the diagonal is 0.
struct OriginDestinationRates {
  core::Array<5> rate;  ///< (origin, destination, year|1, sex, age)
};

/// Validated rates of exchange between the places of `axes`.
///
/// Throws ShapeError for an axis of the wrong length; DomainError for a rate or share outside [0, 1], rates of one cell
/// that sum above 1 (more leavers than people), shares that do not sum to 1 where anyone arrives, or people who
/// leave for the place they are in. Each message names place or pool, year, sex, age, value, bound and remedy.
class Exchange {
public:
  Exchange(core::Axes axes, PoolRates rates);
  Exchange(core::Axes axes, OriginDestinationRates rates);

  [[nodiscard]] const core::Axes& axes() const { return axes_; }

  /// Rates of a year as `move_people` reads them, with `room` (of room() doubles) to work in; people, leavers, arrivals
  /// and their steps are the caller's. No reference to `room` is kept beyond the task.
  [[nodiscard]] MoveTask task(std::size_t year, std::span<double> room) const;
  [[nodiscard]] std::size_t room() const;

private:
  void list_members();

  core::Axes axes_;
  std::variant<PoolRates, OriginDestinationRates> rates_;
  std::vector<std::size_t> members_;       // places, pool after pool
  std::vector<std::size_t> first_member_;  // (pool + 1)
};

}  // namespace sanhai::engine
