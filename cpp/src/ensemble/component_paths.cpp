#include "sanhai/ensemble/component_paths.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "sanhai/core/error.hpp"
#include "sanhai/core/math.hpp"
#include "sanhai/ensemble/normals.hpp"

namespace sanhai::ensemble {

using random::Component;

namespace {

void require(bool holds, const std::string& what, double got, const char* allowed) {
  if (holds) return;
  throw core::DomainError(core::message({.what = what,
                                         .where = "random component",
                                         .got = core::text(got),
                                         .allowed = allowed,
                                         .remedy = "correct the component's parameters"}));
}

void require_sd(double sd, const char* what) { require(sd >= 0.0 && std::isfinite(sd), what, sd, "[0, inf)"); }

void require_bound(double bound, const char* what) { require(bound >= 0.0 && bound < 1.0, what, bound, "[0, 1)"); }

void validate(const Ar1& model) {
  require(model.phi >= -1.0 && model.phi <= 1.0, "AR(1) phi", model.phi, "[-1, 1]");
  require_sd(model.step_sd, "AR(1) step_sd");
  require(model.bound >= 0.0, "AR(1) bound", model.bound, "[0, inf]");
}

void validate(const PathKey& key) {
  constexpr int last_year = 65535;
  require(key.first_year >= 1 && key.first_year <= last_year, "first_year", key.first_year, "[1, 65535]");
  require(key.n_years <= static_cast<std::size_t>(last_year - key.first_year) + 1, "n_years",
          static_cast<double>(key.n_years), "years up to 65535");
  require(key.n_draws >= 1, "n_draws", static_cast<double>(key.n_draws), "at least 1");
}

random::StreamKey address(const PathKey& key, Component component, std::int64_t year) {
  return random::address_of(component, key.seed, key.first_draw, year, key.place);
}

/// Holds z within +-bound and counts it.
double bounded(double z, double bound, std::size_t& n_bounded) {
  if (!(z > bound) && !(z < -bound)) return z;
  ++n_bounded;
  return z > 0.0 ? bound : -bound;
}

template <class Transform>
void transform(Paths& paths, Transform value_from_z) {
  for (double& value : paths.values.flat()) value = value_from_z(value);
}

}  // namespace

Paths ar1_path(const Ar1& model, const PathKey& key, Component component) {
  validate(model);
  validate(key);
  Paths paths{core::Array<2>({key.n_years, key.n_draws}), 0};
  std::vector<double> z(key.n_draws, 0.0);
  for (std::size_t t = 0; t < key.n_years; ++t) {
    const std::span<double> shocks = paths.values.flat().subspan(t * key.n_draws, key.n_draws);
    draw_normals(address(key, component, key.first_year + static_cast<std::int64_t>(t)), shocks);
    for (std::size_t draw = 0; draw < key.n_draws; ++draw) {
      z[draw] = bounded(model.phi * z[draw] + model.step_sd * shocks[draw], model.bound, paths.n_bounded);
      shocks[draw] = z[draw];
    }
  }
  return paths;
}

Paths tfr_factor_path(const TfrFactor& model, const PathKey& key) {
  require_sd(model.start_sd, "TFR start_sd");
  require_bound(model.bound, "TFR bound");
  Paths paths = ar1_path({.phi = model.phi, .step_sd = model.step_sd}, key, Component::tfr_level);
  std::vector<double> start(key.n_draws);
  draw_normals(address(key, Component::tfr_start, key.first_year), start);
  for (std::size_t t = 0; t < key.n_years; ++t) {
    for (std::size_t draw = 0; draw < key.n_draws; ++draw) {
      const double z = paths.values(t, draw) + model.start_sd * start[draw];
      paths.values(t, draw) = 1.0 + bounded(z, model.bound, paths.n_bounded);
    }
  }
  return paths;
}

Paths place_factor_path(const PlaceFertilityFactor& model, const PathKey& key) {
  require_bound(model.bound, "place factor bound");
  Paths paths =
      ar1_path({.phi = model.phi, .step_sd = model.step_sd, .bound = model.bound}, key, Component::place_fertility);
  transform(paths, [](double z) { return 1.0 + z; });
  return paths;
}

Paths k_shock_path(const MortalityShock& model, const PathKey& key) {
  require_sd(model.start_sd, "k start_sd");
  Paths paths = ar1_path({.phi = 1.0, .step_sd = model.step_sd}, key, Component::mortality_level);
  std::vector<double> start(key.n_draws);
  draw_normals(address(key, Component::mortality_start, key.first_year), start);
  for (std::size_t t = 0; t < key.n_years; ++t)
    for (std::size_t draw = 0; draw < key.n_draws; ++draw) paths.values(t, draw) += model.start_sd * start[draw];
  return paths;
}

Paths place_mortality_path(const PlaceMortality& model, const PathKey& key) {
  Paths paths = ar1_path({.phi = model.phi, .step_sd = model.step_sd}, key, Component::place_mortality);
  transform(paths, [](double z) { return core::exp(z); });
  return paths;
}

Paths migration_path(const MigrationDeviation& model, const PathKey& key) {
  return ar1_path({.phi = model.phi, .step_sd = model.step_sd}, key, Component::migration);
}

}  // namespace sanhai::ensemble
