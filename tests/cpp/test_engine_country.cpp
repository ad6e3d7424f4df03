// Leaves of a small nation: two provinces, three leaves, a group inside a group. What is published is met, moves
// cancel, signs stay, and nothing depends on the order of leaves.

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "sanhai/core/error.hpp"
#include "sanhai/engine/country.hpp"
#include "sanhai_catch.hpp"

namespace {

using namespace sanhai;
using engine::Country;
using engine::CountryFit;

constexpr std::size_t n_ages = 101;
constexpr std::size_t n_fitted = 3;
constexpr std::size_t n_years = 8;
constexpr double none = std::numeric_limits<double>::quiet_NaN();

double mx_at(std::size_t x) { return 0.0002 + 0.00004 * std::exp(0.085 * static_cast<double>(x)); }
double people_at(std::size_t x) { return 1000.0 * std::exp(-0.0004 * std::pow(static_cast<double>(x), 2.0)); }

/// A nation of one million or so: leaves 0 and 1 in province 0 (leaf 1 may be a group of its own), leaf 2 in
/// province 1. Births, deaths and people of groups are those of closed provinces, moved a little, so that they add up.
Country small(bool with_inner) {
  Country country;
  auto& nation = country.nation;
  nation.first_year = 2021;
  nation.mx = core::Array<3>({n_years, 2, n_ages});
  nation.asfr = core::Array<2>({n_years, n_ages});
  nation.srb = core::Array<1>({n_years}, 1.1);
  nation.pop_jan1 = core::Array<3>({n_years + 1, 2, n_ages});
  nation.births = core::Array<1>({n_years}, 3000.0);
  nation.deaths = core::Array<1>({n_fitted}, 2500.0);
  nation.pop_end = core::Array<1>({n_fitted});
  country.pop_jan1 = core::Array<3>({3, 2, n_ages});
  double people = 0.0;
  for (std::size_t s = 0; s < 2; ++s)
    for (std::size_t x = 0; x < n_ages; ++x) {
      for (std::size_t t = 0; t < n_years; ++t) nation.mx(t, s, x) = mx_at(x);
      for (std::size_t t = 0; t <= n_years; ++t) nation.pop_jan1(t, s, x) = 6.0 * people_at(x);
      for (std::size_t leaf = 0; leaf < 3; ++leaf) {
        country.pop_jan1(leaf, s, x) = static_cast<double>(leaf + 1) * people_at(x);
        people += country.pop_jan1(leaf, s, x);
      }
    }
  for (std::size_t t = 0; t < n_years; ++t)
    for (std::size_t x = 15; x < 50; ++x) nation.asfr(t, x) = 0.04;
  for (std::size_t t = 0; t < n_fitted; ++t) nation.pop_end(t) = people + 500.0 * static_cast<double>(t + 1);

  country.factors.mortality = core::Array<1>({3}, std::vector<double>{1.1, 0.9, 1.0});
  country.factors.fertility = core::Array<1>({3}, std::vector<double>{1.2, 0.8, 1.0});
  country.factors.loss = core::Array<3>({3, 2, engine::n_moving_groups});
  country.factors.gain = core::Array<3>({3, 2, engine::n_moving_groups});
  for (std::size_t s = 0; s < 2; ++s)
    for (std::size_t k = 0; k < engine::n_moving_groups; ++k)
      for (std::size_t leaf = 0; leaf < 3; ++leaf) {
        const bool gains = (leaf + k) % 2 == 0;
        (gains ? country.factors.gain : country.factors.loss)(leaf, s, k) = gains ? 40.0 : 0.01;
      }

  auto& groups = country.groups;
  groups.codes = {"1", "2"};
  groups.parent = {0, 1};
  groups.of_leaf = {0, 0, 1};
  if (with_inner) {
    groups.codes.emplace_back("12");
    groups.parent.push_back(0);
    groups.of_leaf[1] = 2;
  }
  const core::Shape<2> cells{groups.codes.size(), n_fitted};
  for (auto* figures : {&groups.births, &groups.cbr, &groups.deaths, &groups.cdr, &groups.pop_end})
    *figures = core::Array<2>(cells, none);
  for (std::size_t t = 0; t + 1 < n_fitted; ++t) {  // the last year has the nation's figures only
    const double end = nation.pop_end(t);
    groups.births(0, t) = 1600.0;
    groups.births(1, t) = 1400.0;
    groups.deaths(0, t) = 1200.0;
    groups.deaths(1, t) = 1300.0;
    groups.pop_end(0, t) = end / 2.0 - 40.0 * static_cast<double>(t + 1);
    groups.pop_end(1, t) = end / 2.0 + 40.0 * static_cast<double>(t + 1);
  }
  if (with_inner) {
    groups.births(2, 1) = 700.0;
    groups.pop_end(2, 1) = people / 3.0 + 350.0;
  }
  return country;
}

double sum_of(const core::Array<2>& values, std::initializer_list<std::size_t> leaves, std::size_t t) {
  double sum = 0.0;
  for (const std::size_t leaf : leaves) sum += values(leaf, t);
  return sum;
}

void require_close(double found, double wanted, double relative = 1e-10) {
  INFO(found << " against " << wanted);
  REQUIRE(std::abs(found - wanted) <= relative * std::abs(wanted));
}

bool refuses(const Country& country, std::initializer_list<const char*> parts) {
  try {
    (void)engine::fit_country(country);
  } catch (const core::DomainError& error) {
    const std::string text = error.what();
    return std::ranges::all_of(parts, [&](const char* part) { return text.find(part) != std::string::npos; });
  }
  return false;
}

}  // namespace

