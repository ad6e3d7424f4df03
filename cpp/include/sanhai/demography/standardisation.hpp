#pragma once
// Standardised rates and the two-factor decomposition of a difference of rates.
// Preston, Heuveline & Guillot (2001), sections 2.2-2.3; Kitagawa (1955), JASA 50.
// rates [events per person-year] and populations [persons or shares] over the same groups, of any kind.

#include <span>

namespace sanhai::demography {

/// Crude rate: sum rate x share.
[[nodiscard]] double crude_rate(std::span<const double> rates, std::span<const double> pop);
/// Direct standardised rate: own rates weighted by the standard's shares.
[[nodiscard]] double direct_standardised_rate(std::span<const double> rates, std::span<const double> standard_pop);

struct IndirectStandardisation {
  double expected;  ///< events at the standard's rates
  double ratio;     ///< observed / expected (the standardised mortality ratio)
  double rate;      ///< ratio x the standard's crude rate
};
/// From own events in total, own population, the standard's rates and the standard's crude rate.
[[nodiscard]] IndirectStandardisation indirect_standardised_rate(double events, std::span<const double> pop,
                                                                 std::span<const double> standard_rates,
                                                                 double standard_crude_rate);

struct KitagawaDecomposition {
  double difference;          ///< crude rate of a minus crude rate of b
  double rate_effect;         ///< rates differ, mean shares
  double composition_effect;  ///< shares differ, mean rates
};
/// a minus b; the two effects add up to the difference.
[[nodiscard]] KitagawaDecomposition kitagawa(std::span<const double> rates_a, std::span<const double> pop_a,
                                             std::span<const double> rates_b, std::span<const double> pop_b);

}  // namespace sanhai::demography
