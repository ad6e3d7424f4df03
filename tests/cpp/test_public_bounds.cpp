// Public functions refuse sizes and years that their arithmetic cannot hold, before they read or write a cell.

#include <string>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/view.hpp"
#include "sanhai/engine/calibrate.hpp"
#include "sanhai/engine/census.hpp"
#include "sanhai/ensemble/demographic_paths.hpp"
#include "sanhai/fiscal/ledger.hpp"
#include "sanhai/nursery/account.hpp"
#include "sanhai/rates/lee_carter.hpp"
#include "sanhai/rates/parity_inputs.hpp"
#include "sanhai_catch.hpp"

using namespace sanhai;

namespace {

template <std::size_t N>
core::Array<N> filled(core::Shape<N> shape, double value) {
  return core::Array<N>(shape, value);
}

engine::Group group() {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  engine::Group made;
  made.axes = {.places = {"x"}, .first_year = 2021, .n_years = 2, .n_ages = 40};
  made.pop_jan1 = filled<3>({1, 2, 40}, 100.0);
  made.mx = filled<3>({2, 2, 40}, 0.02);
  made.asfr = filled<3>({1, 2, 40}, 0.0);
  for (std::size_t t = 0; t < 2; ++t)
    for (std::size_t x = 15; x < 39; ++x) made.asfr(0, t, x) = 0.05;
  made.order_share = core::Array<2>({2, 3}, {0.5, 0.3, 0.2, 0.5, 0.3, 0.2});
  made.srb = filled<1>({2}, 1.05);
  made.migration_pattern = filled<3>({1, 2, 40}, 1.0 / 80.0);
  made.births = {120.0, nan};
  made.cbr = made.deaths = made.cdr = made.pop_end = {nan, nan};
  made.residual = {0.0, 0.0};
  return made;
}

}  // namespace

TEST_CASE("an array whose cells cannot be counted is refused") {
  const std::size_t half = std::size_t{1} << 32;
  REQUIRE_THROWS_AS(core::Array<2>({half, half}), core::ShapeError);  // 2^64 wraps round to 0 cells
  REQUIRE_THROWS_AS(core::Array<3>({half, half, 2}), core::ShapeError);
  CHECK(core::Array<2>({0, 7}).empty());
}

TEST_CASE("calendar years are bounded at both ends") {
  core::check_calendar_years("year", 1000);
  core::check_calendar_years("year", 3000);
  core::check_calendar_years("year", 2950, 51);
  REQUIRE_THROWS_AS(core::check_calendar_years("year", 999), core::DomainError);
  REQUIRE_THROWS_AS(core::check_calendar_years("year", 3001), core::DomainError);
  REQUIRE_THROWS_AS(core::check_calendar_years("year", 2950, 52), core::DomainError);
  REQUIRE_THROWS_AS(core::check_calendar_years("year", 2021, std::size_t{1} << 63), core::DomainError);
  REQUIRE_THROWS_AS(core::check_calendar_years("year", std::numeric_limits<int>::min()), core::DomainError);
}

TEST_CASE("census functions refuse shapes and survivorship that do not fit") {
  const auto stock = filled<2>({2, 40}, 100.0);
  const auto Sx = filled<2>({2, 40}, 0.9);
  CHECK(engine::november_to_january(stock.view(), Sx.view()).extent(1) == 40);
  for (const core::Shape<2> wrong : {core::Shape<2>{2, 39}, {1, 40}, {3, 40}, {2, 0}, {0, 0}}) {
    const auto other = filled<2>(wrong, 0.9);
    REQUIRE_THROWS_AS(engine::november_to_january(stock.view(), other.view()), core::ShapeError);
    REQUIRE_THROWS_AS(engine::november_to_january(other.view(), Sx.view()), core::ShapeError);
  }
  REQUIRE_THROWS_AS(engine::november_to_january(stock.view(), stock.view()), core::DomainError);

  const std::size_t lower[] = {0, 10};
  const auto counts = filled<2>({2, 2}, 500.0);
  CHECK(engine::single_years(counts.view(), lower, stock.view())(0, 0) == 50.0);
  const std::size_t beyond[] = {0, 41};
  const std::size_t late[] = {1, 10};
  const std::size_t falling[] = {10, 0};
  for (const auto& wrong : {beyond, late, falling}) {
    REQUIRE_THROWS_AS(engine::single_years(counts.view(), {wrong, 2}, stock.view()), core::ShapeError);
  }
  REQUIRE_THROWS_AS(engine::single_years(filled<2>({3, 2}, 1.0).view(), lower, stock.view()), core::ShapeError);
  REQUIRE_THROWS_AS(engine::single_years(counts.view(), lower, filled<2>({1, 40}, 1.0).view()), core::ShapeError);

  const auto years = filled<3>({3, 2, 40}, 0.9);
  CHECK(engine::reverse_survived(stock.view(), years.view()).extent(1) == 40);
  REQUIRE_THROWS_AS(engine::reverse_survived(stock.view(), filled<3>({3, 1, 40}, 0.9).view()), core::ShapeError);
  REQUIRE_THROWS_AS(engine::reverse_survived(filled<2>({2, 4}, 1.0).view(), filled<3>({3, 2, 4}, 0.9).view()),
                    core::ShapeError);

  const auto groups = filled<2>({2, 18}, 100.0);
  const auto later = filled<2>({2, 18}, 90.0);
  const auto ten = filled<2>({2, 18}, 0.8);
  CHECK(engine::migration_pattern(groups.view(), later.view(), ten.view(), 101).extent(1) == 101);
  const auto narrow = filled<2>({2, 17}, 100.0);
  REQUIRE_THROWS_AS(engine::migration_pattern(narrow.view(), later.view(), ten.view(), 101), core::ShapeError);
  REQUIRE_THROWS_AS(engine::migration_pattern(groups.view(), narrow.view(), ten.view(), 101), core::ShapeError);
  REQUIRE_THROWS_AS(engine::migration_pattern(groups.view(), later.view(), narrow.view(), 101), core::ShapeError);
  REQUIRE_THROWS_AS(engine::migration_pattern(groups.view(), later.view(), ten.view(), 74), core::ShapeError);
  const auto nobody = filled<2>({2, 18}, 0.0);
  REQUIRE_THROWS_AS(engine::migration_pattern(nobody.view(), nobody.view(), ten.view(), 101), core::DomainError);
}

