// Floor F3: calibration, census.

#include <pybind11/stl.h>

#include "numpy.hpp"
#include "sanhai/engine/calibrate.hpp"
#include "sanhai/engine/census.hpp"
#include "sanhai/engine/project.hpp"

namespace sanhai::bindings {
namespace {

core::Axes axes_of(std::vector<std::string> places, int first_year, const Numpy& pop_jan1, std::size_t n_years,
                   std::size_t age_width = 1) {
  return {.places = std::move(places),
          .first_year = first_year,
          .n_years = n_years,
          .n_ages = pop_jan1.ndim() == 0 ? 0 : static_cast<std::size_t>(pop_jan1.shape(pop_jan1.ndim() - 1)),
          .age_width = age_width};
}

std::size_t years_of(const Numpy& by_year, py::ssize_t axis) {
  return by_year.ndim() > axis ? static_cast<std::size_t>(by_year.shape(axis)) : 0;
}

engine::Calibration calibrate(std::vector<std::string> places, int first_year, const Numpy& pop_jan1, const Numpy& mx,
                              const Numpy& asfr, const Numpy& order_share, const Numpy& srb,
                              const Numpy& migration_pattern, const Numpy& births, const Numpy& cbr,
                              const Numpy& deaths, const Numpy& cdr, const Numpy& pop_end, const Numpy& residual,
                              bool census_ratio) {
  engine::Group group{.axes = axes_of(std::move(places), first_year, pop_jan1, years_of(mx, 0)),
                      .pop_jan1 = to_array<3>(pop_jan1, "pop_jan1"),
                      .mx = to_array<3>(mx, "mx"),
                      .asfr = to_array<3>(asfr, "asfr"),
                      .order_share = to_array<2>(order_share, "order_share"),
                      .srb = to_array<1>(srb, "srb"),
                      .migration_pattern = to_array<3>(migration_pattern, "migration_pattern"),
                      .births = to_vector(births),
                      .cbr = to_vector(cbr),
                      .deaths = to_vector(deaths),
                      .cdr = to_vector(cdr),
                      .pop_end = to_vector(pop_end),
                      .residual = to_vector(residual),
                      .census_ratio = census_ratio};
  const py::gil_scoped_release unlocked;
  return engine::calibrate(group);
}

template <auto Member, class Owner>
void read_only(py::class_<Owner>& type, const char* name, const char* doc) {
  type.def_property_readonly(
      name, [](const py::object& self) { return view_numpy(self.cast<const Owner&>().*Member, self); }, doc);
}

void register_calibration(py::module_& m) {
  using engine::Calibration;
  py::class_<Calibration> type(m, "Calibration", "Scales and residuals that make the engine meet published figures.");
  type.def_property_readonly(
      "projection", [](const Calibration& self) -> const engine::Projection& { return self.projection; },
      py::return_value_policy::reference_internal, "the fitted years");
  read_only<&Calibration::mortality_scale>(type, "mortality_scale", "(year) on the prior mx");
  read_only<&Calibration::fertility_scale>(type, "fertility_scale", "(year) on the prior asfr");
  read_only<&Calibration::residual>(type, "residual", "(leaf, year) net migrants");
  type.def_readonly("births_fitted", &Calibration::births_fitted, "by year")
      .def_readonly("deaths_fitted", &Calibration::deaths_fitted, "by year")
      .def_readonly("pop_fitted", &Calibration::pop_fitted, "by year")
      .def_readonly("iterations", &Calibration::iterations, "passes until nothing was missed");
}

}  // namespace

void register_engine(py::module_& m) {
  using py::arg;
  register_calibration(m);
  m.def("calibrate", &calibrate, arg("places"), arg("first_year"), arg("pop_jan1"), arg("mx"), arg("asfr"),
        arg("order_share"), arg("srb"), arg("migration_pattern"), arg("births"), arg("cbr"), arg("deaths"), arg("cdr"),
        arg("pop_end"), arg("residual"), arg("census_ratio"), "See sanhai::engine::Group; NaN means not published.");
  m.def(
      "reverse_survived",
      [](const Numpy& pop, const Numpy& Sx) {
        return to_numpy(engine::reverse_survived(to_array<2>(pop, "pop_jan1").view(), to_array<3>(Sx, "Sx").view()));
      },
      arg("pop_jan1"), arg("Sx"), "Single-year pattern on 1 November, three years and two months earlier.");
  m.def(
      "single_years",
      [](const Numpy& counts, const std::vector<std::size_t>& lower, const Numpy& pattern) {
        return to_numpy(
            engine::single_years(to_array<2>(counts, "counts").view(), lower, to_array<2>(pattern, "pattern").view()));
      },
      arg("counts"), arg("lower"), arg("pattern"), "Group counts spread over single years by a pattern.");
  m.def(
      "november_to_january",
      [](const Numpy& november, const Numpy& Sx) {
        return to_numpy(
            engine::november_to_january(to_array<2>(november, "november").view(), to_array<2>(Sx, "Sx").view()));
      },
      arg("november"), arg("Sx"), "A stock on 1 November moved to the next 1 January.");
  m.def(
      "migration_pattern",
      [](const Numpy& first, const Numpy& last, const Numpy& survival, std::size_t n_ages) {
        return to_numpy(engine::migration_pattern(to_array<2>(first, "first").view(), to_array<2>(last, "last").view(),
                                                  to_array<2>(survival, "survival").view(), n_ages));
      },
      arg("first"), arg("last"), arg("survival"), arg("n_ages"), "Census cohort-survival pattern, sum 1.");
}

}  // namespace sanhai::bindings
