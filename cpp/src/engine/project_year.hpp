#pragma once
// The year of one place on one double: the rates of engine::Inputs, and a book of every cell. Internal to the engine.

#include "sanhai/core/error.hpp"
#include "sanhai/engine/project.hpp"
#include "sanhai/engine/year.hpp"

namespace sanhai::engine {

/// People of one place, changed in place.
struct Stock {
  core::View<double, 2> cells;  ///< (sex, age)

  [[nodiscard]] double get(std::size_t sex, std::size_t x) const { return cells(sex, x); }
  void put(std::size_t sex, std::size_t x, double persons) const { cells(sex, x) = persons; }
};

/// Every cell of a year.
struct Book {
  Flows flows;
  double order[core::n_orders] = {};
  double cut[2] = {};  ///< before survival, and at the end of the year

  void left(std::size_t, std::size_t, double) {}
  void alive(Group, double, double) {}
  void infants(double, double) {}
  void died(std::size_t sex, std::size_t x, double persons) { flows.deaths(sex, x) = persons; }
  void moved(std::size_t sex, std::size_t x, double persons) { flows.net_migration(sex, x) += persons; }
  void born(std::size_t i, std::size_t x, double births) {
    flows.births(i, x) = births;
    order[i] += births;
  }
  void sexed(const double (&by_sex)[2]) {
    for (std::size_t sex = 0; sex < core::n_sexes; ++sex) flows.births_by_sex(sex) = by_sex[sex];
  }
};

/// Rates of one place in one year.
struct PlaceYear {
  static constexpr bool moves_evenly = true;

  const Inputs& inputs;
  std::size_t place;
  std::size_t index;
  core::View<const double, 2> Sx = inputs.Sx(place, index);
  core::View<const double, 2> asfr = inputs.asfr(place, index);
  core::View<const double, 2> cohort_factor = inputs.cohort_factor(place, index);
  core::View<const double, 2> start_rate = inputs.start_rate(place, index);
  core::View<const double, 2> end_rate = inputs.end_rate(place, index);
  core::View<const double, 2> net = inputs.net_migration(place, index);
  core::View<const double, 2> leaving = inputs.leaving_rate(place, index);
  double srb = inputs.srb(place, index);
  double width = static_cast<double>(inputs.axes().age_width);
  bool is_even = inputs.timing() == MigrationTiming::even && !net.empty();

  /// With timing `even` half of the year's migrants join before survival, and half after the infants.
  double arrive(std::size_t sex, std::size_t x, double people, Book& book) const {
    return is_even ? join(sex, x, people, 0.5, book, book.cut[0]) : people;
  }
  double move(std::size_t sex, std::size_t x, double people, Book& book) const {
    if (net.empty() && leaving.empty()) return people;
    return join(sex, x, people, is_even ? 0.5 : 1.0, book, book.cut[1]);
  }
  double survive(std::size_t sex, std::size_t x, double start, Book& book) const {
    book.died(sex, x, start * (1.0 - Sx(sex, x)));
    return start * Sx(sex, x);
  }
  void give_birth(std::size_t x, double start, double survivors, Book& book) const {
    const double end = survivors + (is_even ? 0.5 * net(core::female, x) : 0.0);
    for (std::size_t i = 0; i < core::n_orders; ++i) book.born(i, x, births(i, x, start, end));
  }
  double close_births(const Book& book) const { return (book.order[0] + book.order[1]) + book.order[2]; }
  void sex_births(double all, double (&by_sex)[2]) const {
    by_sex[core::male] = all * srb / (1.0 + srb);
    by_sex[core::female] = all / (1.0 + srb);
  }

private:
  [[nodiscard]] double births(std::size_t i, std::size_t x, double start, double end) const {
    if (!start_rate.empty()) return width * (start_rate(i, x) * start + end_rate(i, x) * end);
    if (cohort_factor.empty()) return asfr(i, x) * (width * ((start + end) * 0.5));
    // Women aged x at the start belong to the cohort aged x; those aged x at the end to the cohort aged x - 1.
    const double exposed = start * cohort_factor(i, x) + end * cohort_factor(i, x - 1);
    return asfr(i, x) * (width * (exposed * 0.5));
  }

  /// Adds `share` of the year's migrants, less those of the people there who leave. A cell is never left negative: it
  /// is an error, or the cut is counted.
  double join(std::size_t sex, std::size_t x, double people, double share, Book& book, double& cut) const {
    double arriving = net.empty() ? 0.0 : share * net(sex, x);
    if (!leaving.empty()) arriving -= leaving(sex, x) * people;
    if (people + arriving >= 0.0) {
      book.moved(sex, x, arriving);
      return people + arriving;
    }
    if (inputs.on_negative() == OnNegative::error) refuse_emptied(sex, x, people, arriving);
    cut += -(people + arriving);
    book.moved(sex, x, -people);
    return 0.0;
  }

  [[noreturn]] void refuse_emptied(std::size_t sex, std::size_t x, double stock, double arriving) const {
    throw core::DomainError(core::message(
        {.what = "net_migration",
         .where = inputs.axes().where(place, index, sex, x),
         .got = core::text(-arriving) + " leavers from a stock of " + core::text(stock),
         .allowed = "no more leavers than people present",
         .remedy = "lower the out-migration of this cell, or ask for on_negative=\"cap\" and read the reported cut"}));
  }
};

/// Every age but the first and the open one may bear: rates say where nobody does.
[[nodiscard]] inline Spans all_fertile(std::size_t n_ages) { return Spans(n_ages, 1, n_ages - 1); }

}  // namespace sanhai::engine
