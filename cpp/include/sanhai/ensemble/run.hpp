#pragma once
// Many draws of many places, reduced to quantiles place by place, so that memory does not grow with the draws.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/view.hpp"
#include "sanhai/engine/inputs.hpp"
#include "sanhai/ensemble/kernel.hpp"
#include "sanhai/ensemble/lee_carter.hpp"
#include "sanhai/ensemble/summary.hpp"

namespace sanhai::ensemble {

/// Median fertility of a group of places.
struct FertilitySchedule {
  core::Array<3> asfr;  ///< (year, order, age) births per woman and year; with parity: per woman of parity order - 1
  core::Array<1> srb;   ///< (year) boys per girl
};

/// One place; schedules are shared by index, so thousands of places fit in memory.
struct PlaceInputs {
  core::Array<2> pop_jan1;       ///< (sex, age) persons
  core::Array<2> parity;         ///< (parity 0..3+, age) women, summing to pop_jan1(female); empty: no parity
  core::Array<3> net_migration;  ///< (year|1, sex, age) persons at the end of the year; empty: none
  core::Array<3> pattern;        ///< (year|1, sex, age) persons a shock of 1 adds; empty: no shocks
  core::Array<3> cohort_factor;  ///< (year, order, age at the start) on a cohort's births; empty: 1; not with parity
  std::size_t mortality = 0;     ///< index into EnsembleInputs::mortality
  std::size_t fertility = 0;     ///< index into EnsembleInputs::fertility
};

struct EnsembleInputs {
  core::Axes axes;
  std::vector<MortalitySchedule> mortality;
  std::vector<FertilitySchedule> fertility;
  std::vector<PlaceInputs> places;
  engine::OnNegative on_negative = engine::OnNegative::error;
};

/// Random paths of one batch, to be overwritten; every array holds its neutral value when handed over.
struct PathBlock {
  core::View<double, 2> fertility;     ///< (year, lane) factor on births, neutral 1
  core::View<double, 3> multiplier;    ///< (year, order, lane) on the hazard, neutral 1
  core::View<double, 2> k;             ///< (year, lane) deviation of mortality's index, neutral 0
  core::View<double, 2> shock;         ///< (year, lane) on the migration pattern, neutral 0
  core::View<double, 2> death_factor;  ///< (year, lane) on the probability of dying, neutral 1
  core::View<double, 4> start_rate;  ///< (year, order, age - first, lane) births per woman on 1 January; see rate_ages
  core::View<double, 4> end_rate;    ///< the same per woman who reaches the age by the end of the year
};

/// Ages first .. first + n - 1 of births given as rates; n = 0: none.
struct RateAges {
  std::size_t first = 1;
  std::size_t n = 0;
};

/// The chance of single events at one place: births and deaths as whole numbers of persons, drawn around the path.
struct EventNoise {
  bool is_on = false;
  std::uint64_t seed = 0;
  std::uint32_t place = 0;     ///< place_key
  std::size_t first_year = 0;  ///< index of the first year with noise; earlier years stay as they are
};

/// Where random paths come from. `draw` is called from many threads at once, in any order, more than once for a place:
/// it must depend on nothing but its arguments. Lanes are the draws first_draw, first_draw + 1, ...
class PathMaker {
public:
  virtual ~PathMaker() = default;
  virtual void draw(std::size_t place, std::size_t first_draw, const PathBlock& block) const = 0;
  /// Which arrays `draw` writes; the kernel skips the others.
  [[nodiscard]] virtual bool has_fertility() const { return true; }
  [[nodiscard]] virtual bool has_multiplier() const { return false; }
  [[nodiscard]] virtual bool has_k() const { return true; }
  [[nodiscard]] virtual bool has_shock() const { return true; }
  [[nodiscard]] virtual bool has_death_factor() const { return false; }
  /// Not 0: births are start_rate x women on 1 January + end_rate x women at the year's end, and the schedule's rates,
  /// the factor and the multiplier are not read. Not with parity or cohort factors.
  [[nodiscard]] virtual RateAges rate_ages() const { return {}; }
  /// On: the counts of the place's draws are drawn anew from their own rates (events.hpp). Not with women by parity,
  /// cohort factors or multipliers.
  [[nodiscard]] virtual EventNoise events(std::size_t place) const {
    (void)place;
    return {};
  }
  /// Throws ShapeError where the maker's places or years are not those of the run; one that knows neither fits any.
  virtual void check(std::size_t n_places, std::size_t n_years) const { (void)n_places, (void)n_years; }
  /// Called for the first draw that lost its numbers (NaN): throws why, where the maker knows.
  virtual void explain(std::size_t place, std::size_t draw) const { (void)place, (void)draw; }
};

enum class Keep {
  quantiles,  ///< of every indicator asked for, place by place
  draws,      ///< every draw's summaries
  ages,       ///< every draw's summaries and its population by sex and age (and parity)
};

struct RunOptions {
  std::size_t n_draws = 1000;
  std::size_t first_draw = 0;  ///< draws first_draw .. first_draw + n_draws - 1
  std::size_t threads = 1;
  std::size_t batch = 32;                               ///< draws a thread takes at a time, rounded up to whole lanes
  std::optional<Isa> isa;                               ///< empty: the best of this processor
  MortalityMode mortality = MortalityMode::polynomial;  ///< where a schedule has b; else shared
  Keep keep = Keep::quantiles;
  std::vector<Indicator> indicators;  ///< empty: all
  std::vector<double> probabilities{0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975};
  std::size_t budget_bytes = std::size_t{4} << 30;  ///< a run that would hold more is refused, naming both numbers
  /// Called from the calling thread about every 50 ms with finished and all trajectories; may throw, which cancels.
  std::function<void(std::size_t done, std::size_t all)> progress;
  const std::atomic<bool>* cancel = nullptr;  ///< checked after every batch
};

/// What a run leaves. Empty arrays were not asked for. Axis 1 follows `indicators` in the order asked for.
struct Ensemble {
  core::Axes axes;
  std::vector<Indicator> indicators;
  std::vector<double> probabilities;
  std::size_t n_draws = 0;
  Isa isa = Isa::baseline;
  bool is_cancelled = false;
  core::Array<4> quantiles;   ///< (place, indicator, year + 1, probability); the last year of a flow is NaN
  core::Array<4> draws;       ///< (place, indicator, year + 1, draw); the last year of a flow is NaN
  core::Array<5> population;  ///< (place, draw, year + 1, sex, age), with Keep::ages
  core::Array<5> parity;      ///< (place, draw, year + 1, parity, age) women, with Keep::ages
};

/// Bytes a run will hold at its peak, inputs left out.
[[nodiscard]] std::size_t memory_estimate(const EnsembleInputs& inputs, const RunOptions& options);

/// Checked inputs with their tables built; runs any number of times (scenarios share it).
class EnsembleRunner {
public:
  /// Throws ShapeError, DomainError (naming place, year, sex, age), ConfigError (an age width other than 1).
  EnsembleRunner(EnsembleInputs inputs, MortalityMode mode);
  ~EnsembleRunner();
  EnsembleRunner(EnsembleRunner&&) noexcept;

  /// Throws ConfigError for options that cannot hold or a budget that would be broken; DomainError for the lowest
  /// place and draw whose cell went below zero, naming place, year, sex, age and draw.
  [[nodiscard]] Ensemble run(const PathMaker& paths, const RunOptions& options) const;

  [[nodiscard]] const EnsembleInputs& inputs() const;

private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The same in one call.
[[nodiscard]] Ensemble run(EnsembleInputs inputs, const PathMaker& paths, const RunOptions& options);

}  // namespace sanhai::ensemble
