// What a run is made from: places, their schedules, sums of places, and how it is run.

#include <pybind11/functional.h>

#include <map>

#include "ensemble.hpp"

#include "sanhai/ensemble/run.hpp"
#include "structs.hpp"

namespace sanhai::bindings {
namespace {

using namespace ensemble;

[[noreturn]] void refuse(const char* what, const std::string& got, const std::string& allowed) {
  throw core::ConfigError(core::message(
      {.what = what, .where = "", .got = got, .allowed = allowed, .remedy = "name one of those allowed"}));
}

std::string of(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

template <class Value>
Value named(const char* what, const std::map<std::string, Value>& known, const std::string& name) {
  const auto found = known.find(name);
  if (found != known.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& [other, value] : known) names.push_back(other);
  refuse(what, name, of(names));
}

template <class Value>
std::string name_of(const std::map<std::string, Value>& known, Value value) {
  for (const auto& [name, other] : known)
    if (other == value) return name;
  return "";
}

const std::map<std::string, Keep> keeps = {{"quantiles", Keep::quantiles}, {"draws", Keep::draws}};
const std::map<std::string, Isa> isas = {
    {"baseline", Isa::baseline}, {"x86_64_v3", Isa::x86_64_v3}, {"x86_64_v4", Isa::x86_64_v4}};

void register_axes(py::module_& m) {
  using py::arg;
  py::class_<core::Axes>(m, "Axes", "Labels of rows: what an index means to a reader.")
      .def(py::init([](std::vector<std::string> places, int first_year, std::size_t n_years, std::size_t n_ages,
                       std::size_t age_width) {
             core::Axes axes{std::move(places), first_year, n_years, n_ages, age_width};
             core::check_years(axes);
             return axes;
           }),
           arg("places"), arg("first_year"), arg("n_years"), arg("n_ages"), arg("age_width") = 1)
      .def_readonly("places", &core::Axes::places, "codes")
      .def_readonly("first_year", &core::Axes::first_year, "calendar year of the first period")
      .def_readonly("n_years", &core::Axes::n_years, "periods")
      .def_readonly("n_ages", &core::Axes::n_ages, "age groups, the open one included")
      .def_readonly("age_width", &core::Axes::age_width, "years in an age group and in a period");
}

void register_schedules(py::module_& m) {
  py::class_<MortalitySchedule> mortality(m, "MortalitySchedule", "Median mortality of one or many places.");
  fields_by_name(mortality, "Sx, or mx (and a0); b where mortality is drawn.");
  array_field<&MortalitySchedule::Sx>(mortality, "Sx", "(year, sex, age of arrival) survivorship ratios");
  array_field<&MortalitySchedule::mx>(mortality, "mx", "(year, sex, age) deaths per person-year");
  array_field<&MortalitySchedule::a0>(mortality, "a0", "(year, sex) years lived in the first by infants who die; 0.5");
  array_field<&MortalitySchedule::b>(mortality, "b", "(sex, age) change of ln m for a k of 1");
  array_field<&MortalitySchedule::half_width>(mortality, "half_width", "(year) half-width of k's polynomial interval");
  py::class_<FertilitySchedule> fertility(m, "FertilitySchedule", "Median fertility of one or many places.");
  fields_by_name(fertility, "asfr and srb.");
  array_field<&FertilitySchedule::asfr>(fertility, "asfr", "(year, order, age) births per woman and year");
  array_field<&FertilitySchedule::srb>(fertility, "srb", "(year) boys per girl");
  py::class_<PlaceInputs> place(m, "PlaceInputs", "One place; schedules are shared by index.");
  fields_by_name(place, "pop_jan1; net_migration, leaving_rate and pattern where people move.");
  array_field<&PlaceInputs::pop_jan1>(place, "pop_jan1", "(sex, age) persons");
  array_field<&PlaceInputs::net_migration>(place, "net_migration", "(year|1, sex, age) persons at the year's end");
  array_field<&PlaceInputs::pattern>(place, "pattern", "(year|1, sex, age) persons that a shock of 1 adds");
  array_field<&PlaceInputs::leaving_rate>(place, "leaving_rate", "(year|1, sex, age) share of survivors who leave");
  place.def_readwrite("mortality", &PlaceInputs::mortality, "index of a schedule")
      .def_readwrite("fertility", &PlaceInputs::fertility, "index of a schedule");
}

}  // namespace

std::vector<Indicator> indicators_from(const std::vector<std::string>& names) {
  std::vector<Indicator> found;
  for (const std::string& name : names) {
    const auto indicator = engine::indicator_from_name(name);
    if (!indicator) refuse("indicator", name, "the names of indicator_table()");
    found.push_back(*indicator);
  }
  return found;
}

std::vector<std::string> names_of(const std::vector<Indicator>& indicators) {
  std::vector<std::string> names;
  for (const Indicator indicator : indicators) names.emplace_back(engine::info_of(indicator).name);
  return names;
}

std::optional<Isa> isa_from(const std::string& name) {
  if (name.empty()) return {};
  return named("isa", isas, name);
}

void register_ensemble_inputs(py::module_& m) {
  using py::arg;
  register_axes(m);
  register_schedules(m);
  py::class_<EnsembleInputs>(m, "EnsembleInputs", "Places, their schedules and the sums wanted of them.")
      .def(py::init([](core::Axes axes, std::vector<MortalitySchedule> mortality,
                       std::vector<FertilitySchedule> fertility, std::vector<PlaceInputs> places,
                       std::vector<std::vector<std::size_t>> sums, bool cap) {
             return EnsembleInputs{.axes = std::move(axes),
                                   .mortality = std::move(mortality),
                                   .fertility = std::move(fertility),
                                   .places = std::move(places),
                                   .sums = std::move(sums),
                                   .on_negative = cap ? engine::OnNegative::cap : engine::OnNegative::error};
           }),
           arg("axes"), arg("mortality"), arg("fertility"), arg("places"),
           arg("sums") = std::vector<std::vector<std::size_t>>{}, arg("cap") = false,
           "sums: each a list of different places by index; cap: cut out-migration that would empty a cell.")
      .def_readonly("axes", &EnsembleInputs::axes)
      .def_readonly("sums", &EnsembleInputs::sums)
      .def_property_readonly("cap",
                             [](const EnsembleInputs& self) { return self.on_negative == engine::OnNegative::cap; });
  py::class_<RunOptions> options(m, "RunOptions", "How many draws, which, how, and what is kept of them.");
  fields_by_name(options, "Any of the attributes.");
  options.def_readwrite("n_draws", &RunOptions::n_draws)
      .def_readwrite("first_draw", &RunOptions::first_draw, "number of the first draw")
      .def_readwrite("threads", &RunOptions::threads)
      .def_readwrite("batch", &RunOptions::batch, "draws that a thread takes at a time")
      .def_readwrite("probabilities", &RunOptions::probabilities, "of the quantiles; may be empty where draws are kept")
      .def_readwrite("ages_of", &RunOptions::ages_of, "rows (places, then sums) whose every cell is kept")
      .def_readwrite("budget_bytes", &RunOptions::budget_bytes, "a run that would hold more is refused")
      .def_readwrite("progress", &RunOptions::progress,
                     "called about every 50 ms with the trajectories done and in all")
      .def_property(
          "keep", [](const RunOptions& self) { return name_of(keeps, self.keep); },
          [](RunOptions& self, const std::string& name) { self.keep = named("keep", keeps, name); },
          "quantiles, or draws (and quantiles)")
      .def_property(
          "isa", [](const RunOptions& self) { return self.isa ? name_of(isas, *self.isa) : ""; },
          [](RunOptions& self, const std::string& name) { self.isa = isa_from(name); },
          "instruction set; empty: the best of this processor")
      .def_property(
          "indicators", [](const RunOptions& self) { return names_of(self.indicators); },
          [](RunOptions& self, const std::vector<std::string>& names) { self.indicators = indicators_from(names); },
          "names of indicator_table(); empty: all");
}

}  // namespace sanhai::bindings
