// Around the kernel: no allocation inside, errors of the lowest draw, cancelling, budgets, quantiles.

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <new>
#include <thread>

#include "../../cpp/src/ensemble/run_tables.hpp"
#include "sanhai/core/error.hpp"
#include "sanhai/core/quantiles.hpp"
#include "sanhai/ensemble/threads.hpp"
#include "sanhai_catch.hpp"
#include "test_ensemble_cases.hpp"

namespace {
std::atomic<std::size_t> n_allocations{0};

void* counted(std::size_t bytes, std::size_t alignment) noexcept {
  ++n_allocations;
  return alignment <= alignof(std::max_align_t)
             ? std::malloc(bytes ? bytes : 1)
             : std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
}

void* counted_or_throw(std::size_t bytes, std::size_t alignment) {
  void* memory = counted(bytes, alignment);
  if (!memory) throw std::bad_alloc();
  return memory;
}
}  // namespace

// The whole test program counts; the count matters only between two readings below.
void* operator new(std::size_t bytes) { return counted_or_throw(bytes, 1); }
void* operator new[](std::size_t bytes) { return counted_or_throw(bytes, 1); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return counted_or_throw(bytes, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t bytes, std::align_val_t alignment) {
  return counted_or_throw(bytes, static_cast<std::size_t>(alignment));
}
// A sanitizer's own nothrow form would hand out memory that the deletes below may not take back.
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return counted(bytes, 1); }
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept { return counted(bytes, 1); }
void* operator new(std::size_t bytes, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return counted(bytes, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t bytes, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return counted(bytes, static_cast<std::size_t>(alignment));
}
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"  // they do match: counted() takes from malloc
#endif
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t, const std::nothrow_t&) noexcept { std::free(memory); }

