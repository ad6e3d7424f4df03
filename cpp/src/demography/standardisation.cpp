#include "sanhai/demography/standardisation.hpp"

#include <cmath>
#include <string>

#include "sanhai/demography/age_groups.hpp"

namespace sanhai::demography {
namespace {

std::string group(std::size_t index) { return "age group " + std::to_string(index); }

/// Groups may be of any width, so a complaint names the group's number.
void check_cells(const char* what, std::span<const double> values, const char* remedy) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i]) && values[i] >= 0.0) continue;
    check::fail(what, group(i), values[i], "0 or above, finite", remedy);
  }
}

double check_pair(std::span<const double> rates, std::span<const double> pop) {
  check::at_least("rates", rates.size(), 1);
  check::length("pop", pop.size(), rates.size(), "rates");
  check_cells("rates", rates, "check the events and the population they are divided by");
  check_cells("pop", pop, "check the population");
  double total = 0.0;
  for (const double persons : pop) total += persons;
  check::positive("pop, all age groups", total, "pass a population that is not empty");
  return total;
}

}  // namespace

double crude_rate(std::span<const double> rates, std::span<const double> pop) {
  const double total = check_pair(rates, pop);
  double events = 0.0;
  for (std::size_t i = 0; i < rates.size(); ++i) events += rates[i] * pop[i];
  return events / total;
}

double direct_standardised_rate(std::span<const double> rates, std::span<const double> standard_pop) {
  return crude_rate(rates, standard_pop);
}

IndirectStandardisation indirect_standardised_rate(double events, std::span<const double> pop,
                                                   std::span<const double> standard_rates, double standard_crude_rate) {
  if (!(std::isfinite(events) && events >= 0.0)) {
    check::fail("events", "all ages", events, "0 or above, finite", "pass the observed number of events");
  }
  check::positive("standard_crude_rate", standard_crude_rate, "pass the standard population's crude rate");
  const double total = check_pair(standard_rates, pop);
  const double expected = crude_rate(standard_rates, pop) * total;
  check::positive("expected events, all ages", expected, "choose a standard with events at the ages lived");
  const double ratio = events / expected;
  return {expected, ratio, ratio * standard_crude_rate};
}

KitagawaDecomposition kitagawa(std::span<const double> rates_a, std::span<const double> pop_a,
                               std::span<const double> rates_b, std::span<const double> pop_b) {
  check::length("rates_b", rates_b.size(), rates_a.size(), "rates_a");
  const double total_a = check_pair(rates_a, pop_a);
  const double total_b = check_pair(rates_b, pop_b);
  KitagawaDecomposition out{crude_rate(rates_a, pop_a) - crude_rate(rates_b, pop_b), 0.0, 0.0};
  for (std::size_t i = 0; i < rates_a.size(); ++i) {
    const double share_a = pop_a[i] / total_a;
    const double share_b = pop_b[i] / total_b;
    out.rate_effect += (rates_a[i] - rates_b[i]) * 0.5 * (share_a + share_b);
    out.composition_effect += (share_a - share_b) * 0.5 * (rates_a[i] + rates_b[i]);
  }
  return out;
}

}  // namespace sanhai::demography
