#pragma once
// What a year is like to eight draws: its survivorship (lanes_survivorship.hpp), its births, its migrants.

#include "lanes_sinks.hpp"

namespace sanhai::ensemble {
namespace {

/// Rates of the schedule, the same for all draws, and a factor of each.
struct ScheduledBirths {
  const double* asfr;       ///< (order, age)
  const double* tfr_order;  ///< (order)
  std::size_t n_ages;
  Vec factor;

  template <class Sink>
  SANHAI_INLINE void at(std::size_t x, Vec start, Vec end, Sink& sink) const {
    const Vec exposure = (start + end) * 0.5;
    for (std::size_t i = 0; i < n_orders; ++i) sink.born(i, x, asfr[i * n_ages + x] * exposure);
    if constexpr (Sink::is_booked) sink.rated(x, splat((asfr[x] + asfr[n_ages + x]) + asfr[2 * n_ages + x]));
  }
  template <class Sink>
  SANHAI_INLINE void close(Sink& sink) const {
    sink.flows.tfr = splat((tfr_order[0] + tfr_order[1]) + tfr_order[2]) * factor;
    sink.scale_births(factor);
  }
};

/// Births of each draw, given per woman at the start and per survivor at the end.
struct RatedBirths {
  const double* start_rate;  ///< (order, age from first_age, lane)
  const double* end_rate;
  std::size_t first_age;
  std::size_t n_rate_ages;

  template <class Sink>
  SANHAI_INLINE void at(std::size_t x, Vec start, Vec end, Sink& sink) const {
    Vec all = {};
    Vec rates = {};
    for (std::size_t i = 0; i < n_orders; ++i) {
      const std::size_t cell = (i * n_rate_ages + (x - first_age)) * n_lanes;
      const Vec at_start = load(start_rate + cell);
      const Vec at_end = load(end_rate + cell);
      const Vec births = at_start * start + at_end * end;
      sink.born(i, x, births);
      all += births;
      rates += at_start + at_end;
    }
    sink.rated(x, rates);
    const Vec exposure = (start + end) * 0.5;
    sink.flows.tfr += exposure > Vec{} ? all / exposure : rates;
  }
  template <class Sink>
  SANHAI_INLINE void close(Sink&) const {}
};

/// Net migrants of one year; `capped` cuts what would empty a cell; `leaving`: some go by a rate, and the rest is as
/// the year says.
enum class Movers { none, counted, scaled, capped, leaving };

template <Movers movers>
struct Migration {
  const double* count;    ///< (sex, age) or null where nobody moves
  const double* pattern;  ///< (sex, age) or null
  Vec shock;
  std::size_t n_ages;
  const double* rate;  ///< (sex, age), where `leaving`
  bool cap;            ///< likewise

  template <class Sink>
  SANHAI_INLINE Vec join(std::size_t sex, std::size_t x, Vec survivors, Sink& sink) const {
    if constexpr (movers == Movers::none) return survivors;
    const std::size_t at = sex * n_ages + x;
    if constexpr (movers == Movers::counted) return joined<false>(sex, x, survivors, count[at], sink);
    if constexpr (movers == Movers::scaled) {
      return joined<false>(sex, x, survivors, count[at] + shock * pattern[at], sink);
    }
    if constexpr (movers == Movers::capped) {
      if (pattern) return joined<true>(sex, x, survivors, count[at] + shock * pattern[at], sink);
      return joined<true>(sex, x, survivors, count[at], sink);
    }
    if constexpr (movers == Movers::leaving) {
      const Vec gone = survivors * rate[at];
      sink.gone += gone;
      const Vec wanted = (pattern ? count[at] + shock * pattern[at] : splat(count[at])) - gone;
      return cap ? joined<true>(sex, x, survivors, wanted, sink) : joined<false>(sex, x, survivors, wanted, sink);
    }
  }

private:
  /// `wanted` is one number for all draws or a Vec: no hot loop is to spread a number over lanes.
  template <bool is_capped, class Wanted, class Sink>
  SANHAI_INLINE Vec joined(std::size_t sex, std::size_t x, Vec survivors, Wanted wanted, Sink& sink) const {
    const Vec next = survivors + wanted;
    if constexpr (!is_capped) {
      sink.signs[sex].see(next);
      if constexpr (Sink::is_booked) sink.moved(sex, x, Vec{} + wanted);
      return next;
    }
    const Vec kept = higher(next, Vec{});
    sink.cut += kept - next;
    if constexpr (Sink::is_booked) sink.moved(sex, x, next > Vec{} ? Vec{} + wanted : -survivors);
    return kept;
  }
};

/// One year of one vector of draws, as engine::year takes it.
template <class Survivorship, class Births, Movers movers>
struct DrawnRates {
  static constexpr bool moves_evenly = false;

  // Copies, not references: the compiler then knows that no store of a cell changes them.
  Survivorship survivorship;
  Births births;
  Migration<movers> migration;
  double srb;

  template <class Sink>
  SANHAI_INLINE Vec survive(std::size_t sex, std::size_t x, Vec start, Sink& sink) const {
    const auto Sx = survivorship.Sx(sex, x);
    sink.died(sex, x, start * survivorship.lost(sex, x, Sx));
    return start * Sx;
  }
  template <class Sink>
  SANHAI_INLINE void give_birth(std::size_t x, Vec start, Vec end, Sink& sink) const {
    births.at(x, start, end, sink);
  }
  template <class Sink>
  SANHAI_INLINE Vec close_births(Sink& sink) const {
    births.close(sink);
    return engine::all_births(sink.flows.order);
  }
  SANHAI_INLINE void sex_births(Vec all, Vec (&by_sex)[2]) const {
    by_sex[male] = all * srb / (1.0 + srb);
    by_sex[female] = all / (1.0 + srb);
  }
  template <class Sink>
  SANHAI_INLINE Vec move(std::size_t sex, std::size_t x, Vec left, Sink& sink) const {
    return migration.join(sex, x, left, sink);
  }
};

/// Migration after an exchange between places: who arrived less who left, then the migrants from outside.
template <Movers movers>
struct Exchanging {
  const KernelCells* leavers;
  const KernelCells* arrivals;
  Migration<movers> migration;
  std::size_t lane;

  template <class Sink>
  SANHAI_INLINE Vec move(std::size_t sex, std::size_t x, Vec left, Sink& sink) const {
    const Vec net = load(&arrivals->of[sex][x][lane]) - load(&leavers->of[sex][x][lane]);
    const Vec stayed = left + net;
    if constexpr (movers == Movers::none) {
      sink.moved(sex, x, net);
      return stayed;
    }
    const Vec next = migration.join(sex, x, stayed, sink);
    sink.moved_too(sex, x, net);
    return next;
  }
};

}  // namespace
}  // namespace sanhai::ensemble
