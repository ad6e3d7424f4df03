// One batch of eight draws from the first year to the last. Survival, deaths, births, migration and sums are one pass a
// year over a state that stays in the first cache. Compiled once per instruction set; the bits are the same in all,
// since no operation mixes lanes and the order of every sum is fixed.

#include "lanes_kernel_pass.hpp"
#include "lanes_normals.hpp"
#include "lanes_parity.hpp"
#include "sanhai/core/quantiles.hpp"

#ifndef SANHAI_ISA
#define SANHAI_ISA baseline
#endif
#define SANHAI_JOIN(a, b) a##b
#define SANHAI_NAME(a, b) SANHAI_JOIN(a, b)

namespace sanhai::ensemble {
namespace {

SANHAI_INLINE bool wants(const KernelOutput& output, Indicator indicator) {
  return output.indicator[static_cast<std::size_t>(indicator)] != nullptr;
}

/// One batch's vectors are worked on a year at a time, so that a year's rates are read from the first cache.
class Batch {
public:
  SANHAI_INLINE Batch(const KernelTask& task, KernelWorkspace& workspace)
      : task_(task),
        workspace_(workspace),
        segments_(task.n_ages, task.fertility, task.place.parity != nullptr),
        open_(task.n_ages - 1) {}

  SANHAI_INLINE void run() {
    for (std::size_t lane = 0; lane < n_lanes; lane += vector_doubles) begin(lane);
    keep_population(0);
    for (std::size_t year = 0; year < task_.n_years; ++year) {
      for (std::size_t lane = 0; lane < n_lanes; lane += vector_doubles) advance(year, lane);
      keep_population(year + 1);
    }
  }

private:
  SANHAI_INLINE State state(std::size_t lane) const { return {&workspace_, lane}; }

  SANHAI_INLINE void write(Indicator indicator, std::size_t year, std::size_t lane, Vec value) const {
    double* series = task_.output.indicator[static_cast<std::size_t>(indicator)];
    if (series) store(series + year * task_.output.stride + lane, value);
  }

  void begin(std::size_t lane) {
    const State at = state(lane);
    const KernelPlace& place = task_.place;
    Sums sums = {};
    for (std::size_t x = 0; x < task_.n_ages; ++x) {
      const Group group = x == open_ ? segments_.open_group : Segments::group_of(x);
      for (std::size_t sex = male; sex <= female; ++sex) {
        const Vec persons = splat(place.pop_jan1[sex * task_.n_ages + x]);
        store(at.cell(sex, x), persons);
        sums.group[group] += persons;
        if (group == young && sex == female) sums.women_young += persons;
      }
      for (std::size_t p = 0; place.parity && p < n_parities; ++p) {
        store(at.share(p, x), splat(place.parity[p * task_.n_ages + x]));
      }
    }
    write_stocks(0, lane, sums);
  }

  void write_stocks(std::size_t year, std::size_t lane, const Sums& sums) const {
    const Vec working = sums.group[young] + sums.group[middle];
    write(Indicator::pop_jan1, year, lane, (sums.group[child] + working) + sums.group[old]);
    write(Indicator::age_0_14, year, lane, sums.group[child]);
    write(Indicator::age_15_64, year, lane, working);
    write(Indicator::age_65_plus, year, lane, sums.group[old]);
    write(Indicator::women_15_49, year, lane, sums.women_young);
    const State at = state(lane);
    const std::size_t first = static_cast<std::size_t>(Indicator::age_0);
    for (std::size_t age = 0; age <= 6 && age < task_.n_ages; ++age) {
      write(static_cast<Indicator>(first + age), year, lane, load(at.cell(male, age)) + load(at.cell(female, age)));
    }
  }

  void write_flows(std::size_t year, std::size_t lane, const Sums& sums) const {
    const BirthSums& births = sums.births;
    write(Indicator::births, year, lane, (births.order[0] + births.order[1]) + births.order[2]);
    write(Indicator::births_order_1, year, lane, births.order[0]);
    write(Indicator::births_order_2, year, lane, births.order[1]);
    write(Indicator::births_order_3, year, lane, births.order[2]);
    write(Indicator::deaths, year, lane, sums.dead[male] + sums.dead[female]);
    write(Indicator::migration_cut, year, lane, sums.cut);
    write(Indicator::tfr, year, lane, births.tfr);
    if (wants(task_.output, Indicator::net_migration))
      write(Indicator::net_migration, year, lane, moved(year, lane) + sums.cut);
  }

