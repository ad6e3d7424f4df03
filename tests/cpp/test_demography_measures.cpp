#include "sanhai_catch.hpp"

#include <string>
#include <vector>

#include "sanhai/core/error.hpp"
#include "sanhai/core/view.hpp"
#include "sanhai/demography/fertility.hpp"
#include "sanhai/demography/standardisation.hpp"
#include "sanhai/demography/structure.hpp"

using namespace sanhai::demography;
using sanhai::core::Array;
using sanhai::core::DomainError;
using sanhai::core::ShapeError;
using sanhai::core::View;
using sanhai::test::close;

namespace {

template <class Exception, class Call>
std::string complaint(Call&& call) {
  try {
    call();
  } catch (const Exception& error) {
    return error.what();
  }
  return "nothing thrown";
}

bool names(const std::string& message, const std::vector<std::string>& parts) {
  bool all = message.find("remedy: ") != std::string::npos;
  for (const std::string& part : parts) all = all && message.find(part) != std::string::npos;
  return all;
}

// Preston, Heuveline & Guillot (2001), Demography, table 2.1: Sweden and Kazakhstan, females, 1992
const std::vector<double> pop_sweden = {59727,  229775, 245172, 240110, 264957, 287176, 311111, 280991, 286899, 308238,
                                        320172, 242230, 210785, 216058, 224479, 222578, 184102, 140667, 110242};
const std::vector<double> deaths_sweden = {279, 42,  31,  33,   61,   87,   98,   140,  197,  362,
                                           643, 738, 972, 1640, 2752, 4509, 6745, 9587, 17340};
const std::vector<double> pop_kazakhstan = {174078, 754758, 879129, 808510, 720161, 622988, 733057,
                                            732312, 612825, 487996, 284799, 503608, 301879, 374317,
                                            256247, 154623, 149917, 88716,  58940};
const std::vector<double> deaths_kazakhstan = {3720, 1220, 396,  298,  561,  673,  752,  965,  1113, 1405,
                                               1226, 2878, 3266, 5212, 6866, 6182, 8199, 9013, 10627};

std::vector<double> rates(const std::vector<double>& deaths, const std::vector<double>& pop) {
  std::vector<double> out(pop.size());
  for (std::size_t i = 0; i < pop.size(); ++i) out[i] = deaths[i] / pop[i];
  return out;
}

double total(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double v : values) sum += v;
  return sum;
}

}  // namespace

TEST_CASE("fertility measures", "[demography]") {
  const std::vector<double> asfr = {0.02, 0.10, 0.08, 0.03, 0.01};
  REQUIRE(close(tfr_from_asfr(asfr, 5.0), 1.2, 1e-15));
  REQUIRE(close(grr_from_asfr_srb(asfr, 1.05, 5.0), 1.2 / 2.05, 1e-15));
  // (17.5 * 2 + 22.5 * 10 + 27.5 * 8 + 32.5 * 3 + 37.5 * 1) / 24
  REQUIRE(close(mac_from_asfr(asfr, 5.0, 15.0), 615.0 / 24.0, 1e-12));
  std::vector<double> one_age(50, 0.0);
  one_age[28] = 1.0;
  REQUIRE(mac_from_asfr(one_age) == 28.5);
  // without mortality net reproduction is gross reproduction
  REQUIRE(
      close(nrr_from_asfr_srb_nLx(asfr, 1.05, std::vector<double>(5, 5.0)), grr_from_asfr_srb(asfr, 1.05, 5.0), 1e-15));
}

TEST_CASE("net reproduction as published", "[demography]") {
  // demCore (IHME), its test of calculate_nrr: 1.3, two digits
  const std::vector<double> asfr = {2.0e-05, 0.009, 0.1, 0.18, 0.19, 0.11, 0.03};
  const std::vector<double> nLx = {4.61, 4.55, 4.48, 4.39, 4.3, 4.18, 4.03};
  REQUIRE(close(nrr_from_asfr_srb_nLx(asfr, 1.057, nLx), 1.3, 0.01));
}

TEST_CASE("births by sex add up", "[demography]") {
  const BirthsBySex all = births_by_sex_from_srb(2050.0, 1.05);
  REQUIRE(close(all.boys, 1050.0, 1e-10));
  REQUIRE(close(all.girls, 1000.0, 1e-10));
  const std::vector<double> births = {1000.0, 400.0, 77.7};
  const std::vector<double> srb = {1.06, 1.07, 1.3};
  const BirthsBySex by_order = births_by_sex_from_srb(births, srb);
  REQUIRE(close(by_order.boys, 1060.0 / 2.06 + 428.0 / 2.07 + 101.01 / 2.3, 1e-10));
  REQUIRE(close(by_order.boys + by_order.girls, total(births), 1e-10));
}

