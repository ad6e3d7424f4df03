#include "sanhai/ensemble/run.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include "run_options.hpp"
#include "run_queue.hpp"
#include "run_tables.hpp"
#include "sanhai/core/error.hpp"
#include "sanhai/core/quantiles.hpp"
#include "sanhai/ensemble/events.hpp"
#include "sanhai/ensemble/threads.hpp"

namespace sanhai::ensemble {
namespace {

constexpr std::size_t series_per_reduction = 16 * n_lanes;
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Rows of a place's series: indicator by indicator, year by year; flows have one year less.
struct Rows {
  std::vector<std::size_t> first;                         ///< (indicator)
  std::vector<std::pair<std::size_t, std::size_t>> cell;  ///< (row) -> (indicator, year)

  Rows(const std::vector<Indicator>& indicators, std::size_t n_years) {
    for (std::size_t i = 0; i < indicators.size(); ++i) {
      first.push_back(cell.size());
      const std::size_t n = is_stock(indicators[i]) ? n_years + 1 : n_years;
      for (std::size_t year = 0; year < n; ++year) cell.emplace_back(i, year);
    }
  }
  [[nodiscard]] std::size_t size() const { return cell.size(); }
};

std::size_t lanes_per_batch(const RunOptions& options) { return padded(std::max<std::size_t>(options.batch, 1)); }

/// Open places beyond the threads' own let a thread begin the next one while others finish this one's quantiles.
std::size_t n_open_places(std::size_t n_places, const RunOptions& options) {
  return std::min(n_places, options.threads + 1);
}

/// Births by rates leave parity to whoever made the rates.
void check_rates(const EnsembleInputs& inputs, RateAges ages) {
  check_rate_ages(ages, inputs.axes.n_ages);
  if (ages.n == 0) return;
  for (const PlaceInputs& place : inputs.places) {
    if (place.parity.empty() && place.cohort_factor.empty()) continue;
    refuse_option("rates by draw", "women by parity or cohort factors beside them", "one of them",
                  "leave parity to the path maker that gives the rates");
  }
}

bool any_events(const EnsembleInputs& inputs, const PathMaker& paths) {
  for (std::size_t p = 0; p < inputs.places.size(); ++p)
    if (paths.events(p).is_on) return true;
  return false;
}

/// Counts drawn one by one know births by order from rates alone.
void check_events(const EnsembleInputs& inputs, const PathMaker& paths) {
  for (std::size_t p = 0; p < inputs.places.size(); ++p) {
    if (!paths.events(p).is_on) continue;
    const PlaceInputs& place = inputs.places[p];
    const bool has_multiplier = paths.has_multiplier() && paths.rate_ages().n == 0;
    if (place.parity.empty() && place.cohort_factor.empty() && !has_multiplier) continue;
    refuse_option("events", "women by parity, cohort factors or multipliers beside them",
                  "births as rates by draw, or a schedule with a factor",
                  "leave parity and policy to the path maker that gives the rates");
  }
}

/// One thread's buffers.
struct Bench {
  std::unique_ptr<KernelWorkspace> workspace = std::make_unique<KernelWorkspace>();
  std::unique_ptr<EventsWorkspace> events = std::make_unique<EventsWorkspace>();
  std::vector<double> fertility;
  std::vector<double> multiplier;
  std::vector<double> k;
  std::vector<double> shock;
  std::vector<double> death_factor;
  std::vector<double> start_rate;
  std::vector<double> end_rate;
  std::vector<double> population;
  std::vector<double> parity;
  std::vector<double> sorting;
  std::vector<double> sorted_quantiles;
};

}  // namespace

struct EnsembleRunner::Impl {
  EnsembleInputs inputs;
  std::vector<MortalityTable> mortality;
  std::vector<FertilityTable> fertility;
  std::vector<PlaceTable> places;

