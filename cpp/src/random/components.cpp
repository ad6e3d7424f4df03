#include "sanhai/random/components.hpp"

#include <algorithm>
#include <string>

#include "sanhai/core/error.hpp"

namespace sanhai::random {

const ComponentRow& row_of(Component component) {
  const auto found = std::ranges::find(component_rows, component, &ComponentRow::id);
  if (found != component_rows.end()) return *found;
  throw core::DomainError(core::message({.what = "random component",
                                         .where = "random stream",
                                         .got = std::to_string(static_cast<unsigned>(component)),
                                         .allowed = "a number of the table of components",
                                         .remedy = "give the component a row in random/components.hpp"}));
}

}  // namespace sanhai::random
