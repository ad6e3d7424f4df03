// Places that exchange migrants: nobody is lost or made on the way, to the last bit.

#include <numeric>

#include "engine_fixtures.hpp"
#include "reference_exchange.hpp"
#include "sanhai/core/error.hpp"
#include "sanhai_catch.hpp"

namespace {

using namespace sanhai;
using engine::Exchange;
using test::ExchangedProjection;

constexpr std::size_t n_places = 5;
constexpr std::size_t n_years = 3;
constexpr std::size_t n_ages = 61;

bool same(std::span<const double> a, std::span<const double> b) { return std::ranges::equal(a, b); }

/// Five places in two pools {0, 2, 4} and {1, 3}; every rate and share differs by place, year, sex and age.
engine::PoolRates pool_rates(std::uint64_t seed, bool open) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> unit(0.0, 1.0);
  const core::Shape<4> by_place{n_places, n_years, 2, n_ages};
  const core::Shape<4> by_pool{2, n_years, 2, n_ages};
  engine::PoolRates in{{"north", "south"}, {0, 1, 0, 1, 0}, core::Array<4>(by_place), core::Array<4>(by_place), {}, {}};
  for (double& value : in.out_rate.flat()) value = 0.3 * unit(random);
  for (double& value : in.in_share.flat()) value = 0.1 + unit(random);
  if (open) {
    in.pool_out_rate = core::Array<4>(by_pool);
    in.pool_in_share = core::Array<4>(by_pool);
    for (double& value : in.pool_out_rate.flat()) value = 0.2 * unit(random);
    for (double& value : in.pool_in_share.flat()) value = 0.1 + unit(random);
  }
  for (std::size_t t = 0; t < n_years; ++t)
    for (std::size_t s = 0; s < 2; ++s)
      for (std::size_t x = 0; x < n_ages; ++x) {
        double sums[2] = {0.0, 0.0};
        for (std::size_t p = 0; p < n_places; ++p) sums[in.pool_of[p]] += in.in_share(p, t, s, x);
        for (std::size_t p = 0; p < n_places; ++p) in.in_share(p, t, s, x) /= sums[in.pool_of[p]];
        if (!open) continue;
        const double all = in.pool_in_share(0, t, s, x) + in.pool_in_share(1, t, s, x);
        for (std::size_t pool = 0; pool < 2; ++pool) in.pool_in_share(pool, t, s, x) /= all;
      }
  return in;
}

engine::OriginDestinationRates pair_rates(std::uint64_t seed, double level = 0.2) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> unit(0.0, 1.0);
  engine::OriginDestinationRates in{core::Array<5>({n_places, n_places, n_years, 2, n_ages})};
  for (std::size_t from = 0; from < n_places; ++from)
    for (std::size_t to = 0; to < n_places; ++to)
      for (double& value : in.rate.view()[from][to].flat()) value = from == to ? 0.0 : level * unit(random);
  return in;
}

core::Array<3> people(std::uint64_t seed) {
  const engine::InputArrays in = test::random_inputs(seed, n_places, n_years, n_ages);
  return in.pop_jan1;
}

engine::InputArrays inputs(std::uint64_t seed) { return test::random_inputs(seed, n_places, n_years, n_ages); }

/// Net migration of every cell summed over places, forwards and backwards: exactly zero both ways.
bool sums_to_nothing(const core::Array<3>& net) {
  for (std::size_t s = 0; s < 2; ++s)
    for (std::size_t x = 0; x < n_ages; ++x) {
      double forwards = 0.0;
      double backwards = 0.0;
      for (std::size_t p = 0; p < n_places; ++p) forwards += net(p, s, x);
      for (std::size_t p = n_places; p-- > 0;) backwards += net(p, s, x);
      if (forwards != 0.0 || backwards != 0.0) return false;
    }
  return true;
}

template <class Rates>
std::string complaint_of(Rates rates) {
  try {
    (void)Exchange(inputs(1).axes, std::move(rates));
  } catch (const core::DomainError& error) {
    return error.what();
  }
  return "";
}

