#pragma once
// Parity rebuilt from total fertility: everyone childless at 10, run through order-specific hazards whose orders sum to
// the total rate of every year and age. What splits the total is two multipliers a year and six shape parameters.

#include <array>
#include <vector>

#include "sanhai/rates/parity.hpp"
#include "sanhai/rates/parity_inputs.hpp"

namespace sanhai::rates {

/// Years over which the age slopes move from their early to their late value.
inline constexpr std::array<int, 2> shape_turn{2010, 2017};

/// c = (1, b2 r2(x), b3 r3(x)): hazards of orders 2 and 3+ relative to order 1. ln b is straight between knots and held
/// beyond; r_i = exp(s_i z + q_i z^2) with z = (x - 30) / 10 and s_i straight between its two values over 2010-17.
struct ParityParameters {
  std::vector<int> knots;      ///< calendar years, rising
  std::vector<double> log_b2;  ///< one per knot
  std::vector<double> log_b3;  ///< one per knot
  double s2_early = 0.0;
  double s2_late = 0.0;
  double q2 = 0.0;
  double s3_early = 0.0;
  double s3_late = 0.0;
  double q3 = 0.0;
};

/// ConfigError, ShapeError: knots not rising, or not one value per knot.
void check_parity_parameters(const ParityParameters& parameters);

/// (ln b2, ln b3) of a year.
[[nodiscard]] std::array<double, 2> log_multipliers(const ParityParameters& parameters, int year);

/// c of a year, (order, age), with the year's multipliers from the knots or given.
[[nodiscard]] OrderAges relative_hazards(const ParityParameters& parameters, int year);
[[nodiscard]] OrderAges relative_hazards(const ParityParameters& parameters, int year,
                                         const std::array<double, 2>& log_b);

/// One year of the reconstruction: the stock on its 1 January and what the women met during it.
struct ParityYear {
  ParityStock stock;
  OrderAges exposure;  ///< woman-years at risk per woman
  OrderAges hazards;   ///< before 1 - exp(-h)
  OrderAges rates;     ///< births per woman-year at risk
};

struct ParityHistory {
  int first_year = 0;
  std::vector<ParityYear> years;
  ParityStock last;  ///< 1 January after the last year

  [[nodiscard]] int last_year() const { return first_year + static_cast<int>(years.size()) - 1; }
  [[nodiscard]] const ParityYear& at(int year) const;         ///< DomainError outside the years run
  [[nodiscard]] const ParityStock& stock_on(int year) const;  ///< 1 January; one year more than `at`
};

/// Years of the first year's rates that make its stock.
inline constexpr int parity_burn_in = 45;

/// The whole run. DomainError with year and age where a total cannot be met; ShapeError for the inputs.
[[nodiscard]] ParityHistory reconstruct_parity(const ParityInputs& inputs, const ParityParameters& parameters,
                                               int burn_in = parity_burn_in);

/// Births by age of mother and order per woman of that age: asfr_order, (order, age); the orders sum to asfr.
[[nodiscard]] OrderAges asfr_order_of(const ParityYear& year);

/// Shares of births by order 1, 2, 3+ with `women` as weights; they sum to 1.
[[nodiscard]] std::array<double, core::n_orders> order_shares(const ParityYear& year, const ParityAges& women);

/// The year's (ln b2, ln b3) with which the stock of its 1 January gives the published shares of births: what a new
/// bulletin adds. Newton, to 1e-10 in each share. `shares` of orders 1, 2, 3+ sum to 1.
/// DomainError: shares not in (0, 1), not summing to 1 within 1e-6, or out of the year's reach.
[[nodiscard]] std::array<double, 2> update_parity_year(const ParityStock& stock, const ParityAges& asfr,
                                                       const ParityAges& women, const ParityParameters& parameters,
                                                       int year, const std::array<double, core::n_orders>& shares);

/// One year with given multipliers: hazards, rates and exposure for a stock.
[[nodiscard]] ParityYear parity_year(const ParityStock& stock, const ParityAges& asfr, const OrderAges& relative,
                                     int year);

}  // namespace sanhai::rates
