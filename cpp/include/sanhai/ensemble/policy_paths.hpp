#pragma once
// Births by order in draws, with a policy's response to cost: for each draw the base path (orders by parity in share
// space, rates/parity_path.hpp), the gross path (multipliers on the hazards, own depletion) and the debt of moved
// births (policy/tempo_year.hpp), eight draws at a time.

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/view.hpp"
#include "sanhai/ensemble/demographic_paths.hpp"
#include "sanhai/ensemble/kernel.hpp"
#include "sanhai/policy/priors.hpp"
#include "sanhai/policy/response.hpp"
#include "sanhai/policy/walk.hpp"
#include "sanhai/rates/parity.hpp"

namespace sanhai::ensemble {

/// Median fertility of a place and where its women stand: the arguments of rates::parity_path.
struct ParityFertility {
  core::Array<2> asfr;                     ///< (year, age) births per woman, all orders, single ages from 0
  rates::ParityStock start;                ///< 1 January of the first year
  core::Array<3> relative;                 ///< (year|1, order, age 10..64) relative hazards
  std::array<double, 3> k{1.0, 1.0, 1.0};  ///< the place's factors on orders 1, 2, 3+; only their ratios matter
};

/// Parameters of the response that a user's lever holds: every draw then has the point value. To be joined with |.
enum FixedParameter : unsigned {
  fixed_eps = 1,
  fixed_k = 2,
  fixed_gamma = 4,
  fixed_tau = 8,
  fixed_T = 16,
  fixed_H = 32,
  fixed_w = 64,
  fixed_take_up = 128,
  fixed_sigma = 256,  ///< of the first policy::SupportClass; the bits of the others follow
};

/// How draws respond. With the policy component off every draw has `point`.
struct PolicyResponse {
  policy::PolicyPriors priors;
  policy::ResponseParameters point;  ///< onset, rho and repayment always come from here
  unsigned fixed = 0;                ///< FixedParameter
};

/// A draw of the priors as the scalar functions take it; what the draw does not hold is `point`'s.
[[nodiscard]] policy::ResponseParameters parameters_of_draw(const policy::PolicyDraw& draw,
                                                            const policy::ResponseParameters& point,
                                                            unsigned fixed = 0);

/// One place under one scenario.
struct PolicyPlace {
  ParityFertility fertility;
  policy::Support support;
};

/// What one batch of eight draws of one place leaves, beside its rates. Births per woman, (year, order, lane), summed
/// over cohorts.
struct PolicyBatch {
  core::Array<3> multiplier;   ///< M (year, order, lane)
  core::Array<3> base;         ///< sum over age of the base path's rates
  core::Array<3> added_gross;  ///< before any repayment
  core::Array<3> added_net;
  core::Array<3> unpaid;       ///< debt left when a cohort leaves its last exposed year, in that year
  core::Array<4> base_rate;    ///< (year, order, age - first_age, lane) births per woman of the base path
  core::Array<4> gross_rate;   ///< the same with the policy, its own depletion and no repayment
  core::Array<4> gross_share;  ///< (year + 1, parity, age 10..64, lane) of the gross run
  core::Array<4> start_rate;   ///< (year, order, age - first_age, lane) what the engine is given
  core::Array<4> end_rate;
  std::array<BirthsStatus, n_lanes> status;  ///< year -1: all well
};

/// Paths of demography and policy. One object a scenario; the same seed gives each draw the same shocks in all of them.
class PolicyPaths : public PathMaker {
public:
  /// `places` in the order of `demography`'s, which must outlive this. Throws ShapeError, DomainError (naming the
  /// place's position), ConfigError.
  PolicyPaths(const DemographicPaths& demography, std::vector<PolicyPlace> places, PolicyResponse response,
              std::optional<Isa> isa = {});

  /// Writes start_rate and end_rate (and demography's k, shock, death factor). A draw whose total its women by parity
  /// cannot bear gets NaN; `explain` then throws DomainError naming place, year, age and draw.
  void draw(std::size_t place, std::size_t first_draw, const PathBlock& block) const override;
  [[nodiscard]] bool has_fertility() const override { return false; }
  [[nodiscard]] bool has_k() const override { return demography_.has_k(); }
  [[nodiscard]] bool has_shock() const override { return demography_.has_shock(); }
  [[nodiscard]] bool has_death_factor() const override { return demography_.has_death_factor(); }
  [[nodiscard]] EventNoise events(std::size_t place) const override { return demography_.events(place); }
  [[nodiscard]] RateAges rate_ages() const override { return ages_; }
  void check(std::size_t n_places, std::size_t n_years) const override { demography_.check(n_places, n_years); }
  [[nodiscard]] bool has_gross(std::size_t place) const override { return tables_[place].walk.has_policy(); }
  void explain(std::size_t place, std::size_t draw) const override;

  /// The response of one draw at one place.
  [[nodiscard]] policy::ResponseParameters parameters(std::size_t place, std::size_t draw) const;
  [[nodiscard]] double take_up(std::size_t draw) const;
  /// M (year, order) of one draw at one place. ShapeError for a place that is not there.
  [[nodiscard]] core::Array<2> multipliers(std::size_t place, std::size_t draw) const;

  /// The same batch with everything on the way kept: for tests and for reports of a few draws.
  [[nodiscard]] PolicyBatch batch(std::size_t place, std::size_t first_draw) const;

  /// Draws, of n_draws, in which some support was cut at 95 % of the cost of a child.
  [[nodiscard]] std::size_t n_capped(std::size_t place, std::size_t first_draw, std::size_t n_draws) const;

private:
  /// A place's tables as the kernel reads them.
  struct Table {
    core::Array<2> asfr;      ///< (year, age of rate_ages)
    core::Array<3> relative;  ///< (year|1, order, age of rate_ages) x k
    core::Array<2> start;     ///< (parity, age 10..64)
    policy::Walk walk;
  };
  using Status = std::array<BirthsStatus, n_lanes>;

  [[nodiscard]] Table table_of(const PolicyPlace& place, const std::string& where) const;
  /// Rates that the engine is given; `gross`: and those before any birth is taken back, per woman at the start or end.
  Status solve(std::size_t place, std::size_t first_draw, core::View<double, 4> start_rate,
               core::View<double, 4> end_rate, core::View<double, 4> gross, PolicyBatch* kept) const;

  const DemographicPaths& demography_;
  std::vector<PolicyPlace> places_;
  std::vector<Table> tables_;
  PolicyResponse response_;
  RateAges ages_;
  Kernel kernel_;
};

}  // namespace sanhai::ensemble
