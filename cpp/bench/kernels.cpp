// The kernels under Google Benchmark: one thread, one place, items are trajectory-years.

#include <benchmark/benchmark.h>

#include "synthetic.hpp"

namespace {

using namespace sanhai;

void run_place(benchmark::State& state, bool with_lee_carter, bool with_parity) {
  bench::SyntheticOptions which;
  which.with_lee_carter = with_lee_carter;
  which.with_parity = with_parity;
  const ensemble::EnsembleRunner runner(bench::synthetic_inputs(which), ensemble::MortalityMode::polynomial);
  ensemble::RunOptions options;
  options.n_draws = 1000;
  options.indicators = {ensemble::Indicator::pop_jan1};
  for (auto _ : state) benchmark::DoNotOptimize(runner.run(bench::SyntheticPaths(), options));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(options.n_draws * which.n_years));
}

// Real time: the work is in a thread of its own, which the calling thread's processor time does not see.
BENCHMARK_CAPTURE(run_place, shared, false, false)->UseRealTime();
BENCHMARK_CAPTURE(run_place, lee_carter, true, false)->UseRealTime();
BENCHMARK_CAPTURE(run_place, parity, false, true)->UseRealTime();
BENCHMARK_CAPTURE(run_place, lee_carter_parity, true, true)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
