#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/poisson.hpp>
#include <boost/random/binomial_distribution.hpp>
#include <limits>
#include <vector>

#include "sanhai/core/error.hpp"
#include "sanhai/ensemble/normals.hpp"
#include "sanhai/random/distributions.hpp"
#include "sanhai_catch.hpp"
#include "test_random_checks.hpp"

using namespace sanhai;
using namespace sanhai::test;
using random::Stream;
using random::StreamKey;

namespace {

/// n draws of one law, each from its own address.
template <class Draw>
std::vector<double> sample(Draw draw, std::uint64_t seed, std::size_t n = n_large) {
  std::vector<double> out(n);
  for (std::size_t i = 0; i < n; ++i) {
    Stream stream(StreamKey{seed, i, random::Component::events_birth, 2030, 5});
    out[i] = static_cast<double>(draw(stream));
  }
  return out;
}

std::vector<double> scaled(std::vector<double> x, double centre, double factor) {
  for (double& v : x) v = centre + factor * (v - centre);
  return x;
}

}  // namespace

TEST_CASE("the normal quantile agrees with tables", "[random]") {
  // scipy.stats.norm.ppf
  const double table[][2] = {{1e-15, -7.941345326170998}, {1e-5, -4.264890793922825},     {0.01, -2.3263478740408408},
                             {0.05, -1.6448536269514729}, {0.07, -1.4757910281791706},    {0.3, -0.5244005127080409},
                             {0.6, 0.2533471031357997},   {0.925001, 1.4395385353452306}, {0.99, 2.3263478740408408}};
  for (const auto& [p, z] : table) CHECK(relative_close(random::normal_quantile(p), z, 1e-14));
  CHECK(random::normal_quantile(0.5) == 0.0);
  CHECK_THROWS_AS(random::normal_quantile(0.0), core::DomainError);
  CHECK_THROWS_AS(random::normal_quantile(1.0), core::DomainError);
}

TEST_CASE("normals follow their law, and one per cent of sd is seen", "[random]") {
  const auto x = sample([](Stream& s) { return random::draw_normal(s, 2.0, 3.0); }, 1);
  const auto quantile = [](double p) { return 2.0 + 3.0 * random::normal_quantile(p); };
  REQUIRE(passes(z_mean(x, 2.0, 9.0)));
  REQUIRE(passes(z_variance(x, 2.0, 9.0, 3 * 81.0)));
  REQUIRE(passes(z_bins(x, quantile)));
  REQUIRE_FALSE(passes(z_variance(scaled(x, 2.0, 1.01), 2.0, 9.0, 3 * 81.0)));
  REQUIRE_FALSE(passes(z_bins(scaled(x, 2.0, 1.01), quantile)));
  REQUIRE_FALSE(passes(z_mean(sample([](Stream& s) { return random::draw_normal(s, 2.03, 3.0); }, 1), 2.0, 9.0)));
}

TEST_CASE("addresses give independent normals, and a correlation of 0.01 is seen", "[random]") {
  const StreamKey base{9, 0, random::Component::tfr_level, 2030, 620100};
  const auto normals = [](const StreamKey& key) {
    std::vector<double> out(n_large);
    ensemble::draw_normals(key, out);
    return out;
  };
  const auto x = normals(base);
  std::vector<StreamKey> others(5, base);
  others[0].seed = 10;
  others[1].draw = 1;  // lag one over draws
  others[2].component = random::Component::tfr_start;
  others[3].year = 2031;
  others[4].place = 620101;
  for (const StreamKey& other : others) {
    auto y = normals(other);
    REQUIRE(passes(z_correlation(x, y)));
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = 0.01 * x[i] + std::sqrt(1 - 1e-4) * y[i];
    REQUIRE_FALSE(passes(z_correlation(x, y)));
  }
}

TEST_CASE("normals in lanes are normals one by one, from any first draw and for any number", "[random]") {
  for (const std::size_t n : {0, 1, 7, 8, 9, 100}) {
    for (const std::uint64_t first : {0ULL, 3ULL, (1ULL << 32) - 100}) {
      StreamKey key{4, first, random::Component::migration, 2040, 77};
      std::vector<double> lanes(n);
      ensemble::draw_normals(key, lanes);
      for (std::size_t i = 0; i < n; ++i) {
        StreamKey single = key;
        single.draw += i;
        Stream stream(single);
        CHECK(random::draw_normal(stream) == lanes[i]);
      }
    }
  }
  std::vector<double> out(2);
  CHECK_THROWS_AS(ensemble::draw_normals({.seed = 1, .draw = (1ULL << 32) - 1}, out), core::DomainError);
}

