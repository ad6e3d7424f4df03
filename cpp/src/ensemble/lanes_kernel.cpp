// One batch of eight draws from the first year to the last. Survival, deaths, births, migration and sums are one pass a
// year over a state that stays in the first cache. Compiled once per instruction set; the bits are the same in all,
// since no operation mixes lanes and the order of every sum is fixed.

#include "lanes_normals.hpp"
#include "lanes_rates.hpp"
#include "sanhai/core/quantiles.hpp"
#include "sanhai/engine/exchange_move.hpp"
#include "sanhai/policy/births_year.hpp"

#ifndef SANHAI_ISA
#define SANHAI_ISA baseline
#endif
#define SANHAI_JOIN(a, b) a##b
#define SANHAI_NAME(a, b) SANHAI_JOIN(a, b)

namespace sanhai::ensemble {
namespace {

/// One batch's vectors are worked on a year at a time, so that a year's rates are read from the first cache.
class Batch {
public:
  SANHAI_INLINE Batch(const KernelTask& task, KernelCells& people, KernelWorkspace& workspace)
      : task_(task),
        people_(people),
        room_(workspace),
        spans_(task.n_ages, task.fertility.first_age, task.fertility.end_age) {}

  SANHAI_INLINE void run() {
    begin();
    for (std::size_t year = 0; year < task_.n_years; ++year) {
      for (std::size_t lane = 0; lane < n_lanes; lane += vector_doubles) advance<false>(year, lane);
      keep_population(year + 1);
    }
  }

  SANHAI_INLINE void begin() {
    for (std::size_t lane = 0; lane < n_lanes; lane += vector_doubles) begin(lane);
    keep_population(0);
  }

  /// A year without migration.
  SANHAI_INLINE void age(std::size_t year) {
    for (std::size_t lane = 0; lane < n_lanes; lane += vector_doubles) advance<true>(year, lane);
  }

  /// The migration of a year.
  SANHAI_INLINE void settle(std::size_t year) {
    for (std::size_t lane = 0; lane < n_lanes; lane += vector_doubles) settle_with_movers(year, lane);
    keep_population(year + 1);
  }

private:
  SANHAI_INLINE People people(std::size_t lane) const { return {&people_, lane}; }

  SANHAI_INLINE void write(Indicator indicator, std::size_t year, std::size_t lane, Vec value) const {
    double* series = task_.output.indicator[engine::index_of(indicator)];
    if (series) store(series + year * task_.output.stride + lane, value);
  }
  SANHAI_INLINE bool wants(Indicator indicator) const {
    return task_.output.indicator[engine::index_of(indicator)] != nullptr;
  }

  void begin(std::size_t lane) {
    Sums sums;
    for (std::size_t x = 0; x < task_.n_ages; ++x)
      for (std::size_t sex = male; sex <= female; ++sex) {
        const Vec persons = splat(task_.place.pop_jan1[sex * task_.n_ages + x]);
        people(lane).put(sex, x, persons);
        sums.alive(engine::Spans::group_of(x), sex == male ? persons : Vec{}, sex == male ? Vec{} : persons);
      }
    write_stocks(0, lane, sums);
  }

  void write_stocks(std::size_t year, std::size_t lane, const Sums& sums) const {
    const People here = people(lane);
    engine::put_stocks(
        sums.stocks(), task_.n_ages, [&](std::size_t sex, std::size_t x) { return here.get(sex, x); },
        [&](Indicator indicator) { return wants(indicator); },
        [&](Indicator indicator, Vec value) { write(indicator, year, lane, value); });
  }

  void write_flows(std::size_t year, std::size_t lane, const Sums& sums) const {
    engine::put_flows(sums.flows, [&](Indicator indicator, Vec value) { write(indicator, year, lane, value); });
  }

