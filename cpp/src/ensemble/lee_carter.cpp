#include "sanhai/ensemble/lee_carter.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "sanhai/core/check.hpp"
#include "sanhai/core/math.hpp"
#include "sanhai/demography/survivorship.hpp"

namespace sanhai::ensemble {
namespace {

namespace check = core::check;

using core::View;

constexpr int min_degree = 2;
constexpr int max_degree = 16;
constexpr double e0_scale = 100.0;         ///< e0 may err by this many times what survivorship may [years]
constexpr double default_log_width = 1.5;  ///< a factor of 4.5 on mortality either way

template <std::size_t N>
void require_shape(const char* name, const core::Array<N>& array, const core::Shape<N>& expected) {
  if (array.shape() == expected) return;
  throw core::ShapeError(core::message({.what = name,
                                        .where = "mortality schedule",
                                        .got = "shape " + core::text(array.shape()),
                                        .allowed = core::text(expected),
                                        .remedy = "give one value per cell"}));
}

std::string cell_name(const core::Axes& axes, std::size_t year, std::size_t sex, std::size_t age) {
  return "year " + std::to_string(axes.year(year)) + ", " + core::sex_name(sex) + ", age " + std::to_string(age);
}

double table_a0(const MortalitySchedule& schedule, std::size_t year, std::size_t sex) {
  return schedule.a0.empty() ? 0.5 : schedule.a0(year, sex);
}

/// to[x] = scale[x] exp(factor power[x]), as many at once as a register holds; the same bits as one by one.
void exp_row(std::size_t n, const double* scale, const double* power, double factor, double* to) {
  using Native = core::detail::NativeLanes;
  constexpr std::size_t width = core::detail::native_lanes;
  std::size_t x = 0;
  for (; x + width <= n; x += width) {
    Native sizes;
    Native powers;
    std::memcpy(&sizes, scale + x, sizeof(Native));
    std::memcpy(&powers, power + x, sizeof(Native));
    const Native values = sizes * core::exp(factor * powers);
    std::memcpy(to + x, &values, sizeof(Native));
  }
  for (; x < n; ++x) to[x] = scale[x] * core::exp(factor * power[x]);
}

/// The same operations in the same order as a lane of the kernel's exact way.
void put_Sx_at(const MortalitySchedule& schedule, const core::Array<3>& base, std::size_t year, std::size_t sex,
               double k, double* Sx) {
  const std::size_t n_ages = base.extent(2);
  const double* median = base.view()[year][sex].flat().data();
  const double* b = schedule.b.view()[sex].flat().data();
  double drawn[max_ages];
  exp_row(n_ages, median, b, k, drawn);
  if (schedule.Sx.empty()) {
    demography::survivorship<double>(
        n_ages, table_a0(schedule, year, sex), [&](std::size_t x) { return drawn[x]; },
        [&](std::size_t x, double value) { Sx[x] = value; });
    return;
  }
  static constexpr auto ones = [] {
    std::array<double, max_ages> values{};
    values.fill(1.0);
    return values;
  }();
  exp_row(n_ages, ones.data(), drawn, -1.0, Sx);
}

core::Array<3> hazards_from_Sx(const core::Array<3>& Sx) {
  core::Array<3> hazards(Sx.shape());
  for (std::size_t i = 0; i < Sx.flat().size(); ++i) hazards.flat()[i] = -core::log(Sx.flat()[i]);
  return hazards;
}

/// Zeros of the Chebyshev polynomial of degree n, cos(pi (i + 1/2) / n), by Newton on the recurrence from a rough
/// start: libm's cosine is not the same on every machine, sums and products are.
std::vector<double> chebyshev_nodes(int n) {
  std::vector<double> nodes(static_cast<std::size_t>(n));
  for (int i = 0; i < n; ++i) {
    double x = std::cos(3.14159265358979323846 * (i + 0.5) / n);
    x = static_cast<double>(static_cast<float>(x));
    for (int pass = 0; pass < 4; ++pass) {
      double before = 1.0;
      double value = x;
      double slope_before = 0.0;
      double slope = 1.0;
      for (int j = 2; j <= n; ++j) {
        const double next = 2.0 * x * value - before;
        const double slope_next = 2.0 * value + 2.0 * x * slope - slope_before;
        before = value;
        value = next;
        slope_before = slope;
        slope = slope_next;
      }
      x -= value / slope;
    }
    nodes[static_cast<std::size_t>(i)] = x;
  }
  if (n % 2 == 1) nodes[static_cast<std::size_t>(n / 2)] = 0.0;
  return nodes;
}

/// From values at n nodes to monomial coefficients: the discrete cosine sums, then the whole-number coefficients of
/// T_j.
class Interpolation {
public:
  explicit Interpolation(int degree) : n_(static_cast<std::size_t>(degree) + 1), nodes_(chebyshev_nodes(degree + 1)) {
    std::vector<double> chebyshev(n_ * n_, 0.0);  // (j, power)
    chebyshev[0] = 1.0;
    if (n_ > 1) chebyshev[n_ + 1] = 1.0;
    for (std::size_t j = 2; j < n_; ++j)
      for (std::size_t power = 0; power < n_; ++power)
        chebyshev[j * n_ + power] =
            (power ? 2.0 * chebyshev[(j - 1) * n_ + power - 1] : 0.0) - chebyshev[(j - 2) * n_ + power];
    weights_.assign(n_ * n_, 0.0);  // (power, node)
    for (std::size_t node = 0; node < n_; ++node) {
      double before = 1.0;
      double value = nodes_[node];
      for (std::size_t j = 0; j < n_; ++j) {
        const double T = j == 0 ? 1.0 : j == 1 ? nodes_[node] : 2.0 * nodes_[node] * value - before;
        if (j > 1) before = value;
        if (j > 0) value = T;
        for (std::size_t power = 0; power < n_; ++power)
          weights_[power * n_ + node] += (j ? 2.0 : 1.0) / static_cast<double>(n_) * T * chebyshev[j * n_ + power];
      }
    }
  }

