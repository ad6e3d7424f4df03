#include "sanhai/demography/fertility.hpp"

#include <cmath>

#include "sanhai/demography/age_groups.hpp"

namespace sanhai::demography {
namespace {

void check_asfr(std::span<const double> asfr, AgeWidths width) {
  check::at_least("asfr", asfr.size(), 1);
  check::widths(width, asfr.size());
  check::not_negative("asfr", asfr, width, "check the births and the women they are divided by");
}

void check_srb(double srb) { check::positive("srb", srb, "pass boys per girl, about 1.05 (not boys per 100 girls)"); }

std::span<const double> order_row(core::View<const double, 2> asfr_order, std::size_t order) {
  return asfr_order[order].flat();
}

}  // namespace

double tfr_from_asfr(std::span<const double> asfr, double width) {
  check_asfr(asfr, width);
  double sum = 0.0;
  for (const double f : asfr) sum += f;
  return width * sum;
}

double grr_from_asfr_srb(std::span<const double> asfr, double srb, double width) {
  check_srb(srb);
  return tfr_from_asfr(asfr, width) / (1.0 + srb);
}

double nrr_from_asfr_srb_nLx(std::span<const double> asfr, double srb, std::span<const double> nLx) {
  check_asfr(asfr, 1.0);
  check_srb(srb);
  check::length("nLx", nLx.size(), asfr.size(), "asfr");
  check::not_negative("nLx", nLx, {}, "pass the women's person-years, radix 1");
  double sum = 0.0;
  for (std::size_t i = 0; i < asfr.size(); ++i) sum += asfr[i] * nLx[i];
  return sum / (1.0 + srb);
}

double mac_from_asfr(std::span<const double> asfr, double width, double first_age) {
  check_asfr(asfr, width);
  if (!(std::isfinite(first_age) && first_age >= 0.0)) {
    check::fail("first_age", "", first_age, "0 or above", "pass the lower age of the first group in years");
  }
  double births = 0.0;
  double ages = 0.0;
  for (std::size_t i = 0; i < asfr.size(); ++i) {
    births += asfr[i];
    ages += asfr[i] * (first_age + (static_cast<double>(i) + 0.5) * width);
  }
  if (!(births > 0.0)) {
    check::fail("asfr", "all ages", births, "a sum above 0", "no births have no mean age: leave mac out");
  }
  return ages / births;
}

BirthsBySex births_by_sex_from_srb(double births, double srb) {
  check_srb(srb);
  if (!(std::isfinite(births) && births >= 0.0)) {
    check::fail("births", "", births, "0 or above, finite", "check the fertility rates and the women");
  }
  const double boys = births * srb / (1.0 + srb);
  return {boys, births - boys};
}

BirthsBySex births_by_sex_from_srb(std::span<const double> births_order, std::span<const double> srb_order) {
  check::length("srb by order", srb_order.size(), births_order.size(), "births by order");
  BirthsBySex sum{0.0, 0.0};
  for (std::size_t i = 0; i < births_order.size(); ++i) {
    const BirthsBySex one = births_by_sex_from_srb(births_order[i], srb_order[i]);
    sum.boys += one.boys;
    sum.girls += one.girls;
  }
  return sum;
}

std::vector<double> asfr_from_asfr_order(core::View<const double, 2> asfr_order) {
  std::vector<double> asfr(asfr_order.extent(1), 0.0);
  for (std::size_t order = 0; order < asfr_order.extent(0); ++order) {
    const auto row = order_row(asfr_order, order);
    check_asfr(row, 1.0);
    for (std::size_t x = 0; x < asfr.size(); ++x) asfr[x] += row[x];
  }
  return asfr;
}

std::vector<double> tfr_order_from_asfr_order(core::View<const double, 2> asfr_order, double width) {
  std::vector<double> tfr(asfr_order.extent(0));
  for (std::size_t order = 0; order < tfr.size(); ++order) {
    tfr[order] = tfr_from_asfr(order_row(asfr_order, order), width);
  }
  return tfr;
}

std::vector<double> mac_order_from_asfr_order(core::View<const double, 2> asfr_order, double width, double first_age) {
  std::vector<double> mac(asfr_order.extent(0));
  for (std::size_t order = 0; order < mac.size(); ++order) {
    mac[order] = mac_from_asfr(order_row(asfr_order, order), width, first_age);
  }
  return mac;
}

double tfr_adjusted_from_tfr_order(std::span<const double> tfr_order, std::span<const double> mac_change) {
  check::at_least("tfr by order", tfr_order.size(), 1);
  check::length("mac_change", mac_change.size(), tfr_order.size(), "tfr by order");
  double sum = 0.0;
  for (std::size_t i = 0; i < tfr_order.size(); ++i) {
    const std::string order = "order " + std::to_string(i + 1);
    if (!(std::isfinite(tfr_order[i]) && tfr_order[i] >= 0.0)) {
      check::fail("tfr", order, tfr_order[i], "0 or above, finite", "check the fertility rates");
    }
    if (!(std::isfinite(mac_change[i]) && mac_change[i] < 1.0)) {
      check::fail("mac_change", order, mac_change[i], "below 1 year per year",
                  "smooth the mean ages, or divide a change over several years by their number");
    }
    sum += tfr_order[i] / (1.0 - mac_change[i]);
  }
  return sum;
}

}  // namespace sanhai::demography
