#pragma once
// The vector of the instruction set this source is compiled for, and survivorship in lanes. Everything is in an unnamed
// namespace and inlined: an object for one instruction set must not lend a function to a program running on another.

#include "sanhai/core/math.hpp"
#include "sanhai/demography/survivorship.hpp"
#include "sanhai/ensemble/kernel.hpp"

namespace sanhai::ensemble {
namespace {

using Vec = core::detail::NativeLanes;
constexpr std::size_t vector_doubles = core::detail::native_lanes;
using Mask = core::Mask<Vec>;

using core::any;
using core::female;
using core::higher;
using core::lower;
using core::male;
using core::n_orders;
using core::store;

SANHAI_INLINE Vec load(const double* from) { return core::load<Vec>(from); }
SANHAI_INLINE Vec splat(double value) { return core::splat<Vec>(value); }

/// Survivorship one number for all lanes.
struct SharedSx {
  const double* values;
  const double* one_less;
  std::size_t n_ages;

  SANHAI_INLINE double Sx(std::size_t sex, std::size_t x) const { return values[sex * n_ages + x]; }
  SANHAI_INLINE double lost(std::size_t sex, std::size_t x, double) const { return one_less[sex * n_ages + x]; }
};

/// Survivorship computed beforehand, lane by lane.
struct StoredSx {
  const KernelCells* values;
  std::size_t lane;

  SANHAI_INLINE Vec Sx(std::size_t sex, std::size_t x) const { return load(&values->of[sex][x][lane]); }
  SANHAI_INLINE Vec lost(std::size_t, std::size_t, Vec value) const { return 1.0 - value; }
};

/// Any survivorship with a factor on the probability of dying; a lane whose factor is 1 keeps its bits.
struct FactoredSx {
  const KernelCells* values;
  const KernelCells* one_less;
  std::size_t lane;

  SANHAI_INLINE Vec Sx(std::size_t sex, std::size_t x) const { return load(&values->of[sex][x][lane]); }
  SANHAI_INLINE Vec lost(std::size_t sex, std::size_t x, Vec) const { return load(&one_less->of[sex][x][lane]); }
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

/// Survivorship of one sex with exp in every cell: from m exp(b k), or S = exp(-H exp(b k)).
SANHAI_INLINE void fill_exact(const KernelTask& task, std::size_t year, std::size_t sex, Vec k, std::size_t lane,
                              double (&Sx)[max_ages][n_lanes]) {
  const KernelMortality& mortality = task.mortality;
  const double* base = mortality.base + (year * 2 + sex) * task.n_ages;
  const double* b = mortality.b + sex * task.n_ages;
  const auto drawn = [&](std::size_t x) { return base[x] * core::exp(k * b[x]); };
  if (!mortality.from_mx) {
    for (std::size_t x = 0; x < task.n_ages; ++x) store(&Sx[x][lane], core::exp(-drawn(x)));
    return;
  }
  demography::survivorship<Vec>(task.n_ages, mortality.a0[year * 2 + sex], drawn,
                                [&](std::size_t x, Vec value) { store(&Sx[x][lane], value); });
}

SANHAI_INLINE Vec e0_of(const double (&Sx)[max_ages][n_lanes], std::size_t n_ages, std::size_t lane) {
  return demography::e0_from_survivorship<Vec>(n_ages, [&](std::size_t x) { return load(&Sx[x][lane]); });
}

}  // namespace
}  // namespace sanhai::ensemble
