// Survivorship ratios, and the single-year passes from rates that allocate nothing.

#include <algorithm>
#include <cmath>
#include <limits>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/math.hpp"
#include "sanhai/demography/age_groups.hpp"
#include "sanhai/demography/life_table.hpp"
#include "sanhai/demography/root.hpp"
#include "sanhai/demography/survivorship.hpp"

namespace sanhai::demography {
namespace {

constexpr double half_year = 0.5;

std::string where(std::size_t sex, std::size_t age, std::size_t n_ages) {
  return std::string(core::sex_name(sex)) + ", " + check::age_text({}, age, n_ages);
}

[[noreturn]] void fail_rate(double m, double a, std::size_t sex, std::size_t age, std::size_t n_ages) {
  if (!(std::isfinite(m) && m >= 0.0)) {
    check::fail("mx", where(sex, age, n_ages), m, "0 or above, finite", "check the death rates");
  }
  check::fail("mx", where(sex, age, n_ages), m, "at most " + core::text(1.0 / a) + ", above which qx exceeds 1",
              "lower mx, or open the table at this age");
}

/// One pass down a single-year schedule: calls visit(age, person-years), radix 1. Age 0 is scaled apart from the rest
/// so that a level can be sought on either side of a jump of a0.
template <class Visit>
void walk(std::span<const double> mx, std::size_t sex, double scale_0, double scale, Visit&& visit) {
  const std::size_t open = mx.size() - 1;
  double survivors = 1.0;
  for (std::size_t x = 0; x < open; ++x) {
    const double m = mx[x] * (x == 0 ? scale_0 : scale);
    const double a = x == 0 ? a0_andreev_kingkade(m, sex) : half_year;
    const double q = m / (1.0 + (1.0 - a) * m);
    if (!(m >= 0.0 && q <= 1.0)) fail_rate(m, a, sex, x, mx.size());
    const double next = survivors * (1.0 - q);
    visit(x, next + a * (survivors - next));
    survivors = next;
  }
  const double m_open = mx[open] * scale;
  if (!(std::isfinite(m_open) && m_open > 0.0)) {
    check::fail("mx", where(sex, open, mx.size()), m_open, "above 0, finite", "give the open age group a death rate");
  }
  visit(open, survivors / m_open);
}

double e0_at_scale(std::span<const double> mx, std::size_t sex, double scale_0, double scale) {
  double years = 0.0;
  walk(mx, sex, scale_0, scale, [&](std::size_t, double person_years) { years += person_years; });
  return years;
}

/// Largest log shift whose single-year table still has every q <= 1.
double highest_shift(std::span<const double> mx, std::size_t sex) {
  constexpr double beyond = 12.0;  // rates times 160,000
  const double a0_high = a0_andreev_kingkade(1.0, sex);
  double limit = mx[0] > 0.0 ? 1.0 / (a0_high * mx[0]) : std::numeric_limits<double>::infinity();
  for (std::size_t x = 1; x + 1 < mx.size(); ++x) {
    if (mx[x] > 0.0) limit = std::min(limit, 1.0 / (half_year * mx[x]));
  }
  return std::min(beyond, core::log(limit) - 1e-12);
}

/// k with excess(k) = e0 - target = 0, excess falling in k; brackets outwards from `start`.
template <class Excess>
double solve_shift(Excess&& excess, double start, double lowest, double highest, double target) {
  constexpr double tolerance = 1e-11;  // years
  double k = std::min(start, highest);
  double value = excess(k);
  if (std::abs(value) <= tolerance) return k;
  for (double step = 0.125;; step *= 2.0) {
    const double next = value > 0.0 ? std::min(k + step, highest) : std::max(k - step, lowest);
    const double next_value = excess(next);
    if ((next_value > 0.0) != (value > 0.0)) {
      const Bracket bracket = next > k ? Bracket{k, next, value, next_value} : Bracket{next, k, next_value, value};
      return bracketed_root(excess, bracket, tolerance);
    }
    if (next == highest || next == lowest) {
      check::fail("e0", "", target,
                  (next == highest ? "at least " : "at most ") + core::text(target + next_value) + " for this schedule",
                  "choose a target within reach, or open the table at a lower age (old ages bound the rates)");
    }
    k = next;
    value = next_value;
  }
}

}  // namespace

std::vector<double> Sx_from_nLx(std::span<const double> nLx, double width, double radix) {
  check::at_least("nLx", nLx.size(), 2);
  check::positive("width", width, "give the age groups' width in years");
  check::positive("radix", radix, "pass the l(0) that nLx was made with");
  check::not_negative("nLx", nLx, width, "person-years cannot be negative: check lx and ax");
  const std::size_t open = nLx.size() - 1;
  std::vector<double> Sx(nLx.size());
  double before = width * radix;
  for (std::size_t x = 0; x <= open; ++x) {
    const double base = x == open ? nLx[open - 1] + nLx[open] : before;
    if (!(base > 0.0)) {
      check::fail("nLx", check::age_text(width, x - 1, nLx.size()), base, "above 0",
                  "open the table at an age that some reach");
    }
    if (nLx[x] > base) {
      check::fail("nLx", check::age_text(width, x, nLx.size()), nLx[x],
                  "at most the " + core::text(base) + " before it",
                  "check width and radix, and that nLx falls with age");
    }
    Sx[x] = nLx[x] / base;
    before = nLx[x];
  }
  return Sx;
}

std::vector<double> nLx_from_Sx(std::span<const double> Sx, double width, double radix) {
  check::at_least("Sx", Sx.size(), 2);
  check::positive("width", width, "give the age groups' width in years");
  check::positive("radix", radix, "use 1");
  check::between("Sx", Sx, 0.0, 1.0, width, "check the life table it came from");
  const std::size_t open = Sx.size() - 1;
  if (!(Sx[open] < 1.0)) {
    check::fail("Sx", check::age_text(width, open, Sx.size()), Sx[open], "below 1", "let some of the open group die");
  }
  std::vector<double> nLx(Sx.size());
  double before = width * radix;
  for (std::size_t x = 0; x < open; ++x) before = nLx[x] = before * Sx[x];
  nLx[open] = before * Sx[open] / (1.0 - Sx[open]);
  return nLx;
}

void Sx_from_mx(std::span<const double> mx, std::size_t sex, std::span<double> Sx) {
  check::at_least("mx", mx.size(), 2);
  check::length("Sx", Sx.size(), mx.size(), "mx");
  check::sex(sex);
  walk(mx, sex, 1.0, 1.0, [&](std::size_t x, double person_years) {
    if (x == 0 || x + 1 == mx.size() || person_years > 0.0) return;
    check::fail("nLx", where(sex, x, mx.size()), person_years, "above 0", "open the table at an age that some reach");
  });
  survivorship<double>(
      mx.size(), a0_andreev_kingkade(mx[0], sex), [&](std::size_t x) { return mx[x]; },
      [&](std::size_t x, double value) { Sx[x] = value; });
}

double e0_from_mx(std::span<const double> mx, std::size_t sex, AgeWidths widths) {
  check::at_least("mx", mx.size(), 2);
  check::sex(sex);
  if (widths.is_single_year()) return e0_at_scale(mx, sex, 1.0, 1.0);
  return life_table_from_mx(mx, sex, widths).ex.front();
}

std::vector<double> shift_mx_to_e0(std::span<const double> mx, std::size_t sex, double e0) {
  constexpr double lowest = -14.0;  // rates over a million
  constexpr double promised = 1e-8;
  check::at_least("mx", mx.size(), 2);
  check::sex(sex);
  check::not_negative("mx", mx, {}, "check the death rates");
  check::positive("mx of the open age group", mx.back(), "give the open age group a death rate");
  check::positive("e0", e0, "pass a life expectancy in years");
  const double highest = highest_shift(mx, sex);
  const auto excess = [&](double k) { return e0_at_scale(mx, sex, core::exp(k), core::exp(k)) - e0; };
  const double k = solve_shift(excess, 0.0, lowest, highest, e0);
  const double factor_0 = core::exp(k);
  double factor = factor_0;
  if (std::abs(excess(k)) > promised) {
    const auto rest = [&](double other) { return e0_at_scale(mx, sex, factor_0, core::exp(other)) - e0; };
    factor = core::exp(solve_shift(rest, k, lowest, highest, e0));
  }
  std::vector<double> out = scaled_mx(mx, factor);
  out[0] = mx[0] * factor_0;
  return out;
}

}  // namespace sanhai::demography
