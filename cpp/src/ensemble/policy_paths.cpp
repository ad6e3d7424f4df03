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

}  // namespace

policy::ResponseParameters parameters_of_draw(const policy::PolicyDraw& draw, const policy::ResponseParameters& point,
                                              unsigned fixed) {
  policy::ResponseParameters out = point;
  const auto take = [&](unsigned parameter, double& to, double value) {
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
  for (std::size_t c = 0; c < policy::n_support_classes; ++c) take(fixed_sigma << c, out.sigma[c], weights[c]);
  return out;
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
  constexpr unsigned beyond = fixed_sigma << policy::n_support_classes;
  if (response_.fixed >= beyond) {
    throw core::ConfigError(core::message({.what = "fixed",
                                           .where = "",
                                           .got = std::to_string(response_.fixed),
                                           .allowed = "0 to " + std::to_string(beyond - 1),
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
  for (std::size_t p = 0; p < places_.size(); ++p) tables_.push_back(table_of(places_[p], place_text(p)));
}

PolicyPaths::Table PolicyPaths::table_of(const PolicyPlace& place, const std::string& where) const {
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
  table.walk = policy::Walk(place.support, demography_.components().first_year, n_years, response_.point.onset, where);
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

core::Array<2> PolicyPaths::multipliers(std::size_t place, std::size_t draw) const {
  const policy::ResponseParameters own = parameters(place, draw);  // refuses a place that is not there
  return tables_[place].walk.multipliers(own);
}

std::size_t PolicyPaths::n_capped(std::size_t place, std::size_t first_draw, std::size_t n_draws) const {
  if (place < tables_.size() && !tables_[place].walk.may_cap()) return 0;
  std::size_t n = 0;
  for (std::size_t draw = first_draw; draw < first_draw + n_draws; ++draw) {
    const policy::ResponseParameters own = parameters(place, draw);
    n += tables_[place].walk.is_capped(own);
  }
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
  const bool has_policy = table.walk.has_policy();
  if (has_policy) {
    multiplier = core::Array<3>({n_years, core::n_orders, n_lanes});
    for (std::size_t lane = 0; lane < n_lanes; ++lane) {
      const policy::ResponseParameters drawn = parameters(place, first_draw + lane);
      tau[lane] = drawn.tau;
      const core::Array<2> own = table.walk.multipliers(drawn);
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
                  .multiplier = has_policy ? multiplier.flat().data() : nullptr,
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
    if (has_policy) kept->multiplier = std::move(multiplier);
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
