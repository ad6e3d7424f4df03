#include "sanhai_catch.hpp"

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/error.hpp"
#include "sanhai/demography/life_table.hpp"

using namespace sanhai::demography;
using sanhai::core::DomainError;
using sanhai::core::female;
using sanhai::core::male;
using sanhai::test::close;
using sanhai::test::relative_close;

namespace {

/// Gompertz-Makeham rates with a raised first year; single years 0..n-1, the last open.
std::vector<double> gompertz_mx(std::size_t n, double level = 3e-5, double slope = 0.095, double infant = 0.006) {
  std::vector<double> mx(n);
  for (std::size_t x = 0; x < n; ++x) mx[x] = 2e-4 + level * std::exp(slope * (static_cast<double>(x) + 0.5));
  mx[0] = infant;
  return mx;
}

// Death rates of China, females, 2024: United Nations (2024), World Population Prospects 2024, CC BY 3.0 IGO.
const std::vector<double> china_mx = {
    0.005702472,  0.000559191,  0.0003952835, 0.0003794675, 0.00026203,   0.0002890412, 0.000224173,  0.0002877498,
    0.0002406897, 0.0002983067, 0.0002312249, 0.0002736802, 0.0002147846, 0.0002674917, 0.0002137201, 0.0002741939,
    0.0002331389, 0.0003077235, 0.0002819864, 0.000369498,  0.0003551031, 0.0004502568, 0.0004346098, 0.0005173189,
    0.0004831632, 0.0005450775, 0.0005012761, 0.0005605089, 0.0005149152, 0.000574408,  0.0005374599, 0.0006020917,
    0.0005631867, 0.0006227411, 0.0005855318, 0.000654513,  0.0006324339, 0.0007198072, 0.0007210219, 0.0008332897,
    0.0008607249, 0.0009952053, 0.001034619,  0.001171922,  0.00121349,   0.001354724,  0.001405993,  0.001558477,
    0.001649671,  0.001892234,  0.002089358,  0.002400953,  0.002606097,  0.002864195,  0.00299583,   0.003200007,
    0.003352409,  0.003650534,  0.003970101,  0.00450752,   0.00511823,   0.005901463,  0.006687632,  0.007604909,
    0.008430496,  0.009226349,  0.01004343,   0.01106497,   0.0118552,    0.01344945,   0.01617523,   0.01829555,
    0.02002186,   0.02228822,   0.02490836,   0.02761924,   0.03086173,   0.03466812,   0.03932431,   0.04487357,
    0.05157934,   0.05914642,   0.06776394,   0.07699242,   0.08677867,   0.09700941,   0.1083644,    0.120663,
    0.1339426,    0.1505393,    0.1692233,    0.1906573,    0.2207958,    0.254171,     0.2857818,    0.3129062,
    0.3426121,    0.3754179,    0.414237,     0.4463598,    0.5072445};

const std::vector<double> abridged_19 = {1, 4, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5};

std::vector<double> divide(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> out(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) out[i] = a[i] / b[i];
  return out;
}

void require_close(std::span<const double> a, std::span<const double> b, double tolerance) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    INFO("group " << i << ": " << a[i] << " against " << b[i]);
    REQUIRE(close(a[i], b[i], tolerance));
  }
}

/// The message must name every given part, and a remedy.
template <class Exception>
void require_complaint(const std::function<void()>& call, const std::vector<std::string>& parts) {
  std::string message;
  try {
    call();
  } catch (const Exception& error) {
    message = error.what();
  }
  INFO("message: " << message);
  REQUIRE(message.find("remedy: ") != std::string::npos);
  for (const std::string& part : parts) REQUIRE(message.find(part) != std::string::npos);
}

}  // namespace

