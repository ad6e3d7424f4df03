#pragma once
// Standard normals of eight draws in a row, from the first two words of each draw's block.

#include <cstdint>

#include "lanes_survivorship.hpp"
#include "sanhai/core/philox.hpp"
#include "sanhai/random/normal_quantile.hpp"

namespace sanhai::ensemble {
namespace {

using random::central_half_width;
using random::central_quantile;
using random::tail_quantile_from_root;

SANHAI_INLINE Vec root(Vec x) {
  Vec found = x;
  for (std::size_t i = 0; i < vector_doubles; ++i) found[i] = core::sqrt(x[i]);
  return found;
}

SANHAI_INLINE Vec quantile_in_lanes(Vec p) {
  const Vec q = p - 0.5;
  Vec found = central_quantile(q);
  const Mask in_tail = (q < splat(-central_half_width)) | (q > splat(central_half_width));
  if (!any(in_tail)) return found;
  const Mask is_low = p < splat(0.5);
  const Vec r = root(-core::log(is_low ? p : 1.0 - p));
  const Vec z = tail_quantile_from_root(r);
  const Vec signed_z = is_low ? -z : z;
  return in_tail ? signed_z : found;
}

/// `counter` of the first draw; the draw is its word 1 (streams.hpp).
SANHAI_INLINE void fill_normals(const std::uint32_t* counter, const std::uint32_t* key, double* out) {
  core::PhiloxLanes<n_lanes> block;
  for (std::size_t lane = 0; lane < n_lanes; ++lane) {
    block.word[0][lane] = counter[0];
    block.word[1][lane] = counter[1] + lane;
    block.word[2][lane] = counter[2];
    block.word[3][lane] = counter[3];
  }
  block.scramble({key[0], key[1]});
  double p[n_lanes];
  for (std::size_t lane = 0; lane < n_lanes; ++lane) {  // uniform_from_words, in loops a compiler makes vectors of
    const std::uint64_t bits = ((block.word[0][lane] << 32) | block.word[1][lane]) >> 12;
    p[lane] = (static_cast<double>(static_cast<std::int64_t>(bits)) + 0.5) * 0x1p-52;
  }
  for (std::size_t lane = 0; lane < n_lanes; lane += vector_doubles)
    store(out + lane, quantile_in_lanes(load(p + lane)));
}

}  // namespace
}  // namespace sanhai::ensemble
