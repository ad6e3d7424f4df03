#include "sanhai/demography/stable.hpp"

#include <Eigen/Core>
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <complex>
#include <string>
#include <utility>

#include "sanhai/core/math.hpp"
#include "sanhai/demography/age_groups.hpp"

namespace sanhai::demography {
namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The cells a Leslie matrix with a pooled open group may use; anything else is another kind of model.
void check_leslie(core::View<const double, 2> leslie) {
  const std::size_t n = leslie.extent(0);
  check::at_least("leslie", n, 2);
  check::length("columns of leslie", leslie.extent(1), n, "rows");
  for (std::size_t row = 0; row < n; ++row) {
    for (std::size_t column = 0; column < n; ++column) {
      const double value = leslie(row, column);
      const bool allowed = row == 0 || row == column + 1 || (row == n - 1 && column == n - 1);
      if (std::isfinite(value) && value >= 0.0 && (allowed || value == 0.0)) continue;
      check::fail("leslie", "from group " + std::to_string(column) + " to age group " + std::to_string(row), value,
                  allowed ? "0 or above, finite" : "0", "make it with leslie_matrix");
    }
  }
}

/// Perron root: the largest real eigenvalue. It must be the root of renewal, not the open group's own survivorship.
double dominant_eigenvalue(core::View<const double, 2> leslie) {
  check_leslie(leslie);
  const std::size_t n = leslie.extent(0);
  const auto size = static_cast<Eigen::Index>(n);
  const Eigen::EigenSolver<RowMajor> solver(Eigen::Map<const RowMajor>(leslie.data(), size, size), false);
  double dominant = 0.0;
  for (Eigen::Index i = 0; i < size; ++i) {
    const std::complex<double> value = solver.eigenvalues()[i];
    if (std::abs(value.imag()) <= 1e-9 * std::abs(value)) dominant = std::max(dominant, value.real());
  }
  const double open = leslie(n - 1, n - 1);
  if (!(dominant > open * (1.0 + 1e-9))) {
    check::fail("leslie", "age group " + std::to_string(n - 1) + " (open)", dominant,
                "an eigenvalue above the open group's survivorship " + core::text(open),
                "give fertility, or a higher open age; intrinsic_growth_from_lotka does not ask for one");
  }
  return dominant;
}

/// f(x) L(x) / (1 + srb): daughters of a newborn girl at each age, without mortality of their own.
std::vector<double> net_maternity(std::span<const double> nLx, std::span<const double> asfr, double srb, double width) {
  check::at_least("nLx", nLx.size(), 2);
  check::length("asfr", asfr.size(), nLx.size(), "nLx");
  check::positive("width", width, "give the age groups' width in years");
  check::positive("srb", srb, "pass boys per girl, about 1.05 (not boys per 100 girls)");
  check::not_negative("nLx", nLx, width, "pass the women's person-years, radix 1");
  check::not_negative("asfr", asfr, width, "check the births and the women they are divided by");
  for (const std::size_t edge : {std::size_t{0}, asfr.size() - 1}) {
    if (asfr[edge] == 0.0) continue;
    check::fail("asfr", check::age_text(width, edge, asfr.size()), asfr[edge], "0 in the first and the open age group",
                "book those births in the nearest fertile group");
  }
  std::vector<double> phi(nLx.size());
  double nrr = 0.0;
  for (std::size_t i = 0; i < phi.size(); ++i) nrr += phi[i] = asfr[i] * nLx[i] / (1.0 + srb);
  if (!(nrr > 0.0)) {
    check::fail("asfr", "all ages", nrr, "net reproduction above 0", "give fertility at an age that women reach");
  }
  return phi;
}

/// Lotka's sum at r and its derivative.
std::pair<double, double> lotka(std::span<const double> phi, double r, double width, LotkaSum sum) {
  double value = 0.0;
  double slope = 0.0;
  for (std::size_t i = 0; i < phi.size(); ++i) {
    if (phi[i] == 0.0) continue;
    const double x = static_cast<double>(i) * width;
    if (sum == LotkaSum::mid_point) {
      const double term = phi[i] * core::exp(-r * (x + 0.5 * width));
      value += term;
      slope -= (x + 0.5 * width) * term;
    } else {  // exp(-r(x+n/2)) cosh(rn/2) = (exp(-rx) + exp(-r(x+n)))/2
      const double at_start = 0.5 * phi[i] * core::exp(-r * x);
      const double at_end = 0.5 * phi[i] * core::exp(-r * (x + width));
      value += at_start + at_end;
      slope -= x * at_start + (x + width) * at_end;
    }
  }
  return {value, slope};
}

}  // namespace

