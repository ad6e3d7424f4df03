#pragma once
// Money and nursery places of every draw, from the summaries an ensemble keeps: fiscal::book and nursery::account
// called draw by draw, then reduced. Age-sex is not stored: children to age 6, births by order and the total are all
// they read.

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sanhai/ensemble/run.hpp"
#include "sanhai/fiscal/ledger.hpp"
#include "sanhai/nursery/account.hpp"

namespace sanhai::ensemble {

/// What a line of HeadStock::given counts in a draw.
enum class DrawnCount {
  fixed,         ///< fiscal::Line::given as it stands
  school_terms,  ///< children in the last preschool year, both terms, free from autumn `from`
  enrolled,      ///< nursery enrolment, at most the places where their stock is known
  under3,        ///< pop_midyear aged 0-2 x `factor`
  paid_places,   ///< nursery paid_places; 0 while unknown
  openings,      ///< nursery openings x `factor`; 0 while unknown
};

struct AccountLine {
  fiscal::Line line;
  std::vector<bool> has_drawn_take_up{};  ///< (year) the draw's take-up in place of line.take_up; empty: in no year
  DrawnCount count = DrawnCount::fixed;
  core::Array<1> factor = core::Array<1>({1}, 1.0);  ///< (year|1)
  int from = 2025;
};

/// Nursery places: needs over all years, and the stock from `stock_year` on where somebody knows it.
struct AccountNursery {
  nursery::Settings needs;
  std::optional<nursery::Settings> stocked;  ///< opening_stock is places per resident here, x the draw's residents
  std::size_t first_stocked_year = 0;        ///< index of the first year of `stocked`
};

struct AccountInputs {
  core::Axes axes;  ///< places and years of the ensemble
  std::vector<AccountLine> lines;
  core::Array<3> order_share_history;  ///< (place|1, n_history, order)
  std::size_t n_payers = 0;
  AccountNursery nursery;
  std::vector<std::vector<std::size_t>> rows;  ///< members (places) of each row; a row's figures are their sum
  std::vector<double> take_up;                 ///< (draw) for lines with has_drawn_take_up; empty: the lines' own
};

struct AccountOptions {
  std::size_t threads = 1;
  std::vector<double> probabilities{0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975};
  bool keep_draws = false;     ///< totals by draw, for differences between scenarios
  std::function<void()> tick;  ///< called from the calling thread about every 50 ms; may throw, which cancels
};

/// Names of the nursery series of a row, in the order of Accounts::nursery.
[[nodiscard]] std::vector<std::string> nursery_series();

/// Quantiles over draws; NaN where a figure is unknown. Money in nominal yuan.
struct Accounts {
  core::Array<5> cost;                 ///< (row, line, payer, year, probability)
  core::Array<4> line_cost;            ///< (row, line, year, probability) over payers
  core::Array<4> payer_cost;           ///< (row, payer, year, probability) over lines
  core::Array<3> total_cost;           ///< (row, year, probability)
  core::Array<4> beneficiaries;        ///< (row, line, year, probability)
  core::Array<4> nursery;              ///< (row, series, year, probability)
  core::Array<4> draws_payer_cost;     ///< (row, payer, year, draw) with keep_draws
  core::Array<4> draws_line_cost;      ///< (row, line, year, draw) with keep_draws
  core::Array<4> draws_beneficiaries;  ///< (row, line, year, draw) with keep_draws
  core::Array<4> draws_nursery;        ///< (row, series, year, draw) with keep_draws
};

/// Indicators that `ensemble.draws` must hold: pop_jan1, ages 0-6 and births by order.
[[nodiscard]] std::vector<Indicator> account_indicators();

/// Books every draw of `ensemble`, which was run with Keep::draws (or ages) and at least account_indicators().
/// Throws ConfigError (an indicator or the draws missing), ShapeError, and what fiscal::book and nursery::account
/// throw.
[[nodiscard]] Accounts accounts(const Ensemble& ensemble, const AccountInputs& inputs, const AccountOptions& options);

}  // namespace sanhai::ensemble
