// Floor F4, policy: parameters of the response, values at birth, desired progressions.

#include <pybind11/native_enum.h>
#include <pybind11/stl.h>

#include "numpy.hpp"
#include "sanhai/policy/response.hpp"

namespace sanhai::bindings {
namespace {

using policy::ResponseParameters;

double present_value(const std::vector<std::pair<double, double>>& payments, double rho) {
  std::vector<policy::Payment> list;
  for (const auto& [offset, yuan] : payments) list.push_back({offset, yuan});
  return policy::present_value(list, rho);
}

void register_parameters(py::module_& m) {
  py::native_enum<policy::SupportClass>(m, "SupportClass", "enum.Enum", "How a payment counts in the response.")
      .value("cash", policy::SupportClass::cash)
      .value("fee", policy::SupportClass::fee)
      .value("tax", policy::SupportClass::tax)
      .value("leave", policy::SupportClass::leave)
      .value("housing", policy::SupportClass::housing)
      .value("insured", policy::SupportClass::insured)
      .finalize();
  py::class_<ResponseParameters>(m, "ResponseParameters", "One draw of the response, or the point values.")
      .def(py::init<>())
      .def_readwrite("eps", &ResponseParameters::eps, "elasticity of births to the cost of a child")
      .def_readwrite("k", &ResponseParameters::k, "eps_i = eps k_i, by order")
      .def_readwrite("gamma", &ResponseParameters::gamma, "ln M per 10 points of places per child")
      .def_readwrite("tau", &ResponseParameters::tau, "share of extra births that are only moved")
      .def_readwrite("T", &ResponseParameters::T, "build-up time [years]")
      .def_readwrite("H", &ResponseParameters::H, "half-life of the fading part [years]")
      .def_readwrite("w", &ResponseParameters::w, "share of the effect that lasts")
      .def_readwrite("onset", &ResponseParameters::onset, "years from a change to the first births")
      .def_readwrite("take_up", &ResponseParameters::take_up, "share of the entitled who claim")
      .def_readwrite("rho", &ResponseParameters::rho, "parents' discount rate")
      .def_readwrite("sigma", &ResponseParameters::sigma, "weight by support class")
      .def_readwrite("repayment", &ResponseParameters::repayment, "shares of moved births by years later")
      .def("validate", &ResponseParameters::validate);
}

}  // namespace

void register_policy(py::module_& m) {
  using py::arg;
  register_parameters(m);
  m.def("present_value", &present_value, arg("payments"), arg("rho"),
        "Value at birth [yuan] of (years after birth, yuan) payments.");
  m.def("desired_of_place", &policy::desired_of_place, arg("desired_nation"), arg("p_place"), arg("p_nation"),
        "A place's desired progression: odds(D) x odds(p_place) / odds(p_nation).");
}

}  // namespace sanhai::bindings
