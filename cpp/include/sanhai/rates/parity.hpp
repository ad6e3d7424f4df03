#pragma once
// Women by parity 0, 1, 2, 3+ as shares of a generation, ages 10..64, and the order-specific hazards that move them.
// Timing (one year, exposures, one move a year) is that of the cohort-component step: a stock is on 1 January, women
// aged x on that day spend half the year at x and half at x + 1, and the year's births fall on their parity of that
// day. Orders are 1, 2, 3+ (index 0..2); the open order acts on parity 2 and parity 3+ together.

#include <array>
#include <cstddef>
#include <string>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/lanes.hpp"

namespace sanhai::rates {

inline constexpr int parity_first_age = 10;
inline constexpr int parity_last_age = 64;
inline constexpr std::size_t n_parity_ages = 55;
using core::n_parities;

/// One value per completed age 10..64.
using ParityAges = std::array<double, n_parity_ages>;
/// (order, age): order 1, 2, 3+.
using OrderAges = std::array<ParityAges, core::n_orders>;

/// Index of a completed age; DomainError outside 10..64.
[[nodiscard]] std::size_t parity_age_index(int age);

/// Women on 1 January, per woman of each age.
struct ParityStock {
  std::array<ParityAges, n_parities> share{};  ///< (parity, age), sums to 1 over parity
  ParityAges births_3plus{};                   ///< births of order 3 or more so far, per woman
};

/// Everyone childless: the stock before any birth.
[[nodiscard]] ParityStock childless_stock();

/// Woman-years at risk of each order per woman aged x during the year: the mean of the start-of-year women aged x and
/// x - 1. Order 3+ is at risk at parity 2 and 3+.
[[nodiscard]] OrderAges exposure_from_stock(const ParityStock& stock);

/// Conditional rates f_i(x) = 1 - exp(-h_i(x)): births of order i per woman-year at the parity at risk, in [0, 1).
/// DomainError: a hazard below 0 or not finite.
[[nodiscard]] OrderAges rates_from_hazards(const OrderAges& hazards);

/// Births of each order per woman aged x: f_i(x) x exposure. The three orders sum to the total rate at that age.
[[nodiscard]] OrderAges asfr_order_from_rates(const OrderAges& rates, const OrderAges& exposure);

/// Proportional hazards h_i(x) = a(x) c_i(x) with a(x) such that the orders' births sum to `asfr`(x):
/// sum over i of (1 - exp(-a c_i)) exposure_i = asfr. Newton on a concave increasing function, to rounding.
/// `relative` is c, (order, age), positive. DomainError: asfr negative, not finite, or not below the year's exposure.
[[nodiscard]] OrderAges hazards_for_year(const ParityAges& asfr, const OrderAges& exposure, const OrderAges& relative,
                                         int year);

/// One year on: women aged x meet (f(x) + f(x + 1)) / 2 at their start parity, move up at most one, and turn x + 1.
/// A new generation enters at 10, childless; age 64 leaves.
[[nodiscard]] ParityStock step_parity(const ParityStock& stock, const OrderAges& rates);

/// Period progressions of one synthetic woman run through the year's conditional rates, ages 15..49.
struct PeriodProgression {
  std::array<double, core::n_orders> ppr{};       ///< p0, p1, p2: to a first, second, third birth
  std::array<double, n_parities> parity_at_50{};  ///< shares, sum 1
};

/// DomainError: no woman reaches a parity, so that a progression from it is undefined.
[[nodiscard]] PeriodProgression ppr_from_rates(const OrderAges& rates);

/// Children ever born per woman, by age: first births + second births + births of order 3 or more.
[[nodiscard]] ParityAges ceb_from_stock(const ParityStock& stock);

/// Mean age at birth of an order, weighting by `women` (any unit); completed age + 1/2. DomainError: no such birth.
[[nodiscard]] double mean_age_at_order(const ParityAges& asfr_order, const ParityAges& women);

/// Two place factors and one factor of the year: order 1 x k1, orders 2 and 3+ x k2, all x phi.
struct HazardFactors {
  double k1 = 1.0;
  double k2 = 1.0;
  double phi = 1.0;
};

/// DomainError: a factor negative or not finite.
[[nodiscard]] OrderAges scale_hazards(const OrderAges& hazards, const HazardFactors& factors);

}  // namespace sanhai::rates