  Impl(EnsembleInputs given, MortalityMode mode) : inputs(std::move(given)) {
    check_axes(inputs);
    for (MortalitySchedule& schedule : inputs.mortality) mortality.emplace_back(std::move(schedule), inputs.axes, mode);
    for (std::size_t f = 0; f < inputs.fertility.size(); ++f) {
      const bool with_parity = std::ranges::any_of(
          inputs.places, [&](const PlaceInputs& place) { return place.fertility == f && !place.parity.empty(); });
      fertility.emplace_back(inputs.fertility[f], inputs.axes, with_parity);
    }
    for (std::size_t p = 0; p < inputs.places.size(); ++p) {
      check_place(inputs, p);
      places.push_back(make_place_table(inputs, p, fertility[inputs.places[p].fertility]));
      if (!inputs.places[p].parity.empty())
        check_survival_of_women(inputs, p, mortality[inputs.places[p].mortality].Sx());
    }
  }
};

namespace {

/// One call of run: everything its threads share.
class Run {
public:
  Run(const EnsembleInputs& inputs, const std::vector<MortalityTable>& mortality,
      const std::vector<FertilityTable>& fertility, const std::vector<PlaceTable>& places, const PathMaker& paths,
      const RunOptions& options)
      : inputs_(inputs),
        mortality_(mortality),
        fertility_(fertility),
        places_(places),
        paths_(paths),
        options_(options),
        rate_ages_(paths.rate_ages()),
        has_events_(any_events(inputs, paths)),
        indicators_(chosen_indicators(options)),
        rows_(indicators_, inputs.axes.n_years),
        stride_(padded(options.n_draws)),
        per_batch_(lanes_per_batch(options)),
        isa_(options.isa.value_or(best_isa())),
        kernel_(kernel_for(isa_)),
        queue_(inputs.places.size(), (stride_ + per_batch_ - 1) / per_batch_, n_reductions(),
               n_open_places(inputs.places.size(), options)) {
    result_.axes = inputs.axes;
    result_.indicators = indicators_;
    result_.probabilities = options.probabilities;
    result_.n_draws = options.n_draws;
    result_.isa = isa_;
    const std::size_t n_places = inputs.places.size();
    const std::size_t years = inputs.axes.n_years + 1;
    const std::size_t ages = inputs.axes.n_ages;
    if (!options.probabilities.empty()) {
      result_.quantiles =
          core::Array<4>({n_places, indicators_.size(), years, options.probabilities.size()}, not_a_number);
    }
    if (options.keep != Keep::quantiles) {
      result_.draws = core::Array<4>({n_places, indicators_.size(), years, options.n_draws}, not_a_number);
    }
    if (options.keep == Keep::ages) {
      result_.population = core::Array<5>({n_places, options.n_draws, years, core::n_sexes, ages});
      const bool with_parity =
          std::ranges::any_of(inputs.places, [](const PlaceInputs& p) { return !p.parity.empty(); });
      if (with_parity) result_.parity = core::Array<5>({n_places, options.n_draws, years, n_parities, ages});
    }
    for (OpenPlace& open : queue_.slots()) {
      open.series.assign(rows_.size() * stride_ + n_lanes, 0.0);
      open.status.assign(stride_, LaneStatus{});
    }
  }

  Ensemble run() {
    const std::size_t all = inputs_.places.size() * options_.n_draws;
    run_workers(
        options_.threads, [&](std::size_t, std::atomic<bool>& stop) { work(stop); },
        [&] {
          if (is_cancelled()) queue_.close();
          if (!options_.progress) return;
          try {
            options_.progress(std::min(done_.load(), all), all);
          } catch (...) {
            queue_.close();
            throw;
          }
        });
    if (queue_.failure()) std::rethrow_exception(queue_.failure()->exception);
    result_.is_cancelled = is_cancelled();
    if (!result_.is_cancelled && options_.progress) options_.progress(all, all);
    return std::move(result_);
  }

private:
  [[nodiscard]] std::size_t n_reductions() const {
    return (rows_.size() + series_per_reduction - 1) / series_per_reduction;
  }
  [[nodiscard]] bool is_cancelled() const {
    return options_.cancel && options_.cancel->load(std::memory_order_relaxed);
  }

  void work(std::atomic<bool>& stop) {
    Bench bench;
    prepare(bench);
    while (!stop && !is_cancelled()) {
      const std::optional<Work> work = queue_.take();
      if (!work) return;
      try {
        if (work->kind == WorkKind::batch) {
          project_batch(*work->open, work->index, bench, stop);
        } else {
          reduce(*work->open, work->index, bench, stop);
        }
      } catch (...) {
        queue_.fail({work->open->place, work->kind == WorkKind::batch ? work->index * per_batch_ : 0,
                     std::current_exception()});
      }
      queue_.done(*work);
    }
    queue_.close();
  }