TEST_CASE("published sums of provinces and of the nation are met") {
  const Country country = small(false);
  const CountryFit fit = engine::fit_country(country);
  REQUIRE(fit.worst_miss < 1e-9);
  for (std::size_t t = 0; t + 1 < n_fitted; ++t) {
    require_close(sum_of(fit.births, {0, 1}, t), 1600.0);
    require_close(fit.deaths(2, t), 1300.0);
    require_close(fit.pop(2, t + 1), country.groups.pop_end(1, t));
  }
  for (std::size_t t = 0; t < n_fitted; ++t) {
    require_close(sum_of(fit.births, {0, 1, 2}, t), 3000.0);
    require_close(sum_of(fit.deaths, {0, 1, 2}, t), 2500.0);
    require_close(sum_of(fit.pop, {0, 1, 2}, t + 1), country.nation.pop_end(t));
  }
}

TEST_CASE("births less deaths and net migrants are the change of every leaf, and moves cancel") {
  const CountryFit fit = engine::fit_country(small(true));
  for (std::size_t t = 0; t < n_years; ++t) {
    for (std::size_t leaf = 0; leaf < 3; ++leaf) {
      const double flow = fit.births(leaf, t) - fit.deaths(leaf, t) + fit.net_migration(leaf, t);
      REQUIRE(std::abs(fit.pop(leaf, t + 1) - fit.pop(leaf, t) - flow) < 1e-8);
      REQUIRE(fit.pop(leaf, t + 1) > 0.0);
    }
    REQUIRE(std::abs(sum_of(fit.net_migration, {0, 1, 2}, t)) < 1e-4);
  }
}

TEST_CASE("a group inside a province meets its figures, and the rest the province's") {
  const Country country = small(true);
  const CountryFit fit = engine::fit_country(country);
  require_close(fit.births(1, 1), 700.0);
  require_close(fit.pop(1, 2), country.groups.pop_end(2, 1));
  require_close(sum_of(fit.births, {0, 1}, 1), 1600.0);
  require_close(sum_of(fit.pop, {0, 1}, 2), country.groups.pop_end(0, 1));
  REQUIRE(std::abs(fit.net(2, 0) - fit.net(2, 1)) < 1e-4);  // even between the count and the total
  // The ratio of births: 1 in the year before the first, straight on the log scale to the year with a figure.
  const double at_figure = std::log(fit.fertility(2, 1) / fit.fertility(0, 1));
  const double before = std::log(fit.fertility(2, 0) / fit.fertility(0, 0));
  REQUIRE(std::abs(before - at_figure / 2.0) < 1e-9);
  require_close(fit.mortality(2, 0), fit.mortality(0, 0));  // no figure of its deaths: the province's
}

