// Places that exchange migrants: floor F3, one run.

#include <pybind11/stl.h>

#include "numpy.hpp"
#include "sanhai/engine/exchange.hpp"

namespace sanhai::bindings {
namespace {

using engine::Exchange;
using engine::ExchangedProjection;

core::Axes axes_of(std::vector<std::string> places, int first_year, std::size_t n_years, std::size_t n_ages) {
  core::check_calendar_years("first_year", first_year, n_years);
  return {.places = std::move(places), .first_year = first_year, .n_years = n_years, .n_ages = n_ages, .age_width = 1};
}

Exchange from_pools(std::vector<std::string> places, int first_year, std::size_t n_years,
                    std::vector<std::string> pools, std::vector<std::size_t> pool_of, const Numpy& out_rate,
                    const Numpy& in_share, const py::object& pool_out_rate, const py::object& pool_in_share) {
  engine::PoolRates rates{.pools = std::move(pools),
                          .pool_of = std::move(pool_of),
                          .out_rate = to_array<4>(out_rate, "out_rate"),
                          .in_share = to_array<4>(in_share, "in_share"),
                          .pool_out_rate = to_array<4>(pool_out_rate, "pool_out_rate"),
                          .pool_in_share = to_array<4>(pool_in_share, "pool_in_share")};
  const std::size_t n_ages = rates.out_rate.extent(3);
  const py::gil_scoped_release released;
  return Exchange(axes_of(std::move(places), first_year, n_years, n_ages), std::move(rates));
}

Exchange from_pairs(std::vector<std::string> places, int first_year, std::size_t n_years, const Numpy& rate) {
  engine::OriginDestinationRates rates{.rate = to_array<5>(rate, "rate")};
  const std::size_t n_ages = rates.rate.extent(4);
  const py::gil_scoped_release released;
  return Exchange(axes_of(std::move(places), first_year, n_years, n_ages), std::move(rates));
}

ExchangedProjection project_exchanging(const Exchange& exchange, const Numpy& pop_jan1, const Numpy& Sx,
                                       const Numpy& asfr, const Numpy& srb, const py::object& net_migration,
                                       const py::object& multiplier, const py::object& cohort_factor,
                                       bool migration_even, bool cap_negative) {
  engine::InputArrays in;
  in.axes = exchange.axes();
  in.pop_jan1 = to_array<3>(pop_jan1, "pop_jan1");
  in.Sx = to_array<4>(Sx, "Sx");
  in.asfr = to_array<4>(asfr, "asfr");
  in.srb = to_array<2>(srb, "srb");
  in.net_migration = to_array<4>(net_migration, "net_migration");
  in.multiplier = to_array<3>(multiplier, "multiplier");
  in.cohort_factor = to_array<4>(cohort_factor, "cohort_factor");
  in.timing = migration_even ? engine::MigrationTiming::even : engine::MigrationTiming::end;
  in.on_negative = cap_negative ? engine::OnNegative::cap : engine::OnNegative::error;
  const py::gil_scoped_release released;
  return engine::project_exchanging(engine::Inputs(std::move(in)), exchange);
}

template <auto Member>
void read_only(py::class_<ExchangedProjection>& type, const char* name, const char* doc) {
  type.def_property_readonly(
      name, [](const py::object& self) { return view_numpy(self.cast<const ExchangedProjection&>().*Member, self); },
      doc);
}

}  // namespace

void register_exchange(py::module_& m) {
  using py::arg;
  py::class_<Exchange>(m, "Exchange", "Checked rates of exchange between the places of a run.")
      .def_static("from_pools", &from_pools, arg("places"), arg("first_year"), arg("n_years"), arg("pools"),
                  arg("pool_of"), arg("out_rate"), arg("in_share"), arg("pool_out_rate") = py::none(),
                  arg("pool_in_share") = py::none(), "See sanhai::engine::PoolRates for shapes.")
      .def_static("from_pairs", &from_pairs, arg("places"), arg("first_year"), arg("n_years"), arg("rate"),
                  "(origin, destination, year|1, sex, age) shares of the survivors who move.");
  py::class_<ExchangedProjection> type(m, "ExchangedProjection", "A run of places that exchange migrants.");
  type.def_property_readonly(
      "projection", [](const ExchangedProjection& self) -> const engine::Projection& { return self.projection; },
      py::return_value_policy::reference_internal, "its net_migration holds all moves, inside and from outside");
  read_only<&ExchangedProjection::leavers>(type, "leavers", "(place, year, sex, age at the end) persons");
  read_only<&ExchangedProjection::arrivals>(type, "arrivals", "(place, year, sex, age at the end) persons");
  read_only<&ExchangedProjection::balance>(type, "balance", "(year) relative residual of all places together");
  m.def("project_exchanging", &project_exchanging, arg("exchange"), arg("pop_jan1"), arg("Sx"), arg("asfr"), arg("srb"),
        arg("net_migration") = py::none(), arg("multiplier") = py::none(), arg("cohort_factor") = py::none(),
        arg("migration_even") = false, arg("cap_negative") = false,
        "All places of `exchange` in lockstep; the other arguments as in project.");
}

}  // namespace sanhai::bindings
