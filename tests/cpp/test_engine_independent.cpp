// The engine against a second implementation in long double, which follows cohorts instead of walking years: every
// array of 500 random runs. tests/python/test_independent.py holds it against a third, by matrices.

#include <random>
#include <vector>

#include "engine_fixtures.hpp"
#include "sanhai_catch.hpp"

namespace {

using namespace sanhai;
using Real = long double;

/// Every option on or off, every axis of another length; leavers may empty a cell only where that is capped.
engine::InputArrays random_options(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> unit(0.0, 1.0);
  const auto one_in = [&](double share) { return unit(random) < share; };
  const std::size_t places = 1 + random() % 3;
  const std::size_t years = 1 + random() % 6;
  const std::size_t ages = 18 + random() % 30;
  engine::InputArrays in = test::random_inputs(seed, places, years, ages);
  const bool cap = one_in(0.4);
  in.on_negative = cap ? engine::OnNegative::cap : engine::OnNegative::error;
  in.timing = one_in(0.5) ? engine::MigrationTiming::even : engine::MigrationTiming::end;
  for (double& value : in.net_migration.flat()) value = cap ? 1500.0 * (unit(random) - 0.8) : 20.0 * unit(random) - 1.0;
  if (one_in(0.2)) in.net_migration = {};
  if (in.timing == engine::MigrationTiming::end && one_in(0.5)) {
    in.leaving_rate = core::Array<4>({places, years, core::n_sexes, ages});
    for (double& value : in.leaving_rate.flat()) value = 0.4 * unit(random);
  }
  if (one_in(0.5)) {
    in.multiplier = core::Array<3>({places, years, core::n_orders});
    for (double& value : in.multiplier.flat()) value = one_in(0.3) ? 1.0 : 0.5 + unit(random);
  }
  if (one_in(0.5)) {
    in.cohort_factor = core::Array<4>({places, years, core::n_orders, ages});
    for (double& value : in.cohort_factor.flat()) value = 0.5 + unit(random);
  }
  return in;
}

/// One place by cohorts: cohort c is the group that was aged c - years on the first 1 January, or is born later.
class ByCohorts {
public:
  ByCohorts(const engine::InputArrays& in, std::size_t place)
      : in_(in),
        p_(place),
        n_years_(in.axes.n_years),
        n_ages_(in.axes.n_ages),
        is_even_(in.timing == engine::MigrationTiming::even && !in.net_migration.empty()) {
    for (auto* table : {&stock, &dead, &moved}) table->assign((n_years_ + 1) * 2 * n_ages_, 0.0L);
    births.assign(n_years_ * core::n_orders * n_ages_, 0.0L);
    by_sex.assign(n_years_ * 2, 0.0L);
    cut.assign(n_years_, 0.0L);
    for (std::size_t s = 0; s < 2; ++s)
      for (std::size_t x = 0; x < n_ages_; ++x) stock[at(0, s, x)] = in.pop_jan1(p_, s, x);
    // Women's births of a year need all cohorts of that year, so the outer order is the year; inside, cohorts.
    for (std::size_t t = 0; t < n_years_; ++t) year(t);
  }

  [[nodiscard]] std::size_t at(std::size_t t, std::size_t s, std::size_t x) const { return (t * 2 + s) * n_ages_ + x; }

  std::vector<Real> stock, dead, moved, births, by_sex, cut;

private:
  struct Joined {
    Real now;
    Real came;
  };

  Joined join(Real persons, Real movers, std::size_t t) {
    if (persons + movers >= 0.0L) return {persons + movers, movers};
    cut[t] -= persons + movers;
    return {0.0L, -persons};
  }

  [[nodiscard]] Real movers(std::size_t t, std::size_t s, std::size_t x) const {
    return in_.net_migration.empty() ? 0.0L : static_cast<Real>(in_.net_migration(p_, t, s, x));
  }
  [[nodiscard]] Real Sx(std::size_t t, std::size_t s, std::size_t x) const { return in_.Sx(p_, t, s, x); }
  [[nodiscard]] Real factor(std::size_t t, std::size_t order, std::size_t x) const {
    return in_.cohort_factor.empty() ? 1.0L : static_cast<Real>(in_.cohort_factor(p_, t, order, x));
  }
  [[nodiscard]] Real rate(std::size_t t, std::size_t order, std::size_t x) const {
    const Real f = in_.asfr(p_, t, order, x);
    if (in_.multiplier.empty()) return f;
    return 1.0L - std::pow(1.0L - f, static_cast<Real>(in_.multiplier(p_, t, order)));
  }