  void prepare(Bench& bench) const {
    const std::size_t years = inputs_.axes.n_years;
    bench.fertility.resize(years * n_lanes);
    bench.multiplier.resize(years * core::n_orders * n_lanes);
    bench.k.resize(years * n_lanes);
    bench.shock.resize(years * n_lanes);
    bench.death_factor.resize(years * n_lanes);
    bench.start_rate.resize(years * core::n_orders * rate_ages_.n * n_lanes);
    bench.end_rate.resize(bench.start_rate.size());
    bench.sorting.resize(options_.n_draws * n_lanes);
    bench.sorted_quantiles.resize(options_.probabilities.size() * n_lanes);
    if (options_.keep == Keep::ages || has_events_)
      bench.population.resize((years + 1) * core::n_sexes * inputs_.axes.n_ages * n_lanes);
    if (options_.keep != Keep::ages) return;
    bench.parity.resize((years + 1) * n_parities * inputs_.axes.n_ages * n_lanes);
  }

  [[nodiscard]] KernelTask task_of(std::size_t index) const {
    const PlaceInputs& place = inputs_.places[index];
    const std::size_t cells = core::n_sexes * inputs_.axes.n_ages;
    KernelTask task;
    task.n_years = inputs_.axes.n_years;
    task.n_ages = inputs_.axes.n_ages;
    task.mortality = mortality_[place.mortality].view();
    task.fertility = fertility_[place.fertility].view();
    task.place.pop_jan1 = place.pop_jan1.flat().data();
    if (!place.parity.empty()) {
      task.place.parity = places_[index].shares.flat().data();
      task.fertility.first_age = places_[index].first_age;
    }
    if (rate_ages_.n > 0) {
      task.fertility.first_age = rate_ages_.first;
      task.fertility.end_age = rate_ages_.first + rate_ages_.n;
    }
    if (!place.net_migration.empty()) task.place.net_migration = place.net_migration.flat().data();
    if (!place.pattern.empty()) task.place.pattern = place.pattern.flat().data();
    if (!place.cohort_factor.empty()) task.place.cohort_factor = place.cohort_factor.flat().data();
    task.place.net_migration_step = place.net_migration.extent(0) > 1 ? cells : 0;
    task.place.pattern_step = place.pattern.extent(0) > 1 ? cells : 0;
    task.place.cap = inputs_.on_negative == engine::OnNegative::cap;
    return task;
  }

  void draw_paths(std::size_t place, std::size_t first_draw, Bench& bench, KernelPaths& paths) const {
    const std::size_t years = inputs_.axes.n_years;
    std::ranges::fill(bench.fertility, 1.0);
    std::ranges::fill(bench.multiplier, 1.0);
    std::ranges::fill(bench.k, 0.0);
    std::ranges::fill(bench.shock, 0.0);
    std::ranges::fill(bench.death_factor, 1.0);
    std::ranges::fill(bench.start_rate, 0.0);
    std::ranges::fill(bench.end_rate, 0.0);
    const core::Shape<4> rates = {years, core::n_orders, rate_ages_.n, n_lanes};
    paths_.draw(place, options_.first_draw + first_draw,
                {.fertility = {bench.fertility.data(), {years, n_lanes}},
                 .multiplier = {bench.multiplier.data(), {years, core::n_orders, n_lanes}},
                 .k = {bench.k.data(), {years, n_lanes}},
                 .shock = {bench.shock.data(), {years, n_lanes}},
                 .death_factor = {bench.death_factor.data(), {years, n_lanes}},
                 .start_rate = {bench.start_rate.data(), rates},
                 .end_rate = {bench.end_rate.data(), rates}});
    const bool has_rates = rate_ages_.n > 0;
    paths.fertility = paths_.has_fertility() && !has_rates ? bench.fertility.data() : nullptr;
    paths.multiplier = paths_.has_multiplier() && !has_rates ? bench.multiplier.data() : nullptr;
    paths.start_rate = has_rates ? bench.start_rate.data() : nullptr;
    paths.end_rate = has_rates ? bench.end_rate.data() : nullptr;
    paths.death_factor = paths_.has_death_factor() ? bench.death_factor.data() : nullptr;
    paths.k = paths_.has_k() ? bench.k.data() : nullptr;
    paths.shock = paths_.has_shock() ? bench.shock.data() : nullptr;
  }