TEST_CASE("orders add up, and tempo is taken out", "[demography]") {
  // Two-order example of the R package demor (tatfr); its 3.2111 rests on mean ages rounded to 2 decimals, the
  // exact value by Bongaarts & Feeney (1998) is 3.22563256325632.
  const Array<2> past({2, 7}, {.02, .05, .07, .05, .03, .01, 0, .01, .03, .04, .03, .02, .01, 0});
  const Array<2> now({2, 7}, {.03, .06, .08, .06, .03, .01, 0, .01, .03, .05, .04, .02, .01, 0});
  const Array<2> next({2, 7}, {.03, .05, .08, .07, .04, .02, 0, .01, .03, .04, .04, .03, .01, 0});
  const std::vector<double> tfr = tfr_order_from_asfr_order(now.view(), 5.0);
  REQUIRE(close(tfr[0], 1.35, 1e-12));
  REQUIRE(close(tfr[1], 0.8, 1e-12));
  REQUIRE(close(tfr_from_asfr(asfr_from_asfr_order(now.view()), 5.0), 2.15, 1e-12));
  const std::vector<double> mac_past = mac_order_from_asfr_order(past.view(), 5.0, 15.0);
  const std::vector<double> mac_next = mac_order_from_asfr_order(next.view(), 5.0, 15.0);
  const std::vector<double> change = {(mac_next[0] - mac_past[0]) / 2.0, (mac_next[1] - mac_past[1]) / 2.0};
  REQUIRE(close(tfr_adjusted_from_tfr_order(tfr, change), 3.22563256325632, 1e-12));
  REQUIRE(close(tfr_adjusted_from_tfr_order(tfr, std::vector<double>{0.0, 0.0}), 2.15, 1e-12));
}

TEST_CASE("dependency and shares", "[demography]") {
  std::vector<double> pop(101, 1.0);  // one person an age: 15 young, 50 of working age, 36 old
  REQUIRE(close(ydr(pop), 0.3, 1e-15));
  REQUIRE(close(oadr(pop), 0.72, 1e-15));
  REQUIRE(close(tdr(pop), 1.02, 1e-15));
  REQUIRE(close(oadr(pop, 1.0, {.working_from = 15, .old_from = 60}), 41.0 / 45.0, 1e-15));
  REQUIRE(pop_between(pop, 3.0, 6.0) == 3.0);
  REQUIRE(pop_between(pop, 0.0, open_age) == 101.0);
  REQUIRE(pop_between(pop, 10.0, 10.0) == 0.0);
  REQUIRE(close(share_between(pop, 80.0, open_age), 21.0 / 101.0, 1e-15));
  const std::vector<double> five(18, 2.0);  // 0-4 .. 85+
  REQUIRE(close(oadr(five, 5.0), 5.0 / 10.0, 1e-15));
  REQUIRE(close(ydr(five, 5.0), 3.0 / 10.0, 1e-15));
}

TEST_CASE("median and mean age", "[demography]") {
  const std::vector<double> even(10, 3.0);
  REQUIRE(close(median_age(even), 5.0, 1e-15));
  REQUIRE(close(mean_age(even, 0.5), 5.0, 1e-15));
  REQUIRE(close(median_age(even, 5.0), 25.0, 1e-15));
  const std::vector<double> skewed = {10.0, 30.0, 40.0, 20.0};  // half of 100 is 10 into the third group's 40
  REQUIRE(close(median_age(skewed, 5.0), 11.25, 1e-14));
  REQUIRE(close(mean_age(skewed, 8.0, 5.0), (10 * 2.5 + 30 * 7.5 + 40 * 12.5 + 20 * 23.0) / 100.0, 1e-14));
  const std::vector<double> gap = {2.0, 0.0, 2.0, 0.0};
  REQUIRE(close(median_age(gap), 1.0, 1e-15));
}

TEST_CASE("standardisation as published", "[demography]") {
  // Preston, Heuveline & Guillot (2001), section 2.2; digits as printed by G. Rodriguez (2017), per 1000
  const auto of_sweden = rates(deaths_sweden, pop_sweden);
  const auto of_kazakhstan = rates(deaths_kazakhstan, pop_kazakhstan);
  const double crude_sweden = crude_rate(of_sweden, pop_sweden);
  REQUIRE(close(1e3 * crude_sweden, 10.54756, 1e-5));
  REQUIRE(close(1e3 * crude_rate(of_kazakhstan, pop_kazakhstan), 7.423042, 1e-6));
  std::vector<double> standard(19);  // the mean of the two countries' shares
  for (std::size_t i = 0; i < 19; ++i) {
    standard[i] = 0.5 * (pop_sweden[i] / total(pop_sweden) + pop_kazakhstan[i] / total(pop_kazakhstan));
  }
  REQUIRE(close(1e3 * direct_standardised_rate(of_sweden, standard), 7.374094, 1e-6));
  REQUIRE(close(1e3 * direct_standardised_rate(of_kazakhstan, standard), 11.882, 1e-5));
  const auto indirect = indirect_standardised_rate(total(deaths_kazakhstan), pop_kazakhstan, of_sweden, crude_sweden);
  REQUIRE(close(1e3 * indirect.expected / total(pop_kazakhstan), 4.200627, 1e-6));
  REQUIRE(close(indirect.ratio, 1.7671271, 1e-6));
  REQUIRE(close(indirect.rate, indirect.ratio * crude_sweden, 1e-15));
  // the standard against itself
  const auto itself = indirect_standardised_rate(total(deaths_sweden), pop_sweden, of_sweden, crude_sweden);
  REQUIRE(close(itself.ratio, 1.0, 1e-14));
}

