#include "run_batch.hpp"

#include <algorithm>
#include <cmath>

#include "run_options.hpp"

namespace sanhai::ensemble {
namespace {

using core::n_orders;
using core::n_sexes;

BookShape shape_of(const RunTables& tables, RateAges ages) {
  BookShape shape{.n_years = tables.inputs.axes.n_years, .n_ages = tables.inputs.axes.n_ages};
  if (ages.n > 0) {
    shape.first_age = ages.first;
    shape.n_birth_ages = ages.n;
    return shape;
  }
  std::size_t first = shape.n_ages;
  std::size_t end = 0;
  for (const PlaceInputs& place : tables.inputs.places) {
    first = std::min(first, tables.fertility[place.fertility].first_age);
    end = std::max(end, tables.fertility[place.fertility].end_age);
  }
  shape.first_age = first;
  shape.n_birth_ages = end - first;
  return shape;
}

}  // namespace

SeriesRows::SeriesRows(const std::vector<Indicator>& indicators, std::size_t n_years) {
  for (std::size_t i = 0; i < indicators.size(); ++i) {
    first.push_back(cell.size());
    const std::size_t n = is_stock(indicators[i]) ? n_years + 1 : n_years;
    for (std::size_t year = 0; year < n; ++year) cell.emplace_back(i, year);
  }
}

RunPlan::RunPlan(const RunTables& given, const PathMaker& maker, const RunOptions& asked)
    : tables(given),
      paths(maker),
      options(asked),
      rate_ages(maker.rate_ages()),
      indicators(chosen_indicators(asked)),
      rows(indicators, given.inputs.axes.n_years),
      shape(shape_of(given, rate_ages)),
      stride(padded(asked.n_draws)),
      isa(asked.isa.value_or(best_isa())),
      kernel(kernel_for(isa)),
      groups(groups_of(given.inputs.places.size(), given.inputs.sums, given.exchange.has_value())) {}

bool RunPlan::asks(Indicator indicator) const { return std::ranges::find(indicators, indicator) != indicators.end(); }

bool RunPlan::asks_own() const {
  return std::ranges::any_of(
      indicators, [](Indicator indicator) { return engine::info_of(indicator).of_sum == engine::OfSum::own; });
}

std::size_t RunPlan::row_of(const Group& group, std::size_t row) const {
  const std::size_t n = group.places.size();
  return row < n ? group.places[row] : n_places() + group.sums[row - n];
}

std::size_t RunPlan::n_parts(const Group& group, std::size_t row) const {
  const std::size_t n = group.places.size();
  return row < n ? 1 : tables.inputs.sums[group.sums[row - n]].size();
}

unsigned RunPlan::use_of(const Group& group, std::size_t row) const {
  unsigned use = row >= group.places.size() && asks_own() ? for_own_rates : 0U;
  if (std::ranges::find(options.ages_of, row_of(group, row)) == options.ages_of.end()) return use;
  return use | for_cells | (exchanges() ? for_moves : 0U);
}

PathBuffers::PathBuffers(const RunPlan& plan) : plan_(&plan) {
  const std::size_t years = plan.axes().n_years;
  for (std::vector<double>* path : {&fertility_, &k_, &shock_, &death_factor_}) path->resize(years * n_lanes);
  for (std::vector<double>* rates : {&start_rate_, &end_rate_, &gross_rate_})
    rates->resize(years * n_orders * plan.rate_ages.n * n_lanes);
}

void PathBuffers::draw(std::size_t place, std::size_t first_draw) {
  const std::size_t years = plan_->axes().n_years;
  for (std::vector<double>* neutral_1 : {&fertility_, &death_factor_}) std::ranges::fill(*neutral_1, 1.0);
  for (std::vector<double>* neutral_0 : {&k_, &shock_, &start_rate_, &end_rate_, &gross_rate_})
    std::ranges::fill(*neutral_0, 0.0);
  const core::Shape<4> rates = {years, n_orders, plan_->rate_ages.n, n_lanes};
  plan_->paths.draw(place, first_draw,
                    {.fertility = {fertility_.data(), {years, n_lanes}},
                     .k = {k_.data(), {years, n_lanes}},
                     .shock = {shock_.data(), {years, n_lanes}},
                     .death_factor = {death_factor_.data(), {years, n_lanes}},
                     .start_rate = {start_rate_.data(), rates},
                     .end_rate = {end_rate_.data(), rates},
                     .gross_rate = {gross_rate_.data(), rates}});
}

KernelPaths PathBuffers::paths() const {
  const bool has_rates = plan_->rate_ages.n > 0;
  const PathMaker& maker = plan_->paths;
  KernelPaths paths;
  paths.fertility = maker.has_fertility() && !has_rates ? fertility_.data() : nullptr;
  paths.start_rate = has_rates ? start_rate_.data() : nullptr;
  paths.end_rate = has_rates ? end_rate_.data() : nullptr;
  paths.death_factor = maker.has_death_factor() ? death_factor_.data() : nullptr;
  paths.k = maker.has_k() ? k_.data() : nullptr;
  paths.shock = maker.has_shock() ? shock_.data() : nullptr;
  return paths;
}

KernelPaths PathBuffers::gross_paths() const {
  KernelPaths paths = this->paths();
  paths.start_rate = paths.end_rate = gross_rate_.data();
  return paths;
}

BatchWorker::BatchWorker(const RunPlan& plan) : plan_(plan) {
  const core::Axes& axes = plan.axes();
  const std::size_t at_once = plan.exchanges() ? plan.n_places() : 1;
  paths_.assign(at_once, PathBuffers(plan));
  people_.resize(at_once);
  if (plan.exchanges()) {
    leavers_.resize(at_once);
    arrivals_.resize(at_once);
    room_.resize(plan.tables.exchange->room());
  }
  for (std::size_t place = 0; place < plan.n_places(); ++place) {
    if (!plan.paths.events(place).is_on || !population_.empty()) continue;
    population_.resize((axes.n_years + 1) * n_sexes * axes.n_ages * n_lanes);
    if (plan.options.ages_of.empty() && plan.tables.inputs.sums.empty()) continue;
    events_book_ = std::make_unique<BookMemory>(plan.shape, for_own_rates | for_cells);
  }
}

void BatchWorker::prepare(std::size_t index) {
  if (group_ == index) return;
  group_ = index;
  const Group& group = plan_.groups[index];
  rows_.clear();
  books_of_place_.assign(group.places.size(), {});
  for (std::size_t row = 0; row < group.n_rows(); ++row) {
    Row& own = rows_.emplace_back();
    const unsigned use = plan_.use_of(group, row);
    if (use == 0) continue;
    own.book = std::make_unique<BookMemory>(plan_.shape, use);
    const auto found = std::ranges::find(plan_.options.ages_of, plan_.row_of(group, row));
    own.is_kept = found != plan_.options.ages_of.end();
    own.kept_as = static_cast<std::size_t>(found - plan_.options.ages_of.begin());
    if (row < group.places.size()) {
      books_of_place_[row].push_back(own.book->book());
      continue;
    }
    for (const std::size_t part : plan_.tables.inputs.sums[group.sums[row - group.places.size()]]) {
      const auto place = std::ranges::lower_bound(group.places, part) - group.places.begin();
      books_of_place_[static_cast<std::size_t>(place)].push_back(own.book->book());
    }
  }
}

KernelTask BatchWorker::task_of(std::size_t index) const {
  const PlaceInputs& place = plan_.tables.inputs.places[index];
  const std::size_t cells = n_sexes * plan_.axes().n_ages;
  KernelTask task;
  task.n_years = plan_.axes().n_years;
  task.n_ages = plan_.axes().n_ages;
  task.mortality = plan_.tables.mortality[place.mortality].view();
  task.fertility = plan_.tables.fertility[place.fertility].view();
  task.place.pop_jan1 = place.pop_jan1.flat().data();
  if (plan_.rate_ages.n > 0) {
    task.fertility.first_age = plan_.rate_ages.first;
    task.fertility.end_age = plan_.rate_ages.first + plan_.rate_ages.n;
  }
  if (!place.net_migration.empty()) task.place.net_migration = place.net_migration.flat().data();
  if (!place.pattern.empty()) task.place.pattern = place.pattern.flat().data();
  if (!place.leaving_rate.empty()) task.place.leaving_rate = place.leaving_rate.flat().data();
  task.place.net_migration_step = place.net_migration.extent(0) > 1 ? cells : 0;
  task.place.pattern_step = place.pattern.extent(0) > 1 ? cells : 0;
  task.place.leaving_rate_step = place.leaving_rate.extent(0) > 1 ? cells : 0;
  task.place.cap = plan_.tables.inputs.on_negative == engine::OnNegative::cap;
  return task;
}

KernelOutput BatchWorker::output_of(OpenGroup& open, std::size_t row, std::size_t draw) const {
  KernelOutput output;
  output.stride = plan_.stride;
  for (std::size_t i = 0; i < plan_.indicators.size(); ++i)
    output.indicator[engine::index_of(plan_.indicators[i])] =
        &open.series[(row * plan_.rows.size() + plan_.rows.first[i]) * plan_.stride + draw];
  double*& births = output.indicator[engine::index_of(Indicator::births)];
  if (!births) births = output.indicator[engine::index_of(Indicator::births_gross)];  // written over by the gross run
  return output;
}

bool BatchWorker::has_gross(std::size_t place) const {
  return plan_.asks(Indicator::births_gross) && plan_.rate_ages.n > 0 && plan_.paths.has_gross(place);
}

void BatchWorker::run(OpenGroup& open, std::size_t draw, std::size_t kept, RowCells& cells) {
  prepare(open.index);
  for (const Row& row : rows_)
    if (row.book) row.book->clear();
  if (plan_.exchanges()) {
    run_together(open, draw);
  } else {
    run_apart(open, draw, kept);
  }
  add_sums(open, draw);
  const Group& group = plan_.groups[open.index];
  for (std::size_t row = 0; row < rows_.size(); ++row) {
    if (!rows_[row].is_kept) continue;
    for (std::size_t lane = 0; lane < kept; ++lane)
      keep_cells(plan_.shape, rows_[row].book->book(), plan_.n_parts(group, row), lane, rows_[row].kept_as, draw + lane,
                 cells);
  }
}

void BatchWorker::run_apart(OpenGroup& open, std::size_t draw, std::size_t kept) {
  for (std::size_t i = 0; i < plan_.groups[open.index].places.size(); ++i) run_place(open, i, draw, kept);
}

void BatchWorker::run_place(OpenGroup& open, std::size_t index, std::size_t draw, std::size_t kept) {
  const std::size_t place = plan_.groups[open.index].places[index];
  const bool has_events = plan_.paths.events(place).is_on;
  const std::vector<KernelBook>& books = books_of_place_[index];
  paths_[0].draw(place, plan_.options.first_draw + draw);
  KernelTask task = task_of(place);
  task.paths = paths_[0].paths();
  task.output = output_of(open, index, draw);
  task.output.population = has_events ? population_.data() : nullptr;
  task.status = &open.status[index * plan_.stride + draw];
  KernelBook own;
  if (has_events && !books.empty()) {
    events_book_->clear();
    own = events_book_->book();
    task.output.books = &own;
    task.output.n_books = 1;
  } else {
    task.output.books = books.data();
    task.output.n_books = books.size();
  }
  plan_.kernel.run(task, people_[0], *workspace_);
  run_events(task, place, draw, kept, own);
  if (has_events)
    for (const KernelBook& book : books) add_book(plan_.shape, own, book);

  double* gross = task.output.indicator[engine::index_of(Indicator::births_gross)];
  if (!gross) return;
  if (!has_gross(place)) return copy_births(task.output);
  task.paths = paths_[0].gross_paths();
  task.output = {};
  task.output.stride = plan_.stride;
  task.output.population = has_events ? population_.data() : nullptr;
  task.output.indicator[engine::index_of(Indicator::births)] = gross;
  plan_.kernel.run(task, people_[0], *workspace_);
  run_events(task, place, draw, kept, {});
}

void BatchWorker::run_events(const KernelTask& task, std::size_t place, std::size_t draw, std::size_t kept,
                             const KernelBook& book) {
  const EventNoise noise = plan_.paths.events(place);
  const std::size_t schedule = plan_.tables.inputs.places[place].mortality;
  for (std::size_t lane = 0; noise.is_on && lane < kept; ++lane)
    draw_events(task, plan_.tables.mortality[schedule], noise, plan_.axes().first_year,
                plan_.options.first_draw + draw + lane, lane, book, *events_);
}

/// Without a policy gross births are births.
void BatchWorker::copy_births(const KernelOutput& output) const {
  double* gross = output.indicator[engine::index_of(Indicator::births_gross)];
  const double* births = output.indicator[engine::index_of(Indicator::births)];
  for (std::size_t year = 0; births != gross && year < plan_.axes().n_years; ++year)
    std::copy_n(births + year * output.stride, n_lanes, gross + year * output.stride);
}

void BatchWorker::run_together(OpenGroup& open, std::size_t draw) {
  std::vector<KernelTask> tasks;
  for (std::size_t place = 0; place < plan_.n_places(); ++place) {
    paths_[place].draw(place, plan_.options.first_draw + draw);
    KernelTask& task = tasks.emplace_back(task_of(place));
    task.paths = paths_[place].paths();
    task.output = output_of(open, place, draw);
    task.output.books = books_of_place_[place].data();
    task.output.n_books = books_of_place_[place].size();
    task.status = &open.status[place * plan_.stride + draw];
  }
  run_lockstep(tasks, &open, draw);
  if (!plan_.asks(Indicator::births_gross)) return;
  bool any_gross = false;
  for (std::size_t place = 0; place < plan_.n_places(); ++place) any_gross |= has_gross(place);
  for (std::size_t place = 0; place < plan_.n_places(); ++place) {
    KernelTask& task = tasks[place];
    if (!any_gross) {
      copy_births(task.output);
      continue;
    }
    double* gross = task.output.indicator[engine::index_of(Indicator::births_gross)];
    if (has_gross(place)) task.paths = paths_[place].gross_paths();
    task.output = {};
    task.output.stride = plan_.stride;
    task.output.indicator[engine::index_of(Indicator::births)] = gross;
  }
  if (any_gross) run_lockstep(tasks, nullptr, draw);
}

/// All places a year on, then their exchange, then their migrants from outside. `open`: whose sums count the moves.
void BatchWorker::run_lockstep(std::vector<KernelTask>& tasks, OpenGroup* open, std::size_t draw) {
  std::vector<const double*> people;
  std::vector<double*> leavers;
  std::vector<double*> arrivals;
  for (std::size_t place = 0; place < tasks.size(); ++place) {
    people.push_back(&people_[place].of[0][0][0]);
    leavers.push_back(&leavers_[place].of[0][0][0]);
    arrivals.push_back(&arrivals_[place].of[0][0][0]);
    tasks[place].leavers = &leavers_[place];
    tasks[place].arrivals = &arrivals_[place];
    plan_.kernel.begin(tasks[place], people_[place], *workspace_);
  }
  for (std::size_t year = 0; year < plan_.axes().n_years; ++year) {
    for (std::size_t place = 0; place < tasks.size(); ++place)
      plan_.kernel.age(tasks[place], people_[place], *workspace_, year);
    engine::MoveTask moving = plan_.tables.exchange->task(year, room_);
    moving.sex_step = max_ages * n_lanes;
    moving.age_step = n_lanes;
    moving.people = people.data();
    moving.leavers = leavers.data();
    moving.arrivals = arrivals.data();
    plan_.kernel.exchange(moving);
    for (std::size_t place = 0; place < tasks.size(); ++place)
      plan_.kernel.settle(tasks[place], people_[place], *workspace_, year);
    if (open) add_moves(*open, year, draw);
  }
}

/// Leavers and arrivals of a sum, cell by cell: there the sum over places is exact, so that over all places both series
/// add the same numbers in the same order.
void BatchWorker::add_moves(OpenGroup& open, std::size_t year, std::size_t draw) {
  const Group& group = plan_.groups[open.index];
  for (std::size_t k = 0; k < group.sums.size(); ++k) {
    const KernelOutput output = output_of(open, group.places.size() + k, draw);
    for (const auto& [indicator, cells] :
         {std::pair{Indicator::leavers, &leavers_}, std::pair{Indicator::arrivals, &arrivals_}}) {
      double* series = output.indicator[engine::index_of(indicator)];
      double all[n_lanes] = {};
      for (std::size_t sex = 0; series && sex < n_sexes; ++sex)
        for (std::size_t x = 0; x < plan_.axes().n_ages; ++x) {
          double together[n_lanes] = {};
          for (const std::size_t place : plan_.tables.inputs.sums[group.sums[k]])
            for (std::size_t lane = 0; lane < n_lanes; ++lane) together[lane] += (*cells)[place].of[sex][x][lane];
          for (std::size_t lane = 0; lane < n_lanes; ++lane) all[lane] += together[lane];
        }
      if (series) std::copy_n(all, n_lanes, series + year * plan_.stride);
    }
  }
}

void BatchWorker::add_sums(OpenGroup& open, std::size_t draw) {
  const Group& group = plan_.groups[open.index];
  for (std::size_t k = 0; k < group.sums.size(); ++k) {
    const std::size_t row = group.places.size() + k;
    const KernelOutput output = output_of(open, row, draw);
    if (rows_[row].book && plan_.asks_own())
      put_own_indicators(plan_.shape, rows_[row].book->book(), plan_.n_parts(group, row), output);
    for (const auto& [column, year] : plan_.rows.cell) {
      const Indicator indicator = plan_.indicators[column];
      const bool is_moves = indicator == Indicator::leavers || indicator == Indicator::arrivals;
      if (engine::info_of(indicator).of_sum == engine::OfSum::own || (is_moves && plan_.exchanges())) continue;
      double* to = output.indicator[engine::index_of(indicator)] + year * plan_.stride;
      std::fill_n(to, n_lanes, 0.0);
      for (const std::size_t part : plan_.tables.inputs.sums[group.sums[k]]) {
        const auto place = std::ranges::lower_bound(group.places, part) - group.places.begin();
        const std::size_t cell = static_cast<std::size_t>(place) * plan_.rows.size() + plan_.rows.first[column] + year;
        for (std::size_t lane = 0; lane < n_lanes; ++lane) to[lane] += open.series[cell * plan_.stride + draw + lane];
      }
    }
  }
}

}  // namespace sanhai::ensemble
