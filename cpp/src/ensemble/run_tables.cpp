#include "run_tables.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "sanhai/core/error.hpp"
#include "sanhai/core/math.hpp"

namespace sanhai::ensemble {
namespace {

[[noreturn]] void refuse(const std::string& what, const std::string& where, double value, const char* allowed,
                         const char* remedy) {
  throw core::DomainError(
      core::message({.what = what, .where = where, .got = core::text(value), .allowed = allowed, .remedy = remedy}));
}

template <std::size_t N>
void require_shape(const char* name, const std::string& where, const core::Shape<N>& got,
                   const core::Shape<N>& expected, bool one_year_serves = false) {
  core::Shape<N> constant = expected;
  constant[0] = 1;
  if (got == expected || (one_year_serves && got == constant)) return;
  throw core::ShapeError(
      core::message({.what = name,
                     .where = where,
                     .got = "shape " + core::text(got),
                     .allowed = core::text(expected) + (one_year_serves ? " or " + core::text(constant) : ""),
                     .remedy = "check the years and ages of this table against those of the population"}));
}

std::string order_name(std::size_t order) { return order == 2 ? "3+" : std::to_string(order + 1); }

bool at_least_zero(double value) { return std::isfinite(value) && value >= 0.0; }

void check_fertility(const FertilitySchedule& schedule, const core::Axes& axes) {
  require_shape<3>("asfr", "fertility schedule", schedule.asfr.shape(), {axes.n_years, core::n_orders, axes.n_ages});
  require_shape<1>("srb", "fertility schedule", schedule.srb.shape(), {axes.n_years});
  for (std::size_t t = 0; t < axes.n_years; ++t) {
    const std::string year = "year " + std::to_string(axes.year(t));
    if (!(schedule.srb(t) >= 0.8 && schedule.srb(t) <= 1.5)) {
      refuse("srb", year, schedule.srb(t), "[0.8, 1.5] boys per girl", "give boys per girl (1.05), not per 100 girls");
    }
    for (std::size_t i = 0; i < core::n_orders; ++i)
      for (std::size_t x = 0; x < axes.n_ages; ++x) {
        const double rate = schedule.asfr(t, i, x);
        if (rate >= 0.0 && rate < 1.0) continue;
        refuse("asfr", year + ", age " + std::to_string(x) + ", order " + order_name(i), rate,
               "[0, 1) births per woman-year", "check the unit: births per woman, not per 1,000");
      }
  }
}

}  // namespace

void check_place(const EnsembleInputs& inputs, std::size_t index) {
  const core::Axes& axes = inputs.axes;
  const PlaceInputs& place = inputs.places[index];
  const std::string where = "place " + axes.places[index];
  const core::Shape<3> cells = {axes.n_years, core::n_sexes, axes.n_ages};
  require_shape<2>("pop_jan1", where, place.pop_jan1.shape(), {core::n_sexes, axes.n_ages});
  if (!place.parity.empty()) require_shape<2>("parity", where, place.parity.shape(), {n_parities, axes.n_ages});
  if (!place.net_migration.empty()) require_shape<3>("net_migration", where, place.net_migration.shape(), cells, true);
  if (!place.pattern.empty()) require_shape<3>("pattern", where, place.pattern.shape(), cells, true);
  if (!place.cohort_factor.empty()) {
    require_shape<3>("cohort_factor", where, place.cohort_factor.shape(), {axes.n_years, core::n_orders, axes.n_ages});
  }
  if (place.mortality >= inputs.mortality.size() || place.fertility >= inputs.fertility.size()) {
    throw core::ConfigError(core::message(
        {.what = "schedule",
         .where = where,
         .got = "mortality " + std::to_string(place.mortality) + ", fertility " + std::to_string(place.fertility),
         .allowed = "an index of a schedule that was given",
         .remedy = "schedules are counted from 0"}));
  }
  if (!place.parity.empty() && !place.cohort_factor.empty()) {
    throw core::ConfigError(core::message({.what = "cohort_factor",
                                           .where = where,
                                           .got = "cohort factors beside women by parity",
                                           .allowed = "one of them",
                                           .remedy = "parity itself carries what a cohort has had"}));
  }
  for (std::size_t s = 0; s < core::n_sexes; ++s)
    for (std::size_t x = 0; x < axes.n_ages; ++x) {
      if (at_least_zero(place.pop_jan1(s, x))) continue;
      refuse("pop_jan1", axes.where(index, 0, s, x), place.pop_jan1(s, x), "a finite number >= 0",
             "correct the count in the population table");
    }
  const auto check_cells = [&](const char* name, const core::Array<3>& array, bool may_be_negative) {
    for (std::size_t i = 0; i < array.flat().size(); ++i) {
      const double value = array.flat()[i];
      if (std::isfinite(value) && (may_be_negative || value >= 0.0)) continue;
      const std::size_t block = array.extent(1) * axes.n_ages;
      refuse(name, axes.where(index, i / block) + ", age " + std::to_string(i % axes.n_ages), value,
             may_be_negative ? "a finite number" : "a finite number >= 0",
             "leave a cell without effect at its neutral value");
    }
  };
  check_cells("net_migration", place.net_migration, true);
  check_cells("pattern", place.pattern, true);
  check_cells("cohort_factor", place.cohort_factor, false);
}

void check_axes(const EnsembleInputs& inputs) {
  const core::Axes& axes = inputs.axes;
  if (axes.places.empty() || axes.n_years == 0 || axes.n_ages < 3 || axes.n_ages > max_ages) {
    throw core::ShapeError(
        core::message({.what = "axes",
                       .where = "",
                       .got = std::to_string(axes.places.size()) + " places, " + std::to_string(axes.n_years) +
                              " years, " + std::to_string(axes.n_ages) + " ages",
                       .allowed = "at least 1 place and year, 3 to " + std::to_string(max_ages) + " ages",
                       .remedy = "give the labels of every axis"}));
  }
  if (axes.age_width != 1) {
    throw core::ConfigError(core::message({.what = "age_width",
                                           .where = "",
                                           .got = std::to_string(axes.age_width),
                                           .allowed = "1 year in an ensemble",
                                           .remedy = "split the groups into single years, or run without draws"}));
  }
  if (inputs.places.size() != axes.places.size()) {
    throw core::ShapeError(core::message({.what = "places",
                                          .where = "",
                                          .got = std::to_string(inputs.places.size()) + " inputs",
                                          .allowed = std::to_string(axes.places.size()) + ", one per label",
                                          .remedy = "give one input per place"}));
  }
}

FertilityTable::FertilityTable(const FertilitySchedule& schedule, const core::Axes& axes, bool with_parity)
    : asfr(schedule.asfr), srb(schedule.srb) {
  check_fertility(schedule, axes);
  log_none = core::Array<3>(asfr.shape());
  tfr_order = core::Array<2>({axes.n_years, core::n_orders});
  std::size_t first = axes.n_ages;
  std::size_t end = 0;
  for (std::size_t t = 0; t < axes.n_years; ++t)
    for (std::size_t i = 0; i < core::n_orders; ++i)
      for (std::size_t x = 0; x < axes.n_ages; ++x) {
        const double rate = asfr(t, i, x);
        log_none(t, i, x) = core::log(1.0 - rate);
        tfr_order(t, i) += rate;
        if (rate == 0.0) continue;
        first = std::min(first, x);
        end = std::max(end, x + 1);
      }
  if (end == 0) first = end = 1;
  first_age = first;
  end_age = end;
  const std::size_t limit = with_parity ? axes.n_ages - 2 : axes.n_ages - 1;
  if (first_age >= 1 && end_age <= limit) return;
  refuse("asfr", "fertility schedule, age " + std::to_string(first_age == 0 ? 0 : end_age - 1),
         first_age == 0 ? asfr(0, 0, 0) : asfr(0, 0, end_age - 1),
         with_parity ? "0 at age 0 and in the last two age groups" : "0 at age 0 and in the open age group",
         "extend the population's ages past the last age of childbearing");
}

KernelFertility FertilityTable::view() const {
  return {.asfr = asfr.flat().data(),
          .log_none = log_none.flat().data(),
          .tfr_order = tfr_order.flat().data(),
          .srb = srb.flat().data(),
          .first_age = first_age,
          .end_age = end_age};
}

void check_survival_of_women(const EnsembleInputs& inputs, std::size_t place, const core::Array<3>& Sx) {
  for (std::size_t t = 0; t < inputs.axes.n_years; ++t)
    for (std::size_t x = 0; x < inputs.axes.n_ages; ++x) {
      if (Sx(t, core::female, x) > 0.0) continue;
      refuse("Sx", inputs.axes.where(place, t, core::female, x), Sx(t, core::female, x),
             "(0, 1] where women are kept by parity", "give the women of this age a survivorship above 0");
    }
}

PlaceTable make_place_table(EnsembleInputs& inputs, std::size_t index, const FertilityTable& fertility) {
  const core::Axes& axes = inputs.axes;
  PlaceInputs& place = inputs.places[index];
  if (!place.pattern.empty() && place.net_migration.empty()) {
    place.net_migration = core::Array<3>({1, core::n_sexes, axes.n_ages});
  }
  PlaceTable table;
  table.first_age = fertility.first_age;
  if (place.parity.empty()) return table;
  table.shares = core::Array<2>({n_parities, axes.n_ages});
  for (std::size_t x = 0; x < axes.n_ages; ++x) {
    const double women = place.pop_jan1(core::female, x);
    double sum = 0.0;
    for (std::size_t p = 0; p < n_parities; ++p) {
      if (!at_least_zero(place.parity(p, x))) {
        refuse("parity", axes.where(index, 0, core::female, x), place.parity(p, x), "a finite number >= 0",
               "give women by children ever born");
      }
      sum += place.parity(p, x);
    }
    if (!(std::abs(sum - women) <= 1e-9 * std::max(sum, women))) {
      refuse("parity", axes.where(index, 0, core::female, x), sum,
             "the women of pop_jan1 at this age, summed over parity", "rake the parity table to the population");
    }
    if (sum > 0.0 && place.parity(0, x) < sum) table.first_age = std::min(table.first_age, std::max<std::size_t>(x, 1));
    for (std::size_t p = 0; p < n_parities; ++p) {
      table.shares(p, x) = sum > 0.0 ? place.parity(p, x) / sum : (p == 0 ? 1.0 : 0.0);
    }
    if (x == 0 && place.parity(0, x) < sum) {
      refuse("parity", axes.where(index, 0, core::female, x), sum - place.parity(0, x), "0 mothers aged 0",
             "give women by children ever born");
    }
  }
  return table;
}

}  // namespace sanhai::ensemble
