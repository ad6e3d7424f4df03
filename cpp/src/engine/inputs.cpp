#include "sanhai/engine/inputs.hpp"

#include <cmath>
#include <string>

#include "sanhai/core/check.hpp"
#include "sanhai/core/math.hpp"

namespace sanhai::engine {
namespace {

namespace check = core::check;

using core::Axes;
using core::Complaint;

template <std::size_t N>
void require_shape(const std::string& name, const core::Shape<N>& got, core::Shape<N> expected, bool may_share) {
  core::Shape<N> shared = expected;
  shared[0] = 1;
  if (got == expected || (may_share && got == shared)) return;
  throw core::ShapeError(
      core::message({.what = name,
                     .where = "",
                     .got = "shape " + core::text(got),
                     .allowed = core::text(expected) + (may_share ? " or " + core::text(shared) : ""),
                     .remedy = "check the places, years and ages of this table against those of the population"}));
}

struct Bound {
  double low;
  double high;
  const char* allowed;
  const char* remedy;
};

// A comparison with NaN is false, so NaN never passes.
bool inside(double value, const Bound& bound) { return value >= bound.low && value <= bound.high; }

constexpr double infinity = HUGE_VAL;
constexpr Bound stock_bound{0.0, infinity, "a finite number >= 0", "correct the count in the population table"};
constexpr Bound survival_bound{0.0, 1.0, "[0, 1]", "survivorship is a share; check the death rates it came from"};
constexpr Bound rate_bound{0.0, 1.0, "[0, 1] births per woman-year", "check the unit: births per woman, not per 1,000"};
constexpr Bound srb_bound{0.8, 1.5, "[0.8, 1.5] boys per girl", "give boys per girl (1.05), not per 100 girls"};
constexpr Bound multiplier_bound{0.0, infinity, "a finite number >= 0", "a multiplier of 1 changes nothing"};
constexpr double below_one = 0x1.fffffffffffffp-1;
constexpr Bound leaving_bound{0.0, below_one, "[0, 1) of the survivors before migration",
                              "give the share that leaves in one year; whoever arrives belongs to net_migration"};
constexpr Bound migration_bound{-infinity, infinity, "a finite number", "leave a cell without migrants at 0"};

std::string order_name(std::size_t order) { return order + 1 == core::n_orders ? "3+" : std::to_string(order + 1); }

std::string where_order(const Axes& axes, std::size_t place, std::size_t year, std::size_t order, std::size_t age) {
  return axes.where(place, year, core::female, age) + ", order " + order_name(order);
}

/// `where` makes the label, and only for a value that is refused: a run of draws checks millions.
template <class Where>
void require_finite(const char* name, const Where& where, double value, const Bound& bound) {
  if (!std::isfinite(value) || !inside(value, bound)) check::fail(name, where(), value, bound.allowed, bound.remedy);
}

void check_population(const InputArrays& in) {
  for (std::size_t p = 0; p < in.axes.places.size(); ++p)
    for (std::size_t s = 0; s < core::n_sexes; ++s)
      for (std::size_t x = 0; x < in.axes.n_ages; ++x)
        require_finite("pop_jan1", [&] { return in.axes.where(p, 0, s, x); }, in.pop_jan1(p, s, x), stock_bound);
}

void check_survivorship(const InputArrays& in) {
  for (std::size_t p = 0; p < in.Sx.extent(0); ++p)
    for (std::size_t t = 0; t < in.axes.n_years; ++t)
      for (std::size_t s = 0; s < core::n_sexes; ++s)
        for (std::size_t x = 0; x < in.axes.n_ages; ++x)
          require_finite("Sx", [&] { return in.axes.where(p, t, s, x); }, in.Sx(p, t, s, x), survival_bound);
}

/// Nobody bears at age 0, and the open age has no one cohort that could.
void require_barren_ends(const core::Axes& axes, const char* name, const core::Array<4>& rate, std::size_t p,
                         std::size_t t, std::size_t i) {
  for (const std::size_t x : {std::size_t{0}, axes.n_ages - 1}) {
    if (rate(p, t, i, x) == 0.0) continue;
    check::fail(name, where_order(axes, p, t, i, x), rate(p, t, i, x),
                "0 in the first and in the open age group, and no ages beyond the population's",
                "extend the population's ages past the last age of childbearing");
  }
}

void check_rates_by_exposure(const InputArrays& in) {
  for (const auto& [name, rate] : {std::pair{"start_rate", &in.start_rate}, std::pair{"end_rate", &in.end_rate}})
    for (std::size_t p = 0; p < rate->extent(0); ++p)
      for (std::size_t t = 0; t < in.axes.n_years; ++t)
        for (std::size_t i = 0; i < core::n_orders; ++i) {
          for (std::size_t x = 0; x < in.axes.n_ages; ++x)
            require_finite(name, [&] { return where_order(in.axes, p, t, i, x); }, (*rate)(p, t, i, x), rate_bound);
          require_barren_ends(in.axes, name, *rate, p, t, i);
        }
}

void check_fertility(const InputArrays& in) {
  for (std::size_t p = 0; p < in.asfr.extent(0); ++p)
    for (std::size_t t = 0; t < in.axes.n_years; ++t)
      for (std::size_t i = 0; i < core::n_orders; ++i) {
        for (std::size_t x = 0; x < in.axes.n_ages; ++x)
          require_finite("asfr", [&] { return where_order(in.axes, p, t, i, x); }, in.asfr(p, t, i, x), rate_bound);
        require_barren_ends(in.axes, "asfr", in.asfr, p, t, i);
      }
  check_rates_by_exposure(in);
  for (std::size_t p = 0; p < in.srb.extent(0); ++p)
    for (std::size_t t = 0; t < in.axes.n_years; ++t)
      require_finite("srb", [&] { return in.axes.where(p, t); }, in.srb(p, t), srb_bound);
}

void check_moves(const InputArrays& in, const char* name, const core::Array<4>& moves, const Bound& bound) {
  if (moves.empty()) return;
  for (std::size_t p = 0; p < in.axes.places.size(); ++p)
    for (std::size_t t = 0; t < in.axes.n_years; ++t)
      for (std::size_t s = 0; s < core::n_sexes; ++s)
        for (std::size_t x = 0; x < in.axes.n_ages; ++x)
          require_finite(name, [&] { return in.axes.where(p, t, s, x); }, moves(p, t, s, x), bound);
}

void check_migration(const InputArrays& in) {
  check_moves(in, "net_migration", in.net_migration, migration_bound);
  check_moves(in, "leaving_rate", in.leaving_rate, leaving_bound);
  if (in.leaving_rate.empty() || in.timing == MigrationTiming::end) return;
  throw core::ConfigError(core::message({.what = "leaving_rate",
                                         .where = "",
                                         .got = "migration that is even over the year beside it",
                                         .allowed = "migration at the end of the year",
                                         .remedy = "leave the timing out, or give net_migration alone"}));
}

void check_policy(const InputArrays& in) {
  for (std::size_t p = 0; p < in.axes.places.size(); ++p)
    for (std::size_t t = 0; t < in.axes.n_years; ++t)
      for (std::size_t i = 0; i < core::n_orders; ++i) {
        if (!in.multiplier.empty()) {
          require_finite(
              "multiplier", [&] { return in.axes.where(p, t) + ", order " + order_name(i); }, in.multiplier(p, t, i),
              multiplier_bound);
        }
        if (in.cohort_factor.empty()) continue;
        for (std::size_t x = 0; x < in.axes.n_ages; ++x)
          require_finite(
              "cohort_factor", [&] { return where_order(in.axes, p, t, i, x); }, in.cohort_factor(p, t, i, x),
              multiplier_bound);
      }
}

void require_no_other_rates(const InputArrays& in) {
  if (in.asfr.empty() && in.multiplier.empty() && in.cohort_factor.empty()) return;
  throw core::ShapeError(core::message({.what = "start_rate",
                                        .where = "",
                                        .got = "asfr, multiplier or cohort_factor beside it",
                                        .allowed = "one way to give births",
                                        .remedy = "work them into start_rate and end_rate, and leave them empty"}));
}

void check_shapes(const InputArrays& in) {
  const std::size_t places = in.axes.places.size();
  const std::size_t years = in.axes.n_years;
  const std::size_t ages = in.axes.n_ages;
  if (places == 0 || years == 0 || ages < 3 || in.axes.age_width == 0) {
    throw core::ShapeError(core::message({.what = "axes",
                                          .where = "",
                                          .got = std::to_string(places) + " places, " + std::to_string(years) +
                                                 " years, " + std::to_string(ages) + " ages",
                                          .allowed = "at least 1 place, 1 year and 3 ages of width 1 or more",
                                          .remedy = "give the labels of every axis"}));
  }
  core::check_years(in.axes);
  require_shape<3>("pop_jan1", in.pop_jan1.shape(), {places, core::n_sexes, ages}, false);
  require_shape<4>("Sx", in.Sx.shape(), {places, years, core::n_sexes, ages}, true);
  if (in.start_rate.empty() && in.end_rate.empty()) {
    require_shape<4>("asfr", in.asfr.shape(), {places, years, core::n_orders, ages}, true);
  } else {
    require_shape<4>("start_rate", in.start_rate.shape(), {places, years, core::n_orders, ages}, false);
    require_shape<4>("end_rate", in.end_rate.shape(), {places, years, core::n_orders, ages}, false);
    require_no_other_rates(in);
  }
  require_shape<2>("srb", in.srb.shape(), {places, years}, true);
  if (!in.net_migration.empty()) {
    require_shape<4>("net_migration", in.net_migration.shape(), {places, years, core::n_sexes, ages}, false);
  }
  if (!in.leaving_rate.empty()) {
    require_shape<4>("leaving_rate", in.leaving_rate.shape(), {places, years, core::n_sexes, ages}, false);
  }
  if (!in.multiplier.empty()) {
    require_shape<3>("multiplier", in.multiplier.shape(), {places, years, core::n_orders}, false);
  }
  if (!in.cohort_factor.empty()) {
    require_shape<4>("cohort_factor", in.cohort_factor.shape(), {places, years, core::n_orders, ages}, false);
  }
}

// Rates after the multiplier, written once so that a step reads plain births per woman.
void apply_multiplier(InputArrays& in) {
  if (in.multiplier.empty()) return;
  core::Array<4> own({in.axes.places.size(), in.axes.n_years, core::n_orders, in.axes.n_ages});
  const bool shared = in.asfr.extent(0) == 1;
  for (std::size_t p = 0; p < in.axes.places.size(); ++p)
    for (std::size_t t = 0; t < in.axes.n_years; ++t)
      for (std::size_t i = 0; i < core::n_orders; ++i)
        for (std::size_t x = 0; x < in.axes.n_ages; ++x)
          own(p, t, i, x) = multiplied_rate(in.asfr(shared ? 0 : p, t, i, x), in.multiplier(p, t, i));
  in.asfr = std::move(own);
}

}  // namespace

double multiplied_rate(double rate, double multiplier) {
  if (multiplier == 1.0 || rate == 0.0) return rate;
  return 1.0 - core::exp(multiplier * core::log(1.0 - rate));
}

Inputs::Inputs(InputArrays arrays) : arrays_(std::move(arrays)) {
  check_shapes(arrays_);
  check_population(arrays_);
  check_survivorship(arrays_);
  check_fertility(arrays_);
  check_migration(arrays_);
  check_policy(arrays_);
  apply_multiplier(arrays_);
}

core::View<const double, 2> Inputs::pop_jan1(std::size_t place) const { return arrays_.pop_jan1.view()[place]; }

core::View<const double, 2> Inputs::Sx(std::size_t place, std::size_t year) const {
  return arrays_.Sx.view()[arrays_.Sx.extent(0) == 1 ? 0 : place][year];
}

core::View<const double, 2> Inputs::asfr(std::size_t place, std::size_t year) const {
  if (arrays_.asfr.empty()) return {};
  return arrays_.asfr.view()[arrays_.asfr.extent(0) == 1 ? 0 : place][year];
}

double Inputs::srb(std::size_t place, std::size_t year) const {
  return arrays_.srb(arrays_.srb.extent(0) == 1 ? 0 : place, year);
}

core::View<const double, 2> Inputs::net_migration(std::size_t place, std::size_t year) const {
  if (arrays_.net_migration.empty()) return {};
  return arrays_.net_migration.view()[place][year];
}

core::View<const double, 2> Inputs::leaving_rate(std::size_t place, std::size_t year) const {
  if (arrays_.leaving_rate.empty()) return {};
  return arrays_.leaving_rate.view()[place][year];
}

core::View<const double, 2> Inputs::cohort_factor(std::size_t place, std::size_t year) const {
  if (arrays_.cohort_factor.empty()) return {};
  return arrays_.cohort_factor.view()[place][year];
}

core::View<const double, 2> Inputs::start_rate(std::size_t place, std::size_t year) const {
  if (arrays_.start_rate.empty()) return {};
  return arrays_.start_rate.view()[place][year];
}

core::View<const double, 2> Inputs::end_rate(std::size_t place, std::size_t year) const {
  if (arrays_.end_rate.empty()) return {};
  return arrays_.end_rate.view()[place][year];
}

}  // namespace sanhai::engine
