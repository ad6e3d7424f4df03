#include "reference_exchange.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "../../cpp/src/engine/project_year.hpp"

namespace sanhai::test {
namespace {

using core::Axes;
using core::View;
using engine::Book;
using engine::Inputs;
using engine::PlaceYear;
using engine::Projection;
using engine::Stock;

double total(std::span<const double> values) { return std::accumulate(values.begin(), values.end(), 0.0); }

/// A place's year in which nobody migrates yet.
struct Apart : PlaceYear {
  double move(std::size_t, std::size_t, double people, Book&) const { return people; }
};

/// Arrivals less leavers (a place has no more leavers than people), then the migrants from outside.
struct Exchanging {
  const PlaceYear& rates;
  View<const double, 2> leavers;
  View<const double, 2> arrivals;

  double move(std::size_t sex, std::size_t x, double people, Book& book) const {
    return rates.move(sex, x, people + (arrivals(sex, x) - leavers(sex, x)), book);
  }
};

/// All places together, to which moves between them are nothing.
struct WholeYear {
  double before = 0.0;
  double flow = 0.0;
  double after = 0.0;
  [[nodiscard]] double residual() const { return std::abs(before + flow - after) / std::max({before, after, 1.0}); }
};

/// Migration of one place in year `t`: its moves inside, then those from outside; books both and the balance.
void settle_place(ExchangedProjection& out, const Inputs& inputs, std::size_t p, std::size_t t,
                  View<const double, 2> leavers, View<const double, 2> arrivals, WholeYear& whole) {
  Projection& run = out.projection;
  const View<const double, 2> before = run.pop_jan1.view()[p][t];
  const View<double, 2> after = run.pop_jan1.view()[p][t + 1];
  Book book{.flows = run.flows(p, t)};
  const PlaceYear rates{inputs, p, t};
  engine::settle<double>(engine::all_fertile(run.axes.n_ages), Exchanging{rates, leavers, arrivals}, Stock{after},
                         book);
  run.migration_cut(p, t) += book.cut[1];
  const engine::Flows& flows = book.flows;
  whole.flow += total(flows.births_by_sex.flat()) - total(flows.deaths.flat()) + total(flows.net_migration.flat());
  for (std::size_t k = 0; k < leavers.flat().size(); ++k)
    flows.net_migration.flat()[k] += arrivals.flat()[k] - leavers.flat()[k];
  std::ranges::copy(leavers.flat(), out.leavers.view()[p][t].flat().begin());
  std::ranges::copy(arrivals.flat(), out.arrivals.view()[p][t].flat().begin());
  whole.before += total(before.flat());
  whole.after += total(after.flat());
  run.balance(p, t) = engine::balance_residual(before, after, flows);
}

}  // namespace

void move(const engine::Exchange& exchange, View<const double, 3> survivors, std::size_t year, View<double, 3> leavers,
          View<double, 3> arrivals) {
  std::vector<double> room(exchange.room());
  std::vector<const double*> people;
  std::vector<double*> left;
  std::vector<double*> came;
  for (std::size_t place = 0; place < survivors.extent(0); ++place) {
    people.push_back(survivors[place].data());
    left.push_back(leavers[place].data());
    came.push_back(arrivals[place].data());
  }
  engine::MoveTask moving = exchange.task(year, room);
  moving.sex_step = survivors.extent(2);
  moving.people = people.data();
  moving.leavers = left.data();
  moving.arrivals = came.data();
  engine::move_people<double>(moving, 0);
}

core::Array<3> net_moves(const engine::Exchange& exchange, View<const double, 3> survivors, std::size_t year) {
  core::Array<3> leavers(survivors.shape());
  core::Array<3> net(survivors.shape());
  move(exchange, survivors, year, leavers.view(), net.view());
  for (std::size_t k = 0; k < net.flat().size(); ++k) net.flat()[k] -= leavers.flat()[k];
  return net;
}

ExchangedProjection project_exchanging(const Inputs& inputs, const engine::Exchange& exchange) {
  const Axes& axes = inputs.axes();
  ExchangedProjection out{Projection(axes), {}, {}, core::Array<1>({axes.n_years})};
  Projection& run = out.projection;
  out.leavers = core::Array<4>(run.net_migration.shape());
  out.arrivals = core::Array<4>(run.net_migration.shape());
  const core::Shape<3> cells{axes.places.size(), core::n_sexes, axes.n_ages};
  core::Array<3> people(cells);
  core::Array<3> leavers(cells);
  core::Array<3> arrivals(cells);
  for (std::size_t p = 0; p < axes.places.size(); ++p)
    std::ranges::copy(inputs.pop_jan1(p).flat(), run.pop_jan1.view()[p][0].flat().begin());

  for (std::size_t t = 0; t < axes.n_years; ++t) {
    for (std::size_t p = 0; p < axes.places.size(); ++p) {
      const View<double, 2> next = run.pop_jan1.view()[p][t + 1];
      std::ranges::copy(run.pop_jan1.view()[p][t].flat(), next.flat().begin());
      Book book{.flows = run.flows(p, t)};
      engine::year<double>(engine::all_fertile(axes.n_ages), Apart{{inputs, p, t}}, Stock{next}, book);
      run.migration_cut(p, t) = book.cut[0];
      std::ranges::copy(next.flat(), people.view()[p].flat().begin());
    }
    move(exchange, people.view(), t, leavers.view(), arrivals.view());
    WholeYear whole;
    for (std::size_t p = 0; p < axes.places.size(); ++p)
      settle_place(out, inputs, p, t, leavers.view()[p], arrivals.view()[p], whole);
    out.balance(t) = whole.residual();
  }
  return out;
}

}  // namespace sanhai::test
