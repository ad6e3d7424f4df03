#include <array>
#include <bit>
#include <limits>
#include <set>
#include <string_view>
#include <vector>

#include "sanhai/core/error.hpp"
#include "sanhai/core/quantiles.hpp"
#include "sanhai/ensemble/component_paths.hpp"
#include "sanhai/policy/priors.hpp"
#include "sanhai/random/distributions.hpp"
#include "sanhai_catch.hpp"
#include "test_random_checks.hpp"

using namespace sanhai;
using namespace sanhai::test;
using ensemble::PathKey;
using ensemble::Paths;

namespace {

constexpr PathKey ensemble_key{
    .seed = 11, .first_draw = 0, .n_draws = 20'000, .place = 620100, .first_year = 2024, .n_years = 51};

/// Pairs (z(t-1), z(t)) of deviations of all draws.
struct Pairs {
  std::vector<double> before;
  std::vector<double> after;
};

Pairs pairs(const Paths& paths, double centre) {
  Pairs out;
  const auto [n_years, n_draws] = paths.values.shape();
  for (std::size_t t = 1; t < n_years; ++t) {
    for (std::size_t d = 0; d < n_draws; ++d) {
      out.before.push_back(paths.values(t - 1, d) - centre);
      out.after.push_back(paths.values(t, d) - centre);
    }
  }
  return out;
}

/// Score of the least-squares phi against the one expected (Mann & Wald 1943).
double z_phi(const Pairs& p, double phi, double step_sd) {
  double over = 0.0;
  double under = 0.0;
  for (std::size_t i = 0; i < p.before.size(); ++i) {
    over += p.before[i] * (p.after[i] - phi * p.before[i]);
    under += p.before[i] * p.before[i];
  }
  return over / (step_sd * std::sqrt(under));
}

double z_step_sd(const Pairs& p, double phi, double step_sd) {
  std::vector<double> shocks;
  for (std::size_t i = 0; i < p.before.size(); ++i) shocks.push_back((p.after[i] - phi * p.before[i]) / step_sd);
  return z_variance(shocks, 0.0, 1.0, 3.0);
}

struct Law {
  double phi;
  double step_sd;
};

/// path(law) must have the law; the same checks must refuse sd + 1 % and phi + 0.01.
template <class Path>
void check_ar1(Law law, double centre, Path path) {
  const Pairs right = pairs(path(law), centre);
  REQUIRE(right.before.size() == n_large);
  REQUIRE(passes(z_phi(right, law.phi, law.step_sd)));
  REQUIRE(passes(z_step_sd(right, law.phi, law.step_sd)));
  REQUIRE_FALSE(passes(z_step_sd(pairs(path({law.phi, 1.01 * law.step_sd}), centre), law.phi, law.step_sd)));
  const double other_phi = law.phi + 0.01 <= 1.0 ? law.phi + 0.01 : law.phi - 0.01;
  REQUIRE_FALSE(passes(z_phi(pairs(path({other_phi, law.step_sd}), centre), law.phi, law.step_sd)));
}

double band(const Paths& paths, std::size_t year, double probability) {
  const std::size_t n = paths.values.extent(1);
  const std::vector<double> p = {probability};
  return core::quantiles(paths.values.flat().subspan(year * n, n), p)[0];
}

std::array<Paths, 5> all_components(const PathKey& key) {
  return {ensemble::tfr_factor_path({}, key), ensemble::place_factor_path({}, key),
          ensemble::k_shock_path({.step_sd = 1.1, .start_sd = 1.5}, key), ensemble::place_mortality_path({}, key),
          ensemble::migration_path({}, key)};
}

}  // namespace

TEST_CASE("the table of components: numbers upwards, names once, a switch each, and their bits", "[random]") {
  std::set<std::string_view> names;
  std::uint16_t last = 0;
  unsigned used = 0;
  for (const random::ComponentRow& row : random::component_rows) {
    CHECK(static_cast<std::uint16_t>(row.id) > last);
    last = static_cast<std::uint16_t>(row.id);
    names.insert(row.name);
    CHECK(std::has_single_bit(unsigned{row.group}));
    used |= row.group;
    CHECK(&random::row_of(row.id) == &row);
  }
  CHECK(names.size() == random::component_rows.size());
  unsigned known = 0;
  for (std::size_t i = 0; i < random::component_switches.size(); ++i) {
    CHECK(random::component_switches[i].bit == 1U << i);
    known |= random::component_switches[i].bit;
  }
  CHECK(used == known);
  CHECK(random::all_components == known - random::events_component);
  CHECK_THROWS_AS(random::row_of(static_cast<random::Component>(999)), core::DomainError);
}

TEST_CASE("a component's address has what its scope has", "[random]") {
  const random::StreamKey level = random::address_of(random::Component::tfr_level, 3, 4, 2031, 620100);
  CHECK((level.seed == 3 && level.draw == 4 && level.year == 2031 && level.place == 0));
  const random::StreamKey start = random::address_of(random::Component::tfr_start, 3, 4, 2031, 620100);
  CHECK((start.year == 0 && start.place == 0 && start.component == random::Component::tfr_start));
  const random::StreamKey own = random::address_of(random::Component::migration, 3, 4, 2031, 620100);
  CHECK((own.year == 2031 && own.place == 620100));
}

TEST_CASE("uses of a fixed number of words take the table's number", "[random]") {
  const auto second_word_after = [](std::size_t words, auto draw) {
    random::Stream used(random::StreamKey{.seed = 8});
    random::Stream counted(random::StreamKey{.seed = 8});
    draw(used);
    for (std::size_t i = 0; i < words; ++i) (void)counted();
    return used() == counted();
  };
  const unsigned normal = random::row_of(random::Component::tfr_level).words;
  CHECK(second_word_after(normal, [](random::Stream& s) { (void)random::draw_normal(s); }));
  CHECK_FALSE(second_word_after(normal + 1, [](random::Stream& s) { (void)random::draw_normal(s); }));

  // eps: is it zero, is it high, and its normal, from words 0-1, 2-3 and 4-5 of its address.
  policy::PolicyPriors priors;
  priors.share_zero = 0.3;
  std::set<double> kinds;
  for (std::uint64_t draw = 0; draw < 40; ++draw) {
    random::Stream stream({.seed = 5, .draw = draw, .component = random::Component::policy_eps});
    std::vector<std::uint32_t> words(random::row_of(random::Component::policy_eps).words);
    for (std::uint32_t& word : words) word = stream();
    REQUIRE(words.size() == 6);
    const bool is_zero = random::uniform_from_words(words[0], words[1]) < 0.3;
    const bool is_high = random::uniform_from_words(words[2], words[3]) < 0.3;
    const double z = random::normal_quantile(random::uniform_from_words(words[4], words[5]));
    const double eps = is_zero ? 0.0 : is_high ? 1.8 * std::exp(0.8 * z) : 0.9 * std::exp(0.67 * z);
    CHECK(close(policy::draw_policy(priors, 5, draw).eps, eps, 1e-13));
    kinds.insert(is_zero ? 0.0 : is_high ? 1.0 : 2.0);
  }
  CHECK(kinds.size() == 3);
}

TEST_CASE("each component has its autocorrelation and its step", "[random]") {
  check_ar1({0.98, 0.05}, 1.0, [](Law law) {
    return ensemble::tfr_factor_path({.phi = law.phi, .step_sd = law.step_sd, .start_sd = 0.0, .bound = 0.999},
                                     ensemble_key);
  });
  check_ar1({0.98445, 0.048}, 1.0, [](Law law) {
    return ensemble::place_factor_path({.phi = law.phi, .step_sd = law.step_sd, .bound = 0.999}, ensemble_key);
  });
  check_ar1({1.0, 1.3}, 0.0, [](Law law) {
    return ensemble::ar1_path({.phi = law.phi, .step_sd = law.step_sd}, ensemble_key,
                              random::Component::mortality_level);
  });
  check_ar1({0.95, 0.02}, 0.0, [](Law law) {
    Paths paths = ensemble::place_mortality_path({.phi = law.phi, .step_sd = law.step_sd}, ensemble_key);
    for (double& v : paths.values.flat()) v = std::log(v);
    return paths;
  });
  check_ar1({0.9, 0.003}, 0.0,
            [](Law law) { return ensemble::migration_path({.phi = law.phi, .step_sd = law.step_sd}, ensemble_key); });
}

TEST_CASE("the defaults are those of the documents", "[random]") {
  const Pairs tfr = pairs(ensemble::tfr_factor_path({.start_sd = 0.0, .bound = 0.999}, ensemble_key), 1.0);
  CHECK(passes(z_phi(tfr, 0.97, 0.062)));
  CHECK(passes(z_step_sd(tfr, 0.97, 0.062)));
  const Pairs place = pairs(ensemble::place_factor_path({.bound = 0.999}, ensemble_key), 1.0);
  CHECK(passes(z_phi(place, 0.98445, 0.048)));
  CHECK(passes(z_step_sd(place, 0.98445, 0.048)));
  const Pairs migration = pairs(ensemble::migration_path({}, ensemble_key), 0.0);
  CHECK(passes(z_phi(migration, 0.9, 0.003)));
  CHECK(passes(z_step_sd(migration, 0.9, 0.003)));
  // (kind, fertility, mortality, migration)
  const double steps[3][3] = {{0.048, 0.0139, 0.003}, {0.030, 0.0087, 0.0}, {0.040, 0.0115, 0.009}};
  const char* names[3] = {"province", "city", "county"};
  for (std::size_t kind = 0; kind < 3; ++kind) {
    const ensemble::PlaceKindRow& row = ensemble::place_kinds[kind];
    CHECK((static_cast<std::size_t>(row.kind) == kind && row.name == names[kind]));
    CHECK(row.fertility_step_sd == steps[kind][0]);
    CHECK(row.mortality_step_sd == steps[kind][1]);
    CHECK(row.migration_step_sd == steps[kind][2]);
  }
  // The old step of a place's deaths, 0.02, is shared out by variance.
  CHECK(close(std::sqrt(0.0139 * 0.0139 + 0.0087 * 0.0087 + 0.0115 * 0.0115), 0.02, 1e-4));
}

TEST_CASE("spread of the level of fertility by years ahead", "[random]") {
  // sd(h)^2 = s0^2 + s1^2 (1 - phi^2h) / (1 - phi^2), to four digits; 4,000 draws within sampling error of it.
  const std::pair<std::size_t, double> expected[] = {{1, 0.0996}, {2, 0.1164},  {3, 0.1302},
                                                     {5, 0.1522}, {25, 0.2386}, {75, 0.2654}};
  const ensemble::TfrFactor model;
  const PathKey key{.seed = 7, .n_draws = 4000, .first_year = 2026, .n_years = 75};
  const Paths drawn = ensemble::tfr_factor_path(model, key);
  for (const auto& [h, sd] : expected) {
    const double walked = (1.0 - std::pow(model.phi, 2.0 * static_cast<double>(h))) / (1.0 - model.phi * model.phi);
    const double closed = std::sqrt(model.start_sd * model.start_sd + model.step_sd * model.step_sd * walked);
    CHECK(close(closed, sd, 5e-5));
    double squares = 0.0;
    for (std::size_t draw = 0; draw < key.n_draws; ++draw) squares += std::pow(drawn.values(h - 1, draw) - 1.0, 2);
    CHECK(std::abs(std::sqrt(squares / 4000.0) / closed - 1.0) < 4.0 / std::sqrt(8000.0));
  }
  CHECK(static_cast<double>(drawn.n_bounded) < 0.01 * 4000.0 * 75.0);
}

TEST_CASE("China's fertility band of 2050", "[random]") {
  // UN WPP 2024, medium variant 1.184, 80 % band 0.817-1.528: 25 years after the last count of births ours is 1.04 of
  // it.
  PathKey key = ensemble_key;
  key.n_draws = 100'000;
  key.n_years = 25;
  key.place = random::shared_place;
  const Paths paths = ensemble::tfr_factor_path({}, key);
  CHECK(close(1.18416 * (band(paths, 24, 0.9) - band(paths, 24, 0.1)), 1.04 * (1.528 - 0.817), 0.02));
  CHECK(close(1.18416 * band(paths, 24, 0.5), 1.18416, 0.01));
}

TEST_CASE("paths keep their bits whatever else is asked for", "[random]") {
  const PathKey key{.seed = 5, .first_draw = 0, .n_draws = 37, .place = 620100, .first_year = 2024, .n_years = 30};
  const auto whole = all_components(key);
  PathKey part = key;
  SECTION("fewer years") { part.n_years = 11; }
  SECTION("fewer draws") { part.n_draws = 10; }
  SECTION("a later batch") {
    part.first_draw = 13;
    part.n_draws = 9;
  }
  SECTION("one draw") {
    part.first_draw = 36;
    part.n_draws = 1;
  }
  const auto some = all_components(part);
  for (std::size_t c = 0; c < whole.size(); ++c) {
    bool same = true;
    for (std::size_t t = 0; t < part.n_years; ++t) {
      for (std::size_t d = 0; d < part.n_draws; ++d) {
        same = same && some[c].values(t, d) == whole[c].values(t, d + part.first_draw);
      }
    }
    CHECK(same);
  }
}

TEST_CASE("places, seeds and components have their own paths", "[random]") {
  PathKey key{.seed = 5, .first_draw = 0, .n_draws = 4, .place = 620100, .first_year = 2024, .n_years = 5};
  const auto base = all_components(key);
  PathKey other = key;
  bool is_shared = false;
  SECTION("place") {
    other.place = 620102;
    is_shared = true;
  }
  SECTION("seed") { other.seed = 6; }
  SECTION("calendar") { other.first_year = 2025; }
  const auto changed = all_components(other);
  const bool of_the_nation[5] = {true, false, true, false, false};  // fertility's level and k
  for (std::size_t c = 0; c < base.size(); ++c) {
    CHECK((base[c].values(0, 0) == changed[c].values(0, 0)) == (is_shared && of_the_nation[c]));
  }
}

TEST_CASE("no two components share a shock", "[random]") {
  const PathKey key{.seed = 5, .first_draw = 2, .n_draws = 1, .place = 620100, .first_year = 2024, .n_years = 1};
  const auto shock = [](random::Component component, int year = 2024, std::uint64_t place = 620100) {
    random::Stream stream({5, 2, component, year, place});
    return random::draw_normal(stream);
  };
  using enum random::Component;
  const double start = ensemble::tfr_factor_path({.step_sd = 0.0, .start_sd = 0.02}, key).values(0, 0);
  CHECK(close(start, 1.0 + 0.02 * shock(tfr_start, 0, 0), 1e-15));
  const double level = ensemble::tfr_factor_path({.start_sd = 0.0}, key).values(0, 0);
  CHECK(close(level, 1.0 + 0.062 * shock(tfr_level, 2024, 0), 1e-15));
  CHECK(close(ensemble::place_factor_path({}, key).values(0, 0), 1.0 + 0.048 * shock(place_fertility), 1e-15));
  CHECK(close(ensemble::place_mortality_path({}, key).values(0, 0), std::exp(0.0139 * shock(place_mortality)), 1e-15));
  const double error = ensemble::k_shock_path({.start_sd = 1.4}, key).values(0, 0);
  CHECK(close(error, 1.4 * shock(mortality_start, 0, 0), 1e-15));
  CHECK(close(ensemble::migration_path({}, key).values(0, 0), 0.003 * shock(migration), 1e-15));

  policy::PolicyPriors same;
  same.k1 = same.k2 = same.k3 = same.response_years = same.half_life = {1.0, 1.0};
  same.tau = same.lasting_share = same.take_up = same.weight_fee = same.weight_insured = same.weight_tax =
      same.weight_housing = same.weight_leave = {2.0, 2.0};
  const policy::PolicyDraw d = policy::draw_policy(same, 5, 2);
  const std::set<double> distinct = {d.k[0],       d.k[1],         d.k[2],          d.response_years, d.half_life,
                                     d.tau,        d.take_up,      d.lasting_share, d.weight_fee,     d.weight_insured,
                                     d.weight_tax, d.weight_leave, d.weight_housing};
  CHECK(distinct.size() == 13);
}

TEST_CASE("the walk of k sums its years' shocks", "[random]") {
  const PathKey key{.seed = 5, .first_draw = 2, .n_draws = 1, .place = 0, .first_year = 2024, .n_years = 3};
  const Paths k = ensemble::k_shock_path({.step_sd = 2.0}, key);
  double sum = 0.0;
  for (std::size_t t = 0; t < 3; ++t) {
    random::Stream stream({5, 2, random::Component::mortality_level, 2024 + static_cast<int>(t), 0});
    sum += 2.0 * random::draw_normal(stream);
    CHECK(k.values(t, 0) == sum);
  }
}

TEST_CASE("the bound holds and is counted", "[random]") {
  PathKey key = ensemble_key;
  key.n_draws = 500;
  const Paths tight = ensemble::tfr_factor_path({.bound = 0.1}, key);
  std::size_t at_bound = 0;
  for (const double v : tight.values.flat()) {
    REQUIRE((v >= 0.9 && v <= 1.1));
    at_bound += v == 1.0 + 0.1 || v == 1.0 - 0.1;
  }
  CHECK(tight.n_bounded == at_bound);
  CHECK(at_bound > 0);
  const Paths place = ensemble::place_factor_path({.bound = 0.1}, key);
  for (const double v : place.values.flat()) REQUIRE((v >= 0.9 && v <= 1.1));
  CHECK(place.n_bounded > 0);
  CHECK(ensemble::tfr_factor_path({.step_sd = 0.0, .start_sd = 0.0}, key).n_bounded == 0);
}

TEST_CASE("components without variance are exactly the median", "[random]") {
  PathKey key = ensemble_key;
  key.n_draws = 3;
  const Paths level = ensemble::tfr_factor_path({.step_sd = 0.0, .start_sd = 0.0}, key);
  const Paths mortality = ensemble::place_mortality_path({.step_sd = 0.0}, key);
  for (const double v : level.values.flat()) CHECK(v == 1.0);
  for (const double v : mortality.values.flat()) CHECK(v == 1.0);
  const Paths place = ensemble::place_factor_path({.step_sd = 0.0}, key);
  for (const double v : place.values.flat()) CHECK(v == 1.0);
}

TEST_CASE("impossible components are refused", "[random]") {
  const PathKey key{.seed = 1, .first_draw = 0, .n_draws = 1, .place = 0, .first_year = 2024, .n_years = 3};
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(ensemble::tfr_factor_path({.phi = 1.01}, key), core::DomainError);
  CHECK_THROWS_AS(ensemble::tfr_factor_path({.phi = nan}, key), core::DomainError);
  CHECK_THROWS_AS(ensemble::tfr_factor_path({.step_sd = -0.1}, key), core::DomainError);
  CHECK_THROWS_AS(ensemble::tfr_factor_path({.start_sd = nan}, key), core::DomainError);
  CHECK_THROWS_AS(ensemble::tfr_factor_path({.bound = 1.0}, key), core::DomainError);
  CHECK_THROWS_AS(ensemble::place_factor_path({.bound = 1.0}, key), core::DomainError);
  CHECK_THROWS_AS(ensemble::place_factor_path({.step_sd = -0.1}, key), core::DomainError);
  CHECK_THROWS_AS(ensemble::k_shock_path({.start_sd = -1.0}, key), core::DomainError);
  CHECK_THROWS_AS(ensemble::k_shock_path({.step_sd = -1.0}, key), core::DomainError);
  CHECK_THROWS_AS(ensemble::migration_path({.phi = 2.0}, key), core::DomainError);
  PathKey wrong = key;
  SECTION("year") { wrong.first_year = 0; }
  SECTION("draws") { wrong.n_draws = 0; }
  SECTION("years") { wrong.n_years = 70'000; }
  SECTION("draw number") { wrong.first_draw = 1ULL << 32; }
  CHECK_THROWS_AS(ensemble::migration_path({}, wrong), core::DomainError);
}

TEST_CASE("policy draws follow their priors", "[random]") {
  constexpr std::size_t n = 100'000;
  std::vector<double> eps(n), log_k1(n), log_k3(n), gamma(n), tau(n), log_half_life(n), leave(n), place(n);
  const policy::PolicyPriors priors;
  for (std::size_t i = 0; i < n; ++i) {
    const policy::PolicyDraw draw = policy::draw_policy(priors, 3, i);
    eps[i] = draw.eps;
    log_k1[i] = std::log(draw.k[0] / 0.5) / 0.3;
    log_k3[i] = std::log(draw.k[2] / 1.2) / 0.3;
    gamma[i] = (draw.gamma - 0.018) / 0.015;
    tau[i] = draw.tau;
    log_half_life[i] = std::log(draw.half_life / 15.0) / 0.6;
    leave[i] = draw.weight_leave;
    place[i] = std::log(policy::draw_place_effect(priors, 3, i, 620100)) / 0.2;
    REQUIRE(draw.weight_cash == 1.0);
  }
  for (const auto* x : {&log_k1, &log_k3, &gamma, &log_half_life, &place}) {
    CHECK(passes(z_mean(*x, 0.0, 1.0)));
    CHECK(passes(z_variance(*x, 0.0, 1.0, 3.0)));
  }
  CHECK(passes(z_correlation(log_k1, log_k3)));
  CHECK(passes(z_correlation(gamma, place)));
  CHECK(passes(z_mean(tau, 0.5, 1.0 / 36)));
  CHECK(passes(z_mean(leave, 0.3, 0.21 / 11)));
  // Median of 0.7 LogNormal(ln 0.9, 0.67) + 0.3 LogNormal(ln 1.8, 0.8), by root finding: 1.0727.
  std::vector<double> below(n);
  for (std::size_t i = 0; i < n; ++i) below[i] = eps[i] < 1.072738736276509;
  CHECK(passes(z_mean(below, 0.5, 0.25)));
  const double mean = 0.7 * 0.9 * std::exp(0.67 * 0.67 / 2) + 0.3 * 1.8 * std::exp(0.32);
  const double square = 0.7 * 0.81 * std::exp(2 * 0.67 * 0.67) + 0.3 * 3.24 * std::exp(2 * 0.64);
  CHECK(passes(z_mean(eps, mean, square - mean * mean)));
}

TEST_CASE("one prior changed leaves the other parameters' draws", "[random]") {
  policy::PolicyPriors priors;
  const policy::PolicyDraw before = policy::draw_policy(priors, 3, 8);
  priors.tau = {1.0, 9.0};
  priors.share_zero = 1.0;
  const policy::PolicyDraw after = policy::draw_policy(priors, 3, 8);
  CHECK(after.eps == 0.0);
  CHECK(after.tau != before.tau);
  CHECK(after.take_up == before.take_up);
  CHECK(after.k[1] == before.k[1]);
  CHECK(after.weight_leave == before.weight_leave);
}

TEST_CASE("the point run takes the priors' medians", "[random]") {
  const policy::PolicyDraw point = policy::point_policy({});
  CHECK(point.eps == 1.07);
  CHECK(point.k[0] == 0.5);
  CHECK(point.k[1] == 1.0);
  CHECK(point.k[2] == 1.2);
  CHECK(point.gamma == 0.018);
  CHECK(point.tau == 0.5);
  CHECK(point.response_years == 1.2);
  CHECK(point.half_life == 15.0);
  // scipy.stats.beta.median
  CHECK(close(point.lasting_share, 0.6794810327025238, 1e-13));
  CHECK(close(point.take_up, 0.9053251073274742, 1e-13));
  CHECK(close(point.weight_fee, 0.7414252767150369, 1e-13));
  CHECK(close(point.weight_insured, 0.820380388019639, 1e-13));
  CHECK(close(point.weight_tax, 0.6069151671893704, 1e-13));
  CHECK(point.weight_housing == 0.5);
  CHECK(close(point.weight_leave, 0.2862366680227827, 1e-13));
  CHECK(close(policy::beta_median(0.7, 2.3), 0.1717607033128562, 1e-13));
  CHECK(close(policy::beta_median(200, 1000.5), 0.16641207224847093, 1e-13));
  policy::PolicyPriors wrong;
  wrong.take_up = {0.0, 5.0};
  CHECK_THROWS_AS(policy::point_policy(wrong), core::DomainError);
  wrong = {};
  wrong.k2.median = -1.0;
  CHECK_THROWS_AS(policy::draw_policy(wrong, 1, 1), core::DomainError);
}
