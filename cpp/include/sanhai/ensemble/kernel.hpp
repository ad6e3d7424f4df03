#pragma once
// The kernel's face: plain pointers in, plain pointers out. One call moves one batch of eight draws of one place from
// the first year to the last; it allocates nothing and throws nothing. The readable steps in engine/step.hpp and
// engine/parity_step.hpp are its definition; the lanes are tested against them cell by cell.

#include <cstddef>
#include <cstdint>

#include "sanhai/ensemble/births_kernel.hpp"
#include "sanhai/ensemble/lanes.hpp"
#include "sanhai/ensemble/summary.hpp"

namespace sanhai::ensemble {

/// `shared`: one survivorship for every draw. `polynomial`: survivorship as a polynomial in the draw's k, the exact way
/// in the lanes whose k lies outside the interval. `exact`: exp in every cell, the polynomial's reference.
enum class MortalityMode { shared, polynomial, exact };

/// Rows of a polynomial table that share a degree and are worked on together.
inline constexpr std::size_t polynomial_rows = 8;

/// Survivorship of a schedule. Arrays (year, sex, age of arrival) unless said otherwise.
struct KernelMortality {
  MortalityMode mode = MortalityMode::shared;
  bool from_mx = false;                 ///< exact way: S from m exp(b k); else S = exp(-H exp(b k)), H = -ln Sx
  const double* Sx = nullptr;           ///< the median
  const double* one_less_Sx = nullptr;  ///< 1 - Sx
  const double* base = nullptr;         ///< exact way: m or H
  const double* a0 = nullptr;           ///< (year, sex) share of the first year lived by infants who die, with from_mx
  const double* b = nullptr;            ///< (sex, age) sensitivity of ln m to k
  const double* coefficients =
      nullptr;                         ///< in k / half_width, by `offset`: (block of rows, power from the highest, row)
  const double* half_width = nullptr;  ///< (year)
  const int* degree = nullptr;         ///< (year, block of rows); rows are the cells (sex, age), then e0 by sex
  const std::size_t* offset = nullptr;  ///< (year) first coefficient
  const double* e0 = nullptr;           ///< (year, sex) of the median
};

/// Fertility of a schedule: (year, order, age); rates of births per woman without parity, per woman of the parity with
/// it.
struct KernelFertility {
  const double* asfr = nullptr;
  const double* log_none = nullptr;   ///< ln(1 - asfr), read only where a multiplier differs from 1
  const double* tfr_order = nullptr;  ///< (year, order) sum of asfr over age
  const double* srb = nullptr;        ///< (year) boys per girl
  std::size_t first_age = 1;          ///< no rate below; at least 1
  std::size_t end_age = 1;            ///< no rate at or above; below the open age, with parity below the last but one
};

/// One place.
struct KernelPlace {
  const double* pop_jan1 = nullptr;       ///< (sex, age)
  const double* parity = nullptr;         ///< (parity, age) shares of the women, summing to 1; null: no parity kept
  const double* net_migration = nullptr;  ///< (year, sex, age) or null
  const double* pattern = nullptr;        ///< (year, sex, age) persons for a shock of 1, or null; needs net_migration
  std::size_t net_migration_step = 0;     ///< doubles from one year to the next; 0: all years alike
  std::size_t pattern_step = 0;
  const double* cohort_factor = nullptr;  ///< (year, order, age at the start) or null; not with parity
  bool cap = false;                       ///< cut out-migration that would empty a cell, and count the cut
};

/// One batch of random paths; null means neutral (1, 1, 0, 0).
struct KernelPaths {
  const double* fertility = nullptr;     ///< (year, lane) factor on births
  const double* multiplier = nullptr;    ///< (year, order, lane) on the hazard: f' = 1 - (1 - f)^M
  const double* k = nullptr;             ///< (year, lane) deviation from the median path of mortality
  const double* shock = nullptr;         ///< (year, lane) times pattern, added to net migration
  const double* death_factor = nullptr;  ///< (year, lane) on the probability of dying, 1 - S
  /// (year, order, age from first_age, lane) births per woman of the age on 1 January and per survivor at the year's
  /// end, in place of rates, factor and multiplier; both or none; not with parity.
  const double* start_rate = nullptr;
  const double* end_rate = nullptr;
};

/// Where summaries go: series `i` of indicator and year, `stride` doubles apart, eight lanes each; null skips.
struct KernelOutput {
  double* indicator[n_indicators] = {};
  std::size_t stride = n_lanes;
  double* population = nullptr;  ///< (year + 1, sex, age, lane) or null
  double* parity = nullptr;      ///< (year + 1, parity, age, lane) women, or null
};

/// What stopped a lane: the first year in which a cell went below zero (or a number was lost).
struct LaneStatus {
  int year = -1;  ///< -1: all well
  int sex = 0;
  int age = 0;
  int parity = -1;        ///< of the women who would be too few; -1: all of the cell
  bool is_death = false;  ///< value is a probability of dying above 1, at the age of arrival
  double value = 0.0;
};

struct KernelTask {
  std::size_t n_years = 0;
  std::size_t n_ages = 0;
  KernelMortality mortality;
  KernelFertility fertility;
  KernelPlace place;
  KernelPaths paths;
  KernelOutput output;
  LaneStatus* status = nullptr;  ///< (lane)
};

/// Room for one batch's state; made once a thread, 64-byte aligned. (sex or parity, age, lane).
struct KernelWorkspace {
  alignas(64) double state[2][max_ages][n_lanes];
  alignas(64) double share[n_parities][max_ages][n_lanes];  ///< of the women of the age
  alignas(64) double Sx[2][max_ages][n_lanes];
  alignas(64) double lost[2][max_ages][n_lanes];  ///< 1 - Sx where a factor on deaths is on
};

/// What is compiled once per instruction set.
struct Kernel {
  void (*run)(const KernelTask&, KernelWorkspace&);     ///< one batch of one place, all years
  void (*births)(const BirthsTask&, BirthsWorkspace&);  ///< one batch of one place's births by order, all years
  void (*sort)(double* data, std::size_t n);  ///< each column of data (n, lane) upwards, in place; no NaN inside
  /// Standard normals of eight draws in a row: Philox counter (four words) of the first, key (two words), out (lane).
  void (*normals)(const std::uint32_t* counter, const std::uint32_t* key, double* out);
};

/// The fastest this processor runs, or the one asked for.
/// Throws ConfigError when `isa` is not in this build or not in this processor.
[[nodiscard]] Kernel kernel_for(Isa isa);
[[nodiscard]] Isa best_isa();
[[nodiscard]] bool has_isa(Isa isa);
[[nodiscard]] const char* isa_name(Isa isa);

}  // namespace sanhai::ensemble
