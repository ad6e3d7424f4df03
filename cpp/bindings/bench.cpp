// What python -m sanhai.bench needs and no user does: paths given as arrays, schedules shared by many places, women by
// parity, a run on an instruction set asked for, and the kernel alone.

#include <pybind11/stl.h>

#include <limits>
#include <memory>
#include <optional>

#include "../bench/peak.hpp"
#include "../src/ensemble/run_tables.hpp"
#include "ensemble_inputs.hpp"
#include "numpy.hpp"
#include "sanhai/ensemble/run.hpp"

namespace sanhai::bindings {
namespace {

using namespace ensemble;

/// The same paths for every place, from arrays (year, draw); draws beyond the last are neutral.
class GivenPaths : public PathMaker {
public:
  GivenPaths(core::Array<2> fertility, core::Array<2> k, core::Array<2> shock)
      : fertility_(std::move(fertility)), k_(std::move(k)), shock_(std::move(shock)) {}

  void draw(std::size_t, std::size_t first_draw, const PathBlock& block) const override {
    put(fertility_, first_draw, block.fertility);
    put(k_, first_draw, block.k);
    put(shock_, first_draw, block.shock);
  }
  [[nodiscard]] bool has_fertility() const override { return !fertility_.empty(); }
  [[nodiscard]] bool has_k() const override { return !k_.empty(); }
  [[nodiscard]] bool has_shock() const override { return !shock_.empty(); }

private:
  static void put(const core::Array<2>& from, std::size_t first_draw, core::View<double, 2> to) {
    if (from.empty()) return;
    for (std::size_t year = 0; year < to.extent(0) && year < from.extent(0); ++year)
      for (std::size_t lane = 0; lane < to.extent(1) && first_draw + lane < from.extent(1); ++lane)
        to(year, lane) = from(year, first_draw + lane);
  }

