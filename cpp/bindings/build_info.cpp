// How this module was built, for sanhai.build_info() and the manifest of a run.

#include <string>
#include <string_view>

#include <pybind11/pybind11.h>
#include <pybind11/typing.h>

#include "build_facts.hpp"

namespace sanhai::bindings {
namespace {

namespace py = pybind11;

py::tuple split(std::string_view text) {
  py::list parts;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    parts.append(std::string(text.substr(0, comma)));
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
  return py::tuple(parts);
}

std::string pybind11_version() {
  return std::to_string(PYBIND11_VERSION_MAJOR) + "." + std::to_string(PYBIND11_VERSION_MINOR) + "." +
         std::to_string(PYBIND11_VERSION_MICRO);
}

py::typing::Dict<py::str, py::object> build_info() {
  py::typing::Dict<py::str, py::object> info;
  info["version"] = facts::version;
  info["compiler"] = facts::compiler;
  info["compiler_version"] = facts::compiler_version;
  info["flags"] = facts::flags;
  info["build_type"] = facts::build_type;
  info["processor"] = facts::processor;
  info["pybind11_version"] = pybind11_version();
  info["eigen_version"] = facts::eigen_version;
  info["boost_version"] = facts::boost_version;
  info["isa_variants"] = split(facts::isa_variants);
  return info;
}

}  // namespace

void register_build_info(py::module_& m) {
  m.def("build_info", &build_info,
        "How this module was built: compiler, flags, versions of pybind11, Eigen and Boost, instruction sets of the "
        "kernels (empty where there is none).");
}

}  // namespace sanhai::bindings
