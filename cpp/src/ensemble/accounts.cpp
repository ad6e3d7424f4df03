#include "sanhai/ensemble/accounts.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <utility>

#include "sanhai/core/error.hpp"
#include "sanhai/ensemble/threads.hpp"

namespace sanhai::ensemble {

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t n_kept_ages = 8;  ///< 0-6 and everybody older

struct Series {
  const char* name;
  core::Array<2> nursery::Account::* array;
};

constexpr std::size_t n_series = 23;
const Series nursery_members[n_series] = {
    {"residents", &nursery::Account::residents},
    {"under3", &nursery::Account::under3},
    {"children_6_36", &nursery::Account::children_6_36},
    {"places_target", &nursery::Account::places_target},
    {"places_demand", &nursery::Account::places_demand},
    {"places_want", &nursery::Account::places_want},
    {"places_stock", &nursery::Account::places_stock},
    {"gap_target", &nursery::Account::gap_target},
    {"gap_demand", &nursery::Account::gap_demand},
    {"gap_want", &nursery::Account::gap_want},
    {"enrolment", &nursery::Account::enrolment},
    {"classes", &nursery::Account::classes},
    {"staff", &nursery::Account::staff},
    {"openings", &nursery::Account::openings},
    {"closures", &nursery::Account::closures},
    {"inclusive_occupied", &nursery::Account::inclusive_occupied},
    {"paid_places", &nursery::Account::paid_places},
    {"stock_per_resident", &nursery::Account::stock_per_resident},
    {"target_per_resident", &nursery::Account::target_per_resident},
    {"stock_per_child", &nursery::Account::stock_per_child},
    {"target_per_child", &nursery::Account::target_per_child},
    {"inclusive_per_child", &nursery::Account::inclusive_per_child},
    {"utilisation", &nursery::Account::utilisation},
};

[[noreturn]] void refuse(const char* what, const std::string& got, const std::string& allowed, const char* remedy) {
  throw core::ConfigError(core::message({.what = what, .where = "", .got = got, .allowed = allowed, .remedy = remedy}));
}

/// Where an indicator lies in the ensemble's arrays.
std::size_t position(const Ensemble& ensemble, Indicator indicator) {
  const auto found = std::ranges::find(ensemble.indicators, indicator);
  if (found == ensemble.indicators.end()) {
    refuse("indicators", "no " + std::string(engine::info_of(indicator).name),
           "pop_jan1, age_0 to age_6, births by order", "run the ensemble with these indicators kept");
  }
  return static_cast<std::size_t>(found - ensemble.indicators.begin());
}

void check_line(const AccountLine& line, std::size_t n_years, std::size_t n_payers) {
  if (line.line.payer_share.extent(2) != n_payers) {
    refuse("payer_share", std::to_string(line.line.payer_share.extent(2)) + " payers", std::to_string(n_payers),
           "give every payer a share, and a kind");
  }
  const std::size_t n_drawn = line.has_drawn_take_up.size();
  if (n_drawn != 0 && (n_drawn != n_years || line.line.take_up.extent(0) != n_years)) {
    refuse("has_drawn_take_up",
           std::to_string(n_drawn) + " years beside take-up of " + std::to_string(line.line.take_up.extent(0)),
           std::to_string(n_years) + " of both", "say for every year whether the draw's take-up counts");
  }
}

void check_inputs(const Ensemble& ensemble, const AccountInputs& inputs, const AccountOptions& options) {
  if (ensemble.draws.empty()) refuse("ensemble", "quantiles only", "Keep::draws", "keep the draws' summaries");
  const std::size_t n_places = ensemble.axes.places.size();
  if (inputs.axes.places.size() != n_places || inputs.axes.n_years + 1 != ensemble.draws.extent(2)) {
    refuse("axes",
           std::to_string(inputs.axes.places.size()) + " places, " + std::to_string(inputs.axes.n_years) + " years",
           std::to_string(n_places) + " places, " + std::to_string(ensemble.draws.extent(2) - 1) + " years",
           "give the axes of the ensemble");
  }
  if (!inputs.take_up.empty() && inputs.take_up.size() != ensemble.n_draws) {
    refuse("take_up", std::to_string(inputs.take_up.size()), std::to_string(ensemble.n_draws), "give one per draw");
  }
  for (const AccountLine& line : inputs.lines) check_line(line, inputs.axes.n_years, inputs.kinds.size());
  for (const std::size_t kind : inputs.kinds) {
    if (kind < inputs.kinds.size()) continue;
    refuse("kinds", std::to_string(kind), "0 to " + std::to_string(inputs.kinds.size() - 1), "count kinds from 0");
  }
  const auto& settings = inputs.nursery.stocked;
  if (settings && !settings->opening_stock.empty() && settings->opening_stock.extent(0) != n_places) {
    refuse("opening_stock", std::to_string(settings->opening_stock.extent(0)), std::to_string(n_places) + " places",
           "give places per resident for each place");
  }
  for (const auto& members : inputs.rows)
    for (const std::size_t member : members) {
      if (member < n_places) continue;
      refuse("rows", std::to_string(member), "places 0 to " + std::to_string(n_places - 1), "count places from 0");
    }
  if (options.threads == 0 || options.threads > 1024) {
    refuse("threads", std::to_string(options.threads), "1 to 1024", "give the number of threads to use");
  }
  if (inputs.nursery.stocked && inputs.nursery.first_stocked_year >= inputs.axes.n_years) {
    refuse("first_stocked_year", std::to_string(inputs.nursery.first_stocked_year), "a year of the run",
           "leave the stock out when it starts later");
  }
}

/// One draw's people as the observers read them: ages 0-6 and the rest, both sexes in the first row.
struct People {
  core::Array<4> pop_jan1;
  core::Array<3> births;
};

/// What a thread works with: its own lines, whose counts and take-up change from draw to draw.
struct Bench {
  std::vector<fiscal::Line> lines;
  People people;
};

/// What is kept of all draws. Every draw writes its own column, so that threads share nothing.
class Book {
public:
  Book(const Ensemble& ensemble, const AccountInputs& inputs)
      : ensemble_(ensemble), inputs_(inputs), n_places_(ensemble.axes.places.size()), n_years_(inputs.axes.n_years) {
    for (std::size_t age = 0; age <= 6; ++age) {
      age_[age] = position(ensemble, static_cast<Indicator>(static_cast<std::size_t>(Indicator::age_0) + age));
    }
    for (std::size_t i = 0; i < core::n_orders; ++i) {
      order_[i] = position(ensemble, static_cast<Indicator>(static_cast<std::size_t>(Indicator::births_order_1) + i));
    }
    all_ = position(ensemble, Indicator::pop_jan1);
    index_payers();
    index_kinds();
    const auto room = [&](std::size_t n) {
      return core::Array<4>({n, inputs.rows.size(), n_years_, ensemble.n_draws});
    };
    found_.cost = room(found_.pairs.size());
    found_.cash = room(found_.lagged.size());
    found_.beneficiaries = room(inputs.lines.size());
    found_.liability = room(found_.sides.size());
    found_.nursery = room(n_series);
  }