  core::Array<2> fertility_;
  core::Array<2> k_;
  core::Array<2> shock_;
};

template <std::size_t N>
core::Array<N - 1> row_of(const core::Array<N>& array, std::size_t index) {
  if (array.empty()) return {};
  const auto view = array.view()[index];
  const auto values = view.flat();
  return core::Array<N - 1>(view.shape(), std::vector<double>(values.begin(), values.end()));
}

/// Many places on one schedule of mortality and one of fertility: thousands of places fit in memory.
EnsembleInputs shared_inputs(std::vector<std::string> places, int first_year, const Numpy& pop_jan1,
                             const py::object& parity, const Numpy& mx, const py::object& b,
                             const py::object& half_width, const Numpy& asfr, const Numpy& srb,
                             const Numpy& net_migration, const py::object& pattern, bool cap) {
  const auto pop = to_array<3>(pop_jan1, "pop_jan1");
  const auto women = to_array<3>(parity, "parity");
  const auto movers = to_array<4>(net_migration, "net_migration");
  const auto shocked = to_array<4>(pattern, "pattern");
  EnsembleInputs inputs;
  inputs.mortality.push_back({.mx = to_array<3>(mx, "mx"),
                              .a0 = {},
                              .Sx = {},
                              .b = to_array<2>(b, "b"),
                              .half_width = to_array<1>(half_width, "half_width")});
  inputs.fertility.push_back({to_array<3>(asfr, "asfr"), to_array<1>(srb, "srb")});
  const std::size_t n_places = places.size();
  core::check_calendar_years("first_year", first_year, inputs.fertility[0].asfr.extent(0) + 1);
  for (const std::size_t n : {pop.extent(0), movers.extent(0), women.empty() ? n_places : women.extent(0),
                              shocked.empty() ? n_places : shocked.extent(0)}) {
    if (n == n_places) continue;
    throw core::ShapeError(core::message({.what = "benchmark inputs",
                                          .where = "axis place",
                                          .got = std::to_string(n),
                                          .allowed = std::to_string(n_places),
                                          .remedy = "align the arrays by place"}));
  }
  if (movers.extent(1) != 1 || (!shocked.empty() && shocked.extent(1) != 1)) {
    throw core::ShapeError(core::message({.what = "net_migration and pattern",
                                          .where = "axis year",
                                          .got = core::text(movers.shape()),
                                          .allowed = "one year that serves all",
                                          .remedy = "give (place, 1, sex, age)"}));
  }
  inputs.axes = {.places = std::move(places),
                 .first_year = first_year,
                 .n_years = inputs.fertility[0].asfr.extent(0),
                 .n_ages = pop.extent(2)};
  inputs.on_negative = cap ? engine::OnNegative::cap : engine::OnNegative::error;
  for (std::size_t p = 0; p < n_places; ++p) {
    PlaceInputs place;
    place.pop_jan1 = row_of(pop, p);
    place.parity = row_of(women, p);
    place.net_migration = row_of(movers, p);
    place.pattern = row_of(shocked, p);
    inputs.places.push_back(std::move(place));
  }
  return inputs;
}

EnsembleRunner runner_of(EnsembleInputs inputs, bool is_exact) {
  const py::gil_scoped_release released;
  return EnsembleRunner(std::move(inputs), is_exact ? MortalityMode::exact : MortalityMode::polynomial);
}

std::optional<Isa> isa_from(const std::string& name) {
  if (name.empty()) return {};
  for (const Isa isa : {Isa::baseline, Isa::x86_64_v3, Isa::x86_64_v4})
    if (name == isa_name(isa)) return isa;
  throw core::ConfigError(core::message({.what = "isa",
                                         .where = "",
                                         .got = name,
                                         .allowed = "baseline, x86_64_v3, x86_64_v4",
                                         .remedy = "name one of bench_isas(), or leave it empty for the best"}));
}

Ensemble run_on(const EnsembleRunner& runner, const PathMaker& paths, std::size_t n_draws, std::size_t threads,
                std::size_t batch, const std::string& isa, bool keep_draws, const std::vector<std::string>& indicators,
                std::vector<double> probabilities) {
  RunOptions options;
  options.n_draws = n_draws;
  options.threads = threads;
  options.batch = batch;
  options.isa = isa_from(isa);
  options.keep = keep_draws ? Keep::draws : Keep::quantiles;
  options.probabilities = std::move(probabilities);
  options.indicators = indicators_from(indicators);
  const py::gil_scoped_release released;
  return runner.run(paths, options);
}

/// The kernel alone over the first place: paths and memory are made beforehand, draws are written over and over.
class KernelLoop {
public:
  KernelLoop(EnsembleInputs given, const PathMaker& paths, std::size_t n_draws, const std::vector<std::string>& names,
             const std::string& isa)
      : inputs_(std::move(given)),
        n_draws_(count(n_draws, "n_draws", 100'000)),
        mortality_(inputs_.mortality.at(0), inputs_.axes, MortalityMode::polynomial),
        fertility_(inputs_.fertility.at(0), inputs_.axes, !inputs_.places.at(0).parity.empty()),
        place_(make_place_table(inputs_, 0, fertility_)),
        indicators_(indicators_from(names)),
        kernel_(kernel_for(isa_from(isa).value_or(best_isa()))),
        has_k_(paths.has_k()),
        has_shock_(paths.has_shock()) {
    const std::size_t years = inputs_.axes.n_years;
    paths.check(inputs_.places.size(), years);
    const std::size_t cells = years * padded(n_draws);
    factor_.assign(cells, 1.0);
    k_.assign(cells, 0.0);
    shock_.assign(cells, 0.0);
    for (std::size_t draw = 0; draw < n_draws; draw += n_lanes) {
      paths.draw(0, draw,
                 {.fertility = {&factor_[draw * years], {years, n_lanes}},
                  .multiplier = {},
                  .k = {&k_[draw * years], {years, n_lanes}},
                  .shock = {&shock_[draw * years], {years, n_lanes}},
                  .death_factor = {},
                  .start_rate = {},
                  .end_rate = {}});
    }
    series_.assign(indicators_.size() * (years + 1) * padded(n_draws), std::numeric_limits<double>::quiet_NaN());
    set_task();
  }

  void run() {
    const py::gil_scoped_release released;
    const std::size_t years = inputs_.axes.n_years;
    for (std::size_t draw = 0; draw < n_draws_; draw += n_lanes) {
      task_.paths.fertility = &factor_[draw * years];
      task_.paths.k = has_k_ ? &k_[draw * years] : nullptr;
      task_.paths.shock = has_shock_ ? &shock_[draw * years] : nullptr;
      for (std::size_t i = 0; i < indicators_.size(); ++i) {
        task_.output.indicator[static_cast<std::size_t>(indicators_[i])] =
            &series_[i * (years + 1) * padded(n_draws_) + draw];
      }
      kernel_.run(task_, *workspace_);
    }
  }

  /// (indicator, year + 1, draw), draws filled up to whole lanes; the last year of a flow is NaN.
  [[nodiscard]] py::array draws() const {
    const auto extent = [](std::size_t n) { return static_cast<py::ssize_t>(n); };
    return to_numpy(series_, {extent(indicators_.size()), extent(inputs_.axes.n_years + 1), extent(padded(n_draws_))});
  }

private:
  void set_task() {
    const PlaceInputs& place = inputs_.places[0];
    task_.n_years = inputs_.axes.n_years;
    task_.n_ages = inputs_.axes.n_ages;
    task_.mortality = mortality_.view();
    task_.fertility = fertility_.view();
    task_.status = status_;
    task_.place.pop_jan1 = place.pop_jan1.flat().data();
    task_.place.cap = inputs_.on_negative == engine::OnNegative::cap;
    if (!place.parity.empty()) {
      task_.place.parity = place_.shares.flat().data();
      task_.fertility.first_age = place_.first_age;
    }
    // One year serves all (a step of 0), which `shared_inputs` takes alone.
    task_.place.net_migration = place.net_migration.flat().data();
    if (!place.pattern.empty()) task_.place.pattern = place.pattern.flat().data();
    task_.output.stride = padded(n_draws_);
  }

  EnsembleInputs inputs_;
  std::size_t n_draws_;
  MortalityTable mortality_;
  FertilityTable fertility_;
  PlaceTable place_;
  std::vector<Indicator> indicators_;
  Kernel kernel_;
  bool has_k_;
  bool has_shock_;
  std::vector<double> factor_;
  std::vector<double> k_;
  std::vector<double> shock_;
  std::vector<double> series_;
  LaneStatus status_[n_lanes];
  KernelTask task_;
  std::unique_ptr<KernelWorkspace> workspace_ = std::make_unique<KernelWorkspace>();
};

}  // namespace

void register_bench(py::module_& m) {
  using py::arg;
  py::class_<GivenPaths, PathMaker>(m, "GivenPaths", "Paths of every place, given; for the benchmark.")
      .def(py::init([](const py::object& fertility, const py::object& k, const py::object& shock) {
             return GivenPaths(to_array<2>(fertility, "fertility"), to_array<2>(k, "k"), to_array<2>(shock, "shock"));
           }),
           arg("fertility") = py::none(), arg("k") = py::none(), arg("shock") = py::none(), "arrays (year, draw)");
  py::class_<EnsembleInputs>(m, "BenchInputs", "Inputs of an ensemble on shared schedules.")
      .def(py::init(&shared_inputs), arg("places"), arg("first_year"), arg("pop_jan1"), arg("parity"), arg("mx"),
           arg("b"), arg("half_width"), arg("asfr"), arg("srb"), arg("net_migration"), arg("pattern"),
           arg("cap") = false,
           "Places on one schedule: pop_jan1 (place, sex, age), parity (place, parity, age) or None, mx (year, sex, "
           "age), b (sex, age) or None, half_width (year) or None, asfr (year, order, age), srb (year), net_migration "
           "and pattern (place, 1, sex, age).");
  py::class_<KernelLoop>(m, "KernelLoop", "The kernel alone over the first place, one thread, in memory made before.")
      .def(py::init([](EnsembleInputs inputs, const PathMaker& paths, std::size_t n_draws,
                       const std::vector<std::string>& indicators, const std::string& isa) {
             (void)EnsembleRunner(inputs, MortalityMode::polynomial);  // checks them; the kernel alone would not
             return std::make_unique<KernelLoop>(std::move(inputs), paths, n_draws, indicators, isa);
           }),
           arg("inputs"), arg("paths"), arg("n_draws"), arg("indicators"), arg("isa") = "")
      .def("run", &KernelLoop::run)
      .def("draws", &KernelLoop::draws, "(indicator, year + 1, draw), draws filled up to a multiple of eight");
  m.def("bench_runner", &runner_of, arg("inputs"), arg("is_exact") = false,
        "is_exact: exp in every cell instead of the polynomial.");
  m.def("bench_run", &run_on, arg("runner"), arg("paths"), arg("n_draws"), arg("threads") = 1, arg("batch") = 32,
        arg("isa") = "", arg("keep_draws") = false, arg("indicators") = std::vector<std::string>{},
        arg("probabilities") = RunOptions{}.probabilities, "A run on an instruction set asked for; empty: the best.");
  m.def(
      "bench_peak", [](const std::string& isa) { return bench::measured_peak(isa_from(isa).value_or(best_isa())); },
      arg("isa") = "",
      "Multiplications and additions a second that one thread can do, not fused, on an instruction set; best of 25.");
  m.def(
      "bench_isas",
      [] {
        std::vector<std::string> names;
        for (const Isa isa : {Isa::baseline, Isa::x86_64_v3, Isa::x86_64_v4})
          if (has_isa(isa)) names.emplace_back(isa_name(isa));
        return names;
      },
      "Instruction sets that this build holds and this processor runs, slowest first.");
}

}  // namespace sanhai::bindings
