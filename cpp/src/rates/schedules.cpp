#include "sanhai/rates/schedules.hpp"

#include <cmath>
#include <string>

#include "sanhai/core/error.hpp"
#include "sanhai/core/math.hpp"

namespace sanhai::rates {
namespace {

constexpr std::size_t youngest_mother = 10;
constexpr std::size_t oldest_mother = 55;
constexpr std::size_t fitted_ages = 10;  // of the line through the logits
constexpr std::size_t open_years = 40;   // past the open age that still matter
constexpr std::size_t most_ages = 1000;

[[noreturn]] void refuse(const char* what, const std::string& where, double got, const char* allowed,
                         const char* remedy) {
  throw core::DomainError(
      core::message({.what = what, .where = where, .got = core::text(got), .allowed = allowed, .remedy = remedy}));
}

bool within(double value, double low, double high) { return value >= low && value <= high; }

void require_ages(std::size_t n_ages, std::size_t least) {
  if (n_ages >= least && n_ages <= most_ages) return;
  refuse("n_ages", "", static_cast<double>(n_ages), "ages up to 55, and 1000 at most",
         "give the ages of the run, 101 for 0 to 100+");
}

// The density up to its scale, t years above the youngest mother.
double gamma_density(double t, double shape, double scale) {
  return t > 0.0 ? core::exp((shape - 1.0) * core::log(t) - t / scale) : 0.0;
}

// Its integral over a year by Simpson's rule on 20 pieces.
double gamma_year(double from, double shape, double scale) {
  constexpr std::size_t pieces = 20;
  constexpr double step = 1.0 / static_cast<double>(pieces);
  double sum = gamma_density(from, shape, scale) + gamma_density(from + 1.0, shape, scale);
  for (std::size_t i = 1; i < pieces; ++i)
    sum += (i % 2 == 1 ? 4.0 : 2.0) * gamma_density(from + static_cast<double>(i) * step, shape, scale);
  return sum * step / 3.0;
}

struct Line {
  double at_zero, slope;
};

// Least squares of logit m on age over the ages before `from`.
Line logit_line(std::span<const double> mx, std::size_t from) {
  double sum_x = 0.0;
  double sum_y = 0.0;
  double sum_xx = 0.0;
  double sum_xy = 0.0;
  for (std::size_t x = from - fitted_ages; x < from; ++x) {
    if (!(mx[x] > 0.0 && mx[x] < 1.0))
      refuse("mx", "age " + std::to_string(x), mx[x], "above 0 and below 1 in the ten ages before the model",
             "give rates from an age on where deaths are many");
    const double age = static_cast<double>(x - (from - fitted_ages));
    const double logit = core::log(mx[x] / (1.0 - mx[x]));
    sum_x += age;
    sum_y += logit;
    sum_xx += age * age;
    sum_xy += age * logit;
  }
  constexpr double n = static_cast<double>(fitted_ages);
  const double slope = (n * sum_xy - sum_x * sum_y) / (n * sum_xx - sum_x * sum_x);
  return {(sum_y - slope * sum_x) / n, slope};
}

double logistic(double logit) { return 1.0 / (1.0 + core::exp(-logit)); }

}  // namespace

std::vector<double> asfr_gamma(double tfr, double mac, double sd, std::size_t n_ages) {
  require_ages(n_ages, oldest_mother + 1);
  if (!within(tfr, 0.0, 20.0)) refuse("tfr", "", tfr, "0 to 20", "give children per woman");
  if (!within(mac, 15.0, 45.0)) refuse("mac", "", mac, "15 to 45 years", "give the mean age at childbearing");
  if (!within(sd, 1.0, 10.0)) refuse("sd", "", sd, "1 to 10 years", "give the spread of ages at childbearing");
  const double above = mac - static_cast<double>(youngest_mother);
  const double scale = sd * sd / above;
  std::vector<double> asfr(n_ages, 0.0);
  double whole = 0.0;
  for (std::size_t x = youngest_mother; x <= oldest_mother; ++x) {
    asfr[x] = gamma_year(static_cast<double>(x - youngest_mother), above / scale, scale);
    whole += asfr[x];
  }
  for (double& rate : asfr) rate *= tfr / whole;
  return asfr;
}

std::vector<double> kannisto(std::span<const double> mx, std::size_t from) {
  if (from < 60 || from >= mx.size())
    refuse("from", "", static_cast<double>(from), "an age from 60 on, not past the last of mx",
           "give the first age without a rate");
  const Line line = logit_line(mx, from);
  if (!(line.slope > 0.0))
    refuse("mx", "the ten ages before " + std::to_string(from), line.slope, "rates that rise with age",
           "check the rates of the oldest ages");
  std::vector<double> out(mx.begin(), mx.end());
  const auto rate = [&](std::size_t x) {
    return logistic(line.at_zero + line.slope * static_cast<double>(x - (from - fitted_ages)));
  };
  const std::size_t open = out.size() - 1;
  for (std::size_t x = from; x < open; ++x) out[x] = rate(x);
  double alive = 1.0;
  double lived = 0.0;
  for (std::size_t x = open; x < open + open_years; ++x) {
    const double next = alive * core::exp(-rate(x));
    lived += (alive - next) / rate(x);
    alive = next;
  }
  out[open] = 1.0 / (lived + alive / rate(open + open_years));
  return out;
}

std::vector<double> rogers_castro(std::size_t n_ages) {
  require_ages(n_ages, 1);
  std::vector<double> share(n_ages);
  double whole = 0.0;
  for (std::size_t i = 0; i < n_ages; ++i) {
    const double x = static_cast<double>(i) + 0.5;
    const double work = 0.06 * core::exp(-0.1 * (x - 20.0) - core::exp(-0.4 * (x - 20.0)));
    share[i] = 0.02 * core::exp(-0.1 * x) + work + 0.003;
    whole += share[i];
  }
  for (double& value : share) value /= whole;
  return share;
}

}  // namespace sanhai::rates
