#include "sanhai/ensemble/exchange_run.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <limits>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "exchange_draw.hpp"
#include "run_options.hpp"
#include "run_tables.hpp"
#include "sanhai/core/error.hpp"
#include "sanhai/core/quantiles.hpp"
#include "sanhai/ensemble/threads.hpp"

namespace sanhai::ensemble {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

void check_rates(const EnsembleInputs& inputs, RateAges ages) {
  check_rate_ages(ages, inputs.axes.n_ages);
  if (ages.n == 0) return;
  if (std::ranges::all_of(inputs.places, [](const PlaceInputs& place) { return place.cohort_factor.empty(); })) return;
  refuse_option("rates by draw", "cohort factors beside them", "one of them", "work the factors into the rates");
}

void refuse_events(const EnsembleInputs& inputs, const PathMaker& paths) {
  for (std::size_t p = 0; p < inputs.places.size(); ++p) {
    if (!paths.events(p).is_on) continue;
    refuse_option("events", "chance of single births and deaths where places exchange migrants", "rates alone",
                  "leave the component out, or run the places apart");
  }
}

void require_axes(const core::Axes& exchange, const core::Axes& axes) {
  if (exchange.places == axes.places && exchange.first_year == axes.first_year && exchange.n_years == axes.n_years &&
      exchange.n_ages == axes.n_ages && exchange.age_width == axes.age_width) {
    return;
  }
  throw core::ShapeError(core::message({.what = "exchange",
                                        .where = "",
                                        .got = "axes other than those of the inputs",
                                        .allowed = "the same places in the same order, years and ages",
                                        .remedy = "make the exchange from the axes of the inputs"}));
}

/// An error of a draw, with the draw named where the cell is.
std::string with_draw(const std::string& text, std::size_t draw) {
  if (text.find(", draw ") != std::string::npos) return text;
  const std::size_t place = text.find(": got ");
  const std::string name = ", draw " + std::to_string(draw);
  return place == std::string::npos ? text + name : text.substr(0, place) + name + text.substr(place);
}

/// One call of run: everything its threads share.
class ExchangeRun {
public:
  ExchangeRun(const ExchangeTables& tables, const engine::Exchange& exchange, const RunOptions& options)
      : tables_(tables), exchange_(exchange), options_(options), indicators_(chosen_indicators(options)) {
    const core::Axes& axes = tables.inputs.axes;
    const std::size_t n_places = axes.places.size();
    result_.axes = axes;
    result_.indicators = indicators_;
    result_.probabilities = options.probabilities;
    result_.n_draws = options.n_draws;
    result_.draws =
        core::Array<4>({n_places + 1, indicators_.size() + 2, axes.n_years + 1, options.n_draws}, not_a_number);
    if (!options.probabilities.empty()) {
      result_.quantiles = core::Array<4>(
          {n_places + 1, indicators_.size() + 2, axes.n_years + 1, options.probabilities.size()}, not_a_number);
    }
    if (options.keep != Keep::ages) return;
    result_.population = core::Array<5>({n_places, options.n_draws, axes.n_years + 1, core::n_sexes, axes.n_ages});
    result_.leavers = core::Array<5>({n_places, options.n_draws, axes.n_years, core::n_sexes, axes.n_ages});
    result_.arrivals = core::Array<5>(result_.leavers.shape());
  }

  ExchangedEnsemble run() {
    const std::size_t n_batches = padded(options_.n_draws) / n_lanes;
    share_out(
        n_batches, [this] { return Bench(tables_, indicators_); },
        [this](Bench& bench, std::size_t batch, const std::atomic<bool>& stop) { project(bench, batch, stop); });
    if (failure_) std::rethrow_exception(failure_->exception);
    if (!options_.probabilities.empty() && !is_cancelled()) {
      const std::size_t n_series = result_.draws.extent(0) * result_.draws.extent(1);
      share_out(
          n_series, [] { return 0; }, [this](int&, std::size_t series, const std::atomic<bool>&) { reduce(series); });
    }
    result_.is_cancelled = is_cancelled();
    if (options_.keep == Keep::quantiles) result_.draws = {};
    if (!result_.is_cancelled) tell(n_trajectories());
    return std::move(result_);
  }

private:
  struct Bench {
    Bench(const ExchangeTables& tables, const std::vector<Indicator>& indicators)
        : paths(tables.inputs.axes, tables.paths), summary(tables, indicators) {}
    PathBatch paths;
    DrawSummary summary;
  };
  struct Failure {
    std::size_t draw;
    std::exception_ptr exception;
  };

