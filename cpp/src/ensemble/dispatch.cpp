#include <array>
#include <string>

#include "sanhai/core/error.hpp"
#include "sanhai/ensemble/kernel.hpp"

namespace sanhai::ensemble {

void run_batch_baseline(const KernelTask&, KernelCells&, KernelWorkspace&);
void begin_batch_baseline(const KernelTask&, KernelCells&, KernelWorkspace&);
void age_batch_baseline(const KernelTask&, KernelCells&, KernelWorkspace&, std::size_t);
void settle_batch_baseline(const KernelTask&, KernelCells&, KernelWorkspace&, std::size_t);
void exchange_batch_baseline(const engine::MoveTask&);
void births_batch_baseline(const BirthsTask&, BirthsWorkspace&);
void legacy_batch_baseline(const KernelTask&, KernelCells&, KernelWorkspace&, const legacy::CountTask&,
                  legacy::CountWorkspace&);
void sort_batch_baseline(double*, std::size_t);
void normals_batch_baseline(const std::uint32_t*, const std::uint32_t*, double*);
void run_batch_x86_64_v3(const KernelTask&, KernelCells&, KernelWorkspace&);
void begin_batch_x86_64_v3(const KernelTask&, KernelCells&, KernelWorkspace&);
void age_batch_x86_64_v3(const KernelTask&, KernelCells&, KernelWorkspace&, std::size_t);
void settle_batch_x86_64_v3(const KernelTask&, KernelCells&, KernelWorkspace&, std::size_t);
void exchange_batch_x86_64_v3(const engine::MoveTask&);
void births_batch_x86_64_v3(const BirthsTask&, BirthsWorkspace&);
void legacy_batch_x86_64_v3(const KernelTask&, KernelCells&, KernelWorkspace&, const legacy::CountTask&,
                  legacy::CountWorkspace&);
void sort_batch_x86_64_v3(double*, std::size_t);
void normals_batch_x86_64_v3(const std::uint32_t*, const std::uint32_t*, double*);
void run_batch_x86_64_v4(const KernelTask&, KernelCells&, KernelWorkspace&);
void begin_batch_x86_64_v4(const KernelTask&, KernelCells&, KernelWorkspace&);
void age_batch_x86_64_v4(const KernelTask&, KernelCells&, KernelWorkspace&, std::size_t);
void settle_batch_x86_64_v4(const KernelTask&, KernelCells&, KernelWorkspace&, std::size_t);
void exchange_batch_x86_64_v4(const engine::MoveTask&);
void births_batch_x86_64_v4(const BirthsTask&, BirthsWorkspace&);
void legacy_batch_x86_64_v4(const KernelTask&, KernelCells&, KernelWorkspace&, const legacy::CountTask&,
                  legacy::CountWorkspace&);
void sort_batch_x86_64_v4(double*, std::size_t);
void normals_batch_x86_64_v4(const std::uint32_t*, const std::uint32_t*, double*);

namespace {

// The build says which objects it made (SANHAI_HAS_ISA_...); __builtin_cpu_supports says which this processor runs. The
// names asked for are what the psABI's levels add that a compiler uses unasked.
struct Variant {
  Isa isa;
  const char* name;
  Kernel kernel;
};

constexpr std::array<Variant, 3> variants = {{
    {Isa::baseline,
     "baseline",
     {run_batch_baseline, begin_batch_baseline, age_batch_baseline, settle_batch_baseline, exchange_batch_baseline,
      births_batch_baseline, legacy_batch_baseline, sort_batch_baseline, normals_batch_baseline}},
#if defined(SANHAI_HAS_ISA_X86_64_V3)
    {Isa::x86_64_v3,
     "x86_64_v3",
     {run_batch_x86_64_v3, begin_batch_x86_64_v3, age_batch_x86_64_v3, settle_batch_x86_64_v3, exchange_batch_x86_64_v3,
      births_batch_x86_64_v3, legacy_batch_x86_64_v3, sort_batch_x86_64_v3, normals_batch_x86_64_v3}},
#else
    {Isa::x86_64_v3, "x86_64_v3", {}},
#endif
#if defined(SANHAI_HAS_ISA_X86_64_V4)
    {Isa::x86_64_v4,
     "x86_64_v4",
     {run_batch_x86_64_v4, begin_batch_x86_64_v4, age_batch_x86_64_v4, settle_batch_x86_64_v4, exchange_batch_x86_64_v4,
      births_batch_x86_64_v4, legacy_batch_x86_64_v4, sort_batch_x86_64_v4, normals_batch_x86_64_v4}},
#else
    {Isa::x86_64_v4, "x86_64_v4", {}},
#endif
}};

const Variant& variant_of(Isa isa) { return variants[static_cast<std::size_t>(isa)]; }

#if defined(__x86_64__)
bool processor_runs_v3() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
         __builtin_cpu_supports("bmi2");
}

bool processor_runs(Isa isa) {
  __builtin_cpu_init();
  if (isa == Isa::x86_64_v3) return processor_runs_v3();
  if (isa == Isa::x86_64_v4) {
    return processor_runs_v3() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
  }
  return true;
}
#else
bool processor_runs(Isa isa) { return isa == Isa::baseline; }
#endif

}  // namespace

const char* isa_name(Isa isa) { return variant_of(isa).name; }

bool has_isa(Isa isa) { return variant_of(isa).kernel.run != nullptr && processor_runs(isa); }

Isa best_isa() {
  if (has_isa(Isa::x86_64_v4)) return Isa::x86_64_v4;
  return has_isa(Isa::x86_64_v3) ? Isa::x86_64_v3 : Isa::baseline;
}

Kernel kernel_for(Isa isa) {
  if (!has_isa(isa)) {
    throw core::ConfigError(core::message({.what = "isa",
                                           .where = "",
                                           .got = isa_name(isa),
                                           .allowed = std::string("up to ") + isa_name(best_isa()) + " on this machine",
                                           .remedy = "leave it unset to take the best"}));
  }
  return variant_of(isa).kernel;
}

}  // namespace sanhai::ensemble
