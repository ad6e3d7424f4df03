#include "sanhai/core/axes.hpp"

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

}  // namespace sanhai::core
