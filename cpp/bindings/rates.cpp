// Floor F2: women by parity, and mortality by Lee-Carter.

#include <pybind11/stl.h>

#include "numpy.hpp"
#include "sanhai/rates/lee_carter.hpp"
#include "sanhai/rates/parity_fit.hpp"
#include "sanhai/rates/parity_path.hpp"
#include "sanhai/rates/parity_place.hpp"

namespace sanhai::bindings {
namespace {

using namespace rates;

template <std::size_t N>
std::array<double, N> fixed(const Numpy& source, const char* name) {
  if (source.ndim() != 1 || source.shape(0) != static_cast<py::ssize_t>(N)) {
    throw core::ShapeError(core::message({.what = name,
                                          .where = "",
                                          .got = std::to_string(source.size()) + " values",
                                          .allowed = "one axis of " + std::to_string(N),
                                          .remedy = "give one value for each group the documentation names"}));
  }
  std::array<double, N> out{};
  std::copy_n(source.data(), N, out.begin());
  return out;
}

py::array ages_to_numpy(const ParityAges& ages) { return to_numpy({ages.begin(), ages.end()}, {n_parity_ages}); }

/// (age 10..64, parity)
py::array shares_to_numpy(const ParityStock& stock) {
  core::Array<2> out({n_parity_ages, n_parities});
  for (std::size_t x = 0; x < n_parity_ages; ++x)
    for (std::size_t p = 0; p < n_parities; ++p) out(x, p) = stock.share[p][x];
  return to_numpy(out);
}

/// (order, age 10..64)
py::array orders_to_numpy(const OrderAges& orders) {
  core::Array<2> out({core::n_orders, n_parity_ages});
  for (std::size_t i = 0; i < core::n_orders; ++i)
    for (std::size_t x = 0; x < n_parity_ages; ++x) out(i, x) = orders[i][x];
  return to_numpy(out);
}

ParityStock stock_of(const Numpy& shares, const Numpy& births_3plus) {
  const core::Array<2> given = to_array<2>(shares, "shares");
  if (given.shape() != core::Shape<2>{n_parity_ages, n_parities}) {
    throw core::ShapeError(core::message({.what = "shares",
                                          .where = "",
                                          .got = "shape " + core::text(given.shape()),
                                          .allowed = "(55, 4), ages 10..64 by parity 0, 1, 2, 3+",
                                          .remedy = "give women by parity per woman of each age"}));
  }
  ParityStock stock;
  for (std::size_t x = 0; x < n_parity_ages; ++x)
    for (std::size_t p = 0; p < n_parities; ++p) stock.share[p][x] = given(x, p);
  stock.births_3plus = fixed<n_parity_ages>(births_3plus, "births_3plus");
  return stock;
}

// The nation's reconstruction: what it started from, its parameters, its years.
struct ParityNation {
  ParityInputs inputs;
  ParityParameters parameters;
  ParityHistory history;
};

ParityNation parity_nation(int first_year, const Numpy& asfr, const Numpy& women, const std::vector<int>& knots,
                           const Numpy& log_b2, const Numpy& log_b3, const Numpy& shape) {
  const auto slopes = fixed<6>(shape, "shape");
  ParityNation nation{.inputs = {first_year, to_array<2>(asfr, "asfr"), to_array<2>(women, "women")},
                      .parameters = {.knots = knots,
                                     .log_b2 = to_vector(log_b2),
                                     .log_b3 = to_vector(log_b3),
                                     .s2_early = slopes[0],
                                     .s2_late = slopes[1],
                                     .q2 = slopes[2],
                                     .s3_early = slopes[3],
                                     .s3_late = slopes[4],
                                     .q3 = slopes[5]},
                      .history = {}};
  const py::gil_scoped_release unlocked;
  nation.history = reconstruct_parity(nation.inputs, nation.parameters);
  return nation;
}

double measure(const ParityNation& nation, const std::string& name, int year, int order, int age) {
  static constexpr std::array<std::pair<const char*, ParityMeasure>, 7> names{
      {{"order_share", ParityMeasure::order_share},
       {"third_of_higher", ParityMeasure::third_of_higher},
       {"mac1", ParityMeasure::mac1},
       {"ppr1", ParityMeasure::ppr1},
       {"childless", ParityMeasure::childless},
       {"cohort_order", ParityMeasure::cohort_order},
       {"cohort_third_of_higher", ParityMeasure::cohort_third_of_higher}}};
  for (const auto& [known, kind] : names)
    if (name == known) return measure_parity(nation.history, nation.inputs, {kind, year, order, age, 0.0, 1.0});
  throw core::ConfigError(core::message({.what = "measure",
                                         .where = "women by parity",
                                         .got = "'" + name + "'",
                                         .allowed = "order_share, third_of_higher, mac1, ppr1, childless, "
                                                    "cohort_order, cohort_third_of_higher",
                                         .remedy = "choose one of these"}));
}

CensusWomen census_women(std::string place, const Numpy& women, double women_15plus, double never_married_share,
                         double ceb) {
  return {std::move(place), fixed<n_census_age5>(women, "women"), women_15plus, never_married_share, ceb};
}

std::pair<double, double> update_year(const ParityNation& nation, int year, const Numpy& shares,
                                      const Numpy& births_3plus, const Numpy& asfr, const Numpy& women,
                                      const Numpy& published) {
  const auto log_b = update_parity_year(stock_of(shares, births_3plus), fixed<n_parity_ages>(asfr, "asfr"),
                                        fixed<n_parity_ages>(women, "women"), nation.parameters, year,
                                        fixed<core::n_orders>(published, "published"));
  return {log_b[0], log_b[1]};
}

py::array relative_of(const ParityNation& nation, int first_year, std::size_t n_years) {
  core::Array<3> out({n_years, core::n_orders, n_parity_ages});
  for (std::size_t t = 0; t < n_years; ++t) {
    const OrderAges relative = relative_hazards(nation.parameters, first_year + static_cast<int>(t));
    for (std::size_t i = 0; i < core::n_orders; ++i)
      for (std::size_t x = 0; x < n_parity_ages; ++x) out(t, i, x) = relative[i][x];
  }
  return to_numpy(out);
}

template <auto Member, class Owner>
void view(py::class_<Owner>& type, const char* name, const char* doc) {
  type.def_property_readonly(
      name, [](const py::object& self) { return view_numpy(self.cast<const Owner&>().*Member, self); }, doc);
}

void register_census(py::module_& m) {
  using py::arg;
  py::class_<CensusWomen>(m, "CensusWomen", "What a census row says of a place's women.")
      .def(py::init(&census_women), arg("place"), arg("women"), arg("women_15plus"), arg("never_married_share"),
           arg("ceb"));
  py::class_<PlaceFit>(m, "PlaceFit", "A place's two hazard factors and what the census day shows of them.")
      .def_property_readonly(
          "k", [](const PlaceFit& self) { return std::pair(self.factors.k1, self.factors.k2); }, "(k1, k2)")
      .def_property_readonly(
          "target", [](const PlaceFit& self) { return std::pair(self.target.ceb, self.target.childless); },
          "(children ever born, childless) asked for, women 15-64")
      .def_property_readonly(
          "fitted", [](const PlaceFit& self) { return std::pair(self.fitted.ceb, self.fitted.childless); },
          "the same of the fitted stock")
      .def_property_readonly(
          "nation", [](const PlaceFit& self) { return std::pair(self.nation.ceb, self.nation.childless); },
          "the same of the model's nation");
}

void register_nation(py::module_& m) {
  using py::arg;
  py::class_<ParityNation>(m, "ParityNation", "Women by parity of a nation, rebuilt year by year.")
      .def(py::init(&parity_nation), arg("first_year"), arg("asfr"), arg("women"), arg("knots"), arg("log_b2"),
           arg("log_b3"), arg("shape"), "shape = s2 early, s2 late, q2, s3 early, s3 late, q3")
      .def_property_readonly("first_year", [](const ParityNation& self) { return self.history.first_year; })
      .def_property_readonly("last_year", [](const ParityNation& self) { return self.history.last_year(); })
      .def(
          "shares", [](const ParityNation& self, int year) { return shares_to_numpy(self.history.stock_on(year)); },
          arg("year"), "(age 10..64, parity) on 1 January")
      .def(
          "hazards", [](const ParityNation& self, int year) { return orders_to_numpy(self.history.at(year).hazards); },
          arg("year"), "(order, age 10..64)")
      .def(
          "asfr_order",
          [](const ParityNation& self, int year) { return orders_to_numpy(asfr_order_of(self.history.at(year))); },
          arg("year"), "(order, age 10..64) births per woman")
      .def(
          "order_shares",
          [](const ParityNation& self, int year) {
            const auto shares = order_shares(self.history.at(year), self.inputs.women_of(year));
            return to_numpy({shares.begin(), shares.end()}, {core::n_orders});
          },
          arg("year"), "shares of the year's births by order")
      .def(
          "ppr",
          [](const ParityNation& self, int year) {
            const auto ppr = ppr_from_rates(self.history.at(year).rates).ppr;
            return to_numpy({ppr.begin(), ppr.end()}, {core::n_orders});
          },
          arg("year"), "p0, p1, p2 of the period")
      .def("relative_hazards", &relative_of, arg("first_year"), arg("n_years"),
           "(year, order, age 10..64) on order 1; multipliers held beyond the knots")
      .def(
          "relative_with",
          [](const ParityNation& self, int year, double log_b2, double log_b3) {
            return orders_to_numpy(relative_hazards(self.parameters, year, {log_b2, log_b3}));
          },
          arg("year"), arg("log_b2"), arg("log_b3"), "(order, age 10..64) with given multipliers")
      .def("update_year", &update_year, arg("year"), arg("shares"), arg("births_3plus"), arg("asfr"), arg("women"),
           arg("published"), "(ln b2, ln b3) with which this stock and these totals give the published birth orders")
      .def("measure", &measure, arg("measure"), arg("year"), arg("order") = 0, arg("age") = 0,
           "the model's value of a published figure")
      .def(
          "fit_place",
          [](const ParityNation& self, const CensusWomen& nation, const CensusWomen& place, int year) {
            return fit_place_factors(self.history, nation, place, self.inputs.women_of(year), {.year = year});
          },
          arg("nation"), arg("place"), arg("year") = 2020, "hazard factors of a place from the census of 1 November")
      .def(
          "place_stock",
          [](const ParityNation& self, double k1, double k2, int year) {
            const ParityStock stock = place_stock(self.history, {k1, k2, 1.0}, year);
            return std::pair(shares_to_numpy(stock), ages_to_numpy(stock.births_3plus));
          },
          arg("k1"), arg("k2"), arg("year"),
          "(age 10..64, parity) shares and (age) births of order 3+ per woman on 1 January");
}

void register_inputs(py::module_& m) {
  using py::arg;
  m.def(
      "asfr_from_age5",
      [](double tfr, const Numpy& pasfr, const py::object& shape) {
        const auto groups = fixed<n_fertile_age5>(pasfr, "pasfr");
        if (shape.is_none()) return ages_to_numpy(asfr_from_age5(tfr, groups));
        return ages_to_numpy(asfr_from_age5_shape(tfr, groups, fixed<n_parity_ages>(shape.cast<Numpy>(), "shape")));
      },
      arg("tfr"), arg("pasfr"), arg("shape") = py::none(),
      "Births per woman by age 10..64 from shares of five-year groups 10-14..50-54, with a shape inside or a cubic.");
  m.def(
      "women_from_anchors",
      [](const Numpy& base_women, int base_year, const std::vector<int>& years, const Numpy& women, int first_year,
         std::size_t n_years) {
        const core::Array<2> groups = to_array<2>(women, "women");
        if (groups.shape() != core::Shape<2>{years.size(), n_parity_age5}) {
          throw core::ShapeError(core::message({.what = "women",
                                                .where = "anchors",
                                                .got = "shape " + core::text(groups.shape()),
                                                .allowed = "(anchor years, 11 groups 10-14..60-64)",
                                                .remedy = "give one row for each anchor year"}));
        }
        std::vector<WomenAnchor> anchors(years.size());
        for (std::size_t i = 0; i < years.size(); ++i) {
          anchors[i].year = years[i];
          for (std::size_t g = 0; g < n_parity_age5; ++g) anchors[i].women[g] = groups(i, g);
        }
        return to_numpy(women_from_anchors(to_vector(base_women), base_year, anchors, first_year, n_years));
      },
      arg("base_women"), arg("base_year"), arg("anchor_years"), arg("women"), arg("first_year"), arg("n_years"),
      "(year, age 10..64) mid-year women");
}

// A path keeps the year it starts in, for messages.
struct Path {
  int first_year;
  ParityPath path;
};

void register_net(py::module_& m) {
  py::class_<ParityNet> type(m, "ParityNet", "A gross run less the births taken back from each cohort.");
  view<&ParityNet::cohort_factor>(type, "cohort_factor",
                                  "(year, order, age at the start); exactly 1 where nothing is due");
  view<&ParityNet::births>(type, "births", "(year, order, age at the start) births per woman, net");
  view<&ParityNet::shares>(type, "shares", "(year + 1, age 10..64, parity) on 1 January, from net births");
  view<&ParityNet::births_3plus>(type, "births_3plus", "(year + 1, age 10..64) births of order 3+ so far, per woman");
}

template <auto Member>
void path_view(py::class_<Path>& type, const char* name, const char* doc) {
  type.def_property_readonly(
      name, [](const py::object& self) { return view_numpy(self.cast<const Path&>().path.*Member, self); }, doc);
}

void register_path(py::module_& m) {
  using py::arg;
  py::class_<Path> type(m, "ParityPath", "Births by order and women by parity of a place, year by year, per woman.");
  type.def_readonly("first_year", &Path::first_year);
  path_view<&ParityPath::asfr_order>(type, "asfr_order", "(year, order, age 0..) births of the order per woman");
  path_view<&ParityPath::hazards>(type, "hazards", "(year, order, age 10..64)");
  path_view<&ParityPath::shares>(type, "shares", "(year + 1, age 10..64, parity) on 1 January");
  path_view<&ParityPath::births_3plus>(type, "births_3plus", "(year + 1, age 10..64) births of order 3+ so far");
  path_view<&ParityPath::ppr>(type, "ppr", "(year, 3) p0, p1, p2; NaN where nobody reaches the parity");
  type.def(
          "cohort_births", [](const Path& self) { return to_numpy(cohort_births(self.path)); },
          "(year, order, age at the start) births per woman as the engine counts them")
      .def(
          "gross",
          [](const Path& self, const Numpy& multiplier) {
            return Path{self.first_year,
                        gross_path(self.path, to_array<2>(multiplier, "multiplier").view(), self.first_year)};
          },
          arg("multiplier"), "The same hazards x (year, order) multipliers, from the same start.")
      .def(
          "net_from_repayment",
          [](const Path& self, const Numpy& repayment) {
            return net_from_gross(self.path, to_array<3>(repayment, "repayment").view(), self.first_year);
          },
          arg("repayment"), "(year, order, age at the start) births per woman taken back from this gross run")
      .def(
          "net_from_factors",
          [](const Path& self, const Numpy& factor) {
            return net_from_factors(self.path, to_array<3>(factor, "cohort_factor").view(), self.first_year);
          },
          arg("cohort_factor"), "the same from a ledger's factors");
  m.def(
      "parity_path",
      [](const Numpy& asfr, const Numpy& shares, const Numpy& births_3plus, const Numpy& relative, double k1, double k2,
         int first_year) {
        return Path{first_year, parity_path(to_array<2>(asfr, "asfr").view(), stock_of(shares, births_3plus),
                                            to_array<3>(relative, "relative").view(), {k1, k2, k2}, first_year)};
      },
      arg("asfr"), arg("shares"), arg("births_3plus"), arg("relative"), arg("k1") = 1.0, arg("k2") = 1.0,
      arg("first_year") = 0, "Splits (year, age 0..) births per woman by order so that the orders sum to them.");
}

void register_lee_carter(py::module_& m) {
  using py::arg;
  py::class_<LeeCarter> type(m, "LeeCarter", "ln m = a + b k, one k for both sexes.");
  view<&LeeCarter::a>(type, "a", "(sex, age) mean of ln m");
  view<&LeeCarter::b>(type, "b", "(sex, age); sums to 1 over ages, averaged over sexes");
  type.def_property_readonly(
          "k", [](const LeeCarter& self) { return to_numpy(self.k, {static_cast<py::ssize_t>(self.k.size())}); },
          "(time)")
      .def_readonly("drift", &LeeCarter::drift, "of k, a year")
      .def_readonly("step_sd", &LeeCarter::step_sd, "of k's steps about the drift, a year")
      .def_readonly("variance_share", &LeeCarter::variance_share, "of the first singular value");
  m.def(
      "fit_lee_carter",
      [](const Numpy& mx, const Numpy& years) {
        return fit_lee_carter(to_array<3>(mx, "mx").view(), to_vector(years));
      },
      arg("mx"), arg("years"), "Fits (time, sex, age) death rates by singular values.");
  m.def(
      "forecast_k",
      [](double last, double drift, double step_sd, double horizon, double z) {
        const LeeCarterForecast forecast = forecast_k(last, drift, step_sd, horizon, z);
        return std::tuple(forecast.k, forecast.low, forecast.high);
      },
      arg("last"), arg("drift"), arg("step_sd"), arg("horizon"), arg("z"), "(k, low, high)");
  m.def(
      "mx_from_lee_carter",
      [](const Numpy& a, const Numpy& b, double k) {
        return to_numpy(mx_from_lee_carter(to_array<2>(a, "a").view(), to_array<2>(b, "b").view(), k));
      },
      arg("a"), arg("b"), arg("k"), "exp(a + b k), (sex, age)");
  m.def(
      "single_age_b",
      [](const Numpy& b, const Numpy& lower, std::size_t n_ages) {
        return to_numpy(single_age_b(to_array<2>(b, "b").view(), to_vector(lower), n_ages));
      },
      arg("b"), arg("lower"), arg("n_ages"), "b of age groups spread over single ages.");
}

}  // namespace

void register_rates(py::module_& m) {
  register_inputs(m);
  register_census(m);
  register_nation(m);
  register_net(m);
  register_path(m);
  register_lee_carter(m);
}

}  // namespace sanhai::bindings
