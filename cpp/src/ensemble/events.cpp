#include "sanhai/ensemble/events.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "sanhai/core/axes.hpp"
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

/// One draw of one place, year by year.
class Events {
public:
  Events(const KernelTask& task, const MortalityTable& mortality, const EventNoise& noise, int calendar_year,
         std::uint64_t draw, std::size_t lane, EventsWorkspace& room)
      : task_(task),
        mortality_(mortality),
        noise_(noise),
        calendar_year_(calendar_year),
        draw_(draw),
        lane_(lane),
        room_(room),
        n_ages_(task.n_ages),
        open_(task.n_ages - 1) {}

  void run() {
    if (noise_.first_year >= task_.n_years) return;
    for (std::size_t sex = male; sex <= female; ++sex)
      for (std::size_t x = 0; x < n_ages_; ++x) room_.state[sex][x] = *person_cell(noise_.first_year, sex, x);
    for (std::size_t year = noise_.first_year; year < task_.n_years && task_.status[lane_].year < 0; ++year)
      advance(year);
  }

private:
  [[nodiscard]] double* person_cell(std::size_t year, std::size_t sex, std::size_t x) const {
    return &task_.output.population[((year * 2 + sex) * n_ages_ + x) * n_lanes + lane_];
  }

  [[nodiscard]] double path(const double* values, std::size_t year, double neutral) const {
    return values ? values[year * n_lanes + lane_] : neutral;
  }

  [[nodiscard]] random::StreamKey key(Component component, std::size_t year, std::size_t cell) const {
    return {.seed = noise_.seed,
            .draw = draw_,
            .component = component,
            .year = calendar_year_ + static_cast<std::int64_t>(year),
            .place = noise_.place,
            .cell = cell};
  }

  /// Of `persons`, those who die: whole persons by chance, a fraction of one as expected.
  [[nodiscard]] double deaths_of(double persons, double lost, std::size_t year, std::size_t cell) const {
    const double whole = std::floor(persons);
    if (whole == 0.0 || lost == 0.0) return persons * lost;
    Stream stream(key(Component::events_death, year, cell));
    const auto died = draw_binomial(stream, static_cast<std::int64_t>(whole), lost);
    return static_cast<double>(died) + (persons - whole) * lost;
  }

  /// The draw's own probabilities of dying, with the place's factor.
  void fill_lost(std::size_t year) {
    const double factor = path(task_.paths.death_factor, year, 1.0);
    const double k = path(task_.paths.k, year, 0.0);
    mortality_.put_Sx(year, k, {room_.Sx, {core::n_sexes, n_ages_}});
    for (std::size_t sex = male; sex <= female; ++sex)
      for (std::size_t x = 0; x < n_ages_; ++x)
        room_.lost[sex][x] = std::clamp(factor * (1.0 - room_.Sx[sex * n_ages_ + x]), 0.0, 1.0);
  }

  /// Everyone a year older, without migration; returns deaths.
  double survive(std::size_t year) {
    double dead = 0.0;
    for (std::size_t sex = male; sex <= female; ++sex) {
      for (std::size_t x = 1; x < n_ages_; ++x) {
        const double start = room_.state[sex][x - 1] + (x == open_ ? room_.state[sex][open_] : 0.0);
        const double died = deaths_of(start, room_.lost[sex][x], year, sex * n_ages_ + x);
        room_.next[sex][x] = start - died;
        dead += died;
      }
    }
    return dead;
  }

  /// Births by order, from the women who were there and those who are left.
  [[nodiscard]] std::array<double, n_orders> births_of(std::size_t year) const {
    const KernelFertility& schedule = task_.fertility;
    const std::size_t n_rates = schedule.end_age - schedule.first_age;
    const double factor = path(task_.paths.fertility, year, 1.0);
    std::array<double, n_orders> births{};
    for (std::size_t i = 0; i < n_orders; ++i) {
      double expected = 0.0;
      for (std::size_t x = schedule.first_age; x < schedule.end_age; ++x) {
        const double start = room_.state[female][x];
        const double end = room_.next[female][x];
        if (task_.paths.start_rate) {
          const std::size_t at = ((year * n_orders + i) * n_rates + (x - schedule.first_age)) * n_lanes + lane_;
          expected += task_.paths.start_rate[at] * start + task_.paths.end_rate[at] * end;
        } else {
          expected += schedule.asfr[(year * n_orders + i) * n_ages_ + x] * (0.5 * (start + end)) * factor;
        }
      }
      Stream stream(key(Component::events_birth, year, i));
      births[i] = static_cast<double>(draw_poisson(stream, expected));
    }
    return births;
  }