  Vec moved(std::size_t year, std::size_t lane) const {
    const Migration movers = migration(year, lane);
    return total(movers.count) + movers.shock * total(movers.pattern);
  }

  /// Sum over the cells of a year in eight parts, which is the same order everywhere and short.
  double total(const double* cells) const {
    double part[8] = {};
    for (std::size_t i = 0; cells && i < 2 * task_.n_ages; i += 8) {
      const std::size_t n = 2 * task_.n_ages - i < 8 ? 2 * task_.n_ages - i : 8;
      for (std::size_t j = 0; j < 8; ++j) part[j] += j < n ? cells[i + j] : 0.0;
    }
    return ((part[0] + part[1]) + (part[2] + part[3])) + ((part[4] + part[5]) + (part[6] + part[7]));
  }

  static Vec path(const double* values, std::size_t year, std::size_t lane, double neutral) {
    return values ? load(values + year * n_lanes + lane) : splat(neutral);
  }

  Fertility fertility(std::size_t year, std::size_t lane) const {
    const KernelFertility& schedule = task_.fertility;
    const std::size_t cells = n_orders * task_.n_ages;
    Fertility found = {};
    found.asfr = schedule.asfr + year * cells;
    found.log_none = schedule.log_none + year * cells;
    found.tfr_order = schedule.tfr_order + year * n_orders;
    found.cohort_factor = task_.place.cohort_factor ? task_.place.cohort_factor + year * cells : nullptr;
    found.n_ages = task_.n_ages;
    found.wants_tfr = wants(task_.output, Indicator::tfr);
    found.factor = path(task_.paths.fertility, year, lane, 1.0);
    for (std::size_t i = 0; i < n_orders; ++i) {
      found.multiplier[i] = path(task_.paths.multiplier, year * n_orders + i, lane, 1.0);
      found.has_multiplier |= any(found.multiplier[i] != splat(1.0));
    }
    if (task_.paths.start_rate) {
      found.first_age = schedule.first_age;
      found.n_rate_ages = schedule.end_age - schedule.first_age;
      const std::size_t at = year * n_orders * found.n_rate_ages * n_lanes + lane;
      found.start_rate = task_.paths.start_rate + at;
      found.end_rate = task_.paths.end_rate + at;
    }
    return found;
  }

  Migration migration(std::size_t year, std::size_t lane) const {
    const KernelPlace& place = task_.place;
    const bool is_scaled = place.pattern && task_.paths.shock;
    return {place.net_migration ? place.net_migration + year * place.net_migration_step : nullptr,
            is_scaled ? place.pattern + year * place.pattern_step : nullptr, path(task_.paths.shock, year, lane, 0.0),
            task_.n_ages};
  }

  void advance(std::size_t index, std::size_t lane) {
    const Year year{fertility(index, lane), migration(index, lane), task_.fertility.srb[index]};
    const KernelMortality& mortality = task_.mortality;
    if (mortality.mode == MortalityMode::shared || !task_.paths.k) {
      const std::size_t cells = 2 * task_.n_ages;
      const SharedSx shared{mortality.Sx + index * cells, mortality.one_less_Sx + index * cells, task_.n_ages};
      write(Indicator::e0_male, index, lane, splat(mortality.e0[index * 2 + male]));
      write(Indicator::e0_female, index, lane, splat(mortality.e0[index * 2 + female]));
      return with_deaths(index, lane, year, shared);
    }
    fill_survivorship(index, lane, path(task_.paths.k, index, lane, 0.0));
    with_deaths(index, lane, year, StoredSx{workspace_.Sx, lane});
  }

  /// A factor on the probability of dying is worked in beforehand, so that runs without one pay nothing for it.
  template <class Survivorship>
  SANHAI_INLINE void with_deaths(std::size_t index, std::size_t lane, const Year& year,
                                 const Survivorship& survivorship) {
    const Vec factor = path(task_.paths.death_factor, index, lane, 1.0);
    const auto changed = factor != splat(1.0);
    if (!any(changed)) return with_movers(index, lane, year, survivorship);
    Vec most = {};
    for (std::size_t sex = male; sex <= female; ++sex) {
      for (std::size_t x = 0; x < task_.n_ages; ++x) {
        const Vec Sx = Vec{} + survivorship.at(sex, x);
        const Vec lost = Vec{} + survivorship.lost(sex, x, survivorship.at(sex, x));
        const Vec more = factor * lost;
        most = higher(most, more);
        store(&workspace_.Sx[sex][x][lane], changed ? 1.0 - more : Sx);
        store(&workspace_.lost[sex][x][lane], changed ? more : lost);
      }
      rewrite_e0(sex, index, lane, changed);
    }
    if (any(most > splat(1.0))) note_deaths(index, lane);
    with_movers(index, lane, year, FactoredSx{workspace_.Sx, workspace_.lost, lane});
  }

