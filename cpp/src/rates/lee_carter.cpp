#include "sanhai/rates/lee_carter.hpp"

#include <Eigen/Core>
#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <string>

#include "sanhai/core/check.hpp"
#include "sanhai/core/math.hpp"

namespace sanhai::rates {
namespace {

namespace check = core::check;

using core::DomainError;
using core::ShapeError;
using core::View;

void check_history(View<const double, 3> mx, std::span<const double> years) {
  if (mx.extent(0) != years.size() || mx.extent(1) < 1 || mx.extent(1) > 2 || mx.extent(2) == 0) {
    throw ShapeError(core::message({.what = "mx",
                                    .where = "Lee-Carter",
                                    .got = "shape " + core::text(mx.shape()),
                                    .allowed = "(" + std::to_string(years.size()) + " times, 1 or 2 sexes, ages)",
                                    .remedy = "give death rates by time, sex and age"}));
  }
  if (years.size() < 3) {
    check::fail("years", "Lee-Carter", static_cast<double>(years.size()), "three times or more",
                "give a longer history");
  }
  for (std::size_t t = 0; t + 1 < years.size(); ++t)
    if (!(years[t + 1] > years[t]))
      check::fail("years", "Lee-Carter", years[t + 1], "rising times", "sort the history");
  for (std::size_t t = 0; t < mx.extent(0); ++t)
    for (std::size_t s = 0; s < mx.extent(1); ++s)
      for (std::size_t x = 0; x < mx.extent(2); ++x)
        if (!(mx(t, s, x) > 0.0) || !std::isfinite(mx(t, s, x))) {
          check::fail(
              "mx", "time " + core::text(years[t]) + ", sex " + std::to_string(s) + ", age group " + std::to_string(x),
              mx(t, s, x), "above 0", "smooth the rates, or join ages, where nobody died");
        }
}

/// Drift and step of a random walk seen at `years`.
void fit_walk(LeeCarter& model, std::span<const double> years) {
  model.drift = (model.k.back() - model.k.front()) / (years.back() - years.front());
  double squares = 0.0;
  for (std::size_t t = 0; t + 1 < years.size(); ++t) {
    const double dt = years[t + 1] - years[t];
    const double miss = model.k[t + 1] - model.k[t] - model.drift * dt;
    squares += miss * miss / dt;
  }
  model.step_sd = std::sqrt(squares / static_cast<double>(years.size() - 2));
}

/// Monotone cubic through (at, value), held beyond its ends.
class MonotoneCubic {
public:
  MonotoneCubic(std::vector<double> at, std::vector<double> value) : at_(std::move(at)), value_(std::move(value)) {
    slope_.assign(at_.size(), 0.0);  // flat at both ends: the curve is held beyond them
    for (std::size_t i = 1; i + 1 < at_.size(); ++i) {
      const double before = (value_[i] - value_[i - 1]) / (at_[i] - at_[i - 1]);
      const double after = (value_[i + 1] - value_[i]) / (at_[i + 1] - at_[i]);
      const double left = at_[i] - at_[i - 1];
      const double right = at_[i + 1] - at_[i];
      if (before * after <= 0.0) continue;
      slope_[i] =
          3.0 * (left + right) / ((2.0 * right + left) / before + (right + 2.0 * left) / after);  // uneven knots
    }
  }

