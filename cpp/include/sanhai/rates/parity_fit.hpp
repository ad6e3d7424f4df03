#pragma once
// Fit of the reconstruction's multipliers and shapes to what is published on birth order: weighted least squares,
// Levenberg-Marquardt (Marquardt 1963). Targets are data of the caller; nothing published is written here.

#include <vector>

#include "sanhai/rates/parity_reconstruction.hpp"

namespace sanhai::rates {

/// What a published figure measures.
enum class ParityMeasure {
  order_share,            ///< share of the year's births that are of `order`
  third_of_higher,        ///< births of order 3+ among the year's births of order 2+
  mac1,                   ///< mean age at first birth of the year's births [years]
  ppr1,                   ///< period progression of the year to a second birth
  childless,              ///< share of women of `age` at parity 0 on 1 January of the year
  cohort_order,           ///< births of `order` per woman born in `year`, to age 50
  cohort_third_of_higher  ///< births of order 3+ among those of order 2+, women born in `year`, to age 50
};

/// One published figure; `sd` is how far the fit may stay from it, in the figure's unit.
struct ParityTarget {
  ParityMeasure measure = ParityMeasure::order_share;
  int year = 0;   ///< calendar year, or year of birth of the cohort
  int order = 0;  ///< 1, 2, 3 (3+) where the measure has an order
  int age = 0;    ///< where the measure has an age
  double value = 0.0;
  double sd = 1.0;
};

/// How far multipliers and shapes may wander without evidence: differences of ln b between knots h years apart have sd
/// `drift` sqrt(h) (`drift_late` into knots after `late_from`), shapes lie around 0 with sd `shape`.
struct ParityPrior {
  double drift = 0.3;
  double drift_late = 0.5;
  int late_from = 2013;
  double shape = 0.5;
};

/// The model's value for a target. DomainError: a year, age, order or cohort that the history does not hold.
[[nodiscard]] double measure_parity(const ParityHistory& history, const ParityInputs& inputs,
                                    const ParityTarget& target);

struct ParityFit {
  ParityParameters parameters;
  ParityHistory history;
  std::vector<double> fitted;  ///< the model's value of each target, in the targets' order
  double cost = 0.0;           ///< half the sum of squared residuals, priors included
  int n_passes = 0;            ///< Jacobians taken
};

/// Least squares from `start` (its knots are kept). The order of targets does not matter.
/// Stops when a step lowers the cost by less than 1e-13 of it, or after `max_passes`; `n_passes` tells which.
/// DomainError: a target outside the inputs. ConfigError: an sd not above 0.
[[nodiscard]] ParityFit fit_parity(const ParityInputs& inputs, const std::vector<ParityTarget>& targets,
                                   const ParityParameters& start, const ParityPrior& prior = {}, int max_passes = 60);

}  // namespace sanhai::rates
