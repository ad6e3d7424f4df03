// Floor F3: a projection with every cell, and places that exchange migrants.

#include "sanhai/engine/exchange.hpp"
#include "sanhai/engine/project.hpp"
#include "structs.hpp"

namespace sanhai::bindings {
namespace {

using engine::Exchange;
using engine::ExchangedProjection;
using engine::InputArrays;
using engine::OriginDestinationRates;
using engine::PoolRates;
using engine::Projection;

void register_projection(py::module_& m) {
  py::class_<InputArrays> inputs(m, "ProjectionInputs", "What a projection needs; see sanhai::engine::InputArrays.");
  fields_by_name(inputs, "axes, pop_jan1, Sx, asfr and srb; the others where they apply.");
  inputs.def_readwrite("axes", &InputArrays::axes);
  array_field<&InputArrays::pop_jan1>(inputs, "pop_jan1", "(place, sex, age) persons");
  array_field<&InputArrays::Sx>(inputs, "Sx", "(place|1, year, sex, age of arrival) survivorship ratios");
  array_field<&InputArrays::asfr>(inputs, "asfr", "(place|1, year, order, age) births per woman and year");
  array_field<&InputArrays::srb>(inputs, "srb", "(place|1, year) boys per girl");
  array_field<&InputArrays::net_migration>(inputs, "net_migration", "(place, year, sex, age at the end) persons");
  array_field<&InputArrays::leaving_rate>(inputs, "leaving_rate", "(place, year, sex, age) share of survivors leaving");
  array_field<&InputArrays::multiplier>(inputs, "multiplier", "(place, year, order) on the hazard");
  array_field<&InputArrays::cohort_factor>(inputs, "cohort_factor", "(place, year, order, age at the start)");
  inputs
      .def_property(
          "migration_even", [](const InputArrays& self) { return self.timing == engine::MigrationTiming::even; },
          [](InputArrays& self, bool even) {
            self.timing = even ? engine::MigrationTiming::even : engine::MigrationTiming::end;
          },
          "half of the migrants join before survival, half after the infants")
      .def_property(
          "cap", [](const InputArrays& self) { return self.on_negative == engine::OnNegative::cap; },
          [](InputArrays& self, bool cap) {
            self.on_negative = cap ? engine::OnNegative::cap : engine::OnNegative::error;
          },
          "cut out-migration that would empty a cell");
  py::class_<Projection> type(m, "Projection", "Stocks and flows of a run; arrays are read-only views of it.");
  array_view<&Projection::pop_jan1>(type, "pop_jan1", "(place, year + 1, sex, age) persons");
  array_view<&Projection::births>(type, "births", "(place, year, order, age of mother) births");
  array_view<&Projection::births_by_sex>(type, "births_by_sex", "(place, year, sex) births");
  array_view<&Projection::deaths>(type, "deaths", "(place, year, sex, age at the end of the year) deaths");
  array_view<&Projection::net_migration>(type, "net_migration", "(place, year, sex, age) persons");
  array_view<&Projection::migration_cut>(type, "migration_cut", "(place, year) persons of out-migration cut");
  array_view<&Projection::balance>(type, "balance", "(place, year) relative residual of the accounting identity");
  m.def(
      "project",
      [](InputArrays arrays) {
        const py::gil_scoped_release released;
        return engine::project(engine::Inputs(std::move(arrays)));
      },
      py::arg("inputs"), "Cohort-component projection of one run, every cell kept.");
}

template <class Rates>
Exchange exchange_of(core::Axes axes, Rates rates) {
  const py::gil_scoped_release released;
  return Exchange(std::move(axes), std::move(rates));
}

}  // namespace

void register_exchange(py::module_& m) {
  using py::arg;
  register_projection(m);
  py::class_<PoolRates> pools(m, "PoolRates", "Rates of exchange through pools; see sanhai::engine::PoolRates.");
  fields_by_name(pools, "pools, pool_of, out_rate, in_share; pool_out_rate and pool_in_share where pools are open.");
  pools.def_readwrite("pools", &PoolRates::pools, "names")
      .def_readwrite("pool_of", &PoolRates::pool_of, "(place) index of its pool");
  array_field<&PoolRates::out_rate>(pools, "out_rate", "(place, year|1, sex, age) leaving for their pool");
  array_field<&PoolRates::in_share>(pools, "in_share", "(place, year|1, sex, age) of its pool's arrivals");
  array_field<&PoolRates::pool_out_rate>(pools, "pool_out_rate", "(pool, year|1, sex, age) leaving for the nation");
  array_field<&PoolRates::pool_in_share>(pools, "pool_in_share", "(pool, year|1, sex, age) of the nation's arrivals");
  py::class_<OriginDestinationRates> pairs(m, "OriginDestinationRates", "Rates of exchange between pairs of places.");
  fields_by_name(pairs, "rate.");
  array_field<&OriginDestinationRates::rate>(pairs, "rate", "(origin, destination, year|1, sex, age)");
  py::class_<Exchange>(m, "Exchange", "Checked rates of exchange between the places of a run.")
      .def(py::init(&exchange_of<PoolRates>), arg("axes"), arg("rates"))
      .def(py::init(&exchange_of<OriginDestinationRates>), arg("axes"), arg("rates"))
      .def_property_readonly("axes", &Exchange::axes);
  py::class_<ExchangedProjection> type(m, "ExchangedProjection", "A run of places that exchange migrants.");
  type.def_property_readonly(
      "projection", [](const ExchangedProjection& self) -> const Projection& { return self.projection; },
      py::return_value_policy::reference_internal, "its net_migration holds all moves, inside and from outside");
  array_view<&ExchangedProjection::leavers>(type, "leavers", "(place, year, sex, age at the end) persons");
  array_view<&ExchangedProjection::arrivals>(type, "arrivals", "(place, year, sex, age at the end) persons");
  array_view<&ExchangedProjection::balance>(type, "balance", "(year) relative residual of all places together");
  m.def(
      "project_exchanging",
      [](InputArrays arrays, const Exchange& exchange) {
        const py::gil_scoped_release released;
        return engine::project_exchanging(engine::Inputs(std::move(arrays)), exchange);
      },
      arg("inputs"), arg("exchange"), "All places of `exchange` in lockstep, one run.");
}

}  // namespace sanhai::bindings
