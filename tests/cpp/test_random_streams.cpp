#include <boost/random/normal_distribution.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <random>
#include <set>
#include <sstream>
#include <vector>

#include "sanhai/core/error.hpp"
#include "sanhai/core/philox.hpp"
#include "sanhai/random/streams.hpp"
#include "sanhai_catch.hpp"

using namespace sanhai;
using core::Philox4x32;
using core::PhiloxCounter;
using random::Component;
using random::Stream;
using random::StreamKey;

namespace {

constexpr StreamKey example{.seed = 7, .draw = 3, .component = Component::migration, .year = 2031, .place = 620100};

std::vector<std::uint32_t> words(const StreamKey& key, std::size_t n = 6) {
  Stream stream(key);
  std::vector<std::uint32_t> out;
  for (std::size_t i = 0; i < n; ++i) out.push_back(stream());
  return out;
}

}  // namespace

TEST_CASE("cells of a stream are apart, and cell 0 is the stream", "[random]") {
  StreamKey key = example;
  std::set<std::vector<std::uint32_t>> found;
  for (const std::uint64_t cell : {0, 1, 2, 201}) {
    key.cell = cell;
    found.insert(words(key));
  }
  CHECK(found.size() == 4);
  key.cell = 0;
  CHECK(words(key) == words(example));
  // Cell 1 begins where cell 0 would have come after 256 blocks of four words.
  key.cell = 1;
  CHECK(words(key).front() == words(example, 256 * 4 + 1).back());
  key.cell = std::uint64_t{1} << 24;
  CHECK_THROWS_AS(Stream(key), core::DomainError);
}

TEST_CASE("Philox4x32-10 gives Random123's known answers", "[random]") {
  // kat_vectors of Random123 (Salmon et al. 2011)
  CHECK(core::philox4x32_10({0, 0, 0, 0}, {0, 0}) == PhiloxCounter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(core::philox4x32_10({~0U, ~0U, ~0U, ~0U}, {~0U, ~0U}) ==
        PhiloxCounter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(core::philox4x32_10({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        PhiloxCounter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("blocks in lanes are blocks one by one", "[random]") {
  core::PhiloxLanes<8> lanes;
  for (std::size_t lane = 0; lane < 8; ++lane) {
    for (std::size_t w = 0; w < 4; ++w) lanes.word[w][lane] = 0xF0000000U + 977 * lane + w;
  }
  const auto start = lanes;
  lanes.scramble({5, 6});
  for (std::size_t lane = 0; lane < 8; ++lane) {
    PhiloxCounter counter;
    for (std::size_t w = 0; w < 4; ++w) counter[w] = static_cast<std::uint32_t>(start.word[w][lane]);
    const PhiloxCounter expected = core::philox4x32_10(counter, {5, 6});
    for (std::size_t w = 0; w < 4; ++w) CHECK(lanes.word[w][lane] == expected[w]);
  }
}

TEST_CASE("the engine meets Boost's and the standard's requirements", "[random]") {
  static_assert(std::uniform_random_bit_generator<Philox4x32>);
  static_assert(std::uniform_random_bit_generator<Stream>);
  Philox4x32 engine(0x299f31d0a4093822ULL);
  boost::random::uniform_int_distribution<int> die(1, 6);
  boost::random::normal_distribution<double> normal;
  for (int i = 0; i < 100; ++i) {
    const int face = die(engine);
    CHECK((face >= 1 && face <= 6));
    CHECK(std::abs(normal(engine)) < 10);
  }
  SECTION("discard is stepping, across blocks and words") {
    for (const std::uint64_t n : {0, 1, 2, 3, 4, 5, 7, 8, 1001}) {
      Philox4x32 stepped = engine;
      Philox4x32 jumped = engine;
      for (std::uint64_t i = 0; i < n; ++i) (void)stepped();
      jumped.discard(n);
      CHECK(stepped == jumped);
      CHECK(stepped() == jumped());
    }
  }
  SECTION("text and back, in the middle of a block") {
    (void)engine();
    std::stringstream text;
    text << engine;
    Philox4x32 read;
    text >> read;
    CHECK(read == engine);
    CHECK(read() == engine());
    std::stringstream broken("1 2 3");
    const Philox4x32 before = read;
    broken >> read;
    CHECK(broken.fail());
    CHECK(read == before);
  }
  SECTION("the counter carries over all four words") {
    Philox4x32 last({1, 2}, {~0U, ~0U, ~0U, 8});
    last.discard(4);
    CHECK(last() == core::philox4x32_10({0, 0, 0, 9}, {1, 2})[0]);
  }
  SECTION("seeds") {
    std::seed_seq sequence{1, 2, 3};
    CHECK_FALSE(Philox4x32(sequence) == Philox4x32());
    engine.seed();
    CHECK(engine == Philox4x32());
  }
}

TEST_CASE("a stream's bits are those of its documented address", "[random]") {
  const PhiloxCounter first = core::philox4x32_10({0, 3, 620100, (6U << 16) | 2031U}, {7, 0});
  const PhiloxCounter second = core::philox4x32_10({1, 3, 620100, (6U << 16) | 2031U}, {7, 0});
  CHECK(words(example) == std::vector<std::uint32_t>{first[0], first[1], first[2], first[3], second[0], second[1]});
  StreamKey wide = example;
  wide.seed = 0x8000000500000007ULL;  // both halves of the seed, whole
  const PhiloxCounter other = core::philox4x32_10({0, 3, 620100, (6U << 16) | 2031U}, {7, 0x80000005U});
  CHECK(words(wide, 4) == std::vector<std::uint32_t>{other[0], other[1], other[2], other[3]});
}

TEST_CASE("every part of the address makes another stream", "[random]") {
  std::set<std::vector<std::uint32_t>> seen;
  for (std::uint64_t seed : {0ULL, 1ULL, 1ULL << 32})
    for (std::uint64_t draw : {0, 1, 2})
      for (const Component component : {Component::tfr_level, Component::tfr_start, Component::migration})
        for (std::int64_t year : {0, 1, 2025})
          for (std::uint64_t place : {0, 1, 620100}) seen.insert(words({seed, draw, component, year, place}));
  CHECK(seen.size() == 243);
}

TEST_CASE("an address that does not fit is refused", "[random]") {
  StreamKey key = example;
  SECTION("draw") { key.draw = 1ULL << 32; }
  SECTION("place") { key.place = 1ULL << 32; }
  SECTION("year above") { key.year = 65536; }
  SECTION("year below") { key.year = -1; }
  CHECK_THROWS_AS(Stream(key), core::DomainError);
}

TEST_CASE("place keys", "[random]") {
  CHECK(random::place_key("620100") == 620100);
  CHECK(random::place_key("0620100") >= 0x80000000U);
  CHECK(random::place_key("Lanzhou") >= 0x80000000U);
  CHECK(random::place_key("Lanzhou") != random::place_key("Ganzhou"));
  CHECK(random::place_key("a") == (0xe40c292cU | 0x80000000U));  // FNV-1a's published value for "a"
  CHECK_THROWS_AS(random::place_key(""), core::DomainError);
}

TEST_CASE("uniforms stay inside the open interval", "[random]") {
  CHECK(random::uniform_from_words(0, 0) == 0x1p-53);
  CHECK(random::uniform_from_words(~0U, ~0U) == 1.0 - 0x1p-53);
  CHECK(random::uniform_from_words(0x80000000U, 0) == 0.5 + 0x1p-53);
}
