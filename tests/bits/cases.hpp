#pragma once
// Ensembles that together take every way through the kernels: births by a schedule and by rates of each draw, drawn
// mortality inside and outside the polynomials' interval and exactly, factors on deaths, capped cells, single events,
// exchange of migrants, sums of places and every cell of a place and of a sum.
//
// Nothing in the inputs comes from libm, whose bits are the control and must not be an input.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sanhai/ensemble/demographic_paths.hpp"
#include "sanhai/ensemble/run.hpp"

namespace sanhai::bits {

class Case {
public:
  Case(std::string name, ensemble::EnsembleInputs inputs, ensemble::MortalityMode mode,
       std::optional<engine::Exchange> exchange = {})
      : name_(std::move(name)), runner_(std::move(inputs), mode, std::move(exchange)) {}
  virtual ~Case() = default;
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] ensemble::Ensemble run(const ensemble::RunOptions& options) const {
    return runner_.run(*paths(*options.isa), options);
  }

protected:
  /// A policy's paths are made by kernels too, so each instruction set makes its own.
  [[nodiscard]] virtual std::unique_ptr<ensemble::PathMaker> paths(ensemble::Isa isa) const = 0;

private:
  std::string name_;
  ensemble::EnsembleRunner runner_;
};

[[nodiscard]] std::vector<std::unique_ptr<Case>> all_cases();

}  // namespace sanhai::bits
