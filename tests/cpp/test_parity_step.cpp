// One year of women by parity: identities of model.md section 2 and section 4, and cases worked out by hand.

#include <random>
#include <vector>

#include "sanhai/core/error.hpp"
#include "sanhai/engine/parity_step.hpp"
#include "sanhai_catch.hpp"

namespace {

using namespace sanhai;
using engine::n_parities;
using test::close;
using test::relative_close;

constexpr std::size_t ages = 70;
constexpr std::size_t first = 15;
constexpr std::size_t end = 50;

/// One place, one year, everything random but possible.
struct Case {
  core::Axes axes;
  core::Array<2> Sx{{2, ages}};
  core::Array<2> asfr{{core::n_orders, ages}};
  core::Array<2> migration{{2, ages}};
  core::Array<2> pop{{2, ages}};
  core::Array<2> parity{{n_parities, ages}};
  core::Array<2> next{{2, ages}};
  core::Array<2> next_parity{{n_parities, ages}};
  core::Array<2> births{{core::n_orders, ages}};
  core::Array<1> births_by_sex{{2}};
  core::Array<2> deaths{{2, ages}};
  core::Array<2> moved{{2, ages}};
  engine::Workspace workspace{ages};
  engine::ParityWorkspace parity_workspace{ages};
  engine::YearRates rates;

  explicit Case(unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    axes.places = {"620100"};
    axes.first_year = 2024;
    axes.n_years = 1;
    axes.n_ages = ages;
    for (double& value : Sx.flat()) value = 0.7 + 0.29 * uniform(random);
    for (double& value : migration.flat()) value = 40.0 * (uniform(random) - 0.5);
    for (double& value : pop.flat()) value = 500.0 + 1000.0 * uniform(random);
    for (std::size_t i = 0; i < core::n_orders; ++i)
      for (std::size_t x = first; x < end; ++x) asfr(i, x) = 0.02 + 0.2 * uniform(random);
    for (std::size_t x = 0; x < ages; ++x) {
      double weight[n_parities];
      double sum = 0.0;
      for (std::size_t p = 0; p < n_parities; ++p) sum += weight[p] = x < first && p > 0 ? 0.0 : 0.1 + uniform(random);
      for (std::size_t p = 0; p < n_parities; ++p) parity(p, x) = pop(core::female, x) * weight[p] / sum;
    }
    rates = {.Sx = std::as_const(Sx).view(),
             .asfr = std::as_const(asfr).view(),
             .srb = 1.07,
             .net_migration = std::as_const(migration).view(),
             .cohort_factor = {}};
  }

