#include "sanhai/rates/parity_fit.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/error.hpp"

namespace sanhai::rates {
namespace {

using core::ConfigError;
using core::DomainError;

constexpr std::size_t n_shapes = 6;
constexpr int cohort_age = 50;

Eigen::VectorXd vector_from_parameters(const ParityParameters& parameters) {
  const std::size_t n_knots = parameters.knots.size();
  Eigen::VectorXd p(static_cast<Eigen::Index>(2 * n_knots + n_shapes));
  Eigen::Index at = 0;
  for (const double value : parameters.log_b2) p[at++] = value;
  for (const double value : parameters.log_b3) p[at++] = value;
  for (const double value : {parameters.s2_early, parameters.s2_late, parameters.q2, parameters.s3_early,
                             parameters.s3_late, parameters.q3}) {
    p[at++] = value;
  }
  return p;
}

ParityParameters parameters_from_vector(const Eigen::VectorXd& p, const std::vector<int>& knots) {
  ParityParameters parameters;
  parameters.knots = knots;
  const auto n_knots = static_cast<Eigen::Index>(knots.size());
  parameters.log_b2.assign(p.data(), p.data() + n_knots);
  parameters.log_b3.assign(p.data() + n_knots, p.data() + 2 * n_knots);
  const double* shape = p.data() + 2 * n_knots;
  parameters.s2_early = shape[0];
  parameters.s2_late = shape[1];
  parameters.q2 = shape[2];
  parameters.s3_early = shape[3];
  parameters.s3_late = shape[4];
  parameters.q3 = shape[5];
  return parameters;
}

std::array<double, core::n_orders> cohort_births(const ParityHistory& history, int cohort) {
  const ParityStock& stock = history.stock_on(cohort + cohort_age + 1);
  const std::size_t x = parity_age_index(cohort_age);
  return {1.0 - stock.share[0][x], stock.share[2][x] + stock.share[3][x], stock.births_3plus[x]};
}

std::size_t order_index(const ParityTarget& target) {
  if (target.order >= 1 && target.order <= 3) return static_cast<std::size_t>(target.order - 1);
  throw DomainError(core::message({.what = "parity target",
                                   .where = "year " + std::to_string(target.year),
                                   .got = "order " + std::to_string(target.order),
                                   .allowed = "1, 2 or 3 (3+)",
                                   .remedy = "name the birth order"}));
}

/// Knots are free to lie anywhere; only their steps are held.
void append_prior(const Eigen::VectorXd& p, const std::vector<int>& knots, const ParityPrior& prior, Eigen::VectorXd& r,
                  Eigen::Index at) {
  const auto n_knots = static_cast<Eigen::Index>(knots.size());
  for (const Eigen::Index first : {Eigen::Index{0}, n_knots}) {
    for (Eigen::Index knot = 1; knot < n_knots; ++knot) {
      const auto i = static_cast<std::size_t>(knot);
      const double years = knots[i] - knots[i - 1];
      const double drift = knots[i] <= prior.late_from ? prior.drift : prior.drift_late;
      r[at++] = (p[first + knot] - p[first + knot - 1]) / (std::sqrt(years) * drift);
    }
  }
  for (std::size_t shape = 0; shape < n_shapes; ++shape) {
    r[at++] = p[2 * n_knots + static_cast<Eigen::Index>(shape)] / prior.shape;
  }
}

/// Residuals in units of their sd: targets in the caller's order, then drifts, then shapes.
class Residuals {
public:
  Residuals(const ParityInputs& inputs, const std::vector<ParityTarget>& targets, const std::vector<int>& knots,
            const ParityPrior& prior)
      : inputs_(inputs), targets_(targets), knots_(knots), prior_(prior) {}

  [[nodiscard]] Eigen::VectorXd operator()(const Eigen::VectorXd& p) const {
    const ParityHistory history = reconstruct_parity(inputs_, parameters_from_vector(p, knots_));
    const auto n_targets = static_cast<Eigen::Index>(targets_.size());
    const auto n_drifts = static_cast<Eigen::Index>(2 * (knots_.size() - 1));
    Eigen::VectorXd r(n_targets + n_drifts + static_cast<Eigen::Index>(n_shapes));
    Eigen::Index at = 0;
    for (const ParityTarget& target : targets_) {
      r[at++] = (measure_parity(history, inputs_, target) - target.value) / target.sd;
    }
    append_prior(p, knots_, prior_, r, at);
    return r;
  }

