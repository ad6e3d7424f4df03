#include <algorithm>
#include <limits>
#include <vector>

#include "sanhai/core/error.hpp"
#include "sanhai/core/philox.hpp"
#include "sanhai/core/quantiles.hpp"
#include "sanhai_catch.hpp"

using namespace sanhai;

namespace {

/// Values with many ties and both signs.
std::vector<double> values(std::size_t n, std::uint64_t seed, std::uint32_t distinct) {
  core::Philox4x32 engine(seed);
  std::vector<double> out(n);
  for (double& v : out) v = static_cast<double>(engine() % distinct) - 0.5 * distinct;
  return out;
}

bool sorts_every_column(std::size_t n, std::size_t lanes, std::uint32_t distinct) {
  std::vector<double> data = values(n * lanes, 1000 * n + lanes, distinct);
  const std::vector<double> before = data;
  core::sort_lanes(data.data(), n, lanes);
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    std::vector<double> expected;
    std::vector<double> got;
    for (std::size_t i = 0; i < n; ++i) {
      expected.push_back(before[i * lanes + lane]);
      got.push_back(data[i * lanes + lane]);
    }
    std::sort(expected.begin(), expected.end());
    if (expected != got) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("sort_lanes equals std::sort for any number of draws", "[quantiles]") {
  for (std::size_t n = 0; n <= 130; ++n) CHECK(sorts_every_column(n, 8, 1U << 31));
  for (const std::size_t n : {255, 256, 257, 999, 1000, 1001, 1024, 5000}) {
    CHECK(sorts_every_column(n, 8, 1U << 31));
    CHECK(sorts_every_column(n, 8, 5));
  }
  for (const std::size_t lanes : {1, 3, 4, 16}) CHECK(sorts_every_column(777, lanes, 1U << 20));
}

TEST_CASE("the network sorts every 0-1 input", "[quantiles]") {
  // A network that sorts all sequences of zeros and ones sorts everything (Knuth 5.3.4, theorem Z).
  for (std::size_t n = 1; n <= 14; ++n) {
    bool holds = true;
    for (std::uint32_t bits = 0; bits < (1U << n); ++bits) {
      std::vector<double> data(n);
      for (std::size_t i = 0; i < n; ++i) data[i] = (bits >> i) & 1U;
      core::sort_network<1>(data.data(), n);
      holds = holds && std::is_sorted(data.begin(), data.end());
    }
    CHECK(holds);
  }
}

TEST_CASE("type 7 quantiles", "[quantiles]") {
  const std::vector<double> series = {7, 1, 3, 10, 4};
  const std::vector<double> p = {0.0, 0.1, 0.25, 0.5, 0.9, 1.0};
  const std::vector<double> expected = {1, 1.8, 3, 4, 8.8, 10};  // numpy.quantile of the same
  const std::vector<double> got = core::quantiles(series, p);
  for (std::size_t i = 0; i < p.size(); ++i) CHECK(test::close(got[i], expected[i], 1e-14));
  CHECK(core::quantiles(std::vector<double>{5.0}, p) == std::vector<double>(6, 5.0));

  SECTION("in lanes as alone") {
    std::vector<double> data = values(1000 * 8, 5, 1U << 31);
    std::vector<double> third;
    for (std::size_t i = 0; i < 1000; ++i) third.push_back(data[i * 8 + 3]);
    core::sort_lanes(data.data(), 1000);
    std::vector<double> out(p.size() * 8);
    core::quantiles_type7(data.data(), 1000, 8, p, out);
    const std::vector<double> alone = core::quantiles(third, p);
    for (std::size_t i = 0; i < p.size(); ++i) CHECK(out[i * 8 + 3] == alone[i]);
  }
  SECTION("infinite draws") {
    const double infinity = std::numeric_limits<double>::infinity();
    const std::vector<double> got_infinite = core::quantiles(std::vector<double>{1, infinity, infinity}, {{0.0, 0.75}});
    CHECK(got_infinite == std::vector<double>{1, infinity});
  }
}

TEST_CASE("what has no quantile is refused", "[quantiles]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> data = values(16, 1, 100);
  data[11] = nan;
  const double first = data[0];
  CHECK_THROWS_AS(core::sort_lanes(data.data(), 2), core::DomainError);
  CHECK(data[0] == first);
  CHECK_THROWS_AS(core::quantiles(std::vector<double>{1, nan}, {{0.5}}), core::DomainError);
  CHECK_THROWS_AS(core::quantiles(std::vector<double>{}, {{0.5}}), core::ShapeError);
  CHECK_THROWS_AS(core::quantiles(std::vector<double>{1, 2}, {{1.5}}), core::DomainError);
  CHECK_THROWS_AS(core::quantiles(std::vector<double>{1, 2}, {{nan}}), core::DomainError);
  std::vector<double> small(1);
  CHECK_THROWS_AS(core::quantiles_type7(data.data(), 2, 8, {{0.5}}, small), core::ShapeError);
}
