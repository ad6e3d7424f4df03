#pragma once
// The ledger: heads x yuan x take-up, by line, place, year and payer. An observer: it never writes back.

#include <cstddef>
#include <span>
#include <string>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/view.hpp"
#include "sanhai/fiscal/heads.hpp"

namespace sanhai::fiscal {

/// One payment rule. An axis written place|1 may have length 1: then all places share it.
struct Line {
  std::string id;  ///< "national/child-allowance"; named in every message
  HeadStock stock = HeadStock::births_and_jan1;
  core::Array<4> yuan_per_head;  ///< (place|1, year, order, cell) yuan a year; `given`: (place|1, year, 1, 1)
  double take_up = 0.9;          ///< share of the entitled who claim; multiplies beneficiaries once; [0, 1]
  core::Array<2> ratio;          ///< (place|1, cell) registered / resident; empty: 1
  core::Array<3> payer_share;    ///< (place|1, year, payer), sums to 1 in every (place, year)
  core::Array<2> given;          ///< (place, year) counts; only for HeadStock::given
};

/// Rates are per year and constant; prices of the amounts are those of the year they are paid in.
struct Money {
  double inflation = 0.0;  ///< deflates nominal to real; > -1
  int price_year = 2025;   ///< cost_real is in yuan of this year
  double discount = 0.03;  ///< real; > -1
  int base_year = 2025;    ///< pv is the value in this year
};

/// (line, place, year) and (line, place, year, payer). In every cell the payers sum to the line's total.
struct Ledger {
  core::Array<3> beneficiaries;   ///< persons paid: heads with an amount, x ratio x take-up
  core::Array<3> full_liability;  ///< yuan, nominal, at take-up 1
  core::Array<4> cost_nominal;    ///< yuan of the year
  core::Array<4> cost_real;       ///< cost_nominal (1 + inflation)^-(year - price_year)
  core::Array<4> pv;              ///< cost_real (1 + discount)^-(year - base_year): sum over years for a present value
};

/// Books every line. Throws ShapeError, DomainError, and AccountingError when payer shares do not sum to 1 (1e-12).
[[nodiscard]] Ledger book(const Observed& observed, std::span<const Line> lines, const Money& money,
                          std::size_t n_payers);

/// The bill of children born before calendar year `born_before`: (line, place, year) nominal yuan at the line's
/// take-up. It is owed even if nobody is born from then on. NaN for `given` lines, whose counts have no birth year.
[[nodiscard]] core::Array<3> committed_tail(const Observed& observed, std::span<const Line> lines, int born_before);

}  // namespace sanhai::fiscal