namespace {

using namespace sanhai;
using ensemble::Indicator;
using test::CaseOptions;
using test::RandomPaths;

TEST_CASE("run: the kernel allocates nothing from the first year to the last") {
  const std::size_t before_anything = n_allocations;
  CaseOptions options;
  options.leaving = 0.1;
  ensemble::EnsembleInputs inputs = test::random_inputs(1, options);
  REQUIRE(n_allocations > before_anything);  // the counter counts
  const ensemble::MortalityTable mortality(inputs.mortality[0], inputs.axes, ensemble::MortalityMode::polynomial);
  const ensemble::FertilityTable fertility(inputs.fertility[0], inputs.axes);
  const std::size_t years = options.n_years;
  std::vector<double> factor(years * 8, 1.0), k(years * 8, 0.35), shock(years * 8, 0.1);
  std::vector<double> out(ensemble::n_indicators * (years + 1) * 8);
  std::vector<double> ages((years + 1) * 2 * options.n_ages * 8);
  std::vector<ensemble::LaneStatus> status(8);
  const auto people = std::make_unique<ensemble::KernelCells>();
  const auto workspace = std::make_unique<ensemble::KernelWorkspace>();
  ensemble::KernelTask task;
  task.n_years = years;
  task.n_ages = options.n_ages;
  task.mortality = mortality.view();
  task.fertility = fertility.view();
  task.place.pop_jan1 = inputs.places[0].pop_jan1.flat().data();
  task.place.net_migration = inputs.places[0].net_migration.flat().data();
  task.place.net_migration_step = 2 * options.n_ages;
  task.place.pattern = inputs.places[0].pattern.flat().data();
  task.paths = {factor.data(), k.data(), shock.data()};
  for (std::size_t i = 0; i < ensemble::n_indicators; ++i) task.output.indicator[i] = &out[i * (years + 1) * 8];
  task.output.population = ages.data();
  task.status = status.data();
  for (const ensemble::Isa isa : {ensemble::Isa::baseline, ensemble::Isa::x86_64_v3, ensemble::Isa::x86_64_v4}) {
    if (!ensemble::has_isa(isa)) continue;
    const ensemble::Kernel kernel = ensemble::kernel_for(isa);
    const std::size_t before = n_allocations;
    kernel.run(task, *people, *workspace);
    kernel.sort(out.data(), years);
    const std::size_t after = n_allocations;
    REQUIRE(after == before);
    REQUIRE(status[0].year == -1);
  }
}

/// Throws out more people than there are, in chosen draws.
class Leavers : public RandomPaths {
public:
  Leavers(std::size_t place, std::vector<std::size_t> draws, double shock = -1e6)
      : RandomPaths(3), place_(place), draws_(std::move(draws)), shock_(shock) {}
  void draw(std::size_t place, std::size_t first_draw, const ensemble::PathBlock& block) const override {
    RandomPaths::draw(place, first_draw, block);
    for (const std::size_t draw : draws_)
      if (place >= place_ && draw >= first_draw && draw < first_draw + 8) block.shock(2, draw - first_draw) = shock_;
  }

private:
  std::size_t place_;
  std::vector<std::size_t> draws_;
  double shock_;
};

TEST_CASE("run: the lowest place and draw below zero is named, whoever found it first") {
  CaseOptions options;
  options.n_places = 4;
  ensemble::EnsembleInputs inputs = test::random_inputs(2, options);
  for (auto& place : inputs.places) {
    for (double& value : place.pattern.flat()) value = 0.0;
    place.pattern(0, 1, 33) = 1.0;
    place.pattern(0, 1, 47) = 1.0;
  }
  const ensemble::EnsembleRunner runner(inputs, ensemble::MortalityMode::polynomial);
  for (const std::size_t threads : {1, 2, 7}) {
    ensemble::RunOptions run;
    run.n_draws = 60;
    run.threads = threads;
    run.batch = 8;
    std::string message;
    try {
      (void)runner.run(Leavers(1, {57, 21, 22}), run);
    } catch (const core::DomainError& error) {
      message = error.what();
    }
    INFO(message);
    for (const char* part : {"620101", "2026", "female", "age 33", "draw 21"})
      REQUIRE(message.find(part) != std::string::npos);
  }
  ensemble::RunOptions block;  // a later block names its draws by their own numbers, and draws beyond it stop nothing
  block.first_draw = 16;
  block.n_draws = 5;
  REQUIRE(runner.run(Leavers(1, {21, 22}), block).n_draws == 5);
  block.n_draws = 6;
  try {
    (void)runner.run(Leavers(1, {21, 22}), block);
    FAIL("nothing was thrown");
  } catch (const core::DomainError& error) {
    REQUIRE(std::string(error.what()).find("draw 21") != std::string::npos);
  }
  inputs.on_negative = engine::OnNegative::cap;
  ensemble::RunOptions run;
  run.n_draws = 60;
  run.keep = ensemble::Keep::draws;
  run.indicators = {Indicator::migration_cut};
  const auto capped = ensemble::run(inputs, Leavers(1, {21}), run);
  REQUIRE(capped.draws(1, 0, 2, 21) > 1e6);
  REQUIRE(capped.draws(1, 0, 2, 20) == 0.0);
}

TEST_CASE("run: one cell of either sex below zero is found while the place has people left") {
  ensemble::EnsembleInputs inputs = test::random_inputs(2, {});
  for (const std::size_t sex : {0, 1}) {
    for (double& value : inputs.places[0].pattern.flat()) value = 0.0;
    inputs.places[0].pattern(0, sex, 33) = 1.0;
    const ensemble::EnsembleRunner runner(inputs, ensemble::MortalityMode::polynomial);
    ensemble::RunOptions run;
    run.n_draws = 30;
    std::string message;
    try {
      (void)runner.run(Leavers(0, {21}, -1500.0), run);  // cells hold 100 to 1,000 persons, the place 100,000
    } catch (const core::DomainError& error) {
      message = error.what();
    }
    INFO(message);
    for (const char* part : {"2026", sex == 0 ? " male" : "female", "age 33", "draw 21"})
      REQUIRE(message.find(part) != std::string::npos);
  }
}

class Thrower : public RandomPaths {
public:
  Thrower() : RandomPaths(3) {}
  void draw(std::size_t place, std::size_t first_draw, const ensemble::PathBlock& block) const override {
    if (place == 2 && first_draw >= 16) throw core::DomainError("no path for draw " + std::to_string(first_draw));
    RandomPaths::draw(place, first_draw, block);
  }
};

TEST_CASE("run: what a path maker throws comes out, the lowest draw first, and the runner is usable after it") {
  CaseOptions options;
  options.n_places = 4;
  const ensemble::EnsembleRunner runner(test::random_inputs(3, options), ensemble::MortalityMode::polynomial);
  ensemble::RunOptions run;
  run.n_draws = 64;
  run.threads = 3;
  run.batch = 16;
  for (int again = 0; again < 5; ++again) {
    try {
      (void)runner.run(Thrower(), run);
      FAIL("nothing was thrown");
    } catch (const core::DomainError& error) {
      REQUIRE(std::string(error.what()) == "no path for draw 16");
    }
  }
  REQUIRE(runner.run(RandomPaths(3), run).quantiles.extent(0) == 4);
}

// The promise is of a build without ThreadSanitizer, where the run ends in some milliseconds. Under it, with every
// access watched, the same takes 0.1 to 0.5 s on two busy cores; there the test still shows that a run stops long
// before its end.
#if defined(__SANITIZE_THREAD__)
constexpr std::chrono::milliseconds cancelled_within(2000);
#else
constexpr std::chrono::milliseconds cancelled_within(200);
#endif

TEST_CASE("run: cancelling ends within 0.2 s, by flag and by an exception from the progress callback") {
  CaseOptions options;
  options.n_years = 77;
  options.leaving = 0.0;
  const ensemble::EnsembleRunner runner(test::random_inputs(4, options), ensemble::MortalityMode::exact);
  ensemble::RunOptions run;
  run.n_draws = 50000;
  run.threads = 2;
  run.indicators = {Indicator::pop_jan1};
  std::atomic<bool> cancel{false};
  std::chrono::steady_clock::time_point asked;
  run.cancel = &cancel;
  std::thread user([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(120));
    asked = std::chrono::steady_clock::now();
    cancel = true;
  });
  const auto stopped = runner.run(RandomPaths(4), run);
  const auto ended = std::chrono::steady_clock::now();
  user.join();
  REQUIRE(stopped.is_cancelled);
  REQUIRE(ended - asked < cancelled_within);

