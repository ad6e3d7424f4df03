#include "sanhai/ensemble/legacy_counts.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <string>

#include "run_options.hpp"
#include "sanhai/core/check.hpp"
#include "sanhai/ensemble/threads.hpp"

namespace sanhai::ensemble {
namespace {

namespace check = core::check;

constexpr std::size_t block_bytes = std::size_t{1} << 25;  // of the counts of places that are not yet summed
constexpr std::size_t most_in_block = 64;

/// Places whose counts wait to be summed.
std::size_t n_in_block(const LegacyInputs& inputs, const RunOptions& options) {
  const std::size_t cells = inputs.counts.size() * inputs.axes.n_years * options.n_draws;
  const std::size_t n =
      std::clamp<std::size_t>(block_bytes / sizeof(double) / std::max<std::size_t>(cells, 1), 1, most_in_block);
  return std::min(n, std::max<std::size_t>(inputs.places.size(), 1));
}

void check_place(const LegacyInputs& inputs, std::size_t p) {
  const LegacyPlace& place = inputs.places[p];
  legacy::check_couples(place.couples);
  legacy::check_women(place.women.view());
  if (place.couples.first_year != inputs.axes.first_year || place.couples.n_years() < inputs.axes.n_years) {
    check::fail_shape(
        "couples", "place " + std::to_string(p),
        std::to_string(place.couples.n_years()) + " years from " + std::to_string(place.couples.first_year),
        std::to_string(inputs.axes.n_years) + " or more from " + std::to_string(inputs.axes.first_year),
        "make the couples for the years of the run");
  }
  if (place.mortality >= inputs.mortality.size()) {
    check::fail_shape("mortality", "place " + std::to_string(p), std::to_string(place.mortality),
                      "below " + std::to_string(inputs.mortality.size()), "index a schedule");
  }
  if (place.factor.empty()) return;
  const core::Shape<2> shape = place.factor.shape();
  if (shape[0] != inputs.counts.size() || (shape[1] != 1 && shape[1] != inputs.axes.n_years)) {
    check::fail_shape(
        "factor", "place " + std::to_string(p), core::text(shape),
        "(" + std::to_string(inputs.counts.size()) + ", 1 or " + std::to_string(inputs.axes.n_years) + ")",
        "give one factor a count, or one a count and year");
  }
  for (const double value : place.factor.flat()) check::finite("factor", value, "give a factor");
}

void check_inputs(const LegacyInputs& inputs, const PathMaker& paths, const RunOptions& options) {
  const core::Axes& axes = inputs.axes;
  core::check_years(axes);
  if (axes.places.size() != inputs.places.size() || axes.n_ages != legacy::n_ages || axes.age_width != 1) {
    check::fail_shape("axes", "legacy counts",
                      std::to_string(axes.places.size()) + " places, " + std::to_string(axes.n_ages) + " ages",
                      std::to_string(inputs.places.size()) + " places, 101 single ages", "give the axes of the places");
  }
  for (const legacy::Count& count : inputs.counts) legacy::check_count(count, axes.n_years);
  for (std::size_t p = 0; p < inputs.places.size(); ++p) check_place(inputs, p);
  for (const auto& members : inputs.rows)
    for (const std::size_t member : members) {
      if (member < inputs.places.size()) continue;
      check::fail_shape("rows", "legacy counts", std::to_string(member),
                        "below " + std::to_string(inputs.places.size()), "count places from 0");
    }
  const std::size_t cells = inputs.counts.size() * axes.n_years * options.n_draws;
  check_options(options, 0, (inputs.rows.size() + n_in_block(inputs, options)) * cells * sizeof(double));
  paths.check(inputs.places.size(), axes.n_years);
  if (paths.rate_ages().n == 0) return;
  refuse_option("paths", "paths of births", "paths of demography", "parents' stocks do not answer to births");
}

/// Paths of eight draws of one place.
class Paths {
public:
  explicit Paths(std::size_t n_years)
      : fertility_({n_years, n_lanes}), k_(fertility_), shock_(fertility_), death_factor_(fertility_) {}