  template <class Mask>
  SANHAI_INLINE void rewrite_e0(std::size_t sex, std::size_t index, std::size_t lane, Mask changed) const {
    const Indicator indicator = sex == male ? Indicator::e0_male : Indicator::e0_female;
    const double* series = task_.output.indicator[static_cast<std::size_t>(indicator)];
    if (!series) return;
    const Vec before = load(series + index * task_.output.stride + lane);
    write(indicator, index, lane, changed ? e0_of(workspace_.Sx[sex], task_.n_ages, lane) : before);
  }

  /// Finds the first probability of dying above 1 of each lane.
  [[gnu::noinline]] void note_deaths(std::size_t index, std::size_t lane) const {
    for (std::size_t i = lane; i < lane + vector_doubles; ++i) {
      LaneStatus& status = task_.status[i];
      for (std::size_t sex = male; sex <= female; ++sex) {
        for (std::size_t x = 0; x < task_.n_ages && status.year < 0; ++x) {
          const double value = workspace_.lost[sex][x][i];
          if (value > 1.0)
            status = {static_cast<int>(index), static_cast<int>(sex), static_cast<int>(x), -1, true, value};
        }
      }
    }
  }

  /// A lane inside the interval takes the polynomial, one outside the exact way, whoever its neighbours are.
  SANHAI_INLINE void fill_survivorship(std::size_t index, std::size_t lane, Vec k) const {
    const KernelMortality& mortality = task_.mortality;
    const bool is_exact = mortality.mode == MortalityMode::exact;
    const Vec width = splat(is_exact ? -1.0 : mortality.half_width[index]);
    const auto outside = (k > width) | (k < -width);
    Vec e0[2] = {};
    if (any(outside)) {
      for (std::size_t sex = male; sex <= female; ++sex) {
        fill_exact(task_, index, sex, k, lane, workspace_.Sx[sex]);
        e0[sex] = e0_of(workspace_.Sx[sex], task_.n_ages, lane);
      }
    }
    if (!is_exact) {
      const bool is_mixed = any(outside);
      const std::size_t n_ages = task_.n_ages;
      for_each_polynomial(mortality, index, 2 * n_ages + 2, k / width, [&](std::size_t row, Vec value) {
        if (row >= 2 * n_ages) {
          Vec& found = e0[row - 2 * n_ages];
          found = outside ? found : value;
          return;
        }
        double* Sx = &workspace_.Sx[row >= n_ages][row >= n_ages ? row - n_ages : row][lane];
        store(Sx, is_mixed ? (outside ? load(Sx) : value) : value);
      });
    }
    write(Indicator::e0_male, index, lane, e0[male]);
    write(Indicator::e0_female, index, lane, e0[female]);
  }

  template <class Survivorship>
  SANHAI_INLINE void with_movers(std::size_t index, std::size_t lane, const Year& year,
                                 const Survivorship& survivorship) {
    if (!year.migration.count) return with_births<Survivorship, Movers::none, false>(index, lane, year, survivorship);
    if (task_.place.cap) return with_births<Survivorship, Movers::scaled, true>(index, lane, year, survivorship);
    if (!year.migration.pattern) {
      return with_births<Survivorship, Movers::counted, false>(index, lane, year, survivorship);
    }
    with_births<Survivorship, Movers::scaled, false>(index, lane, year, survivorship);
  }

  template <class Survivorship, Movers movers, bool cap>
  SANHAI_INLINE void with_births(std::size_t index, std::size_t lane, const Year& year,
                                 const Survivorship& survivorship) {
    if (task_.paths.start_rate) return pass<Survivorship, movers, cap, Births::rated>(index, lane, year, survivorship);
    const bool changed = year.fertility.has_multiplier || year.fertility.cohort_factor;
    if (task_.place.parity) {
      if (changed) return pass<Survivorship, movers, cap, Births::parity_changed>(index, lane, year, survivorship);
      return pass<Survivorship, movers, cap, Births::parity>(index, lane, year, survivorship);
    }
    if (changed) return pass<Survivorship, movers, cap, Births::changed>(index, lane, year, survivorship);
    pass<Survivorship, movers, cap, Births::plain>(index, lane, year, survivorship);
  }