  run.cancel = nullptr;
  std::size_t n_calls = 0;
  run.progress = [&](std::size_t done, std::size_t all) {
    REQUIRE(done <= all);
    if (++n_calls == 2) {
      asked = std::chrono::steady_clock::now();
      throw std::runtime_error("stop");
    }
  };
  REQUIRE_THROWS_AS(runner.run(RandomPaths(4), run), std::runtime_error);
  REQUIRE(std::chrono::steady_clock::now() - asked < cancelled_within);
}

TEST_CASE("run: quantiles are those of the draws kept, exactly") {
  CaseOptions options;
  options.n_places = 3;
  ensemble::RunOptions run;
  run.n_draws = 333;
  run.threads = 2;
  run.keep = ensemble::Keep::draws;
  const auto kept = ensemble::run(test::random_inputs(5, options), RandomPaths(5), run);
  for (std::size_t place = 0; place < 3; ++place)
    for (std::size_t i = 0; i < kept.indicators.size(); ++i)
      for (std::size_t t = 0; t <= options.n_years; ++t) {
        if (!is_stock(kept.indicators[i]) && t == options.n_years) continue;
        const auto expected = core::quantiles(kept.draws.view()[place][i][t].flat(), run.probabilities);
        for (std::size_t p = 0; p < run.probabilities.size(); ++p)
          REQUIRE(kept.quantiles(place, i, t, p) == expected[p]);
      }
}

TEST_CASE("run: a budget that would be broken is refused before anything runs, naming both numbers") {
  CaseOptions options;
  const ensemble::EnsembleInputs inputs = test::random_inputs(6, options);
  ensemble::RunOptions run;
  run.n_draws = 1000;
  run.ages_of = {0};
  run.budget_bytes = 1000000;
  const std::size_t needed = ensemble::memory_estimate(inputs, run);
  REQUIRE(needed >= 1000 * 7 * 2 * 101 * sizeof(double));
  try {
    (void)ensemble::run(inputs, RandomPaths(6), run);
    FAIL("the budget was not kept");
  } catch (const core::ConfigError& error) {
    const std::string message = error.what();
    REQUIRE(message.find(std::to_string(needed)) != std::string::npos);
    REQUIRE(message.find("1000000") != std::string::npos);
  }
}

