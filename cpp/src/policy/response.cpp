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

const char* const class_names[n_support_classes] = {"cash", "fee", "tax", "leave", "housing", "insured"};

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

SupportShare support_share(double support, double cost_of_child, double cut) {
  check::positive("cost of a child", cost_of_child, "give the cost from birth to 17 in yuan");
  check::not_negative("support", support, "a charge on births is outside the evidence this response rests on");
  check::share("cut", cut, "give the share of the cost of a child that is taken off");
  const double s = support / cost_of_child + cut;
  return s > max_support_share ? SupportShare{max_support_share, true} : SupportShare{s, false};
}

double ln_response(double s, double eps_i) {
  check::between("s", s, 0.0, max_support_share, "use support_share");
  check::not_negative("eps_i", eps_i, "support cannot lower births in this response");
  return -eps_i * core::log1p(-s);
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
  check::not_negative("multiplier", multiplier, "multipliers are above 0");
  if (!(max_multiplier > 1.0)) {
    check::fail("max_multiplier", "", max_multiplier, "> 1", "use max_multiplier(D, p), or infinity for no ceiling");
  }
  if (multiplier <= 1.0 || max_multiplier == std::numeric_limits<double>::infinity()) return multiplier;
  const double room = max_multiplier - 1.0;
  return 1.0 + room * (1.0 - core::exp(-(multiplier - 1.0) / room));
}

}  // namespace sanhai::policy
