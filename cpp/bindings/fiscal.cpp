// Floor F4, fiscal: the ledger.

#include <algorithm>

#include <pybind11/native_enum.h>
#include <pybind11/stl.h>

#include "numpy.hpp"
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
    core::check_calendar_years("first_year", first_year, births.extent(1) + 1);
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
  out["liability"] = to_numpy(ledger.liability);
  out["cost_nominal"] = to_numpy(ledger.cost_nominal);
  core::Array<4> cash = ledger.cost_nominal;
  for (std::size_t k = 0; k < ledger.lagged.size(); ++k)
    std::ranges::copy(ledger.cash.view()[k].flat(), cash.view()[ledger.lagged[k]].flat().begin());
  out["cash"] = to_numpy(cash);
  return out;
}

void register_line(py::module_& m) {
  using py::arg;
  py::native_enum<HeadStock>(m, "HeadStock", "enum.Enum", "What a payment rule counts.")
      .value("births_and_jan1", HeadStock::births_and_jan1)
      .value("jan1", HeadStock::jan1)
      .value("midyear", HeadStock::midyear)
      .value("given", HeadStock::given)
      .finalize();
  py::class_<fiscal::Line> type(m, "Line", "One payment rule.");
  type.def(py::init([](std::string id, HeadStock stock) {
             return fiscal::Line{.id = std::move(id),
                                 .stock = stock,
                                 .yuan_per_head = {},
                                 .ratio = {},
                                 .payer_share = {},
                                 .given = {},
                                 .lag = {}};
           }),
           arg("id"), arg("stock"))
      .def_readonly("id", &fiscal::Line::id)
      .def_readonly("stock", &fiscal::Line::stock);
  array_field<&fiscal::Line::take_up>(type, "take_up", "(year|1) share of the entitled who claim");
  array_field<&fiscal::Line::yuan_per_head>(type, "yuan_per_head",
                                            "(place|1, year, order, cell) yuan a year; `given`: (place|1, year, 1, 1)");
  array_field<&fiscal::Line::payer_share>(type, "payer_share", "(place|1, year, payer), sum 1");
  optional_array_field<&fiscal::Line::ratio>(type, "ratio", "(place|1, year|1, cell) registered / resident; empty: 1");
  optional_array_field<&fiscal::Line::lag>(
      type, "lag", "(place|1, year + 1) share paid in the year after, from the year before the first; empty: none");
  optional_array_field<&fiscal::Line::given>(type, "given", "(place, year) counts, for HeadStock.given alone");
}

}  // namespace

void register_fiscal(py::module_& m) {
  using py::arg;
  register_line(m);
  py::class_<ObservedArrays>(m, "Observed", "Stocks and births the ledger reads, checked.")
      .def(py::init<std::vector<std::string>, int, const Numpy&, const Numpy&, const Numpy&>(), arg("places"),
           arg("first_year"), arg("pop_jan1"), arg("births"), arg("order_share_history"),
           "pop_jan1 (place, year + 1, sex, age), births (place, year, order), order_share_history (place|1, years "
           "before the first, order)")
      .def(
          "committed_tail",
          [](const ObservedArrays& self, const std::vector<fiscal::Line>& lines, int born_before) {
            return to_numpy(fiscal::committed_tail(self.observed(), lines, born_before));
          },
          arg("lines"), arg("born_before"), "(line, place, year) bill of children born before a year [yuan]");
  m.def("book", &book, arg("observed"), arg("lines"), arg("n_payers"),
        "Books every line in yuan of the year: beneficiaries, liability at take-up 1, cost due and cash by payer.");
}

}  // namespace sanhai::bindings
