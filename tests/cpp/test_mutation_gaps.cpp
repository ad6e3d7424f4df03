// Cases that planted errors asked for (tests/mutation): each was noticed by no other test. Expected values by hand.

#include <string>
#include <utility>
#include <vector>

#include "engine_fixtures.hpp"
#include "reference_tempo.hpp"
#include "sanhai/core/error.hpp"
#include "sanhai/engine/calibrate.hpp"
#include "sanhai/engine/census.hpp"
#include "sanhai/fiscal/ledger.hpp"
#include "sanhai/nursery/account.hpp"
#include "sanhai_catch.hpp"

namespace {

using namespace sanhai;
using test::close;
using test::relative_close;

/// Two leaves that differ in size, age, fertility and in whom they attract; five years, each with its own sex ratio.
engine::Group two_leaves() {
  constexpr std::size_t ages = 101;
  constexpr std::size_t years = 5;
  engine::Group out;
  out.axes = {.places = {"old", "young"}, .first_year = 2021, .n_years = years, .n_ages = ages, .age_width = 1};
  out.pop_jan1 = core::Array<3>({2, 2, ages});
  out.mx = core::Array<3>({years, 2, ages});
  out.asfr = core::Array<3>({2, years, ages});
  out.order_share = core::Array<2>({years, 3});
  out.srb = core::Array<1>({years});
  out.migration_pattern = core::Array<3>({2, 2, ages});
  for (std::size_t s = 0; s < 2; ++s)
    for (std::size_t x = 0; x < ages; ++x) {
      out.pop_jan1(0, s, x) = 900.0;
      out.pop_jan1(1, s, x) = 1500.0 * std::exp(-0.03 * static_cast<double>(x));
      out.migration_pattern(0, s, x) = x >= 60 && x < 70 ? 0.05 : 0.0;
      out.migration_pattern(1, s, x) = x >= 20 && x < 30 ? 0.05 : 0.0;
      for (std::size_t t = 0; t < years; ++t) out.mx(t, s, x) = 4e-4 + 4e-5 * std::exp(0.095 * static_cast<double>(x));
    }
  for (std::size_t t = 0; t < years; ++t) {
    const double step = static_cast<double>(t);
    out.srb(t) = 1.04 + 0.02 * step;
    out.order_share(t, 0) = 0.5 + 0.03 * step;
    out.order_share(t, 1) = 0.3 - 0.01 * step;
    out.order_share(t, 2) = 0.2 - 0.02 * step;
    for (std::size_t x = 20; x < 40; ++x) {
      out.asfr(0, t, x) = 0.04;
      out.asfr(1, t, x) = 0.07;
    }
  }
  const std::vector<double> none(years, std::nan(""));
  out.births = out.cbr = out.deaths = out.cdr = out.pop_end = out.residual = none;
  return out;
}

double flow(const core::Array<4>& array, std::size_t t) {
  double total = 0.0;
  for (std::size_t k = 0; k < array.extent(0); ++k) total += test::sum(array.view()[k][t].flat());
  return total;
}

/// A grant of one payer, from 2025 on, where every age of a sex has 100 people and every order 10 births a year.
struct Grant {
  Grant(std::vector<std::string> places, std::size_t n_years)
      : axes{.places = std::move(places), .first_year = 2025, .n_years = n_years, .n_ages = 10, .age_width = 1},
        pop({axes.places.size(), n_years + 1, 2, 10}, 100.0),
        births({axes.places.size(), n_years, 3}, 10.0) {
    line.id = "local/grant";
    line.payer_share = core::Array<3>({1, n_years, 1}, 1.0);
  }

  [[nodiscard]] fiscal::Observed observed() const { return {axes, pop.view(), births.view(), history.view()}; }

  core::Axes axes;
  core::Array<4> pop;
  core::Array<3> births;
  core::Array<3> history = core::Array<3>({1, 10, 3}, 1.0 / 3.0);
  fiscal::Line line;
};

}  // namespace

