#include "sanhai/core/axes.hpp"

#include "sanhai/core/error.hpp"

namespace sanhai::core {

const char* sex_name(std::size_t sex) { return sex == male ? "male" : "female"; }

void check_calendar_years(const char* what, int first, std::size_t n_years) {
  const bool starts_inside = first >= first_calendar_year && first <= last_calendar_year;
  if (starts_inside && n_years <= static_cast<std::size_t>(last_calendar_year - first) + 1) return;
  throw DomainError(message(
      {.what = what,
       .where = "",
       .got = std::to_string(first) + (n_years == 1 ? "" : " and " + std::to_string(n_years) + " years from it"),
       .allowed = "calendar years " + std::to_string(first_calendar_year) + " to " + std::to_string(last_calendar_year),
       .remedy = "give a calendar year, such as 2026"}));
}

std::string Axes::where(std::size_t place, std::size_t year_index) const {
  const std::string name = place < places.size() ? places[place] : "#" + std::to_string(place);
  return "place " + name + ", year " + std::to_string(year(year_index));
}

std::string Axes::where(std::size_t place, std::size_t year_index, std::size_t sex, std::size_t age) const {
  const std::size_t years = age * age_width;
  const std::string plus = age + 1 == n_ages ? "+" : "";
  return where(place, year_index) + ", " + sex_name(sex) + ", age " + std::to_string(years) + plus;
}

void check_years(const Axes& axes) {
  const bool is_known = axes.first_year >= first_calendar_year && axes.first_year <= last_calendar_year;
  if (is_known && axes.age_width >= 1 && axes.age_width <= most_years && axes.n_years <= most_years / axes.age_width)
    return;
  throw ConfigError(message({.what = "years",
                             .where = "",
                             .got = std::to_string(axes.n_years) + " periods of " + std::to_string(axes.age_width) +
                                    " years from " + std::to_string(axes.first_year),
                             .allowed = "a first year from 1000 to 3000, and at most 10000 years",
                             .remedy = "give the calendar year of the first period"}));
}

}  // namespace sanhai::core
