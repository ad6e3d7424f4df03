#pragma once
// One pass over the ages: survive, give birth, migrate, add up. Upwards and in place, with the cohort behind in a
// register.

#include <type_traits>

#include "lanes_kernel_births.hpp"
#include "lanes_kernel_vec.hpp"

namespace sanhai::ensemble {
namespace {

/// Ages summed apart: 1-14, women 15-49 and their men, 50-64, 65+ (age 0 joins when it is born).
enum Group : std::size_t { child, young, middle, old, n_groups };

/// A stretch of ages within one group, fertile or not.
struct Segment {
  std::size_t begin;
  std::size_t end;
  Group group;
  bool is_fertile;
};

/// Ages 1 .. open - 1 cut where a group or the fertile span begins or ends.
struct Segments {
  Segment of[6];
  std::size_t n = 0;
  std::size_t last_fertile = 0;
  Group open_group = old;

  Segments(std::size_t n_ages, const KernelFertility& fertility, bool has_parity) {
    const std::size_t open = n_ages - 1;
    // With parity the cohort that has just left the fertile span still owns half of its last births.
    const std::size_t fertile_end = has_parity ? fertility.end_age + 1 : fertility.end_age;
    std::size_t begin = 1;
    while (begin < open) {
      std::size_t end = open;
      for (const std::size_t cut :
           {std::size_t{15}, std::size_t{50}, std::size_t{65}, fertility.first_age, fertile_end}) {
        if (cut > begin && cut < end) end = cut;
      }
      of[n++] = {begin, end, group_of(begin), begin >= fertility.first_age && begin < fertile_end};
      if (of[n - 1].is_fertile) last_fertile = n - 1;
      begin = end;
    }
    open_group = group_of(open);
  }

  static Group group_of(std::size_t age) { return age < 15 ? child : age < 50 ? young : age < 65 ? middle : old; }
};

/// Where the vectors of this piece of the batch lie.
struct State {
  KernelWorkspace* workspace;
  std::size_t lane;

  SANHAI_INLINE double* cell(std::size_t sex, std::size_t x) const { return &workspace->state[sex][x][lane]; }
  SANHAI_INLINE double* share(std::size_t parity, std::size_t x) const { return &workspace->share[parity][x][lane]; }
  SANHAI_INLINE Shares shares(std::size_t x) const {
    Shares found;
    for (std::size_t p = 0; p < n_parities; ++p) found.of[p] = load(share(p, x));
    return found;
  }
  SANHAI_INLINE void keep(std::size_t x, const Shares& shares) const {
    for (std::size_t p = 0; p < n_parities; ++p) store(share(p, x), shares.of[p]);
  }
};

/// Net migrants of one year; the scaled part is read only where there is a pattern.
struct Migration {
  const double* count;
  const double* pattern;
  Vec shock;
  std::size_t n_ages;
};

enum class Movers { none, counted, scaled };

/// How women give birth: `changed` has multipliers by draw or cohort factors, `rated` rates by draw.
enum class Births { plain, changed, rated, parity, parity_changed };

/// Everything one year needs that is the same for all its cells.
struct Year {
  Fertility fertility;
  Migration migration;
  double srb;
};

/// What a pass adds up.
struct Sums {
  Vec dead[2] = {};
  Vec group[n_groups] = {};
  Vec women_young = {};
  Vec cut = {};
  Mask signs[2] =
      {};  ///< all cells' bits joined: the sign is set where one is below zero, and no adder was busy with it
  Vec most_moved = {};  ///< largest share of a parity that moved up; above 1 is impossible
  BirthSums births;

