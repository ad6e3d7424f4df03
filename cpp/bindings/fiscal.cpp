// Floor F4, fiscal: the ledger.

#include <pybind11/native_enum.h>
#include <pybind11/stl.h>

#include "numpy.hpp"
#include "sanhai/fiscal/amounts.hpp"
#include "sanhai/fiscal/ledger.hpp"

namespace sanhai::bindings {
namespace {

using fiscal::HeadStock;

// Arrays an Observed looks at; it holds views only.
struct ObservedArrays {
  core::Axes axes;
  core::Array<4> pop_jan1;
  core::Array<3> births;
  core::Array<3> history;

  ObservedArrays(std::vector<std::string> places, int first_year, const Numpy& pop, const Numpy& births_order,
                 const Numpy& order_share_history)
      : pop_jan1(to_array<4>(pop, "pop_jan1")),
        births(to_array<3>(births_order, "births")),
        history(to_array<3>(order_share_history, "order_share_history")) {
    axes = {.places = std::move(places),
            .first_year = first_year,
            .n_years = births.extent(1),
            .n_ages = pop_jan1.extent(3)};
  }
  [[nodiscard]] fiscal::Observed observed() const {
    return {.axes = axes, .pop_jan1 = pop_jan1.view(), .births = births.view(), .order_share_history = history.view()};
  }
};

Arrays book(const ObservedArrays& arrays, const std::vector<fiscal::Line>& lines, std::size_t n_payers) {
  const fiscal::Ledger ledger = fiscal::book(arrays.observed(), lines, n_payers);
  Arrays out;
  out["beneficiaries"] = to_numpy(ledger.beneficiaries);
  out["full_liability"] = to_numpy(ledger.full_liability);
  out["cost_nominal"] = to_numpy(ledger.cost_nominal);
  return out;
}

fiscal::Line line(std::string id, HeadStock stock, const Numpy& yuan_per_head, const Numpy& take_up,
                  const Numpy& payer_share, const py::object& ratio, const py::object& given) {
  return {.id = std::move(id),
          .stock = stock,
          .yuan_per_head = to_array<4>(yuan_per_head, "yuan_per_head"),
          .take_up = to_array<1>(take_up, "take_up"),
          .ratio = to_array<3>(ratio, "ratio"),
          .payer_share = to_array<3>(payer_share, "payer_share"),
          .given = to_array<2>(given, "given")};
}

}  // namespace

void register_fiscal(py::module_& m) {
  using py::arg;
  py::native_enum<HeadStock>(m, "HeadStock", "enum.Enum", "What a payment rule counts.")
      .value("births_and_jan1", HeadStock::births_and_jan1)
      .value("jan1", HeadStock::jan1)
      .value("midyear", HeadStock::midyear)
      .value("given", HeadStock::given)
      .finalize();
  py::class_<fiscal::Line>(m, "Line", "One payment rule.")
      .def(py::init(&line), arg("id"), arg("stock"), arg("yuan_per_head"), arg("take_up"), arg("payer_share"),
           arg("ratio") = py::none(), arg("given") = py::none())
      .def_readonly("id", &fiscal::Line::id);
  py::class_<ObservedArrays>(m, "Observed", "Stocks and births the ledger reads.")
      .def(py::init<std::vector<std::string>, int, const Numpy&, const Numpy&, const Numpy&>(), arg("places"),
           arg("first_year"), arg("pop_jan1"), arg("births"), arg("order_share_history"))
      .def(
          "school_terms",
          [](const ObservedArrays& self, int from_autumn) {
            const fiscal::SchoolTerms terms = fiscal::school_terms(self.observed(), from_autumn);
            return std::pair(to_numpy(terms.spring), to_numpy(terms.autumn));
          },
          arg("from_autumn") = 2025, "(spring, autumn) children in the free last preschool year, by place and year")
      .def(
          "committed_tail",
          [](const ObservedArrays& self, const std::vector<fiscal::Line>& lines, int born_before) {
            return to_numpy(fiscal::committed_tail(self.observed(), lines, born_before));
          },
          arg("lines"), arg("born_before"), "(line, place, year) bill of children born before a year [yuan]");
  m.def("book", &book, arg("observed"), arg("lines"), arg("n_payers"),
        "Books every line in yuan of the year: beneficiaries, full liability, cost by payer.");
  m.def(
      "calendar_allowance",
      [](int first_year, std::size_t n_years, double rate, int from_year, double prorated_mean) {
        return to_numpy(
            fiscal::calendar_allowance(first_year, n_years, core::n_orders, rate, from_year, prorated_mean));
      },
      arg("first_year"), arg("n_years"), arg("rate"), arg("from_year"), arg("prorated_mean"),
      "(1, year, order, 4) yuan per head for births and ages 0, 1, 2 on 1 January.");
  m.def(
      "top_up",
      [](double local, double floor, const std::string& rule) {
        const auto stacking = rule == "max"   ? fiscal::Stacking::max
                              : rule == "add" ? fiscal::Stacking::add
                              : rule == "replace"
                                  ? fiscal::Stacking::replace
                                  : throw core::ConfigError(core::message({.what = "stacking rule",
                                                                           .where = "",
                                                                           .got = rule,
                                                                           .allowed = "max, add, replace",
                                                                           .remedy = "name one"}));
        return fiscal::top_up(local, floor, stacking);
      },
      arg("local"), arg("floor"), arg("rule") = "max", "The local layer above a floor [same unit].");
  m.def("tax_relief", &fiscal::tax_relief, arg("marginal_rate"), arg("deduction_per_year") = 24000.0,
        "Relief per child and year [yuan].");
  m.def("affordable_amount", &fiscal::affordable_amount, arg("theta"), arg("revenue"), arg("local_share"),
        arg("births"), arg("paid_years"), arg("take_up"),
        "Amount per child-year that costs a share theta of revenue [yuan].");
}

}  // namespace sanhai::bindings
