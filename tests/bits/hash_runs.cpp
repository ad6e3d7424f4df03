// One hash for a run of the ensemble, whatever the instruction set, the threads and the batch. Prints a line for each
// configuration and exits 1 when they differ. `tests/bits/run` compares compilers and libm's variants as well.

#include <cstdio>
#include <exception>
#include <set>
#include <string_view>

#include "cases.hpp"
#include "hash.hpp"
#include "hash_streams.hpp"

namespace {

using namespace sanhai;
using ensemble::Isa;

constexpr std::size_t n_draws = 61;  // not whole lanes: the rest must not count

std::uint64_t hash_of_run(const ensemble::Ensemble& run) {
  bits::Hash hash;
  hash.add(run.quantiles.flat());
  hash.add(run.draws.flat());
  const ensemble::RowCells& cells = run.cells;
  for (const auto* array : {&cells.pop_jan1, &cells.deaths, &cells.net_migration, &cells.births, &cells.Sx,
                            &cells.leavers, &cells.arrivals})
    hash.add(array->flat());
  for (const auto* array : {&cells.births_by_sex, &cells.women_exposed}) hash.add(array->flat());
  return hash.value();
}

void print(const char* kind, const std::vector<bits::Part>& parts) {
  for (const bits::Part& part : parts)
    std::printf("%s %s %016llx\n", kind, part.name, static_cast<unsigned long long>(part.hash));
}

/// Prints "run <case> <isa> <threads> <batch> <hash>"; true when a case has one hash.
bool hash_case(const bits::Case& one) {
  std::set<std::uint64_t> hashes;
  for (const Isa isa : {Isa::baseline, Isa::x86_64_v3, Isa::x86_64_v4}) {
    if (!ensemble::has_isa(isa)) continue;
    for (const std::size_t threads : {1, 2, 7})
      for (const std::size_t batch : {8, 32, 56}) {
        ensemble::RunOptions options;
        options.n_draws = n_draws;
        options.threads = threads;
        options.batch = batch;
        options.isa = isa;
        options.keep = ensemble::Keep::draws;
        options.ages_of = {0, 1, 2, 3, 4};
        const std::uint64_t hash = hash_of_run(one.run(options));
        hashes.insert(hash);
        std::printf("run %s %s %zu %zu %016llx\n", one.name().c_str(), ensemble::isa_name(isa), threads, batch,
                    static_cast<unsigned long long>(hash));
      }
  }
  return hashes.size() == 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 2 || (argc == 2 && std::string_view(argv[1]) != "--libm")) {
    std::fprintf(stderr, "usage: sanhai_bits [--libm]   --libm: only the hashes of libm's functions\n");
    return 2;
  }
  try {
    print("libm", bits::libm_hashes());
    if (argc == 2) return 0;
    print("streams", bits::stream_hashes());
    bool is_one = true;
    for (const auto& one : bits::all_cases()) is_one &= hash_case(*one);
    return is_one ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 3;  // not a difference: no result
  }
}
