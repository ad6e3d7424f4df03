#pragma once
// What the observers and the response ask of their inputs. Nothing is repaired: the message names the value and the
// bound.

#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "sanhai/core/error.hpp"

namespace sanhai::policy::check {

inline constexpr double infinity = std::numeric_limits<double>::infinity();

[[noreturn]] inline void fail(std::string_view what, std::string_view where, double got, std::string_view allowed,
                              std::string_view remedy) {
  throw core::DomainError(core::message({.what = std::string(what),
                                         .where = std::string(where),
                                         .got = core::text(got),
                                         .allowed = std::string(allowed),
                                         .remedy = std::string(remedy)}));
}

/// Throws DomainError unless low <= value <= high; NaN fails.
inline void between(std::string_view what, double value, double low, double high, std::string_view remedy,
                    std::string_view where = {}) {
  if (value >= low && value <= high) return;
  fail(what, where, value, "[" + core::text(low) + ", " + core::text(high) + "]", remedy);
}

/// Throws DomainError unless value is finite and > 0.
inline void positive(std::string_view what, double value, std::string_view remedy, std::string_view where = {}) {
  if (value > 0.0 && std::isfinite(value)) return;
  fail(what, where, value, "finite and > 0", remedy);
}

/// Throws DomainError unless value is finite and >= 0.
inline void not_negative(std::string_view what, double value, std::string_view remedy, std::string_view where = {}) {
  if (value >= 0.0 && std::isfinite(value)) return;
  fail(what, where, value, "finite and >= 0", remedy);
}

/// Throws DomainError unless value is finite.
inline void finite(std::string_view what, double value, std::string_view remedy, std::string_view where = {}) {
  if (!std::isfinite(value)) fail(what, where, value, "a finite number", remedy);
}

/// Throws DomainError for a share outside [0, 1], AccountingError unless they sum to 1 within 1e-12.
inline void shares(std::string_view what, std::span<const double> values, std::string_view remedy) {
  double sum = 0.0;
  for (const double share : values) {
    between(what, share, 0.0, 1.0, remedy);
    sum += share;
  }
  if (std::abs(sum - 1.0) <= 1e-12) return;
  throw core::AccountingError(core::message({.what = std::string(what),
                                             .where = "",
                                             .got = "a sum of " + core::text(sum),
                                             .allowed = "1 within 1e-12",
                                             .remedy = std::string(remedy)}));
}

/// Throws ShapeError.
[[noreturn]] inline void fail_shape(std::string_view what, std::string_view got, std::string_view allowed,
                                    std::string_view remedy, std::string_view where = {}) {
  throw core::ShapeError(core::message({.what = std::string(what),
                                        .where = std::string(where),
                                        .got = std::string(got),
                                        .allowed = std::string(allowed),
                                        .remedy = std::string(remedy)}));
}

}  // namespace sanhai::policy::check
