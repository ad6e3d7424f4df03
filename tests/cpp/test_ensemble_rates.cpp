// The ensemble on rates by draw: whose births they are, and factors on deaths.
#include "ensemble_policy_fixtures.hpp"
#include "sanhai_catch.hpp"

#include <algorithm>
#include <string>

#include "sanhai/core/error.hpp"
#include "sanhai/ensemble/run.hpp"

using namespace sanhai;
using namespace sanhai::ensemble;
using namespace sanhai::test;

namespace {

/// Rates made of a schedule's, or a factor on deaths, and nothing else.
class Plain : public PathMaker {
public:
  Plain(const core::Array<2>& asfr, bool rates, double factor) : asfr_(asfr), has_rates_(rates), factor_(factor) {}
  void draw(std::size_t, std::size_t first_draw, const PathBlock& block) const override {
    for (std::size_t lane = 0; lane < n_lanes; ++lane)
      for (std::size_t t = 0; t < n_years; ++t) {
        block.death_factor(t, lane) = (first_draw + lane) % 2 ? factor_ : 1.0;
        for (std::size_t x = 0; has_rates_ && x < 35; ++x) {
          block.start_rate(t, 0, x, lane) = block.end_rate(t, 0, x, lane) = 0.5 * asfr_(t, 15 + x);
        }
      }
  }
  [[nodiscard]] bool has_fertility() const override { return false; }
  [[nodiscard]] bool has_k() const override { return false; }
  [[nodiscard]] bool has_shock() const override { return false; }
  [[nodiscard]] bool has_death_factor() const override { return factor_ != 1.0; }
  [[nodiscard]] RateAges rate_ages() const override { return has_rates_ ? RateAges{15, 35} : RateAges{}; }

private:
  const core::Array<2>& asfr_;
  bool has_rates_;
  double factor_;
};

Ensemble run_plain(bool rates, double factor, std::size_t batch = 32) {
  const core::Array<2> asfr = totals();
  RunOptions options;
  options.n_draws = 13;
  options.batch = batch;
  options.keep = Keep::draws;
  options.ages_of = {0, 1};
  return run(two_place_inputs(), Plain(asfr, rates, factor), options);
}

}  // namespace

TEST_CASE("Births by rates are those of the schedule; a factor on deaths is the schedule's with that factor") {
  const Ensemble plain = run_plain(false, 1.0);
  const Ensemble rated = run_plain(true, 1.0);
  double most = 0.0;
  for (std::size_t i = 0; i < plain.cells.pop_jan1.flat().size(); ++i) {
    most = std::max(most, std::abs(plain.cells.pop_jan1.flat()[i] / rated.cells.pop_jan1.flat()[i] - 1.0));
  }
  CHECK(most <= 1e-12);
  const std::size_t tfr = static_cast<std::size_t>(Indicator::tfr);
  CHECK(close(rated.draws(0, tfr, 3, 5), plain.draws(0, tfr, 3, 5), 1e-13));

  const Ensemble dying = run_plain(false, 1.1);
  CHECK(same_bits(dying.draws.flat(), run_plain(false, 1.1, 8).draws.flat()));
  const core::Array<3> mx = two_place_inputs().mortality[0].mx;
  core::Array<2> of_year({core::n_sexes, n_ages});
  for (std::size_t s = 0; s < core::n_sexes; ++s)
    for (std::size_t x = 0; x < n_ages; ++x) of_year(s, x) = mx(0, s, x);
  const core::Array<1> a0({core::n_sexes}, 0.5);
  const core::Array<2> Sx = Sx_from_mx(of_year.view(), a0.view());
  for (std::size_t draw = 0; draw < 13; ++draw)
    for (std::size_t x = 1; x < n_ages - 1; ++x) {
      const double dead = (1.0 - Sx(1, x)) * (draw % 2 ? 1.1 : 1.0);
      const double expected = plain.cells.pop_jan1(0, draw, 0, 1, x - 1) * (1.0 - dead);
      CHECK(test::relative_close(dying.cells.pop_jan1(0, draw, 1, 1, x), expected, 1e-13));
      if (draw % 2 == 0) CHECK(dying.cells.pop_jan1(0, draw, 1, 1, x) == plain.cells.pop_jan1(0, draw, 1, 1, x));
    }
  const std::size_t e0 = static_cast<std::size_t>(Indicator::e0_female);
  CHECK(dying.draws(0, e0, 0, 1) < dying.draws(0, e0, 0, 0) - 0.3);
  CHECK(dying.draws(0, e0, 0, 0) == plain.draws(0, e0, 0, 0));
  // Thrice the largest probability of dying is below one; five times it is not, and the youngest such man is named.
  std::size_t first_above = 0;
  while (!((1.0 - Sx(0, first_above)) * 5.0 > 1.0)) ++first_above;
  CHECK(1.0 - *std::ranges::min_element(Sx.flat()) < 1.0 / 3.0);
  CHECK(run_plain(false, 3.0).n_draws == 13);
  std::string message;
  try {
    (void)run_plain(false, 5.0);
  } catch (const core::DomainError& error) {
    message = error.what();
  }
  INFO(message);
  // Named as what it is, not as the cell below zero that comes of it.
  for (const char* part : {"probability of dying", "2021", " male", "draw 1"})
    CHECK(message.find(part) != std::string::npos);
  CHECK(message.find("age " + std::to_string(first_above) + ",") != std::string::npos);
}

