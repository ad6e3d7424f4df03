#pragma once
// Validation of what `account` is given. Internal to the nursery's sources.

#include "sanhai/nursery/account.hpp"

namespace sanhai::nursery {

/// Throws as `account` promises.
void check_observed(const Observed& observed);
void check_settings(const Observed& observed, const Settings& settings);

}  // namespace sanhai::nursery
