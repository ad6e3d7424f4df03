#pragma once
// The axes of the house: sex, order, and the labels that make an error message or a result readable.

#include <cstddef>
#include <string>
#include <vector>

namespace sanhai::core {

enum class Sex : std::size_t { male = 0, female = 1 };
inline constexpr std::size_t n_sexes = 2;
inline constexpr std::size_t male = 0;
inline constexpr std::size_t female = 1;

/// Birth orders are 1, 2 and 3+; index 0 is order 1.
inline constexpr std::size_t n_orders = 3;

[[nodiscard]] const char* sex_name(std::size_t sex);

/// Calendar years a run may speak of: far wider than any figures reach, and far from where arithmetic on years
/// overflows.
inline constexpr int first_calendar_year = 1000;
inline constexpr int last_calendar_year = 3000;

/// Throws DomainError unless `first` .. `first + n_years - 1` are such years; n_years = 0 is none, with a bounded
/// start.
void check_calendar_years(const char* what, int first, std::size_t n_years = 1);

/// Names of rows: what an index means to a reader. Ages start at 0 and are `age_width` years wide, the last open.
struct Axes {
  std::vector<std::string> places;  ///< GB/T 2260 codes as text
  int first_year = 0;               ///< calendar year of the first period
  std::size_t n_years = 0;          ///< number of periods
  std::size_t n_ages = 0;           ///< number of age groups, the open one included
  std::size_t age_width = 1;        ///< years in an age group and in a period

  [[nodiscard]] int year(std::size_t index) const { return first_year + static_cast<int>(index * age_width); }
  [[nodiscard]] std::string where(std::size_t place, std::size_t year_index) const;
  [[nodiscard]] std::string where(std::size_t place, std::size_t year_index, std::size_t sex, std::size_t age) const;
};

inline constexpr std::size_t most_years = 10000;  ///< of a run: far from where a stream's address ends

/// Throws ConfigError for a first year that is no such calendar year, more years than these, or groups of no width.
void check_years(const Axes& axes);

}  // namespace sanhai::core
