#pragma once
// The one table of indicators: what is kept of a draw, a year and a row (a place or a sum of places) instead of its
// ages. To add one, add its name to `Indicator`, its row to `indicator_table` and its formula to `put_stocks` or
// `put_flows`: everything else reads this file, Python's variables and their units included.

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/lanes.hpp"
#include "sanhai/demography/structure.hpp"

namespace sanhai::engine {

/// Stocks are on 1 January and have one more year than flows and rates.
enum class Indicator : std::size_t {
  pop_jan1,
  age_0,
  age_1,
  age_2,
  age_3,
  age_4,
  age_5,
  age_6,
  pop_0_2,
  pop_0_14,
  pop_15_64,
  pop_65plus,
  women_15_49,
  median_age,
  tdr,
  oadr,
  births,
  births_gross,
  births_order_1,
  births_order_2,
  births_order_3,
  deaths,
  net_migration,
  migration_cut,
  leavers,
  arrivals,
  tfr,
  e0_male,
  e0_female,
  imr,
  srb,
};

/// How a sum of places comes by a value: it adds its parts', or takes it from the sum's own numerator and denominator.
enum class OfSum { added, own };

struct IndicatorInfo {
  std::string_view name;
  std::string_view variable;  ///< of a result, which it is or is a part of ("births" of births_order_1); "": of none
  std::string_view sex;       ///< "male", "female", or both
  std::string_view order;     ///< "1", "2", "3+", or all
  std::string_view unit;
  bool is_stock;
  OfSum of_sum;
};

inline constexpr auto indicator_table = std::to_array<IndicatorInfo>({
    {"pop_jan1", "pop_jan1", "", "", "persons", true, OfSum::added},
    {"age_0", "", "", "", "persons", true, OfSum::added},  // single ages: the ledger pays children by age
    {"age_1", "", "", "", "persons", true, OfSum::added},
    {"age_2", "", "", "", "persons", true, OfSum::added},
    {"age_3", "", "", "", "persons", true, OfSum::added},
    {"age_4", "", "", "", "persons", true, OfSum::added},
    {"age_5", "", "", "", "persons", true, OfSum::added},
    {"age_6", "", "", "", "persons", true, OfSum::added},
    {"pop_0_2", "pop_0_2", "", "", "persons", true, OfSum::added},
    {"pop_0_14", "pop_0_14", "", "", "persons", true, OfSum::added},
    {"pop_15_64", "pop_15_64", "", "", "persons", true, OfSum::added},
    {"pop_65plus", "pop_65plus", "", "", "persons", true, OfSum::added},
    {"women_15_49", "women_15_49", "", "", "persons", true, OfSum::added},
    {"median_age", "median_age", "", "", "years", true, OfSum::own},
    {"tdr", "tdr", "", "", "per person", true, OfSum::own},
    {"oadr", "oadr", "", "", "per person", true, OfSum::own},
    {"births", "births", "", "", "births", false, OfSum::added},
    {"births_gross", "births_gross", "", "", "births", false, OfSum::added},  // before moved births are taken back
    {"births_order_1", "births", "", "1", "births", false, OfSum::added},
    {"births_order_2", "births", "", "2", "births", false, OfSum::added},
    {"births_order_3", "births", "", "3+", "births", false, OfSum::added},
    {"deaths", "deaths", "", "", "deaths", false, OfSum::added},
    {"net_migration", "net_migration", "", "", "persons", false, OfSum::added},  // who did move
    {"migration_cut", "", "", "", "persons", false, OfSum::added},               // out-migration cut by `cap`
    {"leavers", "leavers", "", "", "persons", false, OfSum::added},              // to another place of the run
    {"arrivals", "arrivals", "", "", "persons", false, OfSum::added},            // from another place of the run
    {"tfr", "tfr", "", "", "children per woman", false, OfSum::own},
    {"e0_male", "e0", "male", "", "years", false, OfSum::own},
    {"e0_female", "e0", "female", "", "years", false, OfSum::own},
    {"imr", "imr", "", "", "deaths per birth", false, OfSum::own},  // before age 1, of the year's births: q(0)
    {"srb", "srb", "", "", "boys per girl", false, OfSum::own},
});

inline constexpr std::size_t n_indicators = indicator_table.size();

[[nodiscard]] SANHAI_INLINE constexpr std::size_t index_of(Indicator indicator) {
  return static_cast<std::size_t>(indicator);
}
[[nodiscard]] SANHAI_INLINE constexpr const IndicatorInfo& info_of(Indicator indicator) {
  return indicator_table[index_of(indicator)];
}
[[nodiscard]] SANHAI_INLINE constexpr bool is_stock(Indicator indicator) { return info_of(indicator).is_stock; }

[[nodiscard]] std::optional<Indicator> indicator_from_name(std::string_view name);

/// People on 1 January as a pass over the ages adds them up.
template <class V>
struct StockSums {
  V children = {};  ///< 0-14
  V working = {};   ///< 15-64
  V old = {};       ///< 65+
  V women = {};     ///< 15-49
};

/// Every stock indicator: `put(indicator, value)` takes one, `wants(indicator)` says whether a costly one is worth it.
/// `people(sex, x)`: persons.
template <class V, class People, class Wants, class Put>
SANHAI_INLINE void put_stocks(const StockSums<V>& sums, std::size_t n_ages, People people, Wants wants, Put put) {
  const V all = (sums.children + sums.working) + sums.old;
  put(Indicator::pop_jan1, all);
  put(Indicator::pop_0_14, sums.children);
  put(Indicator::pop_15_64, sums.working);
  put(Indicator::pop_65plus, sums.old);
  put(Indicator::women_15_49, sums.women);
  const auto aged = [&](std::size_t x) { return people(core::male, x) + people(core::female, x); };
  for (std::size_t x = 0; x <= 6 && x < n_ages; ++x)
    put(static_cast<Indicator>(static_cast<std::size_t>(Indicator::age_0) + x), aged(x));
  if (wants(Indicator::pop_0_2)) put(Indicator::pop_0_2, (aged(0) + aged(1)) + aged(2));
  if (wants(Indicator::median_age)) put(Indicator::median_age, demography::median_age_of<V>(n_ages, aged));
  if (wants(Indicator::tdr)) put(Indicator::tdr, (sums.children + sums.old) / sums.working);
  if (wants(Indicator::oadr)) put(Indicator::oadr, sums.old / sums.working);
}

/// What a year adds up of births and deaths.
template <class V>
struct FlowSums {
  V order[core::n_orders] = {};  ///< births
  V dead[core::n_sexes] = {};
  V tfr = {};  ///< births per woman: sum over age of births / exposure; where no woman is of the age, of the rate
};

template <class V>
SANHAI_INLINE V all_births(const V (&order)[core::n_orders]) {
  return (order[0] + order[1]) + order[2];
}

/// The flows of births and deaths; migration and what rates alone say (e0, imr, srb) are put by whoever knows.
template <class V, class Put>
SANHAI_INLINE void put_flows(const FlowSums<V>& sums, Put put) {
  put(Indicator::births, all_births(sums.order));
  put(Indicator::births_order_1, sums.order[0]);
  put(Indicator::births_order_2, sums.order[1]);
  put(Indicator::births_order_3, sums.order[2]);
  put(Indicator::deaths, sums.dead[core::male] + sums.dead[core::female]);
  put(Indicator::tfr, sums.tfr);
}

}  // namespace sanhai::engine
