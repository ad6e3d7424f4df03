// Floor F3: the leaves of a nation together.

#include "sanhai/engine/country.hpp"

#include <pybind11/stl.h>

#include "numpy.hpp"

namespace sanhai::bindings {
namespace {

using engine::Country;
using engine::CountryCounts;
using engine::CountryFit;
using engine::CountryGroups;
using engine::CountryNation;
using engine::CountryRates;
using engine::LeafFactors;

void register_counts(py::module_& m) {
  py::class_<CountryCounts> type(m, "CountryCounts", "What two censuses counted in the leaves of a nation.");
  type.def(py::init<>());
  array_field<&CountryCounts::counts>(type, "counts", "(leaf, sex, 19) persons");
  array_field<&CountryCounts::earlier>(type, "earlier", "(area, sex, 19) persons ten years before");
  array_field<&CountryCounts::earlier_deaths>(type, "earlier_deaths", "(area) of 12 months; NaN: unknown");
  type.def_readwrite("area", &CountryCounts::area, "of each leaf: its row of `earlier`");
  type.def_readwrite("province", &CountryCounts::province, "of each leaf");
  type.def_readwrite("parent", &CountryCounts::parent, "of each leaf");
  array_field<&CountryCounts::expected_mx>(type, "expected_mx", "(sex, 18) the nation's at the earlier census");
  array_field<&CountryCounts::children>(type, "children", "(age) living children under five per woman of the nation");
  array_field<&CountryCounts::pattern>(type, "pattern", "(sex, age) the nation's people on the later census day");

  py::class_<LeafFactors> factors(m, "LeafFactors", "How leaves differ from those around them.");
  factors.def(py::init<>());
  array_view<&LeafFactors::mortality>(factors, "mortality", "(leaf) d");
  array_view<&LeafFactors::fertility>(factors, "fertility", "(leaf) r");
  array_view<&LeafFactors::loss>(factors, "loss", "(leaf, sex, 14) share that left in a year");
  array_view<&LeafFactors::gain>(factors, "gain", "(leaf, sex, 14) persons that came in a year");
}

void register_inputs(py::module_& m) {
  py::class_<CountryNation> nation(m, "CountryNation", "A nation run on its own, fitted years first.");
  nation.def(py::init<>());
  year_field<&CountryNation::first_year>(nation, "first_year", "the first fitted year");
  array_field<&CountryNation::mx>(nation, "mx", "(year, sex, age) 1/year");
  array_field<&CountryNation::asfr>(nation, "asfr", "(year, age) births per woman");
  array_field<&CountryNation::srb>(nation, "srb", "(year) boys per girl");
  array_field<&CountryNation::pop_jan1>(nation, "pop_jan1", "(year + 1, sex, age) persons");
  array_field<&CountryNation::births>(nation, "births", "(year)");
  array_field<&CountryNation::deaths>(nation, "deaths", "(fitted year) published");
  array_field<&CountryNation::pop_end>(nation, "pop_end", "(fitted year) published, people of the leaves only");

  py::class_<CountryGroups> groups(m, "CountryGroups", "Areas with figures of their own; leaves are of the innermost.");
  groups.def(py::init<>());
  groups.def_readwrite("codes", &CountryGroups::codes);
  groups.def_readwrite("parent", &CountryGroups::parent, "of each group; its own row for a province");
  groups.def_readwrite("of_leaf", &CountryGroups::of_leaf, "of each leaf");
  array_field<&CountryGroups::births>(groups, "births", "(group, fitted year); NaN: not published");
  array_field<&CountryGroups::cbr>(groups, "cbr", "(group, fitted year) births per person");
  array_field<&CountryGroups::deaths>(groups, "deaths", "(group, fitted year); NaN: not published");
  array_field<&CountryGroups::cdr>(groups, "cdr", "(group, fitted year) deaths per person");
  array_field<&CountryGroups::pop_end>(groups, "pop_end", "(group, fitted year) persons; NaN: not published");

  py::class_<Country> country(m, "CountryInputs", "A nation, its groups and its leaves.");
  country.def(py::init([](CountryNation own, CountryGroups inside, LeafFactors factors, const Numpy& pop_jan1) {
                return Country{std::move(own), std::move(inside), std::move(factors),
                               to_array<3>(pop_jan1, "pop_jan1")};
              }),
              py::arg("nation"), py::arg("groups"), py::arg("factors"), py::arg("pop_jan1"));
  country.def_property_readonly(
      "nation", [](const Country& self) -> const CountryNation& { return self.nation; }, "as given");
  country.def_property_readonly(
      "groups", [](const Country& self) -> const CountryGroups& { return self.groups; }, "as given");
  array_view<&Country::pop_jan1>(country, "pop_jan1", "(leaf, sex, age) persons on the first 1 January");
}

void register_results(py::module_& m) {
  py::class_<CountryFit> fit(m, "CountryFit", "Factors of groups, the pool of movers, and sums by leaf.");
  array_view<&CountryFit::mortality>(fit, "mortality", "(group, fitted year) m");
  array_view<&CountryFit::fertility>(fit, "fertility", "(group, fitted year) h");
  array_view<&CountryFit::net>(fit, "net", "(group, fitted year) T of the leaves in no group inside it");
  array_view<&CountryFit::pull>(fit, "pull", "(group, fitted year) y");
  array_view<&CountryFit::pool>(fit, "pool", "(year, sex, age) q");
  array_view<&CountryFit::births_factor>(fit, "births_factor", "(year after the fitted ones) b");
  array_view<&CountryFit::log_fertility>(fit, "log_fertility", "(leaf, 3) of the nation, its province, itself");
  array_view<&CountryFit::pop>(fit, "pop", "(leaf, year + 1) persons on 1 January");
  array_view<&CountryFit::births>(fit, "births", "(leaf, year)");
  array_view<&CountryFit::deaths>(fit, "deaths", "(leaf, year)");
  array_view<&CountryFit::net_migration>(fit, "net_migration", "(leaf, year)");
  fit.def_readonly("passes", &CountryFit::passes);
  fit.def_readonly("worst_miss", &CountryFit::worst_miss, "relative, of a published figure");

  py::class_<CountryRates> rates(m, "CountryRates", "Rates of some leaves.");
  array_view<&CountryRates::mortality>(rates, "mortality", "(leaf, year) on the nation's death rates");
  array_view<&CountryRates::fertility>(rates, "fertility", "(leaf, year) on the nation's fertility");
  array_view<&CountryRates::arrivals>(rates, "arrivals", "(leaf, year, sex, age) persons");
  array_view<&CountryRates::leaving_rate>(rates, "leaving_rate", "(leaf, year, sex, age) share of survivors");
  array_view<&CountryRates::pattern>(rates, "pattern", "(leaf, sex, age) of all who come or go, sum 1");
}

}  // namespace

void register_country(py::module_& m) {
  using py::arg;
  register_counts(m);
  register_inputs(m);
  register_results(m);
  m.def(
      "leaf_factors",
      [](const CountryCounts& counts) {
        const py::gil_scoped_release released;
        return engine::leaf_factors(counts);
      },
      arg("counts"), "See sanhai::engine::leaf_factors.");
  m.def(
      "country_start",
      [](const CountryCounts& counts, const Numpy& Sx, double factor) {
        return to_numpy(engine::country_start(counts, to_array<2>(Sx, "Sx").view(), factor));
      },
      arg("counts"), arg("Sx"), arg("factor"), "(leaf, sex, age) persons; see sanhai::engine::country_start.");
  m.def(
      "fit_country",
      [](const Country& country) {
        const py::gil_scoped_release released;
        return engine::fit_country(country);
      },
      arg("country"), "See sanhai::engine::fit_country.");
  m.def("country_rates", &engine::country_rates, arg("country"), arg("fit"), arg("leaves"), arg("n_years"),
        "See sanhai::engine::country_rates.");
}

}  // namespace sanhai::bindings