  void year(std::size_t t) {
    const Real early = is_even_ ? 0.5L : 0.0L;
    Real all = 0.0L;
    for (std::size_t s = 0; s < 2; ++s) {
      for (std::size_t x = 0; x < n_ages_; ++x) {  // the cohort aged x on 1 January
        const Joined start = join(stock[at(t, s, x)], early * movers(t, s, x), t);
        moved[at(t, s, x)] += start.came;
        const std::size_t arrives = std::min(x + 1, n_ages_ - 1);
        const Real alive = start.now * Sx(t, s, arrives);
        dead[at(t, s, arrives)] += start.now - alive;
        stock[at(t + 1, s, arrives)] += alive;
        if (s == core::male) continue;
        // Its own births: half a year of exposure at x, half at x + 1.
        for (std::size_t i = 0; i < core::n_orders; ++i) {
          births[birth(t, i, x)] += rate(t, i, x) * start.now * factor(t, i, x) / 2.0L;
          if (x + 1 < n_ages_ - 1) {
            const Real end = alive + early * movers(t, s, x + 1);
            births[birth(t, i, x + 1)] += rate(t, i, x + 1) * end * factor(t, i, x) / 2.0L;
          }
        }
      }
    }
    for (std::size_t i = 0; i < core::n_orders * n_ages_; ++i) all += births[t * core::n_orders * n_ages_ + i];
    const Real srb = in_.srb(p_, t);
    by_sex[t * 2 + core::male] = all * srb / (1.0L + srb);
    by_sex[t * 2 + core::female] = all / (1.0L + srb);
    for (std::size_t s = 0; s < 2; ++s) {
      stock[at(t + 1, s, 0)] = by_sex[t * 2 + s] * Sx(t, s, 0);
      dead[at(t, s, 0)] = by_sex[t * 2 + s] - stock[at(t + 1, s, 0)];
      for (std::size_t x = 0; x < n_ages_; ++x) {
        const Real gone = in_.leaving_rate.empty() ? 0.0L : stock[at(t + 1, s, x)] * in_.leaving_rate(p_, t, s, x);
        const Joined end = join(stock[at(t + 1, s, x)], (1.0L - early) * movers(t, s, x) - gone, t);
        moved[at(t, s, x)] += end.came;
        stock[at(t + 1, s, x)] = end.now;
      }
    }
  }

  [[nodiscard]] std::size_t birth(std::size_t t, std::size_t order, std::size_t x) const {
    return (t * core::n_orders + order) * n_ages_ + x;
  }

  const engine::InputArrays& in_;
  std::size_t p_, n_years_, n_ages_;
  bool is_even_;
};

/// Largest difference of a cell, relative to the largest number of its array.
double gap(std::span<const double> found, const std::vector<Real>& expected) {
  Real largest = 1.0L;
  Real worst = 0.0L;
  for (std::size_t i = 0; i < found.size(); ++i) {
    largest = std::max(largest, std::abs(expected[i]));
    worst = std::max(worst, std::abs(static_cast<Real>(found[i]) - expected[i]));
  }
  return static_cast<double>(worst / largest);
}

double worst_gap(const engine::InputArrays& in, const engine::Projection& run) {
  double worst = 0.0;
  for (std::size_t p = 0; p < in.axes.places.size(); ++p) {
    const ByCohorts own(in, p);
    worst = std::max({worst, gap(run.pop_jan1.view()[p].flat(), own.stock),
                      gap(run.births.view()[p].flat(), own.births), gap(run.births_by_sex.view()[p].flat(), own.by_sex),
                      gap(run.deaths.view()[p].flat(), own.dead), gap(run.net_migration.view()[p].flat(), own.moved),
                      gap(run.migration_cut.view()[p].flat(), own.cut)});
  }
  return worst;
}

}  // namespace

TEST_CASE("every array of 500 random runs is that of a second implementation in long double", "[engine][independent]") {
  double worst = 0.0;
  std::size_t n_cut = 0;
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    const engine::InputArrays in = random_options(seed);
    const engine::Projection run = engine::project(engine::Inputs(in));
    worst = std::max(worst, worst_gap(in, run));
    n_cut += std::ranges::any_of(run.migration_cut.flat(), [](double cut) { return cut > 0.0; }) ? 1 : 0;
  }
  CHECK(worst <= 1e-11);
  CHECK(n_cut > 50);
}

TEST_CASE("the second implementation would see a change of 1e-7 in any rate", "[engine][independent]") {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const engine::InputArrays in = random_options(seed);
    for (int which = 0; which < 5; ++which) {
      engine::InputArrays changed = in;
      const std::span<double> values = which == 0   ? changed.Sx.flat()
                                       : which == 1 ? changed.asfr.flat()
                                       : which == 2 ? changed.srb.flat()
                                       : which == 3 ? changed.leaving_rate.flat()
                                                    : changed.net_migration.flat();
      if (values.empty()) continue;
      for (double& value : values) value *= 1.0 - 1e-7;
      CHECK(worst_gap(in, engine::project(engine::Inputs(changed))) > 1e-11);
    }
  }
}
