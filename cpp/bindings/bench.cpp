// What python -m sanhai.bench needs and no user does: paths given as arrays, and the kernel alone.

#include <pybind11/stl.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>

#include "../bench/peak.hpp"
#include "../src/ensemble/run_tables.hpp"
#include "ensemble.hpp"
#include "numpy.hpp"

namespace sanhai::bindings {
namespace {

using namespace ensemble;

/// The same paths for every place, from arrays (year, draw); draws beyond the last are neutral. With `rates` (year,
/// order, age from first_age) births are these at both exposures, in every draw.
class GivenPaths : public PathMaker {
public:
  GivenPaths(core::Array<2> fertility, core::Array<2> k, core::Array<2> shock, core::Array<3> rates,
             std::size_t first_age)
      : fertility_(std::move(fertility)),
        k_(std::move(k)),
        shock_(std::move(shock)),
        rates_(std::move(rates)),
        first_age_(first_age) {}

  void draw(std::size_t, std::size_t first_draw, const PathBlock& block) const override {
    put(fertility_, first_draw, block.fertility);
    put(k_, first_draw, block.k);
    put(shock_, first_draw, block.shock);
    for (std::size_t t = 0; t < block.start_rate.extent(0) && t < rates_.extent(0); ++t)
      for (std::size_t i = 0; i < core::n_orders && i < rates_.extent(1); ++i)
        for (std::size_t x = 0; x < rates_.extent(2); ++x)
          for (std::size_t lane = 0; lane < n_lanes; ++lane)
            block.start_rate(t, i, x, lane) = block.end_rate(t, i, x, lane) = rates_(t, i, x);
  }
  [[nodiscard]] RateAges rate_ages() const override { return {first_age_, rates_.extent(2)}; }
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
  core::Array<3> rates_;
  std::size_t first_age_;
};

/// The kernel alone over the first place: paths and memory are made beforehand, draws are written over and over.
class KernelLoop {
public:
  KernelLoop(EnsembleInputs given, const GivenPaths& paths, std::size_t n_draws, const std::vector<std::string>& names,
             const std::string& isa)
      : inputs_(checked(std::move(given))),
        mortality_(inputs_.mortality[inputs_.places[0].mortality], inputs_.axes, MortalityMode::polynomial),
        fertility_(inputs_.fertility[inputs_.places[0].fertility], inputs_.axes),
        indicators_(indicators_from(names)),
        ages_(paths.rate_ages()),
        n_draws_(std::clamp<std::size_t>(n_draws, 1, most_draws)),
        kernel_(kernel_for(isa_from(isa).value_or(best_isa()))),
        has_k_(paths.has_k()),
        has_shock_(paths.has_shock()) {
    const std::size_t years = inputs_.axes.n_years;
    const std::size_t cells = years * padded(n_draws_);
    const core::Shape<4> rates{years, core::n_orders, ages_.n, n_lanes};
    rates_.assign(2 * core::volume(rates), 0.0);
    factor_.assign(cells, 1.0);
    k_.assign(cells, 0.0);
    shock_.assign(cells, 0.0);
    for (std::size_t draw = 0; draw < n_draws_; draw += n_lanes) {
      paths.draw(0, draw,
                 {.fertility = {&factor_[draw * years], {years, n_lanes}},
                  .k = {&k_[draw * years], {years, n_lanes}},
                  .shock = {&shock_[draw * years], {years, n_lanes}},
                  .death_factor = {},
                  .start_rate = {rates_.data(), rates},
                  .end_rate = {rates_.data() + core::volume(rates), rates},
                  .gross_rate = {}});
    }
    series_.assign(indicators_.size() * (years + 1) * padded(n_draws_), std::numeric_limits<double>::quiet_NaN());
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
      kernel_.run(task_, *people_, *workspace_);
    }
  }

