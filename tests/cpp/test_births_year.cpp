// Births by order and parity on one double and in lanes: one template, the same bits.

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <vector>

#include "sanhai/ensemble/kernel.hpp"
#include "sanhai/policy/births_year.hpp"
#include "sanhai_catch.hpp"

namespace {

using namespace sanhai;
using core::n_lanes;
using core::n_orders;

constexpr std::size_t n_years = 30;
constexpr std::size_t n_rates = 35;

/// Eight draws with levels, multipliers and tempo of their own; lane 5 asks for more than its women can bear.
struct Case {
  std::vector<double> asfr = std::vector<double>(n_years * n_rates);
  std::vector<double> relative = std::vector<double>(n_orders * n_rates);
  std::vector<double> factor = std::vector<double>(n_years * n_lanes, 1.0);
  std::vector<double> multiplier = std::vector<double>(n_years * n_orders * n_lanes, 1.0);
  std::vector<double> tau = std::vector<double>(n_lanes);
  std::vector<double> weights = {0.4, 0.3, 0.2, 0.1};
  std::vector<double> start = std::vector<double>(core::n_parities * policy::n_birth_ages);
  std::vector<double> rates = std::vector<double>(3 * n_years * n_orders * n_rates * n_lanes);
  std::vector<double> sums = std::vector<double>(3 * n_years * n_orders * n_lanes);
  std::vector<policy::BirthsStatus> status = std::vector<policy::BirthsStatus>(n_lanes);
  std::unique_ptr<policy::BirthsWorkspace> room = std::make_unique<policy::BirthsWorkspace>();

  Case() {
    for (std::size_t t = 0; t < n_years; ++t)
      for (std::size_t x = 0; x < n_rates; ++x) {
        const double age = (static_cast<double>(x) - 13.0) / 5.5;
        asfr[t * n_rates + x] = 0.085 * std::exp(-0.5 * age * age);
      }
    for (std::size_t x = 0; x < n_rates; ++x)
      for (std::size_t i = 0; i < n_orders; ++i) relative[i * n_rates + x] = i == 0 ? 1.0 : i == 1 ? 0.8 : 0.12;
    for (std::size_t x = 0; x < policy::n_birth_ages; ++x) {
      const double mothers = std::clamp((static_cast<double>(x) - 8.0) / 20.0, 0.0, 0.95);
      const double of[core::n_parities] = {1.0 - mothers, 0.5 * mothers, 0.4 * mothers, 0.1 * mothers};
      for (std::size_t p = 0; p < core::n_parities; ++p) start[p * policy::n_birth_ages + x] = of[p];
    }
    for (std::size_t lane = 0; lane < n_lanes; ++lane) {
      tau[lane] = 0.1 * static_cast<double>(lane);
      for (std::size_t t = 0; t < n_years; ++t) {
        factor[t * n_lanes + lane] = 0.8 + 0.05 * static_cast<double>((t + 3 * lane) % 9);
        for (std::size_t i = 0; t > 4 && lane > 0 && i < n_orders; ++i)
          multiplier[(t * n_orders + i) * n_lanes + lane] = 1.0 + 0.01 * static_cast<double>((t * lane + i) % 7);
      }
    }
    factor[20 * n_lanes + 5] = 40.0;
  }

