#include "sanhai_catch.hpp"

#include <numbers>
#include <numeric>
#include <string>
#include <vector>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/error.hpp"
#include "sanhai/demography/fertility.hpp"
#include "sanhai/demography/life_table.hpp"
#include "sanhai/demography/stable.hpp"

using namespace sanhai::demography;
using sanhai::core::Array;
using sanhai::core::DomainError;
using sanhai::core::female;
using sanhai::core::ShapeError;
using sanhai::test::close;
using sanhai::test::relative_close;

namespace {

struct Schedule {
  std::vector<double> mx, asfr;
  double srb = 1.06;
};

/// Gompertz mortality and gamma fertility from age 13 (Hoem et al. 1981 name the family), scaled to `tfr`.
Schedule schedule(std::size_t n, double tfr, double mac, double gompertz) {
  Schedule s{std::vector<double>(n), std::vector<double>(n, 0.0)};
  for (std::size_t x = 0; x < n; ++x) s.mx[x] = 3e-4 + 2e-5 * std::exp(gompertz * (static_cast<double>(x) + 0.5));
  s.mx[0] = 0.008;
  double sum = 0.0;
  for (std::size_t x = 13; x < 50; ++x) {
    const double t = static_cast<double>(x) + 0.5 - 13.0;
    const double scale = 36.0 / (mac - 13.0);  // variance 36 years^2
    sum += s.asfr[x] = std::pow(t, (mac - 13.0) / scale - 1.0) * std::exp(-t / scale);
  }
  for (double& f : s.asfr) f *= tfr / sum;
  return s;
}

const std::vector<Schedule> schedules = {schedule(101, 1.0, 29.5, 0.1), schedule(101, 2.1, 27.0, 0.1),
                                         schedule(101, 5.5, 28.0, 0.085), schedule(131, 0.8, 31.0, 0.08),
                                         schedule(86, 1.7, 30.0, 0.1)};

/// One step, written from the definition and not from the matrix: survive, then births on the mean of both ends.
std::vector<double> step(const std::vector<double>& women, const std::vector<double>& Sx,
                         const std::vector<double>& asfr, double srb, double width) {
  const std::size_t open = women.size() - 1;
  std::vector<double> end(women.size(), 0.0);
  for (std::size_t x = 1; x <= open; ++x) end[x] = women[x - 1] * Sx[x];
  end[open] += women[open] * Sx[open];
  double births = 0.0;
  for (std::size_t x = 0; x <= open; ++x) births += width * asfr[x] * (women[x] + end[x]) / 2.0;
  end[0] = births_by_sex_from_srb(births, srb).girls * Sx[0];
  return end;
}

double sum(const std::vector<double>& v) { return std::accumulate(v.begin(), v.end(), 0.0); }

template <class Exception, class Call>
bool complains(Call&& call, const std::vector<std::string>& parts) {
  std::string message;
  try {
    call();
  } catch (const Exception& error) {
    message = error.what();
  }
  bool all = message.find("remedy: ") != std::string::npos;
  for (const std::string& part : parts) all = all && message.find(part) != std::string::npos;
  return all;
}

}  // namespace

TEST_CASE("the Leslie matrix is the step", "[demography]") {
  for (const double width : {1.0, 5.0}) {
    for (const Schedule& s : schedules) {
      const std::vector<double> nLx = life_table_from_mx(s.mx, female).nLx;
      std::vector<double> Sx = Sx_from_nLx(nLx);
      const Array<2> leslie = leslie_matrix(Sx, s.asfr, s.srb, width);
      std::vector<double> women(s.mx.size());
      for (std::size_t x = 0; x < women.size(); ++x) women[x] = 1000.0 + 400.0 * std::sin(0.3 * static_cast<double>(x));
      const std::vector<double> expected = step(women, Sx, s.asfr, s.srb, width);
      for (std::size_t row = 0; row < women.size(); ++row) {
        double value = 0.0;
        for (std::size_t column = 0; column < women.size(); ++column) value += leslie(row, column) * women[column];
        REQUIRE(relative_close(value, expected[row], 1e-13));
      }
    }
  }
}

TEST_CASE("growth of the matrix is Lotka's r", "[demography]") {
  for (const Schedule& s : schedules) {
    const std::vector<double> nLx = life_table_from_mx(s.mx, female).nLx;
    const Array<2> leslie = leslie_matrix(Sx_from_nLx(nLx), s.asfr, s.srb);
    const double r = intrinsic_growth_from_lotka(nLx, s.asfr, s.srb);
    INFO("r " << r << ", log eigenvalue off by " << growth_from_leslie(leslie.view()) - r);
    REQUIRE(close(growth_from_leslie(leslie.view()), r, 1e-10));
    double lotka = 0.0;  // the sum as model and literature write it
    for (std::size_t x = 0; x < nLx.size(); ++x) {
      lotka += std::exp(-r * (static_cast<double>(x) + 0.5)) * std::cosh(0.5 * r) * nLx[x] * s.asfr[x] / (1.0 + s.srb);
    }
    REQUIRE(close(lotka, 1.0, 1e-13));
    const double textbook = intrinsic_growth_from_lotka(nLx, s.asfr, s.srb, 1.0, LotkaSum::mid_point);
    REQUIRE(close(textbook, r, 2e-5));
    if (std::abs(r) > 5e-3) REQUIRE(std::abs(textbook - r) > 1e-8);  // and not the same
    const bool grows = nrr_from_asfr_srb_nLx(s.asfr, s.srb, nLx) > 1.0;
    REQUIRE((r > 0.0) == grows);
  }
}