TEST_CASE("leavers half a person above the stock are refused", "[gaps][engine]") {
  engine::InputArrays in = test::random_inputs(31, 1, 1);
  std::ranges::fill(in.net_migration.flat(), 0.0);
  const double alive = in.pop_jan1(0, 0, 24) * in.Sx(0, 0, 0, 25);
  in.net_migration(0, 0, 0, 25) = -alive;
  CHECK(engine::project(engine::Inputs(in)).pop_jan1(0, 1, 0, 25) == 0.0);
  in.net_migration(0, 0, 0, 25) = -(alive + 0.5);
  CHECK_THROWS_AS(engine::project(engine::Inputs(in)), core::DomainError);
}

TEST_CASE("the balance sees every flow, relative to the larger stock", "[gaps][engine]") {
  core::Array<2> before({2, 4}, 100.0);
  core::Array<2> after({2, 4}, 125.0);
  core::Array<2> births({3, 4});
  core::Array<1> by_sex({2}, 150.0);
  core::Array<2> deaths({2, 4}, 5.0);
  core::Array<2> net({2, 4}, -7.5);
  const engine::Flows flows{births.view(), by_sex.view(), deaths.view(), net.view()};
  // 800 + 300 - 40 - 60 = 1,000 = the people at the end
  CHECK(engine::balance_residual(before.view(), after.view(), flows) == 0.0);
  by_sex(0) += 20.0;
  CHECK(close(engine::balance_residual(before.view(), after.view(), flows), 0.02, 1e-15));
  by_sex(0) -= 20.0;
  deaths(1, 3) += 20.0;
  CHECK(close(engine::balance_residual(before.view(), after.view(), flows), 0.02, 1e-15));
  deaths(1, 3) -= 20.0;
  net(0, 2) -= 20.0;
  CHECK(close(engine::balance_residual(before.view(), after.view(), flows), 0.02, 1e-15));
}

TEST_CASE("rates of each exposure are yearly, whatever the width of the groups", "[gaps][engine]") {
  engine::InputArrays in = test::random_inputs(17, 1, 1, 12);
  in.axes.age_width = 5;
  in.net_migration = core::Array<4>();
  in.start_rate = core::Array<4>({1, 1, core::n_orders, 12});
  in.end_rate = in.start_rate;
  in.asfr = core::Array<4>();
  in.start_rate(0, 0, 1, 5) = 0.03;
  in.end_rate(0, 0, 1, 5) = 0.05;
  const double start = in.pop_jan1(0, 1, 5);
  const double end = in.pop_jan1(0, 1, 4) * in.Sx(0, 0, 1, 5);
  const engine::Projection out = engine::project(engine::Inputs(in));
  CHECK(relative_close(out.births(0, 0, 1, 5), 5.0 * (0.03 * start + 0.05 * end), 1e-14));
  CHECK(relative_close(test::sum(out.births.flat()), out.births(0, 0, 1, 5), 1e-15));
}

TEST_CASE("a cut of both halves is reported whole", "[gaps][engine]") {
  engine::InputArrays in = test::random_inputs(33, 1, 1);
  in.timing = engine::MigrationTiming::even;
  in.on_negative = engine::OnNegative::cap;
  std::ranges::fill(in.net_migration.flat(), 0.0);
  in.net_migration(0, 0, 1, 40) = -8000.0;
  const engine::Projection out = engine::project(engine::Inputs(in));
  // Half leaves those aged 40 at the start, half those who have become 40.
  const double gone = in.pop_jan1(0, 1, 40) + in.pop_jan1(0, 1, 39) * in.Sx(0, 0, 1, 40);
  CHECK(relative_close(-out.net_migration(0, 0, 1, 40), gone, 1e-14));
  CHECK(relative_close(out.migration_cut(0, 0), 8000.0 - gone, 1e-14));
}

TEST_CASE("a balance that is no number is broken", "[gaps][engine]") {
  engine::InputArrays in = test::random_inputs(34, 1, 1);
  in.net_migration = {};
  std::ranges::fill(in.pop_jan1.flat(), 1e307);
  CHECK_THROWS_AS(engine::project(engine::Inputs(in)), core::AccountingError);
}

