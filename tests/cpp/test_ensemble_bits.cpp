// One hash, whatever the instruction set, the threads, the batch, the number of draws or the other places.

#include <set>

#include "sanhai_catch.hpp"
#include "test_ensemble_cases.hpp"

namespace {

using namespace sanhai;
using ensemble::Isa;
using test::CaseOptions;
using test::RandomPaths;

ensemble::RunOptions kept_draws(std::size_t n_draws) {
  ensemble::RunOptions options;
  options.n_draws = n_draws;
  options.keep = ensemble::Keep::draws;
  options.ages_of = {0};
  return options;
}

/// Bits of all that a run leaves; NaN stands where a flow has no last year.
std::uint64_t hash_of_run(const ensemble::Ensemble& run) {
  std::uint64_t hash = test::hash_of(run.quantiles.flat());
  hash = test::hash_of(run.draws.flat(), hash);
  const ensemble::RowCells& cells = run.cells;
  for (const auto* array : {&cells.pop_jan1, &cells.deaths, &cells.net_migration, &cells.births, &cells.Sx})
    hash = test::hash_of(array->flat(), hash);
  return test::hash_of(cells.women_exposed.flat(), hash);
}

std::vector<CaseOptions> all_kinds() {
  CaseOptions shared;
  shared.with_draws_of_mortality = false;
  CaseOptions drawn;
  CaseOptions from_Sx;
  from_Sx.from_Sx = true;
  CaseOptions leaving;
  leaving.leaving_rate = 0.3;
  std::vector<CaseOptions> kinds{shared, drawn, from_Sx, leaving};
  for (CaseOptions& kind : kinds) kind.n_places = 3;
  return kinds;
}

TEST_CASE("bits: instruction sets, threads and batches leave one hash") {
  std::uint32_t seed = 70;
  for (const CaseOptions& kind : all_kinds()) {
    ensemble::EnsembleInputs inputs = test::random_inputs(++seed, kind);
    inputs.sums = {{2, 1}, {0, 1}};  // which makes all places one group
    const ensemble::EnsembleRunner runner(std::move(inputs), ensemble::MortalityMode::polynomial);
    const RandomPaths paths(seed);
    std::set<std::uint64_t> hashes;
    std::size_t n_runs = 0;
    for (const Isa isa : {Isa::baseline, Isa::x86_64_v3, Isa::x86_64_v4}) {
      if (!ensemble::has_isa(isa)) continue;
      for (const std::size_t threads : {1, 2, 7})
        for (const std::size_t batch : {1, 32, 1000}) {
          ensemble::RunOptions options = kept_draws(45);
          options.ages_of = {4, 1};
          options.isa = isa;
          options.threads = threads;
          options.batch = batch;
          hashes.insert(hash_of_run(runner.run(paths, options)));
          ++n_runs;
        }
    }
    REQUIRE(n_runs >= 9);
    REQUIRE(hashes.size() == 1);
  }
}

TEST_CASE("bits: the first 100 of 1,000 draws are a run of 100, and a later block is itself") {
  CaseOptions options;
  options.n_years = 4;
  const ensemble::EnsembleRunner runner(test::random_inputs(80, options), ensemble::MortalityMode::polynomial);
  const RandomPaths paths(80);
  const auto many = runner.run(paths, kept_draws(1000));
  const auto few = runner.run(paths, kept_draws(100));
  ensemble::RunOptions later = kept_draws(13);
  later.first_draw = 504;
  const auto block = runner.run(paths, later);
  for (std::size_t draw = 0; draw < 100; ++draw)
    REQUIRE(test::hash_of(many.cells.pop_jan1.view()[0][draw].flat()) ==
            test::hash_of(few.cells.pop_jan1.view()[0][draw].flat()));
  for (std::size_t draw = 0; draw < 13; ++draw)
    REQUIRE(test::hash_of(many.cells.pop_jan1.view()[0][504 + draw].flat()) ==
            test::hash_of(block.cells.pop_jan1.view()[0][draw].flat()));
  REQUIRE(test::hash_of(many.cells.pop_jan1.view()[0][0].flat()) !=
          test::hash_of(many.cells.pop_jan1.view()[0][1].flat()));
}

TEST_CASE("bits: a draw does not depend on the lane it sits in or on its neighbours") {
  CaseOptions options;
  const ensemble::EnsembleRunner runner(test::random_inputs(81, options), ensemble::MortalityMode::polynomial);
  const RandomPaths paths(81);
  const auto all = runner.run(paths, kept_draws(24));
  for (std::size_t first = 1; first < 16; first += 3) {
    ensemble::RunOptions shifted = kept_draws(8);
    shifted.first_draw = first;
    const auto part = runner.run(paths, shifted);
    for (std::size_t draw = 0; draw < 8; ++draw)
      REQUIRE(test::hash_of(all.cells.pop_jan1.view()[0][first + draw].flat()) ==
              test::hash_of(part.cells.pop_jan1.view()[0][draw].flat()));
  }
}

/// The paths of another place under this place's number.
class Moved : public ensemble::PathMaker {
public:
  Moved(const RandomPaths& paths, std::size_t place) : paths_(paths), place_(place) {}
  void draw(std::size_t, std::size_t first_draw, const ensemble::PathBlock& block) const override {
    paths_.draw(place_, first_draw, block);
  }

private:
  const RandomPaths& paths_;
  std::size_t place_;
};

TEST_CASE("bits: a place alone is the same place in a set") {
  CaseOptions options;
  options.n_places = 5;
  const ensemble::EnsembleInputs inputs = test::random_inputs(82, options);
  const RandomPaths paths(82);
  ensemble::RunOptions every = kept_draws(20);
  every.ages_of = {0, 1, 2, 3, 4};
  const auto all = ensemble::run(inputs, paths, every);
  for (std::size_t place = 0; place < 5; ++place) {
    ensemble::EnsembleInputs alone = inputs;
    alone.axes.places = {inputs.axes.places[place]};
    alone.places = {inputs.places[place]};
    const auto one = ensemble::run(alone, Moved(paths, place), kept_draws(20));
    REQUIRE(test::hash_of(all.cells.pop_jan1.view()[place].flat()) ==
            test::hash_of(one.cells.pop_jan1.view()[0].flat()));
    REQUIRE(test::hash_of(all.quantiles.view()[place].flat()) == test::hash_of(one.quantiles.view()[0].flat()));
  }
  ensemble::EnsembleInputs summed = inputs;  // nor does it matter which sums it belongs to
  summed.sums = {{1, 3}, {4, 3, 0}};
  const auto with_sums = ensemble::run(summed, paths, every);
  for (std::size_t place = 0; place < 5; ++place)
    REQUIRE(test::hash_of(all.draws.view()[place].flat()) == test::hash_of(with_sums.draws.view()[place].flat()));
}

}  // namespace
