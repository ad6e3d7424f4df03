// The table of contents of sanhai._core: one register_<floor>() per file of this folder, from the ground up.

#include <pybind11/pybind11.h>

namespace sanhai::bindings {

void register_build_info(pybind11::module_& m);
void register_errors(pybind11::module_& m);
void register_demography(pybind11::module_& m);
void register_rates(pybind11::module_& m);
void register_parity(pybind11::module_& m);
void register_census(pybind11::module_& m);
void register_country(pybind11::module_& m);
void register_exchange(pybind11::module_& m);
void register_rake(pybind11::module_& m);
void register_policy(pybind11::module_& m);
void register_fiscal(pybind11::module_& m);
void register_nursery(pybind11::module_& m);
void register_legacy(pybind11::module_& m);
void register_ensemble_inputs(pybind11::module_& m);
void register_ensemble_paths(pybind11::module_& m);
void register_ensemble(pybind11::module_& m);
void register_ensemble_policy(pybind11::module_& m);
void register_ensemble_legacy(pybind11::module_& m);
void register_bench(pybind11::module_& m);

namespace {

/// An object made by `__new__` alone would be memory that nobody wrote, which pybind11 hands to every function. Only
/// the attribute is closed: a call of the class goes through the type's own slot, and then through a constructor.
void close_new(pybind11::module_& m) {
  const pybind11::cpp_function refuse([](const pybind11::args&, const pybind11::kwargs&) -> pybind11::object {
    throw pybind11::type_error("sanhai._core: make objects by calling their class");
  });
  for (const auto& entry : m.attr("__dict__").cast<pybind11::dict>()) {
    if (!PyType_Check(entry.second.ptr()) || pybind11::hasattr(entry.second, "__members__")) continue;
    auto* type = reinterpret_cast<PyTypeObject*>(entry.second.ptr());
    if (PyDict_SetItemString(type->tp_dict, "__new__", pybind11::staticmethod(refuse).ptr()) != 0) {
      throw pybind11::error_already_set();
    }
    PyType_Modified(type);
  }
}

}  // namespace
}  // namespace sanhai::bindings

PYBIND11_MODULE(_core, m) {
  m.doc() = "Compiled core of sanhai. Private: use the functions of the sanhai package.";
  sanhai::bindings::register_build_info(m);
  sanhai::bindings::register_errors(m);
  sanhai::bindings::register_demography(m);
  sanhai::bindings::register_rates(m);
  sanhai::bindings::register_parity(m);
  sanhai::bindings::register_ensemble_inputs(m);
  sanhai::bindings::register_exchange(m);
  sanhai::bindings::register_census(m);
  sanhai::bindings::register_country(m);
  sanhai::bindings::register_rake(m);
  sanhai::bindings::register_policy(m);
  sanhai::bindings::register_fiscal(m);
  sanhai::bindings::register_nursery(m);
  sanhai::bindings::register_legacy(m);
  sanhai::bindings::register_ensemble_paths(m);
  sanhai::bindings::register_ensemble(m);
  sanhai::bindings::register_ensemble_policy(m);
  sanhai::bindings::register_ensemble_legacy(m);
  sanhai::bindings::register_bench(m);
  sanhai::bindings::close_new(m);
}
