// Where the random paths of demography come from.

#include <pybind11/stl.h>
#include <pybind11/typing.h>

#include "numpy.hpp"
#include "sanhai/ensemble/demographic_paths.hpp"

namespace sanhai::bindings {
namespace {

using namespace ensemble;

constexpr std::size_t most_draws = 10'000'000;

template <auto Part, auto Member>
void nested(py::class_<RandomComponents>& type, const char* name) {
  type.def_property(
      name, [](const RandomComponents& self) { return self.*Part.*Member; },
      [](RandomComponents& self, double value) { self.*Part.*Member = value; });
}

using Steps = std::array<double, 3>;

std::map<std::string, Steps> steps_of(const PlaceKinds& kinds) {
  std::map<std::string, Steps> found;
  for (const PlaceKindRow& row : kinds)
    found[std::string(row.name)] = {row.fertility_step_sd, row.mortality_step_sd, row.migration_step_sd};
  return found;
}

PlaceKind kind_from(const std::string& name) {
  for (const PlaceKindRow& row : place_kinds)
    if (row.name == name) return row.kind;
  throw core::ConfigError(core::message({.what = "kind of a place",
                                         .where = "",
                                         .got = name,
                                         .allowed = "province, city, county",
                                         .remedy = "name one of those allowed"}));
}

FirstYears years_from(const std::array<int, 3>& first) { return {first[0], first[1], first[2]}; }

void require_place_and_draws(const DemographicPaths& paths, std::size_t place, std::size_t n_draws) {
  if (place < paths.places().size() && n_draws <= most_draws) return;
  throw core::DomainError(core::message(
      {.what = "fertility_factor",
       .where = "",
       .got = "place " + std::to_string(place) + ", " + std::to_string(n_draws) + " draws",
       .allowed = "places 0 to " + std::to_string(paths.places().size()) + " less one, at most 10,000,000 draws",
       .remedy = "count places from 0"}));
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
  nested<&RandomComponents::place_fertility, &PlaceFertilityFactor::bound>(type, "place_fertility_bound");
  nested<&RandomComponents::mortality, &MortalityShock::step_sd>(type, "k_step_sd");
  nested<&RandomComponents::mortality, &MortalityShock::start_sd>(type, "k_start_sd");
  nested<&RandomComponents::place_mortality, &PlaceMortality::phi>(type, "place_mortality_phi");
  type.def_property(
      "kinds", [](const RandomComponents& self) { return steps_of(self.kinds); },
      [](RandomComponents& self, const std::map<std::string, Steps>& given) {
        for (const auto& [name, steps] : given) {
          PlaceKindRow& row = self.kinds[static_cast<std::size_t>(kind_from(name))];
          row.fertility_step_sd = steps[0];
          row.mortality_step_sd = steps[1];
          row.migration_step_sd = steps[2];
        }
      },
      "by kind of place the yearly steps (sd) of its factors of fertility, mortality and net migration");
}

void register_places(py::module_& m) {
  py::class_<PlaceLink>(m, "PlaceLink", "A place that others lie in, or a place itself: factors they share.")
      .def(py::init([](const std::string& code, const std::string& kind, const std::array<int, 3>& first) {
             return PlaceLink{random::place_key(code), kind_from(kind), years_from(first)};
           }),
           py::arg("code"), py::arg("kind"), py::arg("first") = std::array<int, 3>{},
           "kind: province, city or county. first: years from which fertility, mortality and migration vary; 0: as "
           "all.");
  py::class_<RandomPlace>(m, "RandomPlace", "What is random about one place.")
      .def(py::init([](const std::string& code, std::vector<PlaceLink> chain, const std::array<int, 3>& first,
                       double migration_sd) {
             return RandomPlace{random::place_key(code), std::move(chain), years_from(first), migration_sd};
           }),
           py::arg("code"), py::arg("chain") = std::vector<PlaceLink>{}, py::arg("first") = std::array<int, 3>{},
           py::arg("migration_sd") = RandomPlace{}.migration_sd,
           "chain: downwards, itself last. first: of what all places share. migration_sd: where the chain is empty.");
}

void register_paths(py::module_& m) {
  py::class_<PathMaker>(m, "PathMaker", "Where the random paths of a run come from.");
  py::class_<DemographicPaths, PathMaker>(m, "DemographicPaths", "Random paths of demography for places.")
      .def(py::init<RandomComponents, std::vector<RandomPlace>>(), py::arg("components"), py::arg("places"))
      .def(
          "n_bounded",
          [](const DemographicPaths& self, std::size_t first_draw, std::size_t n_draws) {
            return self.n_bounded(first_draw, count(n_draws, "n_draws", most_draws));
          },
          py::arg("first_draw"), py::arg("n_draws"), "draws and years in which a bound on fertility held a path back")
      .def(
          "fertility_factor",
          [](const DemographicPaths& self, std::size_t place, std::size_t first_draw, std::size_t n_draws) {
            require_place_and_draws(self, place, n_draws);
            core::Array<2> factor({self.components().n_years, n_draws});
            self.fertility_factor(place, first_draw, factor.view());
            return to_numpy(factor);
          },
          py::arg("place"), py::arg("first_draw"), py::arg("n_draws"), "(year, draw)");
}

}  // namespace

void register_ensemble_paths(py::module_& m) {
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
  register_places(m);
  register_paths(m);
}

}  // namespace sanhai::bindings
