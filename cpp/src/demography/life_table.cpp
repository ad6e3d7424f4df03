#include "sanhai/demography/life_table.hpp"

#include <cmath>
#include <limits>

#include "sanhai/demography/age_groups.hpp"

namespace sanhai::demography {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

void check_ax(std::span<const double> ax, std::size_t n_ages, const char* other, AgeWidths widths) {
  check::length("ax", ax.size(), n_ages, other);
  check::not_negative("ax", ax, widths, "pass years lived in the group by those who die in it");
  for (std::size_t i = 0; i + 1 < ax.size(); ++i) {
    if (ax[i] <= widths(i)) continue;
    check::fail("ax", check::age_text(widths, i, ax.size()), ax[i],
                "at most the group's " + core::text(widths(i)) + " years",
                "pass years lived in the group by those who die in it");
  }
}

void check_last_qx(std::span<const double> qx, AgeWidths widths) {
  check::between("qx", qx, 0.0, 1.0, widths, "check the rates it came from");
  if (qx.back() != 1.0) {
    check::fail("qx", check::age_text(widths, qx.size() - 1, qx.size()), qx.back(), "1 in the open age group",
                "set the last qx to 1: nobody leaves the open group alive");
  }
}

/// Survivors and person-years above x never rise with age.
void check_falling(const char* what, std::span<const double> values, bool positive, AgeWidths widths) {
  check::not_negative(what, values, widths, "check the column it came from");
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0 && values[i] > values[i - 1]) {
      check::fail(what, check::age_text(widths, i, values.size()), values[i],
                  "at most the " + core::text(values[i - 1]) + " of the age before", "check the column it came from");
    }
    if (positive && !(values[i] > 0.0)) {
      check::fail(what, check::age_text(widths, i, values.size()), values[i], "above 0",
                  "open the table at an age that some reach");
    }
  }
}

}  // namespace

std::vector<double> qx_from_mx_ax(std::span<const double> mx, std::span<const double> ax, AgeWidths widths) {
  check::at_least("mx", mx.size(), 1);
  check::widths(widths, mx.size());
  check::not_negative("mx", mx, widths, "check the death rates");
  check_ax(ax, mx.size(), "mx", widths);
  std::vector<double> qx(mx.size(), 1.0);
  for (std::size_t i = 0; i + 1 < mx.size(); ++i) {
    qx[i] = widths(i) * mx[i] / (1.0 + (widths(i) - ax[i]) * mx[i]);
    if (qx[i] <= 1.0) continue;
    check::fail("qx", check::age_text(widths, i, mx.size()), qx[i],
                "[0, 1], that is mx up to " + core::text(1.0 / ax[i]) + " (mx is " + core::text(mx[i]) + ")",
                "lower mx, lower ax, or open the table at this age");
  }
  return qx;
}

std::vector<double> mx_from_qx_ax(std::span<const double> qx, std::span<const double> ax, AgeWidths widths) {
  check::at_least("qx", qx.size(), 1);
  check::widths(widths, qx.size());
  check_last_qx(qx, widths);
  check_ax(ax, qx.size(), "qx", widths);
  std::vector<double> mx(qx.size());
  for (std::size_t i = 0; i < qx.size(); ++i) {
    const bool open = i + 1 == qx.size();
    const double lived = open ? ax[i] : widths(i) - (widths(i) - ax[i]) * qx[i];  // person-years per person entering
    if (!(lived > 0.0)) {
      check::fail("ax", check::age_text(widths, i, qx.size()), ax[i], "above 0 where all die", "pass a positive ax");
    }
    mx[i] = qx[i] / lived;
  }
  return mx;
}

std::vector<double> mx_from_qx(std::span<const double> qx, std::size_t sex) {
  check::sex(sex);
  check::at_least("qx", qx.size(), 1);
  check::between("qx", qx, 0.0, 1.0, {}, "give probabilities of dying between 0 and 1");
  std::vector<double> mx(qx.size());
  for (std::size_t x = 0; x < qx.size(); ++x) mx[x] = qx[x] / (1.0 - 0.5 * qx[x]);
  // a(0) moves m(0) by a small part of itself: a few passes reach rounding, but for jumps at the rule's breakpoints.
  for (int pass = 0; pass < 50; ++pass) mx[0] = qx[0] / (1.0 - (1.0 - a0_andreev_kingkade(mx[0], sex)) * qx[0]);
  return mx;
}

std::vector<double> lx_from_qx(std::span<const double> qx, double radix) {
  check::at_least("qx", qx.size(), 1);
  check_last_qx(qx, {});
  check::positive("radix", radix, "use 1, or 100000 to print");
  std::vector<double> lx(qx.size());
  lx[0] = radix;
  for (std::size_t i = 1; i < qx.size(); ++i) lx[i] = lx[i - 1] * (1.0 - qx[i - 1]);
  return lx;
}

