#include "sanhai/demography/graduation.hpp"

#include <array>
#include <cmath>
#include <string>

#include "sanhai/core/error.hpp"
#include "sanhai/core/math.hpp"

namespace sanhai::demography {
namespace {

constexpr std::size_t width = 5;
using Panel = std::array<std::array<double, width>, width>;  // (single year, group)

// Shryock & Siegel (1976), table C-2: the first, second and middle groups; the last two are the first two reversed.
constexpr Panel first_panel{{{0.3616, -0.2768, 0.1488, -0.0336, 0.0},
                             {0.2640, -0.0960, 0.0400, -0.0080, 0.0},
                             {0.1840, 0.0400, -0.0320, 0.0080, 0.0},
                             {0.1200, 0.1360, -0.0720, 0.0160, 0.0},
                             {0.0704, 0.1968, -0.0848, 0.0176, 0.0}}};
constexpr Panel second_panel{{{0.0336, 0.2272, -0.0752, 0.0144, 0.0},
                              {0.0080, 0.2320, -0.0480, 0.0080, 0.0},
                              {-0.0080, 0.2160, -0.0080, 0.0000, 0.0},
                              {-0.0160, 0.1840, 0.0400, -0.0080, 0.0},
                              {-0.0176, 0.1408, 0.0912, -0.0144, 0.0}}};
constexpr Panel middle_panel{{{-0.0128, 0.0848, 0.1504, -0.0240, 0.0016},
                              {-0.0016, 0.0144, 0.2224, -0.0416, 0.0064},
                              {0.0064, -0.0336, 0.2544, -0.0336, 0.0064},
                              {0.0064, -0.0416, 0.2224, 0.0144, -0.0016},
                              {0.0016, -0.0240, 0.1504, 0.0848, -0.0128}}};

[[noreturn]] void refuse_shape(const char* what, std::size_t got, const char* allowed, const char* remedy) {
  throw core::ShapeError(
      core::message({.what = what, .where = "", .got = std::to_string(got), .allowed = allowed, .remedy = remedy}));
}

[[noreturn]] void refuse(const char* what, const std::string& where, double got, const char* allowed,
                         const char* remedy) {
  throw core::DomainError(
      core::message({.what = what, .where = where, .got = core::text(got), .allowed = allowed, .remedy = remedy}));
}

void require_counts(const char* what, std::span<const double> counts) {
  for (const double value : counts)
    if (!(value >= 0.0 && std::isfinite(value))) refuse(what, "", value, "finite and >= 0", "count the people");
}

double multiplier(std::size_t group, std::size_t year, std::size_t other, std::size_t n_groups) {
  if (group < 2) return (group == 0 ? first_panel : second_panel)[year][other];
  if (group + 2 < n_groups) return middle_panel[year][other];
  return (group + 1 == n_groups ? first_panel : second_panel)[width - 1 - year][width - 1 - other];
}

std::size_t first_used(std::size_t group, std::size_t n_groups) {
  if (group < 2) return 0;
  return group + 2 < n_groups ? group - 2 : n_groups - width;
}

}  // namespace

std::vector<double> sprague(std::span<const double> counts) {
  if (counts.size() < width || counts.size() > 200)
    refuse_shape("groups", counts.size(), "five five-year groups or more", "take another graduation");
  require_counts("counts", counts);
  std::vector<double> single(counts.size() * width);
  for (std::size_t g = 0; g < counts.size(); ++g)
    for (std::size_t year = 0; year < width; ++year) {
      const std::size_t from = first_used(g, counts.size());
      double value = 0.0;
      for (std::size_t k = 0; k < width; ++k) value += multiplier(g, year, k, counts.size()) * counts[from + k];
      if (value < 0.0)
        refuse("sprague", "age " + std::to_string(g * width + year), value, ">= 0",
               "take graduation=\"standard\" or \"even\"");
      single[g * width + year] = value;
    }
  return single;
}

std::vector<double> close_open_age(double count, std::span<const double> before, std::span<const double> Sx,
                                   std::size_t age) {
  constexpr std::size_t half = 5;
  if (before.size() != 2 * half || age < 2 * half || age >= Sx.size())
    refuse_shape("open age", before.size(), "ten single ages before it, and Sx past it", "give ages up to it");
  require_counts("counts", before);
  require_counts("count", std::array{count});
  double people[2] = {};
  double lived[2] = {};
  double left = 1.0;
  for (std::size_t i = 0; i < 2 * half; ++i) {
    if (i > 0) left *= Sx[age - 2 * half + i];
    people[i / half] += before[i];
    lived[i / half] += left;
  }
  if (!(people[0] > 0.0 && people[1] > 0.0))
    refuse("open age", "age " + std::to_string(age - 2 * half), people[0] > 0.0 ? people[1] : people[0],
           "people in the two groups before it", "give the people by single age to 100+");
  const double ratio = (people[1] / people[0]) / (lived[1] / lived[0]);
  const double growth = core::exp(core::log(ratio) / static_cast<double>(half));  // of a cohort on the one before it
  std::vector<double> out(Sx.size() - age);
  double whole = 0.0;
  double here = 1.0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (i > 0) here *= Sx[age + i] * growth;
    out[i] = here;
    if (i + 1 == out.size()) {
      const double kept = Sx.back() * growth;
      if (!(kept < 1.0))
        refuse("open age", "age " + std::to_string(age), growth, "a growth below 1 over the survivorship of the oldest",
               "give the people by single age to 100+");
      if (i > 0) out[i] /= 1.0 - kept;  // here holds S(omega) once: T(omega) / T(omega - 1)
    }
    whole += out[i];
  }
  for (double& value : out) value *= count / whole;
  return out;
}

}  // namespace sanhai::demography
