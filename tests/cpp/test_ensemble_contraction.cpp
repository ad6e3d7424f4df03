// The guard on the bits is alive: the same source with fused multiply-adds allowed gives another hash, and with none
// the kernel's own. Compiled here with the one flag changed; only GNU compilers take it from a pragma.

#include "sanhai_catch.hpp"
#include "test_ensemble_cases.hpp"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)

#include "../../cpp/src/ensemble/run_tables.hpp"

#pragma GCC push_options
#pragma GCC target("avx2,fma")
#pragma GCC optimize("O2", "fp-contract=fast")
#define SANHAI_ISA contracted
#include "../../cpp/src/ensemble/lanes_kernel.cpp"
#pragma GCC pop_options

namespace {

using namespace sanhai;

std::uint64_t hash_of_kernel(void (*run)(const ensemble::KernelTask&, ensemble::KernelCells&,
                                         ensemble::KernelWorkspace&)) {
  test::CaseOptions options;
  options.with_draws_of_mortality = false;
  ensemble::EnsembleInputs inputs = test::random_inputs(90, options);
  const ensemble::MortalityTable mortality(inputs.mortality[0], inputs.axes, ensemble::MortalityMode::shared);
  const ensemble::FertilityTable fertility(inputs.fertility[0], inputs.axes);
  std::vector<double> total((options.n_years + 1) * ensemble::n_lanes);
  std::vector<ensemble::LaneStatus> status(ensemble::n_lanes);
  const auto workspace = std::make_unique<ensemble::KernelWorkspace>();
  ensemble::KernelTask task;
  task.n_years = options.n_years;
  task.n_ages = options.n_ages;
  task.mortality = mortality.view();
  task.fertility = fertility.view();
  task.place.pop_jan1 = inputs.places[0].pop_jan1.flat().data();
  task.place.net_migration = inputs.places[0].net_migration.flat().data();
  task.place.net_migration_step = 2 * options.n_ages;
  task.output.indicator[0] = total.data();
  task.status = status.data();
  const auto people = std::make_unique<ensemble::KernelCells>();
  run(task, *people, *workspace);
  return test::hash_of(total);
}

TEST_CASE("bits: contraction changes the hash") {
  if (!ensemble::has_isa(ensemble::Isa::x86_64_v3)) {
    SUCCEED("this processor has no fused multiply-add");
    return;
  }
  const std::uint64_t own = hash_of_kernel(ensemble::kernel_for(ensemble::Isa::x86_64_v3).run);
  REQUIRE(own == hash_of_kernel(ensemble::kernel_for(ensemble::Isa::baseline).run));
  REQUIRE(own != hash_of_kernel(ensemble::run_batch_contracted));
}

}  // namespace

#else

TEST_CASE("bits: contraction changes the hash") { SUCCEED("not tried with this compiler"); }

#endif
