#include "sanhai/core/axes.hpp"

#include "sanhai/core/error.hpp"

namespace sanhai::core {

const char* sex_name(std::size_t sex) { return sex == male ? "male" : "female"; }

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
