// engine/year.hpp on one double with deaths and births drawn in its rates.

#include "sanhai/ensemble/events.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "sanhai/core/axes.hpp"
#include "sanhai/engine/year.hpp"
#include "sanhai/random/distributions.hpp"
#include "sanhai/random/streams.hpp"

namespace sanhai::ensemble {
namespace {

using core::female;
using core::male;
using core::n_orders;
using random::Component;
using random::Stream;

// Cells of the births' stream: orders first.
constexpr std::size_t boys_cell = n_orders;

/// People of one draw, changed in place.
struct Persons {
  EventsWorkspace* room;
  [[nodiscard]] double get(std::size_t sex, std::size_t x) const { return room->people[sex][x]; }
  void put(std::size_t sex, std::size_t x, double persons) const { room->people[sex][x] = persons; }
};

/// Keeps the year's cells; they are added up afterwards, sex by sex.
struct Cells {
  EventsWorkspace* room;
  double expected[n_orders] = {};
  double drawn[n_orders] = {};
  double by_sex[core::n_sexes] = {};

  void left(std::size_t, std::size_t, double) {}
  void alive(engine::Group, double, double) {}
  void infants(double, double) {}
  void sexed(const double (&births)[2]) { std::copy_n(births, core::n_sexes, by_sex); }
};

/// One draw of one place, year by year: the rates of the year, and what it leaves.
class Events {
public:
  static constexpr bool moves_evenly = false;

  Events(const KernelTask& task, const MortalityTable& mortality, const EventNoise& noise, int calendar_year,
         std::uint64_t draw, std::size_t lane, const KernelBook& book, EventsWorkspace& room)
      : task_(task),
        mortality_(mortality),
        noise_(noise),
        calendar_year_(calendar_year),
        draw_(draw),
        lane_(lane),
        book_(book),
        room_(room),
        n_ages_(task.n_ages),
        spans_(n_ages_, task.fertility.first_age, task.fertility.end_age) {}

  void run() {
    if (noise_.first_year >= task_.n_years) return;
    for (std::size_t sex = male; sex <= female; ++sex)
      for (std::size_t x = 0; x < n_ages_; ++x) room_.people[sex][x] = *person_cell(noise_.first_year, sex, x);
    for (year_ = noise_.first_year; year_ < task_.n_years && task_.status[lane_].year < 0; ++year_) advance();
  }

  // What engine::year asks of its rates.

  /// Of those who would reach the age, whole persons die by chance, a fraction of one as expected.
  double survive(std::size_t sex, std::size_t x, double start, Cells&) const {
    const double lost = room_.lost[sex][x];
    const double died = deaths_of(start, lost, sex * n_ages_ + x);
    room_.died[sex][x] = died;
    room_.left[sex][x] = start - start * lost;
    return start - died;
  }

  void give_birth(std::size_t x, double start, double end, Cells& cells) const {
    const KernelFertility& schedule = task_.fertility;
    const std::size_t n_rates = schedule.end_age - schedule.first_age;
    const double factor = path(task_.paths.fertility, 1.0);
    const double left = room_.left[female][x];
    room_.rate[x] = room_.expected[x] = 0.0;
    for (std::size_t i = 0; i < n_orders; ++i) {
      double births = 0.0;
      if (task_.paths.start_rate) {
        const std::size_t at = ((year_ * n_orders + i) * n_rates + (x - schedule.first_age)) * n_lanes + lane_;
        births = task_.paths.start_rate[at] * start + task_.paths.end_rate[at] * end;
        room_.expected[x] += task_.paths.start_rate[at] * start + task_.paths.end_rate[at] * left;
        room_.rate[x] += task_.paths.start_rate[at] + task_.paths.end_rate[at];
      } else {
        const double asfr = schedule.asfr[(year_ * n_orders + i) * n_ages_ + x];
        births = asfr * (0.5 * (start + end)) * factor;
        room_.expected[x] += asfr * (0.5 * (start + left)) * factor;
        room_.rate[x] += asfr * factor;
      }
      room_.births[i][x] = births;
      cells.expected[i] += births;
    }
  }

  /// Births by order, drawn from the women who were there and those who are left.
  double close_births(Cells& cells) const {
    for (std::size_t i = 0; i < n_orders; ++i) {
      Stream stream(key(Component::events_birth, i));
      cells.drawn[i] = static_cast<double>(draw_poisson(stream, cells.expected[i]));
    }
    return engine::all_births(cells.drawn);
  }