TEST_CASE("calibrated births carry the year's orders and sexes, and meet a crude rate on mid-year people",
          "[gaps][calibrate]") {
  engine::Group in = two_leaves();
  in.cbr = {0.012, std::nan(""), 0.011, std::nan(""), 0.010};
  const engine::Projection run = engine::calibrate(in).projection;
  for (std::size_t t = 0; t < 5; ++t) {
    for (std::size_t leaf = 0; leaf < 2; ++leaf) {
      const double all = test::sum(run.births.view()[leaf][t].flat());
      for (std::size_t i = 0; i < 3; ++i)
        CHECK(relative_close(test::sum(run.births.view()[leaf][t][i].flat()), in.order_share(t, i) * all, 1e-13));
      CHECK(relative_close(run.births_by_sex(leaf, t, 0) / run.births_by_sex(leaf, t, 1), in.srb(t), 1e-13));
    }
    const double midyear = (flow(run.pop_jan1, t) + flow(run.pop_jan1, t + 1)) / 2.0;
    if (!std::isnan(in.cbr[t])) CHECK(relative_close(flow(run.births, t) / midyear, in.cbr[t], 1e-11));
  }
}

TEST_CASE("a scale before the first figure and after the last is held", "[gaps][calibrate]") {
  engine::Group in = two_leaves();
  in.deaths = {std::nan(""), 2300.0, std::nan(""), 2500.0, std::nan("")};
  const engine::Calibration out = engine::calibrate(in);
  CHECK(std::abs(out.mortality_scale(1) - 1.0) > 0.01);
  CHECK(out.mortality_scale(0) == out.mortality_scale(1));
  CHECK(out.mortality_scale(4) == out.mortality_scale(3));
  CHECK(relative_close(flow(out.projection.deaths, 3), 2500.0, 1e-11));
}

TEST_CASE("a residual is shared by the people of its year and has each leaf's own ages", "[gaps][calibrate]") {
  engine::Group in = two_leaves();
  in.residual = std::vector<double>(5, 900.0);
  const engine::Calibration out = engine::calibrate(in);
  const engine::Projection& run = out.projection;
  for (std::size_t t = 0; t < 5; ++t)
    for (std::size_t leaf = 0; leaf < 2; ++leaf) {
      const double share = test::sum(run.pop_jan1.view()[leaf][t].flat()) / flow(run.pop_jan1, t);
      CHECK(relative_close(out.residual(leaf, t), 900.0 * share, 1e-11));
      CHECK(relative_close(run.net_migration(leaf, t, 1, leaf == 0 ? 65 : 25), 0.05 * 900.0 * share, 1e-11));
      CHECK(run.net_migration(leaf, t, 1, leaf == 0 ? 25 : 65) == 0.0);
    }
}

TEST_CASE("November to January: a sixth of each age has its birthday", "[gaps][census]") {
  core::Array<2> november({2, 6}, {600, 700, 500, 900, 300, 120, 660, 720, 480, 840, 360, 60});
  core::Array<2> Sx({2, 6}, {0.94, 0.97, 0.985, 0.91, 0.88, 0.76, 0.95, 0.98, 0.99, 0.92, 0.89, 0.79});
  const core::Array<2> january = engine::november_to_january(november.view(), Sx.view());
  CHECK(relative_close(january(0, 2), (500.0 * 5.0 / 6.0 + 700.0 / 6.0) * (1.0 - 0.015 / 6.0), 1e-14));
  CHECK(relative_close(january(1, 3), (840.0 * 5.0 / 6.0 + 480.0 / 6.0) * (1.0 - 0.08 / 6.0), 1e-14));
  CHECK(relative_close(january(1, 5), (60.0 + 360.0 / 6.0) * (1.0 - 0.21 / 6.0), 1e-14));
}

