#pragma once
// What is asked of the inputs of a country, once.

#include "sanhai/core/check.hpp"
#include "sanhai/engine/country.hpp"

namespace sanhai::engine::detail {

void check(const CountryCounts& given);
void check(const Country& country);

/// Both, and that the one was solved for a country of these groups, leaves, years and ages.
void check(const Country& country, const CountryFit& fit);

}  // namespace sanhai::engine::detail