TEST_CASE("lognormal draws", "[random]") {
  auto x = sample([](Stream& s) { return random::draw_lognormal(s, std::log(1.2), 0.4); }, 2);
  const double mean = 1.2 * std::exp(0.08);
  REQUIRE(passes(z_mean(x, mean, mean * mean * std::expm1(0.16))));
  for (double& v : x) v = std::log(v);
  REQUIRE(passes(z_variance(x, std::log(1.2), 0.16, 3 * 0.16 * 0.16)));
  REQUIRE_FALSE(passes(z_variance(scaled(x, std::log(1.2), 1.01), std::log(1.2), 0.16, 3 * 0.16 * 0.16)));
}

TEST_CASE("gamma draws, shapes below and above one", "[random]") {
  for (const double shape : {0.3, 1.0, 4.0, 250.0}) {
    const auto x = sample([=](Stream& s) { return random::draw_gamma(s, shape, 2.0); }, 3);
    const boost::math::gamma_distribution<double> law(shape, 2.0);
    const double variance = 4 * shape;
    const double fourth = 16 * (3 * shape * shape + 6 * shape);
    const auto quantile = [&](double p) { return boost::math::quantile(law, p); };
    REQUIRE(passes(z_mean(x, 2 * shape, variance)));
    REQUIRE(passes(z_variance(x, 2 * shape, variance, fourth)));
    REQUIRE(passes(z_bins(x, quantile)));
    const double planted = shape < 1.0 ? 1.03 : 1.01;  // a gamma of shape 0.3 hardly feels its scale: no power at 1 %
    REQUIRE_FALSE(passes(z_bins(scaled(x, 0.0, planted), quantile)));
  }
}

TEST_CASE("beta draws of the policy priors", "[random]") {
  const double shapes[][2] = {{4, 4}, {45, 5}, {6, 3}, {0.5, 0.7}};
  for (const auto& [a, b] : shapes) {
    const auto x = sample([a = a, b = b](Stream& s) { return random::draw_beta(s, a, b); }, 4);
    const boost::math::beta_distribution<double> law(a, b);
    const double variance = boost::math::variance(law);
    const auto quantile = [&](double p) { return boost::math::quantile(law, p); };
    REQUIRE(passes(z_mean(x, a / (a + b), variance)));
    REQUIRE(passes(z_variance(x, a / (a + b), variance, boost::math::kurtosis(law) * variance * variance)));
    REQUIRE(passes(z_bins(x, quantile)));
    REQUIRE_FALSE(passes(z_bins(scaled(x, a / (a + b), 1.01), quantile)));
  }
}

TEST_CASE("binomial draws, searched and by rejection", "[random]") {
  const struct {
    std::int64_t n;
    double p;
  } cases[] = {{9, 0.3}, {1000, 0.004}, {40, 0.3}, {1000, 0.97}, {1'000'000, 0.37}};
  for (const auto& [n, p] : cases) {
    const auto x = sample([n = n, p = p](Stream& s) { return random::draw_binomial(s, n, p); }, 5);
    const boost::math::binomial_distribution<double> law(static_cast<double>(n), p);
    const double variance = boost::math::variance(law);
    const auto cdf = [&](double k) { return boost::math::cdf(law, k); };
    REQUIRE(passes(z_mean(x, boost::math::mean(law), variance)));
    REQUIRE(passes(z_variance(x, boost::math::mean(law), variance, boost::math::kurtosis(law) * variance * variance)));
    REQUIRE(passes(z_counts(x, cdf)));
    REQUIRE_FALSE(passes(z_variance(scaled(x, boost::math::mean(law), 1.01), boost::math::mean(law), variance,
                                    boost::math::kurtosis(law) * variance * variance)));
  }
}

TEST_CASE("Poisson draws, searched and by rejection", "[random]") {
  for (const double mean : {0.05, 3.0, 9.99, 10.0, 47.5, 2.5e5}) {
    const auto x = sample([=](Stream& s) { return random::draw_poisson(s, mean); }, 6);
    const boost::math::poisson_distribution<double> law(mean);
    const auto cdf = [&](double k) { return boost::math::cdf(law, k); };
    REQUIRE(passes(z_mean(x, mean, mean)));
    REQUIRE(passes(z_variance(x, mean, mean, mean + 3 * mean * mean)));
    REQUIRE(passes(z_counts(x, cdf)));
    if (mean >= 3.0) {
      const auto wrong = sample([=](Stream& s) { return random::draw_poisson(s, 1.01 * mean); }, 6);
      REQUIRE_FALSE(passes(z_mean(wrong, mean, mean)));
      REQUIRE_FALSE(passes(z_counts(wrong, cdf)));
    }
  }
}