bool says(const std::string& text, std::initializer_list<const char*> parts) {
  return !text.empty() &&
         std::ranges::all_of(parts, [&](const char* part) { return text.find(part) != std::string::npos; });
}

}  // namespace

TEST_CASE("moves between places sum to exactly zero in any order of summing", "[exchange][property]") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    core::Array<3> stock = people(seed);
    // Counties differ by orders of magnitude; so do the last bits of their counts.
    for (std::size_t p = 0; p < n_places; ++p)
      for (double& value : stock.view()[p].flat()) value *= std::pow(37.7, static_cast<double>(p) - 2.0);
    const core::Axes axes = inputs(1).axes;
    for (std::size_t t = 0; t < n_years; ++t) {
      REQUIRE(sums_to_nothing(test::net_moves(Exchange(axes, pool_rates(seed, false)), stock.view(), t)));
      REQUIRE(sums_to_nothing(test::net_moves(Exchange(axes, pool_rates(seed, true)), stock.view(), t)));
      REQUIRE(sums_to_nothing(test::net_moves(Exchange(axes, pair_rates(seed)), stock.view(), t)));
    }
  }
}

TEST_CASE("pool form: leavers and arrivals are what the rates and shares say", "[exchange]") {
  const core::Array<3> stock = people(7);
  const engine::PoolRates in = pool_rates(7, true);
  const Exchange exchange(inputs(1).axes, in);
  core::Array<3> leavers(stock.shape());
  core::Array<3> arrivals(stock.shape());
  for (std::size_t t = 0; t < n_years; ++t) {
    test::move(exchange, stock.view(), t, leavers.view(), arrivals.view());
    for (std::size_t s = 0; s < 2; ++s)
      for (std::size_t x = 0; x < n_ages; ++x) {
        double near[2] = {0.0, 0.0};
        double nation = 0.0;
        for (std::size_t p = 0; p < n_places; ++p) {
          near[in.pool_of[p]] += stock(p, s, x) * in.out_rate(p, t, s, x);
          nation += stock(p, s, x) * in.pool_out_rate(in.pool_of[p], t, s, x);
        }
        for (std::size_t p = 0; p < n_places; ++p) {
          const std::size_t pool = in.pool_of[p];
          const double out = stock(p, s, x) * (in.out_rate(p, t, s, x) + in.pool_out_rate(pool, t, s, x));
          const double handed = near[pool] + nation * in.pool_in_share(pool, t, s, x);
          REQUIRE(test::close(leavers(p, s, x), out, 1e-11));
          REQUIRE(test::close(arrivals(p, s, x), handed * in.in_share(p, t, s, x), 1e-11));
        }
      }
  }
}

TEST_CASE("origin-destination form: every pair moves its own people", "[exchange]") {
  const core::Array<3> stock = people(8);
  const engine::OriginDestinationRates in = pair_rates(8);
  const Exchange exchange(inputs(1).axes, in);
  for (std::size_t t = 0; t < n_years; ++t) {
    const core::Array<3> net = test::net_moves(exchange, stock.view(), t);
    for (std::size_t s = 0; s < 2; ++s)
      for (std::size_t x = 0; x < n_ages; ++x)
        for (std::size_t p = 0; p < n_places; ++p) {
          double expected = 0.0;
          for (std::size_t q = 0; q < n_places; ++q)
            expected += stock(q, s, x) * in.rate(q, p, t, s, x) - stock(p, s, x) * in.rate(p, q, t, s, x);
          REQUIRE(test::close(net(p, s, x), expected, 1e-11));
        }
  }
}

