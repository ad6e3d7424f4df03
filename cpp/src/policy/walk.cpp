#include "sanhai/policy/walk.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <utility>

#include "sanhai/core/check.hpp"
#include "sanhai/core/math.hpp"

namespace sanhai::policy {

namespace {

namespace check = core::check;

constexpr std::size_t months_a_year = 12;
constexpr double ln2 = 0.6931471805599453;
const std::string shape_remedy = "check sides, segments, announcements, orders and classes of this table";

/// 1 + q + ... + q^(n-1), n = 0 to 12, of q = exp(-rate / 12).
class MonthlySums {
public:
  explicit MonthlySums(double rate) {
    const double q = core::exp(-rate / static_cast<double>(months_a_year));
    for (std::size_t n = 1; n <= months_a_year; ++n) sums_[n] = 1.0 + q * sums_[n - 1];
  }
  [[nodiscard]] double operator[](std::size_t n) const { return sums_[n]; }

private:
  std::array<double, months_a_year + 1> sums_{};
};

/// phi psi of a draw, summed over months.
class Clock {
public:
  Clock(const ResponseParameters& parameters, double onset)
      : w_(parameters.w),
        rise_(1.0 / parameters.T),
        fade_(ln2 / parameters.H),
        onset_(onset),
        rising_(rise_),
        fading_(fade_),
        both_(rise_ + fade_) {}

