// Floor F3: leaves raked to a parent, draw by draw, with the interpreter released.

#include <pybind11/stl.h>

#include <algorithm>
#include <optional>
#include <string>

#include "numpy.hpp"
#include "sanhai/engine/rake.hpp"

namespace sanhai::bindings {
namespace {

/// What the cells of leaves and parent are called; without a first year, messages count years from 0.
struct RakeAxes {
  std::optional<int> first_year;
  std::vector<std::size_t> lower;
  bool has_draws = false;

  [[nodiscard]] core::Axes axes(std::size_t n_years, std::size_t n_ages) const {
    if (first_year) core::check_calendar_years("first_year", *first_year, n_years + 1);
    return {.places = {}, .first_year = first_year.value_or(0), .n_years = n_years, .n_ages = n_ages, .age_width = 1};
  }
};

void require_draws(const char* what, std::size_t got, std::size_t expected) {
  if (got == expected) return;
  throw core::ShapeError(core::message({.what = what,
                                        .where = "axis draw",
                                        .got = std::to_string(got),
                                        .allowed = std::to_string(expected),
                                        .remedy = "give leaves and parent the same draws"}));
}

/// One draw of (row, draw, ...) as an array of its own.
template <std::size_t N>
core::Array<N - 1> draw_of(const core::Array<N>& array, std::size_t draw) {
  core::Shape<N - 1> shape{};
  shape[0] = array.extent(0);
  for (std::size_t axis = 2; axis < N; ++axis) shape[axis - 1] = array.extent(axis);
  core::Array<N - 1> out(shape);
  for (std::size_t row = 0; row < shape[0]; ++row)
    std::ranges::copy(array.view()[row][draw].flat(), out.view()[row].flat().begin());
  return out;
}

template <std::size_t N>
void put_draw(const core::Array<N - 1>& from, std::size_t draw, core::Array<N>& to) {
  for (std::size_t row = 0; row < from.extent(0); ++row)
    std::ranges::copy(from.view()[row].flat(), to.view()[row][draw].flat().begin());
}

/// Calls `rake_draw` for every draw; an error says which, where draws have names.
template <class Call>
void each_draw(std::size_t n_draws, bool has_draws, const Call& rake_draw) {
  for (std::size_t draw = 0; draw < n_draws; ++draw) {
    try {
      rake_draw(draw);
    } catch (const core::DomainError& error) {
      if (!has_draws) throw;
      std::string text = error.what();
      text.insert(std::min(text.find(": got "), text.size()), ", draw " + std::to_string(draw));
      throw core::DomainError(text);
    }
  }
}

Arrays rake(const RakeAxes& given, const std::string& what, const Numpy& leaves, const Numpy& parent) {
  core::Array<5> all = to_array<5>(leaves, what.c_str());
  const core::Array<4> sums = to_array<4>(parent, "parent");
  const std::size_t n_draws = all.extent(1);
  require_draws("parent", sums.extent(0), n_draws);
  core::Array<4> factor(sums.shape());
  {
    const py::gil_scoped_release released;
    const core::Axes axes = given.axes(all.extent(2), all.extent(4));
    each_draw(n_draws, given.has_draws, [&](std::size_t draw) {
      const engine::Raked raked = engine::rake(axes, what, draw_of(all, draw).view(), sums.view()[draw], given.lower);
      put_draw(raked.leaves, draw, all);
      std::ranges::copy(raked.factor.flat(), factor.view()[draw].flat().begin());
    });
  }
  Arrays out;
  out["leaves"] = to_numpy(all);
  out["factor"] = to_numpy(factor);
  return out;
}

Arrays rake_births_and_stock(const RakeAxes& given, const Numpy& pop_jan1, const Numpy& births, const Numpy& parent_pop,
                             const Numpy& parent_births) {
  core::Array<5> stock = to_array<5>(pop_jan1, "pop_jan1");
  core::Array<4> born = to_array<4>(births, "births");
  const core::Array<4> sums = to_array<4>(parent_pop, "parent_pop");
  const core::Array<2> born_sums = to_array<2>(parent_births, "parent_births");
  const std::size_t n_draws = stock.extent(1);
  require_draws("births", born.extent(1), n_draws);
  require_draws("parent_pop", sums.extent(0), n_draws);
  require_draws("parent_births", born_sums.extent(0), n_draws);
  core::Array<4> pop_factor(sums.shape());
  core::Array<2> births_factor(born_sums.shape());
  core::Array<1> iterations({n_draws});
  {
    const py::gil_scoped_release released;
    const core::Axes axes = given.axes(born.extent(2), stock.extent(4));
    each_draw(n_draws, given.has_draws, [&](std::size_t draw) {
      const engine::RakedPath path =
          engine::rake_births_and_stock(axes, draw_of(stock, draw).view(), draw_of(born, draw).view(),
                                        sums.view()[draw], born_sums.view()[draw], given.lower);
      put_draw(path.pop_jan1, draw, stock);
      put_draw(path.births, draw, born);
      std::ranges::copy(path.pop_factor.flat(), pop_factor.view()[draw].flat().begin());
      std::ranges::copy(path.births_factor.flat(), births_factor.view()[draw].flat().begin());
      iterations(draw) = static_cast<double>(path.iterations);
    });
  }
  Arrays out;
  out["pop_jan1"] = to_numpy(stock);
  out["births"] = to_numpy(born);
  out["pop_factor"] = to_numpy(pop_factor);
  out["births_factor"] = to_numpy(births_factor);
  out["iterations"] = to_numpy(iterations);
  return out;
}

}  // namespace

void register_rake(py::module_& m) {
  using py::arg;
  py::class_<RakeAxes>(m, "RakeAxes", "What the cells of leaves and parent are called.")
      .def(py::init([](std::optional<int> first_year, std::vector<std::size_t> lower, bool has_draws) {
             return RakeAxes{first_year, std::move(lower), has_draws};
           }),
           arg("first_year"), arg("lower"), arg("has_draws"), "lower: first age of each group of the parent");
  m.def("rake", &rake, arg("axes"), arg("what"), arg("leaves"), arg("parent"),
        "leaves (leaf, draw, year, row, age), parent (draw, year, row|1, group); see sanhai::engine::rake. Returns "
        "leaves and factor (draw, year, row|1, group).");
  m.def("rake_births_and_stock", &rake_births_and_stock, arg("axes"), arg("pop_jan1"), arg("births"), arg("parent_pop"),
        arg("parent_births"),
        "pop_jan1 (leaf, draw, year + 1, sex, age), births (leaf, draw, year, sex), parent_pop (draw, year + 1, sex|1, "
        "group), parent_births (draw, year); see sanhai::engine::rake_births_and_stock.");
}

}  // namespace sanhai::bindings