TEST_CASE("counts at the top of their range keep mean and variance", "[random]") {
  const double n = static_cast<double>(random::largest_count);
  const auto x = sample([](Stream& s) { return random::draw_binomial(s, random::largest_count, 0.25); }, 7, 200'000);
  const double variance = n * 0.1875;
  CHECK(passes(z_mean(x, 0.25 * n, variance)));
  CHECK(passes(z_variance(x, 0.25 * n, variance, 3 * variance * variance)));
  const auto y = sample([=](Stream& s) { return random::draw_poisson(s, n); }, 8, 200'000);
  CHECK(passes(z_mean(y, n, n)));
  CHECK(passes(z_variance(y, n, n, 3 * n * n)));
  const auto rare = sample([](Stream& s) { return random::draw_binomial(s, random::largest_count, 1e-9); }, 9);
  CHECK(passes(z_mean(rare, 1e-9 * n, 1e-9 * n)));
}

TEST_CASE("binomial draws have the law of Boost's", "[random]") {
  core::Philox4x32 engine(99);
  boost::random::binomial_distribution<int> theirs(200, 0.31);
  std::vector<double> ours_by_value(201, 0.0);
  std::vector<double> theirs_by_value(201, 0.0);
  for (const double k : sample([](Stream& s) { return random::draw_binomial(s, 200, 0.31); }, 10)) {
    ours_by_value[static_cast<std::size_t>(k)] += 1;
  }
  for (std::size_t i = 0; i < n_large; ++i) theirs_by_value[static_cast<std::size_t>(theirs(engine))] += 1;
  double chi = 0.0;
  double cells = 0.0;
  for (std::size_t k = 0; k <= 200; ++k) {
    const double both = ours_by_value[k] + theirs_by_value[k];
    if (both < 100) continue;
    chi += (ours_by_value[k] - theirs_by_value[k]) * (ours_by_value[k] - theirs_by_value[k]) / both;
    cells += 1;
  }
  CHECK((chi - cells) / std::sqrt(2 * cells) < 6.0);  // chi-square of about 50 cells is not yet normal: wider
}

TEST_CASE("degenerate and impossible parameters", "[random]") {
  Stream s(StreamKey{});
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(random::draw_normal(s, 4.0, 0.0) == 4.0);
  CHECK(random::draw_binomial(s, 0, 0.5) == 0);
  CHECK(random::draw_binomial(s, 50, 0.0) == 0);
  CHECK(random::draw_binomial(s, 50, 1.0) == 50);
  CHECK(random::draw_poisson(s, 0.0) == 0);
  CHECK_THROWS_AS(random::draw_normal(s, 0.0, -1.0), core::DomainError);
  CHECK_THROWS_AS(random::draw_normal(s, nan, 1.0), core::DomainError);
  CHECK_THROWS_AS(random::draw_lognormal(s, 0.0, nan), core::DomainError);
  CHECK_THROWS_AS(random::draw_gamma(s, 0.0), core::DomainError);
  CHECK_THROWS_AS(random::draw_gamma(s, 1.0, 0.0), core::DomainError);
  CHECK_THROWS_AS(random::draw_beta(s, -1.0, 1.0), core::DomainError);
  CHECK_THROWS_AS(random::draw_binomial(s, -1, 0.5), core::DomainError);
  CHECK_THROWS_AS(random::draw_binomial(s, 10'000'000'000'000'000, 0.5), core::DomainError);
  CHECK_THROWS_AS(random::draw_binomial(s, 10, 1.0 + 1e-15), core::DomainError);
  CHECK_THROWS_AS(random::draw_binomial(s, 10, nan), core::DomainError);
  CHECK_THROWS_AS(random::draw_poisson(s, 1e16), core::DomainError);
  CHECK_THROWS_AS(random::draw_poisson(s, nan), core::DomainError);
}

TEST_CASE("the samplers have one set of bits on every compiler and CPU", "[random]") {
  constexpr std::size_t n = 20'000;
  std::uint64_t h = hash(sample([](Stream& s) { return random::draw_normal(s); }, 21, n));
  h = hash(sample([](Stream& s) { return random::draw_lognormal(s, 0.0, 0.7); }, 21, n), h);
  h = hash(sample([](Stream& s) { return random::draw_gamma(s, 0.4); }, 21, n), h);
  h = hash(sample([](Stream& s) { return random::draw_beta(s, 6, 3); }, 21, n), h);
  h = hash(sample([](Stream& s) { return random::draw_binomial(s, 7000, 0.02); }, 21, n), h);
  h = hash(sample([](Stream& s) { return random::draw_poisson(s, 33.3); }, 21, n), h);
  CHECK(h == 0xe9a40190d606f8aeULL);
}
