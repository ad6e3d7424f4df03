#pragma once
// Period fertility measures. `asfr` is births per woman-year by age group of `width` years from `first_age`;
// `srb` is boys per girl. DomainError for NaN, negative or impossible values, ShapeError for lengths.

#include <span>
#include <vector>

#include "sanhai/core/view.hpp"

namespace sanhai::demography {

/// Children per woman: n sum f.
[[nodiscard]] double tfr_from_asfr(std::span<const double> asfr, double width = 1.0);
/// Daughters per woman without mortality: tfr / (1 + srb).
[[nodiscard]] double grr_from_asfr_srb(std::span<const double> asfr, double srb, double width = 1.0);
/// Daughters per newborn girl: sum f L / (1 + srb); nLx of women, radix 1, over the same groups [person-years].
[[nodiscard]] double nrr_from_asfr_srb_nLx(std::span<const double> asfr, double srb, std::span<const double> nLx);
/// Mean age at childbearing [years], groups at their mid ages x + n/2.
[[nodiscard]] double mac_from_asfr(std::span<const double> asfr, double width = 1.0, double first_age = 0.0);

struct BirthsBySex {
  double boys, girls;
};
/// boys = B srb/(1+srb), girls = B - boys, so that they add up to B.
[[nodiscard]] BirthsBySex births_by_sex_from_srb(double births, double srb);
/// By birth order, each order with its own srb; the sum over orders.
[[nodiscard]] BirthsBySex births_by_sex_from_srb(std::span<const double> births_order,
                                                 std::span<const double> srb_order);

/// Sum over orders of asfr_order (order, age).
[[nodiscard]] std::vector<double> asfr_from_asfr_order(core::View<const double, 2> asfr_order);
/// TFR of each order [children of that order per woman].
[[nodiscard]] std::vector<double> tfr_order_from_asfr_order(core::View<const double, 2> asfr_order, double width = 1.0);
/// Mean age at birth of each order [years].
[[nodiscard]] std::vector<double> mac_order_from_asfr_order(core::View<const double, 2> asfr_order, double width = 1.0,
                                                            double first_age = 0.0);
/// Tempo-adjusted TFR: sum over orders of tfr / (1 - r), r = yearly change of that order's mean age [years/year],
/// below 1. Bongaarts & Feeney (1998), Population and Development Review 24(2), equation 4.
[[nodiscard]] double tfr_adjusted_from_tfr_order(std::span<const double> tfr_order, std::span<const double> mac_change);

}  // namespace sanhai::demography
