#include "cases.hpp"

#include <algorithm>
#include <utility>

#include "sanhai/core/math.hpp"
#include "sanhai/ensemble/policy_paths.hpp"
#include "sanhai/random/distributions.hpp"
#include "sanhai/rates/parity_path.hpp"

namespace sanhai::bits {
namespace {

using core::female;
using ensemble::n_lanes;
using ensemble::n_parities;

constexpr std::size_t n_places = 3;
constexpr std::size_t n_years = 30;
constexpr std::size_t n_ages = 101;
constexpr int first_year = 2024;
constexpr int first_random_year = 2027;  // the first years are neutral: that way through the kernels counts too

double real(std::size_t whole) { return static_cast<double>(whole); }
double bell(double x, double centre, double width) {
  return core::exp(-0.5 * (x - centre) * (x - centre) / (width * width));
}

/// Gompertz-Makeham with an infant term, falling by 1 % a year.
core::Array<3> death_rates() {
  core::Array<3> mx({n_years, core::n_sexes, n_ages});
  for (std::size_t t = 0; t < n_years; ++t)
    for (std::size_t s = 0; s < core::n_sexes; ++s)
      for (std::size_t x = 0; x < n_ages; ++x) {
        const double level = s == female ? 2.4e-5 : 4.1e-5;
        const double base = 0.004 * core::exp(-1.5 * real(x)) + 0.0002 + level * core::exp(0.096 * real(x));
        mx(t, s, x) = std::min(1.4, base * core::exp(-0.01 * real(t)));
      }
  return mx;
}

/// The draws' k has an sd of 0.3 a year, so that many leave this interval and take the exact way.
ensemble::MortalitySchedule mortality(bool from_Sx) {
  ensemble::MortalitySchedule schedule;
  schedule.mx = death_rates();
  if (from_Sx) {
    const std::vector<double> a0(core::n_sexes, 0.2);
    schedule.Sx = core::Array<3>(schedule.mx.shape());
    for (std::size_t t = 0; t < n_years; ++t) {
      const core::Array<2> year =
          ensemble::Sx_from_mx(std::as_const(schedule.mx).view()[t], {a0.data(), {core::n_sexes}});
      std::ranges::copy(year.flat(), schedule.Sx.view()[t].flat().begin());
    }
    schedule.mx = {};
  }
  schedule.b = core::Array<2>({core::n_sexes, n_ages});
  for (std::size_t s = 0; s < core::n_sexes; ++s)
    for (std::size_t x = 0; x < n_ages; ++x) schedule.b(s, x) = 0.3 - 0.002 * real(x) + 0.01 * real(s);
  schedule.half_width = core::Array<1>({n_years});
  for (std::size_t t = 0; t < n_years; ++t) schedule.half_width(t) = 0.2 + 0.03 * real(t);
  return schedule;
}

double birth_rate(std::size_t t, std::size_t x, double level) {
  if (x < 15 || x > 49) return 0.0;
  return level * (1.0 - 0.002 * real(t)) * 0.08 * bell(real(x), 28.5, x < 28 ? 4.5 : 6.0);
}

/// Per woman of any parity, or per woman of the parity at risk.
ensemble::FertilitySchedule fertility(bool by_parity) {
  const double plain[core::n_orders] = {0.6, 0.33, 0.07};
  const double conditional[core::n_orders] = {1.4, 1.1, 0.5};
  ensemble::FertilitySchedule schedule{core::Array<3>({n_years, core::n_orders, n_ages}), core::Array<1>({n_years})};
  for (std::size_t t = 0; t < n_years; ++t) {
    schedule.srb(t) = 1.10 - 0.002 * real(t);
    for (std::size_t i = 0; i < core::n_orders; ++i)
      for (std::size_t x = 0; x < n_ages; ++x)
        schedule.asfr(t, i, x) = birth_rate(t, x, by_parity ? conditional[i] : plain[i]);
  }
  return schedule;
}

core::Array<2> women_by_parity(const core::Array<2>& pop) {
  core::Array<2> women({n_parities, n_ages});
  for (std::size_t x = 0; x < n_ages; ++x) {
    const double mothers = std::clamp((real(x) - 18.0) / 20.0, 0.0, 0.95);
    women(3, x) = pop(female, x) * 0.10 * mothers;
    women(2, x) = pop(female, x) * 0.35 * mothers;
    women(1, x) = pop(female, x) * 0.45 * mothers;
    women(0, x) = pop(female, x) - (women(1, x) + women(2, x) + women(3, x));
  }
  return women;
}

struct Kind {
  bool by_parity = false;
  bool from_Sx = false;
  bool by_cohort = false;
  bool emptying = false;  ///< out-migration that cells cannot bear, cut
};

ensemble::PlaceInputs place_of(std::size_t index, const Kind& kind) {
  ensemble::PlaceInputs place;
  place.pop_jan1 = core::Array<2>({core::n_sexes, n_ages});
  place.net_migration = core::Array<3>({n_years, core::n_sexes, n_ages});
  place.pattern = core::Array<3>({1, core::n_sexes, n_ages});
  const double size = 997.0 * (1.0 + real(index));
  for (std::size_t s = 0; s < core::n_sexes; ++s)
    for (std::size_t x = 0; x < n_ages; ++x) {
      place.pop_jan1(s, x) = size * bell(real(x), 38.0 - 2.0 * real(s), 24.0) * (1.0 + 0.02 * real(x % 7));
      place.pattern(0, s, x) = size * bell(real(x), 25.0, 6.0);
      for (std::size_t t = 0; t < n_years; ++t)
        place.net_migration(t, s, x) = size * (kind.emptying ? -0.08 : -0.003) * bell(real(x), 24.0 + real(s), 8.0);
    }
  if (kind.by_parity) place.parity = women_by_parity(place.pop_jan1);
  if (!kind.by_cohort) return place;
  place.cohort_factor = core::Array<3>({n_years, core::n_orders, n_ages}, 1.0);
  for (std::size_t t = 5; t < n_years; ++t)
    for (std::size_t i = 0; i < core::n_orders; ++i)
      for (std::size_t x = 0; x < n_ages; ++x)
        place.cohort_factor(t, i, x) = 0.9 + 0.01 * real((3 * t + 5 * i + x) % 17);
  return place;
}

ensemble::EnsembleInputs inputs(const Kind& kind) {
  ensemble::EnsembleInputs inputs;
  inputs.axes = {
      .places = {"100000", "620000", "620100"}, .first_year = first_year, .n_years = n_years, .n_ages = n_ages};
  if (kind.emptying) inputs.on_negative = engine::OnNegative::cap;
  inputs.mortality.push_back(mortality(kind.from_Sx));
  inputs.fertility.push_back(fertility(kind.by_parity));
  for (std::size_t p = 0; p < n_places; ++p) inputs.places.push_back(place_of(p, kind));
  return inputs;
}

ensemble::DemographicPaths demography(bool with_events = false) {
  ensemble::RandomComponents components;
  if (with_events) components.on |= random::events_component;
  components.seed = 20261126;
  components.first_year = first_year;
  components.first_random_year = first_random_year;
  components.n_years = n_years;
  components.mortality.step_sd = 0.3;
  return {components,
          {{.key = 100000, .is_nation = true},
           {.key = 620000, .fertility_start = 1.05, .migration_sd = 0.002},
           {.key = 620100, .fertility_start = 0.97}}};
}

/// All components of demography and, in some draws, multipliers on the hazards of each order.
class Drawn : public ensemble::PathMaker {
public:
  Drawn(bool with_multiplier, bool with_events)
      : demography_(demography(with_events)), with_multiplier_(with_multiplier) {}
  void draw(std::size_t place, std::size_t first_draw, const ensemble::PathBlock& block) const override {
    demography_.draw(place, first_draw, block);
    if (!with_multiplier_) return;
    for (std::size_t lane = 0; lane < n_lanes; ++lane) {
      const std::uint64_t draw = first_draw + lane;
      if (draw % 3 == 0) continue;
      random::Stream stream({.seed = 9, .draw = draw, .component = random::Component::policy_eps, .place = place});
      for (std::size_t t = 4; t < n_years; ++t)
        for (std::size_t i = 0; i < core::n_orders; ++i)
          block.multiplier(t, i, lane) = random::draw_lognormal(stream, 0.05, 0.1);
    }
  }
  [[nodiscard]] bool has_multiplier() const override { return with_multiplier_; }
  [[nodiscard]] bool has_death_factor() const override { return true; }
  [[nodiscard]] ensemble::EventNoise events(std::size_t place) const override { return demography_.events(place); }

private:
  ensemble::DemographicPaths demography_;
  bool with_multiplier_;
};

class DrawnCase : public Case {
public:
  DrawnCase(const char* name, const Kind& kind, ensemble::MortalityMode mode, bool with_multiplier,
            bool with_events = false)
      : Case(name, inputs(kind), mode), with_multiplier_(with_multiplier), with_events_(with_events) {}

protected:
  [[nodiscard]] std::unique_ptr<ensemble::PathMaker> paths(ensemble::Isa) const override {
    return std::make_unique<Drawn>(with_multiplier_, with_events_);
  }

private:
  bool with_multiplier_;
  bool with_events_;
};

/// Births per woman of 1.05 children, with orders by parity from women who have lived with 1.5.
ensemble::ParityFertility parity_fertility() {
  const auto totals = [](double level) {
    core::Array<2> asfr({n_years, n_ages});
    for (std::size_t t = 0; t < n_years; ++t)
      for (std::size_t x = 0; x < n_ages; ++x) asfr(t, x) = birth_rate(t, x, level);
    return asfr;
  };
  core::Array<3> relative({1, core::n_orders, rates::n_parity_ages});
  for (std::size_t x = 0; x < rates::n_parity_ages; ++x) {
    relative(0, 0, x) = 1.0;
    relative(0, 1, x) = 0.9 / (1.0 + core::exp(-0.3 * (real(x) - 12.0)));
    relative(0, 2, x) = 0.12;
  }
  const core::Array<2> before = totals(1.35);
  rates::ParityStock now = rates::childless_stock();
  for (int pass = 0; pass < 2; ++pass)
    now = rates::parity_path(before.view(), now, relative.view(), {1.0, 1.0, 1.0}).stock_on(n_years);
  return {totals(0.95), now, relative, {1.0, 0.8, 0.8}};
}

/// Cash for every birth from 2028 on, relief for second children from mid-2031, places in nurseries then.
ensemble::PolicySupport support(double yuan) {
  ensemble::PolicySupport found;
  found.date = {2028.0, 2031.5};
  found.present_value = core::Array<4>({2, 2, core::n_orders, policy::n_support_classes});
  found.cost_of_child = core::Array<2>({2, 2}, 538312.0);
  for (std::size_t date = 0; date < 2; ++date)
    for (std::size_t i = 0; i < core::n_orders; ++i) found.present_value(0, date, i, 0) = 0.9 * yuan;
  found.present_value(0, 1, 1, 1) = yuan;
  found.care = core::Array<1>({2}, 0.0);
  found.care(1) = 1.5;
  found.progression = {0.70, 0.45, 0.12};
  return found;
}

class PolicyCase : public Case {
public:
  PolicyCase() : Case("policy", inputs({}), ensemble::MortalityMode::polynomial), demography_(demography()) {}

protected:
  [[nodiscard]] std::unique_ptr<ensemble::PathMaker> paths(ensemble::Isa isa) const override {
    std::vector<ensemble::PolicyPlace> places;
    for (const double yuan : {30000.0, 90000.0, 0.0}) {
      places.push_back({parity_fertility(), yuan > 0.0 ? support(yuan) : ensemble::PolicySupport{}});
    }
    return std::make_unique<ensemble::PolicyPaths>(demography_, std::move(places), ensemble::PolicyResponse{}, isa);
  }

private:
  ensemble::DemographicPaths demography_;
};

}  // namespace

std::vector<std::unique_ptr<Case>> all_cases() {
  using ensemble::MortalityMode;
  std::vector<std::unique_ptr<Case>> cases;
  cases.push_back(std::make_unique<DrawnCase>("plain", Kind{}, MortalityMode::polynomial, false));
  cases.push_back(std::make_unique<DrawnCase>("parity", Kind{.by_parity = true}, MortalityMode::polynomial, true));
  cases.push_back(std::make_unique<DrawnCase>("exact", Kind{.from_Sx = true, .by_cohort = true, .emptying = true},
                                              MortalityMode::exact, false));
  cases.push_back(std::make_unique<DrawnCase>("events", Kind{}, MortalityMode::polynomial, false, true));
  cases.push_back(std::make_unique<PolicyCase>());
  return cases;
}

}  // namespace sanhai::bits
