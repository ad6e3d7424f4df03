#pragma once
// One draw of places that exchange migrants: its rates from the paths, and its summaries. Internal to the ensemble's
// sources.

#include <vector>

#include "sanhai/engine/exchange.hpp"
#include "sanhai/ensemble/run.hpp"

namespace sanhai::ensemble {

/// Random paths of eight draws of every place; one a thread, written again for every batch.
class PathBatch {
public:
  PathBatch(const core::Axes& axes, const PathMaker& paths);

  void draw(std::size_t first_draw);

  core::Array<3> fertility;     ///< (place, year, lane)
  core::Array<4> multiplier;    ///< (place, year, order, lane)
  core::Array<3> k;             ///< (place, year, lane)
  core::Array<3> shock;         ///< (place, year, lane)
  core::Array<3> death_factor;  ///< (place, year, lane)
  core::Array<5> start_rate;    ///< (place, year, order, age - first, lane)
  core::Array<5> end_rate;

private:
  const PathMaker& paths_;
};

/// What the draws of a run share.
struct ExchangeTables {
  const EnsembleInputs& inputs;
  const std::vector<MortalityTable>& mortality;
  const PathMaker& paths;
  RateAges ages;
};

/// The scalar inputs of one lane. Throws DomainError naming the cell and `draw` for rates no population can have.
[[nodiscard]] engine::InputArrays inputs_of_draw(const ExchangeTables& tables, const PathBatch& batch, std::size_t lane,
                                                 std::size_t draw);

/// Summaries of a draw: `put(place, series, year, value)` for every place and, as place n_places, for all together.
/// Series are `indicators`, then leavers and arrivals.
class DrawSummary {
public:
  DrawSummary(const ExchangeTables& tables, const std::vector<Indicator>& indicators);

  /// Values (place + 1, indicator of all, year + 1) of `run`, made from `inputs`; to be read with `value`.
  void read(const engine::Inputs& inputs, const engine::ExchangedProjection& run);

  [[nodiscard]] double value(std::size_t place, std::size_t series, std::size_t year) const;
  [[nodiscard]] std::size_t n_series() const { return indicators_.size() + 2; }

private:
  void read_stocks(const engine::Projection& run, std::size_t place);
  void read_flows(const engine::Inputs& inputs, const engine::ExchangedProjection& run, std::size_t place);
  void add_places(const engine::ExchangedProjection& run);

  const std::vector<Indicator>& indicators_;
  std::size_t n_places_;
  std::size_t n_years_;
  core::Array<3> values_;  // (place + 1, n_indicators + 2, year + 1)
};

}  // namespace sanhai::ensemble
