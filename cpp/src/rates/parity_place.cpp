#include "sanhai/rates/parity_place.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/error.hpp"
#include "sanhai/core/math.hpp"
#include "sanhai/rates/parity_solve.hpp"

namespace sanhai::rates {
namespace {

using core::DomainError;

constexpr std::size_t width = 5;
constexpr std::size_t census_first_index = 5;  // age 15 in ages 10..64
constexpr std::size_t n_census_ages = n_census_age5 * width;

using CensusAges = std::array<double, n_census_ages>;

[[noreturn]] void complain(const std::string& what, const CensusWomen& census, double got, const std::string& allowed,
                           const std::string& remedy) {
  throw DomainError(core::message({.what = what,
                                   .where = "place " + census.place + ", census women",
                                   .got = core::text(got),
                                   .allowed = allowed,
                                   .remedy = remedy}));
}

void check_census(const CensusWomen& census) {
  const double women = std::accumulate(census.women.begin(), census.women.end(), 0.0);
  const bool counted = std::all_of(census.women.begin(), census.women.end(), [](double n) { return n >= 0.0; });
  if (!counted || !(women > 0.0)) complain("women", census, women, "0 or more, some above", "check the census row");
  if (!(census.women_15plus >= women)) {
    complain("women_15plus", census, census.women_15plus, "at least the women 15-64", "add the older groups");
  }
  if (!(census.never_married_share > 0.0 && census.never_married_share < 1.0)) {
    complain("never_married_share", census, census.never_married_share, "(0, 1)", "give a share of women 15+");
  }
  if (!(census.ceb > 0.0) || !std::isfinite(census.ceb)) {
    complain("ceb", census, census.ceb, "above 0", "give children ever born per woman 15-64");
  }
}

/// Women by single age 15..64: census groups with the nation's pattern inside them.
CensusAges single_ages(const CensusWomen& census, const ParityAges& pattern) {
  CensusAges women{};
  for (std::size_t group = 0; group < n_census_age5; ++group) {
    double sum = 0.0;
    for (std::size_t i = 0; i < width; ++i) sum += pattern[census_first_index + group * width + i];
    if (!(sum > 0.0)) complain("women_single", census, sum, "above 0 in every group", "give the nation's women by age");
    for (std::size_t i = 0; i < width; ++i) {
      const std::size_t x = group * width + i;
      women[x] = census.women[group] * pattern[census_first_index + x] / sum;
    }
  }
  return women;
}

/// Stock on the census day, between the 1 Januaries around it, weighted by the place's women.
CensusParity parity_on_census_day(const ParityHistory& nation, const HazardFactors& factors, const CensusDay& day,
                                  const CensusAges& women) {
  const ParityStock before = place_stock(nation, factors, day.year);
  const OrderAges hazards = scale_hazards(nation.at(day.year).hazards, factors);
  const ParityStock after = step_parity(before, rates_from_hazards(hazards));
  const ParityAges ceb_before = ceb_from_stock(before);
  const ParityAges ceb_after = ceb_from_stock(after);
  const double gone = day.share_of_year;
  CensusParity parity;
  double all = 0.0;
  for (std::size_t i = 0; i < n_census_ages; ++i) {
    const std::size_t x = census_first_index + i;
    parity.ceb += women[i] * (gone * ceb_after[x] + (1.0 - gone) * ceb_before[x]);
    parity.childless += women[i] * (gone * after.share[0][x] + (1.0 - gone) * before.share[0][x]);
    all += women[i];
  }
  parity.ceb /= all;
  parity.childless /= all;
  return parity;
}

double women_15_64(const CensusWomen& census) { return std::accumulate(census.women.begin(), census.women.end(), 0.0); }

}  // namespace

ParityStock place_stock(const ParityHistory& nation, const HazardFactors& factors, int until) {
  core::check_calendar_years("until", until);
  ParityStock stock = childless_stock();
  for (int year = until - static_cast<int>(n_parity_ages); year < until; ++year) {
    const ParityYear& met = nation.at(std::max(year, nation.first_year));
    stock = step_parity(stock, rates_from_hazards(scale_hazards(met.hazards, factors)));
  }
  return stock;
}

PlaceFit fit_place_factors(const ParityHistory& nation, const CensusWomen& census_nation,
                           const CensusWomen& census_place, const ParityAges& women_single, const CensusDay& day) {
  check_census(census_nation);
  check_census(census_place);
  PlaceFit fit;
  fit.nation = parity_on_census_day(nation, {}, day, single_ages(census_nation, women_single));
  const double childless_women = fit.nation.childless * women_15_64(census_nation);
  const double childless_per_never_married =
      childless_women / (census_nation.never_married_share * census_nation.women_15plus);
  const CensusAges women = single_ages(census_place, women_single);
  fit.target.ceb = fit.nation.ceb * census_place.ceb / census_nation.ceb;
  fit.target.childless = census_place.never_married_share * census_place.women_15plus * childless_per_never_married /
                         women_15_64(census_place);
  const auto stock_at = [&](const std::array<double, 2>& log_k) {
    return parity_on_census_day(nation, {core::exp(log_k[0]), core::exp(log_k[1]), 1.0}, day, women);
  };
  const auto logs = solve_two(
      [&](const std::array<double, 2>& log_k) {
        const CensusParity model = stock_at(log_k);
        return std::array<double, 2>{model.ceb - fit.target.ceb, model.childless - fit.target.childless};
      },
      {0.0, 0.0});
  if (logs) {
    fit.factors = {core::exp((*logs)[0]), core::exp((*logs)[1]), 1.0};
    fit.fitted = stock_at(*logs);
    return fit;
  }
  complain("place factors", census_place, fit.target.ceb, "children ever born and a childless share that go together",
           "check ceb (" + core::text(fit.target.ceb) + ") against the childless share (" +
               core::text(fit.target.childless) + ")");
}

}  // namespace sanhai::rates
