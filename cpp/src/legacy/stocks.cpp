#include "sanhai/legacy/stocks.hpp"

#include <array>
#include <string>

#include "sanhai/core/check.hpp"
#include "sanhai/legacy/life.hpp"

namespace sanhai::legacy {
namespace {

namespace check = core::check;

/// Shares of the couples of the first 1 January whose member lives, by the wife's age then.
using Alive = std::array<std::array<double, n_wives>, n_members>;

Alive at_start(const Couples& couples) {
  Alive alive{};
  alive[wife].fill(1.0);
  for (std::size_t at = 0; at < n_wives; ++at) alive[husband][at] = couples.husband_alive(at);
  for (std::size_t at = 0; at < n_wives; ++at) alive[household][at] = one_alive(alive[wife][at], alive[husband][at]);
  return alive;
}

Alive next_year(const Alive& now, std::size_t elapsed, std::size_t husband_older, core::View<const double, 2> Sx) {
  Alive next{};
  for (const std::size_t member : {husband, wife})
    live_a_year(
        member, elapsed, husband_older, [&](std::size_t age) { return Sx(member, age); },
        [&](std::size_t at) { return now[member][at]; },
        [&](std::size_t at, double share) { next[member][at] = share; });
  for (std::size_t at = 0; at < n_wives; ++at) next[household][at] = one_alive(next[wife][at], next[husband][at]);
  return next;
}

}  // namespace

void check_women(core::View<const double, 1> women) {
  check::require_shape("women", "legacy stocks", women.shape(), core::Shape<1>{n_ages},
                       "give women by single age 0..100+ on the first 1 January");
  for (std::size_t x = 0; x < n_ages; ++x)
    if (!check::is_not_negative(women(x)))
      check::not_negative("women", women(x), "give persons", "age " + std::to_string(x));
}

void check_survivorship(const Couples& couples, core::View<const double, 3> Sx) {
  const core::Shape<3> shape = Sx.shape();
  if (shape[0] > couples.n_years() || shape[1] != core::n_sexes || shape[2] != n_ages) {
    check::fail_shape("Sx", "legacy stocks", core::text(shape),
                      "(0.." + std::to_string(couples.n_years()) + " years, 2, 101)",
                      "give survivorship by year, sex and age of arrival, or couples of more years");
  }
  for (std::size_t t = 0; t < shape[0]; ++t)
    for (std::size_t sex = 0; sex < core::n_sexes; ++sex)
      for (std::size_t x = 0; x < n_ages; ++x) {
        if (check::is_share(Sx(t, sex, x))) continue;
        check::share("Sx", Sx(t, sex, x), "give a survivorship ratio",
                     "year " + std::to_string(couples.first_year + static_cast<int>(t)) + ", " + core::sex_name(sex) +
                         ", age " + std::to_string(x));
      }
}

Stocks stocks(const Couples& couples, core::View<const double, 1> women, core::View<const double, 3> Sx) {
  check_couples(couples);
  check_women(women);
  check_survivorship(couples, Sx);
  const std::size_t n_years = Sx.extent(0);
  const auto older = static_cast<std::size_t>(couples.husband_older);
  Stocks out{.persons = core::Array<4>({n_kinds, n_members, n_years + 1, n_ages}),
             .deaths = core::Array<4>({n_kinds, n_members, n_years, n_ages}),
             .entries = core::Array<4>({n_kinds, n_members, n_years, n_ages})};
  Alive now = at_start(couples);
  for (std::size_t t = 0; t <= n_years; ++t) {
    const bool is_closing = t == n_years;
    const Alive next = is_closing ? now : next_year(now, t, older, Sx[t]);
    for (std::size_t kind = 0; kind < n_kinds; ++kind)
      for (std::size_t member = 0; member < n_members; ++member)
        for (std::size_t at = 0; at < n_wives; ++at) {
          const double couples_then = women(youngest_wife + at) * couples.of(static_cast<Kind>(kind), at, t);
          const double here = couples_then * now[member][at];
          const std::size_t age = age_of(member, at, t, older);
          out.persons(kind, member, t, age) += here;
          if (is_closing) continue;
          const double more =
              couples.of(static_cast<Kind>(kind), at, t + 1) - couples.of(static_cast<Kind>(kind), at, t);
          out.deaths(kind, member, t, age) += couples_then * (now[member][at] - next[member][at]);
          out.entries(kind, member, t, age_of(member, at, t + 1, older)) +=
              women(youngest_wife + at) * more * next[member][at];
        }
    now = next;
  }
  return out;
}

}  // namespace sanhai::legacy
