#pragma once
// Views and owned arrays over labelled axes. Storage is C order; the last axis is age wherever there is one.

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sanhai/core/error.hpp"

namespace sanhai::core {

template <std::size_t N>
using Shape = std::array<std::size_t, N>;

template <std::size_t N>
[[nodiscard]] constexpr std::size_t volume(const Shape<N>& shape) {
  std::size_t product = 1;
  for (const std::size_t extent : shape) product *= extent;
  return product;
}

template <std::size_t N>
[[nodiscard]] std::string text(const Shape<N>& shape) {
  std::string out = "(";
  for (std::size_t axis = 0; axis < N; ++axis) out += (axis ? ", " : "") + std::to_string(shape[axis]);
  return out + ")";
}

/// volume() of an array that is to be made: a product that wraps round would make a small one with large bounds.
template <std::size_t N>
[[nodiscard]] std::size_t cells(const Shape<N>& shape) {
  constexpr std::size_t most = std::size_t{1} << 48;  // 2 PB of doubles: beyond any memory
  std::size_t product = 1;
  for (const std::size_t extent : shape) {
    if (extent > most || (extent != 0 && product > most / extent)) {
      throw ShapeError(message({.what = "array",
                                .where = "",
                                .got = "shape " + text(shape),
                                .allowed = std::to_string(most) + " cells",
                                .remedy = "check the numbers of places, years and ages"}));
    }
    product *= extent;
  }
  return product;
}

/// A non-owning window on C-ordered memory. T is `const double` for inputs, `double` for outputs.
template <class T, std::size_t N>
class View {
public:
  constexpr View() = default;
  constexpr View(T* data, Shape<N> shape) : data_(data), shape_(shape) {}

  /// A writable view is also a read-only one.
  template <class U>
    requires(std::is_const_v<T> && std::is_same_v<const U, T>)
  constexpr View(View<U, N> other) : data_(other.data()), shape_(other.shape()) {}

  template <class... Index>
    requires(sizeof...(Index) == N)
  [[nodiscard]] constexpr T& operator()(Index... index) const {
    std::size_t flat = 0;
    std::size_t axis = 0;
    ((flat = flat * shape_[axis++] + static_cast<std::size_t>(index)), ...);
    return data_[flat];
  }

  /// The sub-array at `index` of the first axis.
  [[nodiscard]] constexpr auto operator[](std::size_t index) const
    requires(N > 1)
  {
    Shape<N - 1> rest{};
    for (std::size_t axis = 1; axis < N; ++axis) rest[axis - 1] = shape_[axis];
    return View<T, N - 1>(data_ + index * volume(rest), rest);
  }

  [[nodiscard]] constexpr std::span<T> flat() const { return {data_, volume(shape_)}; }
  [[nodiscard]] constexpr T* data() const { return data_; }
  [[nodiscard]] constexpr const Shape<N>& shape() const { return shape_; }
  [[nodiscard]] constexpr std::size_t extent(std::size_t axis) const { return shape_[axis]; }
  [[nodiscard]] constexpr bool empty() const { return data_ == nullptr || volume(shape_) == 0; }

private:
  T* data_ = nullptr;
  Shape<N> shape_{};
};

/// Owned memory with the same indexing; a default-constructed array is empty and means "not given".
template <std::size_t N>
class Array {
public:
  Array() = default;
  explicit Array(Shape<N> shape, double value = 0.0) : shape_(shape), data_(cells(shape), value) {}
  Array(Shape<N> shape, std::vector<double> data) : shape_(shape), data_(std::move(data)) {
    if (data_.size() != volume(shape_)) {
      throw ShapeError(message({.what = "array",
                                .where = "",
                                .got = std::to_string(data_.size()) + " values",
                                .allowed = std::to_string(volume(shape_)) + " for shape " + text(shape_),
                                .remedy = "pass one value per cell"}));
    }
  }

  [[nodiscard]] View<double, N> view() { return {data_.data(), shape_}; }
  [[nodiscard]] View<const double, N> view() const { return {data_.data(), shape_}; }
  [[nodiscard]] std::span<const double> flat() const { return data_; }
  [[nodiscard]] std::span<double> flat() { return data_; }
  [[nodiscard]] const Shape<N>& shape() const { return shape_; }
  [[nodiscard]] std::size_t extent(std::size_t axis) const { return shape_[axis]; }
  [[nodiscard]] bool empty() const { return data_.empty(); }

  template <class... Index>
  [[nodiscard]] double& operator()(Index... index) {
    return view()(index...);
  }
  template <class... Index>
  [[nodiscard]] double operator()(Index... index) const {
    return view()(index...);
  }

private:
  Shape<N> shape_{};
  std::vector<double> data_;
};

}  // namespace sanhai::core
