#pragma once
// What is asked of the inputs of a country, once.

#include "sanhai/core/check.hpp"
#include "sanhai/engine/country.hpp"

namespace sanhai::engine::detail {

void check(const CountryCounts& given);
void check(const Country& country);

}  // namespace sanhai::engine::detail
