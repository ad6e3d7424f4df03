// Floor F4, nursery: the account of places.

#include <pybind11/stl.h>

#include "numpy.hpp"
#include "sanhai/nursery/account.hpp"

namespace sanhai::bindings {
namespace {

using nursery::Account;
using nursery::Settings;

void register_settings(py::module_& m) {
  py::class_<Settings> type(m, "NurserySettings", "Levers by (place or 1, year or 1); left out means unknown.");
  type.def(py::init<>());
  optional_array_field<&Settings::norm>(type, "norm", "places per resident");
  optional_array_field<&Settings::enrolment_share>(type, "enrolment_share", "enrolled / children under three");
  optional_array_field<&Settings::want_share>(type, "want_share", "families who want a place");
  optional_array_field<&Settings::target_utilisation>(type, "target_utilisation",
                                                      "enrolled / places of a full service");
  optional_array_field<&Settings::max_utilisation>(type, "max_utilisation", "most of the places that are ever used");
  optional_array_field<&Settings::class_share>(type, "class_share", "(place|1, 3) of enrolment by month class, sum 1");
  optional_array_field<&Settings::places>(type, "places", "(place, year) open at the year's end; NaN: unknown");
  optional_array_field<&Settings::kindergarten>(type, "kindergarten",
                                                "(place, year) of these, in kindergartens, for children aged 2 alone");
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
  put("enrolment_by_class", account.enrolment_by_class);
  put("stock_per_resident", account.stock_per_resident);
  put("target_per_resident", account.target_per_resident);
  put("stock_per_child", account.stock_per_child);
  put("target_per_child", account.target_per_child);
  put("utilisation", account.utilisation);
  put("kindergarten_use", account.kindergarten_use);
  put("other_use", account.other_use);
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
