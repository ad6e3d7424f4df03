#pragma once
// Runs of places and of sums of places: one run, or many draws, apart or exchanging migrants, reduced to quantiles
// group by group, so that memory does not grow with the draws. A run without random components is one draw of it.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/view.hpp"
#include "sanhai/engine/exchange.hpp"
#include "sanhai/engine/inputs.hpp"
#include "sanhai/ensemble/kernel.hpp"
#include "sanhai/ensemble/lee_carter.hpp"

namespace sanhai::ensemble {

/// Median fertility of a group of places.
struct FertilitySchedule {
  core::Array<3> asfr;  ///< (year, order, age) births per woman and year
  core::Array<1> srb;   ///< (year) boys per girl
};

/// One place; schedules are shared by index, so thousands of places fit in memory.
struct PlaceInputs {
  core::Array<2> pop_jan1;       ///< (sex, age) persons
  core::Array<3> net_migration;  ///< (year|1, sex, age) persons at the end of the year; empty: none
  core::Array<3> pattern;        ///< (year|1, sex, age) persons a shock of 1 adds; empty: no shocks
  core::Array<3>
      leaving_rate{};         ///< (year|1, sex, age) share of survivors who leave, as engine::InputArrays; empty: none
  std::size_t mortality = 0;  ///< index into EnsembleInputs::mortality
  std::size_t fertility = 0;  ///< index into EnsembleInputs::fertility
};

struct EnsembleInputs {
  core::Axes axes;
  std::vector<MortalitySchedule> mortality;
  std::vector<FertilitySchedule> fertility;
  std::vector<PlaceInputs> places;
  /// Rows beside the places: each the sum of some, added in the order given. A sum's rates come from its own counts:
  /// births and women exposed by age, survivors and starters by sex and age, its people by age.
  std::vector<std::vector<std::size_t>> sums{};
  engine::OnNegative on_negative = engine::OnNegative::error;
};

/// Random paths of one batch, to be overwritten; every array holds its neutral value when handed over.
struct PathBlock {
  core::View<double, 2> fertility;     ///< (year, lane) factor on births, neutral 1
  core::View<double, 2> k;             ///< (year, lane) deviation of mortality's index, neutral 0
  core::View<double, 2> shock;         ///< (year, lane) on the migration pattern, neutral 0
  core::View<double, 2> death_factor;  ///< (year, lane) on the probability of dying, neutral 1
  core::View<double, 4> start_rate;  ///< (year, order, age - first, lane) births per woman on 1 January; see rate_ages
  core::View<double, 4> end_rate;    ///< the same per woman who reaches the age by the end of the year
  /// Both before births that a policy only moved are taken back, where has_gross; one array serves start and end.
  core::View<double, 4> gross_rate;
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
  [[nodiscard]] virtual bool has_k() const { return true; }
  [[nodiscard]] virtual bool has_shock() const { return true; }
  [[nodiscard]] virtual bool has_death_factor() const { return false; }
  /// Not 0: births are start_rate x women on 1 January + end_rate x women at the year's end, and the schedule's rates
  /// and the factor are not read.
  [[nodiscard]] virtual RateAges rate_ages() const { return {}; }
  /// True: gross births differ from births at the place, and are run beside them.
  [[nodiscard]] virtual bool has_gross(std::size_t place) const {
    (void)place;
    return false;
  }
  /// On: the counts of the place's draws are drawn anew from their own rates (events.hpp).
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
  quantiles,  ///< of every indicator asked for, row by row
  draws,      ///< every draw's summaries as well
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
  std::vector<std::size_t> ages_of;   ///< rows (places, then sums) whose cells are kept of every draw
  std::vector<double> probabilities{0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975};
  std::size_t budget_bytes = std::size_t{4} << 30;  ///< a run that would hold more is refused, naming both numbers
  /// Called from the calling thread about every 50 ms with finished and all trajectories; may throw, which cancels.
  std::function<void(std::size_t done, std::size_t all)> progress;
  const std::atomic<bool>* cancel = nullptr;  ///< checked after every batch
};

/// Every cell of the rows of `rows`, axis 0. Persons unless said otherwise.
struct RowCells {
  std::vector<std::size_t> rows;
  core::Array<5> pop_jan1;       ///< (row, draw, year + 1, sex, age)
  core::Array<5> deaths;         ///< (row, draw, year, sex, age at the end)
  core::Array<5> net_migration;  ///< (row, draw, year, sex, age at the end) that did move, inside and from outside
  core::Array<5> births;         ///< (row, draw, year, order, age of mother)
  core::Array<4> births_by_sex;  ///< (row, draw, year, sex)
  core::Array<4> women_exposed;  ///< (row, draw, year, age) woman-years: asfr = births / women_exposed
  core::Array<5> Sx;             ///< (row, draw, year, sex, age of arrival) that its people met; of a sum survivors /
                                 ///< starters, where nobody started the plain mean of its parts
  core::Array<5> leavers;        ///< (row, draw, year, sex, age at the end) to other places, where places exchange
  core::Array<5> arrivals;       ///< (row, draw, year, sex, age at the end)
};

/// What a run leaves. Empty arrays were not asked for. Rows are places, then sums; axis 1 follows `indicators` in the
/// order asked for.
struct Ensemble {
  core::Axes axes;
  std::size_t n_rows = 0;
  std::vector<Indicator> indicators;
  std::vector<double> probabilities;
  std::size_t n_draws = 0;
  std::size_t first_draw = 0;
  Isa isa = Isa::baseline;
  bool is_cancelled = false;
  /// Largest relative residual of births - deaths + net migration against the change of people over all rows, years and
  /// draws; NaN where one of the four was not asked for.
  double balance = 0.0;
  core::Array<4> quantiles;  ///< (row, indicator, year + 1, probability); the last year of a flow is NaN
  core::Array<4> draws;      ///< (row, indicator, year + 1, draw); the last year of a flow is NaN
  RowCells cells;            ///< of options.ages_of
};

/// Bytes a run will hold at its peak, inputs left out. `exchanges`: the places go in lockstep.
[[nodiscard]] std::size_t memory_estimate(const EnsembleInputs& inputs, const RunOptions& options,
                                          bool exchanges = false);

/// Checked inputs with their tables built; runs any number of times (scenarios share it).
class EnsembleRunner {
public:
  /// With `exchange` the places go in lockstep, and whoever leaves one arrives in another; exchange at rates of zero
  /// has the bits of a run without. Throws ShapeError (also where the axes of the exchange are others), DomainError
  /// (naming place, year, sex, age), ConfigError (an age width other than 1).
  EnsembleRunner(EnsembleInputs inputs, MortalityMode mode, std::optional<engine::Exchange> exchange = {});
  ~EnsembleRunner();
  EnsembleRunner(EnsembleRunner&&) noexcept;

  /// Throws ConfigError for options that cannot hold or a budget that would be broken; DomainError for the lowest
  /// place and draw (where places exchange migrants, draw and year) whose cell went below zero, naming place, year,
  /// sex, age and draw; AccountingError for a balance above 1e-9.
  [[nodiscard]] Ensemble run(const PathMaker& paths, const RunOptions& options) const;

private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The same in one call.
[[nodiscard]] Ensemble run(EnsembleInputs inputs, const PathMaker& paths, const RunOptions& options);

}  // namespace sanhai::ensemble
