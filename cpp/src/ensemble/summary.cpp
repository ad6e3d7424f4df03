#include "sanhai/ensemble/summary.hpp"

#include <array>

namespace sanhai::ensemble {
namespace {

constexpr std::array<const char*, n_indicators> names = {
    "pop_jan1",       "age_0",          "age_1",     "age_2",         "age_3",         "age_4",  "age_5",
    "age_6",          "age_0_14",       "age_15_64", "age_65_plus",   "women_15_49",   "births", "births_order_1",
    "births_order_2", "births_order_3", "deaths",    "net_migration", "migration_cut", "tfr",    "e0_male",
    "e0_female"};

}  // namespace

const char* indicator_name(Indicator indicator) { return names[static_cast<std::size_t>(indicator)]; }

std::optional<Indicator> indicator_from_name(std::string_view name) {
  for (std::size_t i = 0; i < n_indicators; ++i) {
    if (name == names[i]) return static_cast<Indicator>(i);
  }
  return std::nullopt;
}

}  // namespace sanhai::ensemble
