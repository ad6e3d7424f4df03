// Floor F5: draws of places that exchange migrants, run over threads with the interpreter released.

#include <pybind11/functional.h>
#include <pybind11/stl.h>

#include "ensemble_inputs.hpp"
#include "sanhai/ensemble/exchange_run.hpp"

namespace sanhai::bindings {
namespace {

using ensemble::ExchangedEnsemble;
using ensemble::ExchangeRunner;

ExchangeRunner make_runner(const engine::Exchange& exchange, const Numpy& pop_jan1, const py::object& Sx,
                           const py::object& mx, const py::object& b, const Numpy& asfr, const Numpy& srb,
                           const Numpy& net_migration, const py::object& pattern, bool cap, const py::object& a0) {
  ensemble::EnsembleInputs inputs = ensemble_inputs(exchange.axes().places, exchange.axes().first_year, pop_jan1, Sx,
                                                    mx, b, asfr, srb, net_migration, pattern, cap, a0, py::none());
  engine::Exchange own = exchange;
  const py::gil_scoped_release released;
  return {std::move(inputs), std::move(own)};
}

ExchangedEnsemble run(const ExchangeRunner& runner, const ensemble::PathMaker& paths, std::size_t n_draws,
                      std::size_t first_draw, std::size_t threads, const std::string& keep,
                      const std::vector<std::string>& indicators, std::vector<double> probabilities,
                      std::size_t budget_bytes, const Progress& progress) {
  const ensemble::RunOptions options =
      run_options(n_draws, first_draw, threads, keep, indicators, std::move(probabilities), budget_bytes, progress);
  const py::gil_scoped_release released;
  return runner.run(paths, options);
}

template <auto Member>
void read_only(py::class_<ExchangedEnsemble>& type, const char* name, const char* doc) {
  type.def_property_readonly(
      name, [](const py::object& self) { return view_numpy(self.cast<const ExchangedEnsemble&>().*Member, self); },
      doc);
}

}  // namespace

void register_ensemble_exchange(py::module_& m) {
  using ensemble::RunOptions;
  using py::arg;
  py::class_<ExchangedEnsemble> type(m, "ExchangedEnsemble",
                                     "What draws of places that exchange migrants leave; the last row of quantiles and "
                                     "draws is all places together. Arrays are read-only views, empty when not kept.");
  read_only<&ExchangedEnsemble::quantiles>(type, "quantiles", "(place + 1, series, year + 1, probability)");
  read_only<&ExchangedEnsemble::draws>(type, "draws", "(place + 1, series, year + 1, draw)");
  read_only<&ExchangedEnsemble::population>(type, "population", "(place, draw, year + 1, sex, age) persons");
  read_only<&ExchangedEnsemble::leavers>(type, "leavers", "(place, draw, year, sex, age at the end) persons");
  read_only<&ExchangedEnsemble::arrivals>(type, "arrivals", "(place, draw, year, sex, age at the end) persons");
  type.def_property_readonly("series", &ExchangedEnsemble::series, "names of axis 1")
      .def_readonly("probabilities", &ExchangedEnsemble::probabilities)
      .def_readonly("n_draws", &ExchangedEnsemble::n_draws);
  py::class_<ExchangeRunner>(m, "ExchangeRunner", "Checked inputs and exchange, run any number of times.")
      .def(py::init(&make_runner), arg("exchange"), arg("pop_jan1"), arg("Sx"), arg("mx"), arg("b"), arg("asfr"),
           arg("srb"), arg("net_migration"), arg("pattern") = py::none(), arg("cap") = false, arg("a0") = py::none())
      .def("run", &run, arg("paths"), arg("n_draws") = 1000, arg("first_draw") = 0, arg("threads") = 1,
           arg("keep") = "quantiles", arg("indicators") = std::vector<std::string>{},
           arg("probabilities") = RunOptions{}.probabilities, arg("budget_bytes") = RunOptions{}.budget_bytes,
           arg("progress") = py::none(), "Runs draws first_draw .. first_draw + n_draws - 1.");
}

}  // namespace sanhai::bindings