TEST_CASE("calibrate refuses a group whose arrays disagree") {
  CHECK(engine::calibrate(group()).births_fitted == std::vector<bool>{true, false});
  const auto refuses = [](auto&& spoil) {
    engine::Group wrong = group();
    spoil(wrong);
    REQUIRE_THROWS_AS(engine::calibrate(wrong), core::ShapeError);
  };
  refuses([](engine::Group& g) { g.axes.places.clear(); });
  refuses([](engine::Group& g) { g.axes.places.emplace_back("y"); });
  refuses([](engine::Group& g) { g.pop_jan1 = filled<3>({1, 2, 39}, 1.0); });
  refuses([](engine::Group& g) { g.mx = filled<3>({1, 2, 40}, 0.02); });
  refuses([](engine::Group& g) { g.asfr = filled<3>({1, 2, 39}, 0.0); });
  refuses([](engine::Group& g) { g.order_share = filled<2>({2, 2}, 0.5); });
  refuses([](engine::Group& g) { g.srb = filled<1>({1}, 1.05); });
  refuses([](engine::Group& g) { g.migration_pattern = filled<3>({1, 1, 40}, 1.0 / 40.0); });
  refuses([](engine::Group& g) { g.residual.pop_back(); });
  engine::Group zero = group();
  zero.births[0] = 0.0;  // no factor brings births to 0
  REQUIRE_THROWS_AS(engine::calibrate(zero), core::DomainError);
}

TEST_CASE("years of money and places are bounded, and so are the loops they drive") {
  constexpr int last = std::numeric_limits<int>::max();
  const auto pop = filled<4>({1, 3, 2, 10}, 1.0);
  const auto births = filled<3>({1, 2, 3}, 1.0);
  const core::Array<3> history({1, 8, 3}, 1.0 / 3.0);
  const fiscal::Observed observed{.axes = {.places = {"x"}, .first_year = 2025, .n_years = 2, .n_ages = 10},
                                  .pop_jan1 = pop.view(),
                                  .births = births.view(),
                                  .order_share_history = history.view()};
  CHECK(fiscal::book(observed, {}, 2).cost_nominal.extent(0) == 0);
  REQUIRE_THROWS_AS(fiscal::committed_tail(observed, {}, last), core::DomainError);
  fiscal::Observed odd = observed;
  odd.axes.first_year = last;
  REQUIRE_THROWS_AS(fiscal::book(odd, {}, 2), core::DomainError);
  odd.axes.first_year = -last;
  REQUIRE_THROWS_AS(fiscal::book(odd, {}, 2), core::DomainError);
  odd = observed;
  odd.births = {births.flat().data(), {1, 1, 3}};  // one year of births beside three 1 Januaries
  REQUIRE_THROWS_AS(fiscal::book(odd, {}, 2), core::ShapeError);
  odd = observed;
  odd.order_share_history = {history.flat().data(), {0, 8, 3}};
  REQUIRE_THROWS_AS(fiscal::book(odd, {}, 2), core::ShapeError);

  const nursery::Observed people{.axes = observed.axes, .pop_jan1 = pop.view()};
  nursery::Settings settings;
  settings.last_paid_year = last;
  REQUIRE_THROWS_AS(nursery::account(people, settings), core::ConfigError);
}

TEST_CASE("tables of rates are bounded") {
  const core::Array<2> b({1, 2}, 0.5);
  const std::vector<double> lower{0.0, 5.0};
  CHECK(rates::single_age_b(b.view(), lower, 10).extent(1) == 10);
  REQUIRE_THROWS_AS(rates::single_age_b(b.view(), lower, std::size_t{1} << 40), core::ShapeError);
  const std::vector<double> women(101, 1.0);
  std::vector<rates::WomenAnchor> anchors(2);
  for (auto& anchor : anchors) anchor.women.fill(1.0);
  anchors[0].year = anchors[1].year = 2020;
  REQUIRE_THROWS_AS(rates::women_from_anchors(women, 2024, anchors, 2020, 1), core::DomainError);  // not rising
  anchors[1].year = 2024;
  CHECK(rates::women_from_anchors(women, 2024, anchors, 2020, 5).extent(0) == 5);
  REQUIRE_THROWS_AS(rates::women_from_anchors(women, std::numeric_limits<int>::max(), anchors, 2020, 5),
                    core::DomainError);
}

TEST_CASE("random paths know the places and years they were made for") {
  ensemble::RandomComponents components;
  components.first_year = 2021;
  components.first_random_year = 2022;
  components.n_years = 3;
  const ensemble::DemographicPaths paths(components, {{.key = 1}, {.key = 2}});
  paths.check(2, 3);
  REQUIRE_THROWS_AS(paths.check(3, 3), core::ShapeError);
  REQUIRE_THROWS_AS(paths.check(2, 4), core::ShapeError);
}
