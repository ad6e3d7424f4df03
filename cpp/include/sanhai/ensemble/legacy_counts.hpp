#pragma once
// Counts of legacy stocks in every draw: the couples of each place live by the draw's own death rates, which are those
// of the run with the same paths. The children of the couples die by the history of their rates, in every draw alike.

#include <cstddef>
#include <vector>

#include "sanhai/core/axes.hpp"
#include "sanhai/ensemble/lee_carter.hpp"
#include "sanhai/ensemble/run.hpp"
#include "sanhai/legacy/counts.hpp"

namespace sanhai::ensemble {

struct LegacyPlace {
  legacy::Couples couples;    ///< of the first year of the axes
  core::Array<1> women;       ///< (age 0..100+) on the first 1 January
  core::Array<2> factor{};    ///< (count, year|1) on the place's counts; empty: 1
  std::size_t mortality = 0;  ///< index of a schedule
};

struct LegacyInputs {
  core::Axes axes;
  std::vector<MortalitySchedule> mortality;
  std::vector<LegacyPlace> places;
  std::vector<legacy::Count> counts;
  std::vector<std::vector<std::size_t>> rows;  ///< members (places) of each row, summed in rising order of places
};

/// (count, row, year, draw). Of the paths, which are of the places and years of the axes, only k and the factor on deaths
/// are read; of the options the draws, threads, isa, mortality, budget and progress. Single events are not drawn.
/// Throws ShapeError, DomainError, ConfigError naming what is wrong; DomainError for a draw in which more than all die.
[[nodiscard]] core::Array<4> legacy_counts(const LegacyInputs& inputs, const PathMaker& paths,
                                           const RunOptions& options);

}  // namespace sanhai::ensemble
