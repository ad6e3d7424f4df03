// Speed of the ensemble kernels and of whole runs, as JSON. Ratios within one run count: machines differ and are
// shared.
//   sanhai_bench [--quick] [--isa baseline|x86_64_v3|x86_64_v4] [--threads N]

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "../src/ensemble/run_tables.hpp"
#include "peak.hpp"
#include "sanhai/core/error.hpp"
#include "synthetic.hpp"

namespace {

using namespace sanhai;
using bench::SyntheticOptions;
using ensemble::Indicator;

struct Settings {
  bool quick = false;
  ensemble::Isa isa = ensemble::best_isa();
  std::size_t threads = 2;
};

const std::vector<Indicator> five = {Indicator::pop_jan1, Indicator::births, Indicator::deaths, Indicator::pop_0_14,
                                     Indicator::pop_65plus};

struct Timing {
  double median;
  double best;
};

template <class Work>
Timing timed(int repeats, Work work) {
  std::vector<double> seconds;
  work();
  for (int i = 0; i < repeats; ++i) {
    const double start = bench::now();
    work();
    seconds.push_back(bench::now() - start);
  }
  std::ranges::sort(seconds);
  return {seconds[seconds.size() / 2], seconds.front()};
}

/// The kernel alone: paths made beforehand, summaries written over and over.
struct KernelCase {
  SyntheticOptions options;
  std::vector<Indicator> indicators;  ///< empty: all
  bool full_ages = false;
  bool exact = false;
  bool rated = false;  ///< births given as rates of each draw
};

double kernel_ns(const Settings& settings, const KernelCase& which) {
  const std::size_t years = which.options.n_years;
  const std::size_t lanes = ensemble::n_lanes;
  const std::size_t n_batches = 64;
  ensemble::EnsembleInputs inputs = bench::synthetic_inputs(which.options);
  const ensemble::MortalityTable mortality(
      inputs.mortality[0], inputs.axes,
      which.exact ? ensemble::MortalityMode::exact : ensemble::MortalityMode::polynomial);
  const ensemble::FertilityTable fertility(inputs.fertility[0], inputs.axes);

  const std::size_t block = years * lanes;
  std::vector<double> factor(n_batches * block), k(n_batches * block), shock(n_batches * block);
  const bench::SyntheticPaths paths;
  for (std::size_t b = 0; b < n_batches; ++b) {
    paths.draw(0, b * lanes,
               {.fertility = {&factor[b * block], {years, lanes}},
                .k = {&k[b * block], {years, lanes}},
                .shock = {&shock[b * block], {years, lanes}},
                .death_factor = {},
                .start_rate = {},
                .end_rate = {},
                .gross_rate = {}});
  }
  std::vector<double> summaries(ensemble::n_indicators * (years + 1) * lanes);
  std::vector<double> ages(which.full_ages ? n_batches * (years + 1) * 2 * which.options.n_ages * lanes : 0);
  std::vector<ensemble::LaneStatus> status(lanes);
  const auto people = std::make_unique<ensemble::KernelCells>();
  const auto workspace = std::make_unique<ensemble::KernelWorkspace>();
  const ensemble::Kernel kernel = ensemble::kernel_for(settings.isa);

  ensemble::KernelTask task;
  task.n_years = years;
  task.n_ages = which.options.n_ages;
  task.mortality = mortality.view();
  task.fertility = fertility.view();
  task.status = status.data();
  task.place.pop_jan1 = inputs.places[0].pop_jan1.flat().data();
  if (which.options.with_migration) task.place.net_migration = inputs.places[0].net_migration.flat().data();
  if (which.options.with_shocks) task.place.pattern = inputs.places[0].pattern.flat().data();
  for (std::size_t i = 0; i < ensemble::n_indicators; ++i) {
    const auto indicator = static_cast<Indicator>(i);
    const bool wanted =
        which.indicators.empty() || std::ranges::find(which.indicators, indicator) != which.indicators.end();
    if (wanted) task.output.indicator[i] = &summaries[i * (years + 1) * lanes];
  }
  const std::size_t n_rates = fertility.end_age - fertility.first_age;
  const std::vector<double> rates(which.rated ? years * core::n_orders * n_rates * lanes : 0, 0.005);
  if (which.rated) task.paths.start_rate = task.paths.end_rate = rates.data();
  const Timing timing = timed(settings.quick ? 5 : 15, [&] {
    for (std::size_t b = 0; b < n_batches; ++b) {
      task.paths.fertility = &factor[b * block];
      task.paths.k = which.options.with_lee_carter ? &k[b * block] : nullptr;
      task.paths.shock = which.options.with_shocks ? &shock[b * block] : nullptr;
      if (which.full_ages) task.output.population = &ages[b * (ages.size() / n_batches)];
      kernel.run(task, *people, *workspace);
    }
  });
  return timing.best / static_cast<double>(n_batches * block) * 1e9;
}

/// Births by order and parity alone: level, depletion, response and ledger of one batch, over and over.
double births_ns(const Settings& settings) {
  constexpr std::size_t years = 77;
  constexpr std::size_t n = 35;
  constexpr std::size_t lanes = ensemble::n_lanes;
  std::vector<double> asfr(years * n), relative(core::n_orders * n), factor(years * lanes, 1.0);
  std::vector<double> multiplier(years * core::n_orders * lanes), tau(lanes, 0.3), weights(6, 1.0 / 6.0);
  std::vector<double> start(4 * ensemble::n_birth_ages), rates(2 * years * core::n_orders * n * lanes);
  for (std::size_t t = 0; t < years; ++t)
    for (std::size_t x = 0; x < n; ++x) {
      const double age = (static_cast<double>(x) - 13.0) / 5.5;
      asfr[t * n + x] = 0.085 * std::exp(-0.5 * age * age);
    }
  for (std::size_t x = 0; x < n; ++x) {
    relative[x] = 1.0;
    relative[n + x] = 0.8;
    relative[2 * n + x] = 0.12;
  }
  for (std::size_t x = 0; x < ensemble::n_birth_ages; ++x) {
    const double mothers = std::clamp((static_cast<double>(x) - 8.0) / 20.0, 0.0, 0.95);
    for (std::size_t p = 0; p < 4; ++p) {
      constexpr double share[4] = {0.0, 0.5, 0.4, 0.1};
      start[p * ensemble::n_birth_ages + x] = p == 0 ? 1.0 - mothers : mothers * share[p];
    }
  }
  for (std::size_t i = 0; i < multiplier.size(); ++i) multiplier[i] = 1.0 + 0.001 * static_cast<double>(i % 97);
  std::vector<ensemble::BirthsStatus> status(lanes);
  const auto workspace = std::make_unique<ensemble::BirthsWorkspace>();
  ensemble::BirthsTask task;
  task.n_years = years;
  task.first = 5;
  task.n = n;
  task.asfr = asfr.data();
  task.relative = relative.data();
  task.start = start.data();
  task.factor = factor.data();
  task.multiplier = multiplier.data();
  task.tau = tau.data();
  task.weights = weights.data();
  task.n_weights = weights.size();
  task.start_rate = rates.data();
  task.end_rate = rates.data() + rates.size() / 2;
  task.status = status.data();
  const ensemble::Kernel kernel = ensemble::kernel_for(settings.isa);
  const Timing timing = timed(settings.quick ? 5 : 15, [&] {
    for (int pass = 0; pass < 16; ++pass) kernel.births(task, *workspace);
  });
  return timing.best / static_cast<double>(16 * years * lanes) * 1e9;
}

std::size_t peak_memory_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmHWM:", 0) == 0) return std::stoul(line.substr(6)) * 1024;
  }
  return 0;
}