TEST_CASE("reverse survival undoes three different years, then steps back two months", "[gaps][census]") {
  engine::InputArrays in = test::random_inputs(35, 1, 3, 30);
  in.net_migration = {};
  const engine::Projection run = engine::project(engine::Inputs(in));
  const core::Array<2> back = engine::reverse_survived(run.pop_jan1.view()[0][3], in.Sx.view()[0]);
  for (std::size_t s = 0; s < 2; ++s)
    for (std::size_t x = 0; x < 24; ++x) {
      // On 1 January the older sixth of those aged x in November has turned x + 1.
      const double then = in.pop_jan1(0, s, x) * 5.0 / 6.0 + in.pop_jan1(0, s, x + 1) / 6.0;
      REQUIRE(relative_close(back(s, x), then / (1.0 - (1.0 - in.Sx(0, 0, s, x)) / 6.0), 1e-12));
    }
}

TEST_CASE("census cohort survival finds planted migrants; children follow their mothers", "[gaps][census]") {
  core::Array<2> first({2, 18});
  core::Array<2> survival({2, 18});
  core::Array<2> last({2, 18});
  core::Array<2> moved({2, 18});
  for (std::size_t s = 0; s < 2; ++s)
    for (std::size_t g = 0; g < 18; ++g) {
      first(s, g) = 2000.0 - 90.0 * static_cast<double>(g) + 50.0 * static_cast<double>(s);
      survival(s, g) = g < 2 ? 0.0 : 0.99 - 0.03 * static_cast<double>(g);
    }
  moved(0, 5) = 400.0;
  moved(1, 5) = 300.0;
  moved(0, 10) = 120.0;
  const auto observe = [&] {
    for (std::size_t s = 0; s < 2; ++s) {
      last(s, 0) = 800.0;
      last(s, 1) = 900.0;
      for (std::size_t g = 2; g < 17; ++g) last(s, g) = first(s, g - 2) * survival(s, g) + moved(s, g);
      last(s, 17) = (first(s, 15) + first(s, 16) + first(s, 17)) * survival(s, 17);
    }
    return engine::migration_pattern(first.view(), last.view(), survival.view(), 101);
  };
  const core::Array<2> gain = observe();
  // Seen at 25-29 and 50-54 ten years on: moved at 20-24 and 45-49 on average.
  CHECK(relative_close(gain(0, 22) / gain(0, 47), 400.0 / 120.0, 1e-10));
  CHECK(relative_close(gain(0, 22) / gain(1, 22), 400.0 / 300.0, 1e-10));
  CHECK(close(gain(0, 32), 0.0, 1e-15));
  double mothers = 0.0;
  for (std::size_t g = 4; g < 10; ++g) mothers += last(1, g);  // women 20-49, whose children are 5-9
  CHECK(relative_close(gain(0, 2) / gain(0, 22), 0.75 * 900.0 / mothers * 300.0 / 400.0, 1e-10));

  moved(0, 10) = -300.0;
  moved(1, 10) = -380.0;
  const core::Array<2> mixed = observe();
  CHECK(std::ranges::all_of(mixed.flat(), [](double share) { return share >= 0.0; }));
  CHECK(relative_close(mixed(0, 22) / mixed(0, 47), 400.0 / 300.0, 1e-10));
  CHECK(close(test::sum(mixed.flat()), 1.0, 1e-12));
}

TEST_CASE("births that only one of two schedules has are extra births, or births missed", "[gaps][tempo]") {
  core::Array<4> base({1, 1, 1, 40});
  core::Array<4> gross({1, 1, 1, 40});
  base(0, 0, 0, 20) = gross(0, 0, 0, 20) = 0.05;
  gross(0, 0, 0, 30) = 0.02;
  const std::vector<double> weights{1.0};
  const test::TempoLedger more = test::tempo_ledger_from_births(base.view(), gross.view(), 0.0, weights);
  CHECK(close(more.added_gross(0, 0, 0), 0.02, 1e-16));
  const test::TempoLedger fewer = test::tempo_ledger_from_births(gross.view(), base.view(), 0.0, weights);
  CHECK(close(fewer.added_gross(0, 0, 0), -0.02, 1e-16));
}

