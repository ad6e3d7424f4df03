#pragma once
// The ledger: heads x yuan x take-up, by line, place, year and payer. An observer: it never writes back.

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/view.hpp"
#include "sanhai/fiscal/heads.hpp"

namespace sanhai::fiscal {

/// One payment rule. An axis written place|1 may have length 1: then all places share it.
struct Line {
  std::string id;  ///< "national/child-allowance"; named in every message
  HeadStock stock = HeadStock::births_and_jan1;
  core::Array<4> yuan_per_head;  ///< (place|1, year, order, cell) yuan a year; `given`: (place|1, year, 1, 1)
  core::Array<1> take_up =
      core::Array<1>({1}, 0.9);  ///< (year|1) share of the entitled who claim, counted once; [0, 1]
  core::Array<3> ratio;          ///< (place|1, year|1, cell) registered / resident; empty: 1
  core::Array<3> payer_share;    ///< (place|1, year, payer), sums to 1 in every (place, year)
  core::Array<2> given;          ///< (place, year) counts; only for HeadStock::given
  /// (place|1, year + 1) share of what is due in a year that is paid in the year after; the first is that of the year
  /// before the first. Empty: all is paid when it is due. NaN: nobody knows.
  core::Array<2> lag;
};

/// (line, place, year) and (line, place, year, payer). In every cell the payers sum to the line's total. Other prices
/// and present values are factors by year on these.
struct Ledger {
  core::Array<3> beneficiaries;     ///< persons paid: heads with an amount, x ratio x take-up
  core::Array<3> liability;         ///< yuan of the year, at take-up 1
  core::Array<4> cost_nominal;      ///< yuan due in the year
  core::Array<4> cash;              ///< (lagged line, ...) yuan paid in the year, of the lines of `lagged`
  std::vector<std::size_t> lagged;  ///< lines with a lag; any other is paid when it is due
};

/// Books every line. Cash of a year is what is due less the lag's share of it, and that share of the year before; in
/// the first year it is NaN where the year before left something. Throws ShapeError, DomainError, and AccountingError
/// when payer shares do not sum to 1 (1e-12).
[[nodiscard]] Ledger book(const Observed& observed, std::span<const Line> lines, std::size_t n_payers);

/// The bill of children born before calendar year `born_before`: (line, place, year) nominal yuan at the line's
/// take-up. It is owed even if nobody is born from then on. NaN for `given` lines, whose counts have no birth year.
[[nodiscard]] core::Array<3> committed_tail(const Observed& observed, std::span<const Line> lines, int born_before);

}  // namespace sanhai::fiscal
