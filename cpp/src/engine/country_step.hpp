#pragma once
// One leaf over one year before anybody moves, on the year of engine/year.hpp, and its moves.

#include <algorithm>
#include <array>
#include <span>

#include "sanhai/core/lanes.hpp"
#include "sanhai/core/math.hpp"
#include "sanhai/demography/life_table.hpp"
#include "sanhai/demography/survivorship.hpp"
#include "sanhai/engine/country.hpp"
#include "sanhai/engine/year.hpp"

namespace sanhai::engine::detail {

/// How much of the flows of the ten years before still runs in the fitted years: the provinces' published residuals of
/// 2021-24 have this slope on them.
inline constexpr double flow_kept = 0.4;

/// A year's rates of a leaf: the nation's row times the leaf's two factors.
struct LeafRow {
  const double* mx;    // (sex, age)
  const double* asfr;  // (age)
  double srb;
  double mortality;
  double fertility;
};

struct LeafFlows {
  double births = 0.0;
  double deaths = 0.0;
  double infant_deaths = 0.0;
  double left_at_0 = 0.0;

  SANHAI_INLINE void left(std::size_t, std::size_t, double) {}
  SANHAI_INLINE void alive(Group, double, double) {}
  SANHAI_INLINE void sexed(const double (&)[2]) {}
  SANHAI_INLINE void infants(double boys, double girls) {
    left_at_0 = boys + girls;
    infant_deaths = births - left_at_0;
  }
};

struct LeafRates {
  static constexpr bool moves_evenly = false;
  const double* Sx;
  const double* asfr;
  double fertility;
  double srb;
  std::size_t n_ages;

  template <class Sink>
  SANHAI_INLINE double survive(std::size_t sex, std::size_t x, double start, Sink& sink) const {
    const double stay = start * Sx[sex * n_ages + x];
    sink.deaths += start - stay;
    return stay;
  }
  template <class Sink>
  SANHAI_INLINE void give_birth(std::size_t x, double start, double end, Sink& sink) const {
    sink.births += asfr[x] * fertility * ((start + end) / 2.0);
  }
  template <class Sink>
  SANHAI_INLINE double close_births(Sink& sink) const {
    return sink.births;
  }
  SANHAI_INLINE void sex_births(double all, double (&by_sex)[2]) const {
    by_sex[core::male] = all * srb / (1.0 + srb);
    by_sex[core::female] = all - by_sex[core::male];
  }
  template <class Sink>
  SANHAI_INLINE double move(std::size_t, std::size_t, double stay, Sink&) const {
    return stay;
  }
};

struct LeafPeople {
  double* cells;  // (sex, age)
  std::size_t n_ages;
  [[nodiscard]] SANHAI_INLINE double get(std::size_t sex, std::size_t x) const { return cells[sex * n_ages + x]; }
  SANHAI_INLINE void put(std::size_t sex, std::size_t x, double persons) const { cells[sex * n_ages + x] = persons; }
};

/// The spans of the year, fertile where any year's fertility is above 0.
inline Spans fertile_spans(const CountryNation& nation) {
  const std::size_t n_ages = nation.asfr.extent(1);
  std::size_t first = n_ages;
  std::size_t end = 0;
  for (std::size_t t = 0; t < nation.asfr.extent(0); ++t)
    for (std::size_t x = 0; x < n_ages; ++x) {
      if (!(nation.asfr(t, x) > 0.0)) continue;
      first = std::min(first, x);
      end = std::max(end, x + 1);
    }
  return {n_ages, std::min(first, end), end};
}

/// Moves the people of a leaf to the end of the year, in place; nobody migrates.
inline LeafFlows age_leaf(const Spans& spans, const LeafRow& row, std::size_t n_ages, double* people) {
  std::array<double, core::n_sexes * core::max_ages> Sx;
  for (std::size_t sex = 0; sex < core::n_sexes; ++sex) {
    const double* mx = row.mx + sex * n_ages;
    double* out = Sx.data() + sex * n_ages;
    const double a0 = demography::a0_andreev_kingkade(mx[0] * row.mortality, sex);
    demography::survivorship<double>(
        n_ages, a0, [&](std::size_t x) { return mx[x] * row.mortality; }, [&](std::size_t x, double S) { out[x] = S; });
  }
  LeafFlows flows;
  year<double>(spans, LeafRates{Sx.data(), row.asfr, row.fertility, row.srb, n_ages}, LeafPeople{people, n_ages},
               flows);
  return flows;
}

/// People of a leaf; what rounding takes from a sum of many millions is added again (Neumaier 1974).
inline double head_count(std::span<const double> cells) {
  double sum = 0.0;
  double lost = 0.0;
  for (const double cell : cells) {
    const double next = sum + cell;
    lost += sum >= cell ? (sum - next) + cell : (cell - next) + sum;
    sum = next;
  }
  return sum + lost;
}

/// ln(1 - o) of every leaf, sex and moving group.
inline core::Array<3> log_stay(const core::Array<3>& loss) {
  core::Array<3> out(loss.shape());
  for (std::size_t cell = 0; cell < loss.flat().size(); ++cell) out.flat()[cell] = core::log1p(-loss.flat()[cell]);
  return out;
}

/// Share of survivors who leave in a year in which `kept` of the flows runs: 1 - (1 - o)^(kept / y).
SANHAI_INLINE double leaving(double log_stays, double kept, double pull) {
  return log_stays == 0.0 ? 0.0 : 1.0 - core::exp(log_stays * (kept / pull));
}

/// Growth of the nation's people at a sex and age from the first 1 January on: W(t + 1) / W(first).
inline double growth(const CountryNation& nation, std::size_t t, std::size_t sex, std::size_t x) {
  return nation.pop_jan1(t + 1, sex, x) / nation.pop_jan1(0, sex, x);
}

}  // namespace sanhai::engine::detail
