// The kernels under Google Benchmark: one thread, one place, items are trajectory-years.

#include <benchmark/benchmark.h>

#include "synthetic.hpp"

namespace {

using namespace sanhai;

void run_place(benchmark::State& state, bool with_lee_carter) {
  bench::SyntheticOptions which;
  which.with_lee_carter = with_lee_carter;
  const ensemble::EnsembleRunner runner(bench::synthetic_inputs(which), ensemble::MortalityMode::polynomial);
  ensemble::RunOptions options;
  options.n_draws = 1000;
  options.indicators = {ensemble::Indicator::pop_jan1};
  for (auto _ : state) benchmark::DoNotOptimize(runner.run(bench::SyntheticPaths(), options));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(options.n_draws * which.n_years));
}

// Real time: the work is in a thread of its own, which the calling thread's processor time does not see.
BENCHMARK_CAPTURE(run_place, shared, false)->UseRealTime();
BENCHMARK_CAPTURE(run_place, lee_carter, true)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