TEST_CASE("births given back are at most those there are, and the rest a year later", "[gaps][tempo]") {
  core::Array<4> base({1, 3, 1, 4});
  core::Array<4> gross({1, 3, 1, 4});
  const double without[3] = {0.10, 0.05, 0.04};  // of the cohort aged 1 in 2025
  const double with[3] = {0.02, 0.05, 0.04};     // support was withdrawn in 2025, and 0.08 births put off a year
  for (std::size_t t = 0; t < 3; ++t) {
    base(0, t, 0, 1 + t) = without[t];
    gross(0, t, 0, 1 + t) = with[t];
  }
  const std::vector<double> weights{1.0};
  const test::TempoLedger ledger = test::tempo_ledger_from_births(base.view(), gross.view(), 1.0, weights);
  CHECK(close(ledger.cohort_factor(0, 1, 0, 2), 2.0, 1e-12));                   // 0.05 of the 0.08
  CHECK(close(ledger.cohort_factor(0, 2, 0, 3), (0.04 + 0.03) / 0.04, 1e-12));  // and the other 0.03
  CHECK(close(ledger.unpaid(0, 2, 0), 0.0, 1e-15));
}

TEST_CASE("each place pays its own amount", "[gaps][fiscal]") {
  Grant grant({"a", "b"}, 1);
  grant.line.stock = fiscal::HeadStock::given;
  grant.line.take_up(0) = 1.0;
  grant.line.yuan_per_head = core::Array<4>({2, 1, 1, 1}, {300.0, 500.0});
  grant.line.given = core::Array<2>({2, 1}, {40.0, 60.0});
  const std::vector<fiscal::Line> lines{grant.line};
  const fiscal::Ledger ledger = fiscal::book(grant.observed(), lines, 1);
  CHECK(ledger.cost_nominal(0, 0, 0, 0) == 12000.0);
  CHECK(ledger.cost_nominal(0, 1, 0, 0) == 30000.0);
}

TEST_CASE("the history of birth orders is read by birth year", "[gaps][fiscal]") {
  const core::Axes axes{.places = {"a"}, .first_year = 2026, .n_years = 1, .n_ages = 10, .age_width = 1};
  core::Array<4> pop({1, 2, 2, 10});
  for (std::size_t t = 0; t < 2; ++t)
    for (std::size_t s = 0; s < 2; ++s)
      for (std::size_t x = 0; x < 10; ++x) pop(0, t, s, x) = 100.0 + 30.0 * static_cast<double>(x);
  const core::Array<3> births({1, 1, 3}, 10.0);
  core::Array<3> history({1, 10, 3});
  for (std::size_t h = 0; h < 10; ++h) {
    history(0, h, 0) = 0.4 + 0.02 * static_cast<double>(h);
    history(0, h, 1) = 0.4 - 0.02 * static_cast<double>(h);
    history(0, h, 2) = 0.2;
  }
  const fiscal::Observed observed{axes, pop.view(), births.view(), history.view()};
  // Aged 2 on 1 January 2026: born in 2023, the third year from the end of 2016-2025.
  CHECK(relative_close(fiscal::children_by_order(observed, 0, 0, 2, 0), 320.0 * (0.4 + 0.02 * 7.0), 1e-14));
  CHECK(relative_close(fiscal::children_by_order(observed, 0, 0, 8, 1), 680.0 * (0.4 - 0.02 * 1.0), 1e-14));
}