TEST_CASE("a0 is Andreev and Kingkade's", "[demography]") {
  // Andreev & Kingkade (2015), Demographic Research 33(13); figures as MortCast (Sevcikova et al.) computes them.
  const std::vector<double> m0 = {0.001, 0.0171, 0.01725, 0.02301, 0.0688, 0.083, 0.1, 0.108};
  const std::vector<double> of_males = {0.14729455,  0.115167805, 0.1148684875, 0.1033374321,
                                        0.252622448, 0.29891743,  0.29915,      0.29915};
  const std::vector<double> of_females = {0.14697473,  0.113884883, 0.1136153525, 0.1359692789,
                                          0.313675232, 0.31411,     0.31411,      0.31411};
  for (std::size_t i = 0; i < m0.size(); ++i) {
    REQUIRE(close(a0_andreev_kingkade(m0[i], male), of_males[i], 1e-12));
    REQUIRE(close(a0_andreev_kingkade(m0[i], female), of_females[i], 1e-12));
  }
  REQUIRE(close(a0_andreev_kingkade(0.0230, male), 0.02832 + 3.26021 * 0.0230, 1e-15));
  REQUIRE(close(a0_andreev_kingkade(0.06891, female), 0.31411, 1e-15));
}

TEST_CASE("identities hold both ways", "[demography]") {
  const std::vector<double> mx = gompertz_mx(101);
  for (const std::size_t sex : {male, female}) {
    const LifeTable t = life_table_from_mx(mx, sex);
    require_close(mx_from_qx_ax(t.qx, t.ax), mx, 1e-12);
    require_close(qx_from_lx(t.lx), t.qx, 1e-12);
    require_close(lx_from_qx(qx_from_lx(t.lx)), t.lx, 1e-12);
    require_close(lx_from_ndx(t.ndx), t.lx, 1e-12);
    require_close(ndx_from_lx(lx_from_ndx(t.ndx)), t.ndx, 1e-12);
    require_close(nLx_from_Tx(t.Tx), t.nLx, 1e-12);
    require_close(Tx_from_nLx(nLx_from_Tx(t.Tx)), t.Tx, 1e-12);
    require_close(nLx_from_Sx(Sx_from_nLx(t.nLx)), t.nLx, 1e-12);
    require_close(Sx_from_nLx(nLx_from_Sx(Sx_from_nLx(t.nLx))), Sx_from_nLx(t.nLx), 1e-12);
    // m is deaths per person-year lived, at every age the open one included
    require_close(divide(t.ndx, t.nLx), mx, 1e-12);
    REQUIRE(t.lx[0] == 1.0);
    REQUIRE(t.qx.back() == 1.0);
  }
}

TEST_CASE("a constant force of mortality gives the exponential table", "[demography]") {
  // mu constant: q = 1 - exp(-mu), a = 1/mu - 1/(exp(mu)-1), e(x) = 1/mu at every age
  const double mu = 0.04;
  const std::vector<double> mx(60, mu);
  const std::vector<double> ax(60, 1.0 / mu - 1.0 / std::expm1(mu));
  const LifeTable t = life_table_from_mx_ax(mx, ax);
  for (std::size_t x = 0; x < 60; ++x) {
    REQUIRE(close(t.lx[x], std::exp(-mu * static_cast<double>(x)), 1e-13));
    REQUIRE(close(t.ex[x], 25.0, 1e-10));
    if (x + 1 < 60) REQUIRE(close(t.qx[x], -std::expm1(-mu), 1e-14));
  }
}

