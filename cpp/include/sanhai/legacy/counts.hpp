#pragma once
// What a line of a bill counts of the legacy stocks: persons or households there, who enters, who dies.

#include <array>
#include <vector>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/view.hpp"
#include "sanhai/legacy/count_task.hpp"
#include "sanhai/legacy/stocks.hpp"

namespace sanhai::legacy {

enum class Take {
  stock,    ///< those there: start x 1 January + end x the year's end, a mean of the year where both are 1/2
  entries,  ///< of the year: alive at its end and new in the stock, by losing a child or by reaching the lower age
  deaths    ///< of the year, of those who were in the stock on its 1 January
};

/// Ages counted, both included; the last age there is (100) is open.
struct Ages {
  std::size_t first = 0;
  std::size_t last = n_ages - 1;

  friend constexpr bool operator==(const Ages&, const Ages&) = default;
};
inline constexpr Ages nobody{1, 0};  ///< of that sex

struct Count {
  Take take = Take::stock;
  bool is_households = false;                       ///< else husbands and wives
  std::size_t wife_from = 0;                        ///< a couple counts from this age of the wife on
  std::array<Ages, core::n_sexes> ages{};           ///< own ages of husbands, of wives (and of households)
  core::Array<2> kinds;                             ///< (year|1, kind) weight of a member of the kind
  core::Array<1> start = core::Array<1>({1}, 0.5);  ///< (year|1) of a stock: weight of 1 January
  core::Array<1> end = core::Array<1>({1}, 0.5);    ///< (year|1) of a stock: weight of the year's end
};

/// Throws ShapeError, DomainError; ConfigError for entries below an upper age, which nobody would leave.
void check_count(const Count& count, std::size_t n_years);

/// Weights of CountTask for one place.
struct CountWeights {
  std::vector<double> of;    ///< (year, count, side, member, wife)
  std::vector<Reach> reach;  ///< (year, count, side, member)
};

/// Women by age on the first 1 January; nothing is checked.
[[nodiscard]] CountWeights weights_of(const Couples& couples, core::View<const double, 1> women,
                                      const std::vector<Count>& counts, std::size_t n_years);

/// (count, year) of one run. Throws what stocks() and check_count throw.
[[nodiscard]] core::Array<2> counts(const Couples& couples, core::View<const double, 1> women,
                                    core::View<const double, 3> Sx, const std::vector<Count>& counts);

}  // namespace sanhai::legacy
