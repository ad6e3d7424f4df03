#include "synthetic.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

namespace sanhai::bench {
namespace {

using core::female;

/// Gompertz-Makeham with an infant term, falling by 1.3 % a year.
double death_rate(std::size_t age, std::size_t year, std::size_t sex) {
  const double x = static_cast<double>(age);
  const double level = sex == female ? 2.2e-5 : 3.6e-5;
  const double base = 0.004 * std::exp(-1.5 * x) + 0.00022 + level * std::exp(0.0985 * x);
  return std::min(1.5, base * std::exp(-0.013 * static_cast<double>(year)));
}

double bell(double x, double centre, double width) {
  return std::exp(-0.5 * (x - centre) * (x - centre) / (width * width));
}

double birth_rate(std::size_t age, std::size_t order, double tfr) {
  if (age < 15 || age > 49) return 0.0;
  constexpr double share[3] = {0.55, 0.35, 0.10};
  const double centre = 27.0 + 2.5 * static_cast<double>(order);
  return tfr * share[order] * bell(static_cast<double>(age), centre, 5.0) / (5.0 * std::sqrt(2.0 * 3.14159265358979));
}

ensemble::PlaceInputs place_of(const SyntheticOptions& options, std::size_t index) {
  const std::size_t ages = options.n_ages;
  ensemble::PlaceInputs place;
  place.pop_jan1 = core::Array<2>({core::n_sexes, ages});
  const double size = 1e4 * (1.0 + static_cast<double>(index % 97));
  for (std::size_t s = 0; s < core::n_sexes; ++s)
    for (std::size_t x = 0; x < ages; ++x) {
      const double age = static_cast<double>(x);
      const double old = std::max(0.0, (age - 70.0) / 9.0);
      place.pop_jan1(s, x) =
          size / 60.0 * bell(age, 36.0, 26.0) * (1.0 + 0.25 * std::sin(age / 6.0)) * std::exp(-0.5 * old * old);
    }
  const auto spread = [&](double total) {
    core::Array<3> cells({1, core::n_sexes, ages});
    for (std::size_t s = 0; s < core::n_sexes; ++s)
      for (std::size_t x = 0; x < ages; ++x) cells(0, s, x) = total * bell(static_cast<double>(x), 24.0, 7.0) / 35.0;
    return cells;
  };
  if (options.with_migration) place.net_migration = spread(-0.0005 * size);
  if (options.with_shocks) place.pattern = spread(size);
  return place;
}

/// A hash of its arguments in (-1, 1).
double noise(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
  std::uint64_t z = a * 0x9E3779B97F4A7C15ULL + b * 0xBF58476D1CE4E5B9ULL + c * 0x94D049BB133111EBULL;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return static_cast<double>(z >> 11) * 0x1p-52 - 1.0;
}

}  // namespace

ensemble::EnsembleInputs synthetic_inputs(const SyntheticOptions& options) {
  ensemble::EnsembleInputs inputs;
  inputs.axes.first_year = 2024;
  inputs.axes.n_years = options.n_years;
  inputs.axes.n_ages = options.n_ages;
  ensemble::MortalitySchedule mortality;
  mortality.mx = core::Array<3>({options.n_years, core::n_sexes, options.n_ages});
  ensemble::FertilitySchedule fertility;
  fertility.asfr = core::Array<3>({options.n_years, core::n_orders, options.n_ages});
  fertility.srb = core::Array<1>({options.n_years});
  for (std::size_t t = 0; t < options.n_years; ++t) {
    const double tfr = 1.0 + 0.35 * (1.0 - std::exp(-static_cast<double>(t) / 20.0));
    fertility.srb(t) = 1.10 - 0.04 * std::min(1.0, static_cast<double>(t) / 30.0);
    for (std::size_t x = 0; x < options.n_ages; ++x) {
      for (std::size_t s = 0; s < core::n_sexes; ++s) mortality.mx(t, s, x) = death_rate(x, t, s);
      for (std::size_t i = 0; i < core::n_orders; ++i) fertility.asfr(t, i, x) = birth_rate(x, i, tfr);
    }
  }
  if (options.with_lee_carter) {
    mortality.b = core::Array<2>({core::n_sexes, options.n_ages});
    mortality.half_width = core::Array<1>({options.n_years});
    for (std::size_t i = 0; i < mortality.b.flat().size(); ++i) {
      const double age = static_cast<double>(i % options.n_ages);
      mortality.b.flat()[i] = 1.3 - 0.009 * std::max(0.0, age - 30.0);
    }
    for (std::size_t t = 0; t < options.n_years; ++t)
      mortality.half_width(t) = 3.5 * 0.045 * std::sqrt(static_cast<double>(t) + 1.0);
  }
  inputs.mortality.push_back(std::move(mortality));
  inputs.fertility.push_back(std::move(fertility));
  for (std::size_t p = 0; p < options.n_places; ++p) {
    inputs.axes.places.push_back(std::to_string(100000 + p));
    inputs.places.push_back(place_of(options, p));
  }
  return inputs;
}

void SyntheticPaths::draw(std::size_t place, std::size_t first_draw, const ensemble::PathBlock& block) const {
  for (std::size_t lane = 0; lane < ensemble::n_lanes; ++lane) {
    double fertility = 0.0;
    double k = 0.0;
    double shock = 0.0;
    for (std::size_t t = 0; t < block.k.extent(0); ++t) {
      const std::uint64_t draw = first_draw + lane;
      fertility = 0.98 * fertility + 0.05 * noise(draw, t, place);
      k += k_step_ * 1.7320508 * noise(draw, t, 1u << 20);
      shock = 0.9 * shock + 0.0003 * noise(draw, t, place + (2u << 20));
      block.fertility(t, lane) = 1.0 + fertility;
      block.k(t, lane) = k;
      block.shock(t, lane) = shock;
    }
  }
}

}  // namespace sanhai::bench