  /// By comparison, not by index: an array with a variable index would have to lie in memory.
  SANHAI_INLINE void add(Group which, Vec persons) {
    if (which == child) group[child] += persons;
    if (which == young) group[young] += persons;
    if (which == middle) group[middle] += persons;
    if (which == old) group[old] += persons;
  }
};

template <Movers movers, bool cap, std::size_t sex>
SANHAI_INLINE Vec migrate(const Migration& migration, std::size_t x, Vec survivors, Sums& sums) {
  if constexpr (movers == Movers::none) return survivors;
  const std::size_t at = sex * migration.n_ages + x;
  Vec next = survivors + migration.count[at];
  if constexpr (movers == Movers::scaled) {
    if (!cap || migration.pattern) next = survivors + (migration.count[at] + migration.shock * migration.pattern[at]);
  }
  if constexpr (!cap) {
    sums.signs[sex] |= bits(next);
    return next;
  }
  const Vec kept = higher(next, Vec{});
  sums.cut += kept - next;
  return kept;
}

/// One year of one vector of draws. `births` says how women aged `first` to `end` give birth.
template <class Survivorship, Movers movers, bool cap, Births births>
struct Pass {
  static constexpr bool by_parity = births == Births::parity || births == Births::parity_changed;
  static constexpr bool is_changed = births == Births::changed || births == Births::parity_changed;

  // Copies, not references: the compiler then knows that no store of a cell changes them.
  const Year year;
  const Survivorship survivorship;
  const State state;
  const bool keep_all_shares;
  Sums sums = {};
  Vec behind[2] = {};                  ///< the cohort one year younger, on 1 January
  Shares shares_behind = childless();  ///< the same women's parity

  using Rates = std::conditional_t<is_changed, DrawnRates, SharedRates>;

  template <class Inverse>
  SANHAI_INLINE void parity_cell(std::size_t x, Rates& younger, Inverse one_over_Sx, Vec own, Vec end) {
    const Rates older = rates_at<is_changed>(year.fertility, x);
    Shares moving = shares_behind;
    shares_behind = state.shares(x);
    if (year.fertility.wants_tfr) add_tfr_by_parity(older, own, shares_behind, end, moving, sums.births);
    move_up(year.fertility, younger, older, one_over_Sx, end, moving, sums.births, sums.most_moved);
    if constexpr (cap) {  // nobody was there to give birth: migrants find parity 0
      for (std::size_t p = 0; p < n_parities; ++p)
        moving.of[p] = end > Vec{} ? moving.of[p] : splat(p == 0 ? 1.0 : 0.0);
    }
    state.keep(x, moving);
    younger = older;
  }

  /// One sex is a template parameter, so that what it adds up stays in registers.
  template <std::size_t sex, bool is_fertile>
  SANHAI_INLINE Vec cell(std::size_t x, Rates& younger) {
    const Vec own = load(state.cell(sex, x));
    const auto Sx = survivorship.at(sex, x);
    const Vec end = behind[sex] * Sx;
    sums.dead[sex] += behind[sex] * survivorship.lost(sex, x, Sx);
    if constexpr (is_fertile && sex == female) {
      if constexpr (births == Births::plain) add_births(year.fertility, x, own, end, sums.births);
      if constexpr (births == Births::changed) add_changed_births(year.fertility, x, own, end, sums.births);
      if constexpr (births == Births::rated) add_rated_births(year.fertility, x, own, end, sums.births);
      if constexpr (by_parity) parity_cell(x, younger, 1.0 / Sx, own, end);
    }
    const Vec next = migrate<movers, cap, sex>(year.migration, x, end, sums);
    store(state.cell(sex, x), next);
    behind[sex] = own;
    return next;
  }

  template <bool is_fertile>
  SANHAI_INLINE void walk(const Segment& segment, Rates& younger) {
    Vec men = {};
    Vec women = {};
    const std::size_t end = segment.end;
    for (std::size_t x = segment.begin; x < end; ++x) {
      men += cell<male, is_fertile>(x, younger);
      women += cell<female, is_fertile>(x, younger);
    }
    sums.add(segment.group, men + women);
    if (segment.group == young) sums.women_young += women;
  }

