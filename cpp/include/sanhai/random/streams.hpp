#pragma once
// Random streams by address, not by order: the bits of a stream depend on (seed, draw, component, year, place) and on
// nothing else. Threads, batches, the number of draws, the set of places and the components switched on change nothing.
//
// Packing of Philox's 64-bit key and 128-bit counter:
//   key      seed, low word then high word
//   word 0   block inside the stream, 0 .. 2^32 - 1 (four 32-bit words each; running out is an error, never a wrap);
//            event noise starts at block 256 x cell
//   word 1   draw, 0 .. 2^32 - 1
//   word 2   place key, 0 .. 2^32 - 1 (0 is what all places share)
//   word 3   component in the high 16 bits, calendar year in the low 16 (0: not of a year)
// Philox is a bijection of the counter, so two addresses never share a block.

#include <cstdint>
#include <string_view>

#include "sanhai/core/philox.hpp"
#include "sanhai/random/components.hpp"

namespace sanhai::random {

/// The place key of everything that all places of a draw share.
inline constexpr std::uint32_t shared_place = 0;

/// A place's key: a code of up to nine digits without a leading zero (GB/T 2260) is its number; any other text is
/// hashed (FNV-1a, 31 bits) with the top bit set. Hashed keys can meet (2,000 such names: 1 in 1,000): who admits free
/// names checks that keys differ. Throws DomainError on empty text.
[[nodiscard]] std::uint32_t place_key(std::string_view code);

/// The address of a stream. Wide types on purpose: a value that does not fit is refused, not cut.
struct StreamKey {
  std::uint64_t seed = 0;
  std::uint64_t draw = 0;              ///< [0, 2^32)
  Component component{};               ///< what for
  std::int64_t year = 0;               ///< calendar year, [0, 65535]; 0 for what has no year
  std::uint64_t place = shared_place;  ///< place_key, [0, 2^32)
  /// For components of one small use a cell (sex and age, birth order): cells start blocks_per_cell blocks apart, so
  /// that a cell keeps its words whatever the others take. [0, 2^24)
  std::uint64_t cell = 0;
};

/// The address of a component by its scope in the table: the year counts only where it has one, the place only where it
/// has its own.
[[nodiscard]] StreamKey address_of(Component component, std::uint64_t seed, std::uint64_t draw, std::int64_t year,
                                   std::uint64_t place);

/// A distribution of counts takes at most a block a try and accepts more than half of its tries: 256 are never reached.
inline constexpr std::uint32_t blocks_per_cell = 256;

/// The first counter of a stream. Throws DomainError when draw, year or place does not fit its field.
[[nodiscard]] core::PhiloxCounter counter_from_key(const StreamKey& key);
[[nodiscard]] core::PhiloxKey philox_key_from_seed(std::uint64_t seed);

/// 52 random bits as the midpoint of a cell: in [2^-53, 1 - 2^-53], never 0 or 1, symmetric about 1/2, exact.
[[nodiscard, gnu::always_inline]] inline double uniform_from_words(std::uint32_t high, std::uint32_t low) {
  const std::uint64_t bits = ((std::uint64_t{high} << 32) | low) >> 12;
  return (static_cast<double>(bits) + 0.5) * 0x1p-52;
}

/// A stream: a uniform random bit generator (Boost.Random's and std's distributions take it) that starts at its
/// address.
class Stream {
public:
  using result_type = std::uint32_t;

  explicit Stream(const StreamKey& key) : key_(philox_key_from_seed(key.seed)), counter_(counter_from_key(key)) {}

  [[nodiscard]] static constexpr result_type min() { return 0; }
  [[nodiscard]] static constexpr result_type max() { return 0xFFFFFFFFU; }

  /// The next 32 bits. Throws DomainError after 2^34 of them.
  result_type operator()() {
    if (used_ == 4) refill();
    return block_[used_++];
  }

  /// Uniform on the open unit interval; takes two words.
  double uniform() {
    const result_type high = (*this)();
    return uniform_from_words(high, (*this)());
  }

private:
  void refill();

  core::PhiloxKey key_;
  core::PhiloxCounter counter_;
  core::PhiloxCounter block_{};
  std::uint32_t used_ = 4;
  bool is_spent_ = false;  ///< the last block of the address has been made
};

}  // namespace sanhai::random