  /// Forward differences; columns are independent of each other.
  [[nodiscard]] Eigen::MatrixXd jacobian(const Eigen::VectorXd& p, const Eigen::VectorXd& r) const {
    Eigen::MatrixXd slopes(r.size(), p.size());
    for (Eigen::Index column = 0; column < p.size(); ++column) {
      const double step = std::sqrt(std::numeric_limits<double>::epsilon()) * std::max(std::abs(p[column]), 1.0);
      Eigen::VectorXd moved = p;
      moved[column] += step;
      slopes.col(column) = ((*this)(moved)-r) / (moved[column] - p[column]);
    }
    return slopes;
  }

private:
  const ParityInputs& inputs_;
  const std::vector<ParityTarget>& targets_;
  const std::vector<int>& knots_;
  const ParityPrior& prior_;
};

/// Half the sum of squares at a trial point, and its residuals; infinite where the totals cannot be met there.
double trial_cost(const Residuals& residuals, const Eigen::VectorXd& p, Eigen::VectorXd& r) {
  try {
    r = residuals(p);
  } catch (const DomainError&) {
    return std::numeric_limits<double>::infinity();
  }
  return r.squaredNorm() / 2.0;
}

/// Where the fit stands.
struct Descent {
  Eigen::VectorXd p;
  Eigen::VectorXd r;
  double cost = 0.0;
  double damping = 1e-3;
};

/// One step of Levenberg-Marquardt with Marquardt's scaling; returns the relative decrease of the cost, 0 when no
/// damping finds one.
double descend(const Residuals& residuals, Descent& descent) {
  constexpr double most_damping = 1e12;
  constexpr double least_damping = 1e-12;
  const Eigen::MatrixXd slopes = residuals.jacobian(descent.p, descent.r);
  const Eigen::MatrixXd normal = slopes.transpose() * slopes;
  const Eigen::VectorXd gradient = slopes.transpose() * descent.r;
  for (; descent.damping < most_damping; descent.damping *= 4.0) {
    Eigen::MatrixXd damped = normal;
    damped.diagonal() += descent.damping * normal.diagonal();
    const Eigen::VectorXd trial = descent.p - damped.ldlt().solve(gradient);
    Eigen::VectorXd trial_r;
    const double cost = trial_cost(residuals, trial, trial_r);
    if (!(cost < descent.cost)) continue;
    const double decrease = (descent.cost - cost) / descent.cost;
    descent.p = trial;
    descent.r = trial_r;
    descent.cost = cost;
    descent.damping = std::max(descent.damping / 10.0, least_damping);
    return decrease;
  }
  return 0.0;
}

void check_targets(const std::vector<ParityTarget>& targets, const ParityPrior& prior) {
  const auto require_sd = [](double sd, const std::string& where) {
    if (sd > 0.0 && std::isfinite(sd)) return;
    throw ConfigError(core::message({.what = "sd",
                                     .where = where,
                                     .got = core::text(sd),
                                     .allowed = "above 0",
                                     .remedy = "say how far the fit may stay from the figure"}));
  };
  for (const ParityTarget& target : targets)
    require_sd(target.sd, "parity target, year " + std::to_string(target.year));
  for (const double sd : {prior.drift, prior.drift_late, prior.shape}) require_sd(sd, "parity prior");
}

}  // namespace

double measure_parity(const ParityHistory& history, const ParityInputs& inputs, const ParityTarget& target) {
  core::check_calendar_years("year", target.year);
  switch (target.measure) {
    case ParityMeasure::order_share:
      return order_shares(history.at(target.year), inputs.women_of(target.year))[order_index(target)];
    case ParityMeasure::third_of_higher: {
      const auto shares = order_shares(history.at(target.year), inputs.women_of(target.year));
      return shares[2] / (shares[1] + shares[2]);
    }
    case ParityMeasure::mac1:
      return mean_age_at_order(asfr_order_of(history.at(target.year))[0], inputs.women_of(target.year));
    case ParityMeasure::ppr1:
      return ppr_from_rates(history.at(target.year).rates).ppr[1];
    case ParityMeasure::childless:
      return history.stock_on(target.year).share[0][parity_age_index(target.age)];
    case ParityMeasure::cohort_order:
      return cohort_births(history, target.year)[order_index(target)];
    case ParityMeasure::cohort_third_of_higher: {
      const auto births = cohort_births(history, target.year);
      return births[2] / (births[1] + births[2]);
    }
  }
  throw ConfigError(core::message({.what = "parity target",
                                   .where = "year " + std::to_string(target.year),
                                   .got = "unknown measure",
                                   .allowed = "a ParityMeasure",
                                   .remedy = "use one of the named measures"}));
}

ParityFit fit_parity(const ParityInputs& inputs, const std::vector<ParityTarget>& targets,
                     const ParityParameters& start, const ParityPrior& prior, int max_passes) {
  check_parity_parameters(start);
  check_targets(targets, prior);
  const Residuals residuals(inputs, targets, start.knots, prior);
  Descent descent;
  descent.p = vector_from_parameters(start);
  descent.r = residuals(descent.p);
  descent.cost = descent.r.squaredNorm() / 2.0;
  constexpr double enough = 1e-13;  // relative decrease of the cost below which the fit is done
  ParityFit fit;
  for (double decrease = 1.0; decrease > enough && fit.n_passes < max_passes; ++fit.n_passes) {
    decrease = descend(residuals, descent);
  }
  fit.parameters = parameters_from_vector(descent.p, start.knots);
  fit.history = reconstruct_parity(inputs, fit.parameters);
  for (const ParityTarget& target : targets) fit.fitted.push_back(measure_parity(fit.history, inputs, target));
  fit.cost = descent.cost;
  return fit;
}

}  // namespace sanhai::rates
