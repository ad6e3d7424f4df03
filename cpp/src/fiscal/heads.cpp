#include "sanhai/fiscal/heads.hpp"

#include <cmath>
#include <string>

#include "sanhai/core/check.hpp"

namespace sanhai::fiscal {

namespace {

namespace check = core::check;

/// The words of a message; built only when one is thrown.
std::string where_child(const Observed& observed, std::size_t place, std::size_t year_index, std::size_t age) {
  return observed.axes.where(place, year_index) + ", aged " + std::to_string(age) + " on 1 January";
}

double both_sexes(const Observed& observed, std::size_t place, std::size_t year_index, std::size_t age) {
  double sum = 0.0;
  for (std::size_t sex = 0; sex < observed.pop_jan1.extent(2); ++sex)
    sum += observed.pop_jan1(place, year_index, sex, age);
  return sum;
}

/// Birth year of those aged `age` on 1 January of `year_index`, counted from the first year (negative: before the run).
std::ptrdiff_t birth_index(std::size_t year_index, std::size_t age) {
  return static_cast<std::ptrdiff_t>(year_index) - 1 - static_cast<std::ptrdiff_t>(age);
}

/// Share of `order` among the births of the birth year of those aged `age` on 1 January of `year_index`; where nobody
/// was born at the place that year (its children moved in), of the last year before with births.
double order_share(const Observed& observed, std::size_t place, std::size_t year_index, std::size_t age,
                   std::size_t order) {
  std::ptrdiff_t born = birth_index(year_index, age);
  for (; born >= 0; --born) {
    const auto year = static_cast<std::size_t>(born);
    double all = 0.0;
    for (std::size_t i = 0; i < observed.n_orders(); ++i) all += observed.births(place, year, i);
    if (all > 0.0) return observed.births(place, year, order) / all;
  }
  const auto n_history = static_cast<std::ptrdiff_t>(observed.order_share_history.extent(1));
  if (born + n_history < 0) {
    check::fail("order_share_history", where_child(observed, place, year_index, age), static_cast<double>(n_history),
                "at least " + std::to_string(-born) + " years before " + std::to_string(observed.axes.first_year),
                "add older birth years, oldest first");
  }
  const std::size_t row = observed.order_share_history.extent(0) == 1 ? 0 : place;
  return observed.order_share_history(row, static_cast<std::size_t>(born + n_history), order);
}

void check_history(const Observed& observed) {
  const auto& history = observed.order_share_history;
  for (std::size_t p = 0; p < history.extent(0); ++p)
    for (std::size_t h = 0; h < history.extent(1); ++h) {
      const std::string where = "row " + std::to_string(p) + ", year index " + std::to_string(h) + " (oldest first)";
      double sum = 0.0;
      for (std::size_t i = 0; i < history.extent(2); ++i) {
        if (!check::is_share(history(p, h, i)))
          check::fail("order_share_history", where, history(p, h, i), check::share_text, "shares of births by order");
        sum += history(p, h, i);
      }
      if (std::abs(sum - 1.0) > 1e-9) {
        throw core::AccountingError(core::message({.what = "order_share_history",
                                                   .where = where,
                                                   .got = "a sum of " + core::text(sum),
                                                   .allowed = "1 within 1e-9",
                                                   .remedy = "divide the shares by their sum"}));
      }
    }
}

}  // namespace

void Observed::validate_shapes() const {
  const auto& pop = pop_jan1.shape();
  if (axes.age_width != 1) {
    check::fail_shape("axes", "", std::to_string(axes.age_width) + "-year ages", "single years",
                      "benefits follow single ages");
  }
  if (!axes.places.empty() && axes.places.size() != n_places()) {
    check::fail_shape("places", "", std::to_string(axes.places.size()), std::to_string(n_places()) + ", as births",
                      "name every place");
  }
  if (pop[0] != n_places() || pop[1] != n_years() + 1) {
    check::fail_shape("pop_jan1", "", core::text(pop),
                      "(place, year + 1, sex, age) beside births " + core::text(births.shape()),
                      "pass the closing 1 January too");
  }
  const auto& history = order_share_history.shape();
  const bool is_known = history[1] > 0;  // without any year, a child of an earlier one is refused by name
  if (is_known && ((history[0] != 1 && history[0] != n_places()) || history[2] != n_orders())) {
    check::fail_shape("order_share_history", "", core::text(history), "(place|1, n_history, order)",
                      "oldest birth year first");
  }
}

void Observed::validate() const {
  validate_shapes();
  const auto& pop = pop_jan1.shape();
  for (std::size_t p = 0; p < n_places(); ++p) {
    for (std::size_t t = 0; t < n_years(); ++t)
      for (std::size_t i = 0; i < n_orders(); ++i)
        if (!check::is_not_negative(births(p, t, i)))
          check::fail("births", axes.where(p, t) + ", order " + std::to_string(i + 1), births(p, t, i),
                      check::not_negative_text, "births of a year");
    for (std::size_t t = 0; t <= n_years(); ++t)
      for (std::size_t s = 0; s < pop[2]; ++s)
        for (std::size_t x = 0; x < pop[3]; ++x)
          if (!check::is_not_negative(pop_jan1(p, t, s, x)))
            check::fail("pop_jan1", axes.where(p, t) + ", " + core::sex_name(s) + ", age " + std::to_string(x),
                        pop_jan1(p, t, s, x), check::not_negative_text, "a stock of the projection");
  }
  check_history(*this);
}

double children_by_order(const Observed& observed, std::size_t place, std::size_t year_index, std::size_t age,
                         std::size_t order) {
  if (age + 1 >= observed.pop_jan1.extent(3)) {
    check::fail("age", where_child(observed, place, year_index, age), static_cast<double>(age), "a closed age group",
                "the open group mixes birth years");
  }
  const double stock = both_sexes(observed, place, year_index, age);
  return stock == 0.0 ? 0.0 : stock * order_share(observed, place, year_index, age, order);
}

double heads_born_before(const Observed& observed, HeadStock stock, std::size_t place, std::size_t year_index,
                         std::size_t order, std::size_t cell, int born_before) {
  const std::ptrdiff_t limit = born_before - observed.axes.first_year;
  const auto children = [&](std::size_t jan1, std::size_t age) {
    return birth_index(jan1, age) < limit ? children_by_order(observed, place, jan1, age, order) : 0.0;
  };
  switch (stock) {
    case HeadStock::births_and_jan1:
      if (cell > 0) return children(year_index, cell - 1);
      return static_cast<std::ptrdiff_t>(year_index) < limit ? observed.births(place, year_index, order) : 0.0;
    case HeadStock::jan1:
      return children(year_index, cell);
    case HeadStock::midyear:
      return 0.5 * (children(year_index, cell) + children(year_index + 1, cell));
    case HeadStock::given:
      break;
  }
  throw core::ConfigError(core::message({.what = "heads",
                                         .where = observed.axes.where(place, year_index),
                                         .got = "HeadStock::given",
                                         .allowed = "a stock of the projection",
                                         .remedy = "read Line::given instead"}));
}

}  // namespace sanhai::fiscal
