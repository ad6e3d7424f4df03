// Runs over threads with the interpreter released: one run or many draws, places apart or exchanging migrants.

#include "ensemble.hpp"

#include <map>

#include "structs.hpp"

namespace sanhai::bindings {
namespace {

using namespace ensemble;
using engine::IndicatorInfo;

EnsembleRunner make_runner(EnsembleInputs inputs, const std::string& mortality,
                           std::optional<engine::Exchange> exchange) {
  const std::map<std::string, MortalityMode> modes = {
      {"shared", MortalityMode::shared}, {"polynomial", MortalityMode::polynomial}, {"exact", MortalityMode::exact}};
  const auto found = modes.find(mortality);
  if (found == modes.end()) {
    throw core::ConfigError(core::message({.what = "mortality",
                                           .where = "",
                                           .got = mortality,
                                           .allowed = "shared, polynomial, exact",
                                           .remedy = "name one of those allowed"}));
  }
  const py::gil_scoped_release released;
  return {std::move(inputs), found->second, std::move(exchange)};
}

/// Every 50 ms the calling thread takes the interpreter back to look for Ctrl-C and to report.
Ensemble run(const EnsembleRunner& runner, const PathMaker& paths, const RunOptions& given) {
  RunOptions options = given;
  options.progress = [&given](std::size_t done, std::size_t all) {
    const py::gil_scoped_acquire held;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    if (given.progress) given.progress(done, all);
  };
  const py::gil_scoped_release released;
  return runner.run(paths, options);
}

void register_indicators(py::module_& m) {
  py::class_<IndicatorInfo>(m, "Indicator", "A row of the table of indicators.")
      .def_readonly("name", &IndicatorInfo::name, "as in Ensemble.indicators")
      .def_readonly("variable", &IndicatorInfo::variable, "of a result, which it is or is a part of; empty: of none")
      .def_readonly("sex", &IndicatorInfo::sex, "male, female or empty")
      .def_readonly("order", &IndicatorInfo::order, "1, 2, 3+ or empty")
      .def_readonly("unit", &IndicatorInfo::unit)
      .def_readonly("is_stock", &IndicatorInfo::is_stock, "on 1 January, with one more year than flows")
      .def_property_readonly(
          "of_sum", [](const IndicatorInfo& self) { return self.of_sum == engine::OfSum::added ? "added" : "own"; },
          "added: a sum adds its parts'; own: from the sum's own numerator and denominator");
  m.def(
      "indicator_table",
      [] { return std::vector<IndicatorInfo>(engine::indicator_table.begin(), engine::indicator_table.end()); },
      "Every indicator that a run can keep.");
}

template <auto Member>
void cells_view(py::class_<Ensemble>& type, const char* name, const char* doc) {
  type.def_property_readonly(
      name, [](const py::object& self) { return view_numpy(self.cast<const Ensemble&>().cells.*Member, self); }, doc);
}

void register_result(py::module_& m) {
  py::class_<Ensemble> type(m, "Ensemble",
                            "What a run leaves. Rows are places, then sums; arrays are read-only views, empty when not "
                            "asked for.");
  array_view<&Ensemble::quantiles>(type, "quantiles", "(row, indicator, year + 1, probability); flows end in NaN");
  array_view<&Ensemble::draws>(type, "draws", "(row, indicator, year + 1, draw); flows end in NaN");
  cells_view<&RowCells::pop_jan1>(type, "pop_jan1", "(kept row, draw, year + 1, sex, age) persons");
  cells_view<&RowCells::deaths>(type, "deaths", "(kept row, draw, year, sex, age at the end)");
  cells_view<&RowCells::net_migration>(type, "net_migration", "(kept row, draw, year, sex, age at the end) persons");
  cells_view<&RowCells::births>(type, "births", "(kept row, draw, year, order, age of mother)");
  cells_view<&RowCells::births_by_sex>(type, "births_by_sex", "(kept row, draw, year, sex)");
  cells_view<&RowCells::women_exposed>(type, "women_exposed", "(kept row, draw, year, age) woman-years");
  cells_view<&RowCells::Sx>(type, "Sx", "(kept row, draw, year, sex, age of arrival) survivorship its people met");
  cells_view<&RowCells::leavers>(type, "leavers", "(kept row, draw, year, sex, age at the end) persons");
  cells_view<&RowCells::arrivals>(type, "arrivals", "(kept row, draw, year, sex, age at the end) persons");
  type.def_readonly("axes", &Ensemble::axes)
      .def_readonly("n_rows", &Ensemble::n_rows)
      .def_property_readonly(
          "kept_rows", [](const Ensemble& self) { return self.cells.rows; }, "axis 0 of the cells")
      .def_property_readonly("indicators", [](const Ensemble& self) { return names_of(self.indicators); })
      .def_readonly("probabilities", &Ensemble::probabilities)
      .def_readonly("n_draws", &Ensemble::n_draws)
      .def_readonly("first_draw", &Ensemble::first_draw)
      .def_readonly("balance", &Ensemble::balance, "largest relative residual; NaN where a part was not asked for")
      .def_property_readonly("isa", [](const Ensemble& self) { return isa_name(self.isa); });
}

}  // namespace

void register_ensemble(py::module_& m) {
  using py::arg;
  register_indicators(m);
  register_result(m);
  py::class_<EnsembleRunner>(m, "EnsembleRunner", "Checked inputs of a run, run any number of times.")
      .def(py::init(&make_runner), arg("inputs"), arg("mortality") = "polynomial", arg("exchange") = py::none(),
           "mortality: shared, polynomial or exact; exchange: whoever leaves one place arrives in another.")
      .def("run", &run, arg("paths"), arg("options"),
           "Runs draws options.first_draw .. first_draw + n_draws - 1; one draw of paths without components is the "
           "point run.");
}

}  // namespace sanhai::bindings