  KernelPaths draw(const PathMaker& maker, std::size_t place, std::size_t first_draw) {
    std::ranges::fill(fertility_.flat(), 1.0);
    std::ranges::fill(k_.flat(), 0.0);
    std::ranges::fill(shock_.flat(), 0.0);
    std::ranges::fill(death_factor_.flat(), 1.0);
    maker.draw(place, first_draw,
               {.fertility = fertility_.view(),
                .k = k_.view(),
                .shock = shock_.view(),
                .death_factor = death_factor_.view(),
                .start_rate = {},
                .end_rate = {},
                .gross_rate = {}});
    KernelPaths paths;
    paths.k = maker.has_k() ? k_.flat().data() : nullptr;
    paths.death_factor = maker.has_death_factor() ? death_factor_.flat().data() : nullptr;
    return paths;
  }

private:
  core::Array<2> fertility_;
  core::Array<2> k_;
  core::Array<2> shock_;
  core::Array<2> death_factor_;
};

/// One thread's memory.
struct Room {
  explicit Room(const LegacyInputs& inputs)
      : paths(inputs.axes.n_years), counted(inputs.axes.n_years * inputs.counts.size() * n_lanes) {}

  Paths paths;
  std::vector<double> counted;  ///< (year, count, lane)
  std::array<LaneStatus, n_lanes> status{};
  std::unique_ptr<KernelCells> people = std::make_unique<KernelCells>();
  std::unique_ptr<KernelWorkspace> kernel = std::make_unique<KernelWorkspace>();
  std::unique_ptr<legacy::CountWorkspace> couples = std::make_unique<legacy::CountWorkspace>();
};

/// Places go in blocks, so that rows are summed in the order of their members whoever counted a place first.
class Counting {
public:
  Counting(const LegacyInputs& inputs, const PathMaker& paths, const RunOptions& options)
      : inputs_(inputs),
        paths_(paths),
        options_(options),
        kernel_(kernel_for(options.isa.value_or(best_isa()))),
        n_batches_((options.n_draws + n_lanes - 1) / n_lanes),
        n_in_block_(n_in_block(inputs, options)),
        out_({inputs.counts.size(), inputs.rows.size(), inputs.axes.n_years, options.n_draws}) {
    for (const MortalitySchedule& schedule : inputs.mortality) {
      const bool is_drawn = !schedule.b.empty() && paths.has_k();
      mortality_.emplace_back(schedule, inputs.axes, is_drawn ? options.mortality : MortalityMode::shared);
    }
    for (std::size_t thread = 0; thread < options.threads; ++thread) rooms_.push_back(std::make_unique<Room>(inputs));
    block_.resize(n_in_block_ * per_place());
    weights_.resize(n_in_block_);
  }

  core::Array<4> run() {
    for (std::size_t first = 0; first < inputs_.places.size(); first += n_in_block_) {
      const std::size_t n = std::min(n_in_block_, inputs_.places.size() - first);
      in_parallel(n, [&](std::size_t, std::size_t i) {
        const LegacyPlace& place = inputs_.places[first + i];
        weights_[i] = legacy::weights_of(place.couples, place.women.view(), inputs_.counts, inputs_.axes.n_years);
      });
      in_parallel(n * n_batches_, [&](std::size_t thread, std::size_t task) {
        count(*rooms_[thread], first, task / n_batches_, task % n_batches_);
      });
      add_to_rows(first, n);
    }
    return std::move(out_);
  }

private:
  [[nodiscard]] std::size_t per_place() const {
    return inputs_.counts.size() * inputs_.axes.n_years * options_.n_draws;
  }

  void in_parallel(std::size_t n, const std::function<void(std::size_t thread, std::size_t task)>& work) {
    std::atomic<std::size_t> taken{0};
    run_workers(
        options_.threads,
        [&](std::size_t thread, std::atomic<bool>& stop) {
          for (std::size_t task = taken.fetch_add(1); task < n && !stop; task = taken.fetch_add(1)) work(thread, task);
        },
        [&] {
          if (options_.progress) options_.progress(done_.load(), inputs_.places.size() * options_.n_draws);
        });
  }

