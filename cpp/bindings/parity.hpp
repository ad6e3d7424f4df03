#pragma once
// Women by parity, between NumPy's axes (age 10..64, parity) and the core's.

#include "numpy.hpp"
#include "sanhai/rates/parity.hpp"
#include "sanhai/rates/parity_reconstruction.hpp"

namespace sanhai::bindings {

/// The nation's reconstruction: what it started from, its parameters, its years.
struct ParityNation {
  rates::ParityInputs inputs;
  rates::ParityParameters parameters;
  rates::ParityHistory history;
};

/// (age 10..64, parity)
inline py::array shares_to_numpy(const rates::ParityStock& stock) {
  core::Array<2> out({rates::n_parity_ages, rates::n_parities});
  for (std::size_t x = 0; x < rates::n_parity_ages; ++x)
    for (std::size_t p = 0; p < rates::n_parities; ++p) out(x, p) = stock.share[p][x];
  return to_numpy(out);
}

inline rates::ParityStock stock_of(const Numpy& shares, const Numpy& births_3plus) {
  const core::Array<2> given = to_array<2>(shares, "shares", {rates::n_parity_ages, rates::n_parities});
  rates::ParityStock stock;
  for (std::size_t x = 0; x < rates::n_parity_ages; ++x)
    for (std::size_t p = 0; p < rates::n_parities; ++p) stock.share[p][x] = given(x, p);
  stock.births_3plus = fixed<rates::n_parity_ages>(births_3plus, "births_3plus");
  return stock;
}

}  // namespace sanhai::bindings
