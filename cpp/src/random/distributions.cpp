// The one place where Boost.Random's distributions meet our streams. Every draw makes its distribution anew: nothing is
// kept from one draw to the next, so a draw is a function of its address.

#define BOOST_DISABLE_ASSERTS  // the checks below come first, and a library does not end its user's program
#include "sanhai/random/distributions.hpp"

#include <algorithm>
#include <boost/random/beta_distribution.hpp>
#include <boost/random/binomial_distribution.hpp>
#include <boost/random/gamma_distribution.hpp>
#include <boost/random/poisson_distribution.hpp>
#include <cmath>

#include "check.hpp"
#include "real.hpp"

namespace sanhai::random {

namespace {

/// A stream as Boost's distributions read it: 46 bits a number, from two words. Boost makes a uniform of one number, so
/// with single words it would have steps of 2^-32, which probabilities of dying feel. More than 46 bits would not do
/// either: Boost's search for a Poisson count below a mean of 10 ends only where the uniform is below the sum of its
/// terms, which rounding may leave at 1 - 5e-15; with 1 - 2^-46 as the largest uniform it always ends.
class Engine {
public:
  using result_type = std::uint64_t;

  explicit Engine(Stream& stream) : stream_(stream) {}

  [[nodiscard]] static constexpr result_type min() { return 0; }
  [[nodiscard]] static constexpr result_type max() { return (std::uint64_t{1} << 46) - 1; }

  result_type operator()() {
    const std::uint64_t high = stream_();
    return ((high << 32) | stream_()) >> 18;
  }

private:
  Stream& stream_;
};

void require_shape(const char* what, double shape) { require(shape >= 0.1 && shape <= 1e9, what, shape, "[0.1, 1e9]"); }

}  // namespace

double draw_gamma(Stream& stream, double shape, double scale) {
  require_shape("gamma shape", shape);
  require(scale > 0.0 && std::isfinite(scale), "gamma scale", scale, "(0, inf)");
  Engine engine(stream);
  return static_cast<double>(boost::random::gamma_distribution<Real>(Real(shape), Real(scale))(engine));
}

double draw_beta(Stream& stream, double a, double b) {
  require_shape("beta a", a);
  require_shape("beta b", b);
  Engine engine(stream);
  return static_cast<double>(boost::random::beta_distribution<Real>(Real(a), Real(b))(engine));
}

std::int64_t draw_binomial(Stream& stream, std::int64_t n, double p) {
  require(n >= 0 && n <= largest_count, "binomial n", static_cast<double>(n), "[0, 2^32]");
  require(p >= 0.0 && p <= 1.0, "binomial p", p, "[0, 1]");
  Engine engine(stream);
  const std::int64_t count = boost::random::binomial_distribution<std::int64_t, Real>(n, Real(p))(engine);
  // Where rounding leaves the sum of the terms below the uniform, Boost's search ends one beyond the last of them.
  return std::clamp<std::int64_t>(count, 0, n);
}

std::int64_t draw_poisson(Stream& stream, double mean) {
  require(mean >= 0.0 && mean <= static_cast<double>(largest_count), "Poisson mean", mean, "[0, 2^32]");
  if (mean == 0.0) return 0;  // Boost asks for a mean above 0
  Engine engine(stream);
  return boost::random::poisson_distribution<std::int64_t, Real>(Real(mean))(engine);
}

}  // namespace sanhai::random
