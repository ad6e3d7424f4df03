// Floor F4, policy: from support per birth to multipliers and the tempo of a cohort.

#include <pybind11/native_enum.h>
#include <pybind11/stl.h>

#include "numpy.hpp"
#include "sanhai/policy/response.hpp"
#include "sanhai/policy/tempo.hpp"

namespace sanhai::bindings {
namespace {

using policy::ResponseParameters;

py::array multipliers(int first_year, std::size_t n_years, const std::vector<double>& dates, const Numpy& steps,
                      const ResponseParameters& parameters) {
  const core::Array<2> by_order = to_array<2>(steps, "steps", {dates.size(), core::n_orders});
  core::check_calendar_years("first_year", first_year, n_years);
  std::vector<policy::Change> changes(dates.size());
  for (std::size_t k = 0; k < dates.size(); ++k) {
    changes[k].date = dates[k];
    for (std::size_t i = 0; i < core::n_orders; ++i) changes[k].ln_multiplier_step[i] = by_order(k, i);
  }
  return to_numpy(policy::multipliers(first_year, n_years, changes, parameters));
}

double support_of_birth(const std::vector<std::tuple<policy::SupportClass, double, double>>& instruments,
                        const ResponseParameters& parameters) {
  std::vector<policy::Support> supports;
  for (const auto& [kind, reach, value] : instruments) supports.push_back({kind, reach, value});
  return policy::support_of_birth(supports, parameters);
}

double present_value(const std::vector<std::pair<double, double>>& payments, double rho) {
  std::vector<policy::Payment> list;
  for (const auto& [offset, yuan] : payments) list.push_back({offset, yuan});
  return policy::present_value(list, rho);
}

Arrays tempo(const std::vector<std::string>& places, int first_year, const Numpy& base, const Numpy& gross,
             const ResponseParameters& parameters) {
  const core::Array<4> before = to_array<4>(base, "base");
  const core::Array<4> after = to_array<4>(gross, "gross");
  core::check_calendar_years("first_year", first_year, before.extent(1));
  const core::Axes axes{
      .places = places, .first_year = first_year, .n_years = before.extent(1), .n_ages = before.extent(3)};
  const policy::TempoLedger ledger =
      policy::tempo_ledger(before.view(), after.view(), parameters.tau, parameters.repayment, axes);
  Arrays out;
  out["cohort_factor"] = to_numpy(ledger.cohort_factor);
  out["added_gross"] = to_numpy(ledger.added_gross);
  out["added_net"] = to_numpy(ledger.added_net);
  out["unpaid"] = to_numpy(ledger.unpaid);
  return out;
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
  m.def("support_of_birth", &support_of_birth, arg("instruments"), arg("parameters"),
        "Weighted support of a birth [yuan] from (class, reach, present value).");
  m.def(
      "support_share",
      [](double support, double cost) {
        const policy::SupportShare share = policy::support_share(support, cost);
        return std::pair(share.s, share.capped);
      },
      arg("support"), arg("cost_of_child"), "(s, whether it was capped at 0.95)");
  m.def("ln_order_multiplier", &policy::ln_order_multiplier, arg("s"), arg("s_base"), arg("eps_i"),
        "ln M of one order; exactly 0 when s == s_base.");
  m.def("max_multiplier", &policy::max_multiplier, arg("desired"), arg("progression"),
        "The multiplier at which a progression would reach the desired one.");
  m.def("desired_of_place", &policy::desired_of_place, arg("desired_nation"), arg("p_place"), arg("p_nation"),
        "A place's desired progression: odds(D) x odds(p_place) / odds(p_nation).");
  m.def("effective_multiplier", &policy::effective_multiplier, arg("multiplier"), arg("max_multiplier"),
        "A multiplier bent so that it never exceeds its ceiling.");
  m.def("multipliers", &multipliers, arg("first_year"), arg("n_years"), arg("dates"), arg("steps"), arg("parameters"),
        "(year, order) multipliers on the hazards from steps (date, order) of ln M.");
  m.def(
      "tempo_ledger", &tempo, arg("places"), arg("first_year"), arg("base"), arg("gross"), arg("parameters"),
      "Cohort factors that take the moved births back; base and gross births per woman by (place, year, order, age).");
}

}  // namespace sanhai::bindings
