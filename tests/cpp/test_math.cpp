#include <limits>
#include <vector>

#include "sanhai/core/math.hpp"
#include "sanhai/core/philox.hpp"
#include "sanhai_catch.hpp"

using namespace sanhai;

namespace {

typedef double V2 __attribute__((vector_size(16)));
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

double ulps(double got, long double exact) {
  const auto rounded = static_cast<double>(exact < 0 ? -exact : exact);
  const double step = std::nextafter(rounded, infinity) - rounded;
  return static_cast<double>(std::abs(static_cast<long double>(got) - exact)) / step;
}

/// Largest error of f against the long double reference over arguments spread by `place(u)`, u in (0, 1).
template <class F, class Reference, class Place>
double worst_ulps(F f, Reference reference, Place place, int n = 200'000) {
  core::Philox4x32 engine(11);
  double worst = 0.0;
  for (int i = 0; i < n; ++i) {
    const double x = place((engine() + 0.5) * 0x1p-32);
    worst = std::max(worst, ulps(f(x), reference(static_cast<long double>(x))));
  }
  return worst;
}

double own_exp(double x) { return core::exp(x); }
double own_log(double x) { return core::log(x); }
double own_log1p(double x) { return core::log1p(x); }
double own_tan(double x) { return core::tan(x); }
long double long_exp(long double x) { return std::exp(x); }
long double long_log(long double x) { return std::log(x); }
long double long_log1p(long double x) { return std::log1p(x); }
long double long_tan(long double x) { return std::tan(x); }

const std::vector<double> edges = {
    0.0,         -0.0,   1.0,    -1.0,   0.5,    2.0,    709.782712893384,        709.79, 710.0,    1e308,
    -745.13,     -745.2, -1e308, -708.4, 5e-324, 1e-310, 2.2250738585072014e-308, 1e-5,   infinity, -infinity,
    not_a_number};

}  // namespace

TEST_CASE("exp and log keep their stated accuracy", "[math]") {
  if (std::numeric_limits<long double>::digits < 64) return;  // no wider type to compare with
  CHECK(worst_ulps(own_exp, long_exp, [](double u) { return -708 + 1417.7 * u; }) <= 1.0);
  CHECK(worst_ulps(own_exp, long_exp, [](double u) { return 2 * u - 1; }) <= 1.0);
  CHECK(worst_ulps(own_exp, long_exp, [](double u) { return -745 + 37 * u; }) <= 1.0);
  CHECK(worst_ulps(own_log, long_log, [](double u) { return std::exp(1400 * u - 700); }) <= 1.0);
  CHECK(worst_ulps(own_log, long_log, [](double u) { return 0.5 + 1.5 * u; }) <= 1.0);
  CHECK(worst_ulps(own_log, long_log, [](double u) { return 1e-310 * u; }) <= 1.0);
  CHECK(worst_ulps(own_log1p, long_log1p, [](double u) { return -0.9 * u * u * u * u; }) <= 2.5);
  CHECK(worst_ulps(own_log1p, long_log1p, [](double u) { return std::exp(60 * u - 50); }) <= 2.5);
}

TEST_CASE("tan keeps its stated accuracy, beside poles and zeros too", "[math]") {
  if (std::numeric_limits<long double>::digits < 64) return;
  CHECK(worst_ulps(own_tan, long_tan, [](double u) { return 3.14159265358979 * u; }) <= 2.5);
  CHECK(worst_ulps(own_tan, long_tan, [](double u) { return 15.999 * u - 7.9995; }) <= 2.5);
  CHECK(worst_ulps(own_tan, long_tan, [](double u) { return 1e-8 * u; }) <= 2.5);
  for (const double pole : {1.5707963267948966, 3.141592653589793, 4.71238898038469, -1.5707963267948966})
    CHECK(worst_ulps(own_tan, long_tan, [pole](double u) { return pole + (u - 0.5) * 1e-9; }) <= 2.5);
  // To twenty digits: the doubles next to pi / 2, pi and pi / 4.
  CHECK(test::relative_close(core::tan(1.5707963267948966), 1.633123935319536976e16, 4e-16));
  CHECK(test::relative_close(core::tan(3.141592653589793), -1.2246467991473531772e-16, 4e-16));
  CHECK(test::relative_close(core::tan(0.7853981633974483), 0.99999999999999994, 4e-16));
  CHECK(core::tan(0.0) == 0.0);
  for (const double x : {8.0, -8.0, infinity, -infinity, not_a_number}) CHECK(std::isnan(core::tan(x)));
}

TEST_CASE("exp and log at the edges of their domains", "[math]") {
  CHECK(core::exp(0.0) == 1.0);
  CHECK(core::exp(-0.0) == 1.0);
  CHECK(core::exp(infinity) == infinity);
  CHECK(core::exp(-infinity) == 0.0);
  CHECK(core::exp(709.79) == infinity);
  CHECK(core::exp(-745.2) == 0.0);
  CHECK(core::exp(-745.13) == std::numeric_limits<double>::denorm_min());
  CHECK(std::isnan(core::exp(not_a_number)));
  CHECK(core::log(1.0) == 0.0);
  CHECK(core::log(0.0) == -infinity);
  CHECK(core::log(-0.0) == -infinity);
  CHECK(core::log(infinity) == infinity);
  CHECK(std::isnan(core::log(-1.0)));
  CHECK(std::isnan(core::log(-infinity)));
  CHECK(std::isnan(core::log(not_a_number)));
  CHECK(test::relative_close(core::log(5e-324), -744.4400719213812, 1e-15));
  CHECK(core::log1p(1e-300) == 1e-300);
  CHECK(core::sqrt(2.0) == 1.4142135623730951);
}

TEST_CASE("lanes give the bits of single values", "[math]") {
  for (const double a : edges) {
    for (const double b : edges) {
      const V2 x = {a, b};
      const V2 e = core::exp(x);
      const V2 l = core::log(x);
      const double expected[2][2] = {{core::exp(a), core::exp(b)}, {core::log(a), core::log(b)}};
      for (int lane = 0; lane < 2; ++lane) {
        CHECK((e[lane] == expected[0][lane] || (std::isnan(e[lane]) && std::isnan(expected[0][lane]))));
        CHECK((l[lane] == expected[1][lane] || (std::isnan(l[lane]) && std::isnan(expected[1][lane]))));
      }
    }
  }
}

TEST_CASE("tan has one set of bits", "[math]") {
  core::Philox4x32 engine(4);
  std::uint64_t sum = 0;
  for (int i = 0; i < 100'000; ++i)
    sum = sum * 31 + std::bit_cast<std::uint64_t>(core::tan(16 * (engine() + 0.5) * 0x1p-32 - 8));
  CHECK(sum == 0xe7931fb1999cec77ULL);
}

TEST_CASE("exp and log have one set of bits", "[math]") {
  core::Philox4x32 engine(3);
  std::uint64_t sum = 0;
  for (int i = 0; i < 100'000; ++i) {
    const double x = (engine() + 0.5) * 0x1p-32;
    sum = sum * 31 + std::bit_cast<std::uint64_t>(core::exp(100 * x - 50));
    sum = sum * 31 + std::bit_cast<std::uint64_t>(core::log(x));
  }
  CHECK(sum == 0xe14ca4ed726f4e1dULL);
}
