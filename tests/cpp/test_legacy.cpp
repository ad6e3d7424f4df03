// Legacy stocks: cases worked by hand, then what holds for any inputs.

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "legacy_fixtures.hpp"
#include "sanhai/core/error.hpp"
#include "sanhai_catch.hpp"

namespace {

using namespace sanhai;
using namespace sanhai::legacy;
using namespace sanhai::test;

constexpr std::size_t bereaved = static_cast<std::size_t>(Kind::bereaved);
constexpr std::size_t living = static_cast<std::size_t>(Kind::living_only_child);
constexpr std::size_t only_child = static_cast<std::size_t>(Kind::only_child);
constexpr std::size_t two_daughter = static_cast<std::size_t>(Kind::two_daughter);

template <class Call>
std::string message_of(Call call) {
  try {
    call();
  } catch (const core::Error& error) {
    return error.what();
  }
  return "";
}

TEST_CASE("legacy: a generation's families by hand") {
  // A woman meets half a year's rate at the age she was and half at the next: first births of 0.2 at 24 and of 0.8 x
  // 0.2 at 25; of those with one child a quarter have another at 29, and a quarter of the rest at 30.
  const FamilyEnds ends = family_ends(one_past(), {}, 1965, 2016);
  REQUIRE(close(ends.one[24 - 10], 0.2 * 0.75 * 0.75, 1e-15));
  REQUIRE(close(ends.one[25 - 10], 0.16 * 0.75 * 0.75, 1e-15));
  // Two children: 0.36 / 4 at 29, 0.36 x 0.75 / 4 at 30; one in ten has a third at 32, and again at 33.
  REQUIRE(close(ends.two[29 - 10], 0.09 * 0.9 * 0.9, 1e-15));
  REQUIRE(close(ends.two[30 - 10], 0.0675 * 0.9 * 0.9, 1e-15));
  double others = 0.0;
  for (std::size_t x = 0; x < n_childbearing; ++x)
    if (x != 14 && x != 15) others += ends.one[x];
  REQUIRE(others == 0.0);
}

TEST_CASE("legacy: children count who were born before the schemes closed, later ones only end the membership") {
  // Born in 1990 she is 24 on 1 January 2015, and 25 on that of 2016.
  const FamilyEnds ends = family_ends(one_past(), {}, 1990, 2016);
  REQUIRE(close(ends.one[24 - 10], 0.2 * 0.75 * 0.75, 1e-15));
  REQUIRE(ends.one[25 - 10] == 0.0);
  REQUIRE(ends.two[29 - 10] == 0.0);
}

TEST_CASE("legacy: a place's factors act on the hazards") {
  // k1 = 2 on h = -ln(1 - 0.4) makes the rate 1 - 0.36; k2 = 0: nobody has a second child.
  const FamilyEnds ends = family_ends(one_past(), {.k1 = 2.0, .k2 = 0.0}, 1965, 2016);
  REQUIRE(close(ends.one[24 - 10], 0.32, 1e-15));
  REQUIRE(close(ends.one[25 - 10], 0.68 * 0.32, 1e-15));
}

TEST_CASE("legacy: the dead among children, and husbands of the first day, in closed form") {
  const double men = 0.01;
  const double women = 0.004;
  const double srb = 1.08;
  const Survivors alive = survivors(even_mortality(men, women, srb), 2021, 80, stated_rules());
  REQUIRE(alive.first_birth_year == 2021 - 99 + 10);
  const auto lost = [&](int born, int day) {
    return alive.lost(static_cast<std::size_t>(born - alive.first_birth_year), static_cast<std::size_t>(day - 2021));
  };
  // A child of the middle of 1980 is 40.5 on 1 January 2021: 35.5 years at risk.
  const auto dead = [&](double years) {
    return (srb * (1.0 - std::exp(-men * years)) + 1.0 - std::exp(-women * years)) / (1.0 + srb);
  };
  REQUIRE(close(lost(1980, 2021), dead(35.5), 1e-14));
  REQUIRE(close(lost(1980, 2101), dead(115.5), 1e-14));
  REQUIRE(close(lost(2015, 2021), dead(0.5), 1e-15));
  REQUIRE(lost(2015, 2022) > lost(2015, 2021));
  // A wife of 60: her husband is 62 and has lived 37 years since he was 25.
  REQUIRE(close(alive.husband_alive(60 - 25), std::exp(-men * 37.0), 1e-14));
  REQUIRE(close(alive.husband_alive(0), std::exp(-men * 2.0), 1e-15));
}

TEST_CASE("legacy: below five nobody is lost") {
  legacy::Rules rules = stated_rules();
  rules.born_before = 2021;
  const Survivors alive = survivors(even_mortality(), 2021, 10, rules);
  const std::size_t of_2020 = static_cast<std::size_t>(2020 - alive.first_birth_year);
  for (std::size_t t = 0; t <= 4; ++t) REQUIRE(alive.lost(of_2020, t) == 0.0);  // 1 January 2025: 4.5 years old
  REQUIRE(alive.lost(of_2020, 5) > 0.0);
}

TEST_CASE("legacy: one generation's stock, year by year, by hand") {
  const std::size_t n_years = 10;
  const Couples couples = some_couples(n_years);
  core::Array<1> women({n_ages});
  women(60) = 1000.0;
  core::Array<3> Sx({n_years, core::n_sexes, n_ages});
  for (std::size_t t = 0; t < n_years; ++t)
    for (std::size_t x = 0; x < n_ages; ++x) {
      Sx(t, core::male, x) = 0.9;
      Sx(t, core::female, x) = 0.95;
    }
  const Stocks found = stocks(couples, women.view(), Sx.view());
  const double ended = 0.36 * 0.5625;  // with one child
  const double husbands = std::exp(-0.01 * 37.0);
  for (std::size_t t = 0; t <= n_years; ++t) {
    const double n = static_cast<double>(t);
    const double she = std::pow(0.95, n);
    const double he = husbands * std::pow(0.9, n);
    REQUIRE(relative_close(found.persons(only_child, wife, t, 60 + t), 1000.0 * ended * she, 1e-13));
    REQUIRE(relative_close(found.persons(only_child, husband, t, 62 + t), 1000.0 * ended * he, 1e-13));
    REQUIRE(
        relative_close(found.persons(only_child, household, t, 60 + t), 1000.0 * ended * (she + he - she * he), 1e-13));
    // Two in nine of the children were born when she was 25, in 1986, the others in 1985.
    const auto dead = [&](double born) {
      const double years = 2021.0 + n - born - 5.5;
      return 0.5 * (1.0 - std::exp(-0.01 * years)) + 0.5 * (1.0 - std::exp(-0.005 * years));
    };
    const double lost = 0.5 * (0.2 * dead(1985.0) + 0.16 * dead(1986.0)) * 0.5625;
    REQUIRE(relative_close(found.persons(bereaved, wife, t, 60 + t), 1000.0 * lost * she, 1e-12));
    REQUIRE(relative_close(found.persons(two_daughter, wife, t, 60 + t), 1000.0 * 0.1575 * 0.81 * 0.25 * she, 1e-13));
    if (t < n_years) {
      REQUIRE(relative_close(found.deaths(only_child, husband, t, 62 + t), 1000.0 * ended * he * 0.1, 1e-12));
      REQUIRE(relative_close(found.deaths(only_child, wife, t, 60 + t), 1000.0 * ended * she * 0.05, 1e-12));
    }
  }
  REQUIRE(relative_close(sum_all(found.persons, only_child, wife, 0), 1000.0 * ended, 1e-13));
}

TEST_CASE("legacy: stock, deaths and entries balance in every cell of a generation") {
  const std::size_t n_years = 90;
  const Stocks found = stocks(some_couples(n_years), random_women(1).view(), random_Sx(2, n_years).view());
  for (std::size_t kind = 0; kind < n_kinds; ++kind)
    for (std::size_t member = 0; member < n_members; ++member)
      for (std::size_t t = 0; t < n_years; ++t)
        for (std::size_t x = 0; x + 1 < n_ages; ++x) {
          const bool is_open = x + 2 == n_ages;
          const auto then = [&](const core::Array<4>& of) {
            return of(kind, member, t, x) + (is_open ? of(kind, member, t, x + 1) : 0.0);
          };
          const double after = found.persons(kind, member, t + 1, x + 1);
          const double before = then(found.persons) - then(found.deaths) + found.entries(kind, member, t, x + 1);
          REQUIRE(close(after, before, 1e-12 * (1.0 + then(found.persons))));
        }
}

TEST_CASE("legacy: nobody enters but by losing a child, and then leaves those whose child lives") {
  const std::size_t n_years = 60;
  const Stocks found = stocks(some_couples(n_years), random_women(3).view(), random_Sx(4, n_years).view());
  for (std::size_t member = 0; member < n_members; ++member)
    for (std::size_t t = 0; t < n_years; ++t)
      for (std::size_t x = 0; x < n_ages; ++x) {
        REQUIRE(found.entries(only_child, member, t, x) == 0.0);
        REQUIRE(found.entries(two_daughter, member, t, x) == 0.0);
        REQUIRE(found.entries(bereaved, member, t, x) >= 0.0);
        REQUIRE(close(found.entries(bereaved, member, t, x), -found.entries(living, member, t, x), 1e-12));
        REQUIRE(relative_close(found.persons(only_child, member, t, x),
                               found.persons(living, member, t, x) + found.persons(bereaved, member, t, x), 1e-14));
      }
  REQUIRE(sum_all(found.entries, bereaved, wife, 0) > 0.0);
}

TEST_CASE("legacy: a stock is linear in the women, and each generation's own") {
  const std::size_t n_years = 30;
  const Couples couples = some_couples(n_years);
  const core::Array<3> Sx = random_Sx(5, n_years);
  const core::Array<1> a = random_women(6);
  const core::Array<1> b = random_women(7);
  core::Array<1> joined({n_ages});
  for (std::size_t x = 0; x < n_ages; ++x) joined(x) = 2.0 * a(x) + 3.0 * b(x);
  const Stocks of_a = stocks(couples, a.view(), Sx.view());
  const Stocks of_b = stocks(couples, b.view(), Sx.view());
  const Stocks of_both = stocks(couples, joined.view(), Sx.view());
  for (std::size_t i = 0; i < of_a.persons.flat().size(); ++i)
    REQUIRE(
        relative_close(of_both.persons.flat()[i], 2.0 * of_a.persons.flat()[i] + 3.0 * of_b.persons.flat()[i], 1e-13));
  for (std::size_t i = 0; i < of_a.entries.flat().size(); ++i)
    REQUIRE(
        relative_close(of_both.entries.flat()[i], 2.0 * of_a.entries.flat()[i] + 3.0 * of_b.entries.flat()[i], 1e-12));
}

TEST_CASE("legacy: a stock of fewer years is the beginning of one of more") {
  const core::Array<3> Sx = random_Sx(8, 40);
  core::Array<3> early({15, core::n_sexes, n_ages});
  std::copy_n(Sx.flat().begin(), early.flat().size(), early.flat().begin());
  const core::Array<1> women = random_women(9);
  const Stocks all = stocks(some_couples(79), women.view(), Sx.view());
  const Stocks some = stocks(some_couples(15), women.view(), early.view());
  for (std::size_t kind = 0; kind < n_kinds; ++kind)
    for (std::size_t member = 0; member < n_members; ++member)
      for (std::size_t t = 0; t <= 15; ++t)
        for (std::size_t x = 0; x < n_ages; ++x)
          REQUIRE(some.persons(kind, member, t, x) == all.persons(kind, member, t, x));
}

/// The count from the arrays of the stock, age by age.
double from_stocks(const Stocks& found, const Count& count, const std::vector<std::size_t>& kinds, std::size_t older,
                   std::size_t t) {
  double sum = 0.0;
  for (const std::size_t kind : kinds)
    for (std::size_t member = 0; member < n_members; ++member) {
      if ((member == household) != count.is_households) continue;
      const Ages own = count.ages[member == husband ? husband : wife];
      const std::size_t from = std::max(own.first, count.wife_from + (member == husband ? older : 0));
      const auto there = [&](std::size_t when) {
        double persons = 0.0;
        for (std::size_t x = from; x <= own.last; ++x) persons += found.persons(kind, member, when, x);
        return persons;
      };
      double died = 0.0;
      for (std::size_t x = from; x <= own.last; ++x) died += found.deaths(kind, member, t, x);
      if (count.take == Take::stock) sum += count.start(0) * there(t) + count.end(0) * there(t + 1);
      if (count.take == Take::deaths) sum += died;
      if (count.take == Take::entries) sum += there(t + 1) - (there(t) - died);
    }
  return sum;
}

TEST_CASE("legacy: what a line counts is what its cells of the stock add up to") {
  const std::size_t n_years = 40;
  const Couples couples = some_couples(n_years);
  const core::Array<1> women = random_women(10);
  const core::Array<3> Sx = random_Sx(11, n_years);
  const Stocks found = stocks(couples, women.view(), Sx.view());
  std::vector<Count> asked;
  for (const Take take : {Take::stock, Take::entries, Take::deaths})
    for (const bool is_households : {false, true}) {
      Count count{.take = take, .is_households = is_households, .wife_from = 49, .kinds = only_kind(Kind::bereaved)};
      asked.push_back(count);
      count.wife_from = 0;
      count.ages = {Ages{60, 100}, Ages{55, take == Take::entries ? std::size_t{100} : std::size_t{70}}};
      count.start(0) = 0.25;
      count.end(0) = 0.5;
      asked.push_back(count);
      count.ages[husband] = nobody;
      asked.push_back(count);
    }
  const core::Array<2> counted = counts(couples, women.view(), Sx.view(), asked);
  for (std::size_t c = 0; c < asked.size(); ++c)
    for (std::size_t t = 0; t < n_years; ++t) {
      const double expected = from_stocks(found, asked[c], {bereaved}, 2, t);
      REQUIRE(close(counted(c, t), expected, 1e-11 * (1.0 + std::abs(expected)) + 1e-9));
    }
}

TEST_CASE("legacy: weights by kind and year are summed as they stand") {
  const std::size_t n_years = 6;
  const Couples couples = some_couples(n_years);
  const core::Array<1> women = random_women(12);
  const core::Array<3> Sx = random_Sx(13, n_years);
  Count count{.kinds = core::Array<2>({n_years, n_kinds})};
  for (std::size_t t = 3; t < n_years; ++t) {
    count.kinds(t, living) = 460.0;
    count.kinds(t, bereaved) = 590.0;
  }
  const Count one{.kinds = only_kind(Kind::living_only_child)};
  const Count two{.kinds = only_kind(Kind::bereaved)};
  const core::Array<2> found = counts(couples, women.view(), Sx.view(), {count, one, two});
  for (std::size_t t = 0; t < n_years; ++t)
    REQUIRE(close(found(0, t), t < 3 ? 0.0 : 460.0 * found(1, t) + 590.0 * found(2, t), 1e-9 * found(1, t)));
}

TEST_CASE("legacy: refusals name what, where and the bound") {
  const Couples couples = some_couples(5);
  const core::Array<1> women = random_women(14);
  const core::Array<3> Sx = random_Sx(15, 5);
  const Count count{.kinds = only_kind(Kind::bereaved)};
  Rules rules = stated_rules();
  rules.loss_factor = 1.5;
  REQUIRE(message_of([&] { check_rules(rules); }).find("loss_factor") != std::string::npos);
  rules = stated_rules();
  rules.husband_older = -1;
  REQUIRE_THROWS_AS(check_rules(rules), core::DomainError);
  MortalityHistory history = even_mortality();
  history.mx(1, core::female, 7) = -0.1;
  const std::string said = message_of([&] { check_history(history); });
  REQUIRE(said.find("year 1951, female, age 7") != std::string::npos);
  core::Array<3> odd = Sx;
  odd(2, core::male, 80) = 1.01;
  REQUIRE(message_of([&] { (void)stocks(couples, women.view(), odd.view()); }).find("year 2023, male, age 80") !=
          std::string::npos);
  REQUIRE_THROWS_AS(stocks(couples, women.view(), random_Sx(1, 6).view()), core::ShapeError);
  REQUIRE_THROWS_AS(stocks(couples, core::Array<1>({100}).view(), Sx.view()), core::ShapeError);
  core::Array<1> minus = women;
  minus(70) = -1.0;
  REQUIRE(message_of([&] { (void)stocks(couples, minus.view(), Sx.view()); }).find("age 70") != std::string::npos);
  Count closed = count;
  closed.take = Take::entries;
  closed.ages[wife].last = 60;
  REQUIRE_THROWS_AS(counts(couples, women.view(), Sx.view(), {closed}), core::ConfigError);
  Count years = count;
  years.start = core::Array<1>({4}, 1.0);
  REQUIRE_THROWS_AS(counts(couples, women.view(), Sx.view(), {years}), core::ShapeError);
  Survivors other = survivors(even_mortality(), 2021, 5, stated_rules());
  other.first_birth_year += 40;
  REQUIRE_THROWS_AS(couples_per_woman(one_past(), {}, other, stated_rules()), core::ShapeError);
}

}  // namespace
