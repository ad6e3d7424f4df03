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
  nested<&RandomComponents::place_fertility, &PlaceFertilityFactor::step_sd>(type, "place_fertility_step_sd");
  nested<&RandomComponents::mortality, &MortalityShock::step_sd>(type, "k_step_sd");
  nested<&RandomComponents::place_mortality, &PlaceMortality::phi>(type, "place_mortality_phi");
  nested<&RandomComponents::place_mortality, &PlaceMortality::step_sd>(type, "place_mortality_step_sd");
  py::class_<PathMaker>(m, "PathMaker", "Where the random paths of a run come from.");
  py::class_<DemographicPaths, PathMaker>(m, "DemographicPaths", "Random paths of demography for places.")
      .def(py::init([](const RandomComponents& components, const std::vector<std::string>& codes,
                       const std::vector<bool>& is_nation, const std::vector<double>& migration_sd) {
             if (is_nation.size() != codes.size() || migration_sd.size() != codes.size()) {
               throw core::ShapeError(core::message({.what = "random places",
                                                     .where = "",
                                                     .got = std::to_string(codes.size()) + " codes",
                                                     .allowed = "as many codes, is_nation and migration_sd",
                                                     .remedy = "give one of each a place"}));
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
          py::arg("first_draw"), py::arg("n_draws"), "draws and years in which fertility's bound held a path back")
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
}

}  // namespace sanhai::bindings