TEST_CASE("single years as the United Nations' own package", "[demography]") {
  // MortCast 2.8 (Sevcikova, Li & Gerland), life.table with Andreev-Kingkade a0, on the rates above
  const LifeTable t = life_table_from_mx(china_mx, female);
  REQUIRE(relative_close(t.ex[0], 80.9660803558235, 1e-12));
  REQUIRE(relative_close(t.ex[1], 80.4273653450523, 1e-12));
  REQUIRE(relative_close(t.ex[65], 19.4987333887691, 1e-12));
  REQUIRE(relative_close(t.ax[0], 0.13730988037256, 1e-12));
  REQUIRE(relative_close(t.ax[100], 1.97143586574127, 1e-12));
  REQUIRE(relative_close(t.qx[0], 0.00567455621221975, 1e-12));
  REQUIRE(relative_close(t.qx[99], 0.364917539930144, 1e-12));
  REQUIRE(relative_close(t.lx[100], 0.0118990825718515, 1e-11));
  REQUIRE(relative_close(t.nLx[100], 0.0234582781515651, 1e-11));
  const std::vector<double> Sx = Sx_from_nLx(t.nLx);
  REQUIRE(relative_close(Sx[0], 0.995104616422448, 1e-12));
  REQUIRE(relative_close(Sx[1], 0.998937695767335, 1e-12));
  REQUIRE(relative_close(Sx[85], 0.912357055183648, 1e-12));
  REQUIRE(relative_close(Sx[100], 0.604969640935511, 1e-11));
  REQUIRE(relative_close(e0_from_mx(china_mx, female), 80.9660803558235, 1e-12));
}

TEST_CASE("the kernel equals the table", "[demography]") {
  for (const std::size_t sex : {male, female}) {
    for (const double infant : {0.004, 0.0230, 0.05, 0.09}) {
      const std::vector<double> mx = gompertz_mx(131, 3e-5, 0.08, infant);
      std::vector<double> Sx(mx.size());
      Sx_from_mx(mx, sex, Sx);
      const LifeTable t = life_table_from_mx(mx, sex);
      require_close(Sx, Sx_from_nLx(t.nLx), 1e-14);
      REQUIRE(relative_close(e0_from_mx(mx, sex), t.ex[0], 1e-14));
    }
  }
}

TEST_CASE("abridged, Austria males 1992", "[demography]") {
  // Preston, Heuveline & Guillot (2001), box 3.1: deaths, population and a(x) given
  const std::vector<double> pop = {47925,  189127, 234793, 238790, 254996, 326831, 355086, 324222, 269963, 261971,
                                   238011, 261612, 181385, 187962, 153832, 105169, 73694,  57512,  32248};
  const std::vector<double> deaths = {419,  70,   36,   46,   249,  420,  403,  441,  508, 769,
                                      1154, 1866, 2043, 3496, 4366, 4337, 5279, 6460, 6146};
  const std::vector<double> ax = {0.068, 1.626, 2.5,   3.143, 2.724, 2.52,  2.481, 2.601, 2.701, 2.663,
                                  2.698, 2.676, 2.645, 2.624, 2.619, 2.593, 2.518, 2.423, 5.247};
  const std::vector<double> qx = {0.008672, 0.001479, 0.000766, 0.000963, 0.004872, 0.006405, 0.005659,
                                  0.006779, 0.009368, 0.014577, 0.023975, 0.035082, 0.054861, 0.089062,
                                  0.132925, 0.187573, 0.304102, 0.435548, 1.0};
  const std::vector<double> lx = {100000,   99132.78, 98986.14, 98910.29, 98815.05, 98333.66, 97703.84,
                                  97150.99, 96492.42, 95588.46, 94195.05, 91936.73, 88711.41, 83844.57,
                                  76377.23, 66224.76, 53802.76, 37441.22, 21133.77};
  const std::vector<double> nLx = {99192,  396183, 494741, 494375, 492980, 490106, 487127, 484175, 480384, 474686,
                                   465777, 452188, 432096, 401480, 357713, 301224, 228404, 145182, 110889};
  const std::vector<double> ex = {72.889, 72.526, 68.631, 63.682, 58.74,  54.014, 49.346, 44.613, 39.9, 35.252,
                                  30.734, 26.422, 22.286, 18.426, 14.971, 11.864, 9.005,  6.839,  5.247};
  const LifeTable t = life_table_from_mx_ax(divide(deaths, pop), ax, abridged_19);
  require_close(t.qx, qx, 1e-6);
  require_close(t.ex, ex, 1e-3);
  for (std::size_t i = 0; i < lx.size(); ++i) {
    REQUIRE(close(1e5 * t.lx[i], lx[i], 1e-2));
    REQUIRE(close(1e5 * t.nLx[i], nLx[i], 1.0));
  }
  require_close(mx_from_qx_ax(t.qx, t.ax, abridged_19), t.mx, 1e-12);
}

