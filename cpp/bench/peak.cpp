#include "peak.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace sanhai::bench {
namespace {

constexpr int n_rounds = 200000;

template <std::size_t doubles>
struct VecOf {
  typedef double type __attribute__((vector_size(doubles * sizeof(double))));
};

// Twelve chains cover the latency of both operations on two units, and leave registers for the constants.
template <std::size_t doubles>
[[gnu::always_inline]] inline double chains() {
  using Vec = typename VecOf<doubles>::type;
  constexpr int n_chains = 12;
  Vec x[n_chains];
  for (int c = 0; c < n_chains; ++c) x[c] = Vec{} + (1.0 + 0.01 * c);
  Vec a = Vec{} + 0.999999;
  Vec b = Vec{} + 1e-6;
  asm volatile("" : "+m"(a), "+m"(b));  // unknown to the compiler: nothing is folded
  const Vec factor = a;
  const Vec term = b;
  for (int round = 0; round < n_rounds; ++round) {
    for (int c = 0; c < n_chains; ++c) x[c] = x[c] * factor + term;
  }
  double sum = 0.0;
  for (int c = 0; c < n_chains; ++c) sum += x[c][0];
  volatile double kept = sum;
  (void)kept;
  return 2.0 * doubles * n_chains * n_rounds;
}

#if defined(__x86_64__)
[[gnu::target("avx512f"), gnu::noinline]] double chains_v4() { return chains<8>(); }
[[gnu::target("avx2"), gnu::noinline]] double chains_v3() { return chains<4>(); }
#endif
[[gnu::noinline]] double chains_baseline() { return chains<2>(); }

}  // namespace

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double measured_peak(ensemble::Isa isa) {
  double best = 0.0;
  for (int attempt = 0; attempt < 25; ++attempt) {
    const double start = now();
    double operations = 0.0;
#if defined(__x86_64__)
    if (isa == ensemble::Isa::x86_64_v4) operations = chains_v4();
    if (isa == ensemble::Isa::x86_64_v3) operations = chains_v3();
#endif
    if (operations == 0.0) operations = chains_baseline();
    best = std::max(best, operations / (now() - start));
  }
  return best;
}

}  // namespace sanhai::bench