TEST_CASE("a year without figures of provinces follows the years before it") {
  const CountryFit fit = engine::fit_country(small(false));
  const std::size_t last = n_fitted - 1;
  const auto ratio = [&](const core::Array<2>& scale, std::size_t g) {
    return scale(g, last) / std::sqrt(scale(g, last - 1) * scale(g, last - 2));
  };
  require_close(ratio(fit.fertility, 0), ratio(fit.fertility, 1));
  require_close(ratio(fit.mortality, 0), ratio(fit.mortality, 1));
  // The median of two years is their mean; what closes the nation is shared by size.
  const auto moved = [&](std::size_t g) { return fit.net(g, last) - (fit.net(g, 0) + fit.net(g, 1)) / 2.0; };
  const auto size = [&](std::size_t g) { return std::abs(fit.net(g, 0) + fit.net(g, 1)) / 2.0; };
  REQUIRE(std::abs(moved(0) / size(0) - moved(1) / size(1)) < 1e-6);
}

TEST_CASE("arrivals are gains and leavers losses: no cell changes its sign") {
  const Country country = small(false);
  const CountryFit fit = engine::fit_country(country);
  const auto rates = engine::country_rates(country, fit, {0, 2}, n_years);
  for (std::size_t row = 0; row < 2; ++row)
    for (std::size_t t = 0; t < n_years; ++t)
      for (std::size_t s = 0; s < 2; ++s)
        for (std::size_t x = 0; x < n_ages; ++x) {
          const bool moves = x >= engine::first_moving_age && x < engine::end_moving_age;
          const std::size_t leaf = row == 0 ? 0 : 2;
          const bool gains = moves && (leaf + (x - engine::first_moving_age) / 5) % 2 == 0;
          REQUIRE((rates.arrivals(row, t, s, x) > 0.0) == gains);
          REQUIRE((rates.leaving_rate(row, t, s, x) > 0.0) == (moves && !gains));
        }
  // Flows halve in ten years: the hazard of leaving of one year over that of the year before.
  const double first = -std::log1p(-rates.leaving_rate(1, n_fitted, 0, 10));
  const double next = -std::log1p(-rates.leaving_rate(1, n_fitted + 1, 0, 10));
  require_close(next / first, std::pow(0.5, 0.1), 1e-9);
}

TEST_CASE("births after the fitted years are the nation's, and ratios of fertility close in") {
  const Country country = small(false);
  const CountryFit fit = engine::fit_country(country);
  const auto rates = engine::country_rates(country, fit, {0, 1, 2}, n_years);
  for (std::size_t t = n_fitted; t < n_years; ++t) {
    require_close(sum_of(fit.births, {0, 1, 2}, t), 3000.0);
    // Inside a province ln ratios keep 0.96 a year.
    const double now = std::log(rates.fertility(0, t) / rates.fertility(1, t));
    const double start = std::log(1.2 / 0.8);
    require_close(now, start * std::pow(0.96, static_cast<double>(t + 1 - n_fitted)), 1e-9);
  }
  REQUIRE(fit.births_factor.extent(0) == n_years - n_fitted);
}

TEST_CASE("the solution does not depend on the order of leaves") {
  const Country country = small(false);
  Country turned = country;
  const std::vector<std::size_t> order{2, 0, 1};
  for (std::size_t row = 0; row < 3; ++row) {
    const std::size_t from = order[row];
    turned.groups.of_leaf[row] = country.groups.of_leaf[from];
    turned.factors.mortality(row) = country.factors.mortality(from);
    turned.factors.fertility(row) = country.factors.fertility(from);
    for (std::size_t s = 0; s < 2; ++s) {
      for (std::size_t x = 0; x < n_ages; ++x) turned.pop_jan1(row, s, x) = country.pop_jan1(from, s, x);
      for (std::size_t k = 0; k < engine::n_moving_groups; ++k) {
        turned.factors.loss(row, s, k) = country.factors.loss(from, s, k);
        turned.factors.gain(row, s, k) = country.factors.gain(from, s, k);
      }
    }
  }
  const CountryFit one = engine::fit_country(country);
  const CountryFit other = engine::fit_country(turned);
  for (std::size_t row = 0; row < 3; ++row) require_close(other.pop(row, n_years), one.pop(order[row], n_years), 1e-9);
}

