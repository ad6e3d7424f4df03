#pragma once
// NumPy <-> core::Array. Arguments are converted once to C-ordered float64; results own their memory and are read-only.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/typing.h>

#include <memory>
#include <string>
#include <vector>

#include "sanhai/core/error.hpp"
#include "sanhai/core/view.hpp"

namespace sanhai::bindings {

namespace py = pybind11;
using Numpy = py::array_t<double, py::array::c_style | py::array::forcecast>;

/// Results by name.
using Arrays = py::typing::Dict<py::str, Numpy>;

template <std::size_t N>
core::Array<N> to_array(const Numpy& source, const char* name) {
  if (source.ndim() != static_cast<py::ssize_t>(N)) {
    throw core::ShapeError(core::message({.what = name,
                                          .where = "",
                                          .got = std::to_string(source.ndim()) + " axes",
                                          .allowed = std::to_string(N),
                                          .remedy = "give the axes the documentation of this function names"}));
  }
  core::Shape<N> shape{};
  for (std::size_t axis = 0; axis < N; ++axis)
    shape[axis] = static_cast<std::size_t>(source.shape(static_cast<py::ssize_t>(axis)));
  return core::Array<N>(shape, std::vector<double>(source.data(), source.data() + source.size()));
}

/// None means "not given": an empty array.
template <std::size_t N>
core::Array<N> to_array(const py::object& source, const char* name) {
  if (source.is_none()) return {};
  return to_array<N>(source.cast<Numpy>(), name);
}

inline std::vector<double> to_vector(const Numpy& source) { return {source.data(), source.data() + source.size()}; }

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

/// A read-only view on an array that lives inside `owner`; no copy.
template <std::size_t N>
py::array view_numpy(const core::Array<N>& array, const py::object& owner) {
  std::vector<py::ssize_t> shape(array.shape().begin(), array.shape().end());
  py::array out(py::dtype::of<double>(), std::move(shape), array.flat().data(), owner);
  py::detail::array_proxy(out.ptr())->flags &= ~py::detail::npy_api::NPY_ARRAY_WRITEABLE_;
  return out;
}

}  // namespace sanhai::bindings
