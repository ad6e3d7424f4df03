#include "sanhai/nursery/account.hpp"

#include "settings_check.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace sanhai::nursery {

namespace {

using Count = core::Array<2> Account::*;

constexpr std::array<Count, 17> counts = {
    &Account::residents,     &Account::under3,      &Account::children_6_36, &Account::places_target,
    &Account::places_demand, &Account::places_want, &Account::places_stock,  &Account::gap_target,
    &Account::gap_demand,    &Account::gap_want,    &Account::enrolment,     &Account::classes,
    &Account::staff,         &Account::openings,    &Account::closures,      &Account::inclusive_occupied,
    &Account::paid_places};

constexpr std::array<Count, 6> rates = {&Account::stock_per_resident,  &Account::target_per_resident,
                                        &Account::stock_per_child,     &Account::target_per_child,
                                        &Account::inclusive_per_child, &Account::utilisation};

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

double value(const Lever& lever, std::size_t p, std::size_t t) {
  if (lever.empty()) return unknown;
  return lever(lever.extent(0) == 1 ? 0 : p, lever.extent(1) == 1 ? 0 : t);
}

Account empty_account(std::size_t n_places, std::size_t n_years) {
  Account result;
  for (const Count member : counts) result.*member = core::Array<2>({n_places, n_years});
  for (const Count member : rates) result.*member = core::Array<2>({n_places, n_years}, unknown);
  result.enrolment_by_class = core::Array<3>({n_places, n_years, n_classes});
  return result;
}

double aged(const Observed& observed, std::size_t p, std::size_t jan1, std::size_t age) {
  double sum = 0.0;
  for (std::size_t sex = 0; sex < observed.pop_jan1.extent(2); ++sex) sum += observed.pop_jan1(p, jan1, sex, age);
  return sum;
}

double residents_on(const Observed& observed, std::size_t p, std::size_t jan1) {
  double sum = 0.0;
  for (std::size_t age = 0; age < observed.pop_jan1.extent(3); ++age) sum += aged(observed, p, jan1, age);
  return sum;
}

void count_people(Account& a, const Observed& observed, std::size_t p, std::size_t t) {
  double midyear[3];
  for (std::size_t age = 0; age < 3; ++age)
    midyear[age] = 0.5 * (aged(observed, p, t, age) + aged(observed, p, t + 1, age));
  a.residents(p, t) = residents_on(observed, p, t + 1);
  a.under3(p, t) = midyear[0] + midyear[1] + midyear[2];
  a.children_6_36(p, t) = 0.5 * midyear[0] + midyear[1] + midyear[2];
}

void count_need(Account& a, const Settings& s, std::size_t p, std::size_t t) {
  const double full = value(s.target_utilisation, p, t);
  a.places_target(p, t) = value(s.norm, p, t) * a.residents(p, t);
  a.enrolment(p, t) = value(s.enrolment_share, p, t) * a.under3(p, t);
  a.places_demand(p, t) = a.enrolment(p, t) / full;
  a.places_want(p, t) = value(s.want_share, p, t) * a.children_6_36(p, t) / full;
}

void count_staff(Account& a, const Settings& s, std::size_t p, std::size_t t) {
  a.classes(p, t) = 0.0;
  a.staff(p, t) = 0.0;
  for (std::size_t c = 0; c < n_classes; ++c) {
    const double share = s.class_share.empty() ? unknown : s.class_share(s.class_share.extent(0) == 1 ? 0 : p, c);
    const double children = share * a.enrolment(p, t);
    a.enrolment_by_class(p, t, c) = children;
    a.classes(p, t) += children / s.class_size[c];
    a.staff(p, t) += children / s.children_per_carer[c];
  }
}

/// Places the plan wants at the end of the year; `start_density` = places per resident when the plan began.
double planned_stock(const Account& a, const Settings& s, double ramp, double start_density, std::size_t p,
                     std::size_t t) {
  const double norm = value(s.norm, p, t);
  const double density = ramp >= 1.0 ? norm : start_density + (norm - start_density) * ramp;
  return density * a.residents(p, t);
}

/// Stock, closures and gross openings of one place through the run. Places above the plan are kept: they only close.
void run_stock(Account& a, const Observed& observed, const Settings& s, std::size_t p) {
  double stock = s.opening_stock.empty() ? unknown : s.opening_stock(p);
  double start_density = unknown;
  double before = 0.0;
  for (std::size_t t = 0; t < a.residents.extent(1); ++t) {
    const double ramp = s.plan == Plan::hold_norm ? value(s.plan_ramp, p, t) : 0.0;
    if (ramp > 0.0 && (before == 0.0 || ramp < before)) {
      const double residents = residents_on(observed, p, t);
      start_density = residents > 0.0 ? stock / residents : 0.0;
    }
    before = ramp;
    const double closed = value(s.closure_rate, p, t) * stock;
    const double left = stock - closed;
    double opened = 0.0;
    if (s.plan == Plan::given) opened = s.gross_openings(p, t);
    if (ramp > 0.0) {
      const double missing = planned_stock(a, s, ramp, start_density, p, t) - left;
      opened = std::isnan(stock) ? unknown : std::max(0.0, missing);
    }
    stock = left + opened;
    a.closures(p, t) = closed;
    a.openings(p, t) = opened;
    a.places_stock(p, t) = stock;
    a.gap_target(p, t) = a.places_target(p, t) - stock;
    a.gap_demand(p, t) = a.places_demand(p, t) - stock;
    a.gap_want(p, t) = a.places_want(p, t) - stock;
  }
}

/// Occupied share of inclusive places; unless stated what enrolment makes it, a place holding one child at most.
double occupied_share(const Account& a, const Settings& s, std::size_t p, std::size_t t) {
  const double stated = value(s.utilisation, p, t);
  if (!std::isnan(stated)) return stated;
  const double share = a.enrolment(p, t) / a.places_stock(p, t);
  return share > 1.0 ? 1.0 : share;
}

/// Places opened in year v are in operating year k in v + k - 1 and are paid in full, whatever has closed since.
void count_inclusive(Account& a, const Observed& observed, const Settings& s, std::size_t p, std::size_t t) {
  double in_paid_years = 0.0;
  for (int k = s.first_paid_year; k <= s.last_paid_year; ++k) {
    const int vintage = observed.axes.year(t) - (k - 1);
    if (vintage < s.paid_vintages_from || vintage < observed.axes.first_year) continue;
    in_paid_years += a.openings(p, static_cast<std::size_t>(vintage - observed.axes.first_year));
  }
  const double occupied = value(s.inclusive_share, p, t) * occupied_share(a, s, p, t);
  a.inclusive_occupied(p, t) = a.places_stock(p, t) * occupied;
  a.paid_places(p, t) = in_paid_years == 0.0 ? 0.0 : in_paid_years * occupied;
}

void fill_rates(Account& a, std::size_t p, std::size_t t) {
  a.stock_per_resident(p, t) = a.places_stock(p, t) / a.residents(p, t);
  a.target_per_resident(p, t) = a.places_target(p, t) / a.residents(p, t);
  a.stock_per_child(p, t) = a.places_stock(p, t) / a.under3(p, t);
  a.target_per_child(p, t) = a.places_target(p, t) / a.under3(p, t);
  a.inclusive_per_child(p, t) = a.inclusive_occupied(p, t) / a.under3(p, t);
  a.utilisation(p, t) = a.enrolment(p, t) / a.places_stock(p, t);
}

}  // namespace