  [[nodiscard]] bool is_cancelled() const {
    return options_.cancel && options_.cancel->load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::size_t n_trajectories() const { return tables_.inputs.places.size() * options_.n_draws; }
  void tell(std::size_t done) const {
    if (options_.progress) options_.progress(done, n_trajectories());
  }

  /// Numbered tasks over threads, lower numbers first, so that the lowest failure is always found.
  template <class MakeBench, class Task>
  void share_out(std::size_t n_tasks, const MakeBench& make_bench, const Task& task) {
    std::atomic<std::size_t> next{0};
    run_workers(
        std::min(options_.threads, n_tasks),
        [&](std::size_t, std::atomic<bool>& stop) {
          auto bench = make_bench();
          while (!stop && !is_cancelled() && !has_failed_) {
            const std::size_t index = next++;
            if (index >= n_tasks) return;
            task(bench, index, stop);
          }
        },
        [&] { tell(std::min(done_.load(), n_trajectories())); });
  }

  void fail(std::size_t draw, std::exception_ptr exception) {
    const std::lock_guard lock(mutex_);
    if (!failure_ || draw < failure_->draw) failure_ = Failure{draw, std::move(exception)};
    has_failed_ = true;
  }

  void project(Bench& bench, std::size_t batch, const std::atomic<bool>& stop) {
    const std::size_t first = batch * n_lanes;
    bench.paths.draw(options_.first_draw + first);
    const std::size_t end = std::min(first + n_lanes, options_.n_draws);
    for (std::size_t draw = first; draw < end && !stop && !is_cancelled(); ++draw) {
      const std::size_t number = options_.first_draw + draw;
      try {
        project_draw(bench, draw, number);
      } catch (const core::DomainError& error) {
        return fail(draw, std::make_exception_ptr(core::DomainError(with_draw(error.what(), number))));
      } catch (const core::AccountingError& error) {
        return fail(draw, std::make_exception_ptr(core::AccountingError(with_draw(error.what(), number))));
      } catch (...) {
        return fail(draw, std::current_exception());
      }
      done_ += tables_.inputs.places.size();
    }
  }

  void project_draw(Bench& bench, std::size_t draw, std::size_t number) {
    const std::size_t lane = draw % n_lanes;
    explain_lost(bench.paths, lane, number);
    const engine::Inputs inputs(inputs_of_draw(tables_, bench.paths, lane, number));
    const engine::ExchangedProjection run = engine::project_exchanging(inputs, exchange_);
    bench.summary.read(inputs, run);
    for (std::size_t place = 0; place < result_.draws.extent(0); ++place)
      for (std::size_t series = 0; series < bench.summary.n_series(); ++series)
        for (std::size_t year = 0; year < result_.draws.extent(2); ++year)
          result_.draws(place, series, year, draw) = bench.summary.value(place, series, year);
    if (options_.keep != Keep::ages) return;
    for (std::size_t place = 0; place < result_.population.extent(0); ++place) {
      std::ranges::copy(run.projection.pop_jan1.view()[place].flat(),
                        result_.population.view()[place][draw].flat().begin());
      std::ranges::copy(run.leavers.view()[place].flat(), result_.leavers.view()[place][draw].flat().begin());
      std::ranges::copy(run.arrivals.view()[place].flat(), result_.arrivals.view()[place][draw].flat().begin());
    }
  }

  /// A maker that lost a draw left NaN for rates and knows why.
  void explain_lost(const PathBatch& paths, std::size_t lane, std::size_t number) const {
    if (tables_.ages.n == 0) return;
    for (std::size_t place = 0; place < tables_.inputs.places.size(); ++place)
      for (const core::Array<5>* rate : {&paths.start_rate, &paths.end_rate}) {
        const auto values = rate->view()[place].flat();
        for (std::size_t i = lane; i < values.size(); i += n_lanes) {
          if (std::isnan(values[i])) return tables_.paths.explain(place, number);
        }
      }
  }

  void reduce(std::size_t row) {
    const std::size_t place = row / result_.draws.extent(1);
    const std::size_t series = row % result_.draws.extent(1);
    for (std::size_t year = 0; year < result_.draws.extent(2); ++year) {
      const std::span<const double> values = std::as_const(result_.draws).view()[place][series][year].flat();
      if (std::ranges::any_of(values, [](double value) { return std::isnan(value); })) continue;
      const std::vector<double> found = core::quantiles(values, options_.probabilities);
      std::ranges::copy(found, result_.quantiles.view()[place][series][year].flat().begin());
    }
  }

  const ExchangeTables& tables_;
  const engine::Exchange& exchange_;
  const RunOptions& options_;
  std::vector<Indicator> indicators_;
  std::mutex mutex_;
  std::optional<Failure> failure_;
  std::atomic<bool> has_failed_{false};
  std::atomic<std::size_t> done_{0};
  ExchangedEnsemble result_;
};

}  // namespace

std::vector<std::string> ExchangedEnsemble::series() const {
  std::vector<std::string> names;
  for (const Indicator indicator : indicators) names.emplace_back(indicator_name(indicator));
  names.emplace_back("leavers");
  names.emplace_back("arrivals");
  return names;
}

std::size_t exchange_memory_estimate(const EnsembleInputs& inputs, const RunOptions& options) {
  constexpr std::size_t arrays_of_a_draw = 12;  // Sx, migrants, rates, stocks and flows of one run, by sex and age
  const std::size_t places = inputs.axes.places.size();
  const std::size_t years = inputs.axes.n_years + 1;
  const std::size_t cells = places * years * core::n_sexes * inputs.axes.n_ages;
  const std::size_t n_series = (options.indicators.empty() ? n_indicators : options.indicators.size()) + 2;
  std::size_t values = (places + 1) * n_series * years * (options.n_draws + options.probabilities.size());
  values += options.threads * arrays_of_a_draw * cells;
  if (options.keep == Keep::ages) values += 3 * options.n_draws * cells;
  return values * sizeof(double);
}

ExchangeRunner::ExchangeRunner(EnsembleInputs inputs, engine::Exchange exchange)
    : inputs_(std::move(inputs)), exchange_(std::move(exchange)) {
  check_axes(inputs_);
  require_axes(exchange_.axes(), inputs_.axes);
  for (MortalitySchedule& schedule : inputs_.mortality) {
    mortality_.emplace_back(std::move(schedule), inputs_.axes, MortalityMode::exact);
  }
  for (const FertilitySchedule& schedule : inputs_.fertility) FertilityTable(schedule, inputs_.axes, false);
  for (std::size_t place = 0; place < inputs_.places.size(); ++place) {
    check_place(inputs_, place);
    if (inputs_.places[place].parity.empty()) continue;
    refuse_option("parity", "women by parity at place " + inputs_.axes.places[place], "places without",
                  "leave parity to the path maker that gives the rates");
  }
}

ExchangedEnsemble ExchangeRunner::run(const PathMaker& paths, const RunOptions& options) const {
  check_options(options, exchange_memory_estimate(inputs_, options));
  paths.check(inputs_.places.size(), inputs_.axes.n_years);
  check_rates(inputs_, paths.rate_ages());
  refuse_events(inputs_, paths);
  const ExchangeTables tables{inputs_, mortality_, paths, paths.rate_ages()};
  return ExchangeRun(tables, exchange_, options).run();
}

}  // namespace sanhai::ensemble
