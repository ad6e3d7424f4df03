#pragma once
// What every floor asks of its inputs, and how it says no. Nothing is repaired: the message names the value and the
// bound.

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "sanhai/core/error.hpp"
#include "sanhai/core/view.hpp"

namespace sanhai::core::check {

/// Throws DomainError with the five parts of a complaint.
[[noreturn]] inline void fail(std::string_view what, std::string_view where, double got, std::string_view allowed,
                              std::string_view remedy) {
  throw DomainError(message({.what = std::string(what),
                             .where = std::string(where),
                             .got = text(got),
                             .allowed = std::string(allowed),
                             .remedy = std::string(remedy)}));
}

/// Throws ShapeError with the five parts of a complaint.
[[noreturn]] inline void fail_shape(std::string_view what, std::string_view where, std::string_view got,
                                    std::string_view allowed, std::string_view remedy) {
  throw ShapeError(message({.what = std::string(what),
                            .where = std::string(where),
                            .got = std::string(got),
                            .allowed = std::string(allowed),
                            .remedy = std::string(remedy)}));
}

/// Throws ShapeError unless an array has the shape `expected`.
template <std::size_t N>
void require_shape(std::string_view what, std::string_view where, const Shape<N>& got, const Shape<N>& expected,
                   std::string_view remedy) {
  if (got != expected) fail_shape(what, where, "shape " + text(got), text(expected), remedy);
}

// Predicates first, words only when they fail: a projection's cells are checked in every draw. NaN passes none.

inline bool is_not_negative(double value) { return value >= 0.0 && std::isfinite(value); }
inline bool is_positive(double value) { return value > 0.0 && std::isfinite(value); }
inline bool is_share(double value) { return value >= 0.0 && value <= 1.0; }

inline constexpr const char* not_negative_text = "finite and >= 0";
inline constexpr const char* positive_text = "finite and > 0";
inline constexpr const char* share_text = "[0, 1]";

inline void not_negative(std::string_view what, double value, std::string_view remedy, std::string_view where = {}) {
  if (!is_not_negative(value)) fail(what, where, value, not_negative_text, remedy);
}
inline void positive(std::string_view what, double value, std::string_view remedy, std::string_view where = {}) {
  if (!is_positive(value)) fail(what, where, value, positive_text, remedy);
}
inline void share(std::string_view what, double value, std::string_view remedy, std::string_view where = {}) {
  if (!is_share(value)) fail(what, where, value, share_text, remedy);
}
inline void finite(std::string_view what, double value, std::string_view remedy, std::string_view where = {}) {
  if (!std::isfinite(value)) fail(what, where, value, "a finite number", remedy);
}
inline void between(std::string_view what, double value, double low, double high, std::string_view remedy,
                    std::string_view where = {}) {
  if (value >= low && value <= high) return;
  fail(what, where, value, "[" + text(low) + ", " + text(high) + "]", remedy);
}

/// Throws DomainError for a share outside [0, 1], AccountingError unless they sum to 1 within 1e-12.
inline void shares(std::string_view what, std::span<const double> values, std::string_view remedy) {
  double sum = 0.0;
  for (const double value : values) {
    share(what, value, remedy);
    sum += value;
  }
  if (std::abs(sum - 1.0) <= 1e-12) return;
  throw AccountingError(message({.what = std::string(what),
                                 .where = "",
                                 .got = "a sum of " + text(sum),
                                 .allowed = "1 within 1e-12",
                                 .remedy = std::string(remedy)}));
}

}  // namespace sanhai::core::check
