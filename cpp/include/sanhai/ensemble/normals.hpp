#pragma once
// Standard normals of many draws at once, in the lanes of the fastest instruction set.

#include <span>

#include "sanhai/random/streams.hpp"

namespace sanhai::ensemble {

/// Standard normals of the draws key.draw, key.draw + 1, ...: out[i] is what random::draw_normal gives with the stream
/// of draw key.draw + i, to the bit, several times faster.
void draw_normals(const random::StreamKey& key, std::span<double> out);

}  // namespace sanhai::ensemble
