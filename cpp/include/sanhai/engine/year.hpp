#pragma once
// The year, once. V is `double` (one run) or a vector of doubles (draws side by side). `Rates` says what the year is
// like, `People` holds who is there, `Sink` is told what happened and keeps of it what it likes.
//
// Survive, give birth, migrate, one pass upwards over the ages with the cohort behind in a register; then sex the
// births and add the infants. Whoever reaches age x in the year is counted at x (the age at its end).
//
//   Rates   survive<V>(sex, x, start, sink) -> survivors; give_birth(x, women at the start, at the end, sink);
//           close_births(sink) -> all births; sex_births(all, by_sex); move(sex, x, survivors, sink) -> who stays or
//           came; moves_evenly: half of the year's migrants join before survival, through arrive(sex, x, people, sink)
//   People  get(sex, x), put(sex, x, persons)
//   Sink    left(sex, x, survivors), alive(group, men, women), sexed(by_sex), infants(boys, girls), and whatever Rates
//           tell it
//
// engine::project is (double, its rates, Book); the ensemble's kernel is (lanes, drawn rates, Sums), its single events
// (double, Chance, Sums) and its exchange the same rates with migration put off until all places have aged: `settle`.

#include <cstddef>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/lanes.hpp"

namespace sanhai::engine {

using core::female;
using core::male;

/// Ages whose people are summed apart: 0-14, 15-49 (women of childbearing age and their men), 50-64, 65+.
enum Group : std::size_t { child, young, middle, old, n_groups };

/// A stretch of ages within one group, fertile or not.
struct Span {
  std::size_t begin;
  std::size_t end;
  Group group;
  bool is_fertile;
};

/// Ages 1 .. open - 1 cut where a group or the fertile span begins or ends.
struct Spans {
  Span of[6];
  std::size_t n = 0;
  std::size_t open;
  Group open_group;

  SANHAI_INLINE Spans(std::size_t n_ages, std::size_t first_fertile, std::size_t end_fertile) : open(n_ages - 1) {
    std::size_t begin = 1;
    while (begin < open) {
      std::size_t end = open;
      for (const std::size_t cut : {std::size_t{15}, std::size_t{50}, std::size_t{65}, first_fertile, end_fertile})
        if (cut > begin && cut < end) end = cut;
      of[n++] = {begin, end, group_of(begin), begin >= first_fertile && begin < end_fertile};
      begin = end;
    }
    open_group = group_of(open);
  }

  SANHAI_INLINE static Group group_of(std::size_t age) {
    return age < 15 ? child : age < 50 ? young : age < 65 ? middle : old;
  }
};

namespace detail {

template <std::size_t sex, class V, class Rates, class People, class Sink>
SANHAI_INLINE V present(std::size_t x, const Rates& rates, const People& people, Sink& sink) {
  const V own = people.get(sex, x);
  if constexpr (Rates::moves_evenly) return rates.arrive(sex, x, own, sink);
  return own;
}

/// The sex is a template parameter, so that what it adds up stays in registers.
template <std::size_t sex, bool is_fertile, class V, class Rates, class People, class Sink>
SANHAI_INLINE V one_age(std::size_t x, const Rates& rates, const People& people, V& behind, Sink& sink) {
  const V own = present<sex, V>(x, rates, people, sink);
  const V left = rates.survive(sex, x, behind, sink);
  sink.left(sex, x, left);
  if constexpr (is_fertile && sex == female) rates.give_birth(x, own, left, sink);
  const V next = rates.move(sex, x, left, sink);
  people.put(sex, x, next);
  behind = own;
  return next;
}

template <bool is_fertile, class V, class Rates, class People, class Sink>
SANHAI_INLINE void walk(const Span& span, const Rates& rates, const People& people, V (&behind)[2], Sink& sink) {
  V men = {};
  V women = {};
  const std::size_t end = span.end;
  for (std::size_t x = span.begin; x < end; ++x) {
    men += one_age<male, is_fertile>(x, rates, people, behind[male], sink);
    women += one_age<female, is_fertile>(x, rates, people, behind[female], sink);
  }
  sink.alive(span.group, men, women);
}

/// The open age pools those who reach it and those who were there.
template <std::size_t sex, class V, class Rates, class People, class Sink>
SANHAI_INLINE V open_age(std::size_t open, const Rates& rates, const People& people, V behind, Sink& sink) {
  const V start = behind + present<sex, V>(open, rates, people, sink);
  const V left = rates.survive(sex, open, start, sink);
  sink.left(sex, open, left);
  const V next = rates.move(sex, open, left, sink);
  people.put(sex, open, next);
  return next;
}

template <std::size_t sex, class V, class Rates, class People, class Sink>
SANHAI_INLINE V infants(V born, const Rates& rates, const People& people, Sink& sink) {
  const V left = rates.survive(sex, 0, born, sink);
  sink.left(sex, 0, left);
  const V next = rates.move(sex, 0, left, sink);
  people.put(sex, 0, next);
  return next;
}

template <std::size_t sex, class V, class Rates, class People, class Sink>
SANHAI_INLINE V moved(std::size_t x, const Rates& rates, const People& people, Sink& sink) {
  const V left = people.get(sex, x);
  const V next = rates.move(sex, x, left, sink);
  people.put(sex, x, next);
  return next;
}

}  // namespace detail

/// Moves `people` from one 1 January to the next.
template <class V, class Rates, class People, class Sink>
SANHAI_INLINE void year(const Spans& spans, const Rates& rates, const People& people, Sink& sink) {
  V behind[2] = {detail::present<male, V>(0, rates, people, sink), detail::present<female, V>(0, rates, people, sink)};
  for (std::size_t s = 0; s < spans.n; ++s) {
    if (spans.of[s].is_fertile) {
      detail::walk<true>(spans.of[s], rates, people, behind, sink);
    } else {
      detail::walk<false>(spans.of[s], rates, people, behind, sink);
    }
  }
  const V old_men = detail::open_age<male>(spans.open, rates, people, behind[male], sink);
  sink.alive(spans.open_group, old_men, V{});
  const V old_women = detail::open_age<female>(spans.open, rates, people, behind[female], sink);
  sink.alive(spans.open_group, V{}, old_women);
  const V all = rates.close_births(sink);
  V by_sex[2];
  rates.sex_births(all, by_sex);
  sink.sexed(by_sex);
  const V boys = detail::infants<male>(by_sex[male], rates, people, sink);
  const V girls = detail::infants<female>(by_sex[female], rates, people, sink);
  sink.infants(boys, girls);
}

/// Migration put off: for people whom `year` has aged with rates that move nobody. The sums are those `year` makes, in
/// the same order.
template <class V, class Rates, class People, class Sink>
SANHAI_INLINE void settle(const Spans& spans, const Rates& rates, const People& people, Sink& sink) {
  for (std::size_t s = 0; s < spans.n; ++s) {
    V men = {};
    V women = {};
    for (std::size_t x = spans.of[s].begin; x < spans.of[s].end; ++x) {
      men += detail::moved<male, V>(x, rates, people, sink);
      women += detail::moved<female, V>(x, rates, people, sink);
    }
    sink.alive(spans.of[s].group, men, women);
  }
  sink.alive(spans.open_group, detail::moved<male, V>(spans.open, rates, people, sink), V{});
  sink.alive(spans.open_group, V{}, detail::moved<female, V>(spans.open, rates, people, sink));
  const V boys = detail::moved<male, V>(0, rates, people, sink);
  const V girls = detail::moved<female, V>(0, rates, people, sink);
  sink.infants(boys, girls);
}

}  // namespace sanhai::engine
