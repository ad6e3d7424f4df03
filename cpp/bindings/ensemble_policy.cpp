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

void register_support(py::module_& m) {
  using py::arg;
  py::class_<PolicySupport> type(m, "PolicySupport", "What births of a place meet on both sides, date by date.");
  type.def(py::init<>());
  array_field<&PolicySupport::date>(type, "date", "rising decimal years; empty: no policy");
  array_field<&PolicySupport::present_value>(type, "present_value", "(side, date, order, class) yuan, reach applied");
  array_field<&PolicySupport::cost_of_child>(type, "cost_of_child", "(side, date) yuan");
  optional_array_field<&PolicySupport::care>(type, "care", "(date) tenths of a place per child; empty: off");
  array_field<&PolicySupport::point_take_up>(
      type, "point_take_up", "(date|1) share of the entitled, inside the cash support; NaN: the same in every draw");
  array_field<&PolicySupport::progression>(type, "progression", "(3) of the baseline; NaN: no ceiling");
  array_field<&PolicySupport::desired>(type, "desired", "(3) progressions nobody goes beyond");
  py::class_<PolicyPlace>(m, "PolicyPlace", "One place under one scenario.")
      .def(py::init([](const ParityFertility& fertility, const PolicySupport& support) {
             return PolicyPlace{fertility, support};
           }),
           arg("fertility"), arg("support"));
}

void register_policy_paths(py::module_& m) {
  using py::arg;
  py::class_<PolicyPaths, PathMaker>(m, "PolicyPaths", "Random paths of demography and of the response to cost.")
      .def(py::init([](const DemographicPaths& demography, std::vector<PolicyPlace> places,
                       const policy::ResponseParameters& point, unsigned fixed) {
             return PolicyPaths(demography, std::move(places), {.priors = {}, .point = point, .fixed = fixed});
           }),
           py::keep_alive<1, 2>(), arg("demography"), arg("places"), arg("point"), arg("fixed") = 0U,
           "places in the order of demography's; fixed: bits of the parameters that every draw takes from `point`")
      .def(
          "multipliers",
          [](const PolicyPaths& self, std::size_t place, std::size_t draw) {
            return to_numpy(self.multipliers(place, draw).multiplier);
          },
          arg("place"), arg("draw"), "(year, order) multipliers on the hazards of a draw")
      .def("take_up", &PolicyPaths::take_up, arg("draw"), "share of the entitled who claim in a draw")
      .def(
          "n_capped",
          [](const PolicyPaths& self, std::size_t place, std::size_t first_draw, std::size_t n_draws) {
            constexpr std::size_t most_draws = 1'000'000;
            return self.n_capped(place, first_draw, count(n_draws, "n_draws", most_draws));
          },
          arg("place"), arg("first_draw"), arg("n_draws"),
          "draws in which some support was cut at 95 % of the cost of a child");
}

void register_account_line(py::module_& m) {
  using py::arg;
  py::native_enum<DrawnCount>(m, "DrawnCount", "enum.Enum", "What a line counts in a draw.")
      .value("fixed", DrawnCount::fixed)
      .value("enrolled", DrawnCount::enrolled)
      .value("paid_places", DrawnCount::paid_places)
      .value("openings", DrawnCount::openings)
      .finalize();
  py::class_<AccountLine> type(m, "AccountLine", "A payment rule and how a draw counts for it.");
  type.def(py::init([](const fiscal::Line& line) {
             AccountLine made;
             made.line = line;
             return made;
           }),
           arg("line"))
      .def_readwrite("has_drawn_take_up", &AccountLine::has_drawn_take_up,
                     "(year) the draw's take-up in place of the line's; empty: in no year")
      .def_readwrite("count", &AccountLine::count);
}

template <auto Member, class Class>
void nursery_field(Class& type, const char* name, const char* doc) {
  type.def_property(
      name, [](const AccountInputs& self) { return self.nursery.*Member; },
      [](AccountInputs& self, const std::remove_cvref_t<decltype(std::declval<AccountNursery>().*Member)>& value) {
        self.nursery.*Member = value;
      },
      doc);
}

void register_account_inputs(py::module_& m) {
  py::class_<AccountInputs> type(m, "AccountInputs", "What the draws of an ensemble are booked by.");
  type.def(py::init<>())
      .def_readwrite("lines", &AccountInputs::lines)
      .def_readwrite("kinds", &AccountInputs::kinds, "of each payer: which total its money belongs to")
      .def_readwrite("rows", &AccountInputs::rows, "members (places) of each row; a row's figures are their sum");
  array_field<&AccountInputs::order_share_history>(type, "order_share_history",
                                                   "(place|1, years before the first, order)");
  array_field<&AccountInputs::take_up>(type, "take_up", "(draw) of lines with a drawn one; empty: the lines' own");
  nursery_field<&AccountNursery::needs>(type, "needs", "nursery settings of all years");
  nursery_field<&AccountNursery::stocked>(type, "stocked", "settings from the first stocked year on, or None");
  nursery_field<&AccountNursery::first_stocked_year>(type, "first_stocked_year", "index of that year");
}

void register_accounts(py::module_& m) {
  py::class_<Accounts> type(m, "Accounts", "Money and places of every draw; arrays are read-only views of it.");
  array_view<&Accounts::cost>(type, "cost", "(pair, row, year, draw) nominal yuan due");
  array_view<&Accounts::cash>(type, "cash", "(lagged pair, row, year, draw) nominal yuan paid in the year");
  array_view<&Accounts::beneficiaries>(type, "beneficiaries", "(line, row, year, draw)");
  array_view<&Accounts::liability>(type, "liability", "(side, row, year, draw) yuan at take-up 1");
  array_view<&Accounts::nursery>(type, "nursery", "(series, row, year, draw); NaN where a figure is unknown");
  type.def_property_readonly(
      "pairs",
      [](const Accounts& self) {
        std::vector<std::pair<std::size_t, std::size_t>> pairs;
        for (const auto& [line, payer] : self.pairs) pairs.emplace_back(line, payer);
        return pairs;
      },
      "(line, payer) of the first axis of cost: those with a share anywhere");
  type.def_property_readonly(
      "sides",
      [](const Accounts& self) {
        std::vector<std::pair<std::size_t, std::size_t>> sides;
        for (const auto& [line, kind] : self.sides) sides.emplace_back(line, kind);
        return sides;
      },
      "(line, kind) of the first axis of liability");
  type.def_readonly("lagged", &Accounts::lagged, "pairs of the first axis of cash: all others are paid when due");
}

Accounts book_draws(const Ensemble& ensemble, AccountInputs inputs, std::size_t threads) {
  inputs.axes = ensemble.axes;
  AccountOptions options;
  options.threads = threads;
  options.tick = [] {
    const py::gil_scoped_acquire held;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
  };
  const py::gil_scoped_release released;
  return accounts(ensemble, inputs, options);
}

}  // namespace

void register_ensemble_policy(py::module_& m) {
  using py::arg;
  register_support(m);
  register_policy_paths(m);
  register_account_line(m);
  register_account_inputs(m);
  register_accounts(m);
  m.def("nursery_series", &nursery_series, "names of the nursery arrays");
  m.def("book_draws", &book_draws, arg("ensemble"), arg("inputs"), arg("threads") = 1,
        "Money and places of every draw, by row.");
}

}  // namespace sanhai::bindings
