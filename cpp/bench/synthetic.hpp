#pragma once
// Inputs of the benchmark and nothing else: smooth curves of the right size and shape, made from formulas. No figure
// here is an observation.

#include <cstddef>

#include "sanhai/ensemble/run.hpp"

namespace sanhai::bench {

struct SyntheticOptions {
  std::size_t n_places = 1;
  std::size_t n_years = 77;
  std::size_t n_ages = 101;
  bool with_lee_carter = true;
  bool with_migration = true;
  bool with_shocks = true;
};

[[nodiscard]] ensemble::EnsembleInputs synthetic_inputs(const SyntheticOptions& options);

/// Cheap paths by arithmetic on (place, draw, year): the cost of a batch without that of random numbers.
class SyntheticPaths : public ensemble::PathMaker {
public:
  explicit SyntheticPaths(double k_sd_a_year = 0.045) : k_step_(k_sd_a_year) {}
  void draw(std::size_t place, std::size_t first_draw, const ensemble::PathBlock& block) const override;

private:
  double k_step_;
};

}  // namespace sanhai::bench
