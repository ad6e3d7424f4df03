#pragma once
// exp, log and tan of our own. libm's change in the last bit with the CPU's FMA flag and between systems; these use
// only IEEE-754 +, -, *, /, comparisons and bit moves, so the bits are the same everywhere as long as the compiler does
// not contract (-ffp-contract=off). Branch-free; V is `double` or a GCC vector of doubles (lanes).
//
// Largest error seen against 80-bit references over 4 million arguments a range, both compilers: exp 0.88 ulp, log
// 0.84, log1p 2.0, tan 2.24 (tests/cpp/test_math.cpp holds 1, 1, 2.5 and 2.5). Arguments outside give what IEEE-754
// asks: exp(-inf) = 0, exp(> 709.78) = inf, log(+-0) = -inf, log(< 0) = NaN, NaN in gives NaN out; subnormals are kept
// on both sides. Lanes wider than the target's registers draw -Wpsabi, which says nothing here: every function is
// inlined.

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace sanhai::core {

namespace detail {

template <class V>
struct LaneBits {
  typedef std::uint64_t type __attribute__((vector_size(sizeof(V))));
};
template <>
struct LaneBits<double> {
  using type = std::uint64_t;
};
template <class V>
using BitsOf = typename LaneBits<V>::type;

template <class V>
concept Lanes = std::is_same_v<V, double> || requires(V v) {
  { v[0] } -> std::convertible_to<double>;
  requires sizeof(v[0]) == sizeof(double);
  v + v;
};

template <Lanes V>
[[gnu::always_inline]] inline V splat(double value) {
  return V{} + value;
}

/// Horner's rule, highest power first; no FMA by construction of the build.
template <Lanes V, std::size_t N>
[[gnu::always_inline]] inline V polynomial(V x, const std::array<double, N>& coefficients) {
  V sum = splat<V>(coefficients[0]);
  for (std::size_t i = 1; i < N; ++i) sum = sum * x + coefficients[i];
  return sum;
}

/// Doubles in a register of this build's target: g++ turns selects on wider vectors into single-double code. Not
/// inline: the value belongs to one translation unit, since kernels are compiled once per instruction set.
#if defined(__AVX512F__)
constexpr std::size_t native_lanes = 8;
#elif defined(__AVX__)
constexpr std::size_t native_lanes = 4;
#else
constexpr std::size_t native_lanes = 2;
#endif
typedef double NativeLanes __attribute__((vector_size(native_lanes * sizeof(double))));

inline constexpr double ln2_high = 0x1.62e42feep-1;  ///< ln 2 with 20 trailing zero bits: n * ln2_high is exact
inline constexpr double ln2_low = 0x1.a39ef35793c76p-33;
inline constexpr double round_magic = 0x1.8p52;  ///< adding it rounds to an integer held in the low mantissa bits

/// 1/k!, k = 13 .. 2: at |r| <= ln(2)/2 the first term left out is 4e-18 of the sum.
inline constexpr std::array<double, 12> exp_terms = {
    1.0 / 6227020800.0, 1.0 / 479001600.0, 1.0 / 39916800.0, 1.0 / 3628800.0, 1.0 / 362880.0, 1.0 / 40320.0,
    1.0 / 5040.0,       1.0 / 720.0,       1.0 / 120.0,      1.0 / 24.0,      1.0 / 6.0,      1.0 / 2.0};

/// 2/(2k+1), k = 11 .. 1: log((1+s)/(1-s)) = 2s + s * sum of 2 s^2k/(2k+1), |s| <= 0.1716.
inline constexpr std::array<double, 11> log_terms = {2.0 / 23, 2.0 / 21, 2.0 / 19, 2.0 / 17, 2.0 / 15, 2.0 / 13,
                                                     2.0 / 11, 2.0 / 9,  2.0 / 7,  2.0 / 5,  2.0 / 3};

/// Pi / 2 in three parts of 33, 33 and 53 bits: small multiples of the first two are exact.
inline constexpr std::array<double, 3> half_pi = {0x1.921fb544p0, 0x1.0b4611a6p-34, 0x1.3198a2e037073p-69};

/// sin r = r + r^3 (-1/3! + r^2/5! - ...), cos r = 1 - r^2/2 + r^4 (1/4! - r^2/6! + ...): at |r| <= pi/4 the first
/// terms left out are 1e-19 and 3e-18 of the sums.
inline constexpr std::array<double, 8> sin_terms = {
    1.0 / 355687428096000.0, -1.0 / 1307674368000.0, 1.0 / 6227020800.0, -1.0 / 39916800.0,
    1.0 / 362880.0,          -1.0 / 5040.0,          1.0 / 120.0,        -1.0 / 6.0};
inline constexpr std::array<double, 7> cos_terms = {
    1.0 / 20922789888000.0, -1.0 / 87178291200.0, 1.0 / 479001600.0, -1.0 / 3628800.0,
    1.0 / 40320.0,          -1.0 / 720.0,         1.0 / 24.0};

}  // namespace detail

/// e^x.
template <detail::Lanes V>
[[nodiscard, gnu::always_inline]] inline V exp(V x) {
  using namespace detail;
  using Bits = BitsOf<V>;
  const V highest = splat<V>(710.0);  // beyond these the result is inf or 0 already; a NaN passes both comparisons
  const V lowest = splat<V>(-746.0);
  x = x > highest ? highest : x;
  x = x < lowest ? lowest : x;
  const V n = (x * 0x1.71547652b82fep0 + round_magic) - round_magic;
  const V high = x - n * ln2_high;
  const V low = n * ln2_low;
  const V r = high - low;
  const V tail = (r * r) * polynomial(r, exp_terms);
  const V base = 1.0 + (high + (tail - low));
  // 2^n in two halves: n runs from -1076 (subnormal results) to 1024, beyond a single exponent field.
  const V half = (n * 0.5 + round_magic) - round_magic;
  const auto power = [](V k) {
    return std::bit_cast<V>((std::bit_cast<Bits>(k + round_magic) + std::uint64_t{1023}) << 52);
  };
  return base * power(half) * power(n - half);
}

/// Natural logarithm.
template <detail::Lanes V>
[[nodiscard, gnu::always_inline]] inline V log(V x) {
  using namespace detail;
  using Bits = BitsOf<V>;
  constexpr double smallest_normal = std::numeric_limits<double>::min();
  constexpr std::uint64_t root_half =
      0x3fe6a09e00000000;  // just under sqrt(1/2): the reduced argument is in [0.707, 1.414]
  constexpr std::uint64_t mantissa = 0x000fffffffffffff;
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const V given = x;
  const auto is_small = x < splat<V>(smallest_normal);
  x = is_small ? x * 0x1p54 : x;
  const V shift = is_small ? splat<V>(-1023.0 - 54.0) : splat<V>(-1023.0);
  const Bits moved = std::bit_cast<Bits>(x) + (0x3ff0000000000000 - root_half);
  const V k = (std::bit_cast<V>((moved >> 52) | std::uint64_t{0x4330000000000000}) - 0x1p52) + shift;
  const V z = std::bit_cast<V>((moved & mantissa) + root_half);

  const V f = z - 1.0;
  const V s = f / (2.0 + f);
  const V s2 = s * s;
  const V series = s2 * polynomial(s2, log_terms);
  const V half_square = 0.5 * f * f;
  V result = k * ln2_high - ((half_square - (s * (half_square + series) + k * ln2_low)) - f);

  result = given == splat<V>(infinity) ? splat<V>(infinity) : result;
  result = given == splat<V>(0.0) ? splat<V>(-infinity) : result;
  const V not_a_number = splat<V>(std::numeric_limits<double>::quiet_NaN());
  return given >= splat<V>(0.0) ? result : not_a_number;  // catches NaN as well
}

/// log(1 + x) without the loss of 1 + x: the rounding of u = 1 + x is undone by the ratio (Kahan; Goldberg 1991,
/// theorem 4).
[[nodiscard, gnu::always_inline]] inline double log1p(double x) {
  const double u = 1.0 + x;
  return u == 1.0 ? x : log(u) * (x / (u - 1.0));
}

/// Tangent on (-8, 8), NaN outside. The multiple of pi/2 that is nearest goes off in three parts (Cody & Waite 1980),
/// so that beside a pole no digit is lost; `tail` is what the remainder's rounding leaves.
[[nodiscard, gnu::always_inline]] inline double tan(double x) {
  using namespace detail;
  if (!(x > -8.0 && x < 8.0)) return std::numeric_limits<double>::quiet_NaN();
  const double n = (x * 0x1.45f306dc9c883p-1 + round_magic) - round_magic;
  const double first = x - n * half_pi[0];
  const double second = n * half_pi[1];
  const double high = first - second;
  const double third = n * half_pi[2] - ((first - high) - second);
  const double r = high - third;
  const double tail = (high - r) - third;
  const double r2 = r * r;
  const double most = 1.0 - 0.5 * r2;
  const double sine = r + (r * r2 * polynomial(r2, sin_terms) + tail * most);
  const double cosine = most + (((1.0 - most) - 0.5 * r2) + (r2 * r2 * polynomial(r2, cos_terms) - r * tail));
  const bool is_odd = (static_cast<int>(n) & 1) != 0;
  return is_odd ? -cosine / sine : sine / cosine;
}

/// Correctly rounded by IEEE-754, hence the one library function allowed here; never sets errno for x >= 0.
[[nodiscard, gnu::always_inline]] inline double sqrt(double x) { return __builtin_sqrt(x); }

}  // namespace sanhai::core