  template <class Survivorship, Movers movers, bool cap, Births births>
  [[gnu::noinline]] void pass(std::size_t index, std::size_t lane, const Year& year, const Survivorship& survivorship) {
    Pass<Survivorship, movers, cap, births> one{year, survivorship, state(lane), task_.output.parity != nullptr};
    one.run(segments_, open_);
    const Sums sums = one.sums;  // a copy may have an address; what the pass works on must not
    write_flows(index, lane, sums);
    write_stocks(index + 1, lane, sums);
    const Vec all = sums.group[child] + sums.group[young] + sums.group[middle] + sums.group[old];
    const bool lost = any(!(all >= Vec{}));  // NaN too
    if (lost || any((sums.signs[male] | sums.signs[female]) < 0) || any(sums.most_moved > splat(1.0)))
      note_failure(index, lane);
  }

  /// Finds the first cell of each lane that no population can have; rare, so not fast.
  void note_failure(std::size_t index, std::size_t lane) const {
    for (std::size_t i = lane; i < lane + vector_doubles; ++i) {
      LaneStatus& status = task_.status[i];
      for (std::size_t sex = male; sex <= female && status.year < 0; ++sex) {
        for (std::size_t x = 0; x < task_.n_ages && status.year < 0; ++x) {
          const double value = workspace_.state[sex][x][i];
          if (!(value >= 0.0))
            status = {static_cast<int>(index), static_cast<int>(sex), static_cast<int>(x), -1, false, value};
        }
      }
      for (std::size_t x = 0; task_.place.parity && x < task_.n_ages && status.year < 0; ++x) {
        for (std::size_t p = 0; p < n_parities && status.year < 0; ++p) {
          const double value = workspace_.share[p][x][i];
          if (!(value >= 0.0)) {
            status = {static_cast<int>(index), female, static_cast<int>(x),
                      static_cast<int>(p),     false,  value * workspace_.state[female][x][i]};
          }
        }
      }
    }
  }

  void keep_population(std::size_t year) const {
    const std::size_t row = task_.n_ages * n_lanes;
    for (std::size_t sex = male; task_.output.population && sex <= female; ++sex) {
      double* to = task_.output.population + (year * 2 + sex) * row;
      for (std::size_t i = 0; i < row; ++i) to[i] = (&workspace_.state[sex][0][0])[i];
    }
    for (std::size_t p = 0; task_.output.parity && p < n_parities; ++p) {
      double* to = task_.output.parity + (year * n_parities + p) * row;
      for (std::size_t i = 0; i < row; ++i)
        to[i] = (&workspace_.state[female][0][0])[i] * (&workspace_.share[p][0][0])[i];
    }
  }

  const KernelTask& task_;
  KernelWorkspace& workspace_;
  Segments segments_;
  std::size_t open_;
};

}  // namespace

void SANHAI_NAME(run_batch_, SANHAI_ISA)(const KernelTask& task, KernelWorkspace& workspace);
void SANHAI_NAME(births_batch_, SANHAI_ISA)(const BirthsTask& task, BirthsWorkspace& workspace);
void SANHAI_NAME(sort_batch_, SANHAI_ISA)(double* data, std::size_t n);
void SANHAI_NAME(normals_batch_, SANHAI_ISA)(const std::uint32_t* counter, const std::uint32_t* key, double* out);

void SANHAI_NAME(run_batch_, SANHAI_ISA)(const KernelTask& task, KernelWorkspace& workspace) {
  Batch(task, workspace).run();
}
void SANHAI_NAME(births_batch_, SANHAI_ISA)(const BirthsTask& task, BirthsWorkspace& workspace) {
  for (std::size_t lane = 0; lane < n_lanes; lane += vector_doubles) BirthsBatch(task, workspace, lane).run();
}
void SANHAI_NAME(sort_batch_, SANHAI_ISA)(double* data, std::size_t n) { core::sort_network<n_lanes>(data, n); }
void SANHAI_NAME(normals_batch_, SANHAI_ISA)(const std::uint32_t* counter, const std::uint32_t* key, double* out) {
  fill_normals(counter, key, out);
}

}  // namespace sanhai::ensemble
