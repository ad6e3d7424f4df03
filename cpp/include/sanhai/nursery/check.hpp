#pragma once
// Validation of what `account` is given; for this floor's own sources.

#include "sanhai/nursery/account.hpp"

namespace sanhai::nursery::check {

/// Throws as `account` promises.
void observed(const Observed& observed);
void settings(const Observed& observed, const Settings& settings);

}  // namespace sanhai::nursery::check
