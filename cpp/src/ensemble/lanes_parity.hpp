#pragma once
// One place's births by order in lanes: the level of hazards by Newton, women by parity of the base and of the gross
// run, and the ledger of moved births. Unnamed namespace and inlined, as all of the kernel.

#include <limits>

#include "lanes_survivorship.hpp"
#include "sanhai/ensemble/births_kernel.hpp"

namespace sanhai::ensemble {
namespace {

/// 1 - exp(-h): the series of rates::rate_from_hazard below 0.35, the same arithmetic.
SANHAI_INLINE Vec rate_from_hazard(Vec hazard) {
  constexpr double terms[13] = {1.0 / 6227020800.0,
                                -1.0 / 479001600.0,
                                1.0 / 39916800.0,
                                -1.0 / 3628800.0,
                                1.0 / 362880.0,
                                -1.0 / 40320.0,
                                1.0 / 5040.0,
                                -1.0 / 720.0,
                                1.0 / 120.0,
                                -1.0 / 24.0,
                                1.0 / 6.0,
                                -1.0 / 2.0,
                                1.0};
  Vec sum = {};
  for (const double term : terms) sum = sum * hazard + term;
  const Vec small = hazard * sum;
  const auto is_large = hazard > splat(0.35);
  if (!any(is_large)) return small;
  return is_large ? 1.0 - core::exp(-hazard) : small;
}

struct ByOrder {
  Vec of[core::n_orders];
};

class BirthsBatch {
public:
  SANHAI_INLINE BirthsBatch(const BirthsTask& task, BirthsWorkspace& workspace, std::size_t lane)
      : task_(task), workspace_(workspace), lane_(lane) {}

  SANHAI_INLINE void run() {
    begin();
    for (std::size_t year = 0; year < task_.n_years; ++year) {
      solve_base(year);
      note_policy(year);
      if (has_diverged_) meet_policy(year);
      for (std::size_t run = 0; run < 1U + has_diverged_; ++run) step(run);
      if (has_diverged_) {
        settle(year);
      } else {
        write_plain(year);
      }
      keep(year);
    }
  }

private:
  static constexpr std::size_t base = 0;
  static constexpr std::size_t gross = 1;
  static constexpr int max_passes = 100;

  SANHAI_INLINE Vec share(std::size_t run, std::size_t p, std::size_t x) const {
    return load(&workspace_.share[run][p][x][lane_]);
  }
  SANHAI_INLINE Vec born(std::size_t run, std::size_t i, std::size_t x) const {
    return load(&workspace_.born[run][i][x][lane_]);
  }
  SANHAI_INLINE std::size_t cell(std::size_t year, std::size_t i, std::size_t x) const {
    return ((year * core::n_orders + i) * task_.n + (x - task_.first)) * n_lanes + lane_;
  }
  [[nodiscard]] std::size_t end() const { return task_.first + task_.n; }

  void begin() {
    for (std::size_t p = 0; p < n_parities; ++p)
      for (std::size_t x = 0; x < n_birth_ages; ++x) {
        store(&workspace_.share[base][p][x][lane_], splat(task_.start[p * n_birth_ages + x]));
      }
    for (std::size_t run = base; run <= gross; ++run)
      for (std::size_t i = 0; i < core::n_orders; ++i)
        for (std::size_t x = 0; x <= n_birth_ages; ++x) {
          store(&workspace_.rate[run][i][x][lane_], Vec{});
          store(&workspace_.born[run][i][x][lane_], Vec{});
        }
    for (std::size_t x = 0; x < n_birth_ages; ++x) store(&workspace_.level[x][lane_], Vec{});
    for (std::size_t i = 0; i < core::n_orders; ++i)
      for (std::size_t cohort = 0; cohort <= task_.n; ++cohort)
        for (std::size_t k = 0; k <= task_.n_weights; ++k) store(&workspace_.due[i][cohort][k][lane_], Vec{});
    keep_share(0);
  }

  SANHAI_INLINE ByOrder exposure(std::size_t run, std::size_t x) const {
    const std::size_t younger = x == 0 ? 0 : x - 1;
    const Vec open = (share(run, 2, x) + share(run, 3, x)) + share(run, 2, younger) + share(run, 3, younger);
    return {{(share(run, 0, x) + share(run, 0, younger)) * 0.5, (share(run, 1, x) + share(run, 1, younger)) * 0.5,
             open * 0.5}};
  }

  SANHAI_INLINE void put(std::size_t run, std::size_t i, std::size_t x, Vec rate, Vec exposed) {
    store(&workspace_.rate[run][i][x][lane_], rate);
    store(&workspace_.born[run][i][x][lane_], rate * exposed);
  }

  SANHAI_INLINE double relative(std::size_t year, std::size_t i, std::size_t x) const {
    return task_.relative[year * task_.relative_step + i * task_.n + (x - task_.first)];
  }

