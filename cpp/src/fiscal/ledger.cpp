#include "sanhai/fiscal/ledger.hpp"

#include <cmath>
#include <limits>
#include <utility>

#include "sanhai/core/check.hpp"

namespace sanhai::fiscal {

namespace {

namespace check = core::check;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// Index on an axis that one entry may hold for all.
std::size_t row(std::size_t extent, std::size_t index) { return extent == 1 ? 0 : index; }

double ratio_of(const Line& line, std::size_t p, std::size_t t, std::size_t cell) {
  return line.ratio.empty() ? 1.0 : line.ratio(row(line.ratio.extent(0), p), row(line.ratio.extent(1), t), cell);
}

double take_up_of(const Line& line, std::size_t t) { return line.take_up(row(line.take_up.extent(0), t)); }

void check_extent(const Line& line, const char* name, std::size_t got, std::size_t expected, const char* axis,
                  bool one_is_fine) {
  if (got == expected || (one_is_fine && got == 1)) return;
  check::fail_shape(line.id + " " + name, std::string("axis ") + axis, std::to_string(got),
                    std::to_string(expected) + (one_is_fine ? " or 1" : ""), "align the line with the projection");
}

void check_shapes(const Observed& observed, const Line& line, std::size_t n_payers) {
  const bool is_given = line.stock == HeadStock::given;
  check_extent(line, "yuan_per_head", line.yuan_per_head.extent(0), observed.n_places(), "place", true);
  check_extent(line, "yuan_per_head", line.yuan_per_head.extent(1), observed.n_years(), "year", false);
  check_extent(line, "yuan_per_head", line.yuan_per_head.extent(2), is_given ? 1 : observed.n_orders(), "order", false);
  if (is_given) {
    check_extent(line, "yuan_per_head", line.yuan_per_head.extent(3), 1, "cell", false);
    check_extent(line, "given", line.given.extent(0), observed.n_places(), "place", false);
    check_extent(line, "given", line.given.extent(1), observed.n_years(), "year", false);
  }
  if (!line.ratio.empty()) {
    check_extent(line, "ratio", line.ratio.extent(0), observed.n_places(), "place", true);
    check_extent(line, "ratio", line.ratio.extent(1), observed.n_years(), "year", true);
    check_extent(line, "ratio", line.ratio.extent(2), line.yuan_per_head.extent(3), "cell", false);
  }
  check_extent(line, "take_up", line.take_up.extent(0), observed.n_years(), "year", true);
  check_extent(line, "payer_share", line.payer_share.extent(0), observed.n_places(), "place", true);
  check_extent(line, "payer_share", line.payer_share.extent(1), observed.n_years(), "year", false);
  check_extent(line, "payer_share", line.payer_share.extent(2), n_payers, "payer", false);
  if (line.lag.empty()) return;
  check_extent(line, "lag", line.lag.extent(0), observed.n_places(), "place", true);
  check_extent(line, "lag", line.lag.extent(1), observed.n_years() + 1, "year", false);
}

void check_payers(const Observed& observed, const Line& line) {
  for (std::size_t p = 0; p < line.payer_share.extent(0); ++p)
    for (std::size_t t = 0; t < line.payer_share.extent(1); ++t) {
      double sum = 0.0;
      for (std::size_t q = 0; q < line.payer_share.extent(2); ++q) {
        const double share = line.payer_share(p, t, q);
        if (!check::is_share(share))
          check::fail(line.id + " payer_share", observed.axes.where(p, t) + ", payer " + std::to_string(q), share,
                      check::share_text, "put what is not split into an unsplit leaf");
        sum += share;
      }
      if (std::abs(sum - 1.0) <= 1e-12) continue;
      throw core::AccountingError(core::message({.what = line.id + " payer_share",
                                                 .where = observed.axes.where(p, t),
                                                 .got = "a sum of " + core::text(sum),
                                                 .allowed = "1 within 1e-12",
                                                 .remedy = "put what is not split into an unsplit leaf"}));
    }
}

void check_values(const Observed& observed, const Line& line) {
  for (std::size_t t = 0; t < line.take_up.extent(0); ++t)
    if (!check::is_share(line.take_up(t)))
      check::fail(line.id + " take_up", line.take_up.extent(0) == 1 ? "" : observed.axes.where(0, t), line.take_up(t),
                  check::share_text, "share of the entitled who claim");
  const auto& shape = line.yuan_per_head.shape();
  for (std::size_t p = 0; p < shape[0]; ++p)
    for (std::size_t t = 0; t < shape[1]; ++t)
      for (std::size_t i = 0; i < shape[2]; ++i)
        for (std::size_t cell = 0; cell < shape[3]; ++cell)
          if (!check::is_not_negative(line.yuan_per_head(p, t, i, cell)))
            check::fail(line.id + " yuan_per_head", observed.axes.where(p, t) + ", cell " + std::to_string(cell),
                        line.yuan_per_head(p, t, i, cell), check::not_negative_text, "0 where the rule pays nothing");
  for (const double ratio : line.ratio.flat())
    if (!check::is_not_negative(ratio))
      check::fail(line.id + " ratio", "", ratio, check::not_negative_text, "registered / resident, 1 when unknown");
  for (const double lag : line.lag.flat())
    if (!std::isnan(lag) && !check::is_share(lag))
      check::fail(line.id + " lag", "", lag, check::share_text, "share of a year's money paid in the year after");
  if (line.stock != HeadStock::given) return;
  for (std::size_t p = 0; p < line.given.extent(0); ++p)
    for (std::size_t t = 0; t < line.given.extent(1); ++t)
      if (!check::is_not_negative(line.given(p, t)))
        check::fail(line.id + " given", observed.axes.where(p, t), line.given(p, t), check::not_negative_text,
                    "count the recipients first");
}

struct Bill {
  double heads = 0.0;  ///< with an amount, take-up not yet applied
  double yuan = 0.0;
};

/// One line in one place and year; only children born before `born_before`.
Bill bill(const Observed& observed, const Line& line, std::size_t p, std::size_t t, int born_before) {
  Bill sum;
  const std::size_t from = row(line.yuan_per_head.extent(0), p);
  for (std::size_t i = 0; i < line.yuan_per_head.extent(2); ++i)
    for (std::size_t cell = 0; cell < line.yuan_per_head.extent(3); ++cell) {
      const double yuan = line.yuan_per_head(from, t, i, cell);
      if (yuan == 0.0) continue;
      const double count =
          ratio_of(line, p, t, cell) * (line.stock == HeadStock::given
                                            ? line.given(p, t)
                                            : heads_born_before(observed, line.stock, p, t, i, cell, born_before));
      sum.heads += count;
      sum.yuan += count * yuan;
    }
  return sum;
}

/// Splits a total; the last payer with a share takes the remainder, so that the parts sum to the total.
void split(double total, core::View<const double, 1> shares, double* out) {
  std::size_t last = 0;
  for (std::size_t q = 0; q < shares.extent(0); ++q)
    if (shares(q) > 0.0) last = q;
  double rest = total;
  for (std::size_t q = 0; q < shares.extent(0); ++q) {
    out[q] = q == last ? 0.0 : total * shares(q);
    rest -= out[q];
  }
  out[last] = rest;
}

/// Cash of one line and place by payer, from what is due: (year, payer).
void pay(const core::Array<2>& lag, std::size_t place, core::View<const double, 2> due, core::View<double, 2> cash) {
  const std::size_t from = row(lag.extent(0), place);
  for (std::size_t t = 0; t < due.extent(0); ++t)
    for (std::size_t q = 0; q < due.extent(1); ++q) {
      const double before = lag(from, t);
      const double arrears = before == 0.0 ? 0.0 : t == 0 ? unknown : before * due(t - 1, q);
      cash(t, q) = (1.0 - lag(from, t + 1)) * due(t, q) + arrears;
    }
}

}  // namespace

Ledger book(const Observed& observed, std::span<const Line> lines, std::size_t n_payers) {
  observed.validate();
  core::check_calendar_years("first_year", observed.axes.first_year, observed.n_years() + 1);
  for (const Line& line : lines) check_shapes(observed, line, n_payers);
  const std::size_t n_places = observed.n_places();
  const std::size_t n_years = observed.n_years();
  const core::Shape<3> by_line{lines.size(), n_places, n_years};
  const core::Shape<4> by_payer{lines.size(), n_places, n_years, n_payers};
  Ledger ledger{core::Array<3>(by_line), core::Array<3>(by_line), core::Array<4>(by_payer), {}, {}};
  for (std::size_t l = 0; l < lines.size(); ++l)
    if (!lines[l].lag.empty()) ledger.lagged.push_back(l);
  ledger.cash = core::Array<4>({ledger.lagged.size(), n_places, n_years, n_payers});
  const int end = observed.axes.year(n_years);
  for (std::size_t l = 0; l < lines.size(); ++l) {
    const Line& line = lines[l];
    check_payers(observed, line);
    check_values(observed, line);
    for (std::size_t p = 0; p < n_places; ++p)
      for (std::size_t t = 0; t < n_years; ++t) {
        const Bill due = bill(observed, line, p, t, end);
        const double take_up = take_up_of(line, t);
        ledger.beneficiaries(l, p, t) = take_up * due.heads;
        ledger.liability(l, p, t) = due.yuan;
        const auto shares = line.payer_share.view()[row(line.payer_share.extent(0), p)][t];
        split(take_up * due.yuan, shares, &ledger.cost_nominal(l, p, t, 0));
      }
  }
  for (std::size_t k = 0; k < ledger.lagged.size(); ++k)
    for (std::size_t p = 0; p < n_places; ++p)
      pay(lines[ledger.lagged[k]].lag, p, std::as_const(ledger.cost_nominal).view()[ledger.lagged[k]][p],
          ledger.cash.view()[k][p]);
  return ledger;
}

core::Array<3> committed_tail(const Observed& observed, std::span<const Line> lines, int born_before) {
  observed.validate();
  core::check_calendar_years("born_before", born_before);
  core::Array<3> tail({lines.size(), observed.n_places(), observed.n_years()});
  for (std::size_t l = 0; l < lines.size(); ++l) {
    check_shapes(observed, lines[l], lines[l].payer_share.extent(2));
    check_values(observed, lines[l]);
    const bool is_given = lines[l].stock == HeadStock::given;
    for (std::size_t p = 0; p < observed.n_places(); ++p)
      for (std::size_t t = 0; t < observed.n_years(); ++t) {
        const double yuan = is_given ? unknown : bill(observed, lines[l], p, t, born_before).yuan;
        tail(l, p, t) = take_up_of(lines[l], t) * yuan;
      }
  }
  return tail;
}

}  // namespace sanhai::fiscal
