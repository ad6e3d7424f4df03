#include "run_tables.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "sanhai/core/check.hpp"

namespace sanhai::ensemble {
namespace {

namespace check = core::check;

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
      check::fail("srb", year, schedule.srb(t), "[0.8, 1.5] boys per girl",
                  "give boys per girl (1.05), not per 100 girls");
    }
    for (std::size_t i = 0; i < core::n_orders; ++i)
      for (std::size_t x = 0; x < axes.n_ages; ++x) {
        const double rate = schedule.asfr(t, i, x);
        if (rate >= 0.0 && rate < 1.0) continue;
        check::fail("asfr", year + ", age " + std::to_string(x) + ", order " + order_name(i), rate,
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
  if (!place.net_migration.empty()) require_shape<3>("net_migration", where, place.net_migration.shape(), cells, true);
  if (!place.pattern.empty()) require_shape<3>("pattern", where, place.pattern.shape(), cells, true);
  if (!place.leaving_rate.empty()) require_shape<3>("leaving_rate", where, place.leaving_rate.shape(), cells, true);
  if (place.mortality >= inputs.mortality.size() || place.fertility >= inputs.fertility.size()) {
    throw core::ConfigError(core::message(
        {.what = "schedule",
         .where = where,
         .got = "mortality " + std::to_string(place.mortality) + ", fertility " + std::to_string(place.fertility),
         .allowed = "an index of a schedule that was given",
         .remedy = "schedules are counted from 0"}));
  }
  for (std::size_t s = 0; s < core::n_sexes; ++s)
    for (std::size_t x = 0; x < axes.n_ages; ++x) {
      if (at_least_zero(place.pop_jan1(s, x))) continue;
      check::fail("pop_jan1", axes.where(index, 0, s, x), place.pop_jan1(s, x), "a finite number >= 0",
                  "correct the count in the population table");
    }
  const auto check_cells = [&](const char* name, const core::Array<3>& cells_of, auto is_good, const char* allowed) {
    for (std::size_t i = 0; i < cells_of.flat().size(); ++i) {
      const double value = cells_of.flat()[i];
      if (is_good(value)) continue;
      const std::size_t block = cells_of.extent(1) * axes.n_ages;
      check::fail(name, axes.where(index, i / block) + ", age " + std::to_string(i % axes.n_ages), value, allowed,
                  "leave a cell without effect at 0");
    }
  };
  const auto is_finite = [](double value) { return std::isfinite(value); };
  check_cells("net_migration", place.net_migration, is_finite, "a finite number");
  check_cells("pattern", place.pattern, is_finite, "a finite number");
  check_cells(
      "leaving_rate", place.leaving_rate, [](double value) { return value >= 0.0 && value < 1.0; },
      "[0, 1) of the survivors before migration");
}

void check_sums(const EnsembleInputs& inputs) {
  for (std::size_t k = 0; k < inputs.sums.size(); ++k) {
    std::vector<std::size_t> parts = inputs.sums[k];
    std::ranges::sort(parts);
    const bool is_known = !parts.empty() && parts.back() < inputs.places.size();
    if (is_known && std::ranges::adjacent_find(parts) == parts.end()) continue;
    std::string got;
    for (const std::size_t part : inputs.sums[k]) got += (got.empty() ? "" : ", ") + std::to_string(part);
    throw core::ConfigError(
        core::message({.what = "sums",
                       .where = "sum " + std::to_string(k),
                       .got = got.empty() ? "no places" : "places " + got,
                       .allowed = "different places, 0 to " + std::to_string(inputs.places.size() - 1),
                       .remedy = "name each part of a sum once, counting places from 0"}));
  }
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
  core::check_years(axes);
  if (inputs.places.size() != axes.places.size()) {
    throw core::ShapeError(core::message({.what = "places",
                                          .where = "",
                                          .got = std::to_string(inputs.places.size()) + " inputs",
                                          .allowed = std::to_string(axes.places.size()) + ", one per label",
                                          .remedy = "give one input per place"}));
  }
}

FertilityTable::FertilityTable(const FertilitySchedule& schedule, const core::Axes& axes)
    : asfr(schedule.asfr), srb(schedule.srb) {
  check_fertility(schedule, axes);
  tfr_order = core::Array<2>({axes.n_years, core::n_orders});
  std::size_t first = axes.n_ages;
  std::size_t end = 0;
  for (std::size_t t = 0; t < axes.n_years; ++t)
    for (std::size_t i = 0; i < core::n_orders; ++i)
      for (std::size_t x = 0; x < axes.n_ages; ++x) {
        const double rate = asfr(t, i, x);
        tfr_order(t, i) += rate;
        if (rate == 0.0) continue;
        first = std::min(first, x);
        end = std::max(end, x + 1);
      }
  if (end == 0) first = end = 1;
  first_age = first;
  end_age = end;
  if (first_age >= 1 && end_age <= axes.n_ages - 1) return;
  check::fail("asfr", "fertility schedule, age " + std::to_string(first_age == 0 ? 0 : end_age - 1),
              first_age == 0 ? asfr(0, 0, 0) : asfr(0, 0, end_age - 1), "0 at age 0 and in the open age group",
              "extend the population's ages past the last age of childbearing");
}

KernelFertility FertilityTable::view() const {
  return {.asfr = asfr.flat().data(),
          .tfr_order = tfr_order.flat().data(),
          .srb = srb.flat().data(),
          .first_age = first_age,
          .end_age = end_age};
}

void give_moving_places_counts(EnsembleInputs& inputs) {
  for (PlaceInputs& place : inputs.places) {
    if ((place.pattern.empty() && place.leaving_rate.empty()) || !place.net_migration.empty()) continue;
    place.net_migration = core::Array<3>({1, core::n_sexes, inputs.axes.n_ages});
  }
}

}  // namespace sanhai::ensemble
