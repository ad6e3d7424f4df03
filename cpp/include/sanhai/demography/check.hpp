#pragma once
// What every identity asks of its inputs. Nothing is repaired: a bad value is an error that names its age.

#include <cstddef>
#include <span>
#include <string>

#include "sanhai/core/error.hpp"
#include "sanhai/demography/age_groups.hpp"

namespace sanhai::demography::check {

/// "age 15", or "age 85+" for the last of `n_ages` groups.
[[nodiscard]] std::string age_text(AgeWidths widths, std::size_t index, std::size_t n_ages);

/// Throws DomainError with the five parts of a complaint.
[[noreturn]] void fail(const std::string& what, const std::string& where, double got, const std::string& allowed,
                       const std::string& remedy);

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

/// Throws DomainError unless `value` is finite and positive.
void positive(const char* what, double value, const char* remedy);

/// Throws DomainError unless `sex` is 0 (male) or 1 (female).
void sex(std::size_t sex);

}  // namespace sanhai::demography::check
