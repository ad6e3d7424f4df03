#include "sanhai/legacy/counts.hpp"

#include <array>
#include <memory>
#include <string>

#include "sanhai/core/check.hpp"
#include "sanhai/legacy/count_years.hpp"

namespace sanhai::legacy {
namespace {

namespace check = core::check;

template <std::size_t N>
void require_years(const char* what, const core::Array<N>& given, std::size_t n_years, const std::string& others) {
  if (given.extent(0) == 1 || given.extent(0) == n_years) return;
  check::fail_shape(what, "legacy counts", core::text(given.shape()), "(1 or " + std::to_string(n_years) + others + ")",
                    "give one row, or one a year");
}

void require_finite(const char* what, std::span<const double> values) {
  for (const double value : values) check::finite(what, value, "give a weight");
}

double at_year(const core::Array<1>& values, std::size_t t) { return values(values.extent(0) == 1 ? 0 : t); }

/// The weights of one count at one place.
class Weights {
public:
  Weights(const Couples& couples, core::View<const double, 1> women, const Count& count, std::size_t n_years)
      : couples_(couples), count_(count), older_(static_cast<std::size_t>(couples.husband_older)) {
    for (std::size_t t = 0; t < n_years; ++t) {
      if (t > 0 && count.kinds.extent(0) == 1) {
        sums_.push_back({sums_.back()[1], of_kinds(0, t + 1, women)});
      } else {
        const std::size_t row = count.kinds.extent(0) == 1 ? 0 : t;
        sums_.push_back({of_kinds(row, t, women), of_kinds(row, t + 1, women)});
      }
    }
  }

  [[nodiscard]] bool counts(std::size_t member) const { return (member == household) == count_.is_households; }

  [[nodiscard]] double at(std::size_t t, std::size_t side, std::size_t member, std::size_t wife_at) const {
    const double now = is_counted(t, member, wife_at) ? sums_[t][0][wife_at] : 0.0;
    const double next = is_counted(t + 1, member, wife_at) ? sums_[t][1][wife_at] : 0.0;
    switch (count_.take) {
      case Take::stock:
        return side == 0 ? now * at_year(count_.start, t) : next * at_year(count_.end, t);
      case Take::entries:
        return side == 0 ? 0.0 : next - now;
      case Take::deaths:
        return side == 0 ? now : -now;
    }
    return 0.0;
  }

private:
  using Wives = std::array<double, n_wives>;

  /// Couples of the kinds counted, by the weights of a row, on the 1 January `when` years after the first.
  [[nodiscard]] Wives of_kinds(std::size_t row, std::size_t when, core::View<const double, 1> women) const {
    Wives out{};
    for (std::size_t at = 0; at < n_wives; ++at) {
      for (std::size_t kind = 0; kind < n_kinds; ++kind) {
        const double weight = count_.kinds(row, kind);
        if (weight != 0.0) out[at] += weight * couples_.of(static_cast<Kind>(kind), at, when);
      }
      out[at] *= women(youngest_wife + at);
    }
    return out;
  }

  [[nodiscard]] bool is_counted(std::size_t when, std::size_t member, std::size_t wife_at) const {
    const std::size_t age = age_of(member, wife_at, when, older_);
    const Ages own = count_.ages[member == husband ? husband : wife];
    return youngest_wife + wife_at + when >= count_.wife_from && age >= own.first && age <= own.last;
  }

  const Couples& couples_;
  const Count& count_;
  const std::size_t older_;
  std::vector<std::array<Wives, n_sides>> sums_;  ///< (year): on its 1 January and on the next
};

}  // namespace

void check_count(const Count& count, std::size_t n_years) {
  require_years("kinds", count.kinds, n_years, ", 4");
  if (count.kinds.extent(1) != n_kinds) {
    check::fail_shape("kinds", "legacy counts", core::text(count.kinds.shape()), "(year|1, 4 kinds)",
                      "give a weight of only_child, living_only_child, bereaved and two_daughter");
  }
  require_years("start", count.start, n_years, "");
  require_years("end", count.end, n_years, "");
  require_finite("kinds", count.kinds.flat());
  require_finite("start", count.start.flat());
  require_finite("end", count.end.flat());
  for (const Ages& ages : count.ages) {
    if (ages == nobody) continue;
    if (ages.first > ages.last || ages.last >= n_ages) {
      check::fail("ages", "legacy counts", static_cast<double>(ages.last), "first <= last <= 100", "give ages 0..100");
    }
    if (count.take != Take::entries || ages.last == n_ages - 1) continue;
    throw core::ConfigError(core::message({.what = "ages",
                                           .where = "legacy counts",
                                           .got = "entries to age " + std::to_string(ages.last),
                                           .allowed = "entries of an age and over",
                                           .remedy = "leave the upper age open: who passes it would count as gone"}));
  }
  if (count.wife_from < n_ages) return;
  check::fail("wife_from", "legacy counts", static_cast<double>(count.wife_from), "[0, 100]", "give an age");
}

CountWeights weights_of(const Couples& couples, core::View<const double, 1> women, const std::vector<Count>& counts,
                        std::size_t n_years) {
  const std::size_t rows = n_years * counts.size() * n_sides * n_members;
  CountWeights out{.of = std::vector<double>(rows * n_wives), .reach = std::vector<Reach>(rows)};
  for (std::size_t c = 0; c < counts.size(); ++c) {
    const Weights weights(couples, women, counts[c], n_years);
    for (std::size_t t = 0; t < n_years; ++t)
      for (std::size_t side = 0; side < n_sides; ++side)
        for (std::size_t member = 0; member < n_members; ++member) {
          const std::size_t row = ((t * counts.size() + c) * n_sides + side) * n_members + member;
          Reach& reach = out.reach[row];
          if (!weights.counts(member)) continue;
          for (std::size_t at = 0; at < n_wives; ++at) {
            const double weight = weights.at(t, side, member, at);
            out.of[row * n_wives + at] = weight;
            if (weight == 0.0) continue;
            if (reach.end == 0) reach.first = at;
            reach.end = at + 1;
          }
        }
  }
  return out;
}

core::Array<2> counts(const Couples& couples, core::View<const double, 1> women, core::View<const double, 3> Sx,
                      const std::vector<Count>& counts) {
  check_couples(couples);
  check_women(women);
  check_survivorship(couples, Sx);
  const std::size_t n_years = Sx.extent(0);
  for (const Count& count : counts) check_count(count, n_years);
  const CountWeights weights = weights_of(couples, women, counts, n_years);
  std::vector<double> out(n_years * counts.size() * core::n_lanes);
  const CountTask task{.n_years = n_years,
                       .n_counts = counts.size(),
                       .husband_older = static_cast<std::size_t>(couples.husband_older),
                       .husband_alive = couples.husband_alive.flat().data(),
                       .weights = weights.of.data(),
                       .reach = weights.reach.data(),
                       .out = out.data()};
  const auto room = std::make_unique<CountWorkspace>();
  CountYears<double> years(task, *room, 0);
  for (std::size_t t = 0; t < n_years; ++t)
    years.year(t, [&](std::size_t sex, std::size_t age) { return Sx(t, sex, age); });
  core::Array<2> found({counts.size(), n_years});
  for (std::size_t c = 0; c < counts.size(); ++c)
    for (std::size_t t = 0; t < n_years; ++t) found(c, t) = out[(t * counts.size() + c) * core::n_lanes];
  return found;
}

}  // namespace sanhai::legacy
