#pragma once
// The fitted years of a country: factors of groups by proportional fitting, groups inside groups, net migrants.

#include <string>
#include <vector>

#include "country_moves.hpp"
#include "sanhai/engine/year.hpp"

namespace sanhai::engine::detail {

/// Which group answers for which in a year. `figures` of a kind are known where a count or a rate is.
class GroupTree {
public:
  explicit GroupTree(const CountryGroups& groups) : groups_(groups) {}

  [[nodiscard]] std::size_t size() const { return groups_.parent.size(); }
  [[nodiscard]] bool is_top(std::size_t g) const { return groups_.parent[g] == g; }
  [[nodiscard]] std::size_t top(std::size_t g) const;
  /// Whether `g` is `above` or lies inside it.
  [[nodiscard]] bool is_inside(std::size_t g, std::size_t above) const;
  /// The innermost of `g` and the groups round it for which `holds` (by group) is true; size() when there is none.
  [[nodiscard]] std::size_t nearest(std::size_t g, const std::vector<bool>& holds) const;

private:
  const CountryGroups& groups_;
};

/// A group's scale of one kind of rate by year, the figures it meets, and what holds where it has none.
struct Scale {
  const char* name;             // births, deaths
  const core::Array<2>& count;  // (group, year)
  const core::Array<2>& rate;   // (group, year) per person and year
  const core::Array<1>& nation;
  bool is_even_before;       // ratios of groups inside groups are 1 in the year before the first
  core::Array<2> value;      // (group, year)
  core::Array<2> log_ratio;  // (group, year) on the group round it, in years without a figure
  std::vector<double> free;  // (year) of groups that nothing answers for: one factor for the nation

  Scale(const char* name, const core::Array<2>& count, const core::Array<2>& rate, const core::Array<1>& nation,
        bool is_even_before);

  [[nodiscard]] bool is_known(std::size_t g, std::size_t t) const;
  /// Straight between the years with a figure, flat outside. Returns the largest change.
  double interpolate(std::size_t g, std::size_t parent);
};

/// The solver of the fitted years.
class CountryFitter {
public:
  explicit CountryFitter(const Country& country);

  /// Fills everything of the fitted years; the people of the 1 January after them stay in `people`.
  void solve(CountryFit& out);

  [[nodiscard]] const Movers& movers() const { return movers_; }
  core::Array<3> people;  ///< (leaf, sex, age)

private:
  enum class Net : unsigned char { shared, known, free };  // T of a group: of the group round it, published, carried on

  void run(const Scope& scope);
  void start_year(const Scope& scope, std::size_t t);
  void fit_rates(const Scope& scope, std::size_t t);
  void age(const Scope& scope, std::size_t t);
  double scale(Scale& kind, const Scope& scope, std::size_t t, const std::vector<double>& booked);
  double scale_known(Scale& kind, const Scope& scope, std::size_t t, const std::vector<double>& booked, std::size_t g);
  double scale_free(Scale& kind, const Scope& scope, std::size_t t, const std::vector<double>& booked);
  double figure(const Scale& kind, std::size_t g, std::size_t t) const;
  double middle(std::size_t g, std::size_t t) const;
  void find_net(const Scope& scope, std::size_t t);
  void share_net(const Scope& scope, std::size_t t);
  void close_nation(const Scope& scope, std::size_t t);
  [[nodiscard]] bool total_known(std::size_t g, std::size_t t) const;
  double median_before(std::size_t g, std::size_t t) const;
  void move(const Scope& scope, std::size_t t);
  double update_inside(const Scope& scope);
  double update_totals(std::size_t g);
  void solve_inside();
  void report(CountryFit& out);
  double worst_miss() const;

  const Country& country_;
  GroupTree tree_;
  Movers movers_;
  Spans spans_;
  std::size_t n_fitted_;
  std::size_t n_groups_;
  Scale births_;
  Scale deaths_;
  core::Array<2> total_;       // (group, year) net migrants of a whole group inside another, where they are known
  core::Array<2> net_;         // (group, year) of the leaves in no group inside it, as moved
  core::Array<2> pull_;        // (group, year)
  core::Array<2> end_;         // (group, year) people of the whole group at the end
  core::Array<3> pool_;        // (year, sex, age)
  std::vector<double> shift_;  // (year) share of |T| by which groups without a total close the nation
  Scope nation_;
  std::vector<Scope> provinces_;  // that hold groups
  std::size_t passes_ = 0;
  // of the year at hand
  core::Array<3> survivors_;
  std::vector<double> leaf_start_, leaf_births_, leaf_deaths_, leaf_net_;
  std::vector<double> start_, before_, group_births_, group_deaths_, wanted_;
  std::vector<Net> state_;
  std::vector<std::size_t> shares_y_;
  core::Array<2> leaf_pop_, all_births_, all_deaths_, all_net_;
};

}  // namespace sanhai::engine::detail
