// C++ errors become the Python errors of the same name, which live in sanhai.errors.

#include <pybind11/pybind11.h>

#include "sanhai/core/error.hpp"

namespace sanhai::bindings {
namespace {

namespace py = pybind11;

void raise_as(const char* name, const char* text) {
  py::set_error(py::module_::import("sanhai.errors").attr(name), text);
}

}  // namespace

void register_errors(py::module_&) {
  py::register_exception_translator([](std::exception_ptr pending) {
    try {
      if (pending) std::rethrow_exception(pending);
    } catch (const core::ShapeError& error) {
      raise_as("ShapeError", error.what());
    } catch (const core::DomainError& error) {
      raise_as("DomainError", error.what());
    } catch (const core::AccountingError& error) {
      raise_as("AccountingError", error.what());
    } catch (const core::ConfigError& error) {
      raise_as("ConfigError", error.what());
    } catch (const core::Error& error) {
      raise_as("Error", error.what());
    }
  });
}

}  // namespace sanhai::bindings
