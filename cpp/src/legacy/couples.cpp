#include "sanhai/legacy/couples.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "sanhai/core/check.hpp"
#include "sanhai/core/math.hpp"

namespace sanhai::legacy {
namespace {

namespace check = core::check;

constexpr int oldest_husband = 20;  // years older than his wife
constexpr int oldest_wife = static_cast<int>(youngest_wife + n_wives) - 1;
constexpr int wide_years = 400;  // of a history or of a stock's future: more is a slip

std::string in_year(int year) { return "year " + std::to_string(year); }

/// The history's row of a year, held outside it.
std::size_t row_of(const MortalityHistory& history, int year) {
  const int last = static_cast<int>(history.mx.extent(0)) - 1;
  return static_cast<std::size_t>(std::clamp(year - history.first_year, 0, last));
}

double rate(const MortalityHistory& history, int year, std::size_t sex, int age) {
  return history.mx(row_of(history, year), sex, static_cast<std::size_t>(std::min<int>(age, n_ages - 1)));
}

/// -ln of a child's survival of the year in which it turns `age`, of the part of it at `child_from` or older.
double child_hazard(const MortalityHistory& history, int year, std::size_t sex, int age) {
  if (age < child_from) return 0.0;
  const double older = rate(history, year, sex, age);
  return 0.5 * (age == child_from ? older : rate(history, year, sex, age - 1) + older);
}

/// (year + 1) share of the children of a year who are dead on 1 January.
void put_lost(const MortalityHistory& history, int birth_year, int first_year, core::View<double, 1> lost) {
  const double boys = history.srb(row_of(history, birth_year));
  const double share[core::n_sexes] = {boys / (1.0 + boys), 1.0 / (1.0 + boys)};
  double hazard[core::n_sexes] = {};
  int year = birth_year;
  for (std::size_t t = 0; t < lost.extent(0); ++t) {
    for (; year < first_year + static_cast<int>(t); ++year)
      for (std::size_t sex = 0; sex < core::n_sexes; ++sex)
        hazard[sex] += child_hazard(history, year, sex, year - birth_year);
    for (std::size_t sex = 0; sex < core::n_sexes; ++sex) lost(t) += share[sex] * (1.0 - core::exp(-hazard[sex]));
  }
}

/// A place's rates at each parity in the years first .., the nation's own first and last held.
std::vector<rates::OrderAges> place_rates(const rates::ParityHistory& nation, const rates::HazardFactors& factors,
                                          int first, int last) {
  std::vector<rates::OrderAges> found;
  for (int year = first; year <= last; ++year) {
    const int known = std::clamp(year, nation.first_year, nation.last_year());
    if (known == year || found.empty()) {
      found.push_back(rates::rates_from_hazards(rates::scale_hazards(nation.at(known).hazards, factors)));
    } else {
      found.push_back(found.back());
    }
  }
  return found;
}

/// `met` begins with the year in which the woman is 10 on 1 January.
FamilyEnds ends_of(const rates::OrderAges* met, int year_of_ten, int born_before) {
  FamilyEnds ends;
  double at_parity[core::n_orders] = {1.0, 0.0, 0.0};
  for (std::size_t x = 0; x < n_childbearing; ++x) {
    double chance[core::n_orders];
    double born[core::n_orders];
    for (std::size_t i = 0; i < core::n_orders; ++i) {
      chance[i] = 0.5 * (met[x][i][x] + met[x][i][x + 1]);
      born[i] = at_parity[i] * chance[i];
    }
    for (std::size_t before = 0; before < x; ++before) {
      ends.one[before] *= 1.0 - chance[1];
      ends.two[before] *= 1.0 - chance[2];
    }
    if (year_of_ten + static_cast<int>(x) < born_before) {
      ends.one[x] = born[0];
      ends.two[x] = born[1];
    }
    at_parity[0] -= born[0];
    at_parity[1] += born[0] - born[1];
    at_parity[2] += born[1] - born[2];
  }
  return ends;
}

/// Year in which a woman who is `age` on the first 1 January was 10 on 1 January.
int year_of_ten(int first_year, int age) { return first_year - age + static_cast<int>(childbearing_from); }

void require_births(const Survivors& survivors, int first, int last) {
  const int last_known = survivors.first_birth_year + static_cast<int>(survivors.lost.extent(0)) - 1;
  if (first >= survivors.first_birth_year && last <= last_known) return;
  check::fail_shape("lost", "", std::to_string(survivors.first_birth_year) + ".." + std::to_string(last_known),
                    std::to_string(first) + ".." + std::to_string(last) + ", births of the wives",
                    "make the survivors with the same rules and first year");
}

}  // namespace

void check_rules(const Rules& rules) {
  core::check_calendar_years("born_before", rules.born_before);
  check::share("two_daughter_share", rules.two_daughter_share, "give a share of the couples with exactly two");
  check::share("loss_factor", rules.loss_factor, "give a factor on the share of dead children");
  check::between("husband_older", rules.husband_older, 0, oldest_husband, "give years that husbands are older");
}

void check_history(const MortalityHistory& history) {
  const core::Shape<3> shape = history.mx.shape();
  if (shape[0] == 0 || shape[0] > wide_years || shape[1] != core::n_sexes || shape[2] != n_ages) {
    check::fail_shape("mx", "mortality history", core::text(shape), "(1..400 years, 2, 101)",
                      "give death rates by year, sex and single age 0..100+");
  }
  core::check_calendar_years("first_year", history.first_year, shape[0]);
  check::require_shape("srb", "mortality history", history.srb.shape(), core::Shape<1>{shape[0]},
                       "give the sex ratio at birth of the same years");
  for (std::size_t t = 0; t < shape[0]; ++t) {
    const std::string when = in_year(history.first_year + static_cast<int>(t));
    check::positive("srb", history.srb(t), "give boys per girl", when);
    for (std::size_t sex = 0; sex < core::n_sexes; ++sex)
      for (std::size_t x = 0; x < n_ages; ++x) {
        if (check::is_not_negative(history.mx(t, sex, x))) continue;
        check::not_negative("mx", history.mx(t, sex, x), "give death rates",
                            when + ", " + core::sex_name(sex) + ", age " + std::to_string(x));
      }
  }
}

Survivors survivors(const MortalityHistory& history, int first_year, std::size_t n_years, const Rules& rules) {
  check_rules(rules);
  check_history(history);
  if (n_years > wide_years) {
    check::fail_shape("n_years", "legacy stocks", std::to_string(n_years), "at most 400", "check the number of years");
  }
  core::check_calendar_years("first_year", first_year, n_years + 1);
  Survivors out;
  out.first_year = first_year;
  out.first_birth_year = year_of_ten(first_year, oldest_wife);
  const int last = std::max(rules.born_before - 1, out.first_birth_year);
  if (last - out.first_birth_year > wide_years) {
    check::fail("born_before", "legacy stocks", rules.born_before, "a year near the first one",
                "give the year before which children were born");
  }
  out.lost = core::Array<2>({static_cast<std::size_t>(last - out.first_birth_year) + 1, n_years + 1});
  for (int year = out.first_birth_year; year <= last; ++year)
    put_lost(history, year, first_year, out.lost.view()[static_cast<std::size_t>(year - out.first_birth_year)]);
  out.husband_alive = core::Array<1>({n_wives});
  for (std::size_t at = 0; at < n_wives; ++at) {
    const int age = static_cast<int>(youngest_wife + at) + rules.husband_older;
    double hazard = 0.0;
    for (int x = husband_from; x < age; ++x) hazard += rate(history, first_year - age + x, core::male, x);
    out.husband_alive(at) = core::exp(-hazard);
  }
  return out;
}

FamilyEnds family_ends(const rates::ParityHistory& nation, const rates::HazardFactors& factors, int birth_year,
                       int born_before) {
  core::check_calendar_years("birth_year", birth_year);
  core::check_calendar_years("born_before", born_before);
  const int ten = birth_year + static_cast<int>(childbearing_from) + 1;
  const auto met = place_rates(nation, factors, ten, ten + static_cast<int>(n_childbearing) - 1);
  return ends_of(met.data(), ten, born_before);
}

Couples couples_per_woman(const rates::ParityHistory& nation, const rates::HazardFactors& factors,
                          const Survivors& survivors, const Rules& rules) {
  check_rules(rules);
  if (survivors.lost.extent(1) == 0) {
    check::fail_shape("lost", "", "no 1 January", "one at least", "make the survivors first");
  }
  const std::size_t n_stocks = survivors.lost.extent(1);
  const int first = year_of_ten(survivors.first_year, oldest_wife);
  const int last = year_of_ten(survivors.first_year, youngest_wife) + static_cast<int>(n_childbearing) - 1;
  require_births(survivors, first, std::min(last, rules.born_before - 1));
  const auto met = place_rates(nation, factors, first, last);
  Couples out{.first_year = survivors.first_year,
              .husband_older = rules.husband_older,
              .only_child = core::Array<1>({n_wives}),
              .bereaved = core::Array<2>({n_wives, n_stocks}),
              .two_daughter = core::Array<1>({n_wives}),
              .husband_alive = survivors.husband_alive};
  for (std::size_t at = 0; at < n_wives; ++at) {
    const int ten = year_of_ten(survivors.first_year, static_cast<int>(youngest_wife + at));
    const FamilyEnds ends = ends_of(met.data() + (ten - first), ten, rules.born_before);
    for (std::size_t x = 0; x < n_childbearing; ++x) {
      out.only_child(at) += ends.one[x];
      out.two_daughter(at) += ends.two[x] * rules.two_daughter_share;
      if (ends.one[x] == 0.0) continue;
      const int born = ten + static_cast<int>(x) - survivors.first_birth_year;
      for (std::size_t t = 0; t < n_stocks; ++t)
        out.bereaved(at, t) += ends.one[x] * (rules.loss_factor * survivors.lost(static_cast<std::size_t>(born), t));
    }
  }
  return out;
}

void check_couples(const Couples& couples) {
  const core::Shape<2> shape = couples.bereaved.shape();
  if (shape[0] != n_wives || shape[1] == 0 || shape[1] > wide_years + 1) {
    check::fail_shape("bereaved", "legacy stocks", core::text(shape), "(75 ages, year + 1)",
                      "take what couples_per_woman gives");
  }
  core::check_calendar_years("first_year", couples.first_year, shape[1]);
  check::between("husband_older", couples.husband_older, 0, oldest_husband, "give years that husbands are older");
  const auto shares = [](const char* what, const core::Array<1>& given) {
    check::require_shape(what, "legacy stocks", given.shape(), core::Shape<1>{n_wives},
                         "take what couples_per_woman gives");
    for (const double share : given.flat()) check::share(what, share, "give a share of the women of an age");
  };
  shares("only_child", couples.only_child);
  shares("two_daughter", couples.two_daughter);
  shares("husband_alive", couples.husband_alive);
  for (std::size_t at = 0; at < n_wives; ++at)
    for (std::size_t t = 0; t < shape[1]; ++t)
      check::between("bereaved", couples.bereaved(at, t), 0.0, couples.only_child(at), "give a part of the only-child");
}

}  // namespace sanhai::legacy
