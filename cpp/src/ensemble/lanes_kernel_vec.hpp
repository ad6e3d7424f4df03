#pragma once
// The native vector of the instruction set this source is compiled for, and survivorship in lanes. Everything is in an
// unnamed namespace and inlined: an object for one instruction set must not lend a function to a program running on
// another.

#include "sanhai/core/math.hpp"
#include "sanhai/ensemble/kernel.hpp"

namespace sanhai::ensemble {
namespace {

#if defined(__AVX512F__)
constexpr std::size_t vector_doubles = 8;
#elif defined(__AVX__)
constexpr std::size_t vector_doubles = 4;
#else
constexpr std::size_t vector_doubles = 2;
#endif
constexpr std::size_t n_pieces = n_lanes / vector_doubles;  ///< vectors that make up one batch

typedef double Vec __attribute__((vector_size(vector_doubles * sizeof(double)), may_alias));
typedef double LooseVec __attribute__((vector_size(vector_doubles * sizeof(double)), may_alias, aligned(8)));

constexpr std::size_t male = 0;
constexpr std::size_t female = 1;

#define SANHAI_INLINE [[gnu::always_inline]] inline

SANHAI_INLINE Vec splat(double value) {
  Vec all;
  for (std::size_t i = 0; i < vector_doubles; ++i) all[i] = value;
  return all;
}
SANHAI_INLINE Vec load(const double* from) { return *reinterpret_cast<const LooseVec*>(from); }
SANHAI_INLINE void store(double* to, Vec value) { *reinterpret_cast<LooseVec*>(to) = value; }
SANHAI_INLINE Vec higher(Vec a, Vec b) { return a > b ? a : b; }

SANHAI_INLINE Vec lower(Vec a, Vec b) { return a < b ? a : b; }

typedef decltype(Vec{} < Vec{}) Mask;

SANHAI_INLINE Mask bits(Vec value) { return __builtin_bit_cast(Mask, value); }

SANHAI_INLINE bool any(Mask mask) {
  long long found = 0;
  for (std::size_t i = 0; i < vector_doubles; ++i) found |= mask[i];
  return found != 0;
}

/// Survivorship one number for all lanes.
struct SharedSx {
  const double* Sx;
  const double* one_less;
  std::size_t n_ages;

  SANHAI_INLINE double at(std::size_t sex, std::size_t x) const { return Sx[sex * n_ages + x]; }
  SANHAI_INLINE double lost(std::size_t sex, std::size_t x, double) const { return one_less[sex * n_ages + x]; }
};

/// Survivorship computed beforehand, lane by lane.
struct StoredSx {
  const double (*Sx)[max_ages][n_lanes];
  std::size_t lane;

  SANHAI_INLINE Vec at(std::size_t sex, std::size_t x) const { return load(&Sx[sex][x][lane]); }
  SANHAI_INLINE Vec lost(std::size_t, std::size_t, Vec value) const { return 1.0 - value; }
};

/// Eight rows at once, (sex, age) then e0 by sex, so that Horner's chains overlap; `put(row, value)` takes them.
template <class Put>
SANHAI_INLINE void for_each_polynomial(const KernelMortality& mortality, std::size_t year, std::size_t n_rows,
                                       Vec scaled_k, Put put) {
  const std::size_t n_blocks = (n_rows + polynomial_rows - 1) / polynomial_rows;
  const double* c = mortality.coefficients + mortality.offset[year];
  for (std::size_t block = 0; block < n_blocks; ++block) {
    const int degree = mortality.degree[year * n_blocks + block];
    Vec sum[polynomial_rows];
    for (std::size_t row = 0; row < polynomial_rows; ++row) sum[row] = splat(c[row]);
    for (int power = degree; power > 0; --power) {
      c += polynomial_rows;
      for (std::size_t row = 0; row < polynomial_rows; ++row) sum[row] = sum[row] * scaled_k + c[row];
    }
    c += polynomial_rows;
    const std::size_t first = block * polynomial_rows;
    const std::size_t n = n_rows - first < polynomial_rows ? n_rows - first : polynomial_rows;
    for (std::size_t row = 0; row < polynomial_rows; ++row) {
      if (row < n) put(first + row, sum[row]);
    }
  }
}

/// Survivorship of one sex with exp in every cell: S(x) = (1 - a m(x-1)) / (1 + (1 - a) m(x)), or exp(-H exp(b k)).
SANHAI_INLINE void fill_exact(const KernelTask& task, std::size_t year, std::size_t sex, Vec k, std::size_t lane,
                              double (&Sx)[max_ages][n_lanes]) {
  const KernelMortality& mortality = task.mortality;
  const std::size_t n_ages = task.n_ages;
  const double* base = mortality.base + (year * 2 + sex) * n_ages;
  const double* b = mortality.b + sex * n_ages;
  if (!mortality.from_mx) {
    for (std::size_t x = 0; x < n_ages; ++x) store(&Sx[x][lane], core::exp(-(base[x] * core::exp(k * b[x]))));
    return;
  }
  const double a0 = mortality.a0[year * 2 + sex];
  const Vec infant = base[0] * core::exp(k * b[0]);
  store(&Sx[0][lane], 1.0 / (1.0 + (1.0 - a0) * infant));
  Vec left = 1.0 - a0 * infant;  // l(x + 1) over l(x) (1 + (1 - a) m): the numerator that age x hands on
  for (std::size_t x = 1; x + 1 < n_ages; ++x) {
    const Vec half = 0.5 * (base[x] * core::exp(k * b[x]));
    store(&Sx[x][lane], left / (1.0 + half));
    left = 1.0 - half;
  }
  const Vec oldest = base[n_ages - 1] * core::exp(k * b[n_ages - 1]);
  store(&Sx[n_ages - 1][lane], left / (oldest + left));
}

/// Life expectancy from survivorship: L(0) = S(0), L(x) = L(x-1) S(x), T(omega-1) = L(omega-1) / (1 - S(omega)).
SANHAI_INLINE Vec e0_of(const double (&Sx)[max_ages][n_lanes], std::size_t n_ages, std::size_t lane) {
  Vec lived = load(&Sx[0][lane]);
  Vec sum = {};
  for (std::size_t x = 1; x + 1 < n_ages; ++x) {
    sum += lived;
    lived *= load(&Sx[x][lane]);
  }
  return sum + lived / (1.0 - load(&Sx[n_ages - 1][lane]));
}

/// Any survivorship with a factor on the probability of dying; a lane whose factor is 1 keeps its bits.
struct FactoredSx {
  const double (*Sx)[max_ages][n_lanes];
  const double (*one_less)[max_ages][n_lanes];
  std::size_t lane;

  SANHAI_INLINE Vec at(std::size_t sex, std::size_t x) const { return load(&Sx[sex][x][lane]); }
  SANHAI_INLINE Vec lost(std::size_t sex, std::size_t x, Vec) const { return load(&one_less[sex][x][lane]); }
};

}  // namespace
}  // namespace sanhai::ensemble
