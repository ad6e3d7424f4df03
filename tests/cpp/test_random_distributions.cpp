#include <algorithm>
#include <bit>
#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/poisson.hpp>
#include <boost/random/beta_distribution.hpp>
#include <boost/random/binomial_distribution.hpp>
#include <boost/random/gamma_distribution.hpp>
#include <boost/random/poisson_distribution.hpp>
#include <limits>
#include <utility>
#include <vector>

#include "../../cpp/src/random/real.hpp"
#include "sanhai/core/error.hpp"
#include "sanhai/core/math.hpp"
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
  for (const double shape : {0.3, 1.0, 1.5, 4.0, 250.0, 1e6}) {
    const auto x = sample([=](Stream& s) { return random::draw_gamma(s, shape, 2.0); }, 3);
    const boost::math::gamma_distribution<double> law(shape, 2.0);
    const double variance = 4 * shape;
    const double fourth = 16 * (3 * shape * shape + 6 * shape);
    const auto quantile = [&](double p) { return boost::math::quantile(law, p); };
    REQUIRE(passes(z_mean(x, 2 * shape, variance)));
    REQUIRE(passes(z_variance(x, 2 * shape, variance, fourth)));
    REQUIRE(passes(z_bins(x, quantile)));
    // A gamma of a small shape hardly feels its scale: at 1 % only the mean has the power, and at 0.3 neither has.
    const double planted = shape <= 1.0 ? 1.03 : 1.01;
    REQUIRE_FALSE(passes(z_bins(scaled(x, 0.0, planted), quantile)));
    if (shape >= 1.0) REQUIRE_FALSE(passes(z_mean(scaled(x, 0.0, 1.01), 2 * shape, variance)));
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

/// Boost's own distributions on a double and libm, fed as ours are: 46 bits from two words.
struct PlainEngine {
  using result_type = std::uint64_t;
  Stream stream;
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return (1ULL << 46) - 1; }
  result_type operator()() {
    const std::uint64_t high = stream();
    return ((high << 32) | stream()) >> 18;
  }
};

/// Share of 20,000 draws in which ours and `plain` differ by more than rounding.
template <class Ours, class Plain>
double share_unlike(Ours ours, Plain plain) {
  constexpr std::uint64_t n = 20'000;
  std::size_t unlike = 0;
  for (std::uint64_t i = 0; i < n; ++i) {
    const StreamKey key{31, i, random::Component::events_death, 2031, 7};
    Stream stream(key);
    PlainEngine engine{Stream(key)};
    unlike += !relative_close(static_cast<double>(ours(stream)), static_cast<double>(plain(engine)), 1e-9);
  }
  return static_cast<double>(unlike) / static_cast<double>(n);
}

TEST_CASE("draws are Boost's, but for the last bit of a function", "[random]") {
  using boost::random::binomial_distribution;
  using boost::random::poisson_distribution;
  for (const double shape : {0.3, 1.0, 6.0, 1e5}) {
    const auto ours = [=](Stream& s) { return random::draw_gamma(s, shape, 2.0); };
    CHECK(share_unlike(ours, boost::random::gamma_distribution<double>(shape, 2.0)) < 1e-3);
  }
  CHECK(share_unlike([](Stream& s) { return random::draw_beta(s, 6, 3); },
                     boost::random::beta_distribution<double>(6, 3)) < 1e-3);
  for (const auto& [n, p] : {std::pair<std::int64_t, double>{9, 0.3}, {1000, 0.97}, {1'000'000, 0.37}}) {
    const auto ours = [n = n, p = p](Stream& s) { return random::draw_binomial(s, n, p); };
    CHECK(share_unlike(ours, binomial_distribution<std::int64_t>(n, p)) < 1e-3);
    CHECK(share_unlike(ours, binomial_distribution<std::int64_t>(n, p + 0.01)) > 0.01);
  }
  for (const double mean : {0.5, 9.9, 33.3, 1e6}) {
    const auto ours = [=](Stream& s) { return random::draw_poisson(s, mean); };
    CHECK(share_unlike(ours, poisson_distribution<std::int64_t>(mean)) < 1e-3);
  }
}

