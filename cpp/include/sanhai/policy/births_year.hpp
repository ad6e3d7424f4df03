#pragma once
// Births by order and parity, year after year, on V (core/lanes.hpp): the level of hazards that the draw's total asks
// for, women by parity of the base and of the gross run (a policy's multipliers on the hazards, with their own
// depletion), and the ledger of births that were only moved. The ensemble's kernel is the instantiation for lanes; at
// V = double it is one draw.

#include "sanhai/policy/births_task.hpp"
#include "sanhai/policy/tempo_year.hpp"
#include "sanhai/rates/parity_year.hpp"

namespace sanhai::policy {

/// The draws of a batch that begin at `lane`. `Owner`: a source compiled for an instruction set gives a type of its own
/// unnamed namespace, so that none of these functions leaves a symbol that another object could pick up.
template <class V, class Owner = void>
class BirthsYears {
public:
  SANHAI_INLINE BirthsYears(const BirthsTask& task, BirthsWorkspace& workspace, std::size_t lane)
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
  using ByOrder = rates::ByOrder<V>;
  using ByParity = rates::ByParity<V>;

  SANHAI_INLINE static V load(const double* from) { return core::load<V>(from); }
  SANHAI_INLINE static void store(double* to, V value) { core::store(to, value); }

  SANHAI_INLINE V share(std::size_t run, std::size_t p, std::size_t x) const {
    return load(&workspace_.share[run][p][x][lane_]);
  }
  SANHAI_INLINE V born(std::size_t run, std::size_t i, std::size_t x) const {
    return load(&workspace_.born[run][i][x][lane_]);
  }
  SANHAI_INLINE std::size_t cell(std::size_t year, std::size_t i, std::size_t x) const {
    return ((year * core::n_orders + i) * task_.n + (x - task_.first)) * n_lanes + lane_;
  }
  [[nodiscard]] std::size_t end() const { return task_.first + task_.n; }

  void begin() {
    for (std::size_t p = 0; p < n_parities; ++p)
      for (std::size_t x = 0; x < n_birth_ages; ++x) {
        store(&workspace_.share[base][p][x][lane_], core::splat<V>(task_.start[p * n_birth_ages + x]));
      }
    for (std::size_t run = base; run <= gross; ++run)
      for (std::size_t i = 0; i < core::n_orders; ++i)
        for (std::size_t x = 0; x <= n_birth_ages; ++x) {
          store(&workspace_.rate[run][i][x][lane_], V{});
          store(&workspace_.born[run][i][x][lane_], V{});
        }
    for (std::size_t x = 0; x < n_birth_ages; ++x) store(&workspace_.level[x][lane_], V{});
    for (std::size_t i = 0; i < core::n_orders; ++i)
      for (std::size_t cohort = 0; cohort <= task_.n; ++cohort)
        for (std::size_t k = 0; k <= task_.n_weights; ++k) store(&workspace_.due[i][cohort][k][lane_], V{});
    keep_share(0);
  }

  SANHAI_INLINE ByParity shares(std::size_t run, std::size_t x) const {
    return {{share(run, 0, x), share(run, 1, x), share(run, 2, x), share(run, 3, x)}};
  }
  SANHAI_INLINE ByOrder exposure(std::size_t run, std::size_t x) const {
    return rates::exposure(shares(run, x), shares(run, x == 0 ? 0 : x - 1));
  }
  SANHAI_INLINE ByOrder rates_at(std::size_t run, std::size_t x) const {
    return {{load(&workspace_.rate[run][0][x][lane_]), load(&workspace_.rate[run][1][x][lane_]),
             load(&workspace_.rate[run][2][x][lane_])}};
  }

  SANHAI_INLINE void put(std::size_t run, std::size_t i, std::size_t x, V rate, V exposed) {
    store(&workspace_.rate[run][i][x][lane_], rate);
    store(&workspace_.born[run][i][x][lane_], rate * exposed);
  }

  SANHAI_INLINE double relative(std::size_t year, std::size_t i, std::size_t x) const {
    return task_.relative[year * task_.relative_step + i * task_.n + (x - task_.first)];
  }

  void solve_base(std::size_t year) {
    const V factor = load(task_.factor + year * n_lanes + lane_);
    for (std::size_t x = task_.first; x < end(); ++x) {
      const ByOrder exposed = exposure(base, x);
      const V at_most = (exposed.of[0] + exposed.of[1]) + exposed.of[2];
      const V wanted = task_.asfr[year * task_.n + (x - task_.first)] * factor;
      const auto in_reach = (wanted >= V{}) & (wanted < at_most);
      const V target = in_reach ? wanted : V{};
      const double ratio[core::n_orders] = {relative(year, 0, x), relative(year, 1, x), relative(year, 2, x)};
      V found = rates::hazard_level(target, exposed, ratio, load(&workspace_.level[x][lane_]));
      const auto is_found = (found >= V{}) & in_reach;
      if (core::any(is_found == 0)) {
        note(year, x, wanted, at_most, is_found);
        found = is_found ? found : V{};
      }
      store(&workspace_.level[x][lane_], found);
      for (std::size_t i = 0; i < core::n_orders; ++i)
        put(base, i, x, rates::rate_from_hazard(found * ratio[i]), exposed.of[i]);
    }
  }

  template <class Found>
  [[gnu::noinline]] void note(std::size_t year, std::size_t x, V wanted, V at_most, Found is_found) const {
    if constexpr (std::is_same_v<V, double>) {
      note_lane(year, x, wanted, at_most, is_found, 0);
    } else {
      for (std::size_t i = 0; i < core::width<V>; ++i) note_lane(year, x, wanted[i], at_most[i], is_found[i] != 0, i);
    }
  }