  engine::Flows flows() { return {births.view(), births_by_sex.view(), deaths.view(), moved.view()}; }
  void step() {
    engine::project_year_by_parity(rates, std::as_const(pop).view(), std::as_const(parity).view(), next.view(),
                                   next_parity.view(), flows(), workspace, parity_workspace, axes, 0, 0);
  }
  double births_of(std::size_t order) const {
    double sum = 0.0;
    for (std::size_t x = 0; x < ages; ++x) sum += births(order, x);
    return sum;
  }
};

TEST_CASE("parity: one cohort of 100 childless women, by hand") {
  Case c(1);
  for (double& value : c.pop.flat()) value = 0.0;
  for (double& value : c.parity.flat()) value = 0.0;
  for (double& value : c.asfr.flat()) value = 0.0;
  for (double& value : c.migration.flat()) value = 0.0;
  for (double& value : c.Sx.flat()) value = 0.5;
  c.pop(core::female, 20) = c.parity(0, 20) = 100.0;
  c.asfr(0, 20) = 0.2;
  c.asfr(0, 21) = 0.4;
  c.asfr(1, 20) = c.asfr(1, 21) = 0.9;
  c.step();
  // Half the births at 20 on 100 women, half of those at 21 on the 50 who reach it: 10 and 10. All first births: a
  // woman at parity 0 on 1 January has no second birth in the year.
  REQUIRE(close(c.births(0, 20), 10.0, 1e-12));
  REQUIRE(close(c.births(0, 21), 10.0, 1e-12));
  REQUIRE(c.births_of(1) == 0.0);
  REQUIRE(c.births_of(2) == 0.0);
  REQUIRE(close(c.next_parity(0, 21), 30.0, 1e-12));
  REQUIRE(close(c.next_parity(1, 21), 20.0, 1e-12));
}

TEST_CASE("parity: the open order comes from parities 2 and 3+, and only parity 2 moves") {
  Case c(2);
  for (double& value : c.pop.flat()) value = 0.0;
  for (double& value : c.parity.flat()) value = 0.0;
  for (double& value : c.asfr.flat()) value = 0.0;
  for (double& value : c.migration.flat()) value = 0.0;
  for (double& value : c.Sx.flat()) value = 1.0;
  c.pop(core::female, 30) = 300.0;
  c.parity(2, 30) = 100.0;
  c.parity(3, 30) = 200.0;
  c.asfr(2, 30) = c.asfr(2, 31) = 0.1;
  c.step();
  REQUIRE(close(c.births_of(2), 30.0, 1e-12));
  REQUIRE(close(c.next_parity(2, 31), 90.0, 1e-12));
  REQUIRE(close(c.next_parity(3, 31), 210.0, 1e-12));
}

TEST_CASE("parity: identities over random years") {
  for (unsigned seed = 10; seed < 60; ++seed) {
    Case c(seed);
    c.step();
    const core::Array<2>& moves = c.parity_workspace.moves;

    SECTION("women by parity sum to the women, seed " + std::to_string(seed)) {
      for (std::size_t x = 0; x < ages; ++x) {
        const double sum = c.next_parity(0, x) + c.next_parity(1, x) + c.next_parity(2, x) + c.next_parity(3, x);
        REQUIRE(relative_close(sum, c.next(core::female, x), 1e-13));
      }
    }
    SECTION("births of an order = moves out of the parity below, less the open class, seed " + std::to_string(seed)) {
      for (std::size_t i = 0; i < core::n_orders; ++i) {
        double moved = 0.0;
        for (std::size_t x = 0; x < ages; ++x) moved += moves(i, x);
        double open_births = 0.0;  // order 3+ to women who are at 3+ already, in the published formula
        for (std::size_t x = 1; i == 2 && x < ages; ++x) {
          const double survivors = c.parity(3, x - 1) * c.Sx(core::female, x);
          open_births += c.asfr(2, x) * (c.parity(3, x) + (x + 1 < ages ? survivors : 0.0)) / 2.0;
        }
        REQUIRE(relative_close(c.births_of(i), moved + open_births, 1e-13));
      }
    }
    SECTION("births by sex are those of all orders, seed " + std::to_string(seed)) {
      const double all = c.births_of(0) + c.births_of(1) + c.births_of(2);
      REQUIRE(relative_close(c.births_by_sex(0) + c.births_by_sex(1), all, 1e-13));
      REQUIRE(relative_close(c.births_by_sex(0) / c.births_by_sex(1), 1.07, 1e-13));
    }
    SECTION("people balance, seed " + std::to_string(seed)) {
      REQUIRE(engine::balance_residual(std::as_const(c.pop).view(), std::as_const(c.next).view(), c.flows()) < 1e-13);
    }
  }
}

TEST_CASE("parity: parity-blind rates are the run without parity") {
  for (unsigned seed = 100; seed < 130; ++seed) {
    Case c(seed);
    for (std::size_t x = first; x < end; ++x) c.asfr(1, x) = c.asfr(2, x) = c.asfr(0, x);
    c.step();
    // Every woman has the same rate whatever her parity, so all orders together are one ASFR.
    Case plain(seed);
    for (std::size_t x = first; x < end; ++x) {
      plain.asfr(0, x) = c.asfr(0, x);
      plain.asfr(1, x) = plain.asfr(2, x) = 0.0;
    }
    engine::project_year(plain.rates, std::as_const(plain.pop).view(), plain.next.view(), plain.flows(),
                         plain.workspace, plain.axes, 0, 0);
    for (std::size_t x = 0; x < ages; ++x) {
      const double all = c.births(0, x) + c.births(1, x) + c.births(2, x);
      REQUIRE(close(all, plain.births(0, x), 1e-12 * plain.births(0, x)));
      for (std::size_t s = 0; s < 2; ++s) REQUIRE(relative_close(c.next(s, x), plain.next(s, x), 1e-13));
    }
  }
}

TEST_CASE("parity: migrants take the parities of the cohort they join") {
  Case c(7);
  c.step();
  Case still(7);
  for (double& value : still.migration.flat()) value = 0.0;
  still.step();
  for (std::size_t x = 1; x < ages; ++x)
    for (std::size_t p = 0; p < n_parities; ++p) {
      const double with = c.next_parity(p, x) / c.next(core::female, x);
      const double without = still.next_parity(p, x) / still.next(core::female, x);
      REQUIRE(close(with, without, 1e-14));
    }

  for (double& value : c.pop.flat()) value = 0.0;
  for (double& value : c.parity.flat()) value = 0.0;
  for (double& value : c.migration.flat()) value = 3.0;
  c.step();
  REQUIRE(c.next_parity(0, 33) == 3.0);
  REQUIRE(c.next_parity(1, 33) == 0.0);
}

TEST_CASE("parity: more births than women at the parity is an error, and so is what parity cannot carry") {
  Case c(8);
  for (std::size_t x = first; x < end; ++x) c.asfr(1, x) = 1.0;
  REQUIRE_THROWS_AS(c.step(), core::DomainError);
  try {
    c.step();
  } catch (const core::DomainError& error) {
    REQUIRE(std::string(error.what()).find("620100") != std::string::npos);
    REQUIRE(std::string(error.what()).find("parity 1") != std::string::npos);
  }
  Case even(9);
  even.rates.timing = engine::MigrationTiming::even;
  REQUIRE_THROWS_AS(even.step(), core::ConfigError);
}

}  // namespace