  [[nodiscard]] std::size_t n_nodes() const { return n_; }
  [[nodiscard]] double node(std::size_t i) const { return nodes_[i]; }

  /// One block of cells: `values` (node, cell) with `stride` cells a node -> `coefficients` (power, cell of the block);
  /// at k = 0 the value of the middle node, exactly. Cells are the inner loop, which changes no sum's order.
  void fit(const double* values, std::size_t stride, double* coefficients) const {
    std::copy_n(values + (n_ / 2) * stride, polynomial_rows, coefficients);
    for (std::size_t power = 1; power < n_; ++power) {
      double sum[polynomial_rows] = {};
      for (std::size_t node = 0; node < n_; ++node)
        for (std::size_t cell = 0; cell < polynomial_rows; ++cell)
          sum[cell] += weights_[power * n_ + node] * values[node * stride + cell];
      std::copy_n(sum, polynomial_rows, coefficients + power * polynomial_rows);
    }
  }

private:
  std::size_t n_;
  std::vector<double> nodes_;
  std::vector<double> weights_;
};

/// The polynomials of a block at x.
void horner(const double* coefficients, std::size_t n, double x, double* to) {
  std::copy_n(coefficients + (n - 1) * polynomial_rows, polynomial_rows, to);
  for (std::size_t power = n - 1; power-- > 0;)
    for (std::size_t cell = 0; cell < polynomial_rows; ++cell)
      to[cell] = to[cell] * x + coefficients[power * polynomial_rows + cell];
}

/// Degrees are even, so that k = 0 is a node.
const Interpolation& interpolation(int degree) {
  static const std::array<Interpolation, 8> made = {Interpolation(2),  Interpolation(4),  Interpolation(6),
                                                    Interpolation(8),  Interpolation(10), Interpolation(12),
                                                    Interpolation(14), Interpolation(16)};
  return made[static_cast<std::size_t>(degree / 2 - 1)];
}

}  // namespace

core::Array<2> Sx_from_mx(View<const double, 2> mx, View<const double, 1> a0) {
  core::Array<2> Sx(mx.shape());
  for (std::size_t s = 0; s < mx.extent(0); ++s) {
    demography::survivorship<double>(
        mx.extent(1), a0(s), [&](std::size_t x) { return mx(s, x); },
        [&](std::size_t x, double value) { Sx(s, x) = value; });
  }
  return Sx;
}

double e0_from_Sx(View<const double, 1> Sx) {
  return demography::e0_from_survivorship<double>(Sx.extent(0), [&](std::size_t x) { return Sx(x); });
}

MortalityTable::MortalityTable(MortalitySchedule schedule, const core::Axes& axes, MortalityMode mode)
    : schedule_(std::move(schedule)), mode_(schedule_.b.empty() ? MortalityMode::shared : mode) {
  const core::Shape<3> cells = {axes.n_years, core::n_sexes, axes.n_ages};
  const bool from_mx = schedule_.Sx.empty();
  if (from_mx) require_shape("mx", schedule_.mx, cells);
  if (!from_mx) require_shape("Sx", schedule_.Sx, cells);
  if (!schedule_.a0.empty()) require_shape("a0", schedule_.a0, {axes.n_years, core::n_sexes});
  if (!schedule_.b.empty()) require_shape("b", schedule_.b, {core::n_sexes, axes.n_ages});
  if (!schedule_.half_width.empty()) require_shape("half_width", schedule_.half_width, {axes.n_years});
  check_values(axes);

  base_ = from_mx ? schedule_.mx : core::Array<3>();
  if (!from_mx && mode_ != MortalityMode::shared) base_ = hazards_from_Sx(schedule_.Sx);
  Sx_ = from_mx ? core::Array<3>(cells) : schedule_.Sx;
  for (std::size_t t = 0; from_mx && t < axes.n_years; ++t) {
    const std::array<double, 2> a0 = {table_a0(schedule_, t, 0), table_a0(schedule_, t, 1)};
    const core::Array<2> year = Sx_from_mx(schedule_.mx.view()[t], {a0.data(), {2}});
    std::ranges::copy(year.flat(), Sx_.view()[t].flat().begin());
  }
  one_less_Sx_ = Sx_;
  for (double& value : one_less_Sx_.flat()) value = 1.0 - value;
  for (std::size_t t = 0; t < axes.n_years; ++t)
    for (std::size_t s = 0; s < core::n_sexes; ++s) {
      a0_.push_back(table_a0(schedule_, t, s));
      e0_.push_back(e0_from_Sx(std::as_const(Sx_).view()[t][s]));
    }
  if (mode_ != MortalityMode::polynomial) return;
  for (std::size_t t = 0; t < axes.n_years; ++t) fit_year(t, axes);
}

void MortalityTable::check_values(const core::Axes& axes) const {
  const bool from_mx = schedule_.Sx.empty();
  for (std::size_t t = 0; t < axes.n_years; ++t) {
    for (std::size_t s = 0; s < core::n_sexes; ++s) {
      for (std::size_t x = 0; x < axes.n_ages; ++x) {
        const double value = from_mx ? schedule_.mx(t, s, x) : schedule_.Sx(t, s, x);
        const bool ok = from_mx ? value >= 0.0 && (value < 2.0 || (x + 1 == axes.n_ages && std::isfinite(value)))
                                : value >= 0.0 && value <= 1.0 && (value > 0.0 || schedule_.b.empty());
        if (!ok) {
          check::fail(from_mx ? "mx" : "Sx", cell_name(axes, t, s, x), value,
                      from_mx ? "[0, 2) deaths per person-year" : "(0, 1]", "check the unit and the age of this rate");
        }
      }
      const double a0 = table_a0(schedule_, t, s);
      if (!(a0 >= 0.0 && a0 <= 1.0))
        check::fail("a0", cell_name(axes, t, s, 0), a0, "[0, 1] years", "give years, not months");
    }
    if (!schedule_.half_width.empty() && !(schedule_.half_width(t) > 0.0 && std::isfinite(schedule_.half_width(t)))) {
      check::fail("half_width", "year " + std::to_string(axes.year(t)), schedule_.half_width(t), "a finite number > 0",
                  "about four standard deviations of k in that year");
    }
  }
  for (std::size_t i = 0; i < schedule_.b.flat().size(); ++i) {
    if (std::isfinite(schedule_.b.flat()[i])) continue;
    check::fail("b", cell_name(axes, 0, i / axes.n_ages, i % axes.n_ages), schedule_.b.flat()[i], "a finite number",
                "leave an age that does not move at 0");
  }
}

void MortalityTable::put_Sx(std::size_t year, double k, View<double, 2> Sx) const {
  if (mode_ == MortalityMode::shared || k == 0.0) {
    std::ranges::copy(Sx_.view()[year].flat(), Sx.flat().begin());
    return;
  }
  for (std::size_t s = 0; s < core::n_sexes; ++s) put_Sx_at(schedule_, base_, year, s, k, Sx[s].data());
}

// Rows of one year at one k: survivorship (sex, age), then e0 by sex.
void MortalityTable::put_rows(std::size_t year, double k, double* to) const {
  const std::size_t n_ages = Sx_.extent(2);
  put_Sx(year, k, {to, {core::n_sexes, n_ages}});
  for (std::size_t s = 0; s < core::n_sexes; ++s)
    to[core::n_sexes * n_ages + s] = e0_from_Sx({to + s * n_ages, {n_ages}});
}

// For each block of rows the lowest even degree that meets the promise at points between the nodes. Where not even the
// highest does, the interval is halved, and draws beyond it take the exact way.
void MortalityTable::fit_year(std::size_t year, const core::Axes& axes) {
  const std::size_t cells = core::n_sexes * axes.n_ages;
  const std::size_t rows = cells + core::n_sexes;
  double width = schedule_.half_width.empty() ? 0.0 : schedule_.half_width(year);
  if (width == 0.0) {
    double largest = 0.0;
    for (const double b : schedule_.b.flat()) largest = std::max(largest, std::abs(b));
    width = largest > 0.0 ? default_log_width / largest : 1.0;
  }
  for (int halvings = 0; halvings < 60; ++halvings, width *= 0.5) {
    if (!fit_interval(year, width, rows, cells)) continue;
    half_width_.push_back(width);
    return;
  }
  check::fail("b", "year " + std::to_string(axes.year(year)), width,
              "an interval of k on which survivorship stays in [0, 1]",
              "check the sensitivities b and the half-width of k");
}

bool MortalityTable::fit_interval(std::size_t year, double width, std::size_t rows, std::size_t cells) {
  constexpr std::size_t n_checks = 12;
  const auto check_at = [](std::size_t c) { return -1.0 + 2.0 * static_cast<double>(c) / (n_checks - 1); };
  const std::size_t n_blocks = (rows + polynomial_rows - 1) / polynomial_rows;
  const std::size_t stride = n_blocks * polynomial_rows;  // the last block is filled up with zeros
  std::vector<double> checks(n_checks * stride, 0.0);
  for (std::size_t c = 0; c < n_checks; ++c) put_rows(year, width * check_at(c), &checks[c * stride]);
  if (!std::ranges::all_of(checks, [](double value) { return value >= 0.0; })) return false;

  constexpr std::size_t most_nodes = static_cast<std::size_t>(max_degree) + 1;
  std::vector<double> values(most_nodes * stride, 0.0);
  std::vector<double> found(n_blocks * most_nodes * polynomial_rows);
  std::vector<int> degrees(n_blocks, 0);
  std::size_t n_found = 0;
  for (int degree = min_degree; degree <= max_degree && n_found < n_blocks; degree += 2) {
    const Interpolation& method = interpolation(degree);
    const std::size_t n = method.n_nodes();
    for (std::size_t i = 0; i < n; ++i) put_rows(year, width * method.node(i), &values[i * stride]);
    for (std::size_t block = 0; block < n_blocks; ++block) {
      if (degrees[block] > 0) continue;
      const std::size_t first = block * polynomial_rows;
      double* coefficients = &found[block * most_nodes * polynomial_rows];
      method.fit(&values[first], stride, coefficients);
      double worst[polynomial_rows] = {};
      for (std::size_t c = 0; c < n_checks; ++c) {
        double at[polynomial_rows];
        horner(coefficients, n, check_at(c), at);
        for (std::size_t cell = 0; cell < polynomial_rows; ++cell)
          worst[cell] = std::max(worst[cell], std::abs(at[cell] - checks[c * stride + first + cell]));
      }
      bool is_met = true;
      for (std::size_t cell = 0; cell < polynomial_rows; ++cell)
        is_met = is_met && worst[cell] <= polynomial_error * (first + cell < cells ? 1.0 : e0_scale);
      if (!is_met) continue;
      degrees[block] = degree;
      ++n_found;
    }
  }
  if (n_found < n_blocks) return false;
  offset_.push_back(coefficients_.size());
  degree_.insert(degree_.end(), degrees.begin(), degrees.end());
  for (std::size_t block = 0; block < n_blocks; ++block)  // from the highest power
    for (std::size_t power = static_cast<std::size_t>(degrees[block]) + 1; power-- > 0;) {
      const double* of_power = &found[(block * most_nodes + power) * polynomial_rows];
      coefficients_.insert(coefficients_.end(), of_power, of_power + polynomial_rows);
    }
  return true;
}

KernelMortality MortalityTable::view() const {
  KernelMortality view;
  view.mode = mode_;
  view.from_mx = schedule_.Sx.empty();
  view.Sx = Sx_.flat().data();
  view.one_less_Sx = one_less_Sx_.flat().data();
  view.base = base_.flat().data();
  view.a0 = a0_.data();
  view.b = schedule_.b.flat().data();
  view.coefficients = coefficients_.data();
  view.half_width = half_width_.data();
  view.degree = degree_.data();
  view.offset = offset_.data();
  view.e0 = e0_.data();
  return view;
}

}  // namespace sanhai::ensemble
