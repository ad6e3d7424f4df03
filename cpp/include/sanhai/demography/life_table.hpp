#pragma once
// Life-table identities, each named result_from_inputs. Pure functions over one schedule of one sex.
//
// Arrays hold one value per age group, the last group open. Radix is 1 unless said. Where `widths` is left out the
// groups are single years. Every function throws ShapeError for lengths that do not fit and DomainError for a NaN, a
// negative value or a value above its bound; nothing is clamped.
// Notation: Preston, Heuveline & Guillot (2001), Demography, chapter 3.

#include <cstddef>
#include <span>
#include <vector>

#include "sanhai/demography/age_groups.hpp"

namespace sanhai::demography {

/// Years lived in the first year by those who die in it [years], from m0 [1/year].
/// Andreev & Kingkade (2015), Demographic Research 33(13): 363-390, table of m0 breakpoints.
/// The curve jumps by up to 9e-5 years at a breakpoint.
[[nodiscard]] double a0_andreev_kingkade(double m0, std::size_t sex);

/// a(x) [years]: a(0) Andreev-Kingkade; single years 0.5; open group 1/m.
/// Abridged groups (0, 1-4, 5-9, ...): 4a1 Coale-Demeny West in m0 form (Preston et al. 2001, table 3.3), five-year
/// groups from 15 Greville with k = 0.1 ln(m(x+5)/m(x-5)), the last closed group with the k before it and 0.97 the
/// least value from age 45 (United Nations 1988, MORTPAK; as in WPP), else n/2.
/// A first group wider than a year has no such rule and is a DomainError: pass ax yourself.
[[nodiscard]] std::vector<double> ax_from_mx(std::span<const double> mx, std::size_t sex, AgeWidths widths = {});

/// q = n m / (1 + (n - a) m), last 1. A rate with a m > 1 would give q > 1 and is a DomainError.
[[nodiscard]] std::vector<double> qx_from_mx_ax(std::span<const double> mx, std::span<const double> ax,
                                                AgeWidths widths = {});
/// m = q / (n - (n - a) q), open group 1/a.
[[nodiscard]] std::vector<double> mx_from_qx_ax(std::span<const double> qx, std::span<const double> ax,
                                                AgeWidths widths = {});
/// m of closed single ages from q alone: a(0) of Andreev-Kingkade for the m that it gives back, else 1/2.
[[nodiscard]] std::vector<double> mx_from_qx(std::span<const double> qx, std::size_t sex);
/// l(0) = radix, l(x+n) = l(x) (1 - q). The last q must be 1.
[[nodiscard]] std::vector<double> lx_from_qx(std::span<const double> qx, double radix = 1.0);
/// q = 1 - l(x+n)/l(x), last 1. l must stay positive.
[[nodiscard]] std::vector<double> qx_from_lx(std::span<const double> lx);
/// d = l(x) - l(x+n), open group l.
[[nodiscard]] std::vector<double> ndx_from_lx(std::span<const double> lx);
/// l = deaths at x and above.
[[nodiscard]] std::vector<double> lx_from_ndx(std::span<const double> ndx);
/// L = n l(x+n) + a d, open group l / mx_open [person-years].
[[nodiscard]] std::vector<double> nLx_from_lx_ax(std::span<const double> lx, std::span<const double> ax, double mx_open,
                                                 AgeWidths widths = {});
/// T = person-years at x and above.
[[nodiscard]] std::vector<double> Tx_from_nLx(std::span<const double> nLx);
[[nodiscard]] std::vector<double> nLx_from_Tx(std::span<const double> Tx);
/// e = T/l [years]. l must stay positive.
[[nodiscard]] std::vector<double> ex_from_Tx_lx(std::span<const double> Tx, std::span<const double> lx);

/// Survivorship ratios over a step of one group width, indexed by the age of arrival: S(0) = L(0)/(n l0) on births,
/// S(x) = L(x)/L(x-1), S(omega) = T(omega)/T(omega-1) on the pooled last two groups. At least two groups of one width.
[[nodiscard]] std::vector<double> Sx_from_nLx(std::span<const double> nLx, double width = 1.0, double radix = 1.0);
/// The way back; S(omega) must be below 1.
[[nodiscard]] std::vector<double> nLx_from_Sx(std::span<const double> Sx, double width = 1.0, double radix = 1.0);

/// All columns over the same groups; radix 1.
struct LifeTable {
  std::vector<double> mx, ax, qx, lx, ndx, nLx, Tx, ex;
};

/// From rates [1/year] and given ax [years]; the open group's ax is replaced by 1/m.
[[nodiscard]] LifeTable life_table_from_mx_ax(std::span<const double> mx, std::span<const double> ax,
                                              AgeWidths widths = {});
/// With ax_from_mx.
[[nodiscard]] LifeTable life_table_from_mx(std::span<const double> mx, std::size_t sex, AgeWidths widths = {});

/// Single years, straight from rates into `Sx` (same length): the kernel for a projection's year; allocates nothing.
void Sx_from_mx(std::span<const double> mx, std::size_t sex, std::span<double> Sx);

/// Life expectancy at birth [years]; single years allocate nothing.
[[nodiscard]] double e0_from_mx(std::span<const double> mx, std::size_t sex, AgeWidths widths = {});

/// Every rate times `factor` (> 0). The result may be too high for a life table: that is found where one is made.
[[nodiscard]] std::vector<double> scaled_mx(std::span<const double> mx, double factor);

/// m(x) exp(k) with one k for all single-year ages, chosen so that e0 [years] is met to 1e-8. A target that no k
/// reaches is a DomainError that names the nearest reachable e0. e0 jumps by about 2e-6 years where m(0) crosses an
/// Andreev-Kingkade breakpoint; for a target inside the jump m(0) stays at the breakpoint and the other ages take the
/// rest of the shift (relative difference below 1e-6).
[[nodiscard]] std::vector<double> shift_mx_to_e0(std::span<const double> mx, std::size_t sex, double e0);

}  // namespace sanhai::demography
