#pragma once
// NumPy <-> core::Array, and the one place where what Python hands over is looked at before the core sees it: kind of
// number, number of axes, lengths. Arguments are copied to C-ordered float64, so no call changes its input; results own
// their memory and are read-only.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/typing.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "sanhai/core/axes.hpp"
#include "sanhai/core/error.hpp"
#include "sanhai/core/view.hpp"

namespace sanhai::bindings {

namespace py = pybind11;

/// An argument that should be an array of real numbers, held as it came: only what converts it knows its name.
class Numpy : public py::object {
  static bool is_any(PyObject*) { return true; }

public:
  PYBIND11_OBJECT_DEFAULT(Numpy, py::object, is_any)
};

/// The same, or None for "not given".
class NumpyOrNone : public py::object {
  static bool is_any(PyObject*) { return true; }

public:
  PYBIND11_OBJECT_DEFAULT(NumpyOrNone, py::object, is_any)
};

// Aligned: a view into bytes, as frombuffer gives, may start anywhere.
using Doubles =
    py::array_t<double, py::array::c_style | py::array::forcecast | py::detail::npy_api::NPY_ARRAY_ALIGNED_>;

/// Results by name.
using Arrays = py::typing::Dict<py::str, Doubles>;

/// The argument as C-ordered float64. DomainError for None, text, truth values, complex numbers and objects, which
/// NumPy would turn into numbers in silence, and for what is no array at all.
inline Doubles doubles(const py::object& given, const char* name) {
  const auto refuse = [&](const std::string& got) {
    throw core::DomainError(core::message({.what = name,
                                           .where = "",
                                           .got = got,
                                           .allowed = "an array of real numbers",
                                           .remedy = "give float64, as numpy.asarray(..., dtype=float) makes it"}));
  };
  if (given.is_none()) refuse("None");
  const py::array plain = py::array::ensure(given);
  if (!plain) refuse("a " + std::string(py::str(py::type::of(given).attr("__name__"))));
  const char kind = plain.dtype().kind();
  if (kind != 'f' && kind != 'i' && kind != 'u') refuse("values of type " + std::string(py::str(plain.dtype())));
  Doubles converted = Doubles::ensure(plain);
  if (!converted) refuse("values of type " + std::string(py::str(plain.dtype())));
  return converted;
}

[[noreturn]] inline void fail_shape(const char* name, const std::string& got, const std::string& allowed) {
  throw core::ShapeError(core::message({.what = name,
                                        .where = "",
                                        .got = got,
                                        .allowed = allowed,
                                        .remedy = "give the axes the documentation of this function names"}));
}

template <std::size_t N>
core::Array<N> to_array(const Numpy& source, const char* name) {
  const Doubles given = doubles(source, name);
  if (given.ndim() != static_cast<py::ssize_t>(N)) {
    fail_shape(name, std::to_string(given.ndim()) + " axes", std::to_string(N));
  }
  constexpr std::size_t longest_of_none = 1'000'000;  // an array without cells may still be walked along an axis
  core::Shape<N> shape{};
  for (std::size_t axis = 0; axis < N; ++axis) {
    shape[axis] = static_cast<std::size_t>(given.shape(static_cast<py::ssize_t>(axis)));
    if (given.size() == 0 && shape[axis] > longest_of_none) fail_shape(name, "no cells", "axes of a run's size");
  }
  return core::Array<N>(shape, std::vector<double>(given.data(), given.data() + given.size()));
}

/// None means "not given": an empty array.
template <std::size_t N>
core::Array<N> to_array(const py::object& source, const char* name) {
  if (source.is_none()) return {};
  return to_array<N>(py::reinterpret_borrow<Numpy>(source), name);
}

/// An array of exactly this shape.
template <std::size_t N>
core::Array<N> to_array(const Numpy& source, const char* name, const core::Shape<N>& shape) {
  core::Array<N> given = to_array<N>(source, name);
  if (given.shape() != shape) fail_shape(name, "shape " + core::text(given.shape()), core::text(shape));
  return given;
}

inline std::vector<double> to_vector(const Numpy& source, const char* name) {
  const core::Array<1> given = to_array<1>(source, name);
  return {given.flat().begin(), given.flat().end()};
}

template <std::size_t N>
std::array<double, N> fixed(const Numpy& source, const char* name) {
  std::array<double, N> out{};
  std::ranges::copy(to_array<1>(source, name, {N}).flat(), out.begin());
  return out;
}

/// A number of things that costs memory or time, before either is spent.
inline std::size_t count(std::size_t value, const char* name, std::size_t most) {
  if (value <= most) return value;
  throw core::ConfigError(core::message({.what = name,
                                         .where = "",
                                         .got = std::to_string(value),
                                         .allowed = "at most " + std::to_string(most),
                                         .remedy = "check the number"}));
}

inline void assign(std::vector<double>& to, const Numpy& from, const char* name) { to = to_vector(from, name); }
template <std::size_t N>
void assign(core::Array<N>& to, const Numpy& from, const char* name) {
  to = to_array<N>(from, name);
}
template <std::size_t N>
void assign(std::array<double, N>& to, const Numpy& from, const char* name) {
  to = fixed<N>(from, name);
}

/// Hands `data` to NumPy: the capsule owns it, the array is read-only.
inline py::array to_numpy(std::vector<double> data, std::vector<py::ssize_t> shape) {
  auto owner = std::make_unique<std::vector<double>>(std::move(data));
  double* memory = owner->data();
  py::capsule capsule(owner.release(), [](void* p) { delete static_cast<std::vector<double>*>(p); });
  py::array out(py::dtype::of<double>(), std::move(shape), memory, capsule);
  py::detail::array_proxy(out.ptr())->flags &= ~py::detail::npy_api::NPY_ARRAY_WRITEABLE_;
  return out;
}

template <std::size_t N>
py::array to_numpy(const core::Array<N>& array) {
  std::vector<py::ssize_t> shape(array.shape().begin(), array.shape().end());
  const std::span<const double> values = array.flat();
  return to_numpy(std::vector<double>(values.begin(), values.end()), std::move(shape));
}

inline py::array to_numpy(const std::vector<double>& values) {
  return to_numpy(values, {static_cast<py::ssize_t>(values.size())});
}
template <std::size_t N>
py::array to_numpy(const std::array<double, N>& values) {
  return to_numpy({values.begin(), values.end()}, {static_cast<py::ssize_t>(N)});
}

/// A read-only view on an array that lives inside `owner`; no copy.
template <std::size_t N>
py::array view_numpy(const core::Array<N>& array, const py::object& owner) {
  std::vector<py::ssize_t> shape(array.shape().begin(), array.shape().end());
  py::array out(py::dtype::of<double>(), std::move(shape), array.flat().data(), owner);
  py::detail::array_proxy(out.ptr())->flags &= ~py::detail::npy_api::NPY_ARRAY_WRITEABLE_;
  return out;
}

// Members of bound structs, by pointer: array_view<&Projection::births>(type, "births", "...").

/// An array of a finished object: a view without a copy.
template <auto Member, class Class>
void array_view(Class& type, const char* name, const char* doc) {
  using Owner = typename Class::type;
  type.def_property_readonly(
      name, [](const py::object& self) { return view_numpy(self.cast<const Owner&>().*Member, self); }, doc);
}

/// An array that Python sets; read as a copy, because it may be set anew.
template <auto Member, class Class>
void array_field(Class& type, const char* name, const char* doc) {
  using Owner = typename Class::type;
  type.def_property(
      name, [](const Owner& self) { return to_numpy(self.*Member); },
      [name](Owner& self, const Numpy& value) { assign(self.*Member, value, name); }, doc);
}

/// The same; None empties it: not given.
template <auto Member, class Class>
void optional_array_field(Class& type, const char* name, const char* doc) {
  using Owner = typename Class::type;
  type.def_property(
      name, [](const Owner& self) { return to_numpy(self.*Member); },
      [name](Owner& self, const NumpyOrNone& value) {
        if (value.is_none())
          self.*Member = {};
        else
          assign(self.*Member, py::reinterpret_borrow<Numpy>(value), name);
      },
      doc);
}

/// A calendar year that Python sets.
template <auto Member, class Class>
void year_field(Class& type, const char* name, const char* doc) {
  using Owner = typename Class::type;
  type.def_property(
      name, [](const Owner& self) { return self.*Member; },
      [name](Owner& self, int year) {
        core::check_calendar_years(name, year);
        self.*Member = year;
      },
      doc);
}

}  // namespace sanhai::bindings

namespace pybind11::detail {

template <>
struct handle_type_name<sanhai::bindings::Numpy> {
  static constexpr auto name = const_name("typing.Annotated[numpy.typing.ArrayLike, numpy.float64]");
};
template <>
struct handle_type_name<sanhai::bindings::NumpyOrNone> {
  static constexpr auto name = const_name("typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None");
};

}  // namespace pybind11::detail
