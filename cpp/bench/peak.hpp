#pragma once
// The machine's own ceiling for multiplications and additions that are not fused.

#include "sanhai/ensemble/kernel.hpp"

namespace sanhai::bench {

/// Floating-point operations a second of one thread in independent chains of x * a + b, best of several tries.
[[nodiscard]] double measured_peak(ensemble::Isa isa);

/// Seconds of a clock that never goes back.
[[nodiscard]] double now();

}  // namespace sanhai::bench
