#pragma once
// The kernel's face: plain pointers in, plain pointers out. One call moves one batch of eight draws of one place from
// the first year to the last (or, where places exchange migrants, a step of one year); it allocates nothing and throws
// nothing. What it computes is engine/year.hpp, instantiated for the vectors of an instruction set.

#include <cstddef>
#include <cstdint>

#include "sanhai/core/lanes.hpp"
#include "sanhai/engine/exchange_move.hpp"
#include "sanhai/engine/indicators.hpp"
#include "sanhai/policy/births_task.hpp"

namespace sanhai::ensemble {

using core::max_ages;
using core::n_lanes;
using core::n_parities;
using core::padded;
using engine::Indicator;
using engine::is_stock;
using engine::n_indicators;
using policy::BirthsStatus;
using policy::BirthsTask;
using policy::BirthsWorkspace;
using policy::max_repayment_years;
using policy::n_birth_ages;

/// Instruction sets with an object of their own; `baseline` is what the compiler assumes without a flag (SSE2 on
/// x86-64).
enum class Isa { baseline, x86_64_v3, x86_64_v4 };

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
  const double* a0 = nullptr;           ///< (year, sex) share of the first year lived by infants who die
  const double* b = nullptr;            ///< (sex, age) sensitivity of ln m to k
  const double* coefficients =
      nullptr;                         ///< in k / half_width, by `offset`: (block of rows, power from the highest, row)
  const double* half_width = nullptr;  ///< (year)
  const int* degree = nullptr;         ///< (year, block of rows); rows are the cells (sex, age), then e0 by sex
  const std::size_t* offset = nullptr;  ///< (year) first coefficient
  const double* e0 = nullptr;           ///< (year, sex) of the median
};

/// Fertility of a schedule: (year, order, age) births per woman.
struct KernelFertility {
  const double* asfr = nullptr;
  const double* tfr_order = nullptr;  ///< (year, order) sum of asfr over age
  const double* srb = nullptr;        ///< (year) boys per girl
  std::size_t first_age = 1;          ///< no rate below; at least 1
  std::size_t end_age = 1;            ///< no rate at or above; below the open age
};

/// One place.
struct KernelPlace {
  const double* pop_jan1 = nullptr;       ///< (sex, age)
  const double* net_migration = nullptr;  ///< (year, sex, age) or null
  const double* pattern = nullptr;        ///< (year, sex, age) persons for a shock of 1, or null; needs net_migration
  const double* leaving_rate = nullptr;   ///< (year, sex, age) share of survivors, or null; needs net_migration
  std::size_t net_migration_step = 0;     ///< doubles from one year to the next; 0: all years alike
  std::size_t pattern_step = 0;
  std::size_t leaving_rate_step = 0;
  bool cap = false;  ///< cut out-migration that would empty a cell, and count the cut
};

/// One batch of random paths; null means neutral (1, 0, 0, 1).
struct KernelPaths {
  const double* fertility = nullptr;     ///< (year, lane) factor on births
  const double* k = nullptr;             ///< (year, lane) deviation from the median path of mortality
  const double* shock = nullptr;         ///< (year, lane) times pattern, added to net migration
  const double* death_factor = nullptr;  ///< (year, lane) on the probability of dying, 1 - S
  /// (year, order, age from first_age, lane) births per woman of the age on 1 January and per survivor at the year's
  /// end, in place of the schedule's rates and the factor; both or none.
  const double* start_rate = nullptr;
  const double* end_rate = nullptr;
};

/// Rates on the births of a year, which a sum weighs by its parts' births.
enum PerBirth : std::size_t { dies_under_1, is_boy, n_per_birth };

/// Every cell of a row: a place adds its own to what is there, so that a sum of places is the same book written by all
/// its parts. Null: not kept. Births and rates stand on ages first_age .. first_age + n_birth_ages - 1, which hold all
/// ages with rates of its places.
struct KernelBook {
  std::size_t first_age = 1;
  std::size_t n_birth_ages = 0;
  double* pop_jan1 = nullptr;   ///< (year + 1, sex, age, lane) persons
  double* left = nullptr;       ///< (year, sex, age of arrival, lane) survivors before migration, as the rates have it
  double* Sx = nullptr;         ///< (year, sex, age of arrival, lane) survivorship
  double* born = nullptr;       ///< (year, sex, lane) births
  double* births = nullptr;     ///< (year, order, age - first_age, lane) births
  double* expected = nullptr;   ///< (year, age - first_age, lane) births of all orders, as the rates have it
  double* rate = nullptr;       ///< (year, age - first_age, lane) births per woman of all orders
  double* per_birth = nullptr;  ///< (year, PerBirth, lane) the rate, for a sum the sum of its parts'
  double* per_birth_sum = nullptr;  ///< (year, PerBirth, lane) rate x `expected` births of all ages
  double* deaths = nullptr;         ///< (year, sex, age of arrival, lane)
  double* net_migration = nullptr;  ///< (year, sex, age, lane) persons that did move
  double* leavers = nullptr;        ///< (year, sex, age, lane) to another place of the run
  double* arrivals = nullptr;       ///< (year, sex, age, lane)
};

/// Where summaries go: series `i` of indicator and year, `stride` doubles apart, eight lanes each; null skips.
struct KernelOutput {
  double* indicator[n_indicators] = {};
  std::size_t stride = n_lanes;
  double* population = nullptr;       ///< (year + 1, sex, age, lane) or null
  const KernelBook* books = nullptr;  ///< rows that this place adds to
  std::size_t n_books = 0;
};

/// What stopped a lane: the first year in which a cell went below zero (or a number was lost).
struct LaneStatus {
  int year = -1;  ///< -1: all well
  int sex = 0;
  int age = 0;
  bool is_death = false;  ///< value is a probability of dying above 1, at the age of arrival
  double value = 0.0;
};

/// Persons by (sex, age, lane).
struct KernelCells {
  alignas(64) double of[core::n_sexes][max_ages][n_lanes];
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
  /// Where places exchange migrants: of the year that is settled.
  const KernelCells* leavers = nullptr;
  const KernelCells* arrivals = nullptr;
};

/// Room for one batch; made once a thread.
struct KernelWorkspace {
  KernelCells Sx;
  KernelCells lost;  ///< 1 - Sx where a factor on deaths is on
  /// A year's cells on their way into books.
  KernelCells left;
  KernelCells dead;
  KernelCells moved;
  alignas(64) double births[core::n_orders][max_ages][n_lanes];
  alignas(64) double rate[max_ages][n_lanes];
};

/// What is compiled once per instruction set.
struct Kernel {
  void (*run)(const KernelTask&, KernelCells& people, KernelWorkspace&);  ///< one batch of one place, all years
  /// The same in steps: the first 1 January; ageing, births and infants of a year; then its migration.
  void (*begin)(const KernelTask&, KernelCells& people, KernelWorkspace&);
  void (*age)(const KernelTask&, KernelCells& people, KernelWorkspace&, std::size_t year);
  void (*settle)(const KernelTask&, KernelCells& people, KernelWorkspace&, std::size_t year);
  void (*exchange)(const engine::MoveTask&);            ///< who moves between the places, one year
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