TEST_CASE("a place may lose everyone, and never more", "[exchange]") {
  // Five rates of a quarter and less that sum to 1 in floating point, and a stock with every bit set.
  for (const double stock_size : {1.0 / 3.0, 1e9 / 7.0, 12345.678901234567}) {
    core::Array<3> stock({n_places, 2, n_ages});
    for (double& value : stock.view()[1].flat()) value = stock_size;
    engine::OriginDestinationRates in = pair_rates(1, 0.0);
    const double shares[n_places] = {1.0 / 3.0, 0.0, 0.1, 0.2, 1.0 - (1.0 / 3.0 + 0.1 + 0.2)};
    for (std::size_t to = 0; to < n_places; ++to)
      for (double& value : in.rate.view()[1][to].flat()) value = shares[to];
    const core::Array<3> net = test::net_moves(Exchange(inputs(1).axes, in), stock.view(), 0);
    for (std::size_t x = 0; x < n_ages; ++x) {
      CHECK(stock(1, 0, x) + net(1, 0, x) >= 0.0);
      CHECK(test::close(stock(1, 0, x) + net(1, 0, x), 0.0, 1e-15 * stock_size));
    }
    CHECK(sums_to_nothing(net));
  }
}

TEST_CASE("rates that sum to a trifle above one move everyone, and nobody twice", "[exchange]") {
  const double half = 0.5 + 4e-13;
  core::Array<3> stock({n_places, 2, n_ages});
  for (double& value : stock.view()[1].flat()) value = 1000.0;
  engine::PoolRates pools = pool_rates(1, true);
  std::ranges::fill(pools.out_rate.flat(), half);
  std::ranges::fill(pools.pool_out_rate.flat(), half);
  engine::OriginDestinationRates pairs = pair_rates(1, 0.0);
  for (const std::size_t to : {0, 3}) std::ranges::fill(pairs.rate.view()[1][to].flat(), half);
  for (const Exchange& exchange : {Exchange(inputs(1).axes, pools), Exchange(inputs(1).axes, pairs)}) {
    core::Array<3> leavers(stock.shape());
    core::Array<3> arrivals(stock.shape());
    test::move(exchange, stock.view(), 0, leavers.view(), arrivals.view());
    CHECK(same(leavers.flat(), stock.flat()));
    CHECK(sums_to_nothing(test::net_moves(exchange, stock.view(), 0)));
  }
}

TEST_CASE("of equal shares the first takes what rounding leaves over", "[exchange]") {
  core::Array<3> stock({n_places, 2, n_ages});
  for (double& value : stock.view()[0].flat()) value = 1000.0;  // a third of which no binary fraction is
  engine::PoolRates in = pool_rates(1, false);
  std::ranges::fill(in.out_rate.flat(), 1.0);
  for (const std::size_t place : {0, 2, 4}) std::ranges::fill(in.in_share.view()[place].flat(), 1.0 / 3.0);
  core::Array<3> leavers(stock.shape());
  core::Array<3> arrivals(stock.shape());
  test::move(Exchange(inputs(1).axes, in), stock.view(), 0, leavers.view(), arrivals.view());
  for (std::size_t s = 0; s < 2; ++s)
    for (std::size_t x = 0; x < n_ages; ++x) {
      CHECK(arrivals(0, s, x) > arrivals(2, s, x));
      CHECK(arrivals(2, s, x) == arrivals(4, s, x));
      CHECK(arrivals(0, s, x) + arrivals(2, s, x) + arrivals(4, s, x) == 1000.0);
    }
}

TEST_CASE("no people, no movers; tiny and huge places keep the sum", "[exchange]") {
  const Exchange exchange(inputs(1).axes, pool_rates(3, true));
  core::Array<3> nobody({n_places, 2, n_ages});
  CHECK(test::sum(test::net_moves(exchange, nobody.view(), 0).flat()) == 0.0);
  for (const double size : {1e-300, 1e-3, 1e15, 1e290}) {
    core::Array<3> stock = people(4);
    for (double& value : stock.flat()) value *= size;
    CHECK(sums_to_nothing(test::net_moves(exchange, stock.view(), 1)));
  }
}

