#pragma once
// What the program's parts share: a hash of bits.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace sanhai::bits {

/// FNV-1a over the bytes of the values, lowest byte first. Not against an enemy: one other bit gives another hash.
class Hash {
public:
  void add(double value) { add(std::bit_cast<std::uint64_t>(value)); }
  void add(std::uint64_t word) {
    for (int shift = 0; shift < 64; shift += 8) value_ = (value_ ^ ((word >> shift) & 0xFF)) * 1099511628211ULL;
  }
  void add(std::span<const double> values) {
    for (const double value : values) add(value);
  }
  [[nodiscard]] std::uint64_t value() const { return value_; }

private:
  std::uint64_t value_ = 14695981039346656037ULL;
};

/// One named hash.
struct Part {
  const char* name;
  std::uint64_t hash;
};

}  // namespace sanhai::bits
