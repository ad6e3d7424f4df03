#pragma once
// Widths of age groups: one width for all (1, 5) or one per group (0, 1-4, 5-9, ...). The last group is open.

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "sanhai/core/check.hpp"

namespace sanhai::demography {

/// Non-owning; made at the call: `f(mx, ax)` is single years, `f(mx, ax, 5.0)` five-year groups, `f(mx, ax, widths)`
/// one width [years] per group. The width of the open group is never used; any number may stand there.
class AgeWidths {
public:
  AgeWidths(double width = 1.0) : width_(width) {}                   // NOLINT: implicit on purpose
  AgeWidths(std::span<const double> widths) : widths_(widths) {}     // NOLINT: implicit on purpose
  AgeWidths(const std::vector<double>& widths) : widths_(widths) {}  // NOLINT: implicit on purpose

  [[nodiscard]] bool is_uniform() const { return widths_.data() == nullptr; }
  [[nodiscard]] bool is_single_year() const { return is_uniform() && width_ == 1.0; }
  [[nodiscard]] std::size_t size() const { return widths_.size(); }

  /// Width of group `index` [years].
  [[nodiscard]] double operator()(std::size_t index) const { return is_uniform() ? width_ : widths_[index]; }

  /// Lower bound of group `index` [years of age].
  [[nodiscard]] double lower_age(std::size_t index) const {
    if (is_uniform()) return static_cast<double>(index) * width_;
    double age = 0.0;
    for (std::size_t i = 0; i < index; ++i) age += widths_[i];
    return age;
  }

private:
  double width_ = 1.0;
  std::span<const double> widths_{};
};

/// What every identity asks of its inputs by age. Nothing is repaired: a bad value is an error that names its age.
namespace check {

using core::check::fail;
using core::check::positive;

/// "age 15", or "age 85+" for the last of `n_ages` groups.
[[nodiscard]] std::string age_text(AgeWidths widths, std::size_t index, std::size_t n_ages);

/// Throws ShapeError unless `values` has `expected` entries.
void length(const char* what, std::size_t got, std::size_t expected, const char* other);

/// Throws ShapeError when there are fewer than `minimum` age groups.
void at_least(const char* what, std::size_t got, std::size_t minimum);

/// Throws ShapeError / DomainError unless there is one width per group and every closed width is finite and positive.
void widths(AgeWidths widths, std::size_t n_ages);

/// Throws DomainError at the first value that is NaN, infinite, below `low` or above `high`.
void between(const char* what, std::span<const double> values, double low, double high, AgeWidths widths,
             const char* remedy);

/// Throws DomainError at the first value that is NaN, infinite or negative.
void not_negative(const char* what, std::span<const double> values, AgeWidths widths, const char* remedy);

/// Throws DomainError unless `sex` is 0 (male) or 1 (female).
void sex(std::size_t sex);

}  // namespace check

}  // namespace sanhai::demography