TEST_CASE("Kitagawa as published", "[demography]") {
  // Preston, Heuveline & Guillot (2001), section 2.3; digits as printed by G. Rodriguez (2017), per 1000
  const auto of_sweden = rates(deaths_sweden, pop_sweden);
  const auto of_kazakhstan = rates(deaths_kazakhstan, pop_kazakhstan);
  const auto d = kitagawa(of_sweden, pop_sweden, of_kazakhstan, pop_kazakhstan);
  REQUIRE(close(1e3 * d.difference, 3.124519, 1e-6));
  REQUIRE(close(1e3 * d.rate_effect, -4.507903, 1e-6));
  REQUIRE(close(1e3 * d.composition_effect, 7.632422, 1e-6));
  REQUIRE(close(d.rate_effect + d.composition_effect, d.difference, 1e-15));
  const auto back = kitagawa(of_kazakhstan, pop_kazakhstan, of_sweden, pop_sweden);
  REQUIRE(close(back.rate_effect, -d.rate_effect, 1e-15));
}

TEST_CASE("measures refuse bad values", "[demography]") {
  const double nan = std::nan("");
  const std::vector<double> asfr = {0.0, 0.1, nan};
  const std::vector<double> good = {0.0, 0.1, 0.2};
  const std::vector<double> none = {0.0, 0.0, 0.0};
  const std::vector<double> ones = {1.0, 1.0};
  CHECK(names(complaint<DomainError>([&] { (void)tfr_from_asfr(asfr); }), {"asfr", "age 2"}));
  CHECK(names(complaint<DomainError>([&] { (void)grr_from_asfr_srb(good, 0.0); }), {"srb", "got 0"}));
  CHECK(names(complaint<DomainError>([&] { (void)mac_from_asfr(none); }), {"asfr", "all ages"}));
  CHECK(names(complaint<DomainError>([&] { (void)mac_from_asfr(good, 1.0, -3.0); }), {"first_age"}));
  CHECK(names(complaint<DomainError>([&] { (void)births_by_sex_from_srb(-1.0, 1.05); }), {"births", "got -1"}));
  CHECK(names(complaint<DomainError>([&] { (void)tfr_adjusted_from_tfr_order(ones, std::vector<double>{0.1, 1.0}); }),
              {"mac_change", "order 2"}));
  CHECK(names(complaint<ShapeError>([&] { (void)nrr_from_asfr_srb_nLx(good, 1.05, ones); }), {"nLx", "2 values"}));
  CHECK(names(complaint<ShapeError>([&] { (void)births_by_sex_from_srb(good, ones); }), {"srb by order"}));

  std::vector<double> pop(101, 1.0);
  CHECK(names(complaint<DomainError>([&] { (void)pop_between(pop, 15.5, 20.0); }), {"age bound", "15.5"}));
  CHECK(names(complaint<DomainError>([&] { (void)pop_between(pop, 17.0, 20.0, 5.0); }), {"age bound", "17"}));
  CHECK(names(complaint<DomainError>([&] { (void)pop_between(pop, 0.0, 101.0); }), {"age bound", "101"}));
  CHECK(names(complaint<DomainError>([&] { (void)pop_between(pop, 20.0, 10.0); }), {"age bound", "20"}));
  CHECK(names(complaint<DomainError>([&] { (void)pop_between(pop, nan, 10.0); }), {"age bound"}));
  CHECK(names(complaint<DomainError>([&] { (void)oadr(std::vector<double>(101, 0.0)); }), {"pop", "age 15"}));
  CHECK(names(complaint<DomainError>([&] { (void)median_age(std::vector<double>{1.0, 5.0}); }),
              {"median age", "age 1+"}));
  CHECK(names(complaint<DomainError>([&] { (void)mean_age(pop, nan); }), {"open_years", "age 100+"}));
  pop[42] = -1.0;
  CHECK(names(complaint<DomainError>([&] { (void)tdr(pop); }), {"pop", "age 42", "got -1"}));
  CHECK(names(complaint<DomainError>([&] { (void)mean_age(pop, 1.0); }), {"pop", "age 42"}));

  CHECK(names(complaint<DomainError>([&] { (void)direct_standardised_rate(asfr, good); }), {"rates", "age group 2"}));
  CHECK(names(complaint<DomainError>([&] { (void)crude_rate(good, none); }), {"pop"}));
  CHECK(names(complaint<DomainError>([&] { (void)indirect_standardised_rate(3.0, good, none, 0.1); }), {"expected"}));
  CHECK(names(complaint<ShapeError>([&] { (void)kitagawa(good, good, ones, ones); }), {"rates_b"}));
}
