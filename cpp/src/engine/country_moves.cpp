#include "country_moves.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "sanhai/core/check.hpp"

#include "country_step.hpp"

namespace sanhai::engine::detail {
namespace {

constexpr double net_tolerance = 1e-5;    // persons
constexpr double pool_tolerance = 1e-11;  // of arrivals over leavers
constexpr int most_sweeps = 2000;
constexpr int pulls_a_sweep = 4;

std::size_t moving_group(std::size_t x) { return (x - first_moving_age) / 5; }

/// The unknowns of one year.
class Balance {
public:
  Balance(const Movers& movers, const Scope& scope, const MoveYear& year, std::vector<double>& pull,
          core::View<double, 2> pool)
      : movers_(movers),
        scope_(scope),
        year_(year),
        pull_(pull),
        pool_(pool),
        people_({movers.log_stay.extent(0), core::n_sexes, n_moving_groups}),
        leaving_(people_.shape()),
        gain_(movers.group_gain.shape()),
        growth_(pool.shape()),
        weight_(pool.shape()),
        arriving_(pull.size()),
        leavers_(pull.size()) {
    for (const std::size_t g : scope.groups)
      if (year.shares_y[g] == g) groups_.push_back(g);
    sum_people();
    sum_gains();
  }

  void solve() {
    for (int sweep = 0; sweep < most_sweeps; ++sweep) {
      const double miss = meet_net();
      if (!scope_.is_nation) {
        if (miss < net_tolerance) return;
        continue;
      }
      if (close_pool() < pool_tolerance && miss < net_tolerance) return;
    }
    core::check::fail("migration",
                      "year " + std::to_string(movers_.country.nation.first_year + static_cast<int>(year_.t)),
                      static_cast<double>(most_sweeps), "fewer sweeps until moves inside the nation cancel",
                      "check people, births and deaths of this year for a unit error");
  }

private:
  void sum_people() {
    for (const std::size_t leaf : scope_.leaves)
      for (std::size_t sex = 0; sex < core::n_sexes; ++sex)
        for (std::size_t k = 0; k < n_moving_groups; ++k) {
          const std::size_t x = first_moving_age + 5 * k;
          double sum = 0.0;
          for (std::size_t i = 0; i < 5; ++i) sum += year_.people(leaf, sex, x + i);
          people_(leaf, sex, k) = sum;
        }
  }

  void sum_gains() {
    for (const std::size_t g : scope_.groups)
      for (std::size_t sex = 0; sex < core::n_sexes; ++sex)
        for (std::size_t k = 0; k < n_moving_groups; ++k)
          gain_(year_.shares_y[g], sex, k) += movers_.group_gain(g, sex, k);
    for (std::size_t sex = 0; sex < core::n_sexes; ++sex)
      for (std::size_t x = first_moving_age; x < end_moving_age; ++x) {
        growth_(sex, x) = growth(movers_.country.nation, year_.t, sex, x);
        for (const std::size_t g : groups_) weight_(sex, x) += gain_(g, sex, moving_group(x)) * growth_(sex, x);
        whole_weight_ += weight_(sex, x);
      }
  }

  void count_leavers() {
    for (const std::size_t g : groups_) leavers_[g] = 0.0;
    const auto& group_of = movers_.country.groups.of_leaf;
    for (const std::size_t leaf : scope_.leaves) {
      const std::size_t g = year_.shares_y[group_of[leaf]];
      for (std::size_t sex = 0; sex < core::n_sexes; ++sex)
        for (std::size_t k = 0; k < n_moving_groups; ++k) {
          const double rate = leaving(movers_.log_stay(leaf, sex, k), flow_kept, pull_[g]);
          leaving_(leaf, sex, k) = rate;
          leavers_[g] += people_(leaf, sex, k) * rate;
        }
    }
  }

  void count_arrivals() {
    core::Array<2> a_year({core::n_sexes, n_moving_groups});  // of one person of base gains a year
    for (std::size_t sex = 0; sex < core::n_sexes; ++sex)
      for (std::size_t x = first_moving_age; x < end_moving_age; ++x)
        a_year(sex, moving_group(x)) += growth_(sex, x) * pool_(sex, x) / 5.0;
    for (const std::size_t g : groups_) {
      double sum = 0.0;
      for (std::size_t cell = 0; cell < a_year.flat().size(); ++cell)
        sum += gain_.view()[g].flat()[cell] * a_year.flat()[cell];
      arriving_[g] = flow_kept * sum;
    }
  }

  /// y of every group for the pool as it stands: T = I y - O / y with I arrivals over y and O leavers times y, which
  /// changes little with y. Returns the largest miss of a T, persons.
  double meet_net() {
    count_arrivals();
    double miss = 0.0;
    for (int pass = 0; pass < pulls_a_sweep; ++pass) {
      count_leavers();
      miss = 0.0;
      for (const std::size_t g : groups_)
        miss = std::max(miss, std::abs(arriving_[g] * pull_[g] - leavers_[g] - year_.net[g]));
      if (pass > 0 && miss < net_tolerance) break;  // once at least: in a small nation the pool hears less than it
      for (const std::size_t g : groups_) pull_[g] = pull_of(g);
    }
    return miss;
  }

  double pull_of(std::size_t g) const {
    const double net = year_.net[g];
    const double in = arriving_[g];
    const double out = leavers_[g] * pull_[g];
    if (in == 0.0 && out == 0.0 && std::abs(net) < net_tolerance) return pull_[g];  // nobody moves, as asked
    const double root = core::sqrt(net * net + 4.0 * in * out);
    const double pull = net > 0.0 ? (net + root) / (2.0 * in) : 2.0 * out / (root - net);  // no cancellation
    if (pull > 0.0 && std::isfinite(pull)) return pull;
    core::check::fail("net migration", "group " + movers_.country.groups.codes[g], net,
                      in > 0.0 ? "arrivals only: its leaves lost nobody" : "leavers only: its leaves gained nobody",
                      "leave out the year-end people of the place, or give them for the place above");
  }

