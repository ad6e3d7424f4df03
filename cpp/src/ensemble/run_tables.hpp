#pragma once
// Checked inputs as the kernel reads them. Internal to the ensemble's sources.

#include <vector>

#include "sanhai/ensemble/run.hpp"

namespace sanhai::ensemble {

/// A fertility schedule with what the kernel would otherwise work out every year.
struct FertilityTable {
  FertilityTable(const FertilitySchedule& schedule, const core::Axes& axes);
  [[nodiscard]] KernelFertility view() const;

  core::Array<3> asfr;
  core::Array<2> tfr_order;
  core::Array<1> srb;
  std::size_t first_age = 1;
  std::size_t end_age = 1;
};

/// What the threads of a run read.
struct RunTables {
  EnsembleInputs inputs;  ///< their mortality has moved into `mortality`
  std::vector<MortalityTable> mortality;
  std::vector<FertilityTable> fertility;
  std::optional<engine::Exchange> exchange;
};

/// Throws ShapeError, DomainError and ConfigError naming place, year, sex, age.
void check_axes(const EnsembleInputs& inputs);
void check_place(const EnsembleInputs& inputs, std::size_t place);
void check_sums(const EnsembleInputs& inputs);
/// A place with a pattern of shocks or with leaving rates has counts of migrants to add them to.
void give_moving_places_counts(EnsembleInputs& inputs);

}  // namespace sanhai::ensemble
