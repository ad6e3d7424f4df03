#pragma once
// All leaves of a nation together: what makes one differ from another, the factors that meet what was published between
// nation and leaf, and the path after it. Nothing by leaf, year, sex and age is kept: the rates of a leaf are made
// again from a few factors and one pool of movers (`country_rates`).

#include <string>
#include <vector>

#include "sanhai/core/view.hpp"

namespace sanhai::engine {

inline constexpr std::size_t n_census_groups = 19;  ///< 0, 1-4, 5-9 .. 85+
inline constexpr std::size_t n_age5_groups = 18;    ///< 0-4, 5-9 .. 85+
inline constexpr std::size_t n_moving_groups = 14;  ///< 5-9 .. 70-74: the ages at which moves are seen
inline constexpr std::size_t first_moving_age = 5;
inline constexpr std::size_t end_moving_age = first_moving_age + 5 * n_moving_groups;

/// What two censuses counted.
struct CountryCounts {
  core::Array<3> counts;              ///< (leaf, sex, 19) persons
  core::Array<3> earlier;             ///< (area, sex, 19) persons ten years before; an area is one or more leaves
  core::Array<1> earlier_deaths;      ///< (area) deaths of the 12 months before that; NaN where unknown
  std::vector<std::size_t> area;      ///< of each leaf: its row of `earlier`
  std::vector<std::size_t> province;  ///< of each leaf: mortality is told apart inside a province
  std::vector<std::size_t> parent;    ///< of each leaf: fertility leans on the leaves directly under the same parent
  core::Array<2> expected_mx;         ///< (sex, 18) the nation's death rates of the earlier census, 1/year
  core::Array<1> children;  ///< (age) the nation's living children under five per woman on the later census day
  core::Array<2> pattern;   ///< (sex, age) the nation's people by single age on that day
};

/// How a leaf differs from the leaves around it. Of mortality and fertility only the ratios matter.
struct LeafFactors {
  core::Array<1> mortality;  ///< (leaf) d, from the deaths before the earlier census
  core::Array<1> fertility;  ///< (leaf) r, children under five over those its women would have in the nation
  core::Array<3> loss;       ///< (leaf, sex, 14) o, share that left in a year of the ten; 0 where the area gained
  core::Array<3> gain;       ///< (leaf, sex, 14) e, persons that came in a year; 0 where the area lost
};

/// d = exp(0.3 (ln SMR - its province's mean)), at most a quarter either way; r with a prior worth 25 children; o and e
/// by census cohort survival against the nation's own, so that the flows of every cohort sum to 0.
/// Throws ShapeError and DomainError.
[[nodiscard]] LeafFactors leaf_factors(const CountryCounts& counts);

/// (leaf, sex, age) persons on the 1 January after the census: single ages by the pattern, two months of ageing and
/// deaths by `Sx` (sex, age), all times `factor`.
[[nodiscard]] core::Array<3> country_start(const CountryCounts& counts, core::View<const double, 2> Sx, double factor);

/// The nation, run on its own: fitted years first, then its path.
struct CountryNation {
  int first_year = 0;
  core::Array<3> mx;        ///< (year, sex, age) 1/year
  core::Array<2> asfr;      ///< (year, age) births per woman
  core::Array<1> srb;       ///< (year) boys per girl
  core::Array<3> pop_jan1;  ///< (year + 1, sex, age) persons
  core::Array<1> births;    ///< (year)
  core::Array<1> deaths;    ///< (fitted year) published
  core::Array<1> pop_end;   ///< (fitted year) published, people of the leaves only
};

/// Areas with figures of their own. A group inside another is named after it; leaves belong to the innermost.
struct CountryGroups {
  std::vector<std::string> codes;    ///< for messages
  std::vector<std::size_t> parent;   ///< of each group; its own row for a province
  std::vector<std::size_t> of_leaf;  ///< of each leaf
  // (group, fitted year) of the whole group, groups inside it included; NaN: not published
  core::Array<2> births, cbr, deaths, cdr, pop_end;
};

struct Country {
  CountryNation nation;
  CountryGroups groups;
  LeafFactors factors;
  core::Array<3> pop_jan1;  ///< (leaf, sex, age) of country_start
};

/// What was solved, and the sums of every leaf.
struct CountryFit {
  core::Array<2> mortality;  ///< (group, fitted year) m, on the nation's death rates, beside the leaf's own d
  core::Array<2> fertility;  ///< (group, fitted year) h, beside the leaf's own r
  core::Array<2> net;        ///< (group, fitted year) T, net migrants of the leaves in no group inside it
  core::Array<2> pull;       ///< (group, fitted year) y: gains times y, yearly hazard of leaving divided by y
  core::Array<3> pool;       ///< (year, sex, age) q, on arrivals, so that moves inside the nation cancel at every age
  core::Array<1> births_factor;  ///< (year after the fitted ones) b: births of all leaves are the nation's
  core::Array<2> log_fertility;  ///< (leaf, 3) mean of the nation, its province's deviation, the leaf's own; at the end
  core::Array<2> pop, births, deaths, net_migration;  ///< (leaf, year + 1 or year) persons
  std::size_t passes = 0;                             ///< of the nation, until the groups inside groups stand
  double worst_miss = 0.0;                            ///< relative, of a published figure
};

/// Meets the figures of every group in every fitted year; a year in which a province has none follows the two before it
/// (rates) and the median of all before it (migrants), and the nation's own figure. Then the path to the nation's last
/// year. Throws ShapeError or DomainError for bad input, and DomainError when figures cannot be met together.
[[nodiscard]] CountryFit fit_country(const Country& country);

/// Rates of some leaves: death rates are `mortality` x the nation's, births per woman `fertility` x the nation's.
struct CountryRates {
  core::Array<2> mortality;     ///< (leaf, year)
  core::Array<2> fertility;     ///< (leaf, year)
  core::Array<4> arrivals;      ///< (leaf, year, sex, age) persons
  core::Array<4> leaving_rate;  ///< (leaf, year, sex, age) share of the year's survivors
  core::Array<3> pattern;       ///< (leaf, sex, age) of all who come or go at the end of the fitted years, sum 1
};

/// Of rows `leaves`, the first `n_years` years. Throws DomainError for a row or a year that is not there.
[[nodiscard]] CountryRates country_rates(const Country& country, const CountryFit& fit,
                                         const std::vector<std::size_t>& leaves, std::size_t n_years);

}  // namespace sanhai::engine