  /// Eight draws of a place of the block.
  void count(Room& room, std::size_t first, std::size_t i, std::size_t batch) {
    const std::size_t p = first + i;
    const LegacyPlace& place = inputs_.places[p];
    const std::size_t draw = batch * n_lanes;
    room.status.fill({});
    KernelTask task;
    task.n_years = inputs_.axes.n_years;
    task.n_ages = inputs_.axes.n_ages;
    task.mortality = mortality_[place.mortality].view();
    task.paths = room.paths.draw(paths_, p, options_.first_draw + draw);
    task.status = room.status.data();
    const legacy::CountTask counting{.n_years = inputs_.axes.n_years,
                                     .n_counts = inputs_.counts.size(),
                                     .husband_older = static_cast<std::size_t>(place.couples.husband_older),
                                     .husband_alive = place.couples.husband_alive.flat().data(),
                                     .weights = weights_[i].of.data(),
                                     .reach = weights_[i].reach.data(),
                                     .out = room.counted.data()};
    kernel_.legacy(task, *room.people, *room.kernel, counting, *room.couples);
    const std::size_t n = std::min(n_lanes, options_.n_draws - draw);
    done_ += n;
    for (std::size_t lane = 0; lane < n; ++lane)
      if (room.status[lane].year >= 0) refuse(p, draw + lane, room.status[lane]);
    for (std::size_t c = 0; c < inputs_.counts.size(); ++c)
      for (std::size_t t = 0; t < inputs_.axes.n_years; ++t) {
        const double* from = &room.counted[(t * inputs_.counts.size() + c) * n_lanes];
        const double factor =
            place.factor.empty() ? 1.0 : place.factor(c, place.factor.extent(1) == 1 ? std::size_t{0} : t);
        double* to = &block_[((i * inputs_.counts.size() + c) * inputs_.axes.n_years + t) * options_.n_draws + draw];
        for (std::size_t lane = 0; lane < n; ++lane) to[lane] = from[lane] * factor;
      }
  }

  [[noreturn]] void refuse(std::size_t p, std::size_t draw, const LaneStatus& status) const {
    check::fail("probability of dying x the draw's factor",
                inputs_.axes.where(p, static_cast<std::size_t>(status.year), static_cast<std::size_t>(status.sex),
                                   static_cast<std::size_t>(status.age)) +
                    ", draw " + std::to_string(options_.first_draw + draw),
                status.value, check::share_text, "lower the sd of the place's factor on deaths");
  }

  void add_to_rows(std::size_t first, std::size_t n) {
    const std::size_t cells = inputs_.axes.n_years * options_.n_draws;
    for (std::size_t row = 0; row < inputs_.rows.size(); ++row)
      for (const std::size_t member : inputs_.rows[row]) {
        if (member < first || member >= first + n) continue;
        for (std::size_t c = 0; c < inputs_.counts.size(); ++c) {
          const double* from = &block_[((member - first) * inputs_.counts.size() + c) * cells];
          double* to = out_.view()[c][row].data();
          for (std::size_t cell = 0; cell < cells; ++cell) to[cell] += from[cell];
        }
      }
  }

  const LegacyInputs& inputs_;
  const PathMaker& paths_;
  const RunOptions& options_;
  Kernel kernel_;
  std::size_t n_batches_;
  std::size_t n_in_block_;
  std::atomic<std::size_t> done_{0};  ///< trajectories
  std::vector<MortalityTable> mortality_;
  std::vector<std::unique_ptr<Room>> rooms_;
  std::vector<legacy::CountWeights> weights_;  ///< of the block
  std::vector<double> block_;                  ///< (place of the block, count, year, draw)
  core::Array<4> out_;
};

}  // namespace

core::Array<4> legacy_counts(const LegacyInputs& inputs, const PathMaker& paths, const RunOptions& options) {
  check_inputs(inputs, paths, options);
  return Counting(inputs, paths, options).run();
}

}  // namespace sanhai::ensemble
