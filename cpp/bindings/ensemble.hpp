#pragma once
// What the files about ensembles share.

#include <optional>
#include <string>
#include <vector>

#include "sanhai/ensemble/run.hpp"

namespace sanhai::bindings {

/// Throws ConfigError for a name that is not one of indicator_table().
std::vector<ensemble::Indicator> indicators_from(const std::vector<std::string>& names);
std::vector<std::string> names_of(const std::vector<ensemble::Indicator>& indicators);

/// Empty for an empty name; throws ConfigError for one that is no instruction set.
std::optional<ensemble::Isa> isa_from(const std::string& name);

}  // namespace sanhai::bindings
