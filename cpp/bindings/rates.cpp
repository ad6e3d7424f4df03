// Floor F2: mortality by Lee-Carter, and the tables that women by parity start from.

#include "sanhai/rates/lee_carter.hpp"

#include <pybind11/stl.h>

#include "numpy.hpp"
#include "sanhai/rates/parity_inputs.hpp"
#include "sanhai/rates/schedules.hpp"

namespace sanhai::bindings {
namespace {

using namespace rates;

py::array asfr_by_age(double tfr, const Numpy& pasfr, const NumpyOrNone& shape) {
  const auto groups = fixed<n_fertile_age5>(pasfr, "pasfr");
  if (shape.is_none()) return to_numpy(asfr_from_age5(tfr, groups));
  const auto pattern = fixed<n_parity_ages>(py::reinterpret_borrow<Numpy>(shape), "shape");
  return to_numpy(asfr_from_age5_shape(tfr, groups, pattern));
}

py::array women_by_age(const Numpy& base_women, int base_year, const std::vector<int>& years, const Numpy& women,
                       int first_year, std::size_t n_years) {
  const core::Array<2> groups = to_array<2>(women, "women", {years.size(), n_parity_age5});
  std::vector<WomenAnchor> anchors(years.size());
  for (std::size_t i = 0; i < years.size(); ++i) {
    anchors[i].year = years[i];
    for (std::size_t g = 0; g < n_parity_age5; ++g) anchors[i].women[g] = groups(i, g);
  }
  return to_numpy(women_from_anchors(to_vector(base_women, "base_women"), base_year, anchors, first_year, n_years));
}

void register_parity_inputs(py::module_& m) {
  using py::arg;
  m.def("asfr_from_age5", &asfr_by_age, arg("tfr"), arg("pasfr"), arg("shape") = py::none(),
        "Births per woman by age 10..64 from shares of five-year groups 10-14..50-54, with a shape inside or a cubic.");
  m.def("women_from_anchors", &women_by_age, arg("base_women"), arg("base_year"), arg("anchor_years"), arg("women"),
        arg("first_year"), arg("n_years"),
        "(year, age 10..64) mid-year women from women (anchor year, 11 groups 10-14..60-64) and base_women (age 0..)");
}

void register_lee_carter(py::module_& m) {
  using py::arg;
  py::class_<LeeCarter> type(m, "LeeCarter", "ln m = a + b k, one k for both sexes.");
  array_view<&LeeCarter::a>(type, "a", "(sex, age) mean of ln m");
  array_view<&LeeCarter::b>(type, "b", "(sex, age); sums to 1 over ages, averaged over sexes");
  type.def_property_readonly(
          "k", [](const LeeCarter& self) { return to_numpy(self.k); }, "(time)")
      .def_readonly("drift", &LeeCarter::drift, "of k, a year")
      .def_readonly("step_sd", &LeeCarter::step_sd, "of k's steps about the drift, a year")
      .def_readonly("variance_share", &LeeCarter::variance_share, "of the first singular value");
  m.def(
      "fit_lee_carter",
      [](const Numpy& mx, const Numpy& years) {
        return fit_lee_carter(to_array<3>(mx, "mx").view(), to_vector(years, "years"));
      },
      arg("mx"), arg("years"), "Fits (time, sex, age) death rates by singular values.");
  m.def(
      "single_age_b",
      [](const Numpy& b, const Numpy& lower, std::size_t n_ages) {
        return to_numpy(single_age_b(to_array<2>(b, "b").view(), to_vector(lower, "lower"), n_ages));
      },
      arg("b"), arg("lower"), arg("n_ages"), "b of age groups spread over single ages.");
}

void register_schedules(py::module_& m) {
  using py::arg;
  m.def(
      "asfr_gamma",
      [](double tfr, double mac, double sd, std::size_t n_ages) { return to_numpy(asfr_gamma(tfr, mac, sd, n_ages)); },
      arg("tfr"), arg("mac"), arg("sd"), arg("n_ages"),
      "Births per woman by single age: a gamma density of mean mac and standard deviation sd [years].");
  m.def(
      "kannisto", [](const Numpy& mx, std::size_t from) { return to_numpy(kannisto(to_vector(mx, "mx"), from)); },
      arg("mx"), arg("from_age"), "Death rates (age) [1/year] with those from an age on replaced by Kannisto's model.");
  m.def(
      "rogers_castro", [](std::size_t n_ages) { return to_numpy(rogers_castro(n_ages)); }, arg("n_ages"),
      "Shares of migrants by single age, the fundamental parameters of Rogers & Castro.");
}

}  // namespace

void register_rates(py::module_& m) {
  register_schedules(m);
  register_parity_inputs(m);
  register_lee_carter(m);
}

}  // namespace sanhai::bindings
