#pragma once
// Priors of the fertility response to cost, a draw of them, and their medians.

#include <cstdint>

namespace sanhai::policy {

struct LogNormalPrior {
  double median = 1.0;  ///< > 0
  double log_sd = 0.0;
};
struct NormalPrior {
  double mean = 0.0;
  double sd = 0.0;
};
struct BetaPrior {
  double a = 1.0;
  double b = 1.0;
};

/// Priors of the fertility response to cost; bases in the policy design (Korea, Russia, YuWa and others). Weights:
/// judgement.
struct PolicyPriors {
  LogNormalPrior eps_usual{0.9, 0.67};
  LogNormalPrior eps_high{1.8, 0.8};
  double share_high = 0.3;  ///< share of eps_high among what is not zero
  double share_zero = 0.0;  ///< 0.1 is the option "null studies"
  double point_eps = 1.07;  ///< median of the default mixture, what the point run uses
  LogNormalPrior k1{0.5, 0.3};
  LogNormalPrior k2{1.0, 0.2};
  LogNormalPrior k3{1.2, 0.3};
  NormalPrior gamma{0.018, 0.015};
  BetaPrior tau{4.0, 4.0};
  LogNormalPrior response_years{1.2, 0.4};  ///< T
  LogNormalPrior half_life{15.0, 0.6};      ///< H, years
  BetaPrior lasting_share{6.0, 3.0};        ///< w
  BetaPrior take_up{45.0, 5.0};
  BetaPrior weight_fee{8.0, 3.0};
  BetaPrior weight_insured{8.0, 2.0};
  BetaPrior weight_tax{6.0, 4.0};
  BetaPrior weight_housing{5.0, 5.0};
  BetaPrior weight_leave{3.0, 7.0};
  double place_effect_sd = 0.2;  ///< of a place's effect on log eps
};

/// One draw of the policy parameters, shared by all places and scenarios of a draw.
struct PolicyDraw {
  double eps = 0.0;             ///< elasticity of the hazard to the remaining cost of a child
  double k[3] = {0, 0, 0};      ///< factor on eps by birth order 1, 2, 3+
  double gamma = 0.0;           ///< log hazard per 10 points of nursery places per child under 3
  double tau = 0.0;             ///< share of births that is moved, not added
  double response_years = 0.0;  ///< T [years]
  double half_life = 0.0;       ///< H [years]
  double lasting_share = 0.0;   ///< w
  double take_up = 0.0;
  double weight_cash = 1.0;  ///< the weight of cash is 1 by definition of the others
  double weight_fee = 0.0;
  double weight_insured = 0.0;
  double weight_tax = 0.0;
  double weight_housing = 0.0;
  double weight_leave = 0.0;
};

/// Every parameter has a stream of its own: another prior for one leaves the draws of the rest as they were.
/// Throws DomainError on a prior outside its range.
[[nodiscard]] PolicyDraw draw_policy(const PolicyPriors& priors, std::uint64_t seed, std::uint64_t draw);

/// Factor on a place's eps in one draw: exp(place_effect_sd z). The point run's is 1.
[[nodiscard]] double draw_place_effect(const PolicyPriors& priors, std::uint64_t seed, std::uint64_t draw,
                                       std::uint32_t place);

/// The priors' medians, with point_eps for eps: what a run without draws uses.
[[nodiscard]] PolicyDraw point_policy(const PolicyPriors& priors);

/// Median of Beta(a, b) to about 1e-14, by bisection of the incomplete beta function; a, b in [0.1, 1e6].
[[nodiscard]] double beta_median(double a, double b);

}  // namespace sanhai::policy