  [[nodiscard]] double operator()(double x) const {
    if (x <= at_.front()) return value_.front();
    if (x >= at_.back()) return value_.back();
    const auto i = static_cast<std::size_t>(std::upper_bound(at_.begin(), at_.end(), x) - at_.begin()) - 1;
    const double h = at_[i + 1] - at_[i];
    const double u = (x - at_[i]) / h;
    const double v = 1.0 - u;
    return v * v * (1.0 + 2.0 * u) * value_[i] + u * u * (1.0 + 2.0 * v) * value_[i + 1] +
           h * u * v * (v * slope_[i] - u * slope_[i + 1]);
  }

private:
  std::vector<double> at_;
  std::vector<double> value_;
  std::vector<double> slope_;
};

}  // namespace

LeeCarter fit_lee_carter(View<const double, 3> mx, std::span<const double> years) {
  check_history(mx, years);
  const std::size_t n_times = mx.extent(0);
  const std::size_t n_sexes = mx.extent(1);
  const std::size_t n_ages = mx.extent(2);
  LeeCarter model{.a = core::Array<2>({n_sexes, n_ages}), .b = core::Array<2>({n_sexes, n_ages}), .k = {}};
  Eigen::MatrixXd centred(static_cast<Eigen::Index>(n_times), static_cast<Eigen::Index>(n_sexes * n_ages));
  for (std::size_t t = 0; t < n_times; ++t)
    for (std::size_t c = 0; c < n_sexes * n_ages; ++c)
      centred(static_cast<Eigen::Index>(t), static_cast<Eigen::Index>(c)) = core::log(mx[t].flat()[c]);
  const Eigen::RowVectorXd mean = centred.colwise().mean();
  centred.rowwise() -= mean;
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(centred, Eigen::ComputeThinU | Eigen::ComputeThinV);
  // Rates that stand still leave only rounding to share.
  if (!(svd.singularValues()(0) > 1e-10)) {
    check::fail("mx", "Lee-Carter", svd.singularValues()(0), "rates that move over time", "give a longer history");
  }
  const Eigen::VectorXd b = svd.matrixV().col(0);
  const double scale = b.sum() / static_cast<double>(n_sexes);
  if (!(std::abs(scale) > 1e-12)) {
    check::fail("b", "Lee-Carter", scale, "a sum other than 0", "the ages share no common movement: use another model");
  }
  for (std::size_t c = 0; c < n_sexes * n_ages; ++c) {
    model.a.flat()[c] = mean(static_cast<Eigen::Index>(c));
    model.b.flat()[c] = b(static_cast<Eigen::Index>(c)) / scale;
  }
  const Eigen::VectorXd k = svd.matrixU().col(0) * (svd.singularValues()(0) * scale);
  model.k.assign(k.data(), k.data() + k.size());
  model.variance_share = svd.singularValues()(0) * svd.singularValues()(0) / svd.singularValues().squaredNorm();
  fit_walk(model, years);
  return model;
}

core::Array<2> single_age_b(View<const double, 2> b, std::span<const double> lower, std::size_t n_ages) {
  const std::size_t n_groups = lower.size();
  constexpr std::size_t most_ages = 1000;
  if (b.extent(1) != n_groups || n_groups < 2 || b.extent(0) == 0 || n_ages == 0 || n_ages > most_ages) {
    throw ShapeError(core::message({.what = "b",
                                    .where = "Lee-Carter",
                                    .got = "shape " + core::text(b.shape()) + ", " + std::to_string(n_groups) +
                                           " first ages, " + std::to_string(n_ages) + " single ages",
                                    .allowed = "(sex, group) with a first age for each of two groups or more, and 1 to "
                                               "1000 single ages",
                                    .remedy = "give the groups the b was fitted to"}));
  }
  std::vector<double> middle(n_groups);
  for (std::size_t g = 0; g < n_groups; ++g) {
    const bool open = g + 1 == n_groups;
    if ((g == 0 && lower[0] != 0.0) || (!open && !(lower[g + 1] > lower[g])))
      check::fail("lower", "Lee-Carter", lower[g], "first ages that rise from 0", "sort the groups");
    middle[g] = open ? lower[g] + 0.5 : (lower[g] + lower[g + 1]) / 2.0;
  }
  core::Array<2> out({b.extent(0), n_ages});
  double sum = 0.0;
  for (std::size_t s = 0; s < b.extent(0); ++s) {
    const auto row = b[s].flat();
    const MonotoneCubic curve(middle, {row.begin(), row.end()});
    for (std::size_t x = 0; x < n_ages; ++x) sum += out(s, x) = curve(static_cast<double>(x) + 0.5);
  }
  const double scale = sum / static_cast<double>(b.extent(0));
  if (!(std::isfinite(scale) && scale != 0.0)) {
    check::fail("b", "Lee-Carter", scale, "finite, with a sum other than 0", "give b of a fit");
  }
  for (double& value : out.flat()) value /= scale;
  return out;
}

}  // namespace sanhai::rates
