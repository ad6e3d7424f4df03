// Floor F4, nursery: the account of places.

#include <pybind11/native_enum.h>
#include <pybind11/stl.h>

#include "numpy.hpp"
#include "sanhai/nursery/account.hpp"

namespace sanhai::bindings {
namespace {

using nursery::Account;
using nursery::Settings;

void register_settings(py::module_& m) {
  py::native_enum<nursery::Plan>(m, "NurseryPlan", "enum.Enum", "How the stock of places moves.")
      .value("none", nursery::Plan::none)
      .value("hold_norm", nursery::Plan::hold_norm)
      .value("given", nursery::Plan::given)
      .finalize();
  py::class_<Settings> type(m, "NurserySettings", "Levers by (place or 1, year or 1); left out means unknown.");
  type.def(py::init<>())
      .def_readwrite("plan", &Settings::plan)
      .def_readwrite("first_paid_year", &Settings::first_paid_year, "operating years; the opening year is 1")
      .def_readwrite("last_paid_year", &Settings::last_paid_year);
  year_field<&Settings::paid_vintages_from>(type, "paid_vintages_from", "places opened from this year on are paid");
  optional_array_field<&Settings::norm>(type, "norm", "places per resident");
  optional_array_field<&Settings::enrolment_share>(type, "enrolment_share", "enrolled / children under three");
  optional_array_field<&Settings::want_share>(type, "want_share", "families who want a place");
  optional_array_field<&Settings::target_utilisation>(type, "target_utilisation",
                                                      "enrolled / places of a full service");
  optional_array_field<&Settings::utilisation>(type, "utilisation", "of inclusive places");
  optional_array_field<&Settings::inclusive_share>(type, "inclusive_share", "inclusive places / all places");
  optional_array_field<&Settings::plan_ramp>(type, "plan_ramp", "share of the way to the norm, gone by the year's end");
  array_field<&Settings::closure_rate>(type, "closure_rate", "of the places open on 1 January");
  optional_array_field<&Settings::class_share>(type, "class_share", "(place|1, 3) of enrolment by month class, sum 1");
  optional_array_field<&Settings::opening_stock>(type, "opening_stock", "(place) places on the first 1 January");
  optional_array_field<&Settings::gross_openings>(type, "gross_openings", "(place, year) for the plan `given`");
}

Arrays to_dict(const Account& account) {
  Arrays out;
  const auto put = [&](const char* name, const auto& array) { out[name] = to_numpy(array); };
  put("residents", account.residents);
  put("under3", account.under3);
  put("children_6_36", account.children_6_36);
  put("places_target", account.places_target);
  put("places_demand", account.places_demand);
  put("places_want", account.places_want);
  put("places_stock", account.places_stock);
  put("gap_target", account.gap_target);
  put("gap_demand", account.gap_demand);
  put("gap_want", account.gap_want);
  put("enrolment", account.enrolment);
  put("classes", account.classes);
  put("staff", account.staff);
  put("openings", account.openings);
  put("closures", account.closures);
  put("inclusive_occupied", account.inclusive_occupied);
  put("paid_places", account.paid_places);
  put("enrolment_by_class", account.enrolment_by_class);
  put("stock_per_resident", account.stock_per_resident);
  put("target_per_resident", account.target_per_resident);
  put("stock_per_child", account.stock_per_child);
  put("target_per_child", account.target_per_child);
  put("inclusive_per_child", account.inclusive_per_child);
  put("utilisation", account.utilisation);
  return out;
}

// A place's account, kept so that totals can be made from its parts.
struct NurseryAccount {
  Account parts;
};

}  // namespace

void register_nursery(py::module_& m) {
  using py::arg;
  register_settings(m);
  py::class_<NurseryAccount>(m, "NurseryAccount", "Places by year, for each place and for sums of places.")
      .def(
          "arrays", [](const NurseryAccount& self) { return to_dict(self.parts); }, "by name, (place, year)")
      .def(
          "sum",
          [](const NurseryAccount& self, const std::vector<std::size_t>& members) {
            return to_dict(nursery::sum_places(self.parts, members));
          },
          arg("members"), "the one place made of these rows, (1, year)");
  m.def(
      "nursery_account",
      [](std::vector<std::string> places, int first_year, const Numpy& pop_jan1, const Settings& settings) {
        const core::Array<4> pop = to_array<4>(pop_jan1, "pop_jan1");
        core::check_calendar_years("first_year", first_year, pop.extent(1));
        const nursery::Observed observed{.axes = {.places = std::move(places),
                                                  .first_year = first_year,
                                                  .n_years = pop.extent(1) == 0 ? 0 : pop.extent(1) - 1,
                                                  .n_ages = pop.extent(3)},
                                         .pop_jan1 = pop.view()};
        return NurseryAccount{nursery::account(observed, settings)};
      },
      arg("places"), arg("first_year"), arg("pop_jan1"), arg("settings"),
      "The account of nursery places from pop_jan1 (place, year + 1, sex, age).");
}

}  // namespace sanhai::bindings
