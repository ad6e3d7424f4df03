#pragma once
// Small random and hand-made inputs; every dimension differs, so that a swapped index changes a number.

#include <cstdint>
#include <random>

#include "sanhai/engine/project.hpp"

namespace sanhai::test {

inline engine::InputArrays random_inputs(std::uint64_t seed, std::size_t places = 2, std::size_t years = 3,
                                         std::size_t ages = 61) {
  std::mt19937_64 engine(seed);
  std::uniform_real_distribution<double> unit(0.0, 1.0);
  engine::InputArrays in;
  in.axes = {.places = {}, .first_year = 2020, .n_years = years, .n_ages = ages, .age_width = 1};
  for (std::size_t p = 0; p < places; ++p) in.axes.places.push_back("p" + std::to_string(p));
  in.pop_jan1 = core::Array<3>({places, core::n_sexes, ages});
  in.Sx = core::Array<4>({places, years, core::n_sexes, ages});
  in.asfr = core::Array<4>({places, years, core::n_orders, ages});
  in.srb = core::Array<2>({places, years});
  in.net_migration = core::Array<4>({places, years, core::n_sexes, ages});
  for (double& value : in.pop_jan1.flat()) value = 1000.0 * (0.5 + unit(engine));
  for (double& value : in.Sx.flat()) value = 0.7 + 0.3 * unit(engine);
  for (double& value : in.srb.flat()) value = 0.95 + 0.2 * unit(engine);
  for (double& value : in.net_migration.flat()) value = 20.0 * (unit(engine) - 0.5);
  for (std::size_t p = 0; p < places; ++p)
    for (std::size_t t = 0; t < years; ++t)
      for (std::size_t i = 0; i < core::n_orders; ++i)
        for (std::size_t x = 15; x < std::min<std::size_t>(50, ages - 1); ++x)
          in.asfr(p, t, i, x) = 0.05 * unit(engine);
  return in;
}

inline double sum(std::span<const double> values) {
  double total = 0.0;
  for (const double value : values) total += value;
  return total;
}

}  // namespace sanhai::test
