// Survivorship of a drawn k: the table against a life table made column by column, and the polynomial against exp.

#include <random>

#include "sanhai/core/error.hpp"
#include "sanhai_catch.hpp"
#include "test_ensemble_cases.hpp"

namespace {

using namespace sanhai;
using ensemble::MortalityMode;
using ensemble::MortalitySchedule;

constexpr std::size_t ages = 101;

MortalitySchedule gompertz(double half_width) {
  MortalitySchedule schedule;
  schedule.mx = core::Array<3>({1, 2, ages});
  schedule.a0 = core::Array<2>({1, 2}, 0.12);
  schedule.b = core::Array<2>({2, ages});
  schedule.half_width = core::Array<1>({1}, half_width);
  for (std::size_t s = 0; s < 2; ++s)
    for (std::size_t x = 0; x < ages; ++x) {
      const double age = static_cast<double>(x);
      schedule.mx(0, s, x) = 0.004 * std::exp(-1.5 * age) + 2e-4 + (s ? 2.2e-5 : 3.6e-5) * std::exp(0.0985 * age);
      schedule.b(s, x) = 1.3 - 0.009 * std::max(0.0, age - 30.0);
    }
  return schedule;
}

core::Axes axes() {
  core::Axes made;
  made.places = {"620100"};
  made.first_year = 2024;
  made.n_years = 1;
  made.n_ages = ages;
  return made;
}

TEST_CASE("mortality: Sx from mx is that of a life table made column by column") {
  const MortalitySchedule schedule = gompertz(1.0);
  const core::Array<2> Sx = ensemble::Sx_from_mx(schedule.mx.view()[0], schedule.a0.view()[0]);
  for (std::size_t s = 0; s < 2; ++s) {
    std::vector<double> l(ages + 1), L(ages), T(ages + 1, 0.0);
    l[0] = 1.0;
    for (std::size_t x = 0; x < ages; ++x) {
      const double m = schedule.mx(0, s, x);
      const double a = x == 0 ? 0.12 : 0.5;
      const double q = m / (1.0 + (1.0 - a) * m);  // Preston, Heuveline & Guillot 2001, eq. 3.6
      l[x + 1] = l[x] * (1.0 - q);
      L[x] = x + 1 == ages ? l[x] / m : l[x + 1] + a * (l[x] - l[x + 1]);
    }
    for (std::size_t x = ages; x-- > 0;) T[x] = T[x + 1] + L[x];
    REQUIRE(test::close(Sx(s, 0), L[0], 1e-15));
    for (std::size_t x = 1; x + 1 < ages; ++x) REQUIRE(test::close(Sx(s, x), L[x] / L[x - 1], 1e-14));
    REQUIRE(test::close(Sx(s, ages - 1), T[ages - 1] / T[ages - 2], 1e-14));
    REQUIRE(test::close(ensemble::e0_from_Sx(std::as_const(Sx).view()[s]), T[0], 1e-11));
  }
}

/// Survivorship of a drawn k, by exp.
core::Array<2> Sx_at(const MortalitySchedule& schedule, double k) {
  core::Array<2> mx({2, ages});
  for (std::size_t s = 0; s < 2; ++s)
    for (std::size_t x = 0; x < ages; ++x) mx(s, x) = schedule.mx(0, s, x) * std::exp(schedule.b(s, x) * k);
  return ensemble::Sx_from_mx(mx.view(), schedule.a0.view()[0]);
}

/// One lane's survivorship, read back from cohorts of one person.
double worst_polynomial_error(const MortalitySchedule& schedule, double widest, int* degree) {
  const ensemble::MortalityTable table(schedule, axes(), MortalityMode::polynomial);
  *degree = table.view().degree[0];
  ensemble::EnsembleInputs inputs;
  inputs.axes = axes();
  inputs.mortality = {schedule};
  inputs.fertility = {{core::Array<3>({1, 3, ages}), core::Array<1>({1}, 1.05)}};
  inputs.places.resize(1);
  inputs.places[0].pop_jan1 = core::Array<2>({2, ages}, 1.0);
  class Ks : public ensemble::PathMaker {
  public:
    explicit Ks(double widest) : widest_(widest) {}
    double k(std::size_t draw) const { return widest_ * (-1.0 + 2.0 * static_cast<double>(draw) / 399.0); }
    void draw(std::size_t, std::size_t first, const ensemble::PathBlock& block) const override {
      for (std::size_t lane = 0; lane < 8; ++lane) block.k(0, lane) = k(first + lane);
    }

  private:
    double widest_;
  };
  const Ks ks(widest);
  ensemble::RunOptions options;
  options.n_draws = 400;
  options.ages_of = {0};
  const ensemble::Ensemble run = ensemble::run(inputs, ks, options);
  double worst = 0.0;
  for (std::size_t draw = 0; draw < 400; ++draw) {
    const core::Array<2> exact = Sx_at(schedule, ks.k(draw));
    for (std::size_t s = 0; s < 2; ++s)
      for (std::size_t x = 1; x + 1 < ages; ++x)
        worst = std::max(worst, std::abs(run.cells.pop_jan1(0, draw, 1, s, x) - exact(s, x)));
  }
  return worst;
}

TEST_CASE("mortality: the polynomial keeps its promise, whatever the width, and exp serves beyond it") {
  int degree = 0;
  int narrow_degree = 0;
  REQUIRE(worst_polynomial_error(gompertz(0.2), 0.2, &narrow_degree) <= 1.1 * ensemble::polynomial_error);
  REQUIRE(worst_polynomial_error(gompertz(1.0), 1.0, &degree) <= 1.1 * ensemble::polynomial_error);
  REQUIRE(narrow_degree < degree);  // a narrow interval is cheap
  REQUIRE(worst_polynomial_error(gompertz(0.3), 2.0, &degree) <= 1.1 * ensemble::polynomial_error);
  REQUIRE(worst_polynomial_error(gompertz(0.3), 0.3, &degree) > 0.0);  // it is a polynomial, not exp, that was measured
}

TEST_CASE("mortality: from Sx, hazards are proportional, and survivorship stays a share") {
  MortalitySchedule schedule = gompertz(1.0);
  schedule.Sx = core::Array<3>({1, 2, ages}, 0.9);
  schedule.Sx(0, 0, 40) = 1.0;
  core::Array<2> Sx({2, ages});
  ensemble::MortalityTable(schedule, axes(), MortalityMode::exact).put_Sx(0, 1.0, Sx.view());
  REQUIRE(test::close(Sx(0, 10), std::pow(0.9, std::exp(1.3)), 1e-14));
  REQUIRE(Sx(0, 40) == 1.0);
  schedule.Sx(0, 0, 41) = 0.0;
  REQUIRE_THROWS_AS(ensemble::MortalityTable(schedule, axes(), MortalityMode::polynomial), core::DomainError);
}

}  // namespace