  void note_lane(std::size_t year, std::size_t x, double wanted, double at_most, bool is_found, std::size_t i) const {
    BirthsStatus& status = task_.status[lane_ + i];
    if (!is_found && status.year < 0) status = {static_cast<int>(year), static_cast<int>(x) + 10, wanted, at_most};
  }

  /// Until the first multiplier other than 1 the gross run is the base run.
  void note_policy(std::size_t year) {
    if (has_diverged_ || !task_.multiplier) return;
    for (std::size_t i = 0; i < core::n_orders; ++i)
      has_diverged_ |= core::any(multiplier(year, i) != core::splat<V>(1.0));
    if (!has_diverged_) return;
    for (std::size_t p = 0; p < n_parities; ++p)
      for (std::size_t x = 0; x < n_birth_ages; ++x) store(&workspace_.share[gross][p][x][lane_], share(base, p, x));
  }

  SANHAI_INLINE V multiplier(std::size_t year, std::size_t i) const {
    return load(task_.multiplier + (year * core::n_orders + i) * n_lanes + lane_);
  }

  void meet_policy(std::size_t year) {
    const V of_order[core::n_orders] = {multiplier(year, 0), multiplier(year, 1), multiplier(year, 2)};
    for (std::size_t x = task_.first; x < end(); ++x) {
      const ByOrder exposed = exposure(gross, x);
      const V level = load(&workspace_.level[x][lane_]);
      for (std::size_t i = 0; i < core::n_orders; ++i) {
        put(gross, i, x, rates::rate_from_hazard(level * relative(year, i, x) * of_order[i]), exposed.of[i]);
      }
    }
  }

  /// One year on, on the shares of 1 January.
  void step(std::size_t run) {
    ByParity own = shares(run, 0);
    ByOrder younger = rates_at(run, 0);
    for (std::size_t p = 0; p < n_parities; ++p)
      store(&workspace_.share[run][p][0][lane_], core::splat<V>(p == 0 ? 1.0 : 0.0));
    for (std::size_t x = 0; x + 1 < n_birth_ages; ++x) {
      const ByOrder older = rates_at(run, x + 1);
      const ByParity next = rates::moved_up(own, rates::moving(own, younger, older));
      own = shares(run, x + 1);
      younger = older;
      for (std::size_t p = 0; p < n_parities; ++p) store(&workspace_.share[run][p][x + 1][lane_], next.of[p]);
    }
  }

  void write_plain(std::size_t year) const {
    for (std::size_t i = 0; i < core::n_orders; ++i)
      for (std::size_t x = task_.first; x < end(); ++x) {
        const V half = born(base, i, x) * 0.5;
        store(task_.start_rate + cell(year, i, x), half);
        store(task_.end_rate + cell(year, i, x), half);
      }
  }

  /// A cohort's births per woman; cohort c is aged first - 1 + c on 1 January.
  SANHAI_INLINE V cohort_births(std::size_t run, std::size_t i, std::size_t c) const {
    const V at_start = c == 0 ? V{} : born(run, i, task_.first + c - 1);
    const V at_end = c == task_.n ? V{} : born(run, i, task_.first + c);
    return at_start * 0.5 + at_end * 0.5;
  }

  /// The year of every cohort's debt (tempo_year.hpp), oldest first: what a cohort still owes moves up with it.
  void settle(std::size_t year) {
    const V tau = load(task_.tau + lane_);
    for (std::size_t i = 0; i < core::n_orders; ++i) {
      V added = {};
      V added_net = {};
      V unpaid = {};
      for (std::size_t c = task_.n + 1; c-- > 0;) {
        const V births = cohort_births(gross, i, c);
        const V extra = births - cohort_births(base, i, c);
        const V paid = pay(i, c, births, tau * extra, unpaid);
        const V factor = paid != V{} ? (births - paid) / births : core::splat<V>(1.0);
        added += extra;
        added_net += extra - paid;
        if (c > 0)
          store(task_.start_rate + cell(year, i, task_.first + c - 1),
                born(gross, i, task_.first + c - 1) * 0.5 * factor);
        if (c < task_.n)
          store(task_.end_rate + cell(year, i, task_.first + c), born(gross, i, task_.first + c) * 0.5 * factor);
      }
      for (std::size_t k = 0; k <= task_.n_weights; ++k) store(&workspace_.due[i][0][k][lane_], V{});
      if (!task_.added_gross) continue;
      const std::size_t at = (year * core::n_orders + i) * n_lanes + lane_;
      store(task_.added_gross + at, added);
      store(task_.added_net + at, added_net);
      store(task_.unpaid + at, unpaid);
    }
  }

  /// What the cohort pays out of `births`; its debt of later years is handed to the age it reaches, or left unpaid.
  SANHAI_INLINE V pay(std::size_t i, std::size_t c, V births, V moved, V& unpaid) {
    const std::size_t left = task_.n - c;  // exposed years after this one
    const auto due = [&](std::size_t k) { return load(&workspace_.due[i][c][k][lane_]); };
    if (left == 0) {
      V rest = {};
      const V paid = settle_debt(task_.weights, task_.n_weights, births, moved, left, due,
                                 [&](std::size_t, V later) { rest += later; });
      unpaid = rest;
      return paid;
    }
    auto& next = workspace_.due[i][c + 1];
    return settle_debt(task_.weights, task_.n_weights, births, moved, left, due,
                       [&](std::size_t k, V later) { store(&next[k][lane_], later); });
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

}  // namespace sanhai::policy
