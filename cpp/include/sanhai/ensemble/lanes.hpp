#pragma once
// How draws lie in memory: eight to a batch, one per SIMD lane, whatever the instruction set. Only plain types here,
// since the sources compiled for an instruction set include this and must not leave a symbol another object could pick
// up.

#include <cstddef>

namespace sanhai::ensemble {

/// Draws in one batch. The bits of a draw do not depend on its lane or on its neighbours.
inline constexpr std::size_t n_lanes = 8;

/// Oldest age the lanes hold room for, plus one (the United Nations work to 130).
inline constexpr std::size_t max_ages = 136;

/// Women's parities 0, 1, 2, 3+ and birth orders 1, 2, 3+.
inline constexpr std::size_t n_parities = 4;

/// Instruction sets with an object of their own; `baseline` is what the compiler assumes without a flag (SSE2 on
/// x86-64).
enum class Isa { baseline, x86_64_v3, x86_64_v4 };

/// Draws rounded up to whole batches.
[[nodiscard]] constexpr std::size_t padded(std::size_t n_draws) { return (n_draws + n_lanes - 1) / n_lanes * n_lanes; }

}  // namespace sanhai::ensemble