TEST_CASE("Boost's search for a Poisson count ends at the largest uniform we give it", "[random]") {
  // Its loop, written again: it ends when what is left of the uniform falls below a term, and never if rounding has
  // left the terms' sum below the uniform. At 1 - 2^-53 that happens for one mean in five.
  const auto is_endless = [](double mean, double u) {
    double term = core::exp(-mean);
    for (int k = 1; k < 400; ++k) {
      if (u <= term) return false;
      u -= term;
      term = mean * term / k;
    }
    return true;
  };
  int endless = 0;
  int endless_at_one = 0;
  for (int i = 1; i < 100'000; ++i) {
    endless += is_endless(i * 1e-4, 1.0 - 0x1p-46);
    endless_at_one += is_endless(i * 1e-4, 1.0 - 0x1p-53);
  }
  CHECK(endless == 0);
  CHECK(endless_at_one > 10'000);
}

TEST_CASE("powers keep their stated accuracy", "[random]") {
  double worst = 0.0;
  for (int i = 1; i < 1000; ++i)
    for (const double y : {-3.0, -0.6, 0.25, 1.0, 7.0, 55.0, 7000.0}) {
      const double x = 1.0 - 0.001 * i * std::min(1.0, 15.0 / y);
      if (!(x > 0.0)) continue;
      const long double exponent = static_cast<long double>(y) * std::log(static_cast<long double>(x));
      const double found = random::pow(random::Real(x), random::Real(y)).value;
      const double error = static_cast<double>(std::abs(found / std::exp(exponent) - 1.0L));
      worst = std::max(worst, error / (1.0 + std::abs(static_cast<double>(exponent))));
    }
  CHECK(worst < 2.3e-16);
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

TEST_CASE("a draw keeps its bits whatever is drawn before, between or beside it", "[random]") {
  const auto key = [](std::uint64_t cell) {
    return StreamKey{.seed = 3, .draw = 4, .component = random::Component::events_death, .year = 2030, .cell = cell};
  };
  const auto alone = [&](std::uint64_t cell, int which) {
    Stream stream(key(cell));
    if (which == 0) return random::draw_gamma(stream, 0.4);
    if (which == 1) return random::draw_beta(stream, 6, 3);
    if (which == 2) return static_cast<double>(random::draw_binomial(stream, 900, 0.3));
    return static_cast<double>(random::draw_poisson(stream, 40.0));
  };
  std::vector<double> forwards;
  for (std::uint64_t cell = 0; cell < 50; ++cell)
    for (int which = 0; which < 4; ++which) forwards.push_back(alone(cell, which));
  std::vector<double> backwards;
  for (std::uint64_t cell = 50; cell-- > 0;)
    for (int which = 3; which >= 0; --which) backwards.push_back(alone(cell, which));
  std::reverse(backwards.begin(), backwards.end());
  CHECK(forwards == backwards);
  // Two streams drawn from in turn are the same two drawn one after the other.
  Stream a(key(1));
  Stream b(key(2));
  Stream first(key(1));
  Stream second(key(2));
  std::vector<std::int64_t> in_turn[2];
  std::vector<std::int64_t> in_a_row[2];
  for (int i = 0; i < 20; ++i) {
    in_turn[0].push_back(random::draw_poisson(a, 40.0));
    in_turn[1].push_back(random::draw_poisson(b, 40.0));
  }
  for (int i = 0; i < 20; ++i) in_a_row[0].push_back(random::draw_poisson(first, 40.0));
  for (int i = 0; i < 20; ++i) in_a_row[1].push_back(random::draw_poisson(second, 40.0));
  CHECK(in_turn[0] == in_a_row[0]);
  CHECK(in_turn[1] == in_a_row[1]);
  CHECK(in_turn[0] != in_turn[1]);
}

/// The first draws of a law from one stream, as bits.
template <class Draw>
std::vector<std::uint64_t> first_bits(Draw draw) {
  Stream stream({.seed = 20, .draw = 26, .component = random::Component::migration, .year = 2031, .place = 620100});
  std::vector<std::uint64_t> bits;
  for (int i = 0; i < 3; ++i) bits.push_back(std::bit_cast<std::uint64_t>(static_cast<double>(draw(stream))));
  return bits;
}

using Bits = std::vector<std::uint64_t>;

TEST_CASE("first draws, bit by bit", "[random]") {
  CHECK(first_bits([](Stream& s) { return random::draw_normal(s); }) ==
        Bits{0xbfd2cc09fcb89bfb, 0x3fec3c92ffef53d4, 0x3ffac71c54e2d44e});
  CHECK(first_bits([](Stream& s) { return random::draw_lognormal(s, 0.0, 0.7); }) ==
        Bits{0x3fea0da3520b92c2, 0x3ffdac7e9fbc2fb8, 0x4009d0bab9261e48});
  CHECK(first_bits([](Stream& s) { return random::draw_gamma(s, 0.4); }) ==
        Bits{0x3fb31411743655e8, 0x3f6424f6ff5ca3e8, 0x3f916fdd518197b8});
  CHECK(first_bits([](Stream& s) { return random::draw_gamma(s, 1.0); }) ==
        Bits{0x3fe08f04fc811f65, 0x3ff52bdcbebd03f9, 0x400339be430188d3});
  CHECK(first_bits([](Stream& s) { return random::draw_gamma(s, 6.0); }) ==
        Bits{0x401205b9b926a17e, 0x401b527301560eb8, 0x401375120716eea6});
  CHECK(first_bits([](Stream& s) { return random::draw_beta(s, 6.0, 3.0); }) ==
        Bits{0x3fe2a0e0ad3fad41, 0x3fe2b1d6b3a76cff, 0x3fe914b0dd1e71d1});
  CHECK(first_bits([](Stream& s) { return random::draw_beta(s, 0.5, 0.7); }) ==
        Bits{0x3fe97150f60f62eb, 0x3f8ff9081fbe4bbe, 0x3fe9f2684bfb804d});
  CHECK(first_bits([](Stream& s) { return random::draw_binomial(s, 20, 0.2); }) ==
        Bits{0x4008000000000000, 0x4018000000000000, 0x401c000000000000});
  CHECK(first_bits([](Stream& s) { return random::draw_binomial(s, 7000, 0.02); }) ==
        Bits{0x4061c00000000000, 0x405f000000000000, 0x4064200000000000});
  CHECK(first_bits([](Stream& s) { return random::draw_binomial(s, 1000000, 0.97); }) ==
        Bits{0x412d9a2800000000, 0x412d9bfe00000000, 0x412d98d000000000});
  CHECK(first_bits([](Stream& s) { return random::draw_poisson(s, 3.3); }) ==
        Bits{0x4008000000000000, 0x4014000000000000, 0x401c000000000000});
  CHECK(first_bits([](Stream& s) { return random::draw_poisson(s, 33.3); }) ==
        Bits{0x4042000000000000, 0x403a000000000000, 0x403b000000000000});
  CHECK(first_bits([](Stream& s) { return random::draw_poisson(s, 1e6); }) ==
        Bits{0x412e842c00000000, 0x412e798000000000, 0x412e8bc800000000});
}

TEST_CASE("the distributions have one set of bits on every compiler and CPU", "[random]") {
  constexpr std::size_t n = 20'000;
  std::uint64_t h = hash(sample([](Stream& s) { return random::draw_normal(s); }, 21, n));
  h = hash(sample([](Stream& s) { return random::draw_lognormal(s, 0.0, 0.7); }, 21, n), h);
  h = hash(sample([](Stream& s) { return random::draw_gamma(s, 0.4); }, 21, n), h);
  h = hash(sample([](Stream& s) { return random::draw_gamma(s, 1.0); }, 21, n), h);
  h = hash(sample([](Stream& s) { return random::draw_beta(s, 6, 3); }, 21, n), h);
  h = hash(sample([](Stream& s) { return random::draw_binomial(s, 7000, 0.001); }, 21, n), h);
  h = hash(sample([](Stream& s) { return random::draw_binomial(s, 7000, 0.02); }, 21, n), h);
  h = hash(sample([](Stream& s) { return random::draw_poisson(s, 3.3); }, 21, n), h);
  h = hash(sample([](Stream& s) { return random::draw_poisson(s, 33.3); }, 21, n), h);
  CHECK(h == 0xc2c437ab43292498ULL);
}