TEST_CASE("five-year groups keep the identity", "[demography]") {
  // Sweden, females, 1993-97: Preston, Heuveline & Guillot (2001), box 6.1
  const std::vector<double> nLx_1e5 = {497487, 497138, 496901, 496531, 495902, 495168, 494213, 492760, 490447,
                                       486613, 480665, 471786, 457852, 436153, 402775, 350358, 271512, 291707};
  std::vector<double> asfr(18, 0.0);
  const std::vector<double> fertile = {.0120, .0908, .1499, .1125, .0441, .0074, .0003};
  std::copy(fertile.begin(), fertile.end(), asfr.begin() + 3);
  std::vector<double> nLx(18);
  for (std::size_t i = 0; i < 18; ++i) nLx[i] = nLx_1e5[i] / 1e5;
  const Array<2> leslie = leslie_matrix(Sx_from_nLx(nLx, 5.0), asfr, 1.05, 5.0);
  const double r = intrinsic_growth_from_lotka(nLx, asfr, 1.05, 5.0);
  REQUIRE(close(growth_from_leslie(leslie.view(), 5.0), r, 1e-12));
  // the closed population after five years, 4,449,570 (as the book prints it)
  std::vector<double> women = {293395, 248369, 240012, 261346, 285209, 314388, 281290, 286923, 304108,
                               324946, 247613, 211351, 215140, 221764, 223506, 183654, 141990, 112424};
  std::vector<double> next(18, 0.0);
  for (std::size_t i = 0; i < 18; ++i) {
    for (std::size_t j = 0; j < 18; ++j) next[i] += leslie(i, j) * women[j];
  }
  REQUIRE(close(sum(next), 4449570.0, 1.0));
}

TEST_CASE("the stable age structure is the eigenvector", "[demography]") {
  for (const Schedule& s : schedules) {
    const std::vector<double> nLx = life_table_from_mx(s.mx, female).nLx;
    const std::vector<double> Sx = Sx_from_nLx(nLx);
    const Array<2> leslie = leslie_matrix(Sx, s.asfr, s.srb);
    const std::vector<double> shares = stable_age_from_leslie(leslie.view());
    const double r = intrinsic_growth_from_lotka(nLx, s.asfr, s.srb);
    REQUIRE(close(sum(shares), 1.0, 1e-13));
    const std::vector<double> next = step(shares, Sx, s.asfr, s.srb, 1.0);
    for (std::size_t x = 0; x < shares.size(); ++x) REQUIRE(close(next[x], std::exp(r) * shares[x], 1e-12));
    // c(x) in proportion to exp(-r x) L(x) below the open group
    for (std::size_t x = 1; x + 1 < shares.size(); ++x) {
      REQUIRE(relative_close(shares[x] / shares[0], std::exp(-r * static_cast<double>(x)) * nLx[x] / nLx[0], 1e-10));
    }
    std::vector<double> women(nLx.size(), 1.0);  // any start ends there
    for (int year = 0; year < 1500; ++year) {
      women = step(women, Sx, s.asfr, s.srb, 1.0);
      const double size = sum(women);
      for (double& w : women) w /= size;
    }
    for (std::size_t x = 0; x < shares.size(); ++x) REQUIRE(close(women[x], shares[x], 1e-10));
  }
}

TEST_CASE("Lotka's r as published, Egypt 1997", "[demography]") {
  // Preston, Heuveline & Guillot (2001), box 7.1; digits as computed by G. Rodriguez (2017).
  // The book gives daughters only: asfr = 2 m, srb 1.
  const std::vector<double> fertile_Lx = {4.6674, 4.63097, 4.58518, 4.53206, 4.46912, 4.39135, 4.28969};
  const std::vector<double> maternity = {0.00567, 0.06627, 0.11204, 0.07889, 0.05075, 0.0159, 0.0061};
  std::vector<double> nLx(11, 4.6674);
  std::vector<double> asfr(11, 0.0);
  for (std::size_t i = 0; i < 7; ++i) {
    nLx[i + 3] = fertile_Lx[i];
    asfr[i + 3] = 2.0 * maternity[i];
  }
  REQUIRE(close(nrr_from_asfr_srb_nLx(asfr, 1.0, nLx), 1.527413734, 1e-9));
  REQUIRE(close(intrinsic_growth_from_lotka(nLx, asfr, 1.0, 5.0, LotkaSum::mid_point), 0.0142440581, 1e-9));
}

