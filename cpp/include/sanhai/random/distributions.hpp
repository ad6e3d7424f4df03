#pragma once
// Draws from distributions, bit for bit the same on every machine.
//
// Boost.Random's distributions are not used in results: its ziggurat normal takes exp and log in the rejection step,
// its gamma tan, exp and log, its beta two gammas, its Poisson and binomial log and pow, all from libm, whose last bit
// changes with the CPU's FMA flag and with glibc's version; one flipped bit can turn an acceptance, after which the
// whole stream is another. These stand on core::exp, core::log and sqrt (exact by IEEE-754) alone. Tests compare them
// with Boost's.
//
// Every function takes its own stream; how many words it uses is not part of the interface (rejection), so nothing else
// is to be drawn from a stream whose position matters. All throw DomainError on parameters outside their range.

#include <cstdint>

#include "sanhai/random/streams.hpp"

namespace sanhai::random {

/// Counts (binomial n, Poisson mean) above this are refused: no population of the house comes near, and beyond about
/// 1e15 a double no longer holds every count (Boost's binomial goes wrong there without a word). A normal approximation
/// would change the law silently at a threshold; a refusal does not.
inline constexpr std::int64_t largest_count = std::int64_t{1} << 32;

/// Standard normal quantile, p in (0, 1): Wichura (1988), algorithm AS 241, PPND16, relative error about 1e-16.
[[nodiscard]] double normal_quantile(double p);

/// mean + sd z, z by inversion of one uniform. sd >= 0.
[[nodiscard]] double draw_normal(Stream& stream, double mean = 0.0, double sd = 1.0);
/// exp(log_mean + log_sd z): median exp(log_mean).
[[nodiscard]] double draw_lognormal(Stream& stream, double log_mean, double log_sd);
/// Gamma with mean shape x scale: Marsaglia & Tsang (2000); shape below 1 by their power of a uniform. shape in [0.1,
/// 1e9] (below, the power underflows; above, the acceptance loses digits).
[[nodiscard]] double draw_gamma(Stream& stream, double shape, double scale = 1.0);
/// Beta(a, b) as a ratio of gammas; a, b as a gamma's shape.
[[nodiscard]] double draw_beta(Stream& stream, double a, double b);
/// Successes in n trials, n in [0, largest_count], p in [0, 1]: by search from 0 when n min(p, 1-p) < 10, else by
/// Hoermann's (1993) BTRS. "The generation of binomial random variates", J. Statist. Comput. Simul. 46.
[[nodiscard]] std::int64_t draw_binomial(Stream& stream, std::int64_t n, double p);
/// Poisson count, mean in [0, largest_count]: by search from 0 below 10, else Hoermann's (1993) PTRS, "The transformed
/// rejection method for generating Poisson random variables", Insurance: Math. & Econ. 12.
[[nodiscard]] std::int64_t draw_poisson(Stream& stream, double mean);

}  // namespace sanhai::random
