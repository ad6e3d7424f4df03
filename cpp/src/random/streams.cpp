#include "sanhai/random/streams.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string>

#include "sanhai/core/error.hpp"

namespace sanhai::random {

namespace {

template <class Integer>
void require_within(const char* what, Integer value, Integer last, const char* remedy) {
  if (value >= 0 && value <= last) return;
  throw core::DomainError(core::message({.what = what,
                                         .where = "random stream",
                                         .got = std::to_string(value),
                                         .allowed = "[0, " + std::to_string(last) + "]",
                                         .remedy = remedy}));
}

}  // namespace

std::uint32_t place_key(std::string_view code) {
  if (code.empty()) {
    throw core::DomainError(core::message({.what = "place code",
                                           .where = "random stream",
                                           .got = "empty text",
                                           .allowed = "a code",
                                           .remedy = "give every place a code"}));
  }
  const bool is_number = code.size() <= 9 && code.front() != '0' &&
                         std::all_of(code.begin(), code.end(), [](char c) { return c >= '0' && c <= '9'; });
  std::uint32_t key = 0;
  if (is_number) {
    std::from_chars(code.data(), code.data() + code.size(), key);
    return key;
  }
  key = 2166136261U;
  for (const char c : code) key = (key ^ static_cast<unsigned char>(c)) * 16777619U;
  return key | 0x80000000U;
}

StreamKey address_of(Component component, std::uint64_t seed, std::uint64_t draw, std::int64_t year,
                     std::uint64_t place) {
  const Scope scope = row_of(component).scope;
  return {.seed = seed,
          .draw = draw,
          .component = component,
          .year = scope == Scope::run ? 0 : year,
          .place = scope == Scope::place ? place : shared_place};
}

core::PhiloxKey philox_key_from_seed(std::uint64_t seed) {
  return {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)};
}

core::PhiloxCounter counter_from_key(const StreamKey& key) {
  constexpr std::uint64_t last_word = std::numeric_limits<std::uint32_t>::max();
  require_within("draw", key.draw, last_word, "number draws from 0");
  require_within("place key", key.place, last_word, "use place_key(code)");
  require_within<std::int64_t>("year", key.year, std::numeric_limits<std::uint16_t>::max(), "use the calendar year");
  require_within<std::uint64_t>("cell", key.cell, last_word / blocks_per_cell, "number cells from 0");
  const auto component = static_cast<std::uint32_t>(key.component);
  return {static_cast<std::uint32_t>(key.cell) * blocks_per_cell, static_cast<std::uint32_t>(key.draw),
          static_cast<std::uint32_t>(key.place), (component << 16) | static_cast<std::uint32_t>(key.year)};
}

void Stream::refill() {
  if (is_spent_) {
    throw core::DomainError(core::message({.what = "random words",
                                           .where = "random stream",
                                           .got = "more than 2^34",
                                           .allowed = "2^34 for one address",
                                           .remedy = "give each use its own component"}));
  }
  block_ = core::philox4x32_10(counter_, key_);
  used_ = 0;
  is_spent_ = ++counter_[0] == 0;
}

}  // namespace sanhai::random