  void sex_births(double all, double (&by_sex)[2]) const {
    const double srb = task_.fertility.srb[year_];
    Stream stream(key(Component::events_birth, boys_cell));
    by_sex[male] = static_cast<double>(draw_binomial(stream, static_cast<std::int64_t>(all), srb / (1.0 + srb)));
    by_sex[female] = all - by_sex[male];
  }

  /// A net figure of migrants has no single events.
  double move(std::size_t sex, std::size_t x, double people, Cells&) const {
    room_.wanted[sex][x] = room_.missing[sex][x] = 0.0;
    const KernelPlace& place = task_.place;
    if (!place.net_migration) return people;
    const std::size_t at = sex * n_ages_ + x;
    double wanted = place.net_migration[year_ * place.net_migration_step + at];
    if (place.pattern && task_.paths.shock)
      wanted = wanted + path(task_.paths.shock, 0.0) * place.pattern[year_ * place.pattern_step + at];
    if (place.leaving_rate) wanted = wanted - people * place.leaving_rate[year_ * place.leaving_rate_step + at];
    room_.wanted[sex][x] = wanted;
    const double next = people + wanted;
    if (!(next < 0.0)) return next;
    room_.missing[sex][x] = next;
    return place.cap ? 0.0 : next;
  }

private:
  [[nodiscard]] double* person_cell(std::size_t year, std::size_t sex, std::size_t x) const {
    return &task_.output.population[((year * 2 + sex) * n_ages_ + x) * n_lanes + lane_];
  }

  [[nodiscard]] double path(const double* values, double neutral) const {
    return values ? values[year_ * n_lanes + lane_] : neutral;
  }

  [[nodiscard]] random::StreamKey key(Component component, std::size_t cell) const {
    return {.seed = noise_.seed,
            .draw = draw_,
            .component = component,
            .year = calendar_year_ + static_cast<std::int64_t>(year_),
            .place = noise_.place,
            .cell = cell};
  }

  [[nodiscard]] double deaths_of(double persons, double lost, std::size_t cell) const {
    const double whole = std::floor(persons);
    if (whole == 0.0 || lost == 0.0) return persons * lost;
    Stream stream(key(Component::events_death, cell));
    const auto died = draw_binomial(stream, static_cast<std::int64_t>(whole), lost);
    return static_cast<double>(died) + (persons - whole) * lost;
  }

  /// The draw's own probabilities of dying, with the place's factor.
  void fill_lost() {
    const double factor = path(task_.paths.death_factor, 1.0);
    mortality_.put_Sx(year_, path(task_.paths.k, 0.0), {room_.Sx, {core::n_sexes, n_ages_}});
    for (std::size_t sex = male; sex <= female; ++sex)
      for (std::size_t x = 0; x < n_ages_; ++x)
        room_.lost[sex][x] = std::clamp(factor * (1.0 - room_.Sx[sex * n_ages_ + x]), 0.0, 1.0);
  }

  void advance() {
    fill_lost();
    Cells cells{.room = &room_};
    engine::year<double>(spans_, *this, Persons{&room_}, cells);
    write_flows(cells);
    write_stocks();
    write_book(cells);
  }

  void write_flows(const Cells& cells) {
    engine::FlowSums<double> sums;
    std::copy_n(cells.drawn, n_orders, sums.order);
    double& dead = sums.dead[male];  // of both sexes
    for (std::size_t sex = male; sex <= female; ++sex)
      for (std::size_t x = 1; x < n_ages_; ++x) dead += room_.died[sex][x];
    dead += room_.died[male][0] + room_.died[female][0];
    engine::put_flows(sums, [&](Indicator indicator, double value) {
      if (indicator != Indicator::tfr) write(indicator, year_, value);
    });
    double net = 0.0;
    double cut = 0.0;
    for (std::size_t sex = male; sex <= female; ++sex)
      for (std::size_t x = 0; x < n_ages_; ++x) {
        net += room_.wanted[sex][x];
        const double missing = room_.missing[sex][x];
        if (missing == 0.0) continue;
        if (task_.place.cap) {
          cut -= missing;
          net -= missing;
        } else if (task_.status[lane_].year < 0) {
          task_.status[lane_] = {static_cast<int>(year_), static_cast<int>(sex), static_cast<int>(x), false, missing};
        }
      }
    write(Indicator::net_migration, year_, net);
    write(Indicator::migration_cut, year_, cut);
  }