TEST_CASE("abridged a(x) by Greville, Sweden females 2018", "[demography]") {
  // MortCast 2.8 on WPP 2024 rates (CC BY 3.0 IGO), built to 100+
  const std::vector<double> mx = {0.002077,   0.00012376, 6.108e-05,  8.82e-05,   0.00015599, 0.0002486,
                                  0.0002702,  0.0003576,  0.00042978, 0.00065194, 0.0010707,  0.00172569,
                                  0.00296725, 0.00509355, 0.00831714, 0.01416753, 0.02463407, 0.04770695,
                                  0.09465512, 0.18235831, 0.31678171, 0.49932664};
  std::vector<double> widths(22, 5.0);
  widths[0] = 1.0;
  widths[1] = 4.0;
  const std::vector<double> ax = {0.14476120421,
                                  1.518847114,
                                  2.5,
                                  2.5,
                                  2.71555798251331,
                                  2.61393427560319,
                                  2.57518080504641,
                                  2.59594479673507,
                                  2.62421660205269,
                                  2.68880730610621,
                                  2.70056723256969,
                                  2.70876376203591,
                                  2.7193074089433,
                                  2.70411403078814,
                                  2.69579297773945,
                                  2.69669514549557,
                                  2.70162159645936,
                                  2.68105000543888};
  const LifeTable t = life_table_from_mx(mx, female, widths);
  require_close(std::span(t.ax).first(18), ax, 1e-11);
  REQUIRE(relative_close(t.ex[0], 84.2626624917837, 1e-11));
  REQUIRE(relative_close(t.ex[4], 69.5332608509347, 1e-11));
  REQUIRE(relative_close(t.ex[14], 21.5726325677103, 1e-11));
  REQUIRE(relative_close(t.ex[18], 6.84387314435264, 1e-9));  // 85+: rests on the groups up to 100+
  REQUIRE(e0_from_mx(mx, female, widths) == t.ex[0]);
}

TEST_CASE("abridged with Coale-Demeny West, United Nations 1988", "[demography]") {
  // United Nations (1988), MORTPAK, page 82, LIFTB, females. Its a0 is Coale-Demeny's, 0.35 at this level of m0.
  const std::vector<double> mx = {0.12846, 0.02477, 0.00603, 0.0034,  0.00417, 0.00513, 0.00581, 0.00645, 0.00725,
                                  0.00813, 0.00913, 0.01199, 0.01647, 0.0256,  0.04047, 0.06624, 0.10638, 0.19611};
  const std::vector<double> ex = {49.997, 55.675, 57.245, 53.921, 49.803, 45.799, 41.922,
                                  38.084, 34.249, 30.42,  26.578, 22.701, 18.945, 15.349};
  const std::vector<double> widths(abridged_19.begin(), abridged_19.begin() + 18);
  std::vector<double> ax = ax_from_mx(mx, female, widths);
  REQUIRE(close(ax[1], 1.361, 1e-15));
  ax[0] = 0.35;
  const LifeTable t = life_table_from_mx_ax(mx, ax, widths);
  require_close(std::span(t.ex).first(14), ex, 2e-3);
}

