#pragma once
// Messages and bounds of this floor; for its own sources.

#include <cmath>
#include <string>

#include "sanhai/core/error.hpp"

namespace sanhai::fiscal::check {

[[noreturn]] inline void fail(const std::string& what, const std::string& where, double got, const std::string& allowed,
                              const std::string& remedy) {
  throw core::DomainError(
      core::message({.what = what, .where = where, .got = core::text(got), .allowed = allowed, .remedy = remedy}));
}

[[noreturn]] inline void fail_shape(const std::string& what, const std::string& where, const std::string& got,
                                    const std::string& allowed, const std::string& remedy) {
  throw core::ShapeError(
      core::message({.what = what, .where = where, .got = got, .allowed = allowed, .remedy = remedy}));
}

// Predicates first, words only when they fail: a projection's cells are checked in every draw.

inline bool is_not_negative(double value) { return value >= 0.0 && std::isfinite(value); }
inline bool is_positive(double value) { return value > 0.0 && std::isfinite(value); }
inline bool is_share(double value) { return value >= 0.0 && value <= 1.0; }

inline constexpr const char* not_negative_text = "finite and >= 0";
inline constexpr const char* positive_text = "finite and > 0";
inline constexpr const char* share_text = "[0, 1]";

inline void not_negative(const char* what, double value, const char* remedy) {
  if (!is_not_negative(value)) fail(what, "", value, not_negative_text, remedy);
}
inline void positive(const char* what, double value, const char* remedy) {
  if (!is_positive(value)) fail(what, "", value, positive_text, remedy);
}
inline void share(const char* what, double value, const char* remedy) {
  if (!is_share(value)) fail(what, "", value, share_text, remedy);
}

}  // namespace sanhai::fiscal::check