  void write_migration(std::size_t year, std::size_t lane, const Sums& sums, Vec exchanged) const {
    write(Indicator::migration_cut, year, lane, sums.cut);
    if (!wants(Indicator::net_migration)) return;
    const Migration<Movers::scaled> movers = migration<Movers::scaled>(year, lane);
    const Vec outside = total(movers.count) + movers.shock * total(movers.pattern);
    write(Indicator::net_migration, year, lane, ((outside - sums.gone) + sums.cut) + exchanged);
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

  template <Movers movers>
  SANHAI_INLINE Migration<movers> migration(std::size_t year, std::size_t lane) const {
    const KernelPlace& place = task_.place;
    const bool is_scaled = place.pattern && task_.paths.shock;
    return {place.net_migration ? place.net_migration + year * place.net_migration_step : nullptr,
            is_scaled ? place.pattern + year * place.pattern_step : nullptr,
            path(task_.paths.shock, year, lane, 0.0),
            task_.n_ages,
            place.leaving_rate ? place.leaving_rate + year * place.leaving_rate_step : nullptr,
            place.cap};
  }

  template <bool is_apart>
  SANHAI_INLINE void advance(std::size_t year, std::size_t lane) {
    const KernelMortality& mortality = task_.mortality;
    if (mortality.mode == MortalityMode::shared || !task_.paths.k) {
      const std::size_t cells = 2 * task_.n_ages;
      const SharedSx shared{mortality.Sx + year * cells, mortality.one_less_Sx + year * cells, task_.n_ages};
      write(Indicator::e0_male, year, lane, splat(mortality.e0[year * 2 + male]));
      write(Indicator::e0_female, year, lane, splat(mortality.e0[year * 2 + female]));
      return with_deaths<is_apart>(year, lane, shared);
    }
    fill_survivorship(year, lane, path(task_.paths.k, year, lane, 0.0));
    with_deaths<is_apart>(year, lane, StoredSx{&room_.Sx, lane});
  }

  /// A factor on the probability of dying is worked in beforehand, so that runs without one pay nothing for it.
  template <bool is_apart, class Survivorship>
  SANHAI_INLINE void with_deaths(std::size_t year, std::size_t lane, const Survivorship& survivorship) {
    const Vec factor = path(task_.paths.death_factor, year, lane, 1.0);
    const auto changed = factor != splat(1.0);
    if (!any(changed)) return with_movers<is_apart>(year, lane, survivorship);
    Vec most = {};
    for (std::size_t sex = male; sex <= female; ++sex) {
      for (std::size_t x = 0; x < task_.n_ages; ++x) {
        const Vec Sx = Vec{} + survivorship.Sx(sex, x);
        const Vec lost = Vec{} + survivorship.lost(sex, x, survivorship.Sx(sex, x));
        const Vec more = factor * lost;
        most = higher(most, more);
        store(&room_.Sx.of[sex][x][lane], changed ? 1.0 - more : Sx);
        store(&room_.lost.of[sex][x][lane], changed ? more : lost);
      }
      rewrite_e0(sex, year, lane, changed);
    }
    if (any(most > splat(1.0))) note_deaths(year, lane);
    with_movers<is_apart>(year, lane, FactoredSx{&room_.Sx, &room_.lost, lane});
  }

  SANHAI_INLINE void rewrite_e0(std::size_t sex, std::size_t year, std::size_t lane, Mask changed) const {
    const Indicator indicator = sex == male ? Indicator::e0_male : Indicator::e0_female;
    if (!wants(indicator)) return;
    const Vec before = load(task_.output.indicator[engine::index_of(indicator)] + year * task_.output.stride + lane);
    write(indicator, year, lane, changed ? e0_of(room_.Sx.of[sex], task_.n_ages, lane) : before);
  }

  /// Finds the first probability of dying above 1 of each lane.
  [[gnu::noinline]] void note_deaths(std::size_t year, std::size_t lane) const {
    for (std::size_t i = lane; i < lane + vector_doubles; ++i) {
      LaneStatus& status = task_.status[i];
      for (std::size_t sex = male; sex <= female; ++sex) {
        for (std::size_t x = 0; x < task_.n_ages && status.year < 0; ++x) {
          const double value = room_.lost.of[sex][x][i];
          if (value > 1.0) status = {static_cast<int>(year), static_cast<int>(sex), static_cast<int>(x), true, value};
        }
      }
    }
  }

  /// A lane inside the interval takes the polynomial, one outside the exact way, whoever its neighbours are.
  SANHAI_INLINE void fill_survivorship(std::size_t year, std::size_t lane, Vec k) const {
    const KernelMortality& mortality = task_.mortality;
    const bool is_exact = mortality.mode == MortalityMode::exact;
    const Vec width = splat(is_exact ? -1.0 : mortality.half_width[year]);
    const auto outside = (k > width) | (k < -width);
    Vec e0[2] = {};
    if (any(outside)) {
      for (std::size_t sex = male; sex <= female; ++sex) {
        fill_exact(task_, year, sex, k, lane, room_.Sx.of[sex]);
        e0[sex] = e0_of(room_.Sx.of[sex], task_.n_ages, lane);
      }
    }
    if (!is_exact) {
      const bool is_mixed = any(outside);
      const std::size_t n_ages = task_.n_ages;
      for_each_polynomial(mortality, year, 2 * n_ages + 2, k / width, [&](std::size_t row, Vec value) {
        if (row >= 2 * n_ages) {
          Vec& found = e0[row - 2 * n_ages];
          found = outside ? found : value;
          return;
        }
        double* Sx = &room_.Sx.of[row >= n_ages][row >= n_ages ? row - n_ages : row][lane];
        store(Sx, is_mixed ? (outside ? load(Sx) : value) : value);
      });
    }
    write(Indicator::e0_male, year, lane, e0[male]);
    write(Indicator::e0_female, year, lane, e0[female]);
  }

  template <bool is_apart, class Survivorship>
  SANHAI_INLINE void with_movers(std::size_t year, std::size_t lane, const Survivorship& survivorship) {
    if (is_apart || !task_.place.net_migration) return with_births<is_apart, Movers::none>(year, lane, survivorship);
    if constexpr (!is_apart) {
      if (task_.place.leaving_rate) return with_births<false, Movers::leaving>(year, lane, survivorship);
      if (task_.place.cap) return with_births<false, Movers::capped>(year, lane, survivorship);
      if (!task_.place.pattern || !task_.paths.shock)
        return with_births<false, Movers::counted>(year, lane, survivorship);
      with_births<false, Movers::scaled>(year, lane, survivorship);
    }
  }

  template <bool is_apart, Movers movers, class Survivorship>
  SANHAI_INLINE void with_births(std::size_t year, std::size_t lane, const Survivorship& survivorship) {
    const KernelFertility& schedule = task_.fertility;
    if (task_.paths.start_rate) {
      const std::size_t n = schedule.end_age - schedule.first_age;
      const std::size_t at = year * n_orders * n * n_lanes + lane;
      return with_sink<is_apart, movers>(
          year, lane, survivorship,
          RatedBirths{task_.paths.start_rate + at, task_.paths.end_rate + at, schedule.first_age, n});
    }
    with_sink<is_apart, movers>(
        year, lane, survivorship,
        ScheduledBirths{schedule.asfr + year * n_orders * task_.n_ages, schedule.tfr_order + year * n_orders,
                        task_.n_ages, path(task_.paths.fertility, year, lane, 1.0)});
  }

  template <bool is_apart, Movers movers, class Survivorship, class Births>
  SANHAI_INLINE void with_sink(std::size_t year, std::size_t lane, const Survivorship& survivorship,
                               const Births& births) {
    const DrawnRates<Survivorship, Births, movers> rates{survivorship, births, migration<movers>(year, lane),
                                                         task_.fertility.srb[year]};
    if (wants(Indicator::imr)) write(Indicator::imr, year, lane, imr(year, survivorship));
    write(Indicator::srb, year, lane, splat(task_.fertility.srb[year]));
    if (task_.output.n_books > 0) return pass_booked<is_apart>(year, lane, rates);
    pass<is_apart>(year, lane, rates);
  }

  template <class Survivorship>
  SANHAI_INLINE Vec imr(std::size_t year, const Survivorship& survivorship) const {
    return demography::infant_mortality<Vec>(
        task_.fertility.srb[year], task_.mortality.a0 + year * core::n_sexes,
        [&](std::size_t sex) { return Vec{} + survivorship.lost(sex, 0, survivorship.Sx(sex, 0)); });
  }

  template <bool is_apart, class Rates>
  [[gnu::noinline]] void pass(std::size_t year, std::size_t lane, const Rates& given) const {
    const Rates rates = given;
    Sums sums;
    engine::year<Vec>(spans_, rates, people(lane), sums);
    const Sums kept = sums;  // a copy may have an address; what the pass works on must not
    close<is_apart>(year, lane, kept);
  }

  template <bool is_apart, class Rates>
  [[gnu::noinline]] void pass_booked(std::size_t year, std::size_t lane, const Rates& given) const {
    const Rates rates = given;
    for_each_book([&](const KernelBook& book) {
      add_cells(of_year(book.pop_jan1, year, 2 * task_.n_ages), task_.n_ages, lane, from(people_, lane));
    });
    Booked sink(room_, lane, task_.fertility);
    engine::year<Vec>(spans_, rates, people(lane), sink);
    for_each_book([&](const KernelBook& book) {
      add_flows(book, year, lane, sink, rates.survivorship);
      if (!is_apart) add_moves(book, year, lane);
    });
    close<is_apart>(year, lane, sink);
  }

  template <bool is_apart>
  SANHAI_INLINE void close(std::size_t year, std::size_t lane, const Sums& sums) const {
    write_flows(year, lane, sums);
    if (is_apart) return;
    write_migration(year, lane, sums, Vec{});
    write(Indicator::leavers, year, lane, Vec{});
    write(Indicator::arrivals, year, lane, Vec{});
    close_stocks(year, lane, sums);
  }

  SANHAI_INLINE void close_stocks(std::size_t year, std::size_t lane, const Sums& sums) const {
    write_stocks(year + 1, lane, sums);
    if (year + 1 == task_.n_years) {
      for_each_book([&](const KernelBook& book) {
        add_cells(of_year(book.pop_jan1, year + 1, 2 * task_.n_ages), task_.n_ages, lane, from(people_, lane));
      });
    }
    if (sums.has_failed()) note_failure(year, lane);
  }

  template <class Visit>
  SANHAI_INLINE void for_each_book(Visit visit) const {
    for (std::size_t b = 0; b < task_.output.n_books; ++b) visit(task_.output.books[b]);
  }

  template <class Survivorship>
  SANHAI_INLINE void add_flows(const KernelBook& book, std::size_t year, std::size_t lane, const Booked& sink,
                               const Survivorship& survivorship) const {
    const std::size_t ages = task_.n_ages;
    add_cells(of_year(book.left, year, 2 * ages), ages, lane, from(room_.left, lane));
    add_cells(of_year(book.Sx, year, 2 * ages), ages, lane,
              [&](std::size_t sex, std::size_t x) { return Vec{} + survivorship.Sx(sex, x); });
    add_cells(of_year(book.deaths, year, 2 * ages), ages, lane, from(room_.dead, lane));
    const auto add = [&](double* to, Vec value) { store(to, load(to) + value); };
    for (std::size_t sex = male; book.born && sex <= female; ++sex)
      add(book.born + (year * 2 + sex) * n_lanes + lane, sink.births_by_sex[sex]);
    const double srb = task_.fertility.srb[year];
    const Vec rates[n_per_birth] = {imr(year, survivorship), splat(srb / (1.0 + srb))};
    for (std::size_t what = 0; book.per_birth && what < n_per_birth; ++what) {
      const std::size_t cell = (year * n_per_birth + what) * n_lanes + lane;
      add(book.per_birth + cell, rates[what]);
      add(book.per_birth_sum + cell, rates[what] * engine::all_births(sink.flows.order));
    }
    const std::size_t n = book.n_birth_ages;
    for (std::size_t age = sink.first_age; age < sink.end_age; ++age) {
      const std::size_t x = age - book.first_age;
      const Vec births[n_orders] = {load(&room_.births[0][age][lane]), load(&room_.births[1][age][lane]),
                                    load(&room_.births[2][age][lane])};
      for (std::size_t i = 0; book.births && i < n_orders; ++i)
        add(book.births + ((year * n_orders + i) * n + x) * n_lanes + lane, births[i]);
      if (book.expected) add(book.expected + (year * n + x) * n_lanes + lane, engine::all_births(births));
      if (book.rate) add(book.rate + (year * n + x) * n_lanes + lane, load(&room_.rate[age][lane]));
    }
  }

  SANHAI_INLINE void add_moves(const KernelBook& book, std::size_t year, std::size_t lane) const {
    const std::size_t ages = task_.n_ages;
    if (task_.place.net_migration || task_.leavers)
      add_cells(of_year(book.net_migration, year, 2 * ages), ages, lane, from(room_.moved, lane));
    if (!task_.leavers) return;
    add_cells(of_year(book.leavers, year, 2 * ages), ages, lane, from(*task_.leavers, lane));
    add_cells(of_year(book.arrivals, year, 2 * ages), ages, lane, from(*task_.arrivals, lane));
  }

  SANHAI_INLINE void settle_with_movers(std::size_t year, std::size_t lane) {
    if (!task_.place.net_migration) return settle_pass<Movers::none>(year, lane);
    if (task_.place.leaving_rate) return settle_pass<Movers::leaving>(year, lane);
    if (task_.place.cap) return settle_pass<Movers::capped>(year, lane);
    if (!task_.place.pattern || !task_.paths.shock) return settle_pass<Movers::counted>(year, lane);
    settle_pass<Movers::scaled>(year, lane);
  }

  template <Movers movers>
  [[gnu::noinline]] void settle_pass(std::size_t year, std::size_t lane) const {
    const Exchanging<movers> rates{task_.leavers, task_.arrivals, migration<movers>(year, lane), lane};
    Booked sums(room_, lane, task_.fertility);
    engine::settle<Vec>(spans_, rates, people(lane), sums);
    Vec left = {};
    Vec came = {};
    for (std::size_t sex = male; sex <= female; ++sex)
      for (std::size_t x = 0; x < task_.n_ages; ++x) {
        left += load(&task_.leavers->of[sex][x][lane]);
        came += load(&task_.arrivals->of[sex][x][lane]);
      }
    write(Indicator::leavers, year, lane, left);
    write(Indicator::arrivals, year, lane, came);
    write_migration(year, lane, sums, came - left);
    for_each_book([&](const KernelBook& book) { add_moves(book, year, lane); });
    close_stocks(year, lane, sums);
  }

  /// Finds the first cell of each lane that no population can have; rare, so not fast.
  [[gnu::noinline]] void note_failure(std::size_t year, std::size_t lane) const {
    for (std::size_t i = lane; i < lane + vector_doubles; ++i) {
      LaneStatus& status = task_.status[i];
      for (std::size_t sex = male; sex <= female && status.year < 0; ++sex) {
        for (std::size_t x = 0; x < task_.n_ages && status.year < 0; ++x) {
          const double value = people_.of[sex][x][i];
          if (!(value >= 0.0))
            status = {static_cast<int>(year), static_cast<int>(sex), static_cast<int>(x), false, value};
        }
      }
    }
  }

  void keep_population(std::size_t year) const {
    const std::size_t row = task_.n_ages * n_lanes;
    for (std::size_t sex = male; task_.output.population && sex <= female; ++sex) {
      double* to = task_.output.population + (year * 2 + sex) * row;
      for (std::size_t i = 0; i < row; ++i) to[i] = (&people_.of[sex][0][0])[i];
    }
  }

  const KernelTask& task_;
  KernelCells& people_;
  KernelWorkspace& room_;
  const engine::Spans spans_;
};

}  // namespace

void SANHAI_NAME(run_batch_, SANHAI_ISA)(const KernelTask& task, KernelCells& people, KernelWorkspace& room);
void SANHAI_NAME(begin_batch_, SANHAI_ISA)(const KernelTask& task, KernelCells& people, KernelWorkspace& room);
void SANHAI_NAME(age_batch_, SANHAI_ISA)(const KernelTask& task, KernelCells& people, KernelWorkspace& room,
                                         std::size_t year);
void SANHAI_NAME(settle_batch_, SANHAI_ISA)(const KernelTask& task, KernelCells& people, KernelWorkspace& room,
                                            std::size_t year);
void SANHAI_NAME(exchange_batch_, SANHAI_ISA)(const engine::MoveTask& task);
void SANHAI_NAME(births_batch_, SANHAI_ISA)(const BirthsTask& task, BirthsWorkspace& workspace);
void SANHAI_NAME(sort_batch_, SANHAI_ISA)(double* data, std::size_t n);
void SANHAI_NAME(normals_batch_, SANHAI_ISA)(const std::uint32_t* counter, const std::uint32_t* key, double* out);

void SANHAI_NAME(run_batch_, SANHAI_ISA)(const KernelTask& task, KernelCells& people, KernelWorkspace& room) {
  Batch(task, people, room).run();
}
void SANHAI_NAME(begin_batch_, SANHAI_ISA)(const KernelTask& task, KernelCells& people, KernelWorkspace& room) {
  Batch(task, people, room).begin();
}
void SANHAI_NAME(age_batch_, SANHAI_ISA)(const KernelTask& task, KernelCells& people, KernelWorkspace& room,
                                         std::size_t year) {
  Batch(task, people, room).age(year);
}
void SANHAI_NAME(settle_batch_, SANHAI_ISA)(const KernelTask& task, KernelCells& people, KernelWorkspace& room,
                                            std::size_t year) {
  Batch(task, people, room).settle(year);
}
void SANHAI_NAME(exchange_batch_, SANHAI_ISA)(const engine::MoveTask& task) {
  for (std::size_t lane = 0; lane < n_lanes; lane += vector_doubles) engine::move_people<Vec>(task, lane);
}
void SANHAI_NAME(births_batch_, SANHAI_ISA)(const BirthsTask& task, BirthsWorkspace& workspace) {
  for (std::size_t lane = 0; lane < n_lanes; lane += vector_doubles)
    policy::BirthsYears<Vec, Batch>(task, workspace, lane).run();
}
void SANHAI_NAME(sort_batch_, SANHAI_ISA)(double* data, std::size_t n) { core::sort_network<n_lanes>(data, n); }
void SANHAI_NAME(normals_batch_, SANHAI_ISA)(const std::uint32_t* counter, const std::uint32_t* key, double* out) {
  fill_normals(counter, key, out);
}

}  // namespace sanhai::ensemble
