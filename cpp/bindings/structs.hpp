#pragma once
// A struct of the core as a Python class: every field an attribute, and a constructor that takes the fields by name.

#include <pybind11/stl.h>

#include <string>

#include "numpy.hpp"

namespace sanhai::bindings {

/// An array field: None when empty; what is set is copied, what is read is a copy.
template <auto Member, class Owner, std::size_t N>
void array_field(py::class_<Owner>& type, const char* name, const char* doc, core::Array<N> Owner::*) {
  type.def_property(
      name,
      [](const Owner& self) -> py::object {
        if ((self.*Member).empty()) return py::none();
        return to_numpy(self.*Member);
      },
      [name](Owner& self, const py::object& value) { self.*Member = to_array<N>(value, name); }, doc);
}
template <auto Member, class Owner>
void array_field(py::class_<Owner>& type, const char* name, const char* doc) {
  array_field<Member>(type, name, doc, Member);
}

/// A view of an array inside a result; no copy.
template <auto Member, class Owner>
void array_view(py::class_<Owner>& type, const char* name, const char* doc) {
  type.def_property_readonly(
      name, [](const py::object& self) { return view_numpy(self.cast<const Owner&>().*Member, self); }, doc);
}

/// A constructor from fields by name. TypeError for a name that is none.
template <class Owner>
void fields_by_name(py::class_<Owner>& type, const char* doc) {
  type.def(py::init([](const py::kwargs& fields) {
             py::object made = py::cast(Owner{});
             for (const auto& [name, value] : fields) {
               if (!py::hasattr(made, name)) throw py::type_error("no field " + name.template cast<std::string>());
               py::setattr(made, name, value);
             }
             return made.template cast<Owner>();
           }),
           doc);
}

}  // namespace sanhai::bindings
