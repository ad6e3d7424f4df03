#pragma once
// Arguments that runs of draws share, from Python to C++.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "numpy.hpp"
#include "sanhai/ensemble/run.hpp"

namespace sanhai::bindings {

using Progress = std::optional<std::function<void(std::size_t, std::size_t)>>;

/// Arrays by place; mortality may have one row for all places.
ensemble::EnsembleInputs ensemble_inputs(std::vector<std::string> places, int first_year, const Numpy& pop_jan1,
                                         const py::object& Sx, const py::object& mx, const py::object& b,
                                         const Numpy& asfr, const Numpy& srb, const Numpy& net_migration,
                                         const py::object& pattern, bool cap, const py::object& a0,
                                         const py::object& half_width);

/// Throws ConfigError for a name that is not one of ensemble_indicators().
std::vector<ensemble::Indicator> indicators_from(const std::vector<std::string>& names);

/// Every 50 ms the calling thread takes the interpreter back to look for Ctrl-C and to report to `progress`, which must
/// outlive the run.
ensemble::RunOptions run_options(std::size_t n_draws, std::size_t first_draw, std::size_t threads,
                                 const std::string& keep, const std::vector<std::string>& indicators,
                                 std::vector<double> probabilities, std::size_t budget_bytes, const Progress& progress);

}  // namespace sanhai::bindings
