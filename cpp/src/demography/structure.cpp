#include "sanhai/demography/structure.hpp"

#include <cmath>

#include "sanhai/demography/age_groups.hpp"

namespace sanhai::demography {
namespace {

double check_pop(std::span<const double> pop, double width) {
  check::at_least("pop", pop.size(), 1);
  check::widths(width, pop.size());
  check::not_negative("pop", pop, width, "persons cannot be negative: check the step that made them");
  double total = 0.0;
  for (const double persons : pop) total += persons;
  return total;
}

void require_people(double persons, const std::string& who) {
  if (persons > 0.0) return;
  check::fail("pop", who, persons, "above 0 persons", "a ratio to nobody is not defined: leave this place or year out");
}

/// Index of the group that starts at `age`; n_ages for no upper bound.
std::size_t group_at(double age, std::size_t n_ages, double width) {
  if (age == open_age) return n_ages;
  const double index = age / width;
  if (!(index >= 0.0 && index == std::floor(index) && index < static_cast<double>(n_ages))) {
    check::fail("age bound", "", age,
                "a multiple of " + core::text(width) + " from 0 to " +
                    core::text(static_cast<double>(n_ages - 1) * width) + ", or open_age",
                "choose a bound between two age groups, or pass single years");
  }
  return static_cast<std::size_t>(index);
}

double sum_groups(std::span<const double> pop, double from, double to, double width) {
  const std::size_t first = group_at(from, pop.size(), width);
  const std::size_t last = group_at(to, pop.size(), width);
  if (first > last) check::fail("age bound", "", from, "at most the upper bound " + core::text(to), "swap the bounds");
  double sum = 0.0;
  for (std::size_t i = first; i < last; ++i) sum += pop[i];
  return sum;
}

double per_worker(std::span<const double> pop, double from, double to, double width, DependencyBounds bounds) {
  check_pop(pop, width);
  const double workers = sum_groups(pop, bounds.working_from, bounds.old_from, width);
  require_people(workers, "age " + core::text(bounds.working_from) + " to below " + core::text(bounds.old_from));
  return sum_groups(pop, from, to, width) / workers;
}

}  // namespace

double pop_between(std::span<const double> pop, double from, double to, double width) {
  check_pop(pop, width);
  return sum_groups(pop, from, to, width);
}

double share_between(std::span<const double> pop, double from, double to, double width) {
  const double total = check_pop(pop, width);
  require_people(total, "all ages");
  return sum_groups(pop, from, to, width) / total;
}

double oadr(std::span<const double> pop, double width, DependencyBounds bounds) {
  return per_worker(pop, bounds.old_from, open_age, width, bounds);
}

double ydr(std::span<const double> pop, double width, DependencyBounds bounds) {
  return per_worker(pop, 0.0, bounds.working_from, width, bounds);
}

double tdr(std::span<const double> pop, double width, DependencyBounds bounds) {
  return ydr(pop, width, bounds) + oadr(pop, width, bounds);
}

double median_age(std::span<const double> pop, double width) {
  const double total = check_pop(pop, width);
  require_people(total, "all ages");
  const double median = median_age_of<double>(pop.size(), [&](std::size_t x) { return pop[x]; });
  if (!std::isnan(median)) return median * width;
  check::fail("median age", check::age_text(width, pop.size() - 1, pop.size()), pop.back(),
              "less than half of the population in the open age group", "use data with a higher open age");
}

double mean_age(std::span<const double> pop, double open_years, double width) {
  const double total = check_pop(pop, width);
  require_people(total, "all ages");
  if (!(std::isfinite(open_years) && open_years >= 0.0)) {
    check::fail("open_years", check::age_text(width, pop.size() - 1, pop.size()), open_years, "0 or above, finite",
                "pass the mean years of age above the open group's lower bound");
  }
  double ages = 0.0;
  for (std::size_t i = 0; i < pop.size(); ++i) {
    const double lower = static_cast<double>(i) * width;
    ages += pop[i] * (lower + (i + 1 == pop.size() ? open_years : 0.5 * width));
  }
  return ages / total;
}

}  // namespace sanhai::demography
