// Lee-Carter: singular values by NumPy, and models built to be found again.

#include <array>
#include <cmath>
#include <vector>

#include "sanhai/core/error.hpp"
#include "sanhai/rates/lee_carter.hpp"
#include "sanhai_catch.hpp"

namespace {

using namespace sanhai;
using namespace sanhai::rates;
using test::close;
using test::relative_close;

/// Made-up rates, five times by four ages.
const std::vector<double> rates{.02,   .001, .004, .05,   .018,  .0011, .0039, .048,  .015,  .0009,
                                .0036, .047, .013, .0008, .0037, .044,  .010,  .0007, .0033, .043};

TEST_CASE("lee-carter: one sex, against NumPy's singular values", "[lee_carter]") {
  const core::Array<3> mx({5, 1, 4}, rates);
  const std::vector<double> years{2000, 2001, 2002, 2003, 2004};
  const LeeCarter fit = fit_lee_carter(mx.view(), years);
  const std::array<double, 4> b{0.4729362690467051, 0.3002370470473685, 0.12325184758600237, 0.10357483631992402};
  const std::array<double, 5> k{0.5789636740163934, 0.4948916753000396, 0.02828178164298878, -0.2851880194404365,
                                -0.8169491115189884};
  for (std::size_t x = 0; x < 4; ++x) CHECK(close(fit.b(0, x), b[x], 1e-12));
  for (std::size_t t = 0; t < 5; ++t) CHECK(close(fit.k[t], k[t], 1e-12));
  CHECK(close(fit.variance_share, 0.9705797821285815, 1e-12));
  CHECK(close(fit.drift, -0.3489781963838454, 1e-12));
  CHECK(close(fit.step_sd, 0.19889942421684387, 1e-12));
  CHECK(close(fit.a(0, 0), std::log(.02 * .018 * .015 * .013 * .010) / 5.0, 1e-12));
}

TEST_CASE("lee-carter: two sexes share one k, times apart", "[lee_carter]") {
  core::Array<3> mx({5, 2, 4});
  const std::array<double, 4> by_age{.8, .7, .9, .85};
  const std::array<double, 5> by_time{1, .99, .98, .95, .96};
  for (std::size_t t = 0; t < 5; ++t)
    for (std::size_t x = 0; x < 4; ++x) {
      mx(t, 0, x) = rates[4 * t + x];
      mx(t, 1, x) = rates[4 * t + x] * by_age[x] * by_time[t];
    }
  const std::vector<double> years{1990, 1995, 2000, 2010, 2012};
  const LeeCarter fit = fit_lee_carter(mx.view(), years);
  const std::array<double, 8> b{0.44423604043115683, 0.2819895972947559, 0.1148974746709264,  0.09795868174817186,
                                0.4746951433586514,  0.3124487002222508, 0.14535657759842038, 0.12841778467566642};
  double sum = 0.0;
  for (std::size_t c = 0; c < 8; ++c) {
    CHECK(close(fit.b.flat()[c], b[c], 1e-12));
    sum += fit.b.flat()[c];
  }
  CHECK(close(sum / 2.0, 1.0, 1e-12));
  CHECK(close(fit.k[0] + fit.k[1] + fit.k[2] + fit.k[3] + fit.k[4], 0.0, 1e-12));
  CHECK(close(fit.drift, -0.06722708575729061, 1e-12));
  CHECK(close(fit.step_sd, 0.18257796870521167, 1e-12));
}

TEST_CASE("lee-carter: b of groups over single ages", "[lee_carter]") {
  const std::vector<double> lower{0, 1, 5, 10, 15};
  const core::Array<2> level({2, 5}, 0.2);
  const core::Array<2> even = single_age_b(level.view(), lower, 20);
  for (const double value : even.flat()) CHECK(close(value, 0.05, 1e-15));

  const core::Array<2> falling({1, 5}, {0.5, 0.4, 0.3, 0.1, 0.02});
  const core::Array<2> single = single_age_b(falling.view(), lower, 20);
  double sum = 0.0;
  for (std::size_t x = 0; x < 20; ++x) {
    sum += single(0, x);
    if (x > 0) CHECK(single(0, x) <= single(0, x - 1));
  }
  CHECK(close(sum, 1.0, 1e-14));
  // the middles of 0, 5-9, 10-14 and 15+ are middles of single ages: their ratios are those of the groups
  CHECK(close(single(0, 7) / single(0, 0), 0.3 / 0.5, 1e-14));
  CHECK(close(single(0, 12) / single(0, 0), 0.1 / 0.5, 1e-14));
  CHECK(close(single(0, 15) / single(0, 0), 0.02 / 0.5, 1e-14));
  CHECK(single(0, 19) == single(0, 15));
}

TEST_CASE("lee-carter: refuses what it cannot fit", "[lee_carter]") {
  const core::Array<3> mx({5, 1, 4}, rates);
  const std::vector<double> years{2000, 2001, 2002, 2003, 2004};
  const std::vector<double> crooked{2000, 2002, 2001, 2003, 2004};
  CHECK_THROWS_AS(fit_lee_carter(mx.view(), std::vector<double>{2000, 2001}), core::ShapeError);
  CHECK_THROWS_AS(fit_lee_carter(mx.view(), crooked), core::DomainError);
  core::Array<3> dead = mx;
  dead(2, 0, 1) = 0.0;
  CHECK_THROWS_AS(fit_lee_carter(dead.view(), years), core::DomainError);
  const core::Array<3> still({5, 1, 4}, 0.01);
  CHECK_THROWS_AS(fit_lee_carter(still.view(), years), core::DomainError);
  const core::Array<2> b({1, 2}, 0.5);
  CHECK_THROWS_AS(single_age_b(b.view(), std::vector<double>{0, 1, 5}, 20), core::ShapeError);
  CHECK_THROWS_AS(single_age_b(b.view(), std::vector<double>{5, 1}, 20), core::DomainError);
}

}  // namespace
