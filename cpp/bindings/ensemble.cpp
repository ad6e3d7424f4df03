// Floor F5, ensemble: draws of demography and of policy, run over threads with the interpreter released.

#include <pybind11/functional.h>
#include <pybind11/stl.h>

#include <map>

#include "ensemble_inputs.hpp"
#include "numpy.hpp"
#include "sanhai/ensemble/demographic_paths.hpp"
#include "sanhai/ensemble/policy_paths.hpp"

namespace sanhai::bindings {

namespace {

using namespace ensemble;

[[noreturn]] void refuse(const char* what, const std::string& got, const char* allowed) {
  throw core::ConfigError(core::message(
      {.what = what, .where = "", .got = got, .allowed = allowed, .remedy = "name one of those allowed"}));
}

constexpr std::size_t most_draws = 1'000'000;

/// Element `index` of the first axis, or the only one.
template <std::size_t N>
core::Array<N - 1> slice(const core::Array<N>& array, std::size_t index) {
  if (array.empty()) return {};
  const auto view = array.view()[array.extent(0) == 1 ? 0 : index];
  const auto values = view.flat();
  return core::Array<N - 1>(view.shape(), std::vector<double>(values.begin(), values.end()));
}

}  // namespace

std::vector<ensemble::Indicator> indicators_from(const std::vector<std::string>& names) {
  std::vector<Indicator> found;
  for (const std::string& name : names) {
    const auto indicator = indicator_from_name(name);
    if (!indicator) refuse("indicator", name, "the names of ensemble_indicators()");
    found.push_back(*indicator);
  }
  return found;
}

ensemble::EnsembleInputs ensemble_inputs(std::vector<std::string> places, int first_year, const Numpy& pop_jan1,
                                         const py::object& Sx, const py::object& mx, const py::object& b,
                                         const Numpy& asfr, const Numpy& srb, const Numpy& net_migration,
                                         const py::object& pattern, bool cap, const py::object& a0,
                                         const py::object& half_width) {
  const auto pop = to_array<3>(pop_jan1, "pop_jan1");
  const auto given_Sx = to_array<4>(Sx, "Sx");
  const auto given_mx = to_array<4>(mx, "mx");
  const auto rates = to_array<4>(asfr, "asfr");
  const auto sex_ratio = to_array<2>(srb, "srb");
  const auto movers = to_array<4>(net_migration, "net_migration");
  const auto given_pattern = to_array<4>(pattern, "pattern");
  const auto given_a0 = to_array<3>(a0, "a0");
  const std::size_t n_places = places.size();
  const std::size_t n_schedules = given_mx.empty() ? given_Sx.extent(0) : given_mx.extent(0);
  if (pop.extent(0) != n_places || rates.extent(0) != n_places || sex_ratio.extent(0) != n_places ||
      (n_schedules != n_places && n_schedules != 1)) {
    throw core::ShapeError(core::message({.what = "ensemble inputs",
                                          .where = "axis place",
                                          .got = core::text(pop.shape()) + ", " + core::text(rates.shape()),
                                          .allowed = std::to_string(n_places) + " places, mortality also 1",
                                          .remedy = "align the arrays by place"}));
  }
  core::check_calendar_years("first_year", first_year, rates.extent(1) + 1);
  EnsembleInputs inputs;
  inputs.axes = {
      .places = std::move(places), .first_year = first_year, .n_years = rates.extent(1), .n_ages = pop.extent(2)};
  inputs.on_negative = cap ? engine::OnNegative::cap : engine::OnNegative::error;
  for (std::size_t s = 0; s < n_schedules; ++s) {
    inputs.mortality.push_back({.mx = slice(given_mx, s),
                                .a0 = slice(given_a0, s),
                                .Sx = slice(given_Sx, s),
                                .b = to_array<2>(b, "b"),
                                .half_width = to_array<1>(half_width, "half_width")});
  }
  for (std::size_t p = 0; p < n_places; ++p) {
    inputs.fertility.push_back({slice(rates, p), slice(sex_ratio, p)});
    PlaceInputs place;
    place.pop_jan1 = slice(pop, p);
    place.net_migration = slice(movers, p);
    place.pattern = slice(given_pattern, p);
    place.mortality = n_schedules == 1 ? 0 : p;
    place.fertility = p;
    inputs.places.push_back(std::move(place));
  }
  return inputs;
}

ensemble::RunOptions run_options(std::size_t n_draws, std::size_t first_draw, std::size_t threads,
                                 const std::string& keep, const std::vector<std::string>& indicators,
                                 std::vector<double> probabilities, std::size_t budget_bytes,
                                 const Progress& progress) {
  const std::map<std::string, Keep> kinds = {
      {"quantiles", Keep::quantiles}, {"draws", Keep::draws}, {"ages", Keep::ages}};
  const auto kind = kinds.find(keep);
  if (kind == kinds.end()) refuse("keep", keep, "quantiles, draws, ages");
  RunOptions options;
  options.n_draws = n_draws;
  options.first_draw = first_draw;
  options.threads = threads;
  options.keep = kind->second;
  options.indicators = indicators_from(indicators);
  options.probabilities = std::move(probabilities);
  options.budget_bytes = budget_bytes;
  options.progress = [&progress](std::size_t done, std::size_t all) {
    const py::gil_scoped_acquire held;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    if (progress) (*progress)(done, all);
  };
  return options;
}

namespace {

EnsembleRunner make_runner(std::vector<std::string> places, int first_year, const Numpy& pop_jan1, const py::object& Sx,
                           const py::object& mx, const py::object& b, const Numpy& asfr, const Numpy& srb,
                           const Numpy& net_migration, const py::object& pattern, bool cap, const py::object& a0,
                           const py::object& half_width, const std::string& mode) {
  EnsembleInputs inputs = ensemble_inputs(std::move(places), first_year, pop_jan1, Sx, mx, b, asfr, srb, net_migration,
                                          pattern, cap, a0, half_width);
  const std::map<std::string, MortalityMode> modes = {
      {"shared", MortalityMode::shared}, {"polynomial", MortalityMode::polynomial}, {"exact", MortalityMode::exact}};
  const auto found = modes.find(mode);
  if (found == modes.end()) refuse("mortality", mode, "shared, polynomial, exact");
  const py::gil_scoped_release released;
  return EnsembleRunner(std::move(inputs), found->second);
}

/// Runs without the interpreter.
Ensemble run_paths(const EnsembleRunner& runner, const PathMaker& paths, std::size_t n_draws, std::size_t first_draw,
                   std::size_t threads, std::size_t batch, const std::string& keep,
                   const std::vector<std::string>& indicators, std::vector<double> probabilities,
                   std::size_t budget_bytes, const Progress& progress) {
  RunOptions options =
      run_options(n_draws, first_draw, threads, keep, indicators, std::move(probabilities), budget_bytes, progress);
  options.batch = batch;
  const py::gil_scoped_release released;
  return runner.run(paths, options);
}

template <auto Part, auto Member>
void nested(py::class_<RandomComponents>& type, const char* name) {
  type.def_property(
      name, [](const RandomComponents& self) { return self.*Part.*Member; },
      [](RandomComponents& self, double value) { self.*Part.*Member = value; });
}

void register_components(py::module_& m) {
  py::class_<RandomComponents> type(m, "RandomComponents", "Parameters of the random components of demography.");
  type.def(py::init<>())
      .def_readwrite("seed", &RandomComponents::seed)
      .def_readwrite("on", &RandomComponents::on, "bits of `component_bits`")
      .def_readwrite("first_year", &RandomComponents::first_year)
      .def_readwrite("first_random_year", &RandomComponents::first_random_year)
      .def_readwrite("n_years", &RandomComponents::n_years)
      .def_readwrite("migration_phi", &RandomComponents::migration_phi);
  nested<&RandomComponents::tfr, &TfrFactor::phi>(type, "tfr_phi");
  nested<&RandomComponents::tfr, &TfrFactor::step_sd>(type, "tfr_step_sd");
  nested<&RandomComponents::tfr, &TfrFactor::start_sd>(type, "tfr_start_sd");
  nested<&RandomComponents::tfr, &TfrFactor::bound>(type, "tfr_bound");
  nested<&RandomComponents::place_fertility, &PlaceFertilityFactor::phi>(type, "place_fertility_phi");
  nested<&RandomComponents::place_fertility, &PlaceFertilityFactor::step_sd>(type, "place_fertility_step_sd");
  nested<&RandomComponents::mortality, &MortalityShock::step_sd>(type, "k_step_sd");
  nested<&RandomComponents::place_mortality, &PlaceMortality::phi>(type, "place_mortality_phi");
  nested<&RandomComponents::place_mortality, &PlaceMortality::step_sd>(type, "place_mortality_step_sd");
  py::class_<PathMaker>(m, "PathMaker", "Where the random paths of a run come from.");
  py::class_<DemographicPaths, PathMaker>(m, "DemographicPaths", "Random paths of demography for places.")
      .def(py::init([](const RandomComponents& components, const std::vector<std::string>& codes,
                       const std::vector<bool>& is_nation, const std::vector<double>& migration_sd) {
             if (is_nation.size() != codes.size() || migration_sd.size() != codes.size()) {
               refuse("random places", std::to_string(codes.size()), "as many codes, is_nation and migration_sd");
             }
             std::vector<RandomPlace> places;
             for (std::size_t p = 0; p < codes.size(); ++p) {
               places.push_back(
                   {.key = random::place_key(codes[p]), .is_nation = is_nation[p], .migration_sd = migration_sd[p]});
             }
             return DemographicPaths(components, std::move(places));
           }),
           py::arg("components"), py::arg("codes"), py::arg("is_nation"), py::arg("migration_sd"))
      .def(
          "n_bounded",
          [](const DemographicPaths& self, std::size_t first_draw, std::size_t n_draws) {
            return self.n_bounded(first_draw, count(n_draws, "n_draws", most_draws));
          },
          py::arg("first_draw"), py::arg("n_draws"))
      .def(
          "fertility_factor",
          [](const DemographicPaths& self, std::size_t place, std::size_t first_draw, std::size_t n_draws) {
            (void)count(place, "place", self.places().size() - 1);
            core::Array<2> factor({self.components().n_years, count(n_draws, "n_draws", most_draws)});
            self.fertility_factor(place, first_draw, factor.view());
            return to_numpy(factor);
          },
          py::arg("place"), py::arg("first_draw"), py::arg("n_draws"), "(year, draw)");
}

Arrays to_dict(const Ensemble& self) {
  Arrays out;
  out["quantiles"] = to_numpy(self.quantiles);
  out["draws"] = to_numpy(self.draws);
  out["population"] = to_numpy(self.population);
  return out;
}

}  // namespace

void register_ensemble(py::module_& m) {
  using py::arg;
  m.def(
      "component_bits",
      [] {
        py::dict bits;
        for (const auto& one : random::component_switches) bits[py::str(std::string(one.name))] = unsigned{one.bit};
        return py::typing::Dict<py::str, py::int_>(bits);
      },
      "Bits of the random components by name.");
  m.def(
      "default_components",
      [] {
        std::vector<std::string> names;
        for (const auto& one : random::component_switches)
          if (one.is_default) names.emplace_back(one.name);
        return names;
      },
      "Names of the random components that are on unless others are named.");
  register_components(m);
  py::class_<Ensemble>(m, "Ensemble", "What a run of draws leaves.")
      .def("arrays", &to_dict,
           "quantiles (place, indicator, year + 1, probability), draws (place, indicator, year + 1, draw), population "
           "(place, draw, year + 1, sex, age); empty when not kept")
      .def_property_readonly("indicators",
                             [](const Ensemble& self) {
                               std::vector<std::string> names;
                               for (const Indicator indicator : self.indicators)
                                 names.emplace_back(indicator_name(indicator));
                               return names;
                             })
      .def_readonly("probabilities", &Ensemble::probabilities)
      .def_readonly("n_draws", &Ensemble::n_draws)
      .def_property_readonly("isa", [](const Ensemble& self) { return isa_name(self.isa); });
  py::class_<EnsembleRunner>(m, "EnsembleRunner", "Checked inputs of an ensemble, run any number of times.")
      .def(py::init(&make_runner), arg("places"), arg("first_year"), arg("pop_jan1"), arg("Sx"), arg("mx"), arg("b"),
           arg("asfr"), arg("srb"), arg("net_migration"), arg("pattern") = py::none(), arg("cap") = false,
           arg("a0") = py::none(), arg("half_width") = py::none(), arg("mortality") = "polynomial")
      .def("run", &run_paths, arg("paths"), arg("n_draws") = 1000, arg("first_draw") = 0, arg("threads") = 1,
           arg("batch") = 32, arg("keep") = "quantiles", arg("indicators") = std::vector<std::string>{},
           arg("probabilities") = RunOptions{}.probabilities, arg("budget_bytes") = RunOptions{}.budget_bytes,
           arg("progress") = py::none(), "Runs draws first_draw .. first_draw + n_draws - 1.");
  m.def("ensemble_indicators", [] {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < n_indicators; ++i) names.emplace_back(indicator_name(static_cast<Indicator>(i)));
    return names;
  });
}

}  // namespace sanhai::bindings