  /// Root a of sum_i e_i (1 - exp(-a c_i)) = target, as rates::hazards_for_year finds it, from last year's level. A
  /// lane that has arrived stays, so that its bits do not depend on how long its neighbours take.
  SANHAI_INLINE Vec level(Vec target, const ByOrder& exposed, const double (&ratio)[core::n_orders], Vec start) const {
    constexpr double rounding = 16.0 * std::numeric_limits<double>::epsilon();
    Vec level = target == Vec{} ? Vec{} : start;
    auto done = target == Vec{};
    for (int pass = 0; pass < max_passes; ++pass) {
      Vec births = {};
      Vec slope = {};
      for (std::size_t i = 0; i < core::n_orders; ++i) {
        const Vec rate = rate_from_hazard(level * ratio[i]);
        births += exposed.of[i] * rate;
        slope += exposed.of[i] * ratio[i] * (1.0 - rate);
      }
      const Vec gap = target - births;
      done |= higher(gap, -gap) <= rounding * target;
      if (!any(done == 0)) return level;
      const Vec next = higher(level + gap / slope, Vec{});
      level = done ? level : next;
    }
    return done ? level : splat(std::numeric_limits<double>::quiet_NaN());
  }

  void solve_base(std::size_t year) {
    const Vec factor = load(task_.factor + year * n_lanes + lane_);
    for (std::size_t x = task_.first; x < end(); ++x) {
      const ByOrder exposed = exposure(base, x);
      const Vec at_most = (exposed.of[0] + exposed.of[1]) + exposed.of[2];
      const Vec wanted = task_.asfr[year * task_.n + (x - task_.first)] * factor;
      const auto in_reach = (wanted >= Vec{}) & (wanted < at_most);
      const Vec target = in_reach ? wanted : Vec{};
      const double ratio[core::n_orders] = {relative(year, 0, x), relative(year, 1, x), relative(year, 2, x)};
      Vec found = level(target, exposed, ratio, load(&workspace_.level[x][lane_]));
      const auto is_found = (found >= Vec{}) & in_reach;
      if (any(is_found == 0)) {
        note(year, x, wanted, at_most, is_found);
        found = is_found ? found : Vec{};
      }
      store(&workspace_.level[x][lane_], found);
      for (std::size_t i = 0; i < core::n_orders; ++i)
        put(base, i, x, rate_from_hazard(found * ratio[i]), exposed.of[i]);
    }
  }

  template <class Found>
  [[gnu::noinline]] void note(std::size_t year, std::size_t x, Vec wanted, Vec at_most, Found is_found) const {
    for (std::size_t i = 0; i < vector_doubles; ++i) {
      BirthsStatus& status = task_.status[lane_ + i];
      if (is_found[i] == 0 && status.year < 0) {
        status = {static_cast<int>(year), static_cast<int>(x) + 10, wanted[i], at_most[i]};
      }
    }
  }

  /// Until the first multiplier other than 1 the gross run is the base run.
  void note_policy(std::size_t year) {
    if (has_diverged_ || !task_.multiplier) return;
    for (std::size_t i = 0; i < core::n_orders; ++i) has_diverged_ |= any(multiplier(year, i) != splat(1.0));
    if (!has_diverged_) return;
    for (std::size_t p = 0; p < n_parities; ++p)
      for (std::size_t x = 0; x < n_birth_ages; ++x) store(&workspace_.share[gross][p][x][lane_], share(base, p, x));
  }

  SANHAI_INLINE Vec multiplier(std::size_t year, std::size_t i) const {
    return load(task_.multiplier + (year * core::n_orders + i) * n_lanes + lane_);
  }

  void meet_policy(std::size_t year) {
    const Vec of_order[core::n_orders] = {multiplier(year, 0), multiplier(year, 1), multiplier(year, 2)};
    for (std::size_t x = task_.first; x < end(); ++x) {
      const ByOrder exposed = exposure(gross, x);
      const Vec level = load(&workspace_.level[x][lane_]);
      for (std::size_t i = 0; i < core::n_orders; ++i) {
        put(gross, i, x, rate_from_hazard(level * relative(year, i, x) * of_order[i]), exposed.of[i]);
      }
    }
  }

  /// One year on: half of the rates at x and half of those at x + 1 on the shares of 1 January.
  void step(std::size_t run) {
    Vec own[n_parities];
    for (std::size_t p = 0; p < n_parities; ++p) own[p] = share(run, p, 0);
    for (std::size_t p = 0; p < n_parities; ++p) store(&workspace_.share[run][p][0][lane_], splat(p == 0 ? 1.0 : 0.0));
    for (std::size_t x = 0; x + 1 < n_birth_ages; ++x) {
      Vec moved[core::n_orders];
      for (std::size_t i = 0; i < core::n_orders; ++i) {
        const Vec younger = load(&workspace_.rate[run][i][x][lane_]);
        moved[i] = own[i] * ((younger + load(&workspace_.rate[run][i][x + 1][lane_])) * 0.5);
      }
      const Vec next[n_parities] = {own[0] - moved[0], (own[1] + moved[0]) - moved[1], (own[2] + moved[1]) - moved[2],
                                    own[3] + moved[2]};
      for (std::size_t p = 0; p < n_parities; ++p) {
        own[p] = share(run, p, x + 1);
        store(&workspace_.share[run][p][x + 1][lane_], next[p]);
      }
    }
  }

