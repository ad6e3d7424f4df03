#pragma once
// What is kept of a draw: yearly summaries of one place instead of its ages.

#include <cstddef>
#include <optional>
#include <string_view>

namespace sanhai::ensemble {

/// Stocks are on 1 January and have one more year than flows; persons unless said otherwise.
enum class Indicator : std::size_t {
  pop_jan1,  ///< stock, all ages
  age_0,     ///< stock by completed age: the ledger pays children by age
  age_1,
  age_2,
  age_3,
  age_4,
  age_5,
  age_6,
  age_0_14,
  age_15_64,
  age_65_plus,
  women_15_49,
  births,  ///< flow
  births_order_1,
  births_order_2,
  births_order_3,  ///< third and higher
  deaths,
  net_migration,  ///< persons that did move
  migration_cut,  ///< out-migration cut by on_negative = cap
  tfr,  ///< births per woman: sum over age of births / exposure; without women of the age, of the rate (by parity: 0)
  e0_male,  ///< years, of the draw's own survivorship
  e0_female,
};

inline constexpr std::size_t n_stocks = 12;
inline constexpr std::size_t n_indicators = 22;
inline constexpr std::size_t n_flows = n_indicators - n_stocks;

[[nodiscard]] constexpr bool is_stock(Indicator indicator) { return static_cast<std::size_t>(indicator) < n_stocks; }

/// "births_order_1", as in Python and in column heads.
[[nodiscard]] const char* indicator_name(Indicator indicator);
[[nodiscard]] std::optional<Indicator> indicator_from_name(std::string_view name);

}  // namespace sanhai::ensemble