TEST_CASE("nursery: children are counted at mid-year, and places above the plan are kept", "[gaps][nursery]") {
  const core::Axes axes{.places = {"a"}, .first_year = 2025, .n_years = 3, .n_ages = 5, .age_width = 1};
  core::Array<4> pop({1, 4, 2, 5}, 1000.0);
  for (std::size_t t = 0; t < 4; ++t)
    for (std::size_t s = 0; s < 2; ++s) {
      pop(0, t, s, 0) = 100.0 - 10.0 * static_cast<double>(t);
      pop(0, t, s, 1) = 120.0 - 6.0 * static_cast<double>(t);
    }
  nursery::Settings settings;
  settings.norm = nursery::constant(0.0045);
  settings.opening_stock = core::Array<1>({1}, std::vector<double>{60.0});
  settings.plan = nursery::Plan::hold_norm;
  settings.plan_ramp = nursery::constant(1.0);
  const nursery::Account a = nursery::account({axes, pop.view()}, settings);
  CHECK(close(a.under3(0, 1), (180.0 + 160.0) / 2.0 + (228.0 + 216.0) / 2.0 + 2000.0, 1e-9));
  CHECK(close(a.children_6_36(0, 1), 0.5 * 170.0 + 222.0 + 2000.0, 1e-9));
  for (std::size_t t = 0; t < 3; ++t) {
    CHECK(a.places_target(0, t) < 60.0);
    CHECK(a.places_stock(0, t) == 60.0);
    CHECK(a.openings(0, t) == 0.0);
  }
}

TEST_CASE("nursery: a plan starts from places per resident of the 1 January it begins", "[gaps][nursery]") {
  const core::Axes axes{.places = {"a"}, .first_year = 2025, .n_years = 2, .n_ages = 5, .age_width = 1};
  core::Array<4> pop({1, 3, 2, 5}, 100.0);
  for (std::size_t s = 0; s < 2; ++s)
    for (std::size_t x = 0; x < 5; ++x) pop(0, 1, s, x) = pop(0, 2, s, x) = 120.0;
  nursery::Settings settings;
  settings.norm = nursery::constant(0.2);
  settings.opening_stock = core::Array<1>({1}, std::vector<double>{100.0});  // 0.1 per resident of 1 January 2025
  settings.plan = nursery::Plan::hold_norm;
  settings.plan_ramp = nursery::Lever({1, 2}, std::vector<double>{0.5, 1.0});
  const nursery::Account a = nursery::account({axes, pop.view()}, settings);
  CHECK(close(a.places_stock(0, 0), 0.15 * 1200.0, 1e-9));
  CHECK(close(a.openings(0, 0), 80.0, 1e-9));
  CHECK(close(a.places_stock(0, 1), 240.0, 1e-9));
}

TEST_CASE("what is committed is owed to those who claim in its year", "[gaps][fiscal]") {
  Grant grant({"a"}, 2);
  grant.line.stock = fiscal::HeadStock::jan1;
  grant.line.take_up = core::Array<1>({2}, {0.5, 0.25});
  grant.line.yuan_per_head = core::Array<4>({1, 2, 3, 1}, 90.0);
  const std::vector<fiscal::Line> lines{grant.line};
  const core::Array<3> tail = fiscal::committed_tail(grant.observed(), lines, 2026);
  CHECK(close(tail(0, 0, 0), 0.5 * 90.0 * 200.0, 1e-9));   // infants of 1 January 2025
  CHECK(close(tail(0, 0, 1), 0.25 * 90.0 * 200.0, 1e-9));  // of 2026, born in 2025
}

TEST_CASE("nursery: each place follows its own plan", "[gaps][nursery]") {
  const core::Axes axes{.places = {"a", "b"}, .first_year = 2025, .n_years = 2, .n_ages = 5, .age_width = 1};
  const core::Array<4> pop({2, 3, 2, 5}, 100.0);
  nursery::Settings settings;
  settings.norm = nursery::constant(0.05);
  settings.opening_stock = core::Array<1>({2}, std::vector<double>{10.0, 20.0});
  settings.plan = nursery::Plan::hold_norm;
  settings.plan_ramp = nursery::Lever({2, 2}, std::vector<double>{0.5, 1.0, 0.0, 1.0});
  const nursery::Account a = nursery::account({axes, pop.view()}, settings);
  CHECK(close(a.places_stock(0, 0), 30.0, 1e-9));  // half way from 10 to 50
  CHECK(close(a.places_stock(1, 0), 20.0, 1e-9));
  CHECK(close(a.places_stock(1, 1), 50.0, 1e-9));
}
