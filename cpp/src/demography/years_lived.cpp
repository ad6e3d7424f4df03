// a(x): years lived in an age group by those who die in it.

#include <cmath>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/math.hpp"
#include "sanhai/demography/age_groups.hpp"
#include "sanhai/demography/life_table.hpp"

namespace sanhai::demography {

double a0_andreev_kingkade(double m0, std::size_t sex) {
  check::sex(sex);
  if (!(std::isfinite(m0) && m0 >= 0.0)) {
    check::fail("mx", std::string(core::sex_name(sex)) + ", age 0", m0, "0 or above, finite", "check the death rates");
  }
  if (sex == core::male) {
    if (m0 < 0.0230) return 0.14929 - 1.99545 * m0;
    if (m0 < 0.08307) return 0.02832 + 3.26021 * m0;
    return 0.29915;
  }
  if (m0 < 0.01724) return 0.14903 - 2.05527 * m0;
  if (m0 < 0.06891) return 0.04667 + 3.88089 * m0;
  return 0.31411;
}

namespace {

/// Coale & Demeny (1983), West, in the m0 form of Preston, Heuveline & Guillot (2001), table 3.3.
double a1_coale_demeny_west(double m0, std::size_t sex) {
  if (m0 >= 0.107) return sex == core::male ? 1.352 : 1.361;
  return sex == core::male ? 1.651 - 2.816 * m0 : 1.522 - 1.518 * m0;
}

bool is_abridged(AgeWidths widths, std::size_t n_ages) {
  if (widths.is_uniform() || n_ages < 4 || widths(0) != 1.0 || widths(1) != 4.0) return false;
  for (std::size_t i = 2; i + 1 < n_ages; ++i) {
    if (widths(i) != 5.0) return false;
  }
  return true;
}

/// Greville's a(x) for five-year groups from age 15 (group 4), as MORTPAK and WPP do.
void fill_greville(std::span<const double> mx, AgeWidths widths, std::vector<double>& ax) {
  constexpr std::size_t age_15 = 4;
  constexpr std::size_t age_45 = 10;
  constexpr double least_old = 0.97;
  const std::size_t open = mx.size() - 1;
  double k = 0.0;
  for (std::size_t i = age_15; i < open; ++i) {
    // The open group's rate is no five-year rate, so the last closed group keeps the slope before it.
    if (i + 1 < open || i == age_15) {
      if (!(mx[i - 1] > 0.0 && mx[i + 1] > 0.0)) {
        const std::size_t zero = mx[i - 1] > 0.0 ? i + 1 : i - 1;
        check::fail("mx", check::age_text(widths, zero, mx.size()), mx[zero],
                    "above 0 beside a group whose ax is asked",
                    "smooth the rates, or pass ax to life_table_from_mx_ax");
      }
      k = 0.1 * core::log(mx[i + 1] / mx[i - 1]);
    }
    ax[i] = 2.5 - 25.0 / 12.0 * (mx[i] - k);
    if (i >= age_45 && ax[i] < least_old) ax[i] = least_old;
  }
}

}  // namespace

std::vector<double> ax_from_mx(std::span<const double> mx, std::size_t sex, AgeWidths widths) {
  check::at_least("mx", mx.size(), 2);
  check::widths(widths, mx.size());
  check::not_negative("mx", mx, widths, "check the death rates");
  if (widths(0) != 1.0) {
    check::fail("widths", "group 0", widths(0), "1 year",
                "split the first group in 0 and 1-4, or pass ax to life_table_from_mx_ax");
  }
  const std::size_t open = mx.size() - 1;
  check::positive("mx of the open age group", mx[open], "give the open age group a death rate");
  std::vector<double> ax(mx.size());
  ax[0] = a0_andreev_kingkade(mx[0], sex);
  for (std::size_t i = 1; i < open; ++i) ax[i] = 0.5 * widths(i);
  if (is_abridged(widths, mx.size())) {
    ax[1] = a1_coale_demeny_west(mx[0], sex);
    fill_greville(mx, widths, ax);
  }
  ax[open] = 1.0 / mx[open];
  return ax;
}

}  // namespace sanhai::demography
