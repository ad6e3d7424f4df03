#pragma once
// What every distribution says of a parameter outside its range.

#include "sanhai/core/error.hpp"

namespace sanhai::random {

inline void require(bool holds, const char* what, double got, const char* allowed) {
  if (holds) return;
  throw core::DomainError(core::message({.what = what,
                                         .where = "random draw",
                                         .got = core::text(got),
                                         .allowed = allowed,
                                         .remedy = "correct the parameter of the distribution"}));
}

}  // namespace sanhai::random