  /// Sum over n months, the middle of the first `since` years (>= onset) after the announcement.
  [[nodiscard]] double sum(double since, std::size_t n) const {
    const double risen = core::exp(-rise_ * (since - onset_));
    const double faded = core::exp(-fade_ * since);
    // phi psi = w + (1-w) faded - w risen - (1-w) risen faded: each falls by a constant factor a month
    const double lasting = static_cast<double>(n) - risen * rising_[n];
    const double passing = faded * (fading_[n] - risen * both_[n]);
    return w_ * lasting + (1.0 - w_) * passing;
  }

private:
  double w_;
  double rise_;
  double fade_;
  double onset_;
  MonthlySums rising_;
  MonthlySums fading_;
  MonthlySums both_;
};

/// What is left of the rise at every announcement, of L as it was known from each on.
void walk(std::span<const double> L, std::span<double> left) {
  double before = 0.0;
  for (std::size_t m = 0; m < L.size(); ++m) {
    left[m] = std::max(0.0, L[m] - before);
    double fall = std::max(0.0, before - L[m]);
    for (std::size_t k = m; k-- > 0 && fall > 0.0;) {
      const double taken = std::min(fall, left[k]);
      left[k] -= taken;
      fall -= taken;
    }
    before = L[m];
  }
}

/// Finite, 0 or more.
void check_all(const char* what, std::span<const double> values, const std::string& where) {
  for (const double value : values) {
    check::not_negative(what, value, "a charge on births is outside the evidence this response rests on", where);
  }
}

void check_support(const Support& support, std::size_t n_years, const std::string& where) {
  const std::size_t n = support.announced.size();
  const std::size_t segments = support.first_month.size();
  for (std::size_t m = 0; m < n; ++m) {
    if (support.announced[m] >= (m == 0 ? 0.0 : support.announced[m - 1]) && std::isfinite(support.announced[m]))
      continue;
    check::fail("announced", where, support.announced[m], "decimal years in rising order", "sort the announcements");
  }
  if (n > 0) {
    for (std::size_t i = 0; i < segments; ++i) {
      const double month = support.first_month[i];
      const double least = i == 0 ? 0.0 : support.first_month[i - 1] + 1.0;
      if (month == std::floor(month) && month >= least && (i > 0 || month == 0.0) &&
          month < static_cast<double>(months_a_year * n_years))
        continue;
      check::fail("first_month", where, month, "whole months of the run, rising from 0", "sort the segments");
    }
    if (segments == 0) check::fail("first_month", where, 0.0, "a segment that begins in month 0", "give the segments");
    const core::Shape<5> by_class = {2, segments, n, core::n_orders, n_support_classes};
    check::require_shape("present_value", where, support.present_value.shape(), by_class, shape_remedy);
    if (!support.claimed.empty())
      check::require_shape("claimed", where, support.claimed.shape(), by_class, shape_remedy);
    if (!support.cut.empty()) check::require_shape("cut", where, support.cut.shape(), {2, segments, n}, shape_remedy);
    check::require_shape("cost_of_child", where, support.cost_of_child.shape(), {segments}, shape_remedy);
  }
  check_all("present_value", support.present_value.flat(), where);
  check_all("claimed", support.claimed.flat(), where);
  for (const double share : support.cut.flat())
    check::share("cut", share, "give the share of the cost of a child that is taken off", where);
  for (const double cost : support.cost_of_child.flat())
    check::positive("cost of a child", cost, "give the cost from birth to 17 in yuan", where);
  if (!support.care.empty()) check::require_shape("care", where, support.care.shape(), {n_years}, shape_remedy);
  for (const double care : support.care.flat())
    check::finite("care", care, "compare with the baseline of the same year", where);
  for (std::size_t i = 0; i < core::n_orders; ++i) {
    if (!std::isnan(support.progression[i])) (void)max_multiplier(support.desired[i], support.progression[i]);
  }
}

}  // namespace

Walk::Walk(Support support, int first_year, std::size_t n_years, double onset, const std::string& where)
    : support_(std::move(support)), first_year_(first_year), n_years_(n_years), onset_(onset) {
  check_support(support_, n_years, where);
  std::size_t segment = 0;
  std::size_t n_known = 0;
  const std::vector<double>& announced = support_.announced;
  for (std::size_t month = 0; !announced.empty() && month < months_a_year * n_years; ++month) {
    const std::size_t segment_before = segment;
    const std::size_t n_before = n_known;
    if (segment + 1 < support_.first_month.size() && static_cast<double>(month) == support_.first_month[segment + 1])
      ++segment;
    while (n_known < announced.size() && middle(month) - announced[n_known] >= onset_) ++n_known;
    if (n_known == 0) continue;
    if (month % months_a_year == 0 || segment != segment_before || n_known != n_before)
      stretches_.push_back({.from = month, .end = month, .segment = segment, .n_known = n_known});
    stretches_.back().end = month + 1;
  }
  ResponseParameters most;
  most.sigma.fill(1.0);
  most.take_up = 1.0;
  may_cap_ = true;
  may_cap_ = is_capped(most);
}

double Walk::middle(std::size_t month) const {
  return first_year_ + (static_cast<double>(month) + 0.5) / static_cast<double>(months_a_year);
}

SupportShare Walk::share(std::size_t side, const Stretch& at, std::size_t announcement, std::size_t order,
                         const ResponseParameters& parameters) const {
  double sum = 0.0;
  for (std::size_t c = 0; c < n_support_classes; ++c) {
    double value = support_.present_value(side, at.segment, announcement, order, c);
    if (!support_.claimed.empty())
      value += parameters.take_up * support_.claimed(side, at.segment, announcement, order, c);
    sum += parameters.sigma[c] * value;
  }
  const double cut = support_.cut.empty() ? 0.0 : support_.cut(side, at.segment, announcement);
  return support_share(sum, support_.cost_of_child(at.segment), cut);
}

bool Walk::is_capped(const ResponseParameters& parameters) const {
  for (const Stretch& at : stretches_)
    for (std::size_t m = 0; may_cap_ && m < at.n_known; ++m)
      for (std::size_t side = 0; side < n_sides; ++side)
        for (std::size_t i = 0; i < core::n_orders; ++i)
          if (share(side, at, m, i, parameters).capped) return true;
  return false;
}

core::Array<2> Walk::multipliers(const ResponseParameters& parameters) const {
  core::Array<3> worked({n_sides, n_years_, core::n_orders});  // sum over mid-months
  const std::size_t n = support_.announced.size();
  core::Array<3> left({n_sides, core::n_orders, n});
  std::vector<double> L(n);
  const Clock clock(parameters, onset_);
  const Stretch* before = nullptr;
  for (const Stretch& at : stretches_) {
    if (!before || before->segment != at.segment || before->n_known != at.n_known) {
      for (std::size_t side = 0; side < n_sides; ++side)
        for (std::size_t i = 0; i < core::n_orders; ++i) {
          for (std::size_t m = 0; m < at.n_known; ++m)
            L[m] = ln_response(share(side, at, m, i, parameters).s, parameters.eps_of(i));
          walk(std::span(L).first(at.n_known), left.view()[side][i].flat());
        }
    }
    before = &at;
    for (std::size_t m = 0; m < at.n_known; ++m) {
      const double weight = clock.sum(middle(at.from) - support_.announced[m], at.end - at.from);
      for (std::size_t side = 0; side < n_sides; ++side)
        for (std::size_t i = 0; i < core::n_orders; ++i)
          worked(side, at.from / months_a_year, i) += left(side, i, m) * weight;
    }
  }
  core::Array<2> found({n_years_, core::n_orders}, 1.0);
  for (std::size_t year = 0; year < n_years_; ++year)
    for (std::size_t i = 0; i < core::n_orders; ++i) {
      double ln_multiplier = (worked(0, year, i) - worked(1, year, i)) / static_cast<double>(months_a_year);
      if (!support_.care.empty()) ln_multiplier += parameters.gamma * support_.care(year);
      if (ln_multiplier == 0.0) continue;
      const double multiplier = core::exp(ln_multiplier);
      const double progression = support_.progression[i];
      found(year, i) = std::isnan(progression)
                           ? multiplier
                           : effective_multiplier(multiplier, max_multiplier(support_.desired[i], progression));
    }
  return found;
}

}  // namespace sanhai::policy
