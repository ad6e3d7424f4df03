// Floor F3: projection.

#include <pybind11/stl.h>

#include "numpy.hpp"
#include "sanhai/engine/project.hpp"

namespace sanhai::bindings {
namespace {

engine::Projection project(std::vector<std::string> places, int first_year, const Numpy& pop_jan1, const Numpy& Sx,
                           const Numpy& asfr, const Numpy& srb, const py::object& net_migration,
                           const py::object& multiplier, const py::object& cohort_factor, bool migration_even,
                           bool cap_negative, std::size_t age_width) {
  engine::InputArrays in;
  in.pop_jan1 = to_array<3>(pop_jan1, "pop_jan1");
  in.Sx = to_array<4>(Sx, "Sx");
  core::check_calendar_years("first_year", first_year,
                             in.Sx.extent(1) * count(age_width, "age_width", core::last_calendar_year));
  in.axes = {.places = std::move(places),
             .first_year = first_year,
             .n_years = in.Sx.extent(1),
             .n_ages = in.pop_jan1.extent(2),
             .age_width = age_width};
  in.asfr = to_array<4>(asfr, "asfr");
  in.srb = to_array<2>(srb, "srb");
  in.net_migration = to_array<4>(net_migration, "net_migration");
  in.multiplier = to_array<3>(multiplier, "multiplier");
  in.cohort_factor = to_array<4>(cohort_factor, "cohort_factor");
  in.timing = migration_even ? engine::MigrationTiming::even : engine::MigrationTiming::end;
  in.on_negative = cap_negative ? engine::OnNegative::cap : engine::OnNegative::error;
  const py::gil_scoped_release unlocked;
  return engine::project(engine::Inputs(std::move(in)));
}

void register_projection(py::module_& m) {
  using engine::Projection;
  py::class_<Projection> type(m, "Projection", "Stocks and flows of a run; arrays are read-only views of it.");
  array_view<&Projection::pop_jan1>(type, "pop_jan1", "(place, year + 1, sex, age) persons");
  array_view<&Projection::births>(type, "births", "(place, year, order, age of mother) births");
  array_view<&Projection::births_by_sex>(type, "births_by_sex", "(place, year, sex) births");
  array_view<&Projection::deaths>(type, "deaths", "(place, year, sex, age at the end of the year) deaths");
  array_view<&Projection::net_migration>(type, "net_migration", "(place, year, sex, age) persons");
  array_view<&Projection::migration_cut>(type, "migration_cut", "(place, year) persons of out-migration cut");
  array_view<&Projection::balance>(type, "balance", "(place, year) relative residual of the accounting identity");
}

}  // namespace

void register_engine(py::module_& m) {
  using py::arg;
  register_projection(m);
  m.def("project", &project, arg("places"), arg("first_year"), arg("pop_jan1"), arg("Sx"), arg("asfr"), arg("srb"),
        arg("net_migration") = py::none(), arg("multiplier") = py::none(), arg("cohort_factor") = py::none(),
        arg("migration_even") = false, arg("cap_negative") = false, arg("age_width") = 1,
        "Cohort-component projection; see sanhai::engine::InputArrays for shapes and units.");
}

}  // namespace sanhai::bindings
