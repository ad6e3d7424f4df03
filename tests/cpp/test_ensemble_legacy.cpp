// Legacy counts in draws: each draw is the count of one run with its own survivorship; one set of bits.

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "legacy_fixtures.hpp"
#include "sanhai/core/error.hpp"
#include "sanhai/ensemble/legacy_counts.hpp"
#include "sanhai_catch.hpp"
#include "test_ensemble_cases.hpp"

namespace {

using namespace sanhai;
using namespace sanhai::ensemble;
using namespace sanhai::test;
using legacy::Kind;
using legacy::Take;

/// Deaths vary by place as well.
class FactoredPaths : public RandomPaths {
public:
  using RandomPaths::RandomPaths;
  bool has_death_factor() const override { return true; }
  double death_factor(std::size_t place, std::size_t draw, std::size_t t) const override {
    return 1.0 + 0.2 * value(place, draw, t, 4);
  }
};

LegacyInputs some_inputs(std::uint32_t seed, std::size_t n_places, const CaseOptions& options) {
  const EnsembleInputs random = random_inputs(seed, options);
  LegacyInputs inputs;
  inputs.axes = random.axes;
  inputs.axes.places.clear();
  inputs.mortality = random.mortality;
  const legacy::Couples couples = some_couples(options.n_years, random.axes.first_year);
  for (std::size_t p = 0; p < n_places; ++p) {
    inputs.axes.places.push_back(std::to_string(620100 + p));
    inputs.places.push_back({.couples = couples, .women = random_women(seed + static_cast<std::uint32_t>(p))});
    inputs.rows.push_back({p});
  }
  inputs.counts.push_back({.wife_from = 49, .kinds = only_kind(Kind::bereaved)});
  inputs.counts.push_back(
      {.take = Take::entries, .is_households = true, .wife_from = 49, .kinds = only_kind(Kind::bereaved)});
  inputs.counts.push_back(
      {.take = Take::deaths, .ages = {legacy::Ages{60, 100}, legacy::Ages{60, 80}}, .kinds = only_kind(Kind::only_child)});
  return inputs;
}

RunOptions draws(std::size_t n, std::size_t first = 0, std::size_t threads = 1, std::optional<Isa> isa = {}) {
  RunOptions options;
  options.n_draws = n;
  options.first_draw = first;
  options.threads = threads;
  options.isa = isa;
  return options;
}

CaseOptions six_years() {
  CaseOptions options;
  options.n_years = 6;
  return options;
}

TEST_CASE("legacy draws: each is the count of a run with the draw's survivorship") {
  for (const bool from_Sx : {false, true}) {
    CaseOptions options = six_years();
    options.from_Sx = from_Sx;
    LegacyInputs inputs = some_inputs(90, 2, options);
    inputs.places[1].factor = core::Array<2>({3, 1}, 0.5);
    const FactoredPaths paths(90);
    const core::Array<4> found = legacy_counts(inputs, paths, draws(11));
    for (std::size_t p = 0; p < 2; ++p)
      for (std::size_t draw = 0; draw < 11; ++draw) {
        core::Array<3> Sx({options.n_years, core::n_sexes, legacy::n_ages});
        for (std::size_t t = 0; t < options.n_years; ++t) {
          const core::Array<2> drawn = Sx_at(inputs.mortality[0], t, paths.k(draw, t));
          const double factor = paths.death_factor(p, draw, t);
          for (std::size_t sex = 0; sex < core::n_sexes; ++sex)
            for (std::size_t x = 0; x < legacy::n_ages; ++x) Sx(t, sex, x) = 1.0 - factor * (1.0 - drawn(sex, x));
        }
        const core::Array<2> expected =
            legacy::counts(inputs.places[p].couples, inputs.places[p].women.view(), Sx.view(), inputs.counts);
        for (std::size_t c = 0; c < 3; ++c)
          for (std::size_t t = 0; t < options.n_years; ++t)
            REQUIRE(relative_close(found(c, p, t, draw), (p == 1 ? 0.5 : 1.0) * expected(c, t), 1e-8));
      }
  }
}

TEST_CASE("legacy draws: where nothing varies every draw has the bits of the one run") {
  CaseOptions options = six_years();
  options.with_draws_of_mortality = false;
  options.from_Sx = true;
  const LegacyInputs inputs = some_inputs(91, 1, options);
  const core::Array<4> found = legacy_counts(inputs, RandomPaths(91), draws(9));
  const core::Array<2> one = legacy::counts(inputs.places[0].couples, inputs.places[0].women.view(),
                                            inputs.mortality[0].Sx.view(), inputs.counts);
  for (std::size_t c = 0; c < 3; ++c)
    for (std::size_t t = 0; t < options.n_years; ++t)
      for (std::size_t draw = 0; draw < 9; ++draw) REQUIRE(found(c, 0, t, draw) == one(c, t));
}

TEST_CASE("legacy draws: instruction sets and threads leave one hash, a block of draws its own") {
  LegacyInputs inputs = some_inputs(92, 3, six_years());
  inputs.rows = {{0, 1, 2}, {2}};
  const FactoredPaths paths(92);
  std::set<std::uint64_t> hashes;
  std::size_t n_runs = 0;
  for (const Isa isa : {Isa::baseline, Isa::x86_64_v3, Isa::x86_64_v4}) {
    if (!has_isa(isa)) continue;
    for (const std::size_t threads : {1, 2, 7}) {
      hashes.insert(hash_of(legacy_counts(inputs, paths, draws(45, 0, threads, isa)).flat()));
      ++n_runs;
    }
  }
  REQUIRE(n_runs >= 3);
  REQUIRE(hashes.size() == 1);
  const core::Array<4> all = legacy_counts(inputs, paths, draws(45));
  const core::Array<4> few = legacy_counts(inputs, paths, draws(10));
  const core::Array<4> later = legacy_counts(inputs, paths, draws(5, 16));
  for (std::size_t c = 0; c < 3; ++c)
    for (std::size_t row = 0; row < 2; ++row)
      for (std::size_t t = 0; t < 6; ++t) {
        for (std::size_t draw = 0; draw < 10; ++draw) REQUIRE(few(c, row, t, draw) == all(c, row, t, draw));
        for (std::size_t draw = 0; draw < 5; ++draw) REQUIRE(later(c, row, t, draw) == all(c, row, t, draw + 16));
      }
}

/// Paths of the same places in another order.
class Reordered : public FactoredPaths {
public:
  Reordered(std::uint64_t seed, std::vector<std::size_t> order) : FactoredPaths(seed), order_(std::move(order)) {}
  void draw(std::size_t place, std::size_t first_draw, const PathBlock& block) const override {
    FactoredPaths::draw(order_[place], first_draw, block);
  }

private:
  std::vector<std::size_t> order_;
};

TEST_CASE("legacy draws: the order of places and the other places never matter to a place") {
  // More places than a block holds.
  constexpr std::size_t n_places = 70;
  const LegacyInputs inputs = some_inputs(93, n_places, six_years());
  std::vector<std::size_t> order(n_places);
  for (std::size_t p = 0; p < n_places; ++p) order[p] = (p * 29 + 7) % n_places;
  LegacyInputs other = inputs;
  for (std::size_t p = 0; p < n_places; ++p) {
    other.places[p] = inputs.places[order[p]];
    other.axes.places[p] = inputs.axes.places[order[p]];
  }
  other.rows.push_back({});
  for (std::size_t p = 0; p < n_places; ++p) other.rows.back().push_back(p);
  const core::Array<4> found = legacy_counts(inputs, FactoredPaths(93), draws(3, 0, 2));
  const core::Array<4> again = legacy_counts(other, Reordered(93, order), draws(3));
  for (std::size_t c = 0; c < 3; ++c)
    for (std::size_t t = 0; t < 6; ++t)
      for (std::size_t draw = 0; draw < 3; ++draw) {
        double sum = 0.0;
        for (std::size_t p = 0; p < n_places; ++p) {
          REQUIRE(again(c, p, t, draw) == found(c, order[p], t, draw));
          sum += again(c, p, t, draw);
        }
        REQUIRE(again(c, n_places, t, draw) == sum);
      }
}

/// Half as many more die than there are.
class Deadly : public RandomPaths {
public:
  using RandomPaths::RandomPaths;
  bool has_death_factor() const override { return true; }
  double death_factor(std::size_t place, std::size_t draw, std::size_t t) const override {
    return place == 1 && draw == 9 && t == 2 ? 1e4 : 1.0;
  }
};

/// A maker that knows births of its own.
class WithBirths : public RandomPaths {
public:
  using RandomPaths::RandomPaths;
  RateAges rate_ages() const override { return {.first = 15, .n = 35}; }
};

TEST_CASE("legacy draws: refusals") {
  const LegacyInputs inputs = some_inputs(94, 2, six_years());
  const RandomPaths paths(94);
  std::string said;
  try {
    (void)legacy_counts(inputs, Deadly(94), draws(16, 0, 2));
  } catch (const core::DomainError& error) {
    said = error.what();
  }
  REQUIRE(said.find("620101") != std::string::npos);
  REQUIRE(said.find("2026") != std::string::npos);
  REQUIRE(said.find("draw 9") != std::string::npos);
  LegacyInputs odd = inputs;
  odd.places[1].couples = some_couples(5, 2024);
  REQUIRE_THROWS_AS(legacy_counts(odd, paths, draws(1)), core::ShapeError);
  odd = inputs;
  odd.places[0].couples = some_couples(6, 2023);
  REQUIRE_THROWS_AS(legacy_counts(odd, paths, draws(1)), core::ShapeError);
  odd = inputs;
  odd.places[1].mortality = 1;
  REQUIRE_THROWS_AS(legacy_counts(odd, paths, draws(1)), core::ShapeError);
  odd = inputs;
  odd.rows.push_back({2});
  REQUIRE_THROWS_AS(legacy_counts(odd, paths, draws(1)), core::ShapeError);
  odd = inputs;
  odd.places[0].factor = core::Array<2>({2, 1}, 1.0);
  REQUIRE_THROWS_AS(legacy_counts(odd, paths, draws(1)), core::ShapeError);
  REQUIRE_THROWS_AS(legacy_counts(inputs, paths, draws(0)), core::ConfigError);
  REQUIRE_THROWS_AS(legacy_counts(inputs, paths, draws(8, 0, 0)), core::ConfigError);
  REQUIRE_THROWS_AS(legacy_counts(inputs, WithBirths(94), draws(8)), core::ConfigError);
  RunOptions small = draws(1000);
  small.budget_bytes = 1000;
  REQUIRE_THROWS_AS(legacy_counts(inputs, paths, small), core::ConfigError);
}

}  // namespace
