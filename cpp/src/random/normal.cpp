#include <cmath>

#include "check.hpp"
#include "sanhai/core/math.hpp"
#include "sanhai/random/distributions.hpp"
#include "sanhai/random/normal_quantile.hpp"

namespace sanhai::random {

namespace {

double tail_quantile(double p) {
  const double r = core::sqrt(-core::log(p < 0.5 ? p : 1.0 - p));
  const double z = tail_quantile_from_root(r);
  return p < 0.5 ? -z : z;
}

double quantile(double p) {
  const double q = p - 0.5;
  return q >= -central_half_width && q <= central_half_width ? central_quantile(q) : tail_quantile(p);
}

}  // namespace

double normal_quantile(double p) {
  require(p > 0.0 && p < 1.0, "normal quantile: p", p, "(0, 1)");
  return quantile(p);
}

double draw_normal(Stream& stream, double mean, double sd) {
  require(std::isfinite(mean), "normal mean", mean, "finite");
  require(sd >= 0.0 && std::isfinite(sd), "normal sd", sd, "[0, inf)");
  return mean + sd * quantile(stream.uniform());
}

double draw_lognormal(Stream& stream, double log_mean, double log_sd) {
  return core::exp(draw_normal(stream, log_mean, log_sd));
}

}  // namespace sanhai::random
