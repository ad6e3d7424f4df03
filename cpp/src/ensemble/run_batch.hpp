#pragma once
// Eight draws of a group of places: paths, kernel, events, sums, cells. Internal to the ensemble's sources.

#include <memory>
#include <utility>
#include <vector>

#include "run_books.hpp"
#include "run_queue.hpp"
#include "run_tables.hpp"
#include "sanhai/ensemble/events.hpp"

namespace sanhai::ensemble {

/// Rows of a series: indicator by indicator, year by year; flows have one year less.
struct SeriesRows {
  SeriesRows(const std::vector<Indicator>& indicators, std::size_t n_years);

  std::vector<std::size_t> first;                         ///< (indicator)
  std::vector<std::pair<std::size_t, std::size_t>> cell;  ///< (row) -> (indicator, year)
  [[nodiscard]] std::size_t size() const { return cell.size(); }
};

/// What the threads of a run share and do not change.
struct RunPlan {
  RunPlan(const RunTables& tables, const PathMaker& paths, const RunOptions& options);

  const RunTables& tables;
  const PathMaker& paths;
  const RunOptions& options;
  RateAges rate_ages;
  std::vector<Indicator> indicators;
  SeriesRows rows;
  BookShape shape;
  std::size_t stride;
  Isa isa;
  Kernel kernel;
  std::vector<Group> groups;

  [[nodiscard]] const core::Axes& axes() const { return tables.inputs.axes; }
  [[nodiscard]] std::size_t n_places() const { return tables.inputs.places.size(); }
  [[nodiscard]] bool exchanges() const { return tables.exchange.has_value(); }
  [[nodiscard]] bool asks(Indicator indicator) const;
  [[nodiscard]] bool asks_own() const;  ///< some indicator that a sum takes from its book
  /// Row of the run of a row of a group: places, then sums.
  [[nodiscard]] std::size_t row_of(const Group& group, std::size_t row) const;
  [[nodiscard]] std::size_t n_parts(const Group& group, std::size_t row) const;
  /// What the book of a row of a group is for; 0: none.
  [[nodiscard]] unsigned use_of(const Group& group, std::size_t row) const;
};

/// Random paths of eight draws of one place.
class PathBuffers {
public:
  explicit PathBuffers(const RunPlan& plan);

  void draw(std::size_t place, std::size_t first_draw);
  [[nodiscard]] KernelPaths paths() const;
  /// The same with births before any is taken back.
  [[nodiscard]] KernelPaths gross_paths() const;

private:
  const RunPlan* plan_;
  std::vector<double> fertility_;
  std::vector<double> k_;
  std::vector<double> shock_;
  std::vector<double> death_factor_;
  std::vector<double> start_rate_;
  std::vector<double> end_rate_;
  std::vector<double> gross_rate_;
};

/// One thread's memory, and what it does with it.
class BatchWorker {
public:
  explicit BatchWorker(const RunPlan& plan);

  /// Draws first_draw + `draw` .. + 7 of a group, `kept` of which count: fills its series and status, and `cells`.
  void run(OpenGroup& open, std::size_t draw, std::size_t kept, RowCells& cells);

private:
  struct Row {
    std::unique_ptr<BookMemory> book;
    std::size_t kept_as = 0;  ///< position in RowCells
    bool is_kept = false;
  };

  void prepare(std::size_t group);
  [[nodiscard]] KernelTask task_of(std::size_t place) const;
  [[nodiscard]] KernelOutput output_of(OpenGroup& open, std::size_t row, std::size_t draw) const;
  void run_apart(OpenGroup& open, std::size_t draw, std::size_t kept);
  void run_place(OpenGroup& open, std::size_t index, std::size_t draw, std::size_t kept);
  void run_events(const KernelTask& task, std::size_t place, std::size_t draw, std::size_t kept,
                  const KernelBook& book);
  void run_together(OpenGroup& open, std::size_t draw);
  void run_lockstep(std::vector<KernelTask>& tasks, OpenGroup* open, std::size_t draw);
  void add_moves(OpenGroup& open, std::size_t year, std::size_t draw);
  void copy_births(const KernelOutput& output) const;
  void add_sums(OpenGroup& open, std::size_t draw);
  [[nodiscard]] bool has_gross(std::size_t place) const;

  const RunPlan& plan_;
  std::size_t group_ = static_cast<std::size_t>(-1);
  std::vector<Row> rows_;                                ///< of the group
  std::vector<std::vector<KernelBook>> books_of_place_;  ///< (place of the group)
  std::unique_ptr<BookMemory> events_book_;
  std::vector<PathBuffers> paths_;   ///< one, or one a place in lockstep
  std::vector<KernelCells> people_;  ///< likewise
  std::vector<KernelCells> leavers_;
  std::vector<KernelCells> arrivals_;
  std::unique_ptr<KernelWorkspace> workspace_ = std::make_unique<KernelWorkspace>();
  std::unique_ptr<EventsWorkspace> events_ = std::make_unique<EventsWorkspace>();
  std::vector<double> population_;
  std::vector<double> room_;  ///< of the exchange
};

}  // namespace sanhai::ensemble
