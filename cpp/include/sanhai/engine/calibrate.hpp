#pragma once
// A calibrated start: rates scaled, year by year, until the engine itself reproduces what was published.

#include <vector>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/view.hpp"
#include "sanhai/engine/project.hpp"

namespace sanhai::engine {

/// A parent that publishes figures, and the leaves whose sum it is (one leaf when it is its own).
/// NaN in a vector of figures means "not published".
struct Group {
  core::Axes axes;             ///< leaves; the fitted years
  core::Array<3> pop_jan1;     ///< (leaf, sex, age) persons on 1 January of the first year
  core::Array<3> mx;           ///< (year, sex, age) prior death rates: standard x the parent's multiplier
  core::Array<3> asfr;         ///< (leaf, year, age) prior births per woman: the parent's level x the leaf's ratio
  core::Array<2> order_share;  ///< (year, order) shares of births, sum 1
  core::Array<1> srb;          ///< (year) boys per girl
  core::Array<3> migration_pattern;  ///< (leaf, sex, age) shares of a net migrant, sum 1 for each leaf
  core::Array<4> net_migration;      ///< (leaf, year, sex, age) given migrants beside the residual; empty: none
  std::vector<double> births;        ///< (year) births of the whole group
  std::vector<double> cbr;           ///< (year) births per person and year, where counts are not published
  std::vector<double> deaths;        ///< (year) deaths of the whole group
  std::vector<double> cdr;           ///< (year) deaths per person and year
  std::vector<double> pop_end;       ///< (year) persons at the year's end
  std::vector<double> residual;      ///< (year) net migrants where no later total is published (the parent's share)
  bool census_ratio = false;         ///< the prior fertility level is known to hold in the year before the first
};

/// What was solved, and what the engine then gives.
struct Calibration {
  Projection projection;            ///< the fitted years, run with the fitted rates
  core::Array<1> mortality_scale;   ///< (year) on the prior mx
  core::Array<1> fertility_scale;   ///< (year) on the prior asfr
  core::Array<2> residual;          ///< (leaf, year) net migrants: migration and the errors of both ends
  std::vector<bool> births_fitted;  ///< (year) solved from a published figure of the year itself
  std::vector<bool> deaths_fitted;  ///< (year)
  std::vector<bool> pop_fitted;     ///< (year) the year's residual comes from a published total
  std::size_t iterations = 0;
};

/// Solves mortality, fertility and residual migration for every fitted year at once.
///
/// Deaths, births and totals answer almost in proportion to their scale, so each pass multiplies every scale by
/// (published / projected) and repeats until no target is missed by more than 1e-12. Scales of years without a figure
/// are interpolated in time and held flat beyond the first and last fitted year. The residual between two published
/// totals is spread evenly over the years and shared over leaves by population.
/// Throws ShapeError or DomainError for bad input, and DomainError when the figures cannot be met together.
[[nodiscard]] Calibration calibrate(const Group& group);

}  // namespace sanhai::engine
