// Floor F1: identities over arrays whose last axes are (sex, age) or (age).

#include <span>

#include "numpy.hpp"
#include "sanhai/core/math.hpp"
#include "sanhai/demography/graduation.hpp"
#include "sanhai/demography/life_table.hpp"

namespace sanhai::bindings {
namespace {

std::vector<py::ssize_t> shape_of(const Doubles& array, py::ssize_t drop = 0) {
  return {array.shape(), array.shape() + array.ndim() - drop};
}

std::string shape_text(const Doubles& array) { return "shape " + std::string(py::str(array.attr("shape"))); }

/// (..., sex, age) as rows of ages; the sex of a row is its index modulo two.
struct Schedules {
  Doubles mx;
  std::size_t n_rows;
  std::size_t n_ages;

  explicit Schedules(const Numpy& given) : mx(doubles(given, "mx")) {
    if (mx.ndim() < 2 || mx.shape(mx.ndim() - 2) != 2 || mx.shape(mx.ndim() - 1) == 0) {
      fail_shape("mx", shape_text(mx), "(..., 2 sexes, one age or more)");
    }
    n_ages = static_cast<std::size_t>(mx.shape(mx.ndim() - 1));
    n_rows = static_cast<std::size_t>(mx.size()) / n_ages;
  }
  [[nodiscard]] std::span<const double> row(std::size_t index) const { return {mx.data() + index * n_ages, n_ages}; }
};

py::array Sx_from_mx(const Numpy& mx) {
  const Schedules rates(mx);
  std::vector<double> out(rates.n_rows * rates.n_ages);
  {
    const py::gil_scoped_release unlocked;
    for (std::size_t row = 0; row < rates.n_rows; ++row) {
      demography::Sx_from_mx(rates.row(row), row % core::n_sexes, {out.data() + row * rates.n_ages, rates.n_ages});
    }
  }
  return to_numpy(std::move(out), shape_of(rates.mx));
}

py::array e0_from_mx(const Numpy& mx) {
  const Schedules rates(mx);
  std::vector<double> out(rates.n_rows);
  for (std::size_t row = 0; row < rates.n_rows; ++row)
    out[row] = demography::e0_from_mx(rates.row(row), row % core::n_sexes);
  return to_numpy(std::move(out), shape_of(rates.mx, 1));
}

py::array shift_mx_to_e0(const Numpy& mx, const Numpy& e0) {
  const Schedules rates(mx);
  const Doubles targets = doubles(e0, "e0");
  if (shape_of(targets) != shape_of(rates.mx, 1)) {
    fail_shape("e0", shape_text(targets), "that of mx without its ages: one for each schedule");
  }
  std::vector<double> out;
  out.reserve(rates.n_rows * rates.n_ages);
  for (std::size_t row = 0; row < rates.n_rows; ++row) {
    const std::vector<double> shifted =
        demography::shift_mx_to_e0(rates.row(row), row % core::n_sexes, targets.data()[row]);
    out.insert(out.end(), shifted.begin(), shifted.end());
  }
  return to_numpy(std::move(out), shape_of(rates.mx));
}

Arrays life_table(const Numpy& mx, bool female, const NumpyOrNone& widths) {
  const core::Array<1> groups = to_array<1>(widths, "widths");
  if (!widths.is_none() && groups.empty()) fail_shape("widths", "none", "one for each age group");
  const demography::AgeWidths ages = widths.is_none() ? demography::AgeWidths() : demography::AgeWidths(groups.flat());
  const demography::LifeTable table =
      demography::life_table_from_mx(to_vector(mx, "mx"), female ? core::female : core::male, ages);
  Arrays out;
  out["mx"] = to_numpy(table.mx);
  out["ax"] = to_numpy(table.ax);
  out["qx"] = to_numpy(table.qx);
  out["lx"] = to_numpy(table.lx);
  out["ndx"] = to_numpy(table.ndx);
  out["nLx"] = to_numpy(table.nLx);
  out["Tx"] = to_numpy(table.Tx);
  out["ex"] = to_numpy(table.ex);
  return out;
}

// The core's own exp and log, element by element: the same bits on every processor, which NumPy does not promise.
template <double (*Function)(double)>
py::array map_values(const Numpy& x) {
  const Doubles given = doubles(x, "x");
  std::vector<double> out(given.data(), given.data() + given.size());
  for (double& value : out) value = Function(value);
  return to_numpy(std::move(out), shape_of(given));
}

double own_exp(double x) { return core::exp(x); }
double own_log(double x) { return core::log(x); }

}  // namespace

void register_demography(py::module_& m) {
  using py::arg;
  m.def("exp", &map_values<own_exp>, arg("x"), "Exponential, the same bits everywhere.");
  m.def("log", &map_values<own_log>, arg("x"), "Natural logarithm, the same bits everywhere.");
  m.def("Sx_from_mx", &Sx_from_mx, arg("mx"),
        "Survivorship by age of arrival from death rates (..., sex, age) [1/year].");
  m.def("e0_from_mx", &e0_from_mx, arg("mx"), "Life expectancy at birth [years] from death rates (..., sex, age).");
  m.def("shift_mx_to_e0", &shift_mx_to_e0, arg("mx"), arg("e0"),
        "Death rates (..., sex, age) with one log shift a schedule so that life expectancy e0 (..., sex) is met.");
  m.def("life_table", &life_table, arg("mx"), arg("female"), arg("widths") = py::none(),
        "Columns of a life table, radix 1; single years unless widths are given.");
  m.def(
      "mx_from_qx",
      [](const Numpy& qx, bool female) {
        return to_numpy(demography::mx_from_qx(to_vector(qx, "qx"), female ? core::female : core::male));
      },
      arg("qx"), arg("female"), "Death rates [1/year] of closed single ages from probabilities of dying.");
  m.def(
      "sprague", [](const Numpy& counts) { return to_numpy(demography::sprague(to_vector(counts, "counts"))); },
      arg("counts"), "Single years from closed five-year groups by Sprague's multipliers.");
  m.def(
      "close_open_age",
      [](double count, const Numpy& before, const Numpy& Sx, std::size_t age) {
        return to_numpy(demography::close_open_age(count, to_vector(before, "before"), to_vector(Sx, "Sx"), age));
      },
      arg("count"), arg("before"), arg("Sx"), arg("age"),
      "The open age's people by single age: life table times the growth of the ten ages before it.");
}

}  // namespace sanhai::bindings