  [[nodiscard]] Bench bench() const {
    Bench found;
    for (const AccountLine& line : inputs_.lines) found.lines.push_back(line.line);
    found.people.pop_jan1 = core::Array<4>({n_places_, n_years_ + 1, core::n_sexes, n_kept_ages});
    found.people.births = core::Array<3>({n_places_, n_years_, core::n_orders});
    return found;
  }

  void draw(std::size_t draw, Bench& bench) {
    read_people(draw, bench.people);
    const nursery::Account needs =
        nursery::account({.axes = axes(0), .pop_jan1 = bench.people.pop_jan1.view()}, inputs_.nursery.needs);
    const std::optional<nursery::Account> stocked = stock(bench.people);
    keep_nursery(draw, needs, stocked);
    const fiscal::Observed observed{.axes = axes(0),
                                    .pop_jan1 = bench.people.pop_jan1.view(),
                                    .births = bench.people.births.view(),
                                    .order_share_history = inputs_.order_share_history.view()};
    for (std::size_t l = 0; l < bench.lines.size(); ++l) {
      const AccountLine& given = inputs_.lines[l];
      for (std::size_t t = 0; t < given.has_drawn_take_up.size() && !inputs_.take_up.empty(); ++t) {
        if (given.has_drawn_take_up[t]) bench.lines[l].take_up(t) = inputs_.take_up[draw];
      }
      if (given.count != DrawnCount::fixed) bench.lines[l].given = count(given, needs, stocked);
    }
    keep_money(draw, fiscal::book(observed, bench.lines, inputs_.kinds.size()));
  }

  [[nodiscard]] Accounts take() { return std::move(found_); }

private:
  /// Only payers with a share anywhere are kept: most lines have two or three.
  void index_payers() {
    for (std::size_t l = 0; l < inputs_.lines.size(); ++l) {
      const core::Array<3>& shares = inputs_.lines[l].line.payer_share;
      for (std::size_t q = 0; q < shares.extent(2); ++q) {
        bool pays = false;
        for (std::size_t p = 0; p < shares.extent(0); ++p)
          for (std::size_t t = 0; t < shares.extent(1); ++t) pays |= shares(p, t, q) != 0.0;
        if (!pays) continue;
        if (!inputs_.lines[l].line.lag.empty()) found_.lagged.push_back(found_.pairs.size());
        found_.pairs.push_back({.line = l, .payer = q});
      }
    }
  }