TEST_CASE("higher mortality shortens life", "[demography]") {
  const std::vector<double> mx = gompertz_mx(101, 3e-5, 0.095, 0.004);
  for (const std::size_t sex : {male, female}) {
    double before = e0_from_mx(mx, sex);
    for (const double factor : {1.01, 1.1, 1.5, 2.0, 4.0}) {
      const double now = e0_from_mx(scaled_mx(mx, factor), sex);
      REQUIRE(now < before);
      before = now;
    }
    for (const std::size_t age : {std::size_t{0}, std::size_t{1}, std::size_t{40}, std::size_t{99}, std::size_t{100}}) {
      std::vector<double> worse = mx;
      worse[age] *= 1.2;
      REQUIRE(e0_from_mx(worse, sex) < e0_from_mx(mx, sex));
    }
  }
}

TEST_CASE("a level shift meets a target e0", "[demography]") {
  SECTION("shifts solved apart, by another program") {
    // Constant added to ln m, solved with SciPy on the same definition
    const std::vector<double> target = {78.0, 84.0, 90.0};
    const std::vector<double> log_shift = {0.298252450720182, -0.313573758002366, -0.933006799598272};
    for (std::size_t i = 0; i < target.size(); ++i) {
      const std::vector<double> mx = shift_mx_to_e0(china_mx, female, target[i]);
      REQUIRE(close(e0_from_mx(mx, female), target[i], 1e-8));
      for (std::size_t x = 0; x < mx.size(); ++x) REQUIRE(close(std::log(mx[x] / china_mx[x]), log_shift[i], 1e-10));
    }
  }
  SECTION("its own level is left alone") {
    require_close(shift_mx_to_e0(china_mx, female, e0_from_mx(china_mx, female)), china_mx, 1e-12);
  }
  SECTION("a wide range, both sexes") {
    const std::vector<double> mx = gompertz_mx(96);
    for (const std::size_t sex : {male, female}) {
      for (double e0 = 62.0; e0 < 115.0; e0 += 0.7) {
        REQUIRE(close(e0_from_mx(shift_mx_to_e0(mx, sex, e0), sex), e0, 1e-8));
      }
    }
  }
  SECTION("a target inside a jump of e0 is met") {
    // At the upper breakpoint a0 jumps up, q with it, and e0 falls: no single shift gives a value inside the gap.
    for (const std::size_t sex : {male, female}) {
      const double breakpoint = sex == male ? 0.08307 : 0.06891;
      const std::vector<double> above = gompertz_mx(101, 3e-5, 0.095, breakpoint);
      std::vector<double> below = above;
      below[0] = std::nextafter(breakpoint, 0.0);
      const double gap = e0_from_mx(below, sex) - e0_from_mx(above, sex);
      REQUIRE(gap > 1e-7);  // far wider than the promise
      REQUIRE(gap < 5e-6);
      const double target = e0_from_mx(above, sex) + 0.5 * gap;
      const std::vector<double> shifted = shift_mx_to_e0(scaled_mx(above, 1.3), sex, target);
      REQUIRE(close(e0_from_mx(shifted, sex), target, 1e-8));
      for (std::size_t x = 0; x < above.size(); ++x) REQUIRE(relative_close(shifted[x], above[x], 1e-6));
    }
  }
  SECTION("a target beside the lower breakpoint, where e0 jumps up, is met") {
    for (const std::size_t sex : {male, female}) {
      const std::vector<double> mx = gompertz_mx(101, 3e-5, 0.095, sex == male ? 0.0230 : 0.01724);
      for (double off = -3e-6; off < 3e-6; off += 2e-7) {
        const double target = e0_from_mx(mx, sex) + off;
        REQUIRE(close(e0_from_mx(shift_mx_to_e0(scaled_mx(mx, 0.8), sex, target), sex), target, 1e-8));
      }
    }
  }
  SECTION("out of reach") {
    require_complaint<DomainError>([] { (void)shift_mx_to_e0(china_mx, female, 3.0); }, {"e0", "got 3", "at least"});
    require_complaint<DomainError>([] { (void)shift_mx_to_e0(china_mx, female, 1e9); }, {"e0", "at most"});
    require_complaint<DomainError>([] { (void)shift_mx_to_e0(china_mx, female, std::nan("")); }, {"e0"});
  }
}
