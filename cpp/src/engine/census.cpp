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
constexpr double sixth = 1.0 / 6.0;

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
  if (pop_jan1.extent(0) != core::n_sexes || Sx.extent(0) != 3 || Sx.extent(2) != pop_jan1.extent(1)) {
    throw core::ShapeError(core::message({.what = "reverse survival",
                                          .where = "",
                                          .got = core::text(pop_jan1.shape()) + " and " + core::text(Sx.shape()),
                                          .allowed = "(2, age) and (3, 2, age)",
                                          .remedy = "give the survivorship of the three years before the stock"}));
  }
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
  if (counts.extent(1) != lower.size() || counts.extent(0) != pattern.extent(0)) {
    throw core::ShapeError(
        core::message({.what = "age groups",
                       .where = "",
                       .got = core::text(counts.shape()) + " counts, " + std::to_string(lower.size()) + " lower bounds",
                       .allowed = "one count for each sex and group",
                       .remedy = "give the first age of every group"}));
  }
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

core::Array<2> november_to_january(View<const double, 2> november, View<const double, 2> Sx) {
  const std::size_t open = november.extent(1) - 1;
  core::Array<2> january(november.shape());
  for (std::size_t s = 0; s < core::n_sexes; ++s) {
    january(s, 0) = november(s, 0) * core::exp(core::log(Sx(s, 0)) * sixth);
    for (std::size_t x = 1; x <= open; ++x) {
      const double staying = x == open ? 1.0 : 1.0 - sixth;
      january(s, x) = (staying * november(s, x) + sixth * november(s, x - 1)) * (1.0 - (1.0 - Sx(s, x)) * sixth);
    }
  }
  return january;
}

core::Array<2> migration_pattern(View<const double, 2> first, View<const double, 2> last,
                                 View<const double, 2> survival, std::size_t n_ages) {
  core::Array<2> net({core::n_sexes, n_groups});
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
  for (double& value : pattern.flat()) value /= whole;
  return pattern;
}

}  // namespace sanhai::engine
