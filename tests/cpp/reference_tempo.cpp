#include "reference_tempo.hpp"

#include <algorithm>
#include <vector>

#include "sanhai/policy/tempo_year.hpp"

namespace sanhai::test {

namespace {

using Cells = core::View<const double, 4>;  // (place, year, order, age)

/// Highest start age with births in any year of either array; 0 when there is none.
std::size_t last_exposed_age(Cells base, Cells gross, std::size_t p, std::size_t i) {
  std::size_t last = 0;
  for (std::size_t t = 0; t < base.extent(1); ++t)
    for (std::size_t y = last; y < base.extent(3); ++y)
      if (base(p, t, i, y) > 0.0 || gross(p, t, i, y) > 0.0) last = y;
  return last;
}

/// What one cohort owes for one order. `due_[0]` is this year's, `due_[k]` falls due k years later.
class Debt {
public:
  explicit Debt(std::span<const double> weights) : weights_(weights), due_(weights.size() + 1, 0.0) {}

  /// Books one year with `years_left` exposed years after it. `moved` = tau r. Returns what is paid out of `births`.
  double settle(double births, double moved, std::size_t years_left) {
    return policy::settle_debt(
        weights_.data(), weights_.size(), births, moved, years_left, [&](std::size_t k) { return due_[k]; },
        [&](std::size_t k, double later) { due_[k] = later; });
  }

  void clear() { std::fill(due_.begin(), due_.end(), 0.0); }

  [[nodiscard]] double total() const {
    double sum = 0.0;
    for (const double part : due_) sum += part;
    return sum;
  }

private:
  std::span<const double> weights_;
  std::vector<double> due_;
};

/// Everything one place and order has in common.
struct Lane {
  Cells base;
  Cells gross;
  double tau;
  std::size_t place;
  std::size_t order;
  std::size_t last_age;
};

/// Follows one cohort through the run, from `year` and start age `age` on.
void follow(TempoLedger& ledger, const Lane& lane, Debt& debt, std::size_t year, std::size_t age) {
  const auto [base, gross, tau, p, i, last_age] = lane;
  const std::size_t n_years = base.extent(1);
  debt.clear();
  for (std::size_t t = year, y = age; t < n_years && y <= last_age; ++t, ++y) {
    const double births = gross(p, t, i, y);
    const double extra = births - base(p, t, i, y);
    const double paid = debt.settle(births, tau * extra, last_age - y);
    if (paid != 0.0) ledger.cohort_factor(p, t, i, y) = (births - paid) / births;
    ledger.added_gross(p, t, i) += extra;
    ledger.added_net(p, t, i) += extra - paid;
    if (y == last_age) {
      ledger.unpaid(p, t, i) += debt.total();
    } else if (t + 1 == n_years) {
      ledger.outstanding(p, 0, i, y) = debt.total();
    }
  }
}

core::Array<4> cohort_births_per_woman(Cells rates) {
  const auto [n_places, n_years, n_orders, n_ages] = rates.shape();
  core::Array<4> births(rates.shape());
  for (std::size_t p = 0; p < n_places; ++p)
    for (std::size_t t = 0; t < n_years; ++t)
      for (std::size_t i = 0; i < n_orders; ++i)
        for (std::size_t y = 0; y < n_ages; ++y) {
          const double at_end = y + 1 < n_ages ? rates(p, t, i, y + 1) : 0.0;
          births(p, t, i, y) = 0.5 * rates(p, t, i, y) + 0.5 * at_end;
        }
  return births;
}

}  // namespace

TempoLedger tempo_ledger_from_births(Cells base, Cells gross, double tau, std::span<const double> weights) {
  const auto [n_places, n_years, n_orders, n_ages] = base.shape();
  TempoLedger ledger{.cohort_factor = core::Array<4>({n_places, n_years, n_orders, n_ages}, 1.0),
                     .added_gross = core::Array<3>({n_places, n_years, n_orders}),
                     .added_net = core::Array<3>({n_places, n_years, n_orders}),
                     .unpaid = core::Array<3>({n_places, n_years, n_orders}),
                     .outstanding = core::Array<4>({n_places, 1, n_orders, n_ages})};
  Debt debt(weights);
  for (std::size_t p = 0; p < n_places; ++p)
    for (std::size_t i = 0; i < n_orders; ++i) {
      const Lane lane{base, gross, tau, p, i, last_exposed_age(base, gross, p, i)};
      // every cohort once: those that are there when the run starts, then those that are aged 0 later
      for (std::size_t age = 0; age <= lane.last_age && n_years > 0; ++age) follow(ledger, lane, debt, 0, age);
      for (std::size_t year = 1; year < n_years; ++year) follow(ledger, lane, debt, year, 0);
    }
  return ledger;
}

TempoLedger tempo_ledger(Cells base, Cells gross, double tau, std::span<const double> weights) {
  const core::Array<4> base_births = cohort_births_per_woman(base);
  const core::Array<4> gross_births = cohort_births_per_woman(gross);
  return tempo_ledger_from_births(base_births.view(), gross_births.view(), tau, weights);
}

}  // namespace sanhai::test
