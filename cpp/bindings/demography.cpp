// Floor F1: identities over arrays whose last axes are (sex, age) or (age).

#include <span>

#include "numpy.hpp"
#include "sanhai/core/axes.hpp"
#include "sanhai/core/math.hpp"
#include "sanhai/demography/fertility.hpp"
#include "sanhai/demography/life_table.hpp"
#include "sanhai/demography/stable.hpp"
#include "sanhai/demography/structure.hpp"

namespace sanhai::bindings {
namespace {

std::span<const double> values(const Numpy& array) { return {array.data(), static_cast<std::size_t>(array.size())}; }

struct Rows {
  std::size_t n_rows;
  std::size_t n_ages;
};

// (..., sex, age) as rows of ages; the sex of a row is its index modulo two.
Rows rows_of(const Numpy& mx) {
  if (mx.ndim() < 2 || mx.shape(mx.ndim() - 2) != 2) {
    throw core::ShapeError(core::message({.what = "mx",
                                          .where = "",
                                          .got = std::to_string(mx.ndim()) + " axes",
                                          .allowed = "(..., 2 sexes, ages)",
                                          .remedy = "put male and female on the axis before age"}));
  }
  const auto n_ages = static_cast<std::size_t>(mx.shape(mx.ndim() - 1));
  return {n_ages == 0 ? 0 : static_cast<std::size_t>(mx.size()) / n_ages, n_ages};
}

std::vector<py::ssize_t> shape_of(const Numpy& array, py::ssize_t drop = 0) {
  return {array.shape(), array.shape() + array.ndim() - drop};
}

py::array Sx_from_mx(const Numpy& mx) {
  const Rows rows = rows_of(mx);
  std::vector<double> out(rows.n_rows * rows.n_ages);
  {
    const py::gil_scoped_release unlocked;
    for (std::size_t row = 0; row < rows.n_rows; ++row) {
      demography::Sx_from_mx({mx.data() + row * rows.n_ages, rows.n_ages}, row % core::n_sexes,
                             {out.data() + row * rows.n_ages, rows.n_ages});
    }
  }
  return to_numpy(std::move(out), shape_of(mx));
}

py::array e0_from_mx(const Numpy& mx) {
  const Rows rows = rows_of(mx);
  std::vector<double> out(rows.n_rows);
  for (std::size_t row = 0; row < rows.n_rows; ++row)
    out[row] = demography::e0_from_mx({mx.data() + row * rows.n_ages, rows.n_ages}, row % core::n_sexes);
  return to_numpy(std::move(out), shape_of(mx, 1));
}

py::array shift_mx_to_e0(const Numpy& mx, const Numpy& e0) {
  const Rows rows = rows_of(mx);
  if (static_cast<std::size_t>(e0.size()) != rows.n_rows) {
    throw core::ShapeError(core::message({.what = "e0",
                                          .where = "",
                                          .got = std::to_string(e0.size()) + " values",
                                          .allowed = std::to_string(rows.n_rows) + ", one a schedule",
                                          .remedy = "give a life expectancy for each sex (and year)"}));
  }
  std::vector<double> out;
  out.reserve(rows.n_rows * rows.n_ages);
  for (std::size_t row = 0; row < rows.n_rows; ++row) {
    const std::vector<double> shifted =
        demography::shift_mx_to_e0({mx.data() + row * rows.n_ages, rows.n_ages}, row % core::n_sexes, e0.data()[row]);
    out.insert(out.end(), shifted.begin(), shifted.end());
  }
  return to_numpy(std::move(out), shape_of(mx));
}

Arrays life_table(const Numpy& mx, bool female, const py::object& widths) {
  const std::vector<double> groups = widths.is_none() ? std::vector<double>{} : to_vector(widths.cast<Numpy>());
  const demography::AgeWidths ages = groups.empty() ? demography::AgeWidths() : demography::AgeWidths(groups);
  const demography::LifeTable table =
      demography::life_table_from_mx(values(mx), female ? core::female : core::male, ages);
  Arrays out;
  const auto put = [&](const char* name, const std::vector<double>& column) {
    out[name] = to_numpy(column, {static_cast<py::ssize_t>(column.size())});
  };
  put("mx", table.mx);
  put("ax", table.ax);
  put("qx", table.qx);
  put("lx", table.lx);
  put("ndx", table.ndx);
  put("nLx", table.nLx);
  put("Tx", table.Tx);
  put("ex", table.ex);
  return out;
}

double growth(const Numpy& Sx, const Numpy& asfr, double srb) {
  const core::Array<2> leslie = demography::leslie_matrix(values(Sx), values(asfr), srb);
  return demography::growth_from_leslie(leslie.view());
}

double lotka(const Numpy& Sx, const Numpy& asfr, double srb) {
  const std::vector<double> nLx = demography::nLx_from_Sx(values(Sx));
  return demography::intrinsic_growth_from_lotka(nLx, values(asfr), srb);
}

// The core's own exp and log, element by element: the same bits on every processor, which NumPy does not promise.
template <double (*Function)(double)>
py::array map_values(const Numpy& source) {
  std::vector<double> out(source.data(), source.data() + source.size());
  for (double& value : out) value = Function(value);
  return to_numpy(std::move(out), shape_of(source));
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
        "Death rates with one log shift a schedule so that life expectancy is met.");
  m.def("life_table", &life_table, arg("mx"), arg("female"), arg("widths") = py::none(),
        "Columns of a life table, radix 1; single years unless widths are given.");
  m.def(
      "median_age", [](const Numpy& pop) { return demography::median_age(values(pop)); }, arg("pop"),
      "Median age [years] of a stock by single age.");
  m.def("growth_from_leslie", &growth, arg("Sx"), arg("asfr"), arg("srb"),
        "Log of the dominant eigenvalue of the Leslie matrix [1/year].");
  m.def("growth_from_lotka", &lotka, arg("Sx"), arg("asfr"), arg("srb"),
        "Lotka's r for the step of this engine [1/year].");
  m.def(
      "mac_from_asfr", [](const Numpy& asfr) { return demography::mac_from_asfr(values(asfr)); }, arg("asfr"),
      "Mean age at childbearing [years] from births per woman by single age from 0.");
}

}  // namespace sanhai::bindings
