#pragma once
// Checked inputs as the kernel reads them. Internal to the ensemble's sources.

#include <vector>

#include "sanhai/ensemble/run.hpp"

namespace sanhai::ensemble {

/// A fertility schedule with what the kernel would otherwise work out every year.
struct FertilityTable {
  FertilityTable(const FertilitySchedule& schedule, const core::Axes& axes, bool with_parity);
  [[nodiscard]] KernelFertility view() const;

  core::Array<3> asfr;
  core::Array<3> log_none;
  core::Array<2> tfr_order;
  core::Array<1> srb;
  std::size_t first_age = 1;
  std::size_t end_age = 1;
};

/// What a place has beyond its inputs.
struct PlaceTable {
  core::Array<2> shares;      ///< (parity, age) of the women; empty without parity
  std::size_t first_age = 1;  ///< first age at which parity can differ from 0
};

/// Throws ShapeError and DomainError naming place, year, sex, age.
void check_axes(const EnsembleInputs& inputs);
void check_place(const EnsembleInputs& inputs, std::size_t place);
/// Parity is kept as shares of survivors, so somebody must survive.
void check_survival_of_women(const EnsembleInputs& inputs, std::size_t place, const core::Array<3>& Sx);
[[nodiscard]] PlaceTable make_place_table(EnsembleInputs& inputs, std::size_t place, const FertilityTable& fertility);

}  // namespace sanhai::ensemble