namespace {

/// Rates that differ by year, order, age, draw and half of the year.
class AllDifferent : public PathMaker {
public:
  static double start_rate(std::size_t t, std::size_t i, std::size_t x, std::size_t draw) {
    return 1e-4 * static_cast<double>((7 * t + 11 * i + 5 * x + 3 * draw) % 101);
  }
  static double end_rate(std::size_t t, std::size_t i, std::size_t x, std::size_t draw) {
    return 2e-4 * static_cast<double>((13 * t + 3 * i + 17 * x + 7 * draw) % 89);
  }
  void draw(std::size_t, std::size_t first_draw, const PathBlock& block) const override {
    for (std::size_t t = 0; t < n_years; ++t)
      for (std::size_t i = 0; i < core::n_orders; ++i)
        for (std::size_t x = 0; x < 35; ++x)
          for (std::size_t lane = 0; lane < n_lanes; ++lane) {
            block.start_rate(t, i, x, lane) = start_rate(t, i, 15 + x, first_draw + lane);
            block.end_rate(t, i, x, lane) = end_rate(t, i, 15 + x, first_draw + lane);
          }
  }
  [[nodiscard]] bool has_fertility() const override { return false; }
  [[nodiscard]] bool has_k() const override { return false; }
  [[nodiscard]] bool has_shock() const override { return false; }
  [[nodiscard]] RateAges rate_ages() const override { return {15, 35}; }
};

}  // namespace

TEST_CASE("Rates by draw fall on the women of January and on those who reach the age by the year's end") {
  RunOptions options;
  options.n_draws = 13;
  options.keep = Keep::draws;
  options.ages_of = {0, 1};
  const Ensemble got = run(two_place_inputs(), AllDifferent(), options);
  const std::size_t births = static_cast<std::size_t>(Indicator::births);
  const std::size_t tfr = static_cast<std::size_t>(Indicator::tfr);
  for (std::size_t draw = 0; draw < options.n_draws; ++draw)
    for (const std::size_t t : {0, 1, 17}) {
      double all = 0.0;
      double period = 0.0;
      core::Array<1> of_age({n_ages});
      for (std::size_t i = 0; i < core::n_orders; ++i) {
        double of_order = 0.0;
        for (std::size_t x = 15; x < 50; ++x) {
          // Nobody moves here, so those who reach the age are next January's women.
          const double born = AllDifferent::start_rate(t, i, x, draw) * got.cells.pop_jan1(1, draw, t, 1, x) +
                              AllDifferent::end_rate(t, i, x, draw) * got.cells.pop_jan1(1, draw, t + 1, 1, x);
          of_order += born;
          of_age(x) += born;
        }
        CHECK(test::relative_close(got.draws(1, static_cast<std::size_t>(Indicator::births_order_1) + i, t, draw),
                                   of_order, 1e-13));
        all += of_order;
      }
      for (std::size_t x = 15; x < 50; ++x) {
        period += of_age(x) / (0.5 * (got.cells.pop_jan1(1, draw, t, 1, x) + got.cells.pop_jan1(1, draw, t + 1, 1, x)));
      }
      CHECK(test::relative_close(got.draws(1, births, t, draw), all, 1e-13));
      CHECK(test::relative_close(got.draws(1, tfr, t, draw), period, 1e-13));
    }
}