  /// The kinds of money of every line, and what share of it is of each; a line of one kind has no shares.
  void index_kinds() {
    const std::size_t n_kinds = inputs_.kinds.empty() ? 0 : 1 + *std::ranges::max_element(inputs_.kinds);
    for (std::size_t l = 0; l < inputs_.lines.size(); ++l) {
      std::vector<bool> has(n_kinds);
      for (const auto& [line, payer] : found_.pairs)
        if (line == l) has[inputs_.kinds[payer]] = true;
      const bool is_split = std::ranges::count(has, true) > 1;
      const core::Array<3>& shares = inputs_.lines[l].line.payer_share;
      for (std::size_t k = 0; k < n_kinds; ++k) {
        if (!has[k]) continue;
        found_.sides.push_back({.line = l, .kind = k});
        core::Array<2> of_kind;
        if (is_split) of_kind = core::Array<2>({shares.extent(0), shares.extent(1)});
        for (std::size_t p = 0; p < of_kind.extent(0); ++p)
          for (std::size_t t = 0; t < of_kind.extent(1); ++t)
            for (std::size_t q = 0; q < shares.extent(2); ++q)
              if (inputs_.kinds[q] == k) of_kind(p, t) += shares(p, t, q);
        side_share_.push_back(std::move(of_kind));
      }
    }
  }

  [[nodiscard]] core::Axes axes(std::size_t skip) const {
    return {.places = inputs_.axes.places,
            .first_year = inputs_.axes.first_year + static_cast<int>(skip),
            .n_years = n_years_ - skip,
            .n_ages = n_kept_ages};
  }

  void read_people(std::size_t draw, People& people) const {
    for (std::size_t p = 0; p < n_places_; ++p)
      for (std::size_t t = 0; t <= n_years_; ++t) {
        double rest = ensemble_.draws(p, all_, t, draw);
        for (std::size_t age = 0; age <= 6; ++age) {
          const double persons = ensemble_.draws(p, age_[age], t, draw);
          people.pop_jan1(p, t, 0, age) = persons;
          rest -= persons;
        }
        people.pop_jan1(p, t, 0, n_kept_ages - 1) = std::max(rest, 0.0);  // a rounding below 0 when nobody is older
        for (std::size_t i = 0; t < n_years_ && i < core::n_orders; ++i) {
          people.births(p, t, i) = ensemble_.draws(p, order_[i], t, draw);
        }
      }
  }

  [[nodiscard]] std::optional<nursery::Account> stock(const People& people) const {
    if (!inputs_.nursery.stocked) return std::nullopt;
    const std::size_t skip = inputs_.nursery.first_stocked_year;
    core::Array<4> late({n_places_, n_years_ - skip + 1, core::n_sexes, n_kept_ages});
    nursery::Settings settings = *inputs_.nursery.stocked;
    for (std::size_t p = 0; p < n_places_; ++p) {
      double residents = 0.0;
      for (std::size_t age = 0; age < n_kept_ages; ++age) residents += people.pop_jan1(p, skip, 0, age);
      if (!settings.opening_stock.empty()) settings.opening_stock(p) *= residents;
      for (std::size_t t = skip; t <= n_years_; ++t)
        for (std::size_t age = 0; age < n_kept_ages; ++age) late(p, t - skip, 0, age) = people.pop_jan1(p, t, 0, age);
    }
    return nursery::account({.axes = axes(skip), .pop_jan1 = late.view()}, settings);
  }

  /// (place, year) of an array of the stocked account; NaN before its first year or without one.
  [[nodiscard]] double late(const std::optional<nursery::Account>& stocked, core::Array<2> nursery::Account::* array,
                            std::size_t place, std::size_t year) const {
    const std::size_t skip = inputs_.nursery.first_stocked_year;
    return stocked && year >= skip ? ((*stocked).*array)(place, year - skip) : unknown;
  }

  [[nodiscard]] core::Array<2> count(const AccountLine& line, const nursery::Account& needs,
                                     const std::optional<nursery::Account>& stocked) const {
    core::Array<2> found({n_places_, n_years_});
    const auto or_zero = [](double value) { return std::isnan(value) ? 0.0 : value; };
    for (std::size_t p = 0; p < n_places_; ++p)
      for (std::size_t t = 0; t < n_years_; ++t) {
        double& to = found(p, t);
        switch (line.count) {
          case DrawnCount::fixed:
            to = line.line.given(p, t);
            break;
          case DrawnCount::enrolled:
            to = std::fmin(needs.enrolment(p, t), late(stocked, &nursery::Account::places_stock, p, t));
            break;
          case DrawnCount::paid_places:
            to = or_zero(late(stocked, &nursery::Account::paid_places, p, t));
            break;
          case DrawnCount::openings:
            to = or_zero(late(stocked, &nursery::Account::openings, p, t));
            break;
        }
      }
    return found;
  }