Account account(const Observed& observed, const Settings& settings) {
  check_observed(observed);
  check_settings(observed, settings);
  const std::size_t n_places = observed.pop_jan1.extent(0);
  const std::size_t n_years = observed.pop_jan1.extent(1) - 1;
  Account result = empty_account(n_places, n_years);
  for (std::size_t p = 0; p < n_places; ++p) {
    for (std::size_t t = 0; t < n_years; ++t) {
      count_people(result, observed, p, t);
      count_need(result, settings, p, t);
      count_staff(result, settings, p, t);
    }
    run_stock(result, observed, settings, p);
    for (std::size_t t = 0; t < n_years; ++t) {
      count_inclusive(result, observed, settings, p, t);
      fill_rates(result, p, t);
    }
  }
  return result;
}

Account sum_places(const Account& parts, std::span<const std::size_t> members) {
  const std::size_t n_years = parts.residents.extent(1);
  for (const std::size_t p : members) {
    if (p < parts.residents.extent(0)) continue;
    throw core::ShapeError(core::message({.what = "members",
                                          .where = "",
                                          .got = std::to_string(p),
                                          .allowed = "below " + std::to_string(parts.residents.extent(0)),
                                          .remedy = "index the places of the account"}));
  }
  Account total = empty_account(1, n_years);
  for (std::size_t t = 0; t < n_years; ++t) {
    for (const std::size_t p : members) {
      for (const Count member : counts) (total.*member)(0, t) += (parts.*member)(p, t);
      for (std::size_t c = 0; c < n_classes; ++c)
        total.enrolment_by_class(0, t, c) += parts.enrolment_by_class(p, t, c);
    }
    fill_rates(total, 0, t);
  }
  return total;
}

}  // namespace sanhai::nursery