std::vector<double> qx_from_lx(std::span<const double> lx) {
  check::at_least("lx", lx.size(), 1);
  check_falling("lx", lx, true, {});
  std::vector<double> qx(lx.size(), 1.0);
  for (std::size_t i = 0; i + 1 < lx.size(); ++i) qx[i] = (lx[i] - lx[i + 1]) / lx[i];
  return qx;
}

std::vector<double> ndx_from_lx(std::span<const double> lx) {
  check::at_least("lx", lx.size(), 1);
  check_falling("lx", lx, false, {});
  std::vector<double> ndx(lx.begin(), lx.end());
  for (std::size_t i = 0; i + 1 < lx.size(); ++i) ndx[i] = lx[i] - lx[i + 1];
  return ndx;
}

std::vector<double> lx_from_ndx(std::span<const double> ndx) {
  check::at_least("ndx", ndx.size(), 1);
  check::not_negative("ndx", ndx, {}, "deaths cannot be negative: check the lx they came from");
  std::vector<double> lx(ndx.begin(), ndx.end());
  for (std::size_t i = lx.size() - 1; i-- > 0;) lx[i] += lx[i + 1];
  return lx;
}

std::vector<double> nLx_from_lx_ax(std::span<const double> lx, std::span<const double> ax, double mx_open,
                                   AgeWidths widths) {
  check::at_least("lx", lx.size(), 1);
  check::widths(widths, lx.size());
  check_falling("lx", lx, false, widths);
  check_ax(ax, lx.size(), "lx", widths);
  check::positive("mx of the open age group", mx_open, "give the open age group a death rate");
  std::vector<double> nLx(lx.size());
  for (std::size_t i = 0; i + 1 < lx.size(); ++i) nLx[i] = widths(i) * lx[i + 1] + ax[i] * (lx[i] - lx[i + 1]);
  nLx.back() = lx.back() / mx_open;
  return nLx;
}

std::vector<double> Tx_from_nLx(std::span<const double> nLx) {
  check::at_least("nLx", nLx.size(), 1);
  check::not_negative("nLx", nLx, {}, "person-years cannot be negative: check lx and ax");
  std::vector<double> Tx(nLx.begin(), nLx.end());
  for (std::size_t i = Tx.size() - 1; i-- > 0;) Tx[i] += Tx[i + 1];
  return Tx;
}

std::vector<double> nLx_from_Tx(std::span<const double> Tx) {
  check::at_least("Tx", Tx.size(), 1);
  check_falling("Tx", Tx, false, {});
  std::vector<double> nLx(Tx.begin(), Tx.end());
  for (std::size_t i = 0; i + 1 < Tx.size(); ++i) nLx[i] = Tx[i] - Tx[i + 1];
  return nLx;
}

std::vector<double> ex_from_Tx_lx(std::span<const double> Tx, std::span<const double> lx) {
  check::at_least("Tx", Tx.size(), 1);
  check::length("lx", lx.size(), Tx.size(), "Tx");
  check_falling("Tx", Tx, false, {});
  check_falling("lx", lx, true, {});
  std::vector<double> ex(Tx.size());
  for (std::size_t i = 0; i < Tx.size(); ++i) ex[i] = Tx[i] / lx[i];
  return ex;
}

LifeTable life_table_from_mx_ax(std::span<const double> mx, std::span<const double> ax, AgeWidths widths) {
  check::at_least("mx", mx.size(), 1);
  check::length("ax", ax.size(), mx.size(), "mx");
  check::positive("mx of the open age group", mx.back(), "give the open age group a death rate");
  LifeTable table;
  table.mx.assign(mx.begin(), mx.end());
  table.ax.assign(ax.begin(), ax.end());
  table.ax.back() = 1.0 / mx.back();
  table.qx = qx_from_mx_ax(table.mx, table.ax, widths);
  table.lx = lx_from_qx(table.qx);
  table.ndx = ndx_from_lx(table.lx);
  table.nLx = nLx_from_lx_ax(table.lx, table.ax, mx.back(), widths);
  table.Tx = Tx_from_nLx(table.nLx);
  table.ex = ex_from_Tx_lx(table.Tx, table.lx);
  return table;
}

LifeTable life_table_from_mx(std::span<const double> mx, std::size_t sex, AgeWidths widths) {
  return life_table_from_mx_ax(mx, ax_from_mx(mx, sex, widths), widths);
}

std::vector<double> scaled_mx(std::span<const double> mx, double factor) {
  check::positive("factor", factor, "pass a multiplier above 0");
  check::not_negative("mx", mx, {}, "check the death rates");
  std::vector<double> out(mx.begin(), mx.end());
  for (double& m : out) m *= factor;
  check::between("scaled mx", out, 0.0, infinity, {}, "pass a smaller factor");
  return out;
}

}  // namespace sanhai::demography
