#include "sanhai/rates/parity_inputs.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/error.hpp"

namespace sanhai::rates {
namespace {

using core::DomainError;
using core::ShapeError;

constexpr std::size_t width = 5;

void require_non_negative(double value, const std::string& what, const std::string& where) {
  if (value >= 0.0 && std::isfinite(value)) return;
  throw DomainError(core::message({.what = what,
                                   .where = where,
                                   .got = core::text(value),
                                   .allowed = "finite, 0 or more",
                                   .remedy = "correct the table"}));
}

ParityAges row_of(const core::Array<2>& table, int first_year, int year, const char* what) {
  const auto rows = static_cast<int>(table.shape()[0]);
  if (year < first_year || year >= first_year + rows) {
    throw DomainError(
        core::message({.what = what,
                       .where = "women by parity",
                       .got = "year " + std::to_string(year),
                       .allowed = std::to_string(first_year) + ".." + std::to_string(first_year + rows - 1),
                       .remedy = "ask for a year that was given"}));
  }
  ParityAges row{};
  for (std::size_t x = 0; x < n_parity_ages; ++x) row[x] = table(static_cast<std::size_t>(year - first_year), x);
  return row;
}

std::array<double, n_fertile_age5> births_by_group(double tfr, const std::array<double, n_fertile_age5>& pasfr) {
  require_non_negative(tfr, "tfr", "women by parity");
  std::array<double, n_fertile_age5> births{};
  for (std::size_t group = 0; group < n_fertile_age5; ++group) {
    require_non_negative(pasfr[group], "pasfr", "age group " + std::to_string(10 + 5 * group));
    births[group] = tfr * pasfr[group];
  }
  return births;
}

/// Slopes at the eleven knots of a monotone cubic over equal steps, from the mean slopes of the steps.
std::array<double, n_fertile_age5 + 1> monotone_slopes(const std::array<double, n_fertile_age5>& step) {
  std::array<double, n_fertile_age5 + 1> slope{};
  for (std::size_t knot = 1; knot < n_fertile_age5; ++knot) {
    const double before = step[knot - 1];
    const double after = step[knot];
    slope[knot] = before > 0.0 && after > 0.0 ? 2.0 * before * after / (before + after) : 0.0;
  }
  // Three-point end slopes, kept from turning the curve down; steps are never negative here.
  slope.front() = std::max((3.0 * step[0] - step[1]) / 2.0, 0.0);
  slope.back() = std::max((3.0 * step[n_fertile_age5 - 1] - step[n_fertile_age5 - 2]) / 2.0, 0.0);
  return slope;
}

/// Women of `base` who are x at mid-year `year`: the mean of the two 1-January ages the generation spans.
double pattern_women(std::span<const double> base, int base_year, int year, std::size_t x) {
  const int older = parity_first_age + static_cast<int>(x) + base_year - year;
  const auto at = [&](int age) { return base[static_cast<std::size_t>(std::clamp(age, 0, 100))]; };
  return (at(older) + at(older - 1)) / 2.0;
}

ParityAges pattern_of(std::span<const double> base, int base_year, int year, int pattern_from) {
  ParityAges pattern{};
  for (std::size_t x = 0; x < n_parity_ages; ++x) {
    pattern[x] = year >= pattern_from ? pattern_women(base, base_year, year, x) : 1.0;
  }
  return pattern;
}

/// Ratio of each five-year group's women to the pattern's sum in it.
std::array<double, n_parity_age5> group_ratio(const WomenAnchor& anchor, const ParityAges& pattern) {
  std::array<double, n_parity_age5> ratio{};
  for (std::size_t group = 0; group < n_parity_age5; ++group) {
    require_non_negative(anchor.women[group], "women_midyear", "year " + std::to_string(anchor.year));
    double sum = 0.0;
    for (std::size_t x = group * width; x < (group + 1) * width; ++x) sum += pattern[x];
    ratio[group] = anchor.women[group] / sum;
    require_non_negative(ratio[group], "women_midyear / pattern", "year " + std::to_string(anchor.year));
  }
  return ratio;
}

void check_anchors(std::span<const double> base, const std::vector<WomenAnchor>& anchors, int first_year,
                   int last_year) {
  for (const WomenAnchor& anchor : anchors) core::check_calendar_years("anchor_years", anchor.year);
  for (const double women : base) require_non_negative(women, "base_women", "women by parity");
  if (base.size() < 101) {
    throw ShapeError(core::message({.what = "base women",
                                    .where = "women by parity",
                                    .got = std::to_string(base.size()) + " ages",
                                    .allowed = "101 ages, 0..100+",
                                    .remedy = "give women by single age on 1 January of the base year"}));
  }
  const bool covered = !anchors.empty() && anchors.front().year <= first_year && anchors.back().year >= last_year;
  const bool rising =
      std::adjacent_find(anchors.begin(), anchors.end(),
                         [](const WomenAnchor& a, const WomenAnchor& b) { return b.year <= a.year; }) == anchors.end();
  if (covered && rising) return;
  throw DomainError(core::message({.what = "women_midyear",
                                   .where = "anchors of women by parity",
                                   .got = std::to_string(anchors.size()) + " anchors",
                                   .allowed = "in rising years, from " + std::to_string(first_year) + " or before to " +
                                              std::to_string(last_year) + " or after",
                                   .remedy = "give a five-year table at both ends"}));
}

}  // namespace

ParityAges ParityInputs::asfr_of(int year) const { return row_of(asfr, first_year, year, "asfr"); }
ParityAges ParityInputs::women_of(int year) const { return row_of(women, first_year, year, "women_midyear"); }

void check_parity_inputs(const ParityInputs& inputs) {
  core::check_calendar_years("first_year", inputs.first_year, inputs.n_years() + 1);
  const core::Shape<2> wanted{inputs.n_years(), n_parity_ages};
  if (inputs.n_years() == 0 || inputs.asfr.shape() != wanted || inputs.women.shape() != wanted) {
    throw ShapeError(core::message({.what = "parity inputs",
                                    .where = "asfr and women",
                                    .got = core::text(inputs.asfr.shape()) + " and " + core::text(inputs.women.shape()),
                                    .allowed = "(n_years, 55) for both, at least one year",
                                    .remedy = "give ages 10..64 in every year"}));
  }
  for (std::size_t t = 0; t < inputs.n_years(); ++t) {
    for (std::size_t x = 0; x < n_parity_ages; ++x) {
      const std::string where = "year " + std::to_string(inputs.first_year + static_cast<int>(t)) + ", female, age " +
                                std::to_string(parity_first_age + static_cast<int>(x));
      require_non_negative(inputs.asfr(t, x), "asfr", where);
      require_non_negative(inputs.women(t, x), "women_midyear", where);
    }
  }
}

ParityAges asfr_from_age5(double tfr, const std::array<double, n_fertile_age5>& pasfr) {
  std::array<double, n_fertile_age5> step = births_by_group(tfr, pasfr);
  for (double& births : step) births /= static_cast<double>(width);
  const auto slope = monotone_slopes(step);
  ParityAges asfr{};
  for (std::size_t group = 0; group < n_fertile_age5; ++group) {
    // Births since the group's lower bound, at u = 0 .. 1 of its width: cubic Hermite with the knot taken as 0.
    const auto since = [&](double u) {
      const double h = static_cast<double>(width);
      return h * ((u * u * (3.0 - 2.0 * u)) * step[group] + (u * (1.0 - u) * (1.0 - u)) * slope[group] -
                  (u * u * (1.0 - u)) * slope[group + 1]);
    };
    for (std::size_t i = 0; i < width; ++i) {
      const double births = since(static_cast<double>(i + 1) / width) - since(static_cast<double>(i) / width);
      asfr[group * width + i] = std::max(births, 0.0);  // rounding only: the cubic does not fall
    }
  }
  return asfr;
}

ParityAges asfr_from_age5_shape(double tfr, const std::array<double, n_fertile_age5>& pasfr, const ParityAges& shape) {
  const std::array<double, n_fertile_age5> births = births_by_group(tfr, pasfr);
  for (const double rate : shape) require_non_negative(rate, "shape", "women by parity");
  ParityAges asfr{};
  for (std::size_t group = 0; group < n_fertile_age5; ++group) {
    double sum = 0.0;
    for (std::size_t x = group * width; x < (group + 1) * width; ++x) sum += shape[x];
    for (std::size_t x = group * width; x < (group + 1) * width; ++x) {
      asfr[x] = births[group] * (sum > 0.0 ? shape[x] / sum : 1.0 / width);
    }
  }
  return asfr;
}

double interpolate_held(double at, std::span<const int> knots, std::span<const double> values) {
  if (knots.empty() || knots.size() != values.size()) {
    throw ShapeError(
        core::message({.what = "knots",
                       .where = "",
                       .got = std::to_string(knots.size()) + " knots, " + std::to_string(values.size()) + " values",
                       .allowed = "one value per knot, at least one",
                       .remedy = "give both with the same length"}));
  }
  const auto after = std::upper_bound(knots.begin(), knots.end(), at, [](double t, int knot) { return t < knot; });
  if (after == knots.begin()) return values.front();
  if (after == knots.end()) return values.back();
  const auto i = static_cast<std::size_t>(after - knots.begin());
  const double u = (at - knots[i - 1]) / (knots[i] - knots[i - 1]);
  return values[i - 1] + u * (values[i] - values[i - 1]);
}

core::Array<2> women_from_anchors(std::span<const double> base_women, int base_year,
                                  const std::vector<WomenAnchor>& anchors, int first_year, std::size_t n_years,
                                  int pattern_from) {
  core::check_calendar_years("first_year", first_year, n_years);
  core::check_calendar_years("base_year", base_year);
  check_anchors(base_women, anchors, first_year, first_year + static_cast<int>(n_years) - 1);
  core::Array<2> women({n_years, n_parity_ages});
  for (std::size_t t = 0; t < n_years; ++t) {
    const int year = first_year + static_cast<int>(t);
    std::size_t high = 0;
    while (anchors[high].year < year) ++high;
    std::size_t low = anchors[high].year == year ? high : high - 1;
    // Ratios to an even pattern and to generations are not of one kind, so neither is carried over the change.
    if (year < pattern_from && anchors[high].year >= pattern_from) high = low;
    if (year >= pattern_from && anchors[low].year < pattern_from) low = high;
    const double u =
        high == low ? 0.0 : static_cast<double>(year - anchors[low].year) / (anchors[high].year - anchors[low].year);
    const auto below = group_ratio(anchors[low], pattern_of(base_women, base_year, anchors[low].year, pattern_from));
    const auto above = group_ratio(anchors[high], pattern_of(base_women, base_year, anchors[high].year, pattern_from));
    const ParityAges pattern = pattern_of(base_women, base_year, year, pattern_from);
    for (std::size_t x = 0; x < n_parity_ages; ++x) {
      women(t, x) = ((1.0 - u) * below[x / width] + u * above[x / width]) * pattern[x];
    }
  }
  return women;
}

}  // namespace sanhai::rates