TEST_CASE("what cannot be met is refused with the group and the year") {
  Country country = small(true);
  country.groups.births(2, 1) = 5000.0;  // more than the province's
  REQUIRE(refuses(country, {"births", "group 1", "2022"}));
  country = small(false);
  country.nation.pop_end(n_fitted - 1) += 1000.0;  // somebody from outside
  REQUIRE(refuses(country, {"people of the nation", "2023"}));
  country = small(false);
  country.groups.of_leaf[2] = 0;  // province 1 has no leaf
  REQUIRE(refuses(country, {"group", "2"}));
  country = small(false);
  for (double& gain : country.factors.gain.view()[2].flat()) gain = 0.0;
  country.groups.pop_end(1, 0) += 200.0;
  country.groups.pop_end(0, 0) -= 200.0;  // province 1 gains, but nobody ever came
  REQUIRE(refuses(country, {"net migration", "group 2", "leavers only"}));
}

TEST_CASE("leaf factors: ratios, priors, flows that sum to nothing") {
  engine::CountryCounts given;
  given.counts = core::Array<3>({3, 2, engine::n_census_groups}, 1000.0);
  given.earlier = core::Array<3>({2, 2, engine::n_census_groups}, 1000.0);
  given.area = {0, 0, 1};
  given.province = {0, 0, 0};
  given.parent = {0, 0, 1};
  given.earlier_deaths = core::Array<1>({2}, std::vector<double>{600.0, none});
  given.expected_mx = core::Array<2>({2, engine::n_age5_groups}, 0.01);
  given.children = core::Array<1>({n_ages});
  for (std::size_t x = 20; x < 40; ++x) given.children(x) = 0.2;
  given.pattern = core::Array<2>({2, n_ages}, 1.0);
  given.counts(0, 0, 0) = 1500.0;  // more infants than next door
  given.counts(2, 1, 7) = 3000.0;  // women 30-34 came to leaf 2

  const auto found = engine::leaf_factors(given);
  require_close(found.mortality(2), 1.0);  // unknown
  require_close(found.mortality(0), 1.0);  // the only known one of its province is its mean
  // 4,500 and 4,000 children, 4 groups of 1,000 women x 0.2 expected; a prior worth 25 children.
  const double pooled = std::log(8500.0 / 1600.0);
  const double weight = 4500.0 / 4525.0;
  require_close(found.fertility(0), std::exp(weight * std::log(4500.0 / 800.0) + (1.0 - weight) * pooled), 1e-12);
  // Women who are 30-34 stand at 25-29, number 4 of the moving groups from 5-9; gain of the leaf's area.
  const double kept = (2000.0 + 3000.0) / 2000.0;
  require_close(found.gain(2, 1, 4), (3000.0 - kept * 1000.0) / 10.0, 1e-12);
  require_close(found.loss(0, 1, 4), 1.0 - std::pow(2000.0 / (kept * 1000.0), 0.1), 1e-12);
  REQUIRE(found.gain(0, 1, 4) == 0.0);
  REQUIRE(found.loss(2, 1, 4) == 0.0);
  given.counts = core::Array<3>({3, 2, engine::n_census_groups}, 50.0);  // areas under 5,000 people
  const auto few = engine::leaf_factors(given);
  for (const double rate : few.loss.flat()) REQUIRE(rate == 0.0);
  given.area[2] = 2;
  REQUIRE_THROWS_AS(engine::leaf_factors(given), core::DomainError);
}
