// Floor F3: from a census to a stock, and rates calibrated to what was published.

#include "sanhai/engine/census.hpp"

#include <pybind11/stl.h>

#include "numpy.hpp"
#include "sanhai/engine/calibrate.hpp"

namespace sanhai::bindings {
namespace {

using engine::Calibration;
using engine::Group;

void register_group(py::module_& m) {
  py::class_<Group> type(m, "CalibrationGroup", "A parent that publishes figures and the leaves whose sum it is.");
  type.def(py::init<>());
  type.def_property(
      "places", [](const Group& self) { return self.axes.places; },
      [](Group& self, std::vector<std::string> places) { self.axes.places = std::move(places); },
      "codes of the leaves");
  type.def_property(
      "first_year", [](const Group& self) { return self.axes.first_year; },
      [](Group& self, int year) {
        core::check_calendar_years("first_year", year);
        self.axes.first_year = year;
      },
      "the first fitted year");
  array_field<&Group::pop_jan1>(type, "pop_jan1", "(leaf, sex, age) persons on 1 January of the first year");
  array_field<&Group::mx>(type, "mx", "(year, sex, age) prior death rates");
  array_field<&Group::asfr>(type, "asfr", "(leaf, year, age) prior births per woman");
  array_field<&Group::order_share>(type, "order_share", "(year, order) shares of births, sum 1");
  array_field<&Group::srb>(type, "srb", "(year) boys per girl");
  array_field<&Group::migration_pattern>(type, "migration_pattern", "(leaf, sex, age) sum 1 for each leaf");
  array_field<&Group::net_migration>(type, "net_migration",
                                     "(leaf, year, sex, age) given migrants beside the residual; empty: none");
  array_field<&Group::births>(type, "births", "(year) of the whole group; NaN: not published");
  array_field<&Group::cbr>(type, "cbr", "(year) births per person, where counts are not published");
  array_field<&Group::deaths>(type, "deaths", "(year) of the whole group; NaN: not published");
  array_field<&Group::cdr>(type, "cdr", "(year) deaths per person, where counts are not published");
  array_field<&Group::pop_end>(type, "pop_end", "(year) persons at the year's end; NaN: not published");
  array_field<&Group::residual>(type, "residual", "(year) net migrants where no later total is published");
  type.def_readwrite("census_ratio", &Group::census_ratio, "the prior level holds in the year before the first");
}

void register_calibration(py::module_& m) {
  using py::arg;
  register_group(m);
  py::class_<Calibration> type(m, "Calibration", "Scales and residuals that make the engine meet published figures.");
  type.def_property_readonly(
      "projection", [](const Calibration& self) -> const engine::Projection& { return self.projection; },
      py::return_value_policy::reference_internal, "the fitted years");
  array_view<&Calibration::mortality_scale>(type, "mortality_scale", "(year) on the prior mx");
  array_view<&Calibration::fertility_scale>(type, "fertility_scale", "(year) on the prior asfr");
  array_view<&Calibration::residual>(type, "residual", "(leaf, year) net migrants");
  type.def_readonly("births_fitted", &Calibration::births_fitted, "by year")
      .def_readonly("deaths_fitted", &Calibration::deaths_fitted, "by year")
      .def_readonly("pop_fitted", &Calibration::pop_fitted, "by year")
      .def_readonly("iterations", &Calibration::iterations, "passes until nothing was missed");
  m.def(
      "calibrate",
      [](Group group) {
        group.axes.n_years = group.mx.extent(0);
        group.axes.n_ages = group.mx.extent(2);
        const py::gil_scoped_release unlocked;
        return engine::calibrate(group);
      },
      arg("group"), "Solves mortality, fertility and residual migration of every fitted year at once.");
}

py::array single_years(const Numpy& counts, const std::vector<std::size_t>& lower, const Numpy& pattern) {
  return to_numpy(
      engine::single_years(to_array<2>(counts, "counts").view(), lower, to_array<2>(pattern, "pattern").view()));
}

py::array migration_pattern(const Numpy& first, const Numpy& last, const Numpy& survival, std::size_t n_ages) {
  return to_numpy(engine::migration_pattern(to_array<2>(first, "first").view(), to_array<2>(last, "last").view(),
                                            to_array<2>(survival, "survival").view(), n_ages));
}

}  // namespace

void register_census(py::module_& m) {
  using py::arg;
  register_calibration(m);
  m.def(
      "reverse_survived",
      [](const Numpy& pop, const Numpy& Sx) {
        return to_numpy(engine::reverse_survived(to_array<2>(pop, "pop_jan1").view(), to_array<3>(Sx, "Sx").view()));
      },
      arg("pop_jan1"), arg("Sx"),
      "Single-year pattern (sex, age) on 1 November, three years and two months before pop_jan1 (sex, age); Sx (3 "
      "years, sex, age).");
  m.def("single_years", &single_years, arg("counts"), arg("lower"), arg("pattern"),
        "Counts (sex, group) spread over single years by a pattern (sex, age); lower: first age of each group.");
  m.def(
      "november_to_january",
      [](const Numpy& november, const Numpy& Sx) {
        return to_numpy(
            engine::november_to_january(to_array<2>(november, "november").view(), to_array<2>(Sx, "Sx").view()));
      },
      arg("november"), arg("Sx"), "A stock (sex, age) on 1 November moved to the next 1 January by Sx (sex, age).");
  m.def(
      "moved_on",
      [](const Numpy& stock, const Numpy& Sx, double d) {
        return to_numpy(engine::moved_on(to_array<2>(stock, "stock").view(), to_array<2>(Sx, "Sx").view(), d));
      },
      arg("stock"), arg("Sx"), arg("d"), "A stock (sex, age) moved d years on, 0 <= d < 1, by Sx (sex, age).");
  m.def("migration_pattern", &migration_pattern, arg("first"), arg("last"), arg("survival"), arg("n_ages"),
        "Census cohort-survival pattern (sex, age), sum 1, from counts and survivorship (sex, 18 groups 0-4 .. 85+).");
}

}  // namespace sanhai::bindings
