#include "sanhai/engine/indicators.hpp"

namespace sanhai::engine {

std::optional<Indicator> indicator_from_name(std::string_view name) {
  for (std::size_t i = 0; i < n_indicators; ++i)
    if (indicator_table[i].name == name) return static_cast<Indicator>(i);
  return std::nullopt;
}

}  // namespace sanhai::engine