TEST_CASE("with rates of zero the lockstep run is project(), bit for bit", "[exchange][property]") {
  for (const auto timing : {engine::MigrationTiming::end, engine::MigrationTiming::even}) {
    engine::InputArrays in = inputs(11);
    in.timing = timing;
    in.on_negative = engine::OnNegative::cap;
    in.net_migration(2, 1, 0, 30) = -5000.0;
    const engine::Projection alone = engine::project(engine::Inputs(in));
    engine::PoolRates none = pool_rates(11, true);
    std::ranges::fill(none.out_rate.flat(), 0.0);
    std::ranges::fill(none.pool_out_rate.flat(), 0.0);
    const Exchange pools(in.axes, none);
    const Exchange pairs(in.axes, pair_rates(11, 0.0));
    for (const Exchange* exchange : {&pools, &pairs}) {
      const ExchangedProjection run = test::project_exchanging(engine::Inputs(in), *exchange);
      CHECK(same(run.projection.pop_jan1.flat(), alone.pop_jan1.flat()));
      CHECK(same(run.projection.births.flat(), alone.births.flat()));
      CHECK(same(run.projection.births_by_sex.flat(), alone.births_by_sex.flat()));
      CHECK(same(run.projection.deaths.flat(), alone.deaths.flat()));
      CHECK(same(run.projection.net_migration.flat(), alone.net_migration.flat()));
      CHECK(same(run.projection.migration_cut.flat(), alone.migration_cut.flat()));
      CHECK(same(run.projection.balance.flat(), alone.balance.flat()));
      CHECK(test::sum(run.leavers.flat()) == 0.0);
    }
  }
}

TEST_CASE("places with the same rates that exchange are, together, one place", "[exchange][property]") {
  engine::InputArrays in = inputs(12);
  for (std::size_t p = 1; p < n_places; ++p) {
    std::ranges::copy(in.Sx.view()[0].flat(), in.Sx.view()[p].flat().begin());
    std::ranges::copy(in.asfr.view()[0].flat(), in.asfr.view()[p].flat().begin());
    std::ranges::copy(in.srb.view()[0].flat(), in.srb.view()[p].flat().begin());
  }
  for (double& value : in.net_migration.flat()) value *= 0.1;
  engine::InputArrays one = test::random_inputs(12, 1, n_years, n_ages);
  std::ranges::copy(in.Sx.view()[0].flat(), one.Sx.flat().begin());
  std::ranges::copy(in.asfr.view()[0].flat(), one.asfr.flat().begin());
  std::ranges::copy(in.srb.view()[0].flat(), one.srb.flat().begin());
  for (auto [whole, parts] : {std::pair{one.pop_jan1.flat(), in.pop_jan1.flat()},
                              std::pair{one.net_migration.flat(), in.net_migration.flat()}})
    for (std::size_t k = 0; k < whole.size(); ++k) {
      whole[k] = 0.0;
      for (std::size_t p = 0; p < n_places; ++p) whole[k] += parts[p * whole.size() + k];
    }
  const engine::Projection whole = engine::project(engine::Inputs(one));
  for (const Exchange& exchange : {Exchange(in.axes, pool_rates(12, false)), Exchange(in.axes, pool_rates(12, true)),
                                   Exchange(in.axes, pair_rates(12))}) {
    const ExchangedProjection run = test::project_exchanging(engine::Inputs(in), exchange);
    for (std::size_t t = 0; t <= n_years; ++t)
      for (std::size_t s = 0; s < 2; ++s)
        for (std::size_t x = 0; x < n_ages; ++x) {
          double merged = 0.0;
          for (std::size_t p = 0; p < n_places; ++p) merged += run.projection.pop_jan1(p, t, s, x);
          REQUIRE(test::relative_close(merged, whole.pop_jan1(0, t, s, x), 1e-13));
        }
    CHECK(test::sum(run.leavers.flat()) > 1000.0);
  }
}

