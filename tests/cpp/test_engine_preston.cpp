// Preston, Heuveline & Guillot (2001), Demography, chapter 6: Sweden, females, 1993 to 1998 in one five-year step.

#include "engine_fixtures.hpp"
#include "sanhai/demography/life_table.hpp"
#include "sanhai_catch.hpp"

namespace {

using namespace sanhai;

constexpr std::size_t n_ages = 18;
const std::vector<double> pop_1993{293395, 248369, 240012, 261346, 285209, 314388, 281290, 286923, 304108,
                                   324946, 247613, 211351, 215140, 221764, 223506, 183654, 141990, 112424};
const std::vector<double> nLx{497487, 497138, 496901, 496531, 495902, 495168, 494213, 492760, 490447,
                              486613, 480665, 471786, 457852, 436153, 402775, 350358, 271512, 291707};
const std::vector<double> migrants{6840, 4150, 3365, 5270, 9240, 8230, 5470, 3155, 1770,
                                   1115, 1075, 845,  645,  530,  465,  300,  250,  175};
const std::vector<double> asfr_15{.0120, .0908, .1499, .1125, .0441, .0074, .0003};
const std::vector<double> pop_1998{302392, 298682, 252007, 244150, 268267, 293515, 320624, 284767, 288031,
                                   303166, 322062, 243989, 205841, 205516, 205270, 194771, 142565, 131966};

engine::InputArrays sweden(bool open) {
  engine::InputArrays in;
  in.axes = {.places = {"SE"}, .first_year = 1993, .n_years = 1, .n_ages = n_ages, .age_width = 5};
  in.pop_jan1 = core::Array<3>({1, 2, n_ages});
  in.Sx = core::Array<4>({1, 1, 2, n_ages});
  in.asfr = core::Array<4>({1, 1, 3, n_ages});
  in.srb = core::Array<2>({1, 1}, 1.05);
  in.net_migration = core::Array<4>({1, 1, 2, n_ages});
  in.timing = engine::MigrationTiming::even;
  // The book prints females only; T85 is given, so the pooled ratio is T85 / (L80 + T85).
  for (std::size_t x = 0; x < n_ages; ++x) {
    in.pop_jan1(0, core::female, x) = pop_1993[x];
    const double before = x == 0 ? 5.0 * 100000.0 : nLx[x - 1] + (x + 1 == n_ages ? nLx[x] : 0.0);
    in.Sx(0, 0, core::female, x) = nLx[x] / before;
    if (open) in.net_migration(0, 0, core::female, x) = migrants[x];
  }
  for (std::size_t k = 0; k < asfr_15.size(); ++k) in.asfr(0, 0, 0, 3 + k) = asfr_15[k];
  return in;
}

}  // namespace

TEST_CASE("Sweden 1993-98: every printed age group of the open population", "[engine][published]") {
  const engine::Projection run = engine::project(engine::Inputs(sweden(true)));
  double total = 0.0;
  for (std::size_t x = 0; x < n_ages; ++x) {
    // The inputs are printed to 4 digits (rates) and whole persons; the table agrees to one person in 300,000.
    CHECK(test::close(run.pop_jan1(0, 1, core::female, x), pop_1998[x], x == 0 ? 3.0 : 1.0));
    total += run.pop_jan1(0, 1, core::female, x);
  }
  CHECK(test::close(total, 4507581.0, 6.0));
}

TEST_CASE("Sweden 1993-98: the closed population", "[engine][published]") {
  const engine::Projection run = engine::project(engine::Inputs(sweden(false)));
  CHECK(
      test::close(test::sum(run.pop_jan1.view()[0][1].flat()) - test::sum(run.pop_jan1.view()[0][1][core::male].flat()),
                  4449570.0, 6.0));
}
