// Floor F2: women by parity of a nation and of places, and births by order along a path.

#include <pybind11/stl.h>

#include "parity.hpp"
#include "sanhai/ensemble/policy_paths.hpp"
#include "sanhai/rates/parity_fit.hpp"
#include "sanhai/rates/parity_path.hpp"
#include "sanhai/rates/parity_place.hpp"

namespace sanhai::bindings {
namespace {

using namespace rates;
using ensemble::ParityFertility;

/// (order, age 10..64)
py::array orders_to_numpy(const OrderAges& orders) {
  core::Array<2> out({core::n_orders, n_parity_ages});
  for (std::size_t i = 0; i < core::n_orders; ++i)
    for (std::size_t x = 0; x < n_parity_ages; ++x) out(i, x) = orders[i][x];
  return to_numpy(out);
}

ParityNation parity_nation(int first_year, const Numpy& asfr, const Numpy& women, const ParityParameters& parameters) {
  ParityNation nation{.inputs = {first_year, to_array<2>(asfr, "asfr"), to_array<2>(women, "women")},
                      .parameters = parameters,
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

std::pair<double, double> update_year(const ParityNation& nation, int year, const ParityStock& stock, const Numpy& asfr,
                                      const Numpy& women, const Numpy& published) {
  const auto log_b = update_parity_year(stock, fixed<n_parity_ages>(asfr, "asfr"), fixed<n_parity_ages>(women, "women"),
                                        nation.parameters, year, fixed<core::n_orders>(published, "published"));
  return {log_b[0], log_b[1]};
}

void register_census_women(py::module_& m) {
  using py::arg;
  py::class_<CensusWomen>(m, "CensusWomen", "What a census row says of a place's women; women by 15-19 .. 60-64.")
      .def(py::init(
               [](std::string place, const Numpy& women, double women_15plus, double never_married_share, double ceb) {
                 return CensusWomen{std::move(place), fixed<n_census_age5>(women, "women"), women_15plus,
                                    never_married_share, ceb};
               }),
           arg("place"), arg("women"), arg("women_15plus"), arg("never_married_share"), arg("ceb"));
  py::class_<PlaceFit>(m, "PlaceFit", "A place's two hazard factors and what the census day shows of them.")
      .def_property_readonly(
          "k", [](const PlaceFit& self) { return std::pair(self.factors.k1, self.factors.k2); }, "(k1, k2)")
      .def_property_readonly(
          "target", [](const PlaceFit& self) { return std::pair(self.target.ceb, self.target.childless); },
          "(children ever born, childless) asked for, women 15-64")
      .def_property_readonly(
          "fitted", [](const PlaceFit& self) { return std::pair(self.fitted.ceb, self.fitted.childless); },
          "the same of the fitted stock");
}

void register_stock(py::module_& m) {
  using py::arg;
  py::class_<ParityStock>(m, "ParityStock", "Women by parity on a 1 January, per woman of each age 10..64.")
      .def(py::init(&stock_of), arg("shares"), arg("births_3plus"),
           "shares (age 10..64, parity 0, 1, 2, 3+), births of order 3+ so far (age 10..64)")
      .def_property_readonly("shares", &shares_to_numpy, "(age 10..64, parity 0, 1, 2, 3+)")
      .def_property_readonly(
          "births_3plus", [](const ParityStock& self) { return to_numpy(self.births_3plus); },
          "(age 10..64) births of order 3+ so far, per woman");
  py::class_<ParityFertility> fertility(m, "ParityFertility", "Fertility of a place and where its women stand.");
  fertility.def(py::init<>());
  array_field<&ParityFertility::asfr>(fertility, "asfr", "(year, age 0..) births per woman, all orders");
  fertility.def_readwrite("start", &ParityFertility::start, "women by parity on 1 January of the first year");
  array_field<&ParityFertility::relative>(fertility, "relative",
                                          "(year|1, order, age 10..64) hazards of an order against another");
  array_field<&ParityFertility::k>(fertility, "k", "(3) factors on orders 1, 2, 3+; only their ratios matter");
}

void register_parameters(py::module_& m) {
  py::class_<ParityParameters> type(m, "ParityParameters", "Hazards of orders 2 and 3+ against order 1.");
  type.def(py::init<>());
  type.def_property(
      "knots", [](const ParityParameters& self) { return self.knots; },
      [](ParityParameters& self, std::vector<int> knots) {
        for (const int year : knots) core::check_calendar_years("knots", year);
        self.knots = std::move(knots);
      },
      "rising calendar years of log_b2 and log_b3");
  array_field<&ParityParameters::log_b2>(type, "log_b2", "(knot) ln of order 2's multiplier");
  array_field<&ParityParameters::log_b3>(type, "log_b3", "(knot) ln of order 3+'s multiplier");
  type.def_readwrite("s2_early", &ParityParameters::s2_early, "slope over age to 2010, order 2")
      .def_readwrite("s2_late", &ParityParameters::s2_late, "slope over age from 2017, order 2")
      .def_readwrite("q2", &ParityParameters::q2, "curvature over age, order 2")
      .def_readwrite("s3_early", &ParityParameters::s3_early, "slope over age to 2010, order 3+")
      .def_readwrite("s3_late", &ParityParameters::s3_late, "slope over age from 2017, order 3+")
      .def_readwrite("q3", &ParityParameters::q3, "curvature over age, order 3+");
}

void register_nation(py::module_& m) {
  using py::arg;
  py::class_<ParityNation>(m, "ParityNation", "Women by parity of a nation, rebuilt year by year.")
      .def(py::init(&parity_nation), arg("first_year"), arg("asfr"), arg("women"), arg("parameters"),
           "asfr and mid-year women (year, age 10..64)")
      .def(
          "shares", [](const ParityNation& self, int year) { return shares_to_numpy(self.history.stock_on(year)); },
          arg("year"), "(age 10..64, parity) on 1 January")
      .def(
          "ppr",
          [](const ParityNation& self, int year) { return to_numpy(ppr_from_rates(self.history.at(year).rates).ppr); },
          arg("year"), "p0, p1, p2 of the period")
      .def(
          "relative_with",
          [](const ParityNation& self, int year, double log_b2, double log_b3) {
            return orders_to_numpy(relative_hazards(self.parameters, year, {log_b2, log_b3}));
          },
          arg("year"), arg("log_b2"), arg("log_b3"), "(order, age 10..64) with given multipliers")
      .def("update_year", &update_year, arg("year"), arg("stock"), arg("asfr"), arg("women"), arg("published"),
           "(ln b2, ln b3) with which this stock and these totals (age 10..64) give the published birth orders (3)")
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
            return place_stock(self.history, {k1, k2, 1.0}, year);
          },
          arg("k1"), arg("k2"), arg("year"), "women by parity of a place on 1 January");
}

// A path keeps the year it starts in, for messages.
struct Path {
  int first_year;
  ParityPath path;
};

template <auto Member>
void path_view(py::class_<Path>& type, const char* name, const char* doc) {
  type.def_property_readonly(
      name, [](const py::object& self) { return view_numpy(self.cast<const Path&>().path.*Member, self); }, doc);
}

Path path_of(const ParityFertility& fertility, int first_year) {
  core::check_calendar_years("first_year", first_year, fertility.asfr.extent(0) + 1);
  return {first_year,
          parity_path(fertility.asfr.view(), fertility.start, fertility.relative.view(), fertility.k, first_year)};
}

void register_path(py::module_& m) {
  using py::arg;
  py::class_<Path> type(m, "ParityPath", "Births by order and women by parity of a place, year by year, per woman.");
  path_view<&ParityPath::asfr_order>(type, "asfr_order", "(year, order, age 0..) births of the order per woman");
  path_view<&ParityPath::shares>(type, "shares", "(year + 1, age 10..64, parity) on 1 January");
  path_view<&ParityPath::births_3plus>(type, "births_3plus", "(year + 1, age 10..64) births of order 3+ so far");
  path_view<&ParityPath::ppr>(type, "ppr", "(year, 3) p0, p1, p2; NaN where nobody reaches the parity");
  type.def(
      "gross",
      [](const Path& self, const Numpy& multiplier) {
        return Path{self.first_year,
                    gross_path(self.path, to_array<2>(multiplier, "multiplier").view(), self.first_year)};
      },
      arg("multiplier"), "The same hazards x (year, order) multipliers, from the same start.");
  m.def("parity_path", &path_of, arg("fertility"), arg("first_year"),
        "Splits births per woman by order so that the orders sum to them.");
}

}  // namespace

void register_parity(py::module_& m) {
  register_census_women(m);
  register_stock(m);
  register_parameters(m);
  register_nation(m);
  register_path(m);
}

}  // namespace sanhai::bindings
