#include "sanhai/policy/response.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "sanhai/core/check.hpp"
#include "sanhai/core/math.hpp"

namespace sanhai::policy {

namespace {

namespace check = core::check;

constexpr double ln2 = 0.6931471805599453;

const char* const class_names[n_support_classes] = {"cash", "fee", "tax", "leave", "housing", "insured"};

/// Integral of exp(-rate (x - origin)) over [a, b].
double exponential_integral(double rate, double a, double b, double origin) {
  return (core::exp(-rate * (a - origin)) - core::exp(-rate * (b - origin))) / rate;
}

}  // namespace

void ResponseParameters::validate() const {
  const std::string prior = "check the prior or the draw";
  check::not_negative("eps", eps, prior);
  for (std::size_t i = 0; i < k.size(); ++i) check::not_negative("k", k[i], prior, "order " + std::to_string(i + 1));
  check::finite("gamma", gamma, prior);
  check::between("tau", tau, 0.0, 1.0, prior);
  check::positive("T", T, prior);
  check::positive("H", H, prior);
  check::between("w", w, 0.0, 1.0, prior);
  check::not_negative("onset", onset, prior);
  check::between("take_up", take_up, 0.0, 1.0, prior);
  if (!(rho > -1.0) || !std::isfinite(rho)) check::fail("rho", "", rho, "finite and > -1", prior);
  for (std::size_t c = 0; c < sigma.size(); ++c) check::between("sigma", sigma[c], 0.0, 1.0, prior, class_names[c]);
  check::shares("repayment", repayment, "divide the weights by their sum");
}

double present_value(std::span<const Payment> payments, double rho) {
  if (!(rho > -1.0) || !std::isfinite(rho)) check::fail("rho", "", rho, "finite and > -1", "0.05 by convention");
  const double ln_growth = core::log1p(rho);
  double sum = 0.0;
  for (const Payment& payment : payments) {
    check::not_negative("payment offset_years", payment.offset_years, "count years from the birth");
    check::finite("payment yuan", payment.yuan, "give an amount in yuan");
    sum += payment.yuan * core::exp(-ln_growth * payment.offset_years);
  }
  return sum;
}

SupportShare support_share(double support, double cost_of_child) {
  check::positive("cost of a child", cost_of_child, "give the cost from birth to 17 in yuan");
  check::not_negative("support", support, "a charge on births is outside the evidence this response rests on");
  const double s = support / cost_of_child;
  return s > max_support_share ? SupportShare{max_support_share, true} : SupportShare{s, false};
}

double ln_order_multiplier(double s, double s_base, double eps_i) {
  const std::string remedy = "use support_share";
  check::between("s", s, 0.0, max_support_share, remedy);
  check::between("s_base", s_base, 0.0, max_support_share, remedy);
  check::not_negative("eps_i", eps_i, "support cannot lower births in this response");
  if (s == s_base) return 0.0;
  return eps_i * (core::log1p(-s_base) - core::log1p(-s));
}

double max_multiplier(double desired, double progression) {
  const std::string remedy = "desired must exceed the baseline's progression; for a place use desired_of_place";
  if (!(progression > 0.0 && progression < 1.0)) check::fail("progression p", "", progression, "(0, 1)", remedy);
  if (!(desired > progression && desired < 1.0)) {
    check::fail("desired D", "", desired, "(" + core::text(progression) + ", 1)", remedy);
  }
  return core::log1p(-desired) / core::log1p(-progression);
}

double desired_of_place(double desired_nation, double p_place, double p_nation) {
  for (const double share : {desired_nation, p_place, p_nation}) {
    if (!(share > 0.0 && share < 1.0)) check::fail("progression", "", share, "(0, 1)", "give progression ratios");
  }
  const auto odds = [](double share) { return share / (1.0 - share); };
  const double of_place = odds(desired_nation) * odds(p_place) / odds(p_nation);
  return of_place / (1.0 + of_place);
}

double effective_multiplier(double multiplier, double max_multiplier) {
  check::not_negative("multiplier", multiplier, "the exponential of ln_order_multiplier and care");
  if (!(max_multiplier > 1.0)) {
    check::fail("max_multiplier", "", max_multiplier, "> 1", "use max_multiplier(D, p), or infinity for no ceiling");
  }
  if (multiplier <= 1.0 || max_multiplier == std::numeric_limits<double>::infinity()) return multiplier;
  const double room = max_multiplier - 1.0;
  return 1.0 + room * (1.0 - core::exp(-(multiplier - 1.0) / room));
}

double timing_weight(double x_start, double onset, double T, double H, double w) {
  check::finite("x_start", x_start, "years from the change to 1 January");
  check::not_negative("onset", onset, "0.75 year by default");
  check::positive("T", T, "build-up time in years");
  check::positive("H", H, "half-life in years");
  check::between("w", w, 0.0, 1.0, "the share of the effect that lasts");
  const double a = std::max(x_start, onset);
  const double b = x_start + 1.0;
  if (b <= a) return 0.0;
  const double fading = ln2 / H;
  // phi psi = w + (1-w) e^(-fading x) - w e^(-(x-onset)/T) - (1-w) e^(-fading x - (x-onset)/T), each term on its own
  const double lasting = w * ((b - a) - exponential_integral(1.0 / T, a, b, onset));
  const double at_onset = core::exp(-fading * onset);
  const double passing =
      (1.0 - w) * at_onset *
      (exponential_integral(fading, a, b, onset) - exponential_integral(fading + 1.0 / T, a, b, onset));
  return lasting + passing;
}

core::Array<2> multipliers(int first_year, std::size_t n_years, std::span<const Change> changes,
                           const ResponseParameters& parameters) {
  parameters.validate();
  for (const Change& change : changes) {
    check::finite("date of a change", change.date, "give a decimal year");
    for (const double step : change.ln_multiplier_step) {
      check::finite("ln_multiplier_step", step, "ln M_eff after minus before", "change of " + core::text(change.date));
    }
  }
  core::Array<2> result({n_years, core::n_orders}, 1.0);
  for (std::size_t year = 0; year < n_years; ++year) {
    std::array<double, core::n_orders> ln_multiplier{};
    for (const Change& change : changes) {
      const double x_start = first_year + static_cast<double>(year) - change.date;
      const double weight = timing_weight(x_start, parameters.onset, parameters.T, parameters.H, parameters.w);
      for (std::size_t i = 0; i < core::n_orders; ++i) ln_multiplier[i] += change.ln_multiplier_step[i] * weight;
    }
    for (std::size_t i = 0; i < core::n_orders; ++i) {
      if (ln_multiplier[i] != 0.0) result(year, i) = core::exp(ln_multiplier[i]);
    }
  }
  return result;
}

}  // namespace sanhai::policy
