#include "sanhai/ensemble/policy_paths.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>

#include "sanhai/core/check.hpp"
#include "sanhai/core/math.hpp"

namespace sanhai::ensemble {

namespace {

namespace check = core::check;

constexpr auto first_parity_age = static_cast<std::size_t>(rates::parity_first_age);
constexpr double share_rounding = 1e-12;

template <std::size_t N>
void require_shape(const char* what, const std::string& where, const core::Shape<N>& got,
                   const core::Shape<N>& wanted) {
  if (got == wanted) return;
  throw core::ShapeError(core::message({.what = what,
                                        .where = where,
                                        .got = "shape " + core::text(got),
                                        .allowed = core::text(wanted),
                                        .remedy = "check the years, dates and ages of this table"}));
}

std::string place_text(std::size_t place) { return "place " + std::to_string(place) + " of the run"; }

void check_fertility(const ParityFertility& fertility, std::size_t n_years, const std::string& where) {
  require_shape<2>("asfr", where, fertility.asfr.shape(), {n_years, fertility.asfr.extent(1)});
  const std::size_t rows = fertility.relative.extent(0) == 1 ? 1 : n_years;
  require_shape<3>("relative hazards", where, fertility.relative.shape(), {rows, core::n_orders, rates::n_parity_ages});
  for (const double factor : fertility.k) {
    if (!(factor > 0.0 && std::isfinite(factor)))
      check::fail("k", where, factor, "finite and > 0", "check the place's fit");
  }
  for (const double ratio : fertility.relative.flat()) {
    if (ratio > 0.0 && std::isfinite(ratio)) continue;
    check::fail("relative hazard", where, ratio, "finite and > 0", "check the reconstruction's shape");
  }
  for (std::size_t t = 0; t < n_years; ++t)
    for (std::size_t x = 0; x < fertility.asfr.extent(1); ++x) {
      const double rate = fertility.asfr(t, x);
      const bool is_known = x >= first_parity_age && x < first_parity_age + rates::n_parity_ages;
      if (rate == 0.0 || (is_known && rate > 0.0 && rate < 1.0)) continue;
      check::fail("asfr", where + ", year " + std::to_string(t) + " of the run, age " + std::to_string(x), rate,
                  "[0, 1), and 0 outside ages 10..64", "give births per woman and year");
    }
  for (std::size_t x = 0; x < rates::n_parity_ages; ++x) {
    double sum = 0.0;
    for (const auto& share : fertility.start.share) sum += share[x];
    if (std::abs(sum - 1.0) <= share_rounding) continue;
    check::fail("parity shares", where + ", age " + std::to_string(first_parity_age + x), sum, "1 over parity",
                "give women by parity per woman of each age");
  }
}

void check_support(const PolicySupport& support, std::size_t n_years, const std::string& where) {
  const std::size_t dates = support.date.size();
  if (!std::ranges::is_sorted(support.date)) {
    check::fail("date", where, support.date.back(), "dates in rising order", "sort the dated changes");
  }
  if (dates > 0) {
    require_shape<4>("present_value", where, support.present_value.shape(),
                     {2, dates, core::n_orders, policy::n_support_classes});
    require_shape<2>("cost_of_child", where, support.cost_of_child.shape(), {2, dates});
  }
  if (!support.care.empty()) require_shape<1>("care", where, support.care.shape(), {dates});
  if (!support.factor.empty()) require_shape<1>("factor", where, support.factor.shape(), {n_years});
  for (const double factor : support.factor.flat()) {
    if (!(factor >= 0.0 && std::isfinite(factor)))
      check::fail("factor", where, factor, "finite and >= 0", "1 is no change");
  }
  if (support.point_take_up.extent(0) != 1) {
    require_shape<1>("point_take_up", where, support.point_take_up.shape(), {dates});
  }
  for (const double take_up : support.point_take_up.flat()) {
    if (std::isnan(take_up) || (take_up > 0.0 && take_up <= 1.0)) continue;
    check::fail("point_take_up", where, take_up, "(0, 1], or NaN", "the take-up inside the cash support");
  }
  for (std::size_t i = 0; i < core::n_orders; ++i) {
    if (!std::isnan(support.progression[i])) (void)policy::max_multiplier(support.desired[i], support.progression[i]);
  }
}

/// B of one side, date and order.
double support_of(const PolicySupport& support, std::size_t side, std::size_t date, std::size_t order,
                  const policy::ResponseParameters& parameters) {
  double sum = 0.0;
  const double point_take_up = support.point_take_up(support.point_take_up.extent(0) == 1 ? 0 : date);
  for (std::size_t c = 0; c < policy::n_support_classes; ++c) {
    const bool is_drawn = c == static_cast<std::size_t>(policy::SupportClass::cash) && !std::isnan(point_take_up);
    const double reach = is_drawn ? parameters.take_up / point_take_up : 1.0;
    sum += parameters.sigma[c] * reach * support.present_value(side, date, order, c);
  }
  return sum;
}

/// ln M_eff of one date and order: support, care, ceiling.
double ln_effective(const PolicySupport& support, std::size_t date, std::size_t order,
                    const policy::ResponseParameters& parameters, bool& is_capped) {
  const policy::SupportShare own =
      policy::support_share(support_of(support, 0, date, order, parameters), support.cost_of_child(0, date));
  const policy::SupportShare before =
      policy::support_share(support_of(support, 1, date, order, parameters), support.cost_of_child(1, date));
  is_capped |= own.capped || before.capped;
  double ln_multiplier = policy::ln_order_multiplier(own.s, before.s, parameters.eps_of(order));
  if (!support.care.empty()) ln_multiplier += parameters.gamma * support.care(date);
  if (!(ln_multiplier > 0.0) || std::isnan(support.progression[order])) return ln_multiplier;
  const double ceiling = policy::max_multiplier(support.desired[order], support.progression[order]);
  return core::log(policy::effective_multiplier(core::exp(ln_multiplier), ceiling));
}

}  // namespace

policy::ResponseParameters parameters_of_draw(const policy::PolicyDraw& draw, const policy::ResponseParameters& point,
                                              unsigned fixed) {
  policy::ResponseParameters out = point;
  const auto take = [&](FixedParameter parameter, double& to, double value) {
    if ((fixed & parameter) == 0) to = value;
  };
  take(fixed_eps, out.eps, draw.eps);
  for (std::size_t i = 0; i < out.k.size(); ++i) take(fixed_k, out.k[i], draw.k[i]);
  take(fixed_gamma, out.gamma, draw.gamma);
  take(fixed_tau, out.tau, draw.tau);
  take(fixed_T, out.T, draw.response_years);
  take(fixed_H, out.H, draw.half_life);
  take(fixed_w, out.w, draw.lasting_share);
  take(fixed_take_up, out.take_up, draw.take_up);
  const double weights[policy::n_support_classes] = {draw.weight_cash,  draw.weight_fee,     draw.weight_tax,
                                                     draw.weight_leave, draw.weight_housing, draw.weight_insured};
  for (std::size_t c = 0; c < policy::n_support_classes; ++c) take(fixed_sigma, out.sigma[c], weights[c]);
  return out;
}

DrawnMultipliers multipliers_of(const PolicySupport& support, const policy::ResponseParameters& parameters,
                                int first_year, std::size_t n_years) {
  DrawnMultipliers found;
  std::vector<policy::Change> changes;
  std::array<double, core::n_orders> before{};
  for (std::size_t date = 0; date < support.date.size(); ++date) {
    policy::Change change{.date = support.date[date], .ln_multiplier_step = {}};
    bool is_change = false;
    for (std::size_t i = 0; i < core::n_orders; ++i) {
      const double now = ln_effective(support, date, i, parameters, found.is_capped);
      change.ln_multiplier_step[i] = now - before[i];
      is_change |= now != before[i];
      before[i] = now;
    }
    if (is_change) changes.push_back(change);
  }
  found.multiplier = policy::multipliers(first_year, n_years, changes, parameters);
  for (std::size_t t = 0; !support.factor.empty() && t < n_years; ++t)
    for (std::size_t i = 0; i < core::n_orders; ++i) found.multiplier(t, i) *= support.factor(t);
  return found;
}

PolicyPaths::PolicyPaths(const DemographicPaths& demography, std::vector<PolicyPlace> places, PolicyResponse response,
                         std::optional<Isa> isa)
    : demography_(demography),
      places_(std::move(places)),
      response_(std::move(response)),
      kernel_(kernel_for(isa.value_or(best_isa()))) {
  const std::size_t n_years = demography_.components().n_years;
  if (places_.size() != demography_.places().size()) {
    throw core::ShapeError(core::message({.what = "places under a policy",
                                          .where = "",
                                          .got = std::to_string(places_.size()),
                                          .allowed = std::to_string(demography_.places().size()),
                                          .remedy = "give one per place, in the order of the demographic paths"}));
  }
  response_.point.validate();
  if (response_.fixed >= 2 * fixed_sigma) {
    throw core::ConfigError(core::message({.what = "fixed",
                                           .where = "",
                                           .got = std::to_string(response_.fixed),
                                           .allowed = "0 to " + std::to_string(2 * fixed_sigma - 1),
                                           .remedy = "join the bits of the parameters that are held"}));
  }
  if (response_.point.repayment.size() > max_repayment_years) {
    check::fail("repayment", "", static_cast<double>(response_.point.repayment.size()),
                "at most " + std::to_string(max_repayment_years) + " years",
                "moved births are missing within a few years");
  }
  (void)draw_policy(response_.priors, demography_.components().seed, 0);
  std::size_t first = first_parity_age + rates::n_parity_ages;
  std::size_t end = 0;
  for (std::size_t p = 0; p < places_.size(); ++p) {
    check_fertility(places_[p].fertility, n_years, place_text(p));
    check_support(places_[p].support, n_years, place_text(p));
    const core::Array<2>& asfr = places_[p].fertility.asfr;
    for (std::size_t t = 0; t < n_years; ++t)
      for (std::size_t x = 0; x < asfr.extent(1); ++x) {
        if (asfr(t, x) == 0.0) continue;
        first = std::min(first, x);
        end = std::max(end, x + 1);
      }
  }
  if (end == 0) check::fail("asfr", "", 0.0, "births at some age", "a run without births needs no policy paths");
  ages_ = {first, end - first};
  for (std::size_t p = 0; p < places_.size(); ++p) tables_.push_back(table_of(places_[p]));
}

PolicyPaths::Table PolicyPaths::table_of(const PolicyPlace& place) const {
  const ParityFertility& fertility = place.fertility;
  const std::size_t n_years = demography_.components().n_years;
  const std::size_t skip = ages_.first - first_parity_age;
  Table table;
  table.asfr = core::Array<2>({n_years, ages_.n});
  for (std::size_t t = 0; t < n_years; ++t)
    for (std::size_t x = 0; x < ages_.n && ages_.first + x < fertility.asfr.extent(1); ++x) {
      table.asfr(t, x) = fertility.asfr(t, ages_.first + x);
    }
  const std::size_t rows = fertility.relative.extent(0);
  table.relative = core::Array<3>({rows, core::n_orders, ages_.n});
  for (std::size_t t = 0; t < rows; ++t)
    for (std::size_t i = 0; i < core::n_orders; ++i)
      for (std::size_t x = 0; x < ages_.n; ++x) {
        table.relative(t, i, x) = fertility.relative(t, i, skip + x) * fertility.k[i];
      }
  table.start = core::Array<2>({n_parities, rates::n_parity_ages});
  for (std::size_t p = 0; p < n_parities; ++p)
    for (std::size_t x = 0; x < rates::n_parity_ages; ++x) table.start(p, x) = fertility.start.share[p][x];
  // The point draw once: a cost of 0 or a negative support is found before the run begins.
  (void)multipliers_of(place.support, response_.point, demography_.components().first_year, n_years);
  table.has_policy = !place.support.date.empty() || !place.support.factor.empty();
  return table;
}

policy::ResponseParameters PolicyPaths::parameters(std::size_t place, std::size_t draw) const {
  if (place >= places_.size()) {
    throw core::ShapeError(core::message({.what = "place",
                                          .where = "",
                                          .got = std::to_string(place),
                                          .allowed = "below " + std::to_string(places_.size()),
                                          .remedy = "count the places of the paths from 0"}));
  }
  const RandomComponents& components = demography_.components();
  if ((components.on & random::policy_component) == 0) return response_.point;
  policy::ResponseParameters found =
      parameters_of_draw(draw_policy(response_.priors, components.seed, draw), response_.point, response_.fixed);
  const RandomPlace& own = demography_.places()[place];
  if (!own.chain.empty()) found.eps *= draw_place_effect(response_.priors, components.seed, draw, own.key);
  return found;
}

double PolicyPaths::take_up(std::size_t draw) const {
  const RandomComponents& components = demography_.components();
  if ((components.on & random::policy_component) == 0 || (response_.fixed & fixed_take_up) != 0)
    return response_.point.take_up;
  return draw_policy(response_.priors, components.seed, draw).take_up;
}

DrawnMultipliers PolicyPaths::multipliers(std::size_t place, std::size_t draw) const {
  if (place >= places_.size()) {
    throw core::ShapeError(core::message({.what = "place",
                                          .where = "",
                                          .got = std::to_string(place),
                                          .allowed = "below " + std::to_string(places_.size()),
                                          .remedy = "count the places of the run from 0"}));
  }
  const RandomComponents& components = demography_.components();
  return multipliers_of(places_[place].support, parameters(place, draw), components.first_year, components.n_years);
}

std::size_t PolicyPaths::n_capped(std::size_t place, std::size_t first_draw, std::size_t n_draws) const {
  std::size_t n = 0;
  for (std::size_t draw = first_draw; draw < first_draw + n_draws; ++draw) n += multipliers(place, draw).is_capped;
  return n;
}

PolicyPaths::Status PolicyPaths::solve(std::size_t place, std::size_t first_draw, core::View<double, 4> start_rate,
                                       core::View<double, 4> end_rate, core::View<double, 4> gross,
                                       PolicyBatch* kept) const {
  const std::size_t n_years = demography_.components().n_years;
  const Table& table = tables_[place];
  std::vector<double> factor(n_years * n_lanes);
  demography_.fertility_factor(place, first_draw, {factor.data(), {n_years, n_lanes}});
  core::Array<3> multiplier;
  std::array<double, n_lanes> tau{};
  if (table.has_policy) {
    multiplier = core::Array<3>({n_years, core::n_orders, n_lanes});
    for (std::size_t lane = 0; lane < n_lanes; ++lane) {
      tau[lane] = parameters(place, first_draw + lane).tau;
      const core::Array<2> own = multipliers(place, first_draw + lane).multiplier;
      for (std::size_t t = 0; t < n_years; ++t)
        for (std::size_t i = 0; i < core::n_orders; ++i) multiplier(t, i, lane) = own(t, i);
    }
  }
  Status status{};
  BirthsTask task{.n_years = n_years,
                  .first = ages_.first - first_parity_age,
                  .n = ages_.n,
                  .asfr = table.asfr.flat().data(),
                  .relative = table.relative.flat().data(),
                  .relative_step = table.relative.extent(0) == 1 ? 0 : core::n_orders * ages_.n,
                  .start = table.start.flat().data(),
                  .factor = factor.data(),
                  .multiplier = table.has_policy ? multiplier.flat().data() : nullptr,
                  .tau = tau.data(),
                  .weights = response_.point.repayment.data(),
                  .n_weights = response_.point.repayment.size(),
                  .start_rate = start_rate.data(),
                  .end_rate = end_rate.data(),
                  .gross_rate = gross.data(),
                  .status = status.data()};
  if (kept) {
    task.base_rate = kept->base_rate.flat().data();
    task.gross_share = kept->gross_share.flat().data();
    task.added_gross = kept->added_gross.flat().data();
    task.added_net = kept->added_net.flat().data();
    task.unpaid = kept->unpaid.flat().data();
    if (table.has_policy) kept->multiplier = std::move(multiplier);
  }
  const auto workspace = std::make_unique_for_overwrite<BirthsWorkspace>();
  kernel_.births(task, *workspace);
  return status;
}

void PolicyPaths::draw(std::size_t place, std::size_t first_draw, const PathBlock& block) const {
  demography_.draw(place, first_draw, block);
  const core::View<double, 4> gross = has_gross(place) ? block.gross_rate : core::View<double, 4>();
  const Status status = solve(place, first_draw, block.start_rate, block.end_rate, gross, nullptr);
  for (double& rate : gross.flat()) rate *= 0.5;  // half of a year's births per woman falls on either end of it
  for (std::size_t lane = 0; lane < n_lanes; ++lane) {
    if (status[lane].year < 0) continue;
    const std::span<double> rates = block.start_rate.flat();
    for (std::size_t at = lane; at < rates.size(); at += n_lanes) {
      rates[at] = std::numeric_limits<double>::quiet_NaN();
    }
  }
}

PolicyBatch PolicyPaths::batch(std::size_t place, std::size_t first_draw) const {
  const std::size_t n_years = demography_.components().n_years;
  const core::Shape<3> by_order = {n_years, core::n_orders, n_lanes};
  const core::Shape<4> by_age = {n_years, core::n_orders, ages_.n, n_lanes};
  PolicyBatch kept{.multiplier = core::Array<3>(by_order, 1.0),
                   .base = core::Array<3>(by_order),
                   .added_gross = core::Array<3>(by_order),
                   .added_net = core::Array<3>(by_order),
                   .unpaid = core::Array<3>(by_order),
                   .base_rate = core::Array<4>(by_age),
                   .gross_rate = core::Array<4>(by_age),
                   .gross_share = core::Array<4>({n_years + 1, n_parities, rates::n_parity_ages, n_lanes}),
                   .start_rate = core::Array<4>(by_age),
                   .end_rate = core::Array<4>(by_age),
                   .status = {}};
  kept.status = solve(place, first_draw, kept.start_rate.view(), kept.end_rate.view(), kept.gross_rate.view(), &kept);
  for (std::size_t t = 0; t < n_years; ++t)
    for (std::size_t i = 0; i < core::n_orders; ++i)
      for (std::size_t x = 0; x < ages_.n; ++x)
        for (std::size_t lane = 0; lane < n_lanes; ++lane) kept.base(t, i, lane) += kept.base_rate(t, i, x, lane);
  return kept;
}

void PolicyPaths::explain(std::size_t place, std::size_t draw) const {
  const std::size_t first_draw = draw / n_lanes * n_lanes;
  const BirthsStatus status = batch(place, first_draw).status[draw - first_draw];
  if (status.year < 0) return;
  check::fail("births per woman of the draw",
              place_text(place) + ", year " + std::to_string(demography_.components().first_year + status.year) +
                  ", age " + std::to_string(status.age) + ", draw " + std::to_string(draw),
              status.value, "[0, " + core::text(status.at_most) + ")",
              "lower the sd of fertility's components: the women by parity cannot bear this total");
}

}  // namespace sanhai::ensemble
