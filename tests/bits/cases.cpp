#include "cases.hpp"

#include <algorithm>
#include <utility>

#include "sanhai/core/math.hpp"
#include "sanhai/ensemble/policy_paths.hpp"
#include "sanhai/rates/parity_path.hpp"

namespace sanhai::bits {
namespace {

using core::female;

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

ensemble::FertilitySchedule fertility() {
  const double share[core::n_orders] = {0.6, 0.33, 0.07};
  ensemble::FertilitySchedule schedule{core::Array<3>({n_years, core::n_orders, n_ages}), core::Array<1>({n_years})};
  for (std::size_t t = 0; t < n_years; ++t) {
    schedule.srb(t) = 1.10 - 0.002 * real(t);
    for (std::size_t i = 0; i < core::n_orders; ++i)
      for (std::size_t x = 0; x < n_ages; ++x) schedule.asfr(t, i, x) = birth_rate(t, x, share[i]);
  }
  return schedule;
}

struct Kind {
  bool from_Sx = false;
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
  return place;
}

ensemble::EnsembleInputs inputs(const Kind& kind) {
  ensemble::EnsembleInputs inputs;
  inputs.axes = {
      .places = {"100000", "620000", "620102"}, .first_year = first_year, .n_years = n_years, .n_ages = n_ages};
  if (kind.emptying) inputs.on_negative = engine::OnNegative::cap;
  inputs.mortality.push_back(mortality(kind.from_Sx));
  inputs.fertility.push_back(fertility());
  for (std::size_t p = 0; p < n_places; ++p) inputs.places.push_back(place_of(p, kind));
  inputs.sums = {{1, 2}, {0, 1, 2}};
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
  components.mortality.start_sd = 0.2;
  components.kinds[2].migration_step_sd = 0.001;  // no cell is to empty where none is cut
  const ensemble::PlaceLink province{620000, ensemble::PlaceKind::province, {2025, 2026, 2025}};
  const ensemble::PlaceLink city{620100, ensemble::PlaceKind::city, {2026, 2026, 2025}};
  return {components,
          {{.key = 100000, .migration_sd = 0.002},
           {.key = 620000, .chain = {province}},
           {.key = 620102, .chain = {province, city, {620102, ensemble::PlaceKind::county, city.first}}}}};
}

class DrawnCase : public Case {
public:
  DrawnCase(const char* name, const Kind& kind, ensemble::MortalityMode mode, bool with_events = false,
            std::optional<engine::Exchange> exchange = {})
      : Case(name, inputs(kind), mode, std::move(exchange)), with_events_(with_events) {}

protected:
  [[nodiscard]] std::unique_ptr<ensemble::PathMaker> paths(ensemble::Isa) const override {
    return std::make_unique<ensemble::DemographicPaths>(demography(with_events_));
  }

private:
  bool with_events_;
};

/// Three places in two pools, which exchange migrants of working age.
engine::Exchange exchange() {
  const core::Shape<4> by_place{n_places, 1, core::n_sexes, n_ages};
  const core::Shape<4> by_pool{2, 1, core::n_sexes, n_ages};
  engine::PoolRates rates{.pools = {"a", "b"},
                          .pool_of = {0, 1, 1},
                          .out_rate = core::Array<4>(by_place),
                          .in_share = core::Array<4>(by_place),
                          .pool_out_rate = core::Array<4>(by_pool),
                          .pool_in_share = core::Array<4>(by_pool)};
  for (std::size_t s = 0; s < core::n_sexes; ++s)
    for (std::size_t x = 0; x < n_ages; ++x) {
      const double share[n_places] = {1.0, 0.375, 0.625};
      for (std::size_t p = 0; p < n_places; ++p) {
        rates.out_rate(p, 0, s, x) = (0.01 + 0.005 * real(p)) * bell(real(x), 25.0, 8.0);
        rates.in_share(p, 0, s, x) = share[p];
      }
      for (std::size_t pool = 0; pool < 2; ++pool) {
        rates.pool_out_rate(pool, 0, s, x) = 0.02 * bell(real(x), 22.0, 6.0);
        rates.pool_in_share(pool, 0, s, x) = pool == 0 ? 0.75 : 0.25;
      }
    }
  return {{.places = {"100000", "620000", "620102"}, .first_year = first_year, .n_years = n_years, .n_ages = n_ages},
          std::move(rates)};
}

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

/// Cash for every birth announced at the start of 2028, relief for second children from mid-2031 on, which ends for
/// those born after 2033; places in nurseries from 2031.
policy::Support support(double yuan) {
  policy::Support found;
  found.announced = {2028.0, 2031.5};
  found.first_month = {0.0, 12.0 * (2034.0 - first_year)};
  found.present_value = core::Array<5>({2, 2, 2, core::n_orders, policy::n_support_classes});
  found.claimed = found.present_value;
  found.cut = core::Array<3>({2, 2, 2}, 0.001);
  found.cost_of_child = core::Array<1>({2}, 538312.0);
  for (std::size_t segment = 0; segment < 2; ++segment)
    for (std::size_t m = 0; m < 2; ++m)
      for (std::size_t i = 0; i < core::n_orders; ++i) found.claimed(0, segment, m, i, 0) = yuan;
  found.present_value(0, 0, 1, 1, 1) = yuan;
  found.care = core::Array<1>({n_years}, 0.0);
  for (std::size_t t = 0; t < n_years; ++t)
    if (first_year + static_cast<int>(t) >= 2031) found.care(t) = 1.5;
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
      places.push_back({parity_fertility(), yuan > 0.0 ? support(yuan) : policy::Support{}});
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
  cases.push_back(std::make_unique<DrawnCase>("plain", Kind{}, MortalityMode::polynomial));
  cases.push_back(std::make_unique<DrawnCase>("exact", Kind{.from_Sx = true, .emptying = true}, MortalityMode::exact));
  cases.push_back(std::make_unique<DrawnCase>("events", Kind{}, MortalityMode::polynomial, true));
  cases.push_back(std::make_unique<DrawnCase>("exchange", Kind{}, MortalityMode::polynomial, false, exchange()));
  cases.push_back(std::make_unique<PolicyCase>());
  return cases;
}

}  // namespace sanhai::bits
