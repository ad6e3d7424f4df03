#include "sanhai/demography/age_groups.hpp"

#include <cmath>
#include <limits>

#include "sanhai/core/axes.hpp"

namespace sanhai::demography::check {

std::string age_text(AgeWidths widths, std::size_t index, std::size_t n_ages) {
  return "age " + core::text(widths.lower_age(index)) + (index + 1 == n_ages ? "+" : "");
}

void length(const char* what, std::size_t got, std::size_t expected, const char* other) {
  if (got == expected) return;
  throw core::ShapeError(core::message({.what = what,
                                        .where = "",
                                        .got = std::to_string(got) + " values",
                                        .allowed = std::to_string(expected) + ", as many as " + other,
                                        .remedy = "pass both over the same age groups"}));
}

void at_least(const char* what, std::size_t got, std::size_t minimum) {
  if (got >= minimum) return;
  throw core::ShapeError(core::message({.what = what,
                                        .where = "",
                                        .got = std::to_string(got) + " values",
                                        .allowed = std::to_string(minimum) + " or more",
                                        .remedy = "pass one value per age group, the last one open"}));
}

void widths(AgeWidths widths, std::size_t n_ages) {
  if (widths.is_uniform()) {
    positive("width", widths(0), "give the age groups' width in years");
    return;
  }
  length("widths", widths.size(), n_ages, "age groups");
  for (std::size_t i = 0; i + 1 < n_ages; ++i) {
    if (std::isfinite(widths(i)) && widths(i) > 0.0) continue;
    fail("widths", "group " + std::to_string(i), widths(i), "above 0 years", "give each closed group's width in years");
  }
}

void between(const char* what, std::span<const double> values, double low, double high, AgeWidths widths,
             const char* remedy) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i]) && values[i] >= low && values[i] <= high) continue;
    const std::string allowed = std::isinf(high) ? core::text(low) + " or above, finite"
                                                 : "[" + core::text(low) + ", " + core::text(high) + "]";
    fail(what, age_text(widths, i, values.size()), values[i], allowed, remedy);
  }
}

void not_negative(const char* what, std::span<const double> values, AgeWidths widths, const char* remedy) {
  between(what, values, 0.0, std::numeric_limits<double>::infinity(), widths, remedy);
}

void sex(std::size_t sex) {
  if (sex < core::n_sexes) return;
  fail("sex", "", static_cast<double>(sex), "0 (male) or 1 (female)", "pass core::male or core::female");
}

}  // namespace sanhai::demography::check
