#include "country_check.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/lanes.hpp"

namespace sanhai::engine::detail {
namespace {

namespace check = core::check;

template <std::size_t N>
void not_negative(const char* what, const core::Array<N>& values) {
  for (const double value : values.flat()) check::not_negative(what, value, "correct it");
}

template <std::size_t N>
void positive(const char* what, const core::Array<N>& values) {
  for (const double value : values.flat()) check::positive(what, value, "correct it");
}

template <std::size_t N>
void not_negative_or_nan(const char* what, const core::Array<N>& values, const char* remedy) {
  for (const double value : values.flat())
    if (!std::isnan(value)) check::not_negative(what, value, remedy);
}

void rows(const char* what, const std::vector<std::size_t>& found, std::size_t length, std::size_t end) {
  if (found.size() != length) {
    check::fail_shape(what, "", std::to_string(found.size()) + " rows", std::to_string(length), "one for every leaf");
  }
  for (const std::size_t row : found)
    if (row >= end) {
      check::fail(what, "", static_cast<double>(row), "below " + std::to_string(end), "give a row that is there");
    }
}

template <std::size_t N>
void shape(const char* what, const core::Array<N>& array, const core::Shape<N>& expected) {
  check::require_shape(what, "", array.shape(), expected, "give every array the same leaves, groups, years and ages");
}

void check_nation(const CountryNation& nation) {
  const std::size_t years = nation.mx.extent(0);
  const std::size_t ages = nation.mx.extent(2);
  const std::size_t fitted = nation.deaths.extent(0);
  if (ages <= end_moving_age || ages > core::max_ages || fitted == 0 || years < fitted) {
    check::fail_shape(
        "nation", "",
        std::to_string(years) + " years, " + std::to_string(fitted) + " fitted, " + std::to_string(ages) + " ages",
        "a fitted year or more, no more than there are years, and 76 to 136 ages", "give mx by year");
  }
  core::check_calendar_years("first_year", nation.first_year, years + 1);
  shape<3>("mx", nation.mx, {years, core::n_sexes, ages});
  shape<2>("asfr", nation.asfr, {years, ages});
  shape<1>("srb", nation.srb, {years});
  shape<3>("pop_jan1 of the nation", nation.pop_jan1, {years + 1, core::n_sexes, ages});
  shape<1>("births of the nation", nation.births, {years});
  shape<1>("pop_end of the nation", nation.pop_end, {fitted});
  positive("mx", nation.mx);
  not_negative("asfr", nation.asfr);
  for (std::size_t t = 0; t < years; ++t)
    if (nation.asfr(t, 0) > 0.0 || nation.asfr(t, ages - 1) > 0.0) {
      check::fail("asfr", "the first or the open age", std::max(nation.asfr(t, 0), nation.asfr(t, ages - 1)), "0",
                  "give births to women of the ages between");
    }
  for (const double value : nation.srb.flat()) check::between("srb", value, 0.8, 1.5, "boys per girl");
  positive("pop_jan1 of the nation", nation.pop_jan1);
  positive("births of the nation", nation.births);
  positive("deaths of the nation", nation.deaths);
  positive("pop_end of the nation", nation.pop_end);
}

void check_groups(const CountryGroups& groups, std::size_t leaves, std::size_t fitted) {
  const std::size_t n = groups.parent.size();
  rows("parent of a group", groups.parent, groups.codes.size(), n);
  rows("group of a leaf", groups.of_leaf, leaves, n);
  std::vector<bool> holds(n, false);
  for (const std::size_t row : groups.of_leaf) holds[row] = true;
  for (std::size_t g = 0; g < n; ++g) {
    if (groups.parent[g] > g) {
      check::fail("parent of a group", groups.codes[g], static_cast<double>(groups.parent[g]), "its own row or before",
                  "put groups after those they lie in");
    }
    if (!holds[g]) {
      check::fail("group", groups.codes[g], 0.0, "a leaf or more in no group inside it",
                  "leave out the figures of the whole, or of one of its parts");
    }
  }
  for (const auto& [what, values] :
       {std::pair{"births", &groups.births}, std::pair{"cbr", &groups.cbr}, std::pair{"deaths", &groups.deaths},
        std::pair{"cdr", &groups.cdr}, std::pair{"pop_end", &groups.pop_end}}) {
    shape<2>(what, *values, {n, fitted});
    for (const double value : values->flat())
      if (!std::isnan(value)) check::positive(what, value, "use NaN for a year without a published figure");
  }
}

}  // namespace

void check(const CountryCounts& given) {
  const std::size_t leaves = given.counts.extent(0);
  const std::size_t areas = given.earlier.extent(0);
  if (leaves == 0 || areas == 0) check::fail_shape("country", "", "no leaf or area", "one or more", "give counts");
  shape<3>("counts", given.counts, {leaves, core::n_sexes, n_census_groups});
  shape<3>("earlier", given.earlier, {areas, core::n_sexes, n_census_groups});
  shape<1>("earlier_deaths", given.earlier_deaths, {areas});
  shape<2>("expected_mx", given.expected_mx, {core::n_sexes, n_age5_groups});
  shape<2>("pattern", given.pattern, {core::n_sexes, given.pattern.extent(1)});
  shape<1>("children", given.children, {given.pattern.extent(1)});
  rows("area", given.area, leaves, areas);
  rows("province", given.province, leaves, leaves);
  rows("parent", given.parent, leaves, leaves);
  not_negative("counts", given.counts);
  not_negative("earlier", given.earlier);
  not_negative_or_nan("earlier_deaths", given.earlier_deaths, "use NaN where they are unknown");
  positive("expected_mx", given.expected_mx);
  not_negative("children", given.children);
}

void check(const Country& country) {
  check_nation(country.nation);
  const std::size_t leaves = country.pop_jan1.extent(0);
  const core::Shape<3> moving{leaves, core::n_sexes, n_moving_groups};
  if (leaves == 0) core::check::fail_shape("country", "", "no leaf", "one or more", "give pop_jan1");
  shape<3>("pop_jan1", country.pop_jan1, {leaves, core::n_sexes, country.nation.mx.extent(2)});
  shape<1>("mortality", country.factors.mortality, {leaves});
  shape<1>("fertility", country.factors.fertility, {leaves});
  shape<3>("loss", country.factors.loss, moving);
  shape<3>("gain", country.factors.gain, moving);
  not_negative("pop_jan1", country.pop_jan1);
  positive("mortality", country.factors.mortality);
  positive("fertility", country.factors.fertility);
  not_negative("gain", country.factors.gain);
  for (const double value : country.factors.loss.flat())
    core::check::between("loss", value, 0.0, 0.99, "give the share that leaves in a year");
  check_groups(country.groups, leaves, country.nation.deaths.extent(0));
}

void check(const Country& country, const CountryFit& fit) {
  detail::check(country);
  const std::size_t years = country.nation.mx.extent(0);
  const std::size_t fitted = country.nation.deaths.extent(0);
  const core::Shape<2> by_group{country.groups.parent.size(), fitted};
  shape<2>("fit.mortality", fit.mortality, by_group);
  shape<2>("fit.fertility", fit.fertility, by_group);
  shape<2>("fit.pull", fit.pull, by_group);
  shape<3>("fit.pool", fit.pool, {years, core::n_sexes, country.nation.mx.extent(2)});
  shape<1>("fit.births_factor", fit.births_factor, {years - fitted});
  shape<2>("fit.log_fertility", fit.log_fertility, {country.pop_jan1.extent(0), 3});
}

}  // namespace sanhai::engine::detail