  SANHAI_INLINE void shift_shares(const Segment& segment) {
    for (std::size_t x = segment.begin; x < segment.end; ++x) {
      const Shares own = state.shares(x);
      state.keep(x, shares_behind);
      shares_behind = own;
    }
  }

  /// A cohort that was emptied has no parity left: whoever joins it later starts at 0.
  SANHAI_INLINE void forget_emptied(std::size_t n_ages) {
    for (std::size_t x = 0; x < n_ages; ++x) {
      const auto has_women = load(state.cell(female, x)) > Vec{};
      Shares shares = state.shares(x);
      for (std::size_t p = 0; p < n_parities; ++p) shares.of[p] = has_women ? shares.of[p] : splat(p == 0 ? 1.0 : 0.0);
      state.keep(x, shares);
    }
  }

  template <std::size_t sex>
  SANHAI_INLINE void open_age(std::size_t open, Group group) {
    const Vec own = load(state.cell(sex, open));
    const auto Sx = survivorship.at(sex, open);
    const Vec start = behind[sex] + own;
    if constexpr (by_parity && sex == female) {
      if (keep_all_shares) pool_shares(open, own, start);
    }
    sums.dead[sex] += start * survivorship.lost(sex, open, Sx);
    const Vec next = migrate<movers, cap, sex>(year.migration, open, start * Sx, sums);
    store(state.cell(sex, open), next);
    sums.add(group, next);
    if (group == young && sex == female) sums.women_young += next;
  }

  SANHAI_INLINE void pool_shares(std::size_t open, Vec own, Vec start) {
    Shares pooled = state.shares(open);
    for (std::size_t p = 0; p < n_parities; ++p) {
      const Vec women = behind[female] * shares_behind.of[p] + own * pooled.of[p];
      pooled.of[p] = start > Vec{} ? women / start : splat(p == 0 ? 1.0 : 0.0);
    }
    state.keep(open, pooled);
  }

  template <std::size_t sex>
  SANHAI_INLINE void infants(Vec born) {
    const auto Sx = survivorship.at(sex, 0);
    sums.dead[sex] += born * survivorship.lost(sex, 0, Sx);
    const Vec next = migrate<movers, cap, sex>(year.migration, 0, born * Sx, sums);
    store(state.cell(sex, 0), next);
    sums.add(child, next);
  }

  SANHAI_INLINE void close_births() {
    const Fertility& fertility = year.fertility;
    BirthSums& sum = sums.births;
    if constexpr (births == Births::plain) {
      sum.tfr = splat((fertility.tfr_order[0] + fertility.tfr_order[1]) + fertility.tfr_order[2]);
    }
    sum.tfr *= fertility.factor;
    if constexpr (by_parity) return;  // their births hold the factor, because it moves women up
    for (std::size_t i = 0; i < n_orders; ++i) sum.order[i] *= fertility.factor;
  }

  /// Survive, give birth, migrate; then sex the births and add the infants.
  SANHAI_INLINE void run(const Segments& segments, std::size_t open) {
    for (std::size_t sex = male; sex <= female; ++sex) behind[sex] = load(state.cell(sex, 0));
    Rates younger = {};
    for (std::size_t s = 0; s < segments.n; ++s) {
      const Segment& segment = segments.of[s];
      if (segment.is_fertile) {
        walk<true>(segment, younger);
      } else {
        walk<false>(segment, younger);
        if (by_parity && keep_all_shares && s > segments.last_fertile) shift_shares(segment);
      }
    }
    open_age<male>(open, segments.open_group);
    open_age<female>(open, segments.open_group);
    close_births();
    const Vec all = (sums.births.order[0] + sums.births.order[1]) + sums.births.order[2];
    infants<male>(all * year.srb / (1.0 + year.srb));
    infants<female>(all / (1.0 + year.srb));
    if constexpr (cap && by_parity) forget_emptied(open + 1);
  }
};

}  // namespace
}  // namespace sanhai::ensemble