  /// Sums over the members of every row, in their order.
  template <class Value>
  void keep(core::Array<4>& to, std::size_t series, std::size_t draw, const Value& value) const {
    for (std::size_t row = 0; row < inputs_.rows.size(); ++row)
      for (std::size_t t = 0; t < n_years_; ++t) {
        double sum = 0.0;
        for (const std::size_t place : inputs_.rows[row]) sum += value(place, t);
        to(series, row, t, draw) = sum;
      }
  }

  void keep_money(std::size_t draw, const fiscal::Ledger& ledger) {
    for (std::size_t s = 0; s < found_.pairs.size(); ++s) {
      const auto [line, payer] = found_.pairs[s];
      keep(found_.cost, s, draw, [&, line = line, payer = payer](std::size_t place, std::size_t year) {
        return ledger.cost_nominal(line, place, year, payer);
      });
    }
    for (std::size_t s = 0; s < found_.lagged.size(); ++s) {
      const auto [line, payer] = found_.pairs[found_.lagged[s]];
      const auto at = static_cast<std::size_t>(std::ranges::find(ledger.lagged, line) - ledger.lagged.begin());
      keep(found_.cash, s, draw,
           [&, at, payer = payer](std::size_t place, std::size_t year) { return ledger.cash(at, place, year, payer); });
    }
    for (std::size_t l = 0; l < inputs_.lines.size(); ++l)
      keep(found_.beneficiaries, l, draw,
           [&](std::size_t place, std::size_t year) { return ledger.beneficiaries(l, place, year); });
    for (std::size_t s = 0; s < found_.sides.size(); ++s) {
      const core::Array<2>& share = side_share_[s];
      keep(found_.liability, s, draw, [&, line = found_.sides[s].line](std::size_t place, std::size_t year) {
        const double whole = ledger.liability(line, place, year);
        return share.empty() ? whole : whole * share(share.extent(0) == 1 ? 0 : place, year);
      });
    }
  }

  void keep_nursery(std::size_t draw, const nursery::Account& needs, const std::optional<nursery::Account>& stocked) {
    const std::size_t skip = inputs_.nursery.first_stocked_year;
    for (std::size_t row = 0; row < inputs_.rows.size(); ++row) {
      const nursery::Account all = nursery::sum_places(needs, inputs_.rows[row]);
      const nursery::Account late = stocked ? nursery::sum_places(*stocked, inputs_.rows[row]) : nursery::Account{};
      for (std::size_t s = 0; s < n_series; ++s)
        for (std::size_t t = 0; t < n_years_; ++t) {
          double value = (all.*nursery_members[s].array)(0, t);
          const double own = stocked && t >= skip ? (late.*nursery_members[s].array)(0, t - skip) : unknown;
          if (!std::isnan(own)) value = own;
          found_.nursery(s, row, t, draw) = value;
        }
    }
  }

  const Ensemble& ensemble_;
  const AccountInputs& inputs_;
  std::size_t n_places_;
  std::size_t n_years_;
  std::size_t age_[7] = {};
  std::size_t order_[core::n_orders] = {};
  std::size_t all_ = 0;
  std::vector<core::Array<2>> side_share_;  ///< (place|1, year) of every side; empty: the whole line
  Accounts found_;
};

/// Numbered tasks over threads, with the caller's tick.
void in_parallel(const AccountOptions& options, std::size_t n,
                 const std::function<void(std::size_t first, const std::function<std::size_t()>& next)>& work) {
  std::atomic<std::size_t> taken{0};
  run_workers(
      options.threads,
      [&](std::size_t, std::atomic<bool>& stop) {
        work(n, [&] { return stop ? n : std::min(n, taken.fetch_add(1)); });
      },
      [&] {
        if (options.tick) options.tick();
      });
}

}  // namespace

std::vector<std::string> nursery_series() {
  std::vector<std::string> names;
  for (const Series& series : nursery_members) names.emplace_back(series.name);
  return names;
}

Accounts accounts(const Ensemble& ensemble, const AccountInputs& inputs, const AccountOptions& options) {
  check_inputs(ensemble, inputs, options);
  Book book(ensemble, inputs);
  in_parallel(options, ensemble.n_draws, [&](std::size_t n, const std::function<std::size_t()>& next) {
    Bench bench = book.bench();
    for (std::size_t draw = next(); draw < n; draw = next()) book.draw(draw, bench);
  });

  return book.take();
}

}  // namespace sanhai::ensemble