  void write(Indicator indicator, std::size_t year, double value) const {
    double* series = task_.output.indicator[engine::index_of(indicator)];
    if (series) series[year * task_.output.stride + lane_] = value;
  }

  [[nodiscard]] double both(std::size_t begin, std::size_t end) const {
    double sum = 0.0;
    for (std::size_t x = begin; x < std::min(end, n_ages_); ++x) sum += room_.people[male][x] + room_.people[female][x];
    return sum;
  }

  void write_stocks() const {
    engine::StockSums<double> sums{both(0, 15), both(15, 65), both(65, n_ages_), 0.0};
    for (std::size_t x = 15; x < std::min<std::size_t>(50, n_ages_); ++x) sums.women += room_.people[female][x];
    engine::put_stocks(
        sums, n_ages_, [&](std::size_t sex, std::size_t x) { return room_.people[sex][x]; },
        [&](Indicator indicator) { return task_.output.indicator[engine::index_of(indicator)] != nullptr; },
        [&](Indicator indicator, double value) { write(indicator, year_ + 1, value); });
    for (std::size_t sex = male; sex <= female; ++sex)
      for (std::size_t x = 0; x < n_ages_; ++x) *person_cell(year_ + 1, sex, x) = room_.people[sex][x];
  }

  template <class Value>
  void put_cells(double* cells, std::size_t year, Value value) const {
    for (std::size_t sex = male; cells && sex <= female; ++sex)
      for (std::size_t x = 0; x < n_ages_; ++x)
        cells[((year * 2 + sex) * n_ages_ + x) * n_lanes + lane_] = value(sex, x);
  }

  void write_book(const Cells& cells) const {
    put_cells(book_.pop_jan1, year_ + 1, [&](std::size_t sex, std::size_t x) { return room_.people[sex][x]; });
    put_cells(book_.left, year_, [&](std::size_t sex, std::size_t x) { return room_.left[sex][x]; });
    put_cells(book_.Sx, year_, [&](std::size_t sex, std::size_t x) { return 1.0 - room_.lost[sex][x]; });
    put_cells(book_.deaths, year_, [&](std::size_t sex, std::size_t x) { return room_.died[sex][x]; });
    put_cells(book_.net_migration, year_, [&](std::size_t sex, std::size_t x) {
      return room_.wanted[sex][x] - (task_.place.cap ? room_.missing[sex][x] : 0.0);
    });
    for (std::size_t sex = male; book_.born && sex <= female; ++sex)
      book_.born[(year_ * 2 + sex) * n_lanes + lane_] = cells.by_sex[sex];
    double expected = 0.0;
    const std::size_t n = book_.n_birth_ages;
    for (std::size_t age = task_.fertility.first_age; age < task_.fertility.end_age; ++age) {
      const std::size_t x = age - book_.first_age;
      for (std::size_t i = 0; book_.births && i < n_orders; ++i) {
        const double births = room_.births[i][age];
        book_.births[((year_ * n_orders + i) * n + x) * n_lanes + lane_] =
            births > 0.0 ? births * (cells.drawn[i] / cells.expected[i]) : 0.0;
      }
      expected += room_.expected[age];
      if (book_.expected) book_.expected[(year_ * n + x) * n_lanes + lane_] = room_.expected[age];
      if (book_.rate) book_.rate[(year_ * n + x) * n_lanes + lane_] = room_.rate[age];
    }
    for (std::size_t what = 0; book_.per_birth && what < n_per_birth; ++what) {  // rates that chance does not move
      const std::size_t cell = (year_ * n_per_birth + what) * n_lanes + lane_;
      book_.per_birth_sum[cell] = book_.per_birth[cell] * expected;
    }
  }

  const KernelTask& task_;
  const MortalityTable& mortality_;
  const EventNoise& noise_;
  int calendar_year_;
  std::uint64_t draw_;
  std::size_t lane_;
  const KernelBook& book_;
  EventsWorkspace& room_;
  std::size_t n_ages_;
  engine::Spans spans_;
  std::size_t year_ = 0;
};

}  // namespace

void draw_events(const KernelTask& task, const MortalityTable& mortality, const EventNoise& noise, int calendar_year,
                 std::uint64_t draw, std::size_t lane, const KernelBook& book, EventsWorkspace& workspace) {
  Events(task, mortality, noise, calendar_year, draw, lane, book, workspace).run();
}

}  // namespace sanhai::ensemble
