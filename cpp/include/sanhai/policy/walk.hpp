#pragma once
// When births answer to what is announced. A birth at date x was decided on `onset` years before; it goes through the
// announcements made by then in their order. A rise of L starts a clock of its own, at its announcement; a fall takes
// off what is left of the latest rises. What is left of a rise works by phi psi of the years since its announcement:
// phi = 1 - exp(-(u - onset)/T) builds up, psi = w + (1 - w) 2^(-u/H) fades in part.
//
// ln M of a year and order = mean over its 12 mid-months of the walk of the scenario less that of its baseline, + care;
// the ceiling bends it once.

#include <array>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/view.hpp"
#include "sanhai/policy/response.hpp"

namespace sanhai::policy {

/// What births of a place meet on both sides of a comparison. Side 0 is the scenario, side 1 its baseline. A segment is
/// a run of months of birth, from its `first_month` to the month before the next one's, in which births meet the same.
struct Support {
  std::vector<double> announced;    ///< decimal years, rising; 0: before anybody can remember. Empty: no policy
  std::vector<double> first_month;  ///< of each segment, months since January of the first year, rising from 0
  /// (side, segment, announcement, order, SupportClass) yuan: sum of reach x present value at birth of all that is
  /// known once the announcement is made.
  core::Array<5> present_value;
  /// The same of payments whose take-up is a draw's, at a take-up of 1; it is added times the draw's. Empty: none.
  core::Array<5> claimed;
  core::Array<3> cut;            ///< (side, segment, announcement) share of the cost taken off; empty: none
  core::Array<1> cost_of_child;  ///< (segment) yuan, > 0
  /// (year) scenario less baseline, children enrolled per child under three in units of 0.10, x female employment /
  /// reference: ln M + gamma x this. Empty: care is off.
  core::Array<1> care;
  /// Progressions p_i of the median baseline in the first projected year; NaN: no ceiling.
  std::array<double, core::n_orders> progression{std::numeric_limits<double>::quiet_NaN(),
                                                 std::numeric_limits<double>::quiet_NaN(),
                                                 std::numeric_limits<double>::quiet_NaN()};
  std::array<double, core::n_orders> desired{0.95, 0.75, 0.20};  ///< D_i; a place's own by desired_of_place
};

/// Supports of one place, checked and laid out by years: what does not vary from draw to draw.
class Walk {
public:
  /// Without policy.
  Walk() = default;
  /// `where` names the place in messages. ShapeError, DomainError.
  Walk(Support support, int first_year, std::size_t n_years, double onset, const std::string& where);

  /// Whether anything can move a birth.
  [[nodiscard]] bool has_policy() const { return !stretches_.empty() || !support_.care.empty(); }
  /// M (year, order) of one draw; exactly 1 where both sides are alike.
  [[nodiscard]] core::Array<2> multipliers(const ResponseParameters& parameters) const;
  /// Whether some birth's support is cut at 95 % of the cost; false for every draw where not `may_cap`.
  [[nodiscard]] bool is_capped(const ResponseParameters& parameters) const;
  [[nodiscard]] bool may_cap() const { return may_cap_; }

private:
  /// Months of one year whose births meet one segment and were decided on after the first `n_known` announcements.
  struct Stretch {
    std::size_t from = 0;  ///< months since January of the first year
    std::size_t end = 0;
    std::size_t segment = 0;
    std::size_t n_known = 0;
  };
  static constexpr std::size_t n_sides = 2;

  [[nodiscard]] double middle(std::size_t month) const;  ///< decimal year
  [[nodiscard]] SupportShare share(std::size_t side, const Stretch& at, std::size_t announcement, std::size_t order,
                                   const ResponseParameters& parameters) const;

  Support support_;
  int first_year_ = 0;
  std::size_t n_years_ = 0;
  double onset_ = 0.0;
  std::vector<Stretch> stretches_;  ///< in the order of months, none with n_known = 0
  bool may_cap_ = false;            ///< weights and take-up of 1 would reach the cap somewhere
};

}  // namespace sanhai::policy
