// Floor F5, ensemble: draws of the response to cost, and money and places of every draw.

#include <pybind11/native_enum.h>
#include <pybind11/stl.h>

#include <optional>

#include "numpy.hpp"
#include "sanhai/ensemble/accounts.hpp"
#include "sanhai/ensemble/policy_paths.hpp"

namespace sanhai::bindings {
namespace {

using namespace ensemble;

rates::ParityStock stock_of(const core::Array<3>& shares, const core::Array<2>& births_3plus, std::size_t place) {
  rates::ParityStock stock;
  for (std::size_t x = 0; x < rates::n_parity_ages; ++x) {
    for (std::size_t p = 0; p < rates::n_parities; ++p) stock.share[p][x] = shares(place, x, p);
    stock.births_3plus[x] = births_3plus(place, x);
  }
  return stock;
}

template <std::size_t N>
core::Array<N - 1> row_of(const core::Array<N>& array, std::size_t index) {
  const auto view = array.view()[index];
  const auto values = view.flat();
  return core::Array<N - 1>(view.shape(), std::vector<double>(values.begin(), values.end()));
}

PolicySupport support(std::vector<double> date, const Numpy& present_value, const Numpy& cost_of_child,
                      const Numpy& care, double point_take_up, const std::array<double, 3>& progression,
                      const std::array<double, 3>& desired) {
  PolicySupport out;
  out.date = std::move(date);
  out.present_value = to_array<4>(present_value, "present_value");
  out.cost_of_child = to_array<2>(cost_of_child, "cost_of_child");
  out.care = to_array<1>(care, "care");
  out.point_take_up = point_take_up;
  out.progression = progression;
  out.desired = desired;
  return out;
}

PolicyPaths policy_paths(const DemographicPaths& demography, const Numpy& asfr, const Numpy& shares,
                         const Numpy& births_3plus, const Numpy& relative, const Numpy& k,
                         const std::vector<PolicySupport>& supports, const policy::ResponseParameters& point,
                         unsigned fixed) {
  const auto totals = to_array<3>(asfr, "asfr");
  const auto start = to_array<3>(shares, "shares");
  const auto third = to_array<2>(births_3plus, "births_3plus");
  const auto hazards = to_array<3>(relative, "relative");
  const auto factors = to_array<2>(k, "k");
  if (supports.size() != totals.extent(0) || start.extent(0) != totals.extent(0) || factors.extent(1) != 3) {
    throw core::ShapeError(core::message(
        {.what = "policy places",
         .where = "",
         .got = std::to_string(supports.size()) + " supports, " + std::to_string(totals.extent(0)) + " places",
         .allowed = "one support, start and three factors a place",
         .remedy = "align the arrays by place"}));
  }
  std::vector<PolicyPlace> places;
  for (std::size_t p = 0; p < totals.extent(0); ++p) {
    places.push_back({.fertility = {.asfr = row_of(totals, p),
                                    .start = stock_of(start, third, p),
                                    .relative = hazards,
                                    .k = {factors(p, 0), factors(p, 1), factors(p, 2)}},
                      .support = supports[p]});
  }
  PolicyResponse response;
  response.point = point;
  response.fixed = fixed;
  return PolicyPaths(demography, std::move(places), response);
}

void register_policy_paths(py::module_& m) {
  using py::arg;
  py::class_<PolicySupport>(m, "PolicySupport", "What births of a place meet on both sides, date by date.")
      .def(py::init(&support), arg("date"), arg("present_value"), arg("cost_of_child"), arg("care"),
           arg("point_take_up"), arg("progression"), arg("desired"),
           "present_value (side, date, order, class), cost_of_child (side, date), care (date)");
  py::class_<PolicyPaths, PathMaker>(m, "PolicyPaths", "Random paths of demography and of the response to cost.")
      .def(py::init(&policy_paths), py::keep_alive<1, 2>(), arg("demography"), arg("asfr"), arg("shares"),
           arg("births_3plus"), arg("relative"), arg("k"), arg("supports"), arg("point"), arg("fixed") = 0U,
           "asfr (place, year, age), shares (place, 55, 4), relative (year or 1, order, 55), k (place, 3)")
      .def("take_up", &PolicyPaths::take_up, arg("draw"), "share of the entitled who claim in a draw")
      .def("parameters", &PolicyPaths::parameters, arg("place"), arg("draw"), "the response of one draw at one place")
      .def("n_capped", &PolicyPaths::n_capped, arg("place"), arg("first_draw"), arg("n_draws"),
           "draws in which some support was cut at 95 % of the cost of a child");
}

AccountLine account_line(const fiscal::Line& line, bool has_drawn_take_up, DrawnCount count, double factor, int from) {
  return {.line = line, .has_drawn_take_up = has_drawn_take_up, .count = count, .factor = factor, .from = from};
}

Arrays book_draws(const Ensemble& ensemble, const std::vector<AccountLine>& lines, const Numpy& history,
                  double inflation, int price_year, double discount, int base_year, std::size_t n_payers,
                  const nursery::Settings& needs, const std::optional<nursery::Settings>& stocked,
                  std::size_t first_stocked_year, const std::vector<std::vector<std::size_t>>& rows,
                  const std::vector<double>& take_up, std::size_t threads, std::vector<double> probabilities,
                  bool keep_draws) {
  const AccountInputs inputs{
      .axes = ensemble.axes,
      .lines = lines,
      .order_share_history = to_array<3>(history, "order_share_history"),
      .money = {.inflation = inflation, .price_year = price_year, .discount = discount, .base_year = base_year},
      .n_payers = n_payers,
      .nursery = {.needs = needs, .stocked = stocked, .first_stocked_year = first_stocked_year},
      .rows = rows,
      .take_up = take_up};
  AccountOptions options;
  options.threads = threads;
  options.probabilities = std::move(probabilities);
  options.keep_draws = keep_draws;
  options.tick = [] {
    const py::gil_scoped_acquire held;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
  };
  const Accounts found = [&] {
    const py::gil_scoped_release released;
    return accounts(ensemble, inputs, options);
  }();
  Arrays out;
  out["cost"] = to_numpy(found.cost);
  out["line_cost"] = to_numpy(found.line_cost);
  out["payer_cost"] = to_numpy(found.payer_cost);
  out["total_cost"] = to_numpy(found.total_cost);
  out["beneficiaries"] = to_numpy(found.beneficiaries);
  out["nursery"] = to_numpy(found.nursery);
  out["draws_payer_cost"] = to_numpy(found.draws_payer_cost);
  out["draws_line_cost"] = to_numpy(found.draws_line_cost);
  out["draws_nursery"] = to_numpy(found.draws_nursery);
  return out;
}

}  // namespace

void register_ensemble_policy(py::module_& m) {
  using py::arg;
  register_policy_paths(m);
  py::native_enum<DrawnCount>(m, "DrawnCount", "enum.Enum", "What a line counts in a draw.")
      .value("fixed", DrawnCount::fixed)
      .value("school_terms", DrawnCount::school_terms)
      .value("enrolled", DrawnCount::enrolled)
      .value("under3", DrawnCount::under3)
      .value("paid_places", DrawnCount::paid_places)
      .value("openings", DrawnCount::openings)
      .finalize();
  py::class_<AccountLine>(m, "AccountLine", "A payment rule and how a draw counts for it.")
      .def(py::init(&account_line), arg("line"), arg("has_drawn_take_up"), arg("count"), arg("factor") = 1.0,
           arg("from_year") = 2025);
  m.def("nursery_series", [] { return std::vector<std::string>(nursery_series()); }, "names of the nursery arrays");
  m.def(
      "account_indicators",
      [] {
        std::vector<std::string> names;
        for (const Indicator indicator : account_indicators()) names.emplace_back(engine::info_of(indicator).name);
        return names;
      },
      "indicators an ensemble must keep for book_draws");
  m.def("book_draws", &book_draws, arg("ensemble"), arg("lines"), arg("order_share_history"), arg("inflation"),
        arg("price_year"), arg("discount"), arg("base_year"), arg("n_payers"), arg("needs"), arg("stocked"),
        arg("first_stocked_year"), arg("rows"), arg("take_up"), arg("threads"), arg("probabilities"),
        arg("keep_draws") = false, "Money and places of every draw, as quantiles.");
}

}  // namespace sanhai::bindings