double pipeline_seconds(const Settings& settings, const ensemble::EnsembleRunner& runner, std::size_t n_draws,
                        std::size_t threads) {
  ensemble::RunOptions options;
  options.n_draws = n_draws;
  options.threads = threads;
  options.isa = settings.isa;
  options.indicators = five;
  const double start = bench::now();
  (void)runner.run(bench::SyntheticPaths(), options);
  return bench::now() - start;
}

void report(const Settings& settings) {
  SyntheticOptions shared;
  shared.with_lee_carter = shared.with_shocks = false;
  SyntheticOptions drawn;
  const std::vector<Indicator> all;
  const double shared_ns = kernel_ns(settings, {shared, five});
  const double shared_all_ns = kernel_ns(settings, {shared, all});
  const double drawn_ns = kernel_ns(settings, {drawn, five});
  const double drawn_all_ns = kernel_ns(settings, {drawn, all});
  const double exact_ns = kernel_ns(settings, {drawn, five, false, true});
  const double rated_ns = kernel_ns(settings, {shared, five, false, false, true});
  const double births = births_ns(settings);
  const double full_ns = kernel_ns(settings, {shared, five, true});
  // By hand, additions and multiplications: 5 a cell, 8 a fertile age, about 40 a year to close.
  constexpr double operations = 202 * 5 + 35 * 8 + 40;
  const double peak = bench::measured_peak(settings.isa) * 1e-9;
  const double reached = operations / shared_ns;

  SyntheticOptions many;
  many.n_places = settings.quick ? 100 : 2882;
  const std::size_t n_draws = 1000;
  const double build = bench::now();
  const ensemble::EnsembleRunner runner(bench::synthetic_inputs(many), ensemble::MortalityMode::polynomial);
  const double built = bench::now() - build;
  const std::size_t before = peak_memory_bytes();
  const double seconds = pipeline_seconds(settings, runner, n_draws, settings.threads);
  SyntheticOptions some = many;
  some.n_places = settings.quick ? 20 : 200;
  const ensemble::EnsembleRunner few(bench::synthetic_inputs(some), ensemble::MortalityMode::polynomial);
  const double one_thread = pipeline_seconds(settings, few, n_draws, 1);
  const double two_threads = pipeline_seconds(settings, few, n_draws, 2);

  std::printf("{\n  \"isa\": \"%s\",\n  \"quick\": %s,\n", ensemble::isa_name(settings.isa),
              settings.quick ? "true" : "false");
  std::printf("  \"ns_per_trajectory_year\": {\n");
  std::printf("    \"shared\": %.1f, \"shared_all_indicators\": %.1f,\n", shared_ns, shared_all_ns);
  std::printf(
      "    \"lee_carter\": %.1f, \"lee_carter_all_indicators\": %.1f, \"lee_carter_exp_in_every_cell\": %.1f,\n",
      drawn_ns, drawn_all_ns, exact_ns);
  std::printf("    \"births_as_rates_of_each_draw\": %.1f, \"births_by_parity_alone\": %.1f,\n", rated_ns, births);
  std::printf("    \"full_age_sex\": %.1f\n  },\n", full_ns);
  std::printf("  \"P4\": {\"gflops\": %.1f, \"peak_not_fused\": %.1f, \"share\": %.3f},\n", reached, peak,
              reached / peak);
  std::printf(
      "  \"P6\": {\"places\": %zu, \"draws\": %zu, \"years\": %zu, \"threads\": %zu, \"seconds\": %.2f, "
      "\"ns_per_trajectory_year\": %.1f, \"tables_seconds\": %.2f},\n",
      many.n_places, n_draws, many.n_years, settings.threads, seconds,
      seconds * 1e9 /
          (static_cast<double>(many.n_places) * static_cast<double>(n_draws) * static_cast<double>(many.n_years)),
      built);
  std::printf("  \"P7\": {\"peak_bytes\": %zu, \"before_bytes\": %zu},\n", peak_memory_bytes(), before);
  std::printf("  \"P10\": {\"one_thread\": %.2f, \"two_threads\": %.2f, \"speed_up\": %.2f},\n", one_thread,
              two_threads, one_thread / two_threads);
  std::printf("  \"P11\": {\"rates_of_each_draw_over_a_schedule\": %.2f}\n}\n", rated_ns / shared_ns);
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    const std::string value = i + 1 < argc ? argv[i + 1] : "";
    if (option == "--quick") {
      settings.quick = true;
    } else if (option == "--isa") {
      for (const ensemble::Isa isa : {ensemble::Isa::baseline, ensemble::Isa::x86_64_v3, ensemble::Isa::x86_64_v4})
        if (value == ensemble::isa_name(isa)) settings.isa = isa;
      ++i;
    } else if (option == "--threads") {
      settings.threads = std::stoul(value);
      ++i;
    } else {
      std::fprintf(stderr, "usage: sanhai_bench [--quick] [--isa baseline|x86_64_v3|x86_64_v4] [--threads N]\n");
      return 2;
    }
  }
  try {
    report(settings);
  } catch (const core::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
