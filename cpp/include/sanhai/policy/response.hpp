#pragma once
// How a lower cost of children moves the birth hazards of one order: support -> share of cost -> multiplier -> care ->
// ceiling -> timing. One function per step; what the extra births do to a cohort afterwards is in tempo_year.hpp.
//
// Every `judgement` among the defaults is a prior's point value, not an estimate: the sources and the priors are in the
// parameter table of the guide.

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/view.hpp"

namespace sanhai::policy {

/// How a payment counts in the response. A yuan of leave weighs less than a yuan of cash.
enum class SupportClass : std::size_t { cash, fee, tax, leave, housing, insured };
inline constexpr std::size_t n_support_classes = 6;

/// Medians of the Beta priors that stand for w and for the fee class (roots of the regularised incomplete beta = 1/2).
inline constexpr double median_beta_6_3 = 0.6794810327025238;
inline constexpr double median_beta_8_3 = 0.7414252767150369;

/// One draw of the response, or the point values (the default).
struct ResponseParameters {
  double eps = 1.07;                                       ///< elasticity of births to the cost of a child; >= 0
  std::array<double, core::n_orders> k = {0.5, 1.0, 1.2};  ///< eps_i = eps k_i; >= 0
  double gamma = 0.018;                                    ///< ln M per 10 points of places per child; any sign
  double tau = 0.5;                                        ///< share of extra births that are only moved; [0, 1]
  double T = 1.2;                                          ///< build-up time [years]; > 0
  double H = 15.0;                                         ///< half-life of the fading part [years]; > 0
  double w = median_beta_6_3;                              ///< share of the effect that lasts; [0, 1]
  double onset = 0.75;                                     ///< a conception takes so long to be a birth [years]; >= 0
  double take_up = 0.9;                                    ///< share of the entitled who claim; [0, 1]
  double rho = 0.05;                                       ///< parents' discount rate; > -1
  /// by SupportClass: cash, fee, tax, leave, housing, insured; [0, 1]
  std::array<double, n_support_classes> sigma = {1.0, median_beta_8_3, 0.6, 0.3, 0.5, 0.8};
  /// share of the moved births missing one, two ... years later; sums to 1
  std::vector<double> repayment = {0.30, 0.27, 0.20, 0.14, 0.09};

  /// DomainError for a value outside its range, AccountingError when `repayment` does not sum to 1 (1e-12).
  void validate() const;
  [[nodiscard]] double eps_of(std::size_t order) const { return eps * k[order]; }
};

// --- 1. Support ---------------------------------------------------------------------------------------------------

/// Yuan paid `offset_years` after the birth.
struct Payment {
  double offset_years = 0.0;
  double yuan = 0.0;
};

/// Value at birth [yuan] = sum of yuan (1 + rho)^-offset. DomainError: rho <= -1, a negative or non-finite offset.
[[nodiscard]] double present_value(std::span<const Payment> payments, double rho);

// --- 2-3. Share of cost and order multiplier ----------------------------------------------------------------------

inline constexpr double max_support_share = 0.95;

struct SupportShare {
  double s = 0.0;       ///< [0, 0.95]
  bool capped = false;  ///< B was more than 95 % of the cost: to be reported, never silent
};

/// s = B / C, at most 0.95. DomainError: B negative or not finite, C not positive.
[[nodiscard]] SupportShare support_share(double support, double cost_of_child);

/// ln M of M = ((1 - s) / (1 - s_base))^(-eps_i), so -eps_i (ln(1 - s) - ln(1 - s_base)); exactly 0 when s == s_base.
[[nodiscard]] double ln_order_multiplier(double s, double s_base, double eps_i);

// --- 4. Ceiling ---------------------------------------------------------------------------------------------------

/// Mmax = ln(1 - D) / ln(1 - p): the multiplier at which progression p would reach the desired D.
/// DomainError unless 0 < p < D < 1.
[[nodiscard]] double max_multiplier(double desired, double progression);

/// A place's D: odds(D_place) = odds(D) x odds(p_place) / odds(p_nation), so that D_place > p_place always.
[[nodiscard]] double desired_of_place(double desired_nation, double p_place, double p_nation);

/// M > 1: 1 + (Mmax - 1)(1 - exp(-(M - 1)/(Mmax - 1))); M <= 1 unchanged. Mmax = infinity: no ceiling (say so in the
/// output).
[[nodiscard]] double effective_multiplier(double multiplier, double max_multiplier);

// --- 5. Timing ----------------------------------------------------------------------------------------------------

/// Mean over [x_start, x_start + 1] of phi(x) psi(x), x = years since the change; closed form.
/// phi = 0 before `onset`, then 1 - exp(-(x - onset)/T); psi = w + (1 - w) 2^(-x/H).
[[nodiscard]] double timing_weight(double x_start, double onset, double T, double H, double w);

/// A dated step of support: ln M_eff after minus before, by order.
struct Change {
  double date = 0.0;  ///< decimal year: 1 July 2027 is 2027.5
  std::array<double, core::n_orders> ln_multiplier_step{};
};

/// M(year, order) = exp(sum over changes of step x timing weight); exactly 1 where every step is 0 or has no weight
/// yet.
[[nodiscard]] core::Array<2> multipliers(int first_year, std::size_t n_years, std::span<const Change> changes,
                                         const ResponseParameters& parameters);

}  // namespace sanhai::policy
