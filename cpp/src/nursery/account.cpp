#include "sanhai/nursery/account.hpp"

#include "settings_check.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace sanhai::nursery {

namespace {

using Count = core::Array<2> Account::*;

constexpr std::array<Count, 13> counts = {&Account::residents,     &Account::under3,        &Account::children_6_36,
                                          &Account::places_target, &Account::places_demand, &Account::places_want,
                                          &Account::places_stock,  &Account::gap_target,    &Account::gap_demand,
                                          &Account::gap_want,      &Account::enrolment,     &Account::classes,
                                          &Account::staff};

constexpr std::array<Count, 7> rates = {
    &Account::stock_per_resident, &Account::target_per_resident, &Account::stock_per_child, &Account::target_per_child,
    &Account::utilisation,        &Account::kindergarten_use,    &Account::other_use};

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

/// Mean of the two 1 Januaries.
double aged_midyear(const Observed& observed, std::size_t p, std::size_t t, std::size_t age) {
  return 0.5 * (aged(observed, p, t, age) + aged(observed, p, t + 1, age));
}

void count_people(Account& a, const Observed& observed, std::size_t p, std::size_t t) {
  double midyear[3];
  for (std::size_t age = 0; age < 3; ++age) midyear[age] = aged_midyear(observed, p, t, age);
  a.residents(p, t) = residents_on(observed, p, t + 1);
  a.under3(p, t) = midyear[0] + midyear[1] + midyear[2];
  a.children_6_36(p, t) = 0.5 * midyear[0] + midyear[1] + midyear[2];
}

void count_need(Account& a, const Settings& s, std::size_t p, std::size_t t) {
  const double full = value(s.target_utilisation, p, t);
  a.places_target(p, t) = value(s.norm, p, t) * a.residents(p, t);
  a.places_demand(p, t) = value(s.enrolment_share, p, t) * a.under3(p, t) / full;
  a.places_want(p, t) = value(s.want_share, p, t) * a.children_6_36(p, t) / full;
  const double stock = s.places.empty() ? unknown : s.places(p, t);
  a.places_stock(p, t) = stock;
  a.gap_target(p, t) = a.places_target(p, t) - stock;
  a.gap_demand(p, t) = a.places_demand(p, t) - stock;
  a.gap_want(p, t) = a.places_want(p, t) - stock;
}

double smaller(double a, double b) { return b < a ? b : a; }

double quotient(double above, double below) { return below > 0.0 ? above / below : 0.0; }

/// Who attends, and how far that fills the places. All places are used alike, but kindergartens for want of children.
void count_enrolled(Account& a, const Settings& s, double aged_2, std::size_t p, std::size_t t) {
  const double wanted = value(s.enrolment_share, p, t) * a.under3(p, t);
  const double places = a.places_stock(p, t);
  a.enrolment(p, t) = wanted;
  if (std::isnan(places) || std::isnan(wanted)) return;
  const double most = value(s.max_utilisation, p, t);
  a.enrolment(p, t) = smaller(wanted, most * places);
  const double use = quotient(a.enrolment(p, t), places);
  const double toddler_classes = s.kindergarten.empty() ? 0.0 : s.kindergarten(p, t);
  a.kindergarten_use(p, t) = a.other_use(p, t) = use;
  if (use * toddler_classes > aged_2) {
    const double others = places - toddler_classes;
    const double elsewhere = smaller(a.enrolment(p, t) - aged_2, most * others);
    a.enrolment(p, t) = aged_2 + elsewhere;
    a.kindergarten_use(p, t) = quotient(aged_2, toddler_classes);
    a.other_use(p, t) = quotient(elsewhere, others);
  }
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

void fill_rates(Account& a, std::size_t p, std::size_t t) {
  a.stock_per_resident(p, t) = a.places_stock(p, t) / a.residents(p, t);
  a.target_per_resident(p, t) = a.places_target(p, t) / a.residents(p, t);
  a.stock_per_child(p, t) = a.places_stock(p, t) / a.under3(p, t);
  a.target_per_child(p, t) = a.places_target(p, t) / a.under3(p, t);
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
      count_enrolled(result, settings, aged_midyear(observed, p, t, 2), p, t);
      count_staff(result, settings, p, t);
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
