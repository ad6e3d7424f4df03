#include "exchange_draw.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "sanhai/core/error.hpp"
#include "sanhai/engine/project.hpp"

namespace sanhai::ensemble {
namespace {

using core::View;

constexpr std::size_t leavers_series = n_indicators;
constexpr std::size_t arrivals_series = n_indicators + 1;
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

[[noreturn]] void refuse_deaths(const core::Axes& axes, std::size_t place, std::size_t year, std::size_t sex,
                                std::size_t age, std::size_t draw, double value) {
  throw core::DomainError(core::message({.what = "probability of dying x the draw's factor",
                                         .where = axes.where(place, year, sex, age) + ", draw " + std::to_string(draw),
                                         .got = core::text(value),
                                         .allowed = "[0, 1]",
                                         .remedy = "lower the sd of the place's factor on deaths"}));
}

/// Survivorship of one place-year of a draw; a factor acts on the probability of dying.
void put_Sx(const ExchangeTables& tables, const PathBatch& batch, std::size_t place, std::size_t year, std::size_t lane,
            std::size_t draw, View<double, 2> Sx) {
  const MortalityTable& table = tables.mortality[tables.inputs.places[place].mortality];
  table.put_Sx(year, tables.paths.has_k() ? batch.k(place, year, lane) : 0.0, Sx);
  const double factor = tables.paths.has_death_factor() ? batch.death_factor(place, year, lane) : 1.0;
  if (factor == 1.0) return;
  for (std::size_t s = 0; s < core::n_sexes; ++s)
    for (std::size_t x = 0; x < Sx.extent(1); ++x) {
      const double dying = factor * (1.0 - Sx(s, x));
      if (!(dying <= 1.0)) refuse_deaths(tables.inputs.axes, place, year, s, x, draw, dying);
      Sx(s, x) = 1.0 - dying;
    }
}

void put_asfr(const ExchangeTables& tables, const PathBatch& batch, std::size_t place, std::size_t year,
              std::size_t lane, View<double, 2> asfr) {
  const core::Array<3>& median = tables.inputs.fertility[tables.inputs.places[place].fertility].asfr;
  const double factor = tables.paths.has_fertility() ? batch.fertility(place, year, lane) : 1.0;
  for (std::size_t i = 0; i < core::n_orders; ++i) {
    const double M = tables.paths.has_multiplier() ? batch.multiplier(place, year, i, lane) : 1.0;
    for (std::size_t x = 0; x < asfr.extent(1); ++x)
      asfr(i, x) = factor * engine::multiplied_rate(median(year, i, x), M);
  }
}

void put_rates(const ExchangeTables& tables, const PathBatch& batch, std::size_t place, std::size_t year,
               std::size_t lane, View<double, 2> start, View<double, 2> end) {
  for (std::size_t i = 0; i < core::n_orders; ++i)
    for (std::size_t x = 0; x < tables.ages.n; ++x) {
      start(i, tables.ages.first + x) = batch.start_rate(place, year, i, x, lane);
      end(i, tables.ages.first + x) = batch.end_rate(place, year, i, x, lane);
    }
}

/// A table with one year holds for all.
View<const double, 2> of_year(const core::Array<3>& table, std::size_t year) {
  return table.view()[table.extent(0) == 1 ? 0 : year];
}

void put_migration(const ExchangeTables& tables, const PathBatch& batch, std::size_t place, std::size_t year,
                   std::size_t lane, View<double, 2> net) {
  const PlaceInputs& in = tables.inputs.places[place];
  if (!in.net_migration.empty()) std::ranges::copy(of_year(in.net_migration, year).flat(), net.flat().begin());
  if (in.pattern.empty() || !tables.paths.has_shock()) return;
  const View<const double, 2> pattern = of_year(in.pattern, year);
  for (std::size_t cell = 0; cell < net.flat().size(); ++cell)
    net.flat()[cell] += batch.shock(place, year, lane) * pattern.flat()[cell];
}

/// (first, one past the last) age of an indicator that counts people on 1 January.
std::pair<std::size_t, std::size_t> ages_of(Indicator indicator, std::size_t n_ages) {
  switch (indicator) {
    case Indicator::pop_jan1:
      return {0, n_ages};
    case Indicator::age_0_14:
      return {0, 15};
    case Indicator::age_15_64:
      return {15, 65};
    case Indicator::age_65_plus:
      return {65, n_ages};
    case Indicator::women_15_49:
      return {15, 50};
    default: {
      const std::size_t age = static_cast<std::size_t>(indicator) - static_cast<std::size_t>(Indicator::age_0);
      return {age, age + 1};
    }
  }
}

double row_sum(View<const double, 2> cells, std::size_t row, std::size_t begin, std::size_t end) {
  double sum = 0.0;
  for (std::size_t x = begin; x < std::min(end, cells.extent(1)); ++x) sum += cells(row, x);
  return sum;
}

double total(std::span<const double> values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum;
}

/// Births per woman of each age, summed; where no woman is left of an age, its rate.
double tfr_of(const engine::YearRates& rates, View<const double, 2> stock, View<const double, 2> births) {
  double tfr = 0.0;
  for (std::size_t x = 1; x + 1 < stock.extent(1); ++x) {
    const double end = stock(core::female, x - 1) * rates.Sx(core::female, x);
    const double exposure = 0.5 * (stock(core::female, x) + end);
    double all = 0.0;
    double rate = 0.0;
    for (std::size_t i = 0; i < core::n_orders; ++i) {
      all += births(i, x);
      rate += rates.asfr.empty() ? rates.start_rate(i, x) + rates.end_rate(i, x) : rates.asfr(i, x);
    }
    tfr += exposure > 0.0 ? all / exposure : rate;
  }
  return tfr;
}

/// What a mean over places is weighted by; empty: the indicator is a sum.
std::optional<Indicator> weight_of(Indicator indicator) {
  if (indicator == Indicator::tfr) return Indicator::women_15_49;
  if (indicator == Indicator::e0_male || indicator == Indicator::e0_female) return Indicator::pop_jan1;
  return {};
}

constexpr std::size_t at(Indicator indicator) { return static_cast<std::size_t>(indicator); }

}  // namespace

PathBatch::PathBatch(const core::Axes& axes, const PathMaker& paths)
    : fertility({axes.places.size(), axes.n_years, n_lanes}),
      multiplier({axes.places.size(), axes.n_years, core::n_orders, n_lanes}),
      k(fertility.shape()),
      shock(fertility.shape()),
      death_factor(fertility.shape()),
      start_rate({axes.places.size(), axes.n_years, core::n_orders, paths.rate_ages().n, n_lanes}),
      end_rate(start_rate.shape()),
      paths_(paths) {}

void PathBatch::draw(std::size_t first_draw) {
  for (core::Array<3>* neutral_1 : {&fertility, &death_factor}) std::ranges::fill(neutral_1->flat(), 1.0);
  for (core::Array<3>* neutral_0 : {&k, &shock}) std::ranges::fill(neutral_0->flat(), 0.0);
  std::ranges::fill(multiplier.flat(), 1.0);
  std::ranges::fill(start_rate.flat(), 0.0);
  std::ranges::fill(end_rate.flat(), 0.0);
  for (std::size_t place = 0; place < fertility.extent(0); ++place) {
    paths_.draw(place, first_draw,
                {.fertility = fertility.view()[place],
                 .multiplier = multiplier.view()[place],
                 .k = k.view()[place],
                 .shock = shock.view()[place],
                 .death_factor = death_factor.view()[place],
                 .start_rate = start_rate.view()[place],
                 .end_rate = end_rate.view()[place]});
  }
}

engine::InputArrays inputs_of_draw(const ExchangeTables& tables, const PathBatch& batch, std::size_t lane,
                                   std::size_t draw) {
  const EnsembleInputs& in = tables.inputs;
  const std::size_t n_places = in.axes.places.size();
  const core::Shape<4> cells = {n_places, in.axes.n_years, core::n_sexes, in.axes.n_ages};
  const core::Shape<4> by_order = {n_places, in.axes.n_years, core::n_orders, in.axes.n_ages};
  const auto any = [&](auto has) { return std::ranges::any_of(in.places, has); };
  const bool moves = any([](const PlaceInputs& p) { return !p.net_migration.empty() || !p.pattern.empty(); });
  engine::InputArrays out;
  out.axes = in.axes;
  out.on_negative = in.on_negative;
  out.pop_jan1 = core::Array<3>({n_places, core::n_sexes, in.axes.n_ages});
  out.Sx = core::Array<4>(cells);
  out.srb = core::Array<2>({n_places, in.axes.n_years});
  if (moves) out.net_migration = core::Array<4>(cells);
  if (any([](const PlaceInputs& p) { return !p.cohort_factor.empty(); })) {
    out.cohort_factor = core::Array<4>(by_order, 1.0);
  }
  if (tables.ages.n > 0) {
    out.start_rate = core::Array<4>(by_order);
    out.end_rate = core::Array<4>(by_order);
  } else {
    out.asfr = core::Array<4>(by_order);
  }
  for (std::size_t p = 0; p < n_places; ++p) {
    const PlaceInputs& place = in.places[p];
    std::ranges::copy(place.pop_jan1.flat(), out.pop_jan1.view()[p].flat().begin());
    std::ranges::copy(in.fertility[place.fertility].srb.flat(), out.srb.view()[p].flat().begin());
    if (!place.cohort_factor.empty()) {
      std::ranges::copy(place.cohort_factor.flat(), out.cohort_factor.view()[p].flat().begin());
    }
    for (std::size_t t = 0; t < in.axes.n_years; ++t) {
      put_Sx(tables, batch, p, t, lane, draw, out.Sx.view()[p][t]);
      if (moves) put_migration(tables, batch, p, t, lane, out.net_migration.view()[p][t]);
      if (tables.ages.n > 0) {
        put_rates(tables, batch, p, t, lane, out.start_rate.view()[p][t], out.end_rate.view()[p][t]);
      } else {
        put_asfr(tables, batch, p, t, lane, out.asfr.view()[p][t]);
      }
    }
  }
  return out;
}

DrawSummary::DrawSummary(const ExchangeTables& tables, const std::vector<Indicator>& indicators)
    : indicators_(indicators),
      n_places_(tables.inputs.axes.places.size()),
      n_years_(tables.inputs.axes.n_years),
      values_({n_places_ + 1, n_indicators + 2, n_years_ + 1}, not_a_number) {}

double DrawSummary::value(std::size_t place, std::size_t series, std::size_t year) const {
  const std::size_t row =
      series < indicators_.size() ? at(indicators_[series]) : n_indicators + series - indicators_.size();
  return values_(place, row, year);
}

void DrawSummary::read(const engine::Inputs& inputs, const engine::ExchangedProjection& run) {
  for (std::size_t place = 0; place < n_places_; ++place) {
    read_stocks(run.projection, place);
    read_flows(inputs, run, place);
  }
  add_places(run);
}

void DrawSummary::read_stocks(const engine::Projection& run, std::size_t place) {
  for (std::size_t t = 0; t <= n_years_; ++t) {
    const View<const double, 2> stock = run.pop_jan1.view()[place][t];
    for (std::size_t i = 0; i < n_stocks; ++i) {
      const auto indicator = static_cast<Indicator>(i);
      const auto [begin, end] = ages_of(indicator, stock.extent(1));
      const double men = indicator == Indicator::women_15_49 ? 0.0 : row_sum(stock, core::male, begin, end);
      values_(place, i, t) = men + row_sum(stock, core::female, begin, end);
    }
  }
}

void DrawSummary::read_flows(const engine::Inputs& inputs, const engine::ExchangedProjection& run, std::size_t place) {
  const engine::Projection& flows = run.projection;
  for (std::size_t t = 0; t < n_years_; ++t) {
    const View<const double, 2> births = flows.births.view()[place][t];
    const engine::YearRates rates = engine::rates_of(inputs, place, t);
    double all = 0.0;
    for (std::size_t i = 0; i < core::n_orders; ++i) {
      const double born = row_sum(births, i, 0, births.extent(1));
      values_(place, at(Indicator::births_order_1) + i, t) = born;
      all += born;
    }
    values_(place, at(Indicator::births), t) = all;
    values_(place, at(Indicator::deaths), t) = total(flows.deaths.view()[place][t].flat());
    values_(place, at(Indicator::net_migration), t) = total(flows.net_migration.view()[place][t].flat());
    values_(place, at(Indicator::migration_cut), t) = flows.migration_cut(place, t);
    values_(place, at(Indicator::tfr), t) = tfr_of(rates, flows.pop_jan1.view()[place][t], births);
    values_(place, at(Indicator::e0_male), t) = e0_from_Sx(rates.Sx[core::male]);
    values_(place, at(Indicator::e0_female), t) = e0_from_Sx(rates.Sx[core::female]);
    values_(place, leavers_series, t) = total(run.leavers.view()[place][t].flat());
    values_(place, arrivals_series, t) = total(run.arrivals.view()[place][t].flat());
  }
}

void DrawSummary::add_places(const engine::ExchangedProjection& run) {
  for (std::size_t i = 0; i < n_indicators; ++i) {
    const auto indicator = static_cast<Indicator>(i);
    const std::optional<Indicator> weight = weight_of(indicator);
    for (std::size_t t = 0; t < n_years_ + (is_stock(indicator) ? 1 : 0); ++t) {
      double sum = 0.0;
      double weights = 0.0;
      for (std::size_t p = 0; p < n_places_; ++p) {
        const double w = weight ? values_(p, at(*weight), t) : 1.0;
        sum += values_(p, i, t) * w;
        weights += w;
      }
      values_(n_places_, i, t) = weight ? sum / weights : sum;
    }
  }
  // Cell by cell: there the sum over places is exact, so both series add the same numbers in the same order.
  for (const auto& [series, moves] :
       {std::pair{leavers_series, &run.leavers}, std::pair{arrivals_series, &run.arrivals}})
    for (std::size_t t = 0; t < n_years_; ++t) {
      double all = 0.0;
      for (std::size_t cell = 0; cell < moves->view()[0][t].flat().size(); ++cell) {
        double together = 0.0;
        for (std::size_t p = 0; p < n_places_; ++p) together += moves->view()[p][t].flat()[cell];
        all += together;
      }
      values_(n_places_, series, t) = all;
    }
}

}  // namespace sanhai::ensemble