TEST_CASE("balances of each place and of the whole; the reported flows are the moves", "[exchange][property]") {
  double worst = 0.0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const engine::InputArrays in = inputs(seed);
    const Exchange exchange(in.axes, pool_rates(seed, seed % 2 == 0));
    engine::InputArrays mild = in;
    for (double& value : mild.net_migration.flat()) value *= 0.1;
    const ExchangedProjection run = test::project_exchanging(engine::Inputs(mild), exchange);
    for (const double residual : run.balance.flat()) worst = std::max(worst, residual);
    for (const double residual : run.projection.balance.flat()) worst = std::max(worst, residual);
    for (std::size_t k = 0; k < run.leavers.flat().size(); ++k) {
      const double internal = run.arrivals.flat()[k] - run.leavers.flat()[k];
      REQUIRE(test::close(run.projection.net_migration.flat()[k], internal + mild.net_migration.flat()[k], 1e-12));
    }
    // Infants move too; an empty cell cannot send anyone.
    CHECK(run.leavers(0, 0, 0, 0) > 0.0);
  }
  CHECK(worst <= 1e-12);
}

TEST_CASE("one table for all years is that table every year; four times the people are four times the movers",
          "[exchange][property]") {
  engine::PoolRates yearly = pool_rates(14, true);
  engine::PoolRates once = yearly;
  const auto first_year = [](const core::Array<4>& array) {
    core::Array<4> out({array.extent(0), 1, 2, n_ages});
    for (std::size_t row = 0; row < array.extent(0); ++row)
      std::ranges::copy(array.view()[row][0].flat(), out.view()[row].flat().begin());
    return out;
  };
  once.out_rate = first_year(yearly.out_rate);
  once.in_share = first_year(yearly.in_share);
  once.pool_out_rate = first_year(yearly.pool_out_rate);
  once.pool_in_share = first_year(yearly.pool_in_share);
  core::Array<3> stock = people(14);
  const Exchange by_year(inputs(1).axes, yearly);
  const Exchange by_one(inputs(1).axes, once);
  const core::Array<3> base = test::net_moves(by_year, stock.view(), 0);
  CHECK(same(test::net_moves(by_one, stock.view(), 0).flat(), base.flat()));
  CHECK(same(test::net_moves(by_one, stock.view(), 2).flat(), base.flat()));
  CHECK_FALSE(same(test::net_moves(by_year, stock.view(), 2).flat(), base.flat()));
  for (double& value : stock.flat()) value *= 4.0;
  const core::Array<3> scaled = test::net_moves(by_year, stock.view(), 0);
  for (std::size_t k = 0; k < base.flat().size(); ++k) REQUIRE(scaled.flat()[k] == 4.0 * base.flat()[k]);
}

TEST_CASE("the order of places changes no bit", "[exchange][property]") {
  const std::vector<std::size_t> order{3, 0, 4, 2, 1};
  const auto permuted = [&](const core::Array<4>& array) {
    core::Array<4> out(array.shape());
    for (std::size_t p = 0; p < n_places; ++p)
      std::ranges::copy(array.view()[order[p]].flat(), out.view()[p].flat().begin());
    return out;
  };
  const engine::PoolRates in = pool_rates(16, true);
  engine::PoolRates other = in;
  other.out_rate = permuted(in.out_rate);
  other.in_share = permuted(in.in_share);
  const core::Array<3> stock = people(16);
  core::Array<3> shuffled(stock.shape());
  for (std::size_t p = 0; p < n_places; ++p) {
    other.pool_of[p] = in.pool_of[order[p]];
    std::ranges::copy(stock.view()[order[p]].flat(), shuffled.view()[p].flat().begin());
  }
  const core::Axes axes = inputs(1).axes;
  const core::Array<3> net = test::net_moves(Exchange(axes, in), stock.view(), 1);
  const core::Array<3> moved = test::net_moves(Exchange(axes, other), shuffled.view(), 1);
  for (std::size_t p = 0; p < n_places; ++p) CHECK(same(moved.view()[p].flat(), net.view()[order[p]].flat()));
}