template <class Change>
void require_refused(Change change) {
  CaseOptions options;
  options.leaving = 0.1;
  ensemble::EnsembleInputs inputs = test::random_inputs(7, options);
  ensemble::RunOptions run;
  run.n_draws = 8;
  (void)ensemble::run(inputs, RandomPaths(7), run);  // good before the change
  change(inputs, run);
  REQUIRE_THROWS_AS(ensemble::run(inputs, RandomPaths(7), run), core::Error);
}

TEST_CASE("run: bad inputs and options are refused") {
  using Inputs = ensemble::EnsembleInputs;
  using Options = ensemble::RunOptions;
  require_refused([](Inputs& in, Options&) { in.places[0].pop_jan1(1, 3) = -1.0; });
  require_refused([](Inputs& in, Options&) { in.places[0].pop_jan1(1, 3) = std::nan(""); });
  require_refused([](Inputs& in, Options&) { in.places[0].mortality = 1; });
  require_refused([](Inputs& in, Options&) { in.places[0].net_migration = core::Array<3>({2, 2, 101}); });
  require_refused([](Inputs& in, Options&) { in.places[0].pattern(0, 0, 0) = HUGE_VAL; });
  for (const double bad : {-0.001, 1.0, HUGE_VAL, std::nan("")})
    require_refused([bad](Inputs& in, Options&) {
      in.places[0].leaving_rate = core::Array<3>({1, 2, 101});
      in.places[0].leaving_rate(0, 1, 30) = bad;
    });
  require_refused([](Inputs& in, Options&) { in.places[0].leaving_rate = core::Array<3>({2, 2, 101}); });
  require_refused([](Inputs& in, Options&) { in.places.pop_back(); });
  require_refused([](Inputs& in, Options&) { in.fertility[0].asfr(2, 1, 30) = 25.0; });
  require_refused([](Inputs& in, Options&) { in.fertility[0].asfr(2, 1, 100) = 0.1; });
  require_refused([](Inputs& in, Options&) { in.fertility[0].asfr(2, 1, 0) = 0.1; });
  require_refused([](Inputs& in, Options&) { in.fertility[0].srb(0) = 105.0; });
  require_refused([](Inputs& in, Options&) { in.mortality[0].mx(0, 0, 50) = 2.5; });
  require_refused([](Inputs& in, Options&) { in.mortality[0].b(0, 50) = std::nan(""); });
  require_refused([](Inputs& in, Options&) { in.mortality[0].half_width(1) = 0.0; });
  require_refused([](Inputs& in, Options&) { in.axes.age_width = 5; });
  require_refused([](Inputs& in, Options&) { in.axes.first_year = 2147483647; });
  require_refused([](Inputs& in, Options&) { in.axes.first_year = -2147483647; });
  require_refused([](Inputs& in, Options&) { in.sums = {{}}; });
  require_refused([](Inputs& in, Options&) { in.sums = {{0, 0}}; });
  require_refused([](Inputs& in, Options&) { in.sums = {{1}}; });
  require_refused([](Inputs&, Options& run) { run.ages_of = {1}; });
  require_refused([](Inputs&, Options& run) { run.ages_of = {0, 0}; });
  require_refused([](Inputs&, Options& run) { run.indicators = {Indicator::tfr, Indicator::tfr}; });
  require_refused([](Inputs&, Options& run) { run.n_draws = 0; });
  require_refused([](Inputs&, Options& run) { run.threads = 0; });
  require_refused([](Inputs&, Options& run) { run.probabilities = {50.0}; });
  require_refused([](Inputs&, Options& run) { run.probabilities = {}; });
}

TEST_CASE("threads: all are joined and the lowest worker's exception is rethrown") {
  std::atomic<int> n_ended{0};
  try {
    ensemble::run_workers(
        5,
        [&](std::size_t index, std::atomic<bool>& stop) {
          while (index != 3 && !stop) std::this_thread::yield();
          ++n_ended;
          if (index >= 2) throw std::runtime_error("worker " + std::to_string(index));
        },
        [] {});
    FAIL("nothing was thrown");
  } catch (const std::runtime_error& error) {
    REQUIRE(std::string(error.what()) == "worker 2");
  }
  REQUIRE(n_ended == 5);
}

}  // namespace