  /// (indicator, year + 1, draw), draws filled up to whole lanes; the last year of a flow is NaN.
  [[nodiscard]] py::array draws() const {
    const auto extent = [](std::size_t n) { return static_cast<py::ssize_t>(n); };
    return to_numpy(series_, {extent(indicators_.size()), extent(inputs_.axes.n_years + 1), extent(padded(n_draws_))});
  }

private:
  static constexpr std::size_t most_draws = 1'000'000;

  /// As a runner checks its inputs.
  static EnsembleInputs checked(EnsembleInputs inputs) {
    EnsembleRunner(inputs, MortalityMode::shared);
    give_moving_places_counts(inputs);
    return inputs;
  }

  void set_task() {
    const PlaceInputs& place = inputs_.places[0];
    task_.n_years = inputs_.axes.n_years;
    task_.n_ages = inputs_.axes.n_ages;
    task_.mortality = mortality_.view();
    task_.fertility = fertility_.view();
    task_.status = status_;
    task_.place.pop_jan1 = place.pop_jan1.flat().data();
    task_.place.cap = inputs_.on_negative == engine::OnNegative::cap;
    if (ages_.n > 0) {
      task_.fertility.first_age = ages_.first;
      task_.fertility.end_age = ages_.first + ages_.n;
      task_.paths.start_rate = rates_.data();
      task_.paths.end_rate = rates_.data() + rates_.size() / 2;
    }
    const std::size_t cells = core::n_sexes * inputs_.axes.n_ages;
    if (!place.net_migration.empty()) task_.place.net_migration = place.net_migration.flat().data();
    if (!place.pattern.empty()) task_.place.pattern = place.pattern.flat().data();
    task_.place.net_migration_step = place.net_migration.extent(0) > 1 ? cells : 0;
    task_.place.pattern_step = place.pattern.extent(0) > 1 ? cells : 0;
    task_.output.stride = padded(n_draws_);
  }

  EnsembleInputs inputs_;
  MortalityTable mortality_;
  FertilityTable fertility_;
  std::vector<Indicator> indicators_;
  RateAges ages_;
  std::size_t n_draws_;
  Kernel kernel_;
  bool has_k_;
  bool has_shock_;
  std::vector<double> factor_;
  std::vector<double> k_;
  std::vector<double> shock_;
  std::vector<double> series_;
  std::vector<double> rates_;
  LaneStatus status_[n_lanes];
  KernelTask task_;
  std::unique_ptr<KernelCells> people_ = std::make_unique<KernelCells>();
  std::unique_ptr<KernelWorkspace> workspace_ = std::make_unique<KernelWorkspace>();
};

}  // namespace

void register_bench(py::module_& m) {
  using py::arg;
  py::class_<GivenPaths, PathMaker>(m, "GivenPaths", "Paths of every place, given; for the benchmark.")
      .def(py::init([](const py::object& fertility, const py::object& k, const py::object& shock,
                       const py::object& rates, std::size_t first_age) {
             return GivenPaths(to_array<2>(fertility, "fertility"), to_array<2>(k, "k"), to_array<2>(shock, "shock"),
                               to_array<3>(rates, "rates"), first_age);
           }),
           arg("fertility") = py::none(), arg("k") = py::none(), arg("shock") = py::none(), arg("rates") = py::none(),
           arg("first_age") = 1, "arrays (year, draw); rates (year, order, age from first_age) in place of a schedule");
  py::class_<KernelLoop>(m, "KernelLoop", "The kernel alone over the first place, one thread, in memory made before.")
      .def(py::init<EnsembleInputs, const GivenPaths&, std::size_t, const std::vector<std::string>&,
                    const std::string&>(),
           arg("inputs"), arg("paths"), arg("n_draws"), arg("indicators"), arg("isa") = "")
      .def("run", &KernelLoop::run)
      .def("draws", &KernelLoop::draws, "(indicator, year + 1, draw), draws filled up to a multiple of eight");
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