TEST_CASE("migrants from outside may not take people who left for another place", "[exchange][errors]") {
  engine::InputArrays in = inputs(15);
  std::ranges::fill(in.net_migration.flat(), 0.0);
  const double alive = in.pop_jan1(3, 1, 40) * in.Sx(3, 0, 1, 41);
  in.net_migration(3, 0, 1, 41) = -0.9 * alive;
  CHECK_NOTHROW(engine::project(engine::Inputs(in)));
  engine::OriginDestinationRates rates = pair_rates(15, 0.0);
  rates.rate(3, 0, 0, 1, 41) = 0.5;
  const Exchange exchange(in.axes, rates);
  CHECK_THROWS_AS(test::project_exchanging(engine::Inputs(in), exchange), core::DomainError);
  in.on_negative = engine::OnNegative::cap;
  const ExchangedProjection run = test::project_exchanging(engine::Inputs(in), exchange);
  CHECK(run.projection.pop_jan1(3, 1, 1, 41) == 0.0);
  CHECK(test::relative_close(run.projection.migration_cut(3, 0), 0.4 * alive, 1e-12));
  CHECK(run.balance(0) <= 1e-12);
}

TEST_CASE("rates nobody can have are refused with place, sex, age, value, bound and remedy", "[exchange][errors]") {
  engine::PoolRates pool = pool_rates(1, true);
  pool.out_rate(2, 1, 0, 30) = 1.2;
  CHECK(says(complaint_of(pool), {"out_rate", "place p2", "year 2021", "male", "age 30", "1.2", "[0, 1]", "remedy"}));
  pool = pool_rates(1, true);
  pool.out_rate(2, 1, 1, 30) = 0.95;
  pool.pool_out_rate(0, 1, 1, 30) = 0.1;
  CHECK(says(complaint_of(pool),
             {"pool_out_rate", "place p", "year 2021", "female", "age 30", "no more leavers than people", "remedy"}));
  pool = pool_rates(1, false);
  pool.in_share(3, 2, 0, 60) *= 0.5;
  CHECK(says(complaint_of(pool), {"in_share", "pool south", "year 2022", "male", "age 60+", "sum of 1", "divide"}));
  pool = pool_rates(1, true);
  pool.pool_in_share(1, 0, 0, 0) = std::nan("");
  CHECK(says(complaint_of(pool), {"pool_in_share", "pool south", "year 2020", "age 0", "[0, 1]"}));
  pool = pool_rates(1, true);
  pool.pool_in_share(1, 0, 0, 5) *= 0.9;
  CHECK(says(complaint_of(pool), {"pool_in_share", "all pools", "age 5", "sum of 1"}));

  engine::OriginDestinationRates pairs = pair_rates(1);
  pairs.rate(1, 1, 0, 0, 20) = 0.01;
  CHECK(says(complaint_of(pairs), {"rate", "place p1 to p1", "age 20", "0.01", "diagonal", "remedy"}));
  pairs = pair_rates(1);
  pairs.rate(4, 0, 2, 1, 20) = 0.99;
  CHECK(says(complaint_of(pairs), {"rate", "place p4, year 2022", "female, age 20", "at most 1", "lower"}));
  pairs = pair_rates(1);
  pairs.rate(4, 0, 2, 1, 20) = -0.01;
  CHECK(says(complaint_of(pairs), {"rate", "p4 to p0", "-0.01", "[0, 1]"}));
}

TEST_CASE("shares may be zero where nobody moves; shapes and axes must agree", "[exchange][errors]") {
  engine::PoolRates pool = pool_rates(1, false);
  for (std::size_t p = 0; p < n_places; ++p) pool.in_share(p, 0, 0, 60) = pool.out_rate(p, 0, 0, 60) = 0.0;
  CHECK(complaint_of(pool).empty());
  pool.out_rate(0, 0, 0, 60) = 0.1;
  CHECK(says(complaint_of(pool), {"in_share", "pool north", "age 60+"}));

  const core::Axes axes = inputs(1).axes;
  pool = pool_rates(1, false);
  pool.pool_of[3] = 2;
  CHECK_THROWS_AS(Exchange(axes, pool), core::ShapeError);
  pool = pool_rates(1, false);
  pool.out_rate = core::Array<4>({n_places, 2, 2, n_ages});
  CHECK_THROWS_AS(Exchange(axes, pool), core::ShapeError);
  CHECK_THROWS_AS(Exchange(axes, engine::OriginDestinationRates{core::Array<5>({5, 4, 1, 2, n_ages})}),
                  core::ShapeError);
}