  void write_plain(std::size_t year) const {
    for (std::size_t i = 0; i < core::n_orders; ++i)
      for (std::size_t x = task_.first; x < end(); ++x) {
        const Vec half = born(base, i, x) * 0.5;
        store(task_.start_rate + cell(year, i, x), half);
        store(task_.end_rate + cell(year, i, x), half);
      }
  }

  /// A cohort's births per woman; cohort c is aged first - 1 + c on 1 January.
  SANHAI_INLINE Vec cohort_births(std::size_t run, std::size_t i, std::size_t c) const {
    const Vec at_start = c == 0 ? Vec{} : born(run, i, task_.first + c - 1);
    const Vec at_end = c == task_.n ? Vec{} : born(run, i, task_.first + c);
    return at_start * 0.5 + at_end * 0.5;
  }

  /// The year of policy::TempoLedger, oldest cohort first: what a cohort still owes moves up with it.
  void settle(std::size_t year) {
    const Vec tau = load(task_.tau + lane_);
    for (std::size_t i = 0; i < core::n_orders; ++i) {
      Vec added = {};
      Vec added_net = {};
      Vec unpaid = {};
      for (std::size_t c = task_.n + 1; c-- > 0;) {
        const Vec births = cohort_births(gross, i, c);
        const Vec extra = births - cohort_births(base, i, c);
        const Vec paid = pay(i, c, births, tau * extra, unpaid);
        const Vec factor = paid != Vec{} ? (births - paid) / births : splat(1.0);
        added += extra;
        added_net += extra - paid;
        if (c > 0)
          store(task_.start_rate + cell(year, i, task_.first + c - 1),
                born(gross, i, task_.first + c - 1) * 0.5 * factor);
        if (c < task_.n)
          store(task_.end_rate + cell(year, i, task_.first + c), born(gross, i, task_.first + c) * 0.5 * factor);
      }
      for (std::size_t k = 0; k <= task_.n_weights; ++k) store(&workspace_.due[i][0][k][lane_], Vec{});
      if (!task_.added_gross) continue;
      const std::size_t at = (year * core::n_orders + i) * n_lanes + lane_;
      store(task_.added_gross + at, added);
      store(task_.added_net + at, added_net);
      store(task_.unpaid + at, unpaid);
    }
  }

  /// What the cohort pays out of `births`; its debt of later years is handed to the age it reaches.
  SANHAI_INLINE Vec pay(std::size_t i, std::size_t c, Vec births, Vec moved, Vec& unpaid) {
    const std::size_t left = task_.n - c;  // exposed years after this one
    const auto& due = workspace_.due[i][c];
    Vec owed = load(&due[0][lane_]);
    for (std::size_t k = left; k < task_.n_weights; ++k) owed += task_.weights[k] * moved;
    const Vec paid = lower(higher(owed, -births), births);
    if (left == 0) {
      Vec rest = owed - paid;
      for (std::size_t k = 1; k <= task_.n_weights; ++k) rest += load(&due[k][lane_]);
      unpaid = rest;
      return paid;
    }
    auto& next = workspace_.due[i][c + 1];
    for (std::size_t k = 0; k <= task_.n_weights; ++k) {
      Vec later = k < task_.n_weights ? load(&due[k + 1][lane_]) : Vec{};
      if (k < left && k < task_.n_weights) later += task_.weights[k] * moved;
      if (k == 0) later += owed - paid;
      store(&next[k][lane_], later);
    }
    return paid;
  }

  void keep(std::size_t year) const {
    const std::size_t policy = has_diverged_ ? gross : base;
    for (std::size_t i = 0; task_.gross_rate && i < core::n_orders; ++i)
      for (std::size_t x = task_.first; x < end(); ++x) {
        if (task_.base_rate) store(task_.base_rate + cell(year, i, x), born(base, i, x));
        store(task_.gross_rate + cell(year, i, x), born(policy, i, x));
      }
    keep_share(year + 1);
  }

  void keep_share(std::size_t year) const {
    const std::size_t policy = has_diverged_ ? gross : base;
    for (std::size_t p = 0; task_.gross_share && p < n_parities; ++p)
      for (std::size_t x = 0; x < n_birth_ages; ++x) {
        store(task_.gross_share + ((year * n_parities + p) * n_birth_ages + x) * n_lanes + lane_, share(policy, p, x));
      }
  }

  const BirthsTask& task_;
  BirthsWorkspace& workspace_;
  std::size_t lane_;
  bool has_diverged_ = false;
};

}  // namespace
}  // namespace sanhai::ensemble
