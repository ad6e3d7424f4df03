#include "run_options.hpp"

#include <algorithm>

#include "sanhai/core/error.hpp"

namespace sanhai::ensemble {

void refuse_option(const char* what, const std::string& got, const std::string& allowed, const char* remedy) {
  throw core::ConfigError(core::message({.what = what, .where = "", .got = got, .allowed = allowed, .remedy = remedy}));
}

void check_options(const RunOptions& options, std::size_t n_rows, std::size_t needed) {
  constexpr std::size_t most_draws = 100'000'000;
  constexpr std::size_t most_numbers = std::size_t{1} << 32;  // what a stream's address holds
  if (options.n_draws == 0) refuse_option("n_draws", "0", ">= 1", "ask for at least one draw");
  if (options.n_draws > most_draws || options.first_draw > most_numbers - most_draws) {
    refuse_option("n_draws", std::to_string(options.n_draws) + " from " + std::to_string(options.first_draw),
                  "at most 100,000,000, numbered below 2^32", "run them in blocks by first_draw");
  }
  if (options.threads == 0 || options.threads > 1024) {
    refuse_option("threads", std::to_string(options.threads), "1 to 1024", "give the number of threads to use");
  }
  if (options.batch > 1'000'000) {
    refuse_option("batch", std::to_string(options.batch), "at most 1,000,000", "leave it out");
  }
  for (const double p : options.probabilities) {
    if (!(p >= 0.0 && p <= 1.0)) refuse_option("probabilities", core::text(p), "[0, 1]", "0.5 is the median, not 50");
  }
  if (options.keep == Keep::quantiles && options.probabilities.empty()) {
    refuse_option("probabilities", "none", "at least one", "or keep the draws");
  }
  std::vector<std::size_t> rows = options.ages_of;
  std::ranges::sort(rows);
  if (!rows.empty() && (rows.back() >= n_rows || std::ranges::adjacent_find(rows) != rows.end())) {
    refuse_option("ages_of",
                  "row " + std::to_string(rows.back()) + " at most, " + std::to_string(rows.size()) + " rows",
                  "different rows, 0 to " + std::to_string(n_rows - 1), "count places from 0, then sums");
  }
  std::vector<Indicator> indicators = options.indicators;
  std::ranges::sort(indicators);
  const auto twice = std::ranges::adjacent_find(indicators);
  if (twice != indicators.end()) {
    refuse_option("indicators", std::string(engine::info_of(*twice).name) + " twice", "each once", "name it once");
  }
  if (needed <= options.budget_bytes) return;
  refuse_option("memory", std::to_string(needed) + " bytes needed",
                std::to_string(options.budget_bytes) + " bytes (budget)",
                "keep quantiles only, fewer draws, places, threads or indicators, or raise the budget");
}

void check_rate_ages(RateAges ages, std::size_t n_ages) {
  if (ages.n == 0 || (ages.first >= 1 && ages.first + ages.n <= n_ages - 1)) return;
  refuse_option("rate_ages", std::to_string(ages.first) + " to " + std::to_string(ages.first + ages.n - 1),
                "ages 1 to the last but one", "give rates of the ages of childbearing only");
}

std::vector<Indicator> chosen_indicators(const RunOptions& options) {
  if (!options.indicators.empty()) return options.indicators;
  std::vector<Indicator> all(n_indicators);
  for (std::size_t i = 0; i < n_indicators; ++i) all[i] = static_cast<Indicator>(i);
  return all;
}

}  // namespace sanhai::ensemble
