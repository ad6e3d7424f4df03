#pragma once
// The standard normal quantile in three pieces, for one number or for lanes of them: the same bits either way. In an
// unnamed namespace and inlined, since kernels are compiled once per instruction set.

#include <array>

#include "sanhai/core/math.hpp"

namespace sanhai::random {
namespace {

using core::detail::polynomial;

// Wichura (1988), Applied Statistics 37, table of PPND16; highest power first.
constexpr std::array central_over = {2509.0809287301226727, 33430.575583588128105, 67265.770927008700853,
                                     45921.953931549871457, 13731.693765509461125, 1971.5909503065514427,
                                     133.14166789178437745, 3.387132872796366608};
constexpr std::array central_under = {
    5226.495278852545925,  28729.085735721942674, 39307.89580009271061,  21213.794301586595867,
    5394.1960214247511077, 687.1870074920579083,  42.313330701600911252, 1.0};
constexpr std::array middle_over = {7.7454501427834140764e-4, .0227238449892691845833, .24178072517745061177,
                                    1.27045825245236838258,   3.64784832476320460504,  5.7694972214606914055,
                                    4.6303378461565452959,    1.42343711074968357734};
constexpr std::array middle_under = {
    1.05075007164441684324e-9, 5.475938084995344946e-4, .0151986665636164571966, .14810397642748007459,
    .68976733498510000455,     1.6763848301838038494,   2.05319162663775882187,  1.0};
constexpr std::array far_over = {2.01033439929228813265e-7, 2.71155556874348757815e-5, .0012426609473880784386,
                                 .026532189526576123093,    .29656057182850489123,     1.7848265399172913358,
                                 5.4637849111641143699,     6.6579046435011037772};
constexpr std::array far_under = {
    2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
    .0148753612908506148525,    .13692988092273580531,    .59983220655588793769,    1.0};
constexpr double central_half_width = 0.425;

/// |q| <= central_half_width, q = p - 1/2.
template <class V>
[[gnu::always_inline]] inline V central_quantile(V q) {
  const V r = 0.180625 - q * q;
  return q * polynomial(r, central_over) / polynomial(r, central_under);
}

/// Minus the quantile of a p below 1/2 - central_half_width, from r = sqrt(-ln p).
template <class V>
[[gnu::always_inline]] inline V tail_quantile_from_root(V r) {
  const V near = r - 1.6;
  const V far = r - 5.0;
  const V middle = polynomial(near, middle_over) / polynomial(near, middle_under);
  return r <= core::detail::splat<V>(5.0) ? middle : polynomial(far, far_over) / polynomial(far, far_under);
}

}  // namespace
}  // namespace sanhai::random
