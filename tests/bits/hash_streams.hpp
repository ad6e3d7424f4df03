#pragma once
// Hashes of what runs stand on: random streams, samplers, own exp and log; and of libm's functions, the control.

#include <vector>

#include "hash.hpp"

namespace sanhai::bits {

/// Streams and samplers over many addresses and parameters on both sides of every branch; core's functions, one double
/// at a time and in lanes.
[[nodiscard]] std::vector<Part> stream_hashes();

/// libm's functions, which change with the processor's FMA flag. No result may depend on them.
[[nodiscard]] std::vector<Part> libm_hashes();

}  // namespace sanhai::bits
