#pragma once
// Draws from distributions, bit for bit the same on every machine: Boost.Random's gamma, beta, binomial and Poisson
// over a number type whose exp, log, pow and tan are core's (docs/decisions/0007-boost-random-on-own-arithmetic.md),
// and normals by inversion.
//
// Every function takes its own stream; how many words it uses is not part of the interface (rejection), so nothing else
// is to be drawn from a stream whose position matters. Nothing is kept between two draws: a draw is a function of its
// stream's address. All throw DomainError on parameters outside their range.

#include <cstdint>

#include "sanhai/random/streams.hpp"

namespace sanhai::random {

/// Counts (binomial n, Poisson mean) above this are refused. No population of the house comes near; Boost's acceptance
/// subtracts logarithms of the size of the count, which leaves 1e-6 of an exponent here, 1e-2 at 1e14, and near 1e16
/// its binomial is wrong without a word. A normal approximation would change the law silently at a threshold; a refusal
/// does not.
inline constexpr std::int64_t largest_count = std::int64_t{1} << 32;

/// Standard normal quantile, p in (0, 1): Wichura (1988), algorithm AS 241, PPND16, relative error about 1e-16.
[[nodiscard]] double normal_quantile(double p);

/// mean + sd z, z by inversion of one uniform. sd >= 0.
[[nodiscard]] double draw_normal(Stream& stream, double mean = 0.0, double sd = 1.0);
/// exp(log_mean + log_sd z): median exp(log_mean).
[[nodiscard]] double draw_lognormal(Stream& stream, double log_mean, double log_sd);
/// Gamma with mean shape x scale, shape in [0.1, 1e9] (below, the power underflows; above, the acceptance loses
/// digits). Boost: Knuth's rejection from the tangent above 1, from two exponentials below.
[[nodiscard]] double draw_gamma(Stream& stream, double shape, double scale = 1.0);
/// Beta(a, b) as a ratio of gammas; a, b as a gamma's shape.
[[nodiscard]] double draw_beta(Stream& stream, double a, double b);
/// Successes in n trials, n in [0, largest_count], p in [0, 1]. Boost: by search from 0 when (n + 1) min(p, 1 - p) <
/// 11, else BTRD of Hoermann (1993), "The generation of binomial random variates", J. Statist. Comput. Simul. 46.
[[nodiscard]] std::int64_t draw_binomial(Stream& stream, std::int64_t n, double p);
/// Poisson count, mean in [0, largest_count]. Boost: by search from 0 below 10, else PTRD of Hoermann (1993), "The
/// transformed rejection method for generating Poisson random variables", Insurance: Math. & Econ. 12.
[[nodiscard]] std::int64_t draw_poisson(Stream& stream, double mean);

}  // namespace sanhai::random
