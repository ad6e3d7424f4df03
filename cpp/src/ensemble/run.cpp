#include "sanhai/ensemble/run.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <string>
#include <utility>

#include "run_batch.hpp"
#include "run_options.hpp"
#include "sanhai/core/error.hpp"
#include "sanhai/core/quantiles.hpp"
#include "sanhai/engine/project.hpp"
#include "sanhai/ensemble/threads.hpp"

namespace sanhai::ensemble {
namespace {

constexpr std::size_t series_per_reduction = 16 * n_lanes;
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

std::size_t lanes_per_batch(const RunOptions& options) { return padded(std::max<std::size_t>(options.batch, 1)); }

/// Open groups beyond the threads' own let a thread begin the next one while others finish this one's quantiles.
std::size_t n_open_groups(std::size_t n_groups, const RunOptions& options) {
  return std::min(n_groups, options.threads + 1);
}

std::vector<std::size_t> reductions_of(const RunPlan& plan) {
  std::vector<std::size_t> found;
  for (const Group& group : plan.groups)
    found.push_back((group.n_rows() * plan.rows.size() + series_per_reduction - 1) / series_per_reduction);
  return found;
}

void refuse_events(const RunPlan& plan) {
  for (std::size_t place = 0; plan.exchanges() && place < plan.n_places(); ++place) {
    if (!plan.paths.events(place).is_on) continue;
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

/// One thread's room for quantiles.
struct Sorting {
  std::vector<double> columns;
  std::vector<double> found;
};

/// One call of run: everything its threads share.
class Run {
public:
  explicit Run(const RunPlan& plan)
      : plan_(plan),
        options_(plan.options),
        per_batch_(lanes_per_batch(plan.options)),
        queue_((plan.stride + per_batch_ - 1) / per_batch_, reductions_of(plan),
               n_open_groups(plan.groups.size(), plan.options)),
        has_balance_(plan.asks(Indicator::pop_jan1) && plan.asks(Indicator::births) && plan.asks(Indicator::deaths) &&
                     plan.asks(Indicator::net_migration)) {
    const core::Axes& axes = plan.axes();
    result_.axes = axes;
    result_.n_rows = plan.n_places() + plan.tables.inputs.sums.size();
    result_.indicators = plan.indicators;
    result_.probabilities = options_.probabilities;
    result_.n_draws = options_.n_draws;
    result_.first_draw = options_.first_draw;
    result_.isa = plan.isa;
    result_.balance = has_balance_ ? 0.0 : not_a_number;
    const auto table = [&](std::size_t last) {
      return core::Array<4>({result_.n_rows, plan.indicators.size(), axes.n_years + 1, last}, not_a_number);
    };
    if (!options_.probabilities.empty()) result_.quantiles = table(options_.probabilities.size());
    if (options_.keep != Keep::quantiles) result_.draws = table(options_.n_draws);
    result_.cells = make_cells(plan.shape, options_.ages_of, options_.n_draws, plan.exchanges());
  }

  Ensemble run() {
    const std::size_t all = plan_.n_places() * options_.n_draws;
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
  [[nodiscard]] bool is_cancelled() const {
    return options_.cancel && options_.cancel->load(std::memory_order_relaxed);
  }
  [[nodiscard]] const Group& group_of(const OpenGroup& open) const { return plan_.groups[open.index]; }

  void work(std::atomic<bool>& stop) {
    try {
      BatchWorker worker(plan_);
      Sorting sorting{std::vector<double>(options_.n_draws * n_lanes),
                      std::vector<double>(options_.probabilities.size() * n_lanes)};
      while (!stop && !is_cancelled()) {
        const std::optional<Work> work = queue_.take([&](OpenGroup& open) { prepare(open); });
        if (!work) return;
        try {
          if (work->kind == WorkKind::batch) {
            project(*work->open, work->index, worker, stop);
          } else {
            reduce(*work->open, work->index, sorting, stop);
          }
        } catch (...) {
          fail(*work->open, {0, work->kind == WorkKind::batch ? work->index * per_batch_ : 0},
               std::current_exception());
        }
        queue_.done(*work);
      }
      queue_.close();
    } catch (...) {
      queue_.close();
      throw;
    }
  }

  void prepare(OpenGroup& open) const {
    const Group& group = group_of(open);
    const std::size_t values = group.n_rows() * plan_.rows.size() * plan_.stride;
    if (open.series.size() < values) open.series.resize(values);
    open.status.assign(group.places.size() * plan_.stride, LaneStatus{});
  }

  void fail(const OpenGroup& open, std::pair<std::size_t, std::size_t> key, std::exception_ptr exception) {
    queue_.fail({open.index, key, std::move(exception)});
  }

  void project(OpenGroup& open, std::size_t batch, BatchWorker& worker, const std::atomic<bool>& stop) {
    const std::size_t end = std::min(plan_.stride, (batch + 1) * per_batch_);
    for (std::size_t draw = batch * per_batch_; draw < end && !stop && !is_cancelled(); draw += n_lanes) {
      const std::size_t kept = std::min(n_lanes, options_.n_draws - draw);
      worker.run(open, draw, kept, result_.cells);
      if (!note_failures(open, draw, kept)) note_balance(open, draw, kept);
      done_ += kept * group_of(open).places.size();
    }
  }

  /// Apart, the lowest place fails first; in lockstep the draw, then the year: what follows it means nothing.
  bool note_failures(const OpenGroup& open, std::size_t first_draw, std::size_t kept) {
    std::optional<Failure> lowest;
    int lowest_year = 0;
    for (std::size_t index = 0; index < group_of(open).places.size(); ++index)
      for (std::size_t draw = first_draw; draw < first_draw + kept; ++draw) {
        const LaneStatus& status = open.status[index * plan_.stride + draw];
        if (status.year < 0) continue;
        const auto key = plan_.exchanges() ? std::pair{draw, std::size_t{0}} : std::pair{index, draw};
        const bool is_lower = !lowest || key < lowest->key || (key == lowest->key && status.year < lowest_year);
        if (!is_lower) continue;
        lowest_year = status.year;
        lowest = Failure{open.index, key, failure_of(group_of(open).places[index], draw, status)};
      }
    if (lowest) queue_.fail(*lowest);
    return lowest.has_value();
  }

  /// A maker that lost a draw left NaN for rates and knows why.
  [[nodiscard]] std::exception_ptr failure_of(std::size_t place, std::size_t draw, const LaneStatus& status) const {
    try {
      if (std::isnan(status.value)) plan_.paths.explain(place, options_.first_draw + draw);
      for (std::size_t other = 0; plan_.exchanges() && std::isnan(status.value) && other < plan_.n_places(); ++other)
        plan_.paths.explain(other, options_.first_draw + draw);
    } catch (...) {
      return std::current_exception();
    }
    return std::make_exception_ptr(error_of(place, draw, status));
  }

  [[nodiscard]] core::DomainError error_of(std::size_t place, std::size_t draw, const LaneStatus& status) const {
    const std::string where =
        plan_.axes().where(place, static_cast<std::size_t>(status.year), static_cast<std::size_t>(status.sex),
                           static_cast<std::size_t>(status.age)) +
        ", draw " + std::to_string(options_.first_draw + draw);
    if (status.is_death) {
      return core::DomainError(core::message({.what = "probability of dying x the draw's factor",
                                              .where = where,
                                              .got = core::text(status.value),
                                              .allowed = "[0, 1]",
                                              .remedy = "lower the sd of the place's factor on deaths"}));
    }
    return core::DomainError(core::message(
        {.what = "pop_jan1 at the end of the year",
         .where = where,
         .got = core::text(status.value),
         .allowed = ">= 0 persons",
         .remedy = "lower the out-migration of this cell, or ask for on_negative=\"cap\" and read the reported cut"}));
  }

  /// Births less deaths plus net migration against the change of people, row by row, year by year.
  void note_balance(const OpenGroup& open, std::size_t first_draw, std::size_t kept) {
    if (!has_balance_) return;
    double worst = 0.0;
    for (std::size_t row = 0; row < group_of(open).n_rows(); ++row) {
      const auto series = [&](Indicator indicator, std::size_t year) {
        const auto column =
            static_cast<std::size_t>(std::ranges::find(plan_.indicators, indicator) - plan_.indicators.begin());
        return &open.series[(row * plan_.rows.size() + plan_.rows.first[column] + year) * plan_.stride + first_draw];
      };
      const double* before = series(Indicator::pop_jan1, 0);
      const double* births = series(Indicator::births, 0);
      const double* deaths = series(Indicator::deaths, 0);
      const double* moved = series(Indicator::net_migration, 0);
      for (std::size_t year = 0; year < plan_.axes().n_years; ++year)
        for (std::size_t lane = 0; lane < kept; ++lane) {
          const std::size_t at = year * plan_.stride + lane;
          const double after = before[at + plan_.stride];
          const double residual =
              std::abs(before[at] + (births[at] - deaths[at] + moved[at]) - after) / std::max({before[at], after, 1.0});
          if (!(residual <= engine::balance_promise))
            return refuse_balance(open, row, year, first_draw + lane, residual);
          worst = std::max(worst, residual);
        }
    }
    const std::lock_guard lock(mutex_);
    result_.balance = std::max(result_.balance, worst);
  }

  void refuse_balance(const OpenGroup& open, std::size_t row, std::size_t year, std::size_t draw, double residual) {
    const std::size_t of_run = plan_.row_of(group_of(open), row);
    const std::string name = of_run < plan_.n_places() ? plan_.axes().where(of_run, year)
                                                       : "sum " + std::to_string(of_run - plan_.n_places()) +
                                                             ", year " + std::to_string(plan_.axes().year(year));
    try {
      engine::refuse_unbalanced(residual, name + ", draw " + std::to_string(options_.first_draw + draw));
    } catch (...) {
      fail(open, {row, draw}, std::current_exception());
    }
  }

  /// Quantiles of some rows, eight at a time side by side; rows beyond the last repeat it. A ratio that some draw does
  /// not have (NaN) has no quantiles.
  void reduce(const OpenGroup& open, std::size_t reduction, Sorting& sorting, const std::atomic<bool>& stop) {
    if (queue_.has_failed()) return;  // a failed draw may hold a NaN, and nothing of this run is kept
    const std::size_t n_rows = group_of(open).n_rows() * plan_.rows.size();
    const std::size_t end = std::min(n_rows, (reduction + 1) * series_per_reduction);
    for (std::size_t row = reduction * series_per_reduction; row < end && !stop && !is_cancelled(); row += n_lanes) {
      const std::size_t n = std::min(n_lanes, end - row);
      if (options_.keep != Keep::quantiles) keep_rows(open, row, n);
      if (options_.probabilities.empty()) continue;
      bool is_known[n_lanes];
      for (std::size_t lane = 0; lane < n_lanes; ++lane) {
        const double* series = &open.series[std::min(row + lane, end - 1) * plan_.stride];
        is_known[lane] = std::none_of(series, series + options_.n_draws, [](double value) { return value != value; });
        for (std::size_t draw = 0; draw < options_.n_draws; ++draw)
          sorting.columns[draw * n_lanes + lane] = is_known[lane] ? series[draw] : 0.0;
      }
      plan_.kernel.sort(sorting.columns.data(), options_.n_draws);
      core::quantiles_type7(sorting.columns.data(), options_.n_draws, n_lanes, options_.probabilities, sorting.found);
      for (std::size_t lane = 0; lane < n; ++lane) {
        const auto [of_run, column, year] = place_of(open, row + lane);
        for (std::size_t p = 0; is_known[lane] && p < options_.probabilities.size(); ++p)
          result_.quantiles(of_run, column, year, p) = sorting.found[p * n_lanes + lane];
      }
    }
  }

  void keep_rows(const OpenGroup& open, std::size_t row, std::size_t n) {
    for (std::size_t r = row; r < row + n; ++r) {
      const auto [of_run, column, year] = place_of(open, r);
      std::copy_n(&open.series[r * plan_.stride], options_.n_draws, &result_.draws(of_run, column, year, 0));
    }
  }

  struct Position {
    std::size_t row;
    std::size_t column;
    std::size_t year;
  };
  /// Where a series of an open group lies in the result.
  [[nodiscard]] Position place_of(const OpenGroup& open, std::size_t series) const {
    const auto [column, year] = plan_.rows.cell[series % plan_.rows.size()];
    return {plan_.row_of(group_of(open), series / plan_.rows.size()), column, year};
  }

  const RunPlan& plan_;
  const RunOptions& options_;
  std::size_t per_batch_;
  WorkQueue queue_;
  bool has_balance_;
  std::atomic<std::size_t> done_{0};
  std::mutex mutex_;
  Ensemble result_;
};

}  // namespace

std::size_t memory_estimate(const EnsembleInputs& inputs, const RunOptions& options, bool exchanges) {
  const std::vector<Group> groups = groups_of(inputs.axes.places.size(), inputs.sums, exchanges);
  const BookShape shape{inputs.axes.n_years, inputs.axes.n_ages, 1, inputs.axes.n_ages};
  const std::size_t rows = inputs.axes.places.size() + inputs.sums.size();
  const std::size_t n_kept = options.indicators.empty() ? n_indicators : options.indicators.size();
  const std::size_t series = n_kept * (inputs.axes.n_years + 1);
  std::vector<std::size_t> sizes;
  std::size_t most_sums = 0;
  for (const Group& group : groups) {
    sizes.push_back(group.n_rows());
    most_sums = std::max(most_sums, group.sums.size());
  }
  std::ranges::sort(sizes, std::greater<>());
  std::size_t open_rows = 0;
  for (std::size_t i = 0; i < n_open_groups(groups.size(), options); ++i) open_rows += sizes[i];
  std::size_t values = rows * series * options.probabilities.size() + open_rows * series * padded(options.n_draws);
  if (options.keep != Keep::quantiles) values += rows * series * options.n_draws;
  values += options.ages_of.size() * options.n_draws * cells_of_a_draw(shape, exchanges);
  const std::size_t books =
      std::min(options.ages_of.size(), sizes.front()) * BookMemory::size(shape, for_cells | for_moves) +
      most_sums * BookMemory::size(shape, for_own_rates);
  const std::size_t people = (exchanges ? 3 * inputs.axes.places.size() : 1) * sizeof(KernelCells) / sizeof(double);
  values += options.threads * (options.n_draws * n_lanes + books + people);
  return values * sizeof(double);
}

struct EnsembleRunner::Impl : RunTables {};

EnsembleRunner::EnsembleRunner(EnsembleInputs inputs, MortalityMode mode, std::optional<engine::Exchange> exchange)
    : impl_(std::make_unique<Impl>()) {
  check_axes(inputs);
  for (MortalitySchedule& schedule : inputs.mortality)
    impl_->mortality.emplace_back(std::move(schedule), inputs.axes, mode);
  for (const FertilitySchedule& schedule : inputs.fertility) impl_->fertility.emplace_back(schedule, inputs.axes);
  for (std::size_t place = 0; place < inputs.places.size(); ++place) check_place(inputs, place);
  check_sums(inputs);
  if (exchange) require_axes(exchange->axes(), inputs.axes);
  give_moving_places_counts(inputs);
  impl_->inputs = std::move(inputs);
  impl_->exchange = std::move(exchange);
}
EnsembleRunner::~EnsembleRunner() = default;
EnsembleRunner::EnsembleRunner(EnsembleRunner&&) noexcept = default;

Ensemble EnsembleRunner::run(const PathMaker& paths, const RunOptions& options) const {
  const EnsembleInputs& inputs = impl_->inputs;
  check_options(options, inputs.places.size() + inputs.sums.size(),
                memory_estimate(inputs, options, impl_->exchange.has_value()));
  paths.check(inputs.places.size(), inputs.axes.n_years);
  check_rate_ages(paths.rate_ages(), inputs.axes.n_ages);
  const RunPlan plan(*impl_, paths, options);
  refuse_events(plan);
  return Run(plan).run();
}

Ensemble run(EnsembleInputs inputs, const PathMaker& paths, const RunOptions& options) {
  return EnsembleRunner(std::move(inputs), options.mortality).run(paths, options);
}

}  // namespace sanhai::ensemble
