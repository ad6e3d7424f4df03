#pragma once
// Draws of places that exchange migrants: in every draw whoever leaves one place arrives in another, so the internal
// net is exactly 0. Each draw is one run of engine::project_exchanging on the draw's own rates: places go in lockstep,
// so draws, not places, are what threads share out.

#include <cstddef>
#include <string>
#include <vector>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/view.hpp"
#include "sanhai/engine/exchange.hpp"
#include "sanhai/ensemble/run.hpp"

namespace sanhai::ensemble {

/// What a run leaves. Axis 1 of quantiles and draws: the indicators asked for, then leavers and arrivals. Their last
/// row is all places together: sums, and of tfr and e0 means weighted by women 15-49 and by people on 1 January. Its
/// leavers and arrivals add cell by cell what the places' do, so in every draw and year they are the same number, bit
/// for bit.
struct ExchangedEnsemble {
  core::Axes axes;
  std::vector<Indicator> indicators;
  std::vector<double> probabilities;
  std::size_t n_draws = 0;
  bool is_cancelled = false;
  core::Array<4> quantiles;   ///< (place + 1, series, year + 1, probability); the last year of a flow is NaN
  core::Array<4> draws;       ///< (place + 1, series, year + 1, draw), with Keep::draws and Keep::ages
  core::Array<5> population;  ///< (place, draw, year + 1, sex, age) persons, with Keep::ages
  core::Array<5> leavers;     ///< (place, draw, year, sex, age at the end) persons, with Keep::ages
  core::Array<5> arrivals;    ///< (place, draw, year, sex, age at the end) persons, with Keep::ages

  /// Names of axis 1.
  [[nodiscard]] std::vector<std::string> series() const;
};

/// Bytes a run will hold at its peak, inputs left out. All draws' summaries are held until their quantiles are taken.
[[nodiscard]] std::size_t exchange_memory_estimate(const EnsembleInputs& inputs, const RunOptions& options);

/// Checked inputs and exchange; runs any number of times.
class ExchangeRunner {
public:
  /// Survivorship of a drawn k is exact, never the polynomial. Throws as EnsembleRunner; ShapeError where the axes of
  /// the exchange are others; ConfigError for places with women by parity, which do not move with their parity yet.
  ExchangeRunner(EnsembleInputs inputs, engine::Exchange exchange);

  /// Of `options` isa, batch and mortality are not read. The bits depend on nothing but the inputs, the paths and the
  /// number of a draw. Throws as EnsembleRunner::run; an error of a draw is that of the lowest draw and names it.
  [[nodiscard]] ExchangedEnsemble run(const PathMaker& paths, const RunOptions& options) const;

  [[nodiscard]] const core::Axes& axes() const { return inputs_.axes; }

private:
  EnsembleInputs inputs_;  // its mortality has moved into the tables
  std::vector<MortalityTable> mortality_;
  engine::Exchange exchange_;
};

}  // namespace sanhai::ensemble