  double net_of_nation() const {
    double sum = 0.0;
    for (const std::size_t g : groups_) sum += year_.net[g];
    return sum;
  }

  static double total(const core::Array<2>& cells) {
    double sum = 0.0;
    for (const double cell : cells.flat()) sum += cell;
    return sum;
  }

  /// q <- q x leavers / arrivals at every sex and age, then over its mean. What a nation's figures leave open (people
  /// from outside, errors) is so many arrivals a leaver, the same at every age. Returns the largest relative miss.
  double close_pool() {
    core::Array<2> out(pool_.shape());
    for (const std::size_t leaf : scope_.leaves)
      for (std::size_t sex = 0; sex < core::n_sexes; ++sex)
        for (std::size_t x = first_moving_age; x < end_moving_age; ++x)
          out(sex, x) += year_.people(leaf, sex, x) * leaving_(leaf, sex, moving_group(x));
    const double per_leaver = 1.0 + net_of_nation() / total(out);
    if (!(per_leaver > 0.0)) {
      core::check::fail("net migration of the nation", "", net_of_nation(), "fewer leave it than move inside it",
                        "check the nation's people, births and deaths of this year");
    }
    double miss = 0.0;
    double mean = 0.0;
    for (std::size_t sex = 0; sex < core::n_sexes; ++sex)
      for (std::size_t x = first_moving_age; x < end_moving_age; ++x) {
        double in = 0.0;
        for (const std::size_t g : groups_) in += pull_[g] * gain_(g, sex, moving_group(x));
        in *= flow_kept / 5.0 * growth_(sex, x) * pool_(sex, x);
        if (in == 0.0 && out(sex, x) == 0.0) {
          mean += weight_(sex, x) * pool_(sex, x);
          continue;
        }
        if (!(in > 0.0 && out(sex, x) > 0.0)) {
          core::check::fail("migration", std::string(core::sex_name(sex)) + ", age " + std::to_string(x),
                            in - out(sex, x), "somebody who comes wherever somebody leaves",
                            "give the earlier counts of all leaves of the nation");
        }
        const double ratio = out(sex, x) * per_leaver / in;
        miss = std::max(miss, std::abs(ratio - 1.0));
        next_(sex, x) = pool_(sex, x) * ratio;
        mean += weight_(sex, x) * next_(sex, x);
      }
    if (miss < pool_tolerance) return miss;
    for (std::size_t sex = 0; sex < core::n_sexes; ++sex)
      for (std::size_t x = first_moving_age; x < end_moving_age; ++x)
        pool_(sex, x) = (next_(sex, x) > 0.0 ? next_(sex, x) : pool_(sex, x)) / (mean / whole_weight_);
    return miss;
  }

  const Movers& movers_;
  const Scope& scope_;
  const MoveYear& year_;
  std::vector<double>& pull_;
  core::View<double, 2> pool_;
  core::Array<3> people_;
  core::Array<3> leaving_;
  core::Array<3> gain_;
  core::Array<2> growth_;
  core::Array<2> weight_;
  core::Array<2> next_{core::Shape<2>{growth_.shape()}};
  std::vector<std::size_t> groups_;
  std::vector<double> arriving_;
  std::vector<double> leavers_;
  double whole_weight_ = 0.0;
};

}  // namespace

Movers::Movers(const Country& from)
    : country(from),
      log_stay(detail::log_stay(from.factors.loss)),
      group_gain({from.groups.parent.size(), core::n_sexes, n_moving_groups}) {
  for (std::size_t leaf = 0; leaf < from.factors.gain.extent(0); ++leaf)
    for (std::size_t sex = 0; sex < core::n_sexes; ++sex)
      for (std::size_t k = 0; k < n_moving_groups; ++k)
        group_gain(from.groups.of_leaf[leaf], sex, k) += from.factors.gain(leaf, sex, k);
}

void balance(const Movers& movers, const Scope& scope, const MoveYear& year, std::vector<double>& pull,
             core::View<double, 2> pool) {
  Balance(movers, scope, year, pull, pool).solve();
}

void settle(const Movers& movers, const Scope& scope, std::size_t t, const std::vector<double>& pull,
            core::View<const double, 2> pool, double kept, core::Array<3>& people, std::vector<double>& net) {
  const Country& country = movers.country;
  core::Array<2> arrival(pool.shape());  // persons for one person a year of base gains, at y = 1
  for (std::size_t sex = 0; sex < core::n_sexes; ++sex)
    for (std::size_t x = first_moving_age; x < end_moving_age; ++x)
      arrival(sex, x) = kept / 5.0 * growth(country.nation, t, sex, x) * pool(sex, x);
  for (const std::size_t leaf : scope.leaves) {
    const double y = pull[country.groups.of_leaf[leaf]];
    double moved = 0.0;
    for (std::size_t sex = 0; sex < core::n_sexes; ++sex)
      for (std::size_t k = 0; k < n_moving_groups; ++k) {
        const double rate = leaving(movers.log_stay(leaf, sex, k), kept, y);
        const double coming = country.factors.gain(leaf, sex, k) * y;
        for (std::size_t x = first_moving_age + 5 * k; x < first_moving_age + 5 * (k + 1); ++x) {
          const double change = coming * arrival(sex, x) - people(leaf, sex, x) * rate;
          people(leaf, sex, x) += change;
          moved += change;
        }
      }
    net[leaf] = moved;
  }
}

}  // namespace sanhai::engine::detail
