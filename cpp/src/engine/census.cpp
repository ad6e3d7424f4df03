#include "sanhai/engine/census.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/error.hpp"
#include "sanhai/core/math.hpp"

namespace sanhai::engine {
namespace {

using core::View;

constexpr std::size_t n_groups = 18;  // 0-4 .. 80-84, 85+
// Above 80 a gain or loss says more about the survival assumed than about moving: nobody is taken to move there.
constexpr std::size_t oldest_seen = 15;  // 75-79
constexpr std::size_t most_ages = 1000;
constexpr double sixth = 1.0 / 6.0;

[[noreturn]] void refuse_shape(const char* what, const std::string& got, const char* allowed, const char* remedy) {
  throw core::ShapeError(core::message({.what = what, .where = "", .got = got, .allowed = allowed, .remedy = remedy}));
}

template <std::size_t N>
void require_finite(const char* what, View<const double, N> values, const char* remedy) {
  for (const double value : values.flat()) {
    if (value >= 0.0 && std::isfinite(value)) continue;
    throw core::DomainError(core::message(
        {.what = what, .where = "", .got = core::text(value), .allowed = "finite and >= 0", .remedy = remedy}));
  }
}

template <std::size_t N>
void require_survivorship(View<const double, N> Sx) {
  const std::size_t n_ages = Sx.extent(N - 1);
  for (std::size_t cell = 0; cell < Sx.flat().size(); ++cell) {
    const double value = Sx.flat()[cell];
    const bool is_open = cell % n_ages + 1 == n_ages;
    if (value > 0.0 && value <= 1.0 && !(is_open && value == 1.0)) continue;
    throw core::DomainError(core::message({.what = "Sx",
                                           .where = "",
                                           .got = core::text(value),
                                           .allowed = "(0, 1], and below 1 in the open age group",
                                           .remedy = "make it with Sx_from_mx"}));
  }
}

core::Array<2> back_three_years(View<const double, 2> pop, View<const double, 3> Sx) {
  const std::size_t open = pop.extent(1) - 1;
  core::Array<2> earlier({core::n_sexes, pop.extent(1)});
  for (std::size_t s = 0; s < core::n_sexes; ++s) {
    for (std::size_t x = 0; x + 3 < open; ++x)
      earlier(s, x) = pop(s, x + 3) / (Sx(0, s, x + 1) * Sx(1, s, x + 2) * Sx(2, s, x + 3));
    for (std::size_t x = open - 3; x < open; ++x) earlier(s, x) = earlier(s, x - 1) * Sx(0, s, x);
    earlier(s, open) = earlier(s, open - 1) * Sx(0, s, open) / (1.0 - Sx(0, s, open));
  }
  return earlier;
}

// Net migrants of 0-4 and 5-9: a quarter and three quarters of the child-woman ratio times their mothers' net.
void add_children(View<const double, 2> last, View<double, 2> net) {
  const std::array<double, 2> exposure{0.25, 0.75};
  for (std::size_t g = 0; g < 2; ++g) {
    const std::size_t youngest = 3 + g;  // women 15-44, then 20-49
    double women = 0.0;
    double movers = 0.0;
    for (std::size_t k = youngest; k < youngest + 6; ++k) {
      women += last(core::female, k);
      movers += net(core::female, k);
    }
    for (std::size_t s = 0; s < core::n_sexes; ++s) net(s, g) = exposure[g] * last(s, g) / women * movers;
  }
}

}  // namespace

core::Array<2> reverse_survived(View<const double, 2> pop_jan1, View<const double, 3> Sx) {
  if (pop_jan1.extent(0) != core::n_sexes || pop_jan1.extent(1) < 5 ||
      Sx.shape() != core::Shape<3>{3, core::n_sexes, pop_jan1.extent(1)}) {
    refuse_shape("reverse survival", core::text(pop_jan1.shape()) + " and " + core::text(Sx.shape()),
                 "(2, age) and (3, 2, age), five ages or more",
                 "give the survivorship of the three years before the stock");
  }
  require_finite("pop_jan1", pop_jan1, "count the people");
  require_survivorship(Sx);
  const core::Array<2> january = back_three_years(pop_jan1, Sx);
  const std::size_t open = january.extent(1) - 1;
  core::Array<2> november(january.shape());
  for (std::size_t s = 0; s < core::n_sexes; ++s) {
    for (std::size_t x = 0; x < open; ++x) {
      const double alive = 1.0 - (1.0 - Sx(0, s, x)) * sixth;
      const std::size_t older = x + 1;
      november(s, x) = ((1.0 - sixth) * january(s, x) + sixth * january(s, older)) / alive;
    }
    november(s, open) = january(s, open) / (1.0 - (1.0 - Sx(0, s, open)) * sixth);
  }
  return november;
}

core::Array<2> single_years(View<const double, 2> counts, std::span<const std::size_t> lower,
                            View<const double, 2> pattern) {
  const std::size_t n_ages = pattern.extent(1);
  bool is_rising = !lower.empty() && lower[0] == 0 && lower.back() < n_ages;
  for (std::size_t g = 1; g < lower.size(); ++g) is_rising = is_rising && lower[g] > lower[g - 1];
  if (!is_rising || counts.shape() != core::Shape<2>{core::n_sexes, lower.size()} ||
      pattern.extent(0) != core::n_sexes) {
    refuse_shape("age groups",
                 core::text(counts.shape()) + " counts, " + std::to_string(lower.size()) + " first ages, pattern " +
                     core::text(pattern.shape()),
                 "one count for each sex and group, first ages that rise from 0 and stay below the pattern's ages",
                 "give the first age of every group");
  }
  require_finite("counts", counts, "count the people");
  require_finite("pattern", pattern, "give persons by single age");
  core::Array<2> single({counts.extent(0), n_ages});
  for (std::size_t s = 0; s < counts.extent(0); ++s)
    for (std::size_t g = 0; g < lower.size(); ++g) {
      const std::size_t end = g + 1 < lower.size() ? lower[g + 1] : n_ages;
      double whole = 0.0;
      for (std::size_t x = lower[g]; x < end; ++x) whole += pattern(s, x);
      if (!(whole > 0.0) && counts(s, g) > 0.0) {
        throw core::DomainError(
            core::message({.what = "single-year pattern",
                           .where = std::string(core::sex_name(s)) + ", age " + std::to_string(lower[g]) + "+",
                           .got = core::text(whole),
                           .allowed = "> 0 where the census counts people",
                           .remedy = "give a pattern that covers every group"}));
      }
      for (std::size_t x = lower[g]; x < end; ++x)
        single(s, x) = whole > 0.0 ? counts(s, g) * pattern(s, x) / whole : 0.0;
    }
  return single;
}

namespace {

core::Array<2> moved(const char* name, View<const double, 2> stock, View<const double, 2> Sx, double d) {
  if (stock.extent(0) != core::n_sexes || stock.extent(1) < 2 || Sx.shape() != stock.shape()) {
    refuse_shape(name, core::text(stock.shape()) + " and Sx " + core::text(Sx.shape()),
                 "(2, age) for both, two ages or more", "give the survivorship of the year of the count");
  }
  require_finite(name, stock, "count the people");
  require_survivorship(Sx);
  const std::size_t open = stock.extent(1) - 1;
  core::Array<2> later(stock.shape());
  for (std::size_t s = 0; s < core::n_sexes; ++s) {
    later(s, 0) = stock(s, 0) * core::exp(core::log(Sx(s, 0)) * d);
    for (std::size_t x = 1; x <= open; ++x) {
      const double staying = x == open ? 1.0 : 1.0 - d;
      later(s, x) = (staying * stock(s, x) + d * stock(s, x - 1)) * (1.0 - (1.0 - Sx(s, x)) * d);
    }
  }
  return later;
}

}  // namespace

core::Array<2> moved_on(View<const double, 2> stock, View<const double, 2> Sx, double d) {
  if (!(d >= 0.0 && d < 1.0)) {
    throw core::DomainError(core::message({.what = "d",
                                           .where = "",
                                           .got = core::text(d),
                                           .allowed = "0 to below 1 years",
                                           .remedy = "move whole years by projecting"}));
  }
  return moved("stock", stock, Sx, d);
}

core::Array<2> november_to_january(View<const double, 2> november, View<const double, 2> Sx) {
  return moved("november", november, Sx, sixth);
}

core::Array<2> migration_pattern(View<const double, 2> first, View<const double, 2> last,
                                 View<const double, 2> survival, std::size_t n_ages) {
  const core::Shape<2> groups{core::n_sexes, n_groups};
  if (first.shape() != groups || last.shape() != groups || survival.shape() != groups) {
    refuse_shape("census groups",
                 core::text(first.shape()) + ", " + core::text(last.shape()) + ", " + core::text(survival.shape()),
                 "(2, 18) each, 0-4 to 85+", "join or split the groups");
  }
  if (n_ages < 5 * oldest_seen || n_ages > most_ages) {
    refuse_shape("n_ages", std::to_string(n_ages), "75 to 1000", "give the ages of the run, 101 for 0 to 100+");
  }
  require_finite("first", first, "count the people");
  require_finite("last", last, "count the people");
  require_finite("survival", survival, "give ten-year survivorship");
  core::Array<2> net(groups);
  for (std::size_t s = 0; s < core::n_sexes; ++s) {
    for (std::size_t g = 2; g + 1 < n_groups; ++g) net(s, g) = last(s, g) - first(s, g - 2) * survival(s, g);
    const double oldest = first(s, n_groups - 3) + first(s, n_groups - 2) + first(s, n_groups - 1);
    net(s, n_groups - 1) = last(s, n_groups - 1) - oldest * survival(s, n_groups - 1);
  }
  add_children(last, net.view());

  double total = 0.0;
  double gross = 0.0;
  for (std::size_t s = 0; s < core::n_sexes; ++s)
    for (std::size_t g = 0; g <= oldest_seen; ++g) {
      total += net(s, g);
      gross += std::abs(net(s, g));
    }
  const bool one_way = std::abs(total) >= 0.5 * gross;
  core::Array<2> pattern({core::n_sexes, n_ages});
  for (std::size_t s = 0; s < core::n_sexes; ++s)
    for (std::size_t x = 0; x < 5 * oldest_seen; ++x) {
      const std::size_t seen = x / 5 + 1;  // seen in the next group at the end, moved at this age on average
      pattern(s, x) = (one_way ? net(s, seen) / total : std::abs(net(s, seen)) / gross) / 5.0;
    }
  // The youngest group is seen at 0-4 as well as, five years on, at 5-9: it counts once, so the sum is restored.
  double whole = 0.0;
  for (const double value : pattern.flat()) whole += value;
  if (!(std::isfinite(whole) && whole != 0.0)) {
    throw core::DomainError(core::message({.what = "migration pattern",
                                           .where = "ages 5 to 79",
                                           .got = core::text(gross) + " movers between the two censuses",
                                           .allowed = "some, and women at childbearing ages",
                                           .remedy = "give the place the pattern of another"}));
  }
  for (double& value : pattern.flat()) value /= whole;
  return pattern;
}

}  // namespace sanhai::engine