  /// Infants alive at the end of the year; returns those who died.
  double bear(std::size_t year, double born) {
    const double srb = task_.fertility.srb[year];
    Stream stream(key(Component::events_birth, year, boys_cell));
    const auto boys = static_cast<double>(draw_binomial(stream, static_cast<std::int64_t>(born), srb / (1.0 + srb)));
    const double by_sex[2] = {boys, born - boys};
    double dead = 0.0;
    for (std::size_t sex = male; sex <= female; ++sex) {
      const double died = deaths_of(by_sex[sex], room_.lost[sex][0], year, sex * n_ages_);
      room_.next[sex][0] = by_sex[sex] - died;
      dead += died;
    }
    return dead;
  }

  struct Moved {
    double net = 0.0;
    double cut = 0.0;
  };

  Moved migrate(std::size_t year) {
    const KernelPlace& place = task_.place;
    Moved moved;
    if (!place.net_migration) return moved;
    const double* count = place.net_migration + year * place.net_migration_step;
    const double* pattern = place.pattern && task_.paths.shock ? place.pattern + year * place.pattern_step : nullptr;
    const double shock = path(task_.paths.shock, year, 0.0);
    for (std::size_t sex = male; sex <= female; ++sex)
      for (std::size_t x = 0; x < n_ages_; ++x) {
        const std::size_t at = sex * n_ages_ + x;
        const double wanted = count[at] + (pattern ? shock * pattern[at] : 0.0);
        double& cell = room_.next[sex][x];
        double left = cell + wanted;
        moved.net += wanted;
        if (left < 0.0 && place.cap) {
          moved.cut -= left;
          moved.net -= left;
          left = 0.0;
        } else if (left < 0.0 && task_.status[lane_].year < 0) {
          task_.status[lane_] = {static_cast<int>(year), static_cast<int>(sex), static_cast<int>(x), -1, false, left};
        }
        cell = left;
      }
    return moved;
  }

  void advance(std::size_t year) {
    fill_lost(year);
    double dead = survive(year);
    const std::array<double, n_orders> births = births_of(year);
    const double born = (births[0] + births[1]) + births[2];
    dead += bear(year, born);
    const Moved moved = migrate(year);
    for (std::size_t sex = male; sex <= female; ++sex) std::copy_n(room_.next[sex], n_ages_, room_.state[sex]);
    write(Indicator::births, year, born);
    write(Indicator::births_order_1, year, births[0]);
    write(Indicator::births_order_2, year, births[1]);
    write(Indicator::births_order_3, year, births[2]);
    write(Indicator::deaths, year, dead);
    write(Indicator::net_migration, year, moved.net);
    write(Indicator::migration_cut, year, moved.cut);
    write_stocks(year + 1);
  }

  void write(Indicator indicator, std::size_t year, double value) const {
    double* series = task_.output.indicator[static_cast<std::size_t>(indicator)];
    if (series) series[year * task_.output.stride + lane_] = value;
  }

  [[nodiscard]] double both(std::size_t begin, std::size_t end) const {
    double sum = 0.0;
    for (std::size_t x = begin; x < std::min(end, n_ages_); ++x) sum += room_.state[male][x] + room_.state[female][x];
    return sum;
  }

  void write_stocks(std::size_t year) const {
    const double children = both(0, 15);
    const double working = both(15, 65);
    const double old = both(65, n_ages_);
    double women = 0.0;
    for (std::size_t x = 15; x < std::min<std::size_t>(50, n_ages_); ++x) women += room_.state[female][x];
    write(Indicator::pop_jan1, year, (children + working) + old);
    write(Indicator::age_0_14, year, children);
    write(Indicator::age_15_64, year, working);
    write(Indicator::age_65_plus, year, old);
    write(Indicator::women_15_49, year, women);
    const auto first = static_cast<std::size_t>(Indicator::age_0);
    for (std::size_t age = 0; age <= 6 && age < n_ages_; ++age)
      write(static_cast<Indicator>(first + age), year, both(age, age + 1));
    for (std::size_t sex = male; sex <= female; ++sex)
      for (std::size_t x = 0; x < n_ages_; ++x) *person_cell(year, sex, x) = room_.state[sex][x];
  }

  const KernelTask& task_;
  const MortalityTable& mortality_;
  const EventNoise& noise_;
  int calendar_year_;
  std::uint64_t draw_;
  std::size_t lane_;
  EventsWorkspace& room_;
  std::size_t n_ages_;
  std::size_t open_;
};

}  // namespace

void draw_events(const KernelTask& task, const MortalityTable& mortality, const EventNoise& noise, int calendar_year,
                 std::uint64_t draw, std::size_t lane, EventsWorkspace& workspace) {
  Events(task, mortality, noise, calendar_year, draw, lane, workspace).run();
}

}  // namespace sanhai::ensemble
