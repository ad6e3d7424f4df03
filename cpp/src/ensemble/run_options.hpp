#pragma once
// What every kind of run asks of its options. Internal to the ensemble's sources.

#include <cstddef>
#include <string>
#include <vector>

#include "sanhai/ensemble/run.hpp"

namespace sanhai::ensemble {

[[noreturn]] void refuse_option(const char* what, const std::string& got, const std::string& allowed,
                                const char* remedy);

/// Throws ConfigError for options that cannot hold, or where `needed` bytes are above the budget, naming both.
void check_options(const RunOptions& options, std::size_t n_rows, std::size_t needed);

/// Rates by draw must leave the ages of birth and of the open group alone.
void check_rate_ages(RateAges ages, std::size_t n_ages);

/// The indicators asked for; none asked for means all.
[[nodiscard]] std::vector<Indicator> chosen_indicators(const RunOptions& options);

}  // namespace sanhai::ensemble