core::Array<2> leslie_matrix(std::span<const double> Sx, std::span<const double> asfr, double srb, double width) {
  check::at_least("Sx", Sx.size(), 2);
  check::length("asfr", asfr.size(), Sx.size(), "Sx");
  check::positive("width", width, "give the age groups' width in years");
  check::positive("srb", srb, "pass boys per girl, about 1.05 (not boys per 100 girls)");
  check::between("Sx", Sx, 0.0, 1.0, width, "check the life table it came from");
  check::not_negative("asfr", asfr, width, "check the births and the women they are divided by");
  if (asfr[0] != 0.0) {
    check::fail("asfr", check::age_text(width, 0, asfr.size()), asfr[0], "0 in the first age group",
                "book those births in the nearest fertile group");
  }
  const std::size_t n = Sx.size();
  const std::size_t open = n - 1;
  const double girls = Sx[0] / (1.0 + srb) * 0.5 * width;
  core::Array<2> leslie({n, n});
  for (std::size_t j = 0; j < n; ++j) {
    const std::size_t arrival = std::min(j + 1, open);  // the open group's women stay in it
    leslie(0, j) = girls * (asfr[j] + Sx[arrival] * asfr[arrival]);
    leslie(arrival, j) = Sx[arrival];
  }
  return leslie;
}

double growth_from_leslie(core::View<const double, 2> leslie, double width) {
  check::positive("width", width, "give the age groups' width in years");
  return core::log(dominant_eigenvalue(leslie)) / width;
}

std::vector<double> stable_age_from_leslie(core::View<const double, 2> leslie) {
  const double lambda = dominant_eigenvalue(leslie);
  const std::size_t n = leslie.extent(0);
  // Row by row from A w = lambda w: all terms positive, so no share loses digits, as a general solver's would.
  std::vector<double> shares(n);
  double total = shares[0] = 1.0;
  for (std::size_t x = 1; x < n; ++x) {
    const double kept = x == n - 1 ? leslie(x, x) : 0.0;
    shares[x] = leslie(x, x - 1) * shares[x - 1] / (lambda - kept);
    total += shares[x];
  }
  for (double& share : shares) share /= total;
  return shares;
}

double intrinsic_growth_from_lotka(std::span<const double> nLx, std::span<const double> asfr, double srb, double width,
                                   LotkaSum sum) {
  const std::vector<double> phi = net_maternity(nLx, asfr, srb, width);
  double r = 0.0;
  for (int iteration = 0; iteration < 200; ++iteration) {
    const auto [value, slope] = lotka(phi, r, width, sum);
    const double step = value * core::log(value) / slope;
    r -= step;
    if (std::abs(step) <= 1e-15) return r;
  }
  check::fail("intrinsic growth", "all ages", r, "a root of Lotka's sum",
              "check asfr and nLx: reproduction is out of all scale");
}

double population_momentum(std::span<const double> pop, std::span<const double> nLx, std::span<const double> asfr,
                           double srb, double width) {
  const std::vector<double> phi = net_maternity(nLx, asfr, srb, width);
  check::length("pop", pop.size(), nLx.size(), "nLx");
  check::not_negative("pop", pop, width, "persons cannot be negative: check the step that made them");
  double nrr = 0.0;
  double ages = 0.0;
  double total = 0.0;
  double e0 = 0.0;
  for (std::size_t i = 0; i < phi.size(); ++i) {
    nrr += phi[i];
    ages += phi[i] * (static_cast<double>(i) + 0.5) * width;
    total += pop[i];
    e0 += nLx[i];
  }
  check::positive("pop, all ages", total, "pass a population that is not empty");
  double momentum = 0.0;
  double ahead = 0.0;  // net maternity above the group
  for (std::size_t i = phi.size(); i-- > 0;) {
    const double weight = width * (ahead + 0.5 * phi[i]) / ages;  // ages = nrr x mean age at childbearing
    ahead += phi[i];
    if (weight == 0.0) continue;
    if (!(nLx[i] > 0.0)) {
      check::fail("nLx", check::age_text(width, i, nLx.size()), nLx[i], "above 0 below the last fertile age",
                  "pass the women's person-years, radix 1");
    }
    momentum += (pop[i] / total) / (nLx[i] / e0) * weight;
  }
  return momentum;
}

}  // namespace sanhai::demography
