#pragma once
// Money and nursery places of every draw, from the summaries an ensemble keeps: fiscal::book and nursery::account
// called draw by draw. Age-sex is not stored: children to age 6, births by order and the total are all they read.

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
  fixed,        ///< fiscal::Line::given as it stands
  enrolled,     ///< nursery enrolment, at most the places where their stock is known
  paid_places,  ///< nursery paid_places; 0 while unknown
  openings,     ///< nursery openings; 0 while unknown
};

struct AccountLine {
  fiscal::Line line;
  std::vector<bool> has_drawn_take_up{};  ///< (year) the draw's take-up in place of line.take_up; empty: in no year
  DrawnCount count = DrawnCount::fixed;
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
  std::vector<std::size_t> kinds;      ///< of each payer: which of the totals that are never added its money belongs to
  AccountNursery nursery;
  std::vector<std::vector<std::size_t>> rows;  ///< members (places) of each row; a row's figures are their sum
  std::vector<double> take_up;                 ///< (draw) for lines with has_drawn_take_up; empty: the lines' own
};

struct AccountOptions {
  std::size_t threads = 1;
  std::function<void()> tick;  ///< called from the calling thread about every 50 ms; may throw, which cancels
};

/// Names of the nursery series of a row, in the order of Accounts::nursery.
[[nodiscard]] std::vector<std::string> nursery_series();

/// Who carries a share of which line.
struct Pair {
  std::size_t line = 0;
  std::size_t payer = 0;
};

/// A line's money of one kind.
struct Side {
  std::size_t line = 0;
  std::size_t kind = 0;
};

/// Every draw, draw innermost. Money in nominal yuan; of nursery places NaN where a figure is unknown.
struct Accounts {
  std::vector<Pair> pairs;          ///< those with a share anywhere, by line and payer: most lines have two or three
  std::vector<Side> sides;          ///< kinds with a share anywhere, by line and kind: most lines have one
  std::vector<std::size_t> lagged;  ///< pairs of lines with a lag: what the others pay is what is due
  core::Array<4> cost;              ///< (pair, row, year, draw) due
  core::Array<4> cash;              ///< (lagged pair, row, year, draw) paid in the year
  core::Array<4> beneficiaries;     ///< (line, row, year, draw)
  core::Array<4> liability;         ///< (side, row, year, draw) at take-up 1
  core::Array<4> nursery;           ///< (series, row, year, draw)
};

/// Books every draw of `ensemble`, which was run with Keep::draws (or ages) and with at least pop_jan1, age_0 to age_6
/// and births by order among its indicators.
/// Throws ConfigError (an indicator or the draws missing), ShapeError, and what fiscal::book and nursery::account
/// throw.
[[nodiscard]] Accounts accounts(const Ensemble& ensemble, const AccountInputs& inputs, const AccountOptions& options);

}  // namespace sanhai::ensemble