TEST_CASE("momentum as published, Western Asia", "[demography]") {
  // Preston, Heuveline & Guillot (2001), box 7.3; digits as computed by G. Rodriguez (2017); 87,176 women, e0 70.3
  std::vector<double> pop = {12013, 11027, 9856, 8614, 7694, 6893, 6135, 5318, 4376, 3510};
  std::vector<double> nLx = {4.834, 4.803, 4.789, 4.773, 4.748, 4.716, 4.678, 4.631, 4.57, 4.483};
  std::vector<double> asfr = {0, 0, 0, 0.086, 0.224, 0.224, 0.116, 0.058, 0.014, 0, 0};
  pop.push_back(87176.0 - sum(pop));
  nLx.push_back(70.3 - sum(nLx));
  REQUIRE(close(population_momentum(pop, nLx, asfr, 1.0, 5.0), 1.609443248, 1e-9));
}

TEST_CASE("momentum is where the step ends", "[demography]") {
  for (const Schedule& s : schedules) {
    const std::vector<double> nLx = life_table_from_mx(s.mx, female).nLx;
    const std::vector<double> Sx = Sx_from_nLx(nLx);
    const double nrr = nrr_from_asfr_srb_nLx(s.asfr, s.srb, nLx);
    std::vector<double> replacement = s.asfr;
    for (double& f : replacement) f /= nrr;
    std::vector<double> women(nLx.size());
    for (std::size_t x = 0; x < women.size(); ++x) {
      women[x] = std::exp(-0.03 * static_cast<double>(x)) * nLx[x] + (x == 30 ? 1.0 : 0.0);
    }
    const double momentum = population_momentum(women, nLx, s.asfr, s.srb);
    const double start = sum(women);
    std::vector<double> now = women;
    for (int year = 0; year < 2000; ++year) now = step(now, Sx, replacement, s.srb, 1.0);
    REQUIRE(relative_close(sum(now) / start, momentum, 1e-10));
    REQUIRE(close(population_momentum(nLx, nLx, s.asfr, s.srb), 1.0, 1e-12));  // a stationary population has none
  }
}

TEST_CASE("stable theory refuses bad values", "[demography]") {
  const Schedule& s = schedules[0];
  const std::vector<double> nLx = life_table_from_mx(s.mx, female).nLx;
  const std::vector<double> Sx = Sx_from_nLx(nLx);
  const auto with = [](std::vector<double> v, std::size_t i, double value) {
    v[i] = value;
    return v;
  };
  const double nan = std::nan("");
  CHECK(complains<DomainError>([&] { (void)leslie_matrix(with(Sx, 12, 1.1), s.asfr, 1.05); }, {"Sx", "age 12", "1.1"}));
  CHECK(complains<DomainError>([&] { (void)leslie_matrix(Sx, with(s.asfr, 20, nan), 1.05); }, {"asfr", "age 20"}));
  CHECK(complains<DomainError>([&] { (void)leslie_matrix(Sx, with(s.asfr, 0, 0.1), 1.05); }, {"asfr", "age 0"}));
  CHECK(complains<DomainError>([&] { (void)leslie_matrix(Sx, s.asfr, -1.0); }, {"srb"}));
  CHECK(complains<ShapeError>([&] { (void)leslie_matrix(Sx, {}, 1.05); }, {"asfr", "0 values"}));
  CHECK(complains<DomainError>([&] { (void)intrinsic_growth_from_lotka(nLx, with(s.asfr, 100, 0.1), 1.05); },
                               {"asfr", "age 100+"}));
  CHECK(complains<DomainError>([&] { (void)intrinsic_growth_from_lotka(nLx, std::vector<double>(101, 0.0), 1.05); },
                               {"asfr", "all ages"}));
  CHECK(complains<DomainError>([&] { (void)population_momentum(with(nLx, 3, -1.0), nLx, s.asfr, 1.05); },
                               {"pop", "age 3"}));
  CHECK(complains<DomainError>([&] { (void)population_momentum(nLx, with(nLx, 3, 0.0), s.asfr, 1.05); },
                               {"nLx", "age 3"}));
  const Array<2> barren = leslie_matrix(Sx, std::vector<double>(101, 0.0), 1.05);
  CHECK(complains<DomainError>([&] { (void)growth_from_leslie(barren.view()); }, {"leslie", "(open)"}));
  // 85+ with a TFR of 1: the open group shrinks more slowly than the births do
  const Schedule low = schedule(86, 1.0, 29.5, 0.082);
  const std::vector<double> low_nLx = life_table_from_mx(low.mx, female).nLx;
  const Array<2> aged = leslie_matrix(Sx_from_nLx(low_nLx), low.asfr, low.srb);
  REQUIRE(std::exp(intrinsic_growth_from_lotka(low_nLx, low.asfr, low.srb)) < aged(85, 85));
  CHECK(
      complains<DomainError>([&] { (void)growth_from_leslie(aged.view()); }, {"leslie", "(open)", "higher open age"}));
  Array<2> odd = leslie_matrix(Sx, s.asfr, 1.05);
  odd(5, 50) = 0.1;
  CHECK(complains<DomainError>([&] { (void)stable_age_from_leslie(odd.view()); },
                               {"leslie", "from group 50 to age group 5"}));
}
