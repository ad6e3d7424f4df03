#pragma once
// Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror & Shaw (2011), "Parallel random numbers: as easy
// as 1, 2, 3", SC'11. Boost has no counter-based engine; this one meets Boost.Random's (and std's) engine requirements.

#include <array>
#include <cstddef>
#include <cstdint>
#include <istream>
#include <limits>
#include <ostream>
#include <type_traits>

namespace sanhai::core {

using PhiloxCounter = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;

/// The bijection itself: 128 bits of counter to 128 random bits under a 64-bit key (ten rounds).
[[nodiscard, gnu::always_inline]] inline constexpr PhiloxCounter philox4x32_10(PhiloxCounter counter, PhiloxKey key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t even = std::uint64_t{0xD2511F53U} * counter[0];
    const std::uint64_t odd = std::uint64_t{0xCD9E8D57U} * counter[2];
    counter = {static_cast<std::uint32_t>(odd >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(odd),
               static_cast<std::uint32_t>(even >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(even)};
    key[0] += 0x9E3779B9U;  // golden ratio
    key[1] += 0xBB67AE85U;  // sqrt(3) - 1
  }
  return counter;
}

/// `Lanes` independent blocks under one key, word by word (word[w][lane]), in loops a compiler turns into vector code.
/// Same bits as philox4x32_10 lane by lane.
template <std::size_t Lanes>
struct PhiloxLanes {
  std::array<std::array<std::uint64_t, Lanes>, 4> word;  ///< 32-bit values in 64-bit cells: no widening inside a round

  [[gnu::always_inline]] inline void scramble(PhiloxKey key) {
    constexpr std::uint64_t low = 0xFFFFFFFFU;
    for (int round = 0; round < 10; ++round) {
      for (std::size_t lane = 0; lane < Lanes; ++lane) {
        const std::uint64_t even = std::uint64_t{0xD2511F53U} * (word[0][lane] & low);
        const std::uint64_t odd = std::uint64_t{0xCD9E8D57U} * (word[2][lane] & low);
        word[0][lane] = (odd >> 32) ^ word[1][lane] ^ key[0];
        word[1][lane] = odd & low;
        word[2][lane] = (even >> 32) ^ word[3][lane] ^ key[1];
        word[3][lane] = even & low;
      }
      key[0] += 0x9E3779B9U;
      key[1] += 0xBB67AE85U;
    }
  }
};

/// The engine: the counter runs upwards from its start, four words a block, period 2^130.
class Philox4x32 {
public:
  using result_type = std::uint32_t;
  static constexpr bool has_fixed_range = false;  // Boost.Random reads it from older engines
  static constexpr std::uint64_t default_seed = 0;

  Philox4x32() : Philox4x32(default_seed) {}
  explicit Philox4x32(std::uint64_t seed_value) { seed(seed_value); }
  Philox4x32(PhiloxKey key, PhiloxCounter counter) : key_(key), counter_(counter) {}
  template <class SeedSeq>
    requires(!std::is_convertible_v<SeedSeq, std::uint64_t> && !std::is_same_v<SeedSeq, Philox4x32>)
  explicit Philox4x32(SeedSeq& sequence) {
    seed(sequence);
  }

  [[nodiscard]] static constexpr result_type min() { return 0; }
  [[nodiscard]] static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }

  void seed() { seed(default_seed); }
  void seed(std::uint64_t value) {
    *this = Philox4x32({static_cast<std::uint32_t>(value), static_cast<std::uint32_t>(value >> 32)}, {});
  }
  template <class SeedSeq>
    requires(!std::is_convertible_v<SeedSeq, std::uint64_t>)
  void seed(SeedSeq& sequence) {
    PhiloxKey key{};
    sequence.generate(key.begin(), key.end());
    *this = Philox4x32(key, {});
  }

  result_type operator()() {
    if (used_ == 0) block_ = philox4x32_10(counter_, key_);
    const result_type value = block_[used_];
    used_ = (used_ + 1) % 4;
    if (used_ == 0) advance(1);
    return value;
  }

  void discard(std::uint64_t n) {
    const std::uint64_t words = n % 4 + used_;
    advance(n / 4);
    advance(words / 4);
    used_ = static_cast<std::uint32_t>(words % 4);
    block_ = philox4x32_10(counter_, key_);
  }

  friend bool operator==(const Philox4x32& a, const Philox4x32& b) {
    return a.key_ == b.key_ && a.counter_ == b.counter_ && a.used_ == b.used_;
  }

  template <class Char, class Traits>
  friend std::basic_ostream<Char, Traits>& operator<<(std::basic_ostream<Char, Traits>& out, const Philox4x32& engine) {
    for (const std::uint32_t word : engine.key_) out << word << ' ';
    for (const std::uint32_t word : engine.counter_) out << word << ' ';
    return out << engine.used_;
  }
  /// Leaves the engine unchanged and sets failbit when the text is not an engine's.
  template <class Char, class Traits>
  friend std::basic_istream<Char, Traits>& operator>>(std::basic_istream<Char, Traits>& in, Philox4x32& engine) {
    Philox4x32 read;
    for (std::uint32_t& word : read.key_) in >> word;
    for (std::uint32_t& word : read.counter_) in >> word;
    in >> read.used_;
    if (in && read.used_ >= 4) in.setstate(std::ios_base::failbit);
    if (!in) return in;
    read.block_ = philox4x32_10(read.counter_, read.key_);
    engine = read;
    return in;
  }

private:
  void advance(std::uint64_t blocks) {
    const std::uint64_t low = counter_[0] | (std::uint64_t{counter_[1]} << 32);
    const std::uint64_t sum = low + blocks;
    counter_[0] = static_cast<std::uint32_t>(sum);
    counter_[1] = static_cast<std::uint32_t>(sum >> 32);
    if (sum < low && ++counter_[2] == 0) ++counter_[3];
  }

  PhiloxKey key_{};
  PhiloxCounter counter_{};
  PhiloxCounter block_{};
  std::uint32_t used_ = 0;  ///< words already taken from the block at `counter_`
};

}  // namespace sanhai::core
