// Closed stocks of family planning: couples per woman, stocks, counts of a run and of draws.

#include <pybind11/native_enum.h>
#include <pybind11/stl.h>

#include "parity.hpp"
#include "sanhai/ensemble/legacy_counts.hpp"
#include "structs.hpp"

namespace sanhai::bindings {
namespace {

using namespace legacy;
using ensemble::LegacyInputs;
using ensemble::LegacyPlace;

void register_inputs(py::module_& m) {
  using py::arg;
  py::class_<Rules> rules(m, "LegacyRules", "What a document or a user may change about legacy stocks.");
  fields_by_name(rules, "Every attribute.");
  year_field<&Rules::born_before>(rules, "born_before", "children born in earlier years make a couple a member");
  rules.def_readwrite("two_daughter_share", &Rules::two_daughter_share, "of the couples who end with exactly two")
      .def_readwrite("loss_factor", &Rules::loss_factor, "on the share of only children dead by mortality alone")
      .def_readwrite("husband_older", &Rules::husband_older, "years");
  py::class_<MortalityHistory> history(m, "MortalityHistory", "Death rates of the past, held outside its years.");
  fields_by_name(history, "Every attribute.");
  year_field<&MortalityHistory::first_year>(history, "first_year", "of mx and srb");
  array_field<&MortalityHistory::mx>(history, "mx", "(year, sex, age 0..100+) 1/year");
  array_field<&MortalityHistory::srb>(history, "srb", "(year) boys per girl");
  py::class_<Survivors> survivors(m, "LegacySurvivors", "Dead children and living husbands of any place.");
  survivors.def_readonly("first_year", &Survivors::first_year, "whose 1 January is the start")
      .def_readonly("first_birth_year", &Survivors::first_birth_year, "of the first axis of lost");
  array_view<&Survivors::lost>(survivors, "lost", "(birth year, year + 1) share dead on 1 January, of 5 or older");
  array_view<&Survivors::husband_alive>(survivors, "husband_alive", "(wife's age 25..99) on the first 1 January");
  m.def("legacy_survivors", &legacy::survivors, arg("history"), arg("first_year"), arg("n_years"), arg("rules"),
        py::call_guard<py::gil_scoped_release>(),
        "What children and husbands met before and after the first 1 January.");
}

void register_couples(py::module_& m) {
  using py::arg;
  py::class_<Couples> couples(m, "LegacyCouples", "Couples per woman by her age 25..99 on the first 1 January.");
  couples.def_readonly("first_year", &Couples::first_year, "whose 1 January is the start")
      .def_property_readonly("n_years", &Couples::n_years, "years whose stocks are known");
  array_view<&Couples::only_child>(couples, "only_child", "(age)");
  array_view<&Couples::bereaved>(couples, "bereaved", "(age, year + 1) of these, those whose child is dead");
  array_view<&Couples::two_daughter>(couples, "two_daughter", "(age)");
  m.def(
      "legacy_couples",
      [](const ParityNation& nation, std::pair<double, double> k, const Survivors& survivors, const Rules& rules) {
        const py::gil_scoped_release unlocked;
        return couples_per_woman(nation.history, {k.first, k.second, 1.0}, survivors, rules);
      },
      arg("nation"), arg("k"), arg("survivors"), arg("rules"),
      "By the nation's hazards x the place's factors k of order 1, and of orders 2 and 3+.");
}

void register_stocks(py::module_& m) {
  using py::arg;
  py::class_<Stocks> stocks(m, "LegacyStocks",
                            "Stocks to extinction. Kinds: only_child, living_only_child, bereaved, two_daughter; "
                            "members: husband, wife, household.");
  array_view<&Stocks::persons>(stocks, "persons", "(kind, member, year + 1, age 0..100+) on 1 January");
  array_view<&Stocks::deaths>(stocks, "deaths", "(kind, member, year, age on 1 January)");
  array_view<&Stocks::entries>(stocks, "entries", "(kind, member, year, age at the end) who live then");
  m.def(
      "legacy_stocks",
      [](const Couples& couples, const Numpy& women, const Numpy& Sx) {
        const core::Array<1> people = to_array<1>(women, "women");
        const core::Array<3> survivorship = to_array<3>(Sx, "Sx");
        const py::gil_scoped_release unlocked;
        return legacy::stocks(couples, people.view(), survivorship.view());
      },
      arg("couples"), arg("women"), arg("Sx"), "women (age 0..100+) on the first 1 January; Sx (year, sex, age).");
}

template <std::size_t Sex>
void ages_field(py::class_<Count>& type, const char* name, const char* doc) {
  type.def_property(
      name, [](const Count& self) { return std::pair(self.ages[Sex].first, self.ages[Sex].last); },
      [](Count& self, std::pair<std::size_t, std::size_t> ages) { self.ages[Sex] = {ages.first, ages.second}; }, doc);
}

void register_counts(py::module_& m) {
  using py::arg;
  py::native_enum<Take>(m, "LegacyTake", "enum.Enum", "What of a stock is counted.")
      .value("stock", Take::stock)
      .value("entries", Take::entries)
      .value("deaths", Take::deaths)
      .finalize();
  py::class_<Count> count(m, "LegacyCount", "What a line counts of the legacy stocks.");
  fields_by_name(count, "Every attribute; kinds has no default.");
  count.def_readwrite("take", &Count::take)
      .def_readwrite("is_households", &Count::is_households, "else husbands and wives")
      .def_readwrite("wife_from", &Count::wife_from, "a couple counts from this age of the wife on");
  ages_field<husband>(count, "husband_ages", "own ages counted, both included; 100 is open");
  ages_field<wife>(count, "wife_ages", "of wives and of households; 100 is open");
  array_field<&Count::kinds>(count, "kinds", "(year|1, kind) weight of a member of the kind");
  array_field<&Count::start>(count, "start", "(year|1) of a stock: weight of 1 January");
  array_field<&Count::end>(count, "end", "(year|1) of a stock: weight of the year's end");
  m.def(
      "legacy_counts",
      [](const Couples& couples, const Numpy& women, const Numpy& Sx, const std::vector<Count>& counts) {
        const core::Array<1> people = to_array<1>(women, "women");
        const core::Array<3> survivorship = to_array<3>(Sx, "Sx");
        return to_numpy(legacy::counts(couples, people.view(), survivorship.view(), counts));
      },
      arg("couples"), arg("women"), arg("Sx"), arg("counts"), "(count, year) of one run.");
}

core::Array<4> draws(const LegacyInputs& inputs, const ensemble::PathMaker& paths, const ensemble::RunOptions& given) {
  ensemble::RunOptions options = given;
  options.progress = [&given](std::size_t done, std::size_t all) {
    const py::gil_scoped_acquire held;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    if (given.progress) given.progress(done, all);
  };
  const py::gil_scoped_release released;
  return ensemble::legacy_counts(inputs, paths, options);
}

}  // namespace

void register_legacy(py::module_& m) {
  register_inputs(m);
  register_couples(m);
  register_stocks(m);
  register_counts(m);
}

void register_ensemble_legacy(py::module_& m) {
  using py::arg;
  py::class_<LegacyPlace> place(m, "LegacyPlace", "One place whose legacy stocks are counted in draws.");
  place.def(py::init([](const Couples& couples, const Numpy& women, std::size_t mortality) {
              return LegacyPlace{couples, to_array<1>(women, "women"), {}, mortality};
            }),
            arg("couples"), arg("women"), arg("mortality") = 0,
            "women (age 0..100+) on the first 1 January; mortality: index of a schedule");
  array_field<&LegacyPlace::factor>(place, "factor", "(count, year|1) on the place's counts; None: 1");
  py::class_<LegacyInputs>(m, "LegacyInputs", "Places, their death rates, what is counted, and the sums wanted.")
      .def(py::init([](core::Axes axes, std::vector<ensemble::MortalitySchedule> mortality,
                       std::vector<LegacyPlace> places, std::vector<Count> counts,
                       std::vector<std::vector<std::size_t>> rows) {
             return LegacyInputs{std::move(axes), std::move(mortality), std::move(places), std::move(counts),
                                 std::move(rows)};
           }),
           arg("axes"), arg("mortality"), arg("places"), arg("counts"), arg("rows"),
           "rows: members (places) of each row; a row's counts are their sum");
  m.def(
      "legacy_draws",
      [](const LegacyInputs& inputs, const ensemble::PathMaker& paths, const ensemble::RunOptions& options) {
        return to_numpy(draws(inputs, paths, options));
      },
      arg("inputs"), arg("paths"), arg("options"), "(count, row, year, draw) by the death rates of each draw.");
}

}  // namespace sanhai::bindings