  void project_batch(OpenPlace& open, std::size_t batch, Bench& bench, const std::atomic<bool>& stop) {
    KernelTask task = task_of(open.place);
    const bool with_ages = options_.keep == Keep::ages;
    const bool with_parity = with_ages && task.place.parity;
    const EventNoise noise = paths_.events(open.place);
    const std::size_t end = std::min(stride_, (batch + 1) * per_batch_);
    for (std::size_t draw = batch * per_batch_; draw < end && !stop && !is_cancelled(); draw += n_lanes) {
      draw_paths(open.place, draw, bench, task.paths);
      for (std::size_t i = 0; i < indicators_.size(); ++i) {
        task.output.indicator[static_cast<std::size_t>(indicators_[i])] = &open.series[rows_.first[i] * stride_ + draw];
      }
      task.output.stride = stride_;
      task.output.population = with_ages || noise.is_on ? bench.population.data() : nullptr;
      task.output.parity = with_parity ? bench.parity.data() : nullptr;
      task.status = &open.status[draw];
      kernel_.run(task, *bench.workspace);
      const std::size_t kept = std::min(n_lanes, options_.n_draws - draw);
      for (std::size_t lane = 0; noise.is_on && lane < kept; ++lane) {
        draw_events(task, mortality_[inputs_.places[open.place].mortality], noise, inputs_.axes.first_year,
                    options_.first_draw + draw + lane, lane, *bench.events);
      }
      note_failures(open, draw, kept);
      if (with_ages) keep_ages(open.place, draw, kept, bench, with_parity);
      done_ += kept;
    }
  }

  void note_failures(const OpenPlace& open, std::size_t first_draw, std::size_t kept) {
    for (std::size_t draw = first_draw; draw < first_draw + kept; ++draw) {
      const LaneStatus& status = open.status[draw];
      if (status.year < 0) continue;
      queue_.fail({open.place, draw, failure_of(open.place, draw, status)});
      return;
    }
  }

  [[nodiscard]] std::exception_ptr failure_of(std::size_t place, std::size_t draw, const LaneStatus& status) const {
    try {
      if (std::isnan(status.value)) paths_.explain(place, options_.first_draw + draw);
    } catch (...) {
      return std::current_exception();
    }
    return std::make_exception_ptr(error_of(place, draw, status));
  }

  [[nodiscard]] core::DomainError error_of(std::size_t place, std::size_t draw, const LaneStatus& status) const {
    std::string where = inputs_.axes.where(place, static_cast<std::size_t>(status.year),
                                           static_cast<std::size_t>(status.sex), static_cast<std::size_t>(status.age));
    if (status.parity >= 0) where += ", parity " + std::to_string(status.parity);
    where += ", draw " + std::to_string(options_.first_draw + draw);
    if (status.is_death) {
      return core::DomainError(core::message({.what = "probability of dying x the draw's factor",
                                              .where = where,
                                              .got = core::text(status.value),
                                              .allowed = "[0, 1]",
                                              .remedy = "lower the sd of the place's factor on deaths"}));
    }
    const char* remedy = status.parity >= 0
                             ? "lower the rates of the next birth order in this year"
                             : "lower the out-migration of this cell, or ask for on_negative=\"cap\" and read "
                               "the reported cut";
    return core::DomainError(core::message({.what = "pop_jan1 at the end of the year",
                                            .where = where,
                                            .got = core::text(status.value),
                                            .allowed = ">= 0 persons",
                                            .remedy = remedy}));
  }

  void keep_ages(std::size_t place, std::size_t first_draw, std::size_t kept, const Bench& bench, bool with_parity) {
    const std::size_t cells = (inputs_.axes.n_years + 1) * inputs_.axes.n_ages;
    for (std::size_t lane = 0; lane < kept; ++lane) {
      double* to = &result_.population(place, first_draw + lane, 0, 0, 0);
      for (std::size_t i = 0; i < cells * core::n_sexes; ++i) to[i] = bench.population[i * n_lanes + lane];
      if (!with_parity) continue;
      to = &result_.parity(place, first_draw + lane, 0, 0, 0);
      for (std::size_t i = 0; i < cells * n_parities; ++i) to[i] = bench.parity[i * n_lanes + lane];
    }
  }