  [[nodiscard]] policy::BirthsTask task() {
    policy::BirthsTask task;
    task.n_years = n_years;
    task.first = 5;
    task.n = n_rates;
    task.asfr = asfr.data();
    task.relative = relative.data();
    task.start = start.data();
    task.factor = factor.data();
    task.multiplier = multiplier.data();
    task.tau = tau.data();
    task.weights = weights.data();
    task.n_weights = weights.size();
    task.start_rate = rates.data();
    task.end_rate = rates.data() + rates.size() / 3;
    task.gross_rate = rates.data() + 2 * (rates.size() / 3);
    task.added_gross = sums.data();
    task.added_net = sums.data() + sums.size() / 3;
    task.unpaid = sums.data() + 2 * (sums.size() / 3);
    task.status = status.data();
    return task;
  }
};

/// Values of one lane, whose NaN or not is compared too.
bool same_lane(const std::vector<double>& a, const std::vector<double>& b, std::size_t lane) {
  for (std::size_t i = lane; i < a.size(); i += n_lanes)
    if (std::memcmp(&a[i], &b[i], sizeof(double)) != 0) return false;
  return true;
}

TEST_CASE("births of one double are those of its lane, bit for bit") {
  Case single;
  const policy::BirthsTask task = single.task();
  for (std::size_t lane = 0; lane < n_lanes; ++lane) policy::BirthsYears<double>(task, *single.room, lane).run();
  for (const ensemble::Isa isa : {ensemble::Isa::baseline, ensemble::Isa::x86_64_v3, ensemble::Isa::x86_64_v4}) {
    if (!ensemble::has_isa(isa)) continue;
    Case lanes;
    ensemble::kernel_for(isa).births(lanes.task(), *lanes.room);
    for (std::size_t lane = 0; lane < n_lanes; ++lane) {
      CHECK(single.status[lane].year == lanes.status[lane].year);
      CHECK(single.status[lane].age == lanes.status[lane].age);
      CHECK(single.status[lane].value == lanes.status[lane].value);
      if (lane == 0) continue;  // without a policy of its own a lane's ledger settles only beside others'
      CHECK(same_lane(single.rates, lanes.rates, lane));
      CHECK(same_lane(single.sums, lanes.sums, lane));
    }
    // Lane 0 has no policy: what the others' ledger books for it is nothing.
    CHECK(same_lane(single.rates, lanes.rates, 0));
  }
  CHECK(single.status[5].year == 20);
  CHECK(single.status[4].year == -1);
}

TEST_CASE("a policy's births of a draw are moved, not lost: paid and unpaid are the extra ones that were only moved") {
  Case one;
  policy::BirthsYears<double>(one.task(), *one.room, 3).run();
  double added = 0.0;
  double kept = 0.0;
  double unpaid = 0.0;
  for (std::size_t cell = 3; cell < one.sums.size() / 3; cell += n_lanes) {
    added += one.sums[cell];
    kept += one.sums[one.sums.size() / 3 + cell];
    unpaid += one.sums[2 * (one.sums.size() / 3) + cell];
  }
  CHECK(added > 0.1);
  CHECK(kept < added);
  CHECK(kept > (1.0 - one.tau[3]) * added);  // debts of the last years are not due yet
  CHECK(std::abs(unpaid) < 0.01 * added);
}

/// One year in which every woman is childless on 1 January.
policy::BirthsStatus status_of_childless(double births_per_woman) {
  Case one;
  std::ranges::fill(one.start, 0.0);
  for (std::size_t x = 0; x < policy::n_birth_ages; ++x) one.start[x] = 1.0;
  one.factor[0] = 1.0;
  one.asfr[12] = births_per_woman;
  policy::BirthsTask task = one.task();
  task.n_years = 1;
  policy::BirthsYears<double>(task, *one.room, 0).run();
  return one.status[0];
}

TEST_CASE("of all women at risk not all can give birth in a year") {
  CHECK(status_of_childless(0.999).year == -1);
  const policy::BirthsStatus all = status_of_childless(1.0);
  CHECK(all.year == 0);
  CHECK(all.age == 27);
  CHECK(all.value == 1.0);
  CHECK(all.at_most == 1.0);
}

TEST_CASE("relative hazards are those of their year") {
  Case one;
  one.relative.resize(n_years * n_orders * n_rates);
  const auto ratio = [](std::size_t t, std::size_t i, std::size_t x) {
    return i == 0 ? 1.0
                  : (0.3 + 0.02 * static_cast<double>(t) + 0.01 * static_cast<double>(x)) / static_cast<double>(i);
  };
  for (std::size_t t = 0; t < n_years; ++t)
    for (std::size_t i = 0; i < n_orders; ++i)
      for (std::size_t x = 0; x < n_rates; ++x) one.relative[(t * n_orders + i) * n_rates + x] = ratio(t, i, x);
  constexpr std::size_t n_shares = core::n_parities * policy::n_birth_ages;
  std::vector<double> shares((n_years + 1) * n_shares * n_lanes);
  policy::BirthsTask task = one.task();
  task.relative_step = n_orders * n_rates;
  task.multiplier = nullptr;
  task.gross_share = shares.data();
  policy::BirthsYears<double>(task, *one.room, 0).run();
  for (std::size_t t = 0; t < n_years; ++t)
    for (std::size_t x = 5; x < 25; ++x) {
      const auto women = [&](std::size_t p) {
        const auto aged = [&](std::size_t age) {
          return shares[(t * n_shares + p * policy::n_birth_ages + age) * n_lanes];
        };
        return 0.5 * (aged(task.first + x) + aged(task.first + x - 1));
      };
      const auto hazard = [&](std::size_t i) {
        const std::size_t cell = ((t * n_orders + i) * n_rates + x) * n_lanes;
        const double at_risk = i == 2 ? women(2) + women(3) : women(i);
        return -std::log1p(-(task.start_rate[cell] + task.end_rate[cell]) / at_risk);
      };
      for (const std::size_t i : {1, 2}) REQUIRE(test::relative_close(hazard(i) / hazard(0), ratio(t, i, x), 1e-10));
    }
}

}  // namespace