  /// Quantiles of some rows, eight at a time side by side; rows beyond the last repeat it.
  void reduce(const OpenPlace& open, std::size_t reduction, Bench& bench, const std::atomic<bool>& stop) {
    if (queue_.has_failed()) return;  // a failed draw may hold a NaN, and nothing of this run is kept
    const std::size_t end = std::min(rows_.size(), (reduction + 1) * series_per_reduction);
    for (std::size_t row = reduction * series_per_reduction; row < end && !stop && !is_cancelled(); row += n_lanes) {
      const std::size_t n = std::min(n_lanes, end - row);
      if (options_.keep != Keep::quantiles) keep_rows(open, row, n);
      if (options_.probabilities.empty()) continue;
      for (std::size_t lane = 0; lane < n_lanes; ++lane) {
        const double* series = &open.series[std::min(row + lane, end - 1) * stride_];
        for (std::size_t draw = 0; draw < options_.n_draws; ++draw) bench.sorting[draw * n_lanes + lane] = series[draw];
      }
      kernel_.sort(bench.sorting.data(), options_.n_draws);
      core::quantiles_type7(bench.sorting.data(), options_.n_draws, n_lanes, options_.probabilities,
                            bench.sorted_quantiles);
      for (std::size_t lane = 0; lane < n; ++lane) {
        const auto [indicator, year] = rows_.cell[row + lane];
        for (std::size_t p = 0; p < options_.probabilities.size(); ++p) {
          result_.quantiles(open.place, indicator, year, p) = bench.sorted_quantiles[p * n_lanes + lane];
        }
      }
    }
  }

  void keep_rows(const OpenPlace& open, std::size_t row, std::size_t n) {
    for (std::size_t r = row; r < row + n; ++r) {
      const auto [indicator, year] = rows_.cell[r];
      std::copy_n(&open.series[r * stride_], options_.n_draws, &result_.draws(open.place, indicator, year, 0));
    }
  }

  const EnsembleInputs& inputs_;
  const std::vector<MortalityTable>& mortality_;
  const std::vector<FertilityTable>& fertility_;
  const std::vector<PlaceTable>& places_;
  const PathMaker& paths_;
  const RunOptions& options_;
  RateAges rate_ages_;
  bool has_events_;
  std::vector<Indicator> indicators_;
  Rows rows_;
  std::size_t stride_;
  std::size_t per_batch_;
  Isa isa_;
  Kernel kernel_;
  WorkQueue queue_;
  std::atomic<std::size_t> done_{0};
  Ensemble result_;
};

}  // namespace

std::size_t memory_estimate(const EnsembleInputs& inputs, const RunOptions& options) {
  const std::size_t places = inputs.axes.places.size();
  const std::size_t years = inputs.axes.n_years + 1;
  const std::size_t n_indicators_kept = options.indicators.empty() ? n_indicators : options.indicators.size();
  const std::size_t rows = n_indicators_kept * years;
  const std::size_t stride = padded(options.n_draws);
  std::size_t values = places * rows * options.probabilities.size();
  values += n_open_places(places, options) * rows * stride;
  values += options.threads * options.n_draws * n_lanes;
  if (options.keep != Keep::quantiles) values += places * rows * options.n_draws;
  if (options.keep == Keep::ages) {
    const bool with_parity = std::ranges::any_of(inputs.places, [](const PlaceInputs& p) { return !p.parity.empty(); });
    const std::size_t cells = (core::n_sexes + (with_parity ? n_parities : 0)) * years * inputs.axes.n_ages;
    values += (places * options.n_draws + options.threads * n_lanes) * cells;
  }
  return values * sizeof(double);
}

EnsembleRunner::EnsembleRunner(EnsembleInputs inputs, MortalityMode mode)
    : impl_(std::make_unique<Impl>(std::move(inputs), mode)) {}
EnsembleRunner::~EnsembleRunner() = default;
EnsembleRunner::EnsembleRunner(EnsembleRunner&&) noexcept = default;

const EnsembleInputs& EnsembleRunner::inputs() const { return impl_->inputs; }

Ensemble EnsembleRunner::run(const PathMaker& paths, const RunOptions& options) const {
  check_options(options, memory_estimate(impl_->inputs, options));
  paths.check(impl_->inputs.places.size(), impl_->inputs.axes.n_years);
  check_rates(impl_->inputs, paths.rate_ages());
  check_events(impl_->inputs, paths);
  return Run(impl_->inputs, impl_->mortality, impl_->fertility, impl_->places, paths, options).run();
}

Ensemble run(EnsembleInputs inputs, const PathMaker& paths, const RunOptions& options) {
  return EnsembleRunner(std::move(inputs), options.mortality).run(paths, options);
}

}  // namespace sanhai::ensemble
