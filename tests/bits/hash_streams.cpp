#include "hash_streams.hpp"

#include <cmath>

#include "sanhai/core/math.hpp"
#include "sanhai/ensemble/normals.hpp"
#include "sanhai/policy/priors.hpp"
#include "sanhai/random/distributions.hpp"

namespace sanhai::bits {
namespace {

using random::Component;
using random::Stream;

constexpr std::uint64_t n_addresses = 200;
constexpr int n_each = 25;

/// Each parameter set at many addresses: draws, years and places differ, so that every field of the address counts.
template <class Draw, class Parameters>
Part hash_of(const char* name, const Parameters& sets, Draw draw) {
  Hash hash;
  for (const auto& parameters : sets)
    for (std::uint64_t i = 0; i < n_addresses; ++i) {
      Stream stream({.seed = 20261126 + (i % 3 << 33),
                     .draw = 17 * i,
                     .component = i % 2 ? Component::events_birth : Component::migration,
                     .year = static_cast<std::int64_t>(2024 + i % 77),
                     .place = i % 5 ? 620000 + i : random::shared_place});
      for (int k = 0; k < n_each; ++k) hash.add(static_cast<double>(draw(stream, parameters)));
    }
  return {name, hash.value()};
}

struct Two {
  double a;
  double b;
};

Part normals_in_lanes() {
  Hash hash;
  std::vector<double> out(1003);  // whole lanes and a rest
  for (std::int64_t year = 2024; year < 2034; ++year) {
    ensemble::draw_normals({.seed = 5, .draw = 7, .component = Component::tfr_level, .year = year}, out);
    hash.add(out);
  }
  return {"normals", hash.value()};
}

Part policy_draws() {
  Hash hash;
  const policy::PolicyPriors priors;
  for (std::uint64_t draw = 0; draw < 500; ++draw) {
    const policy::PolicyDraw one = policy::draw_policy(priors, 3, draw);
    hash.add(std::vector<double>{one.eps, one.k[0], one.k[1], one.k[2], one.gamma, one.tau, one.response_years,
                                 one.half_life, one.lasting_share, one.take_up, one.weight_cash, one.weight_fee,
                                 one.weight_insured, one.weight_tax, one.weight_housing, one.weight_leave,
                                 policy::draw_place_effect(priors, 3, draw, 620000)});
  }
  return {"policy", hash.value()};
}

/// Arguments from the smallest to the largest that matter, by sums and products alone.
template <class Visit>
void for_each_argument(Visit visit) {
  for (int i = 1; i <= 200000; ++i) visit(static_cast<double>(i) * 0.003517 - 351.7);
}

Part exponentials() {
  Hash hash;
  for_each_argument([&](double x) { hash.add(core::exp(x)); });
  return {"exp", hash.value()};
}

Part tangents() {
  Hash hash;
  for_each_argument([&](double x) { hash.add(core::tan(x * 0.02)); });
  return {"tan", hash.value()};
}

Part logarithms() {
  Hash hash;
  for_each_argument([&](double x) {
    hash.add(core::log(x * x + 1e-6));
    if (x > -1.0) hash.add(core::log1p(x));
    if (x > 0.0) hash.add(core::sqrt(x));
  });
  return {"log", hash.value()};
}

Part lanes() {
  using core::detail::NativeLanes;
  Hash hash;
  for_each_argument([&](double x) {
    NativeLanes wide = {};
    for (std::size_t lane = 0; lane < core::detail::native_lanes; ++lane) {
      wide[lane] = x * (lane % 2 ? 0.5 : 1.0);  // as many values whatever the width: the first two lanes are hashed
    }
    const NativeLanes exp = core::exp(wide);
    const NativeLanes log = core::log(wide * wide + 1e-6);
    for (std::size_t lane = 0; lane < 2; ++lane) {
      hash.add(exp[lane]);
      hash.add(log[lane]);
    }
  });
  return {"lanes", hash.value()};
}

}  // namespace

std::vector<Part> stream_hashes() {
  const std::vector<double> shapes{0.1, 0.5, 1.0, 4.0, 45.0, 1e6};
  const std::vector<Two> beta{{4.0, 4.0}, {45.0, 5.0}, {0.3, 0.4}, {2000.0, 3.0}};
  const std::vector<Two> binomial{{20.0, 0.2}, {1e4, 0.001}, {1e4, 0.4}, {1e4, 0.97}, {4e9, 0.01}};
  return {
      hash_of("words", std::vector<int>{0}, [](Stream& stream, int) { return stream(); }),
      hash_of("normal", std::vector<Two>{{0.0, 1.0}, {3.0, 0.05}},
              [](Stream& stream, Two p) { return random::draw_normal(stream, p.a, p.b); }),
      normals_in_lanes(),
      hash_of("lognormal", std::vector<Two>{{-0.1, 0.67}, {2.7, 0.6}},
              [](Stream& stream, Two p) { return random::draw_lognormal(stream, p.a, p.b); }),
      hash_of("gamma", shapes, [](Stream& stream, double shape) { return random::draw_gamma(stream, shape, 1.7); }),
      hash_of("beta", beta, [](Stream& stream, Two p) { return random::draw_beta(stream, p.a, p.b); }),
      hash_of("binomial", binomial,
              [](Stream& stream, Two p) { return random::draw_binomial(stream, static_cast<std::int64_t>(p.a), p.b); }),
      hash_of("poisson", std::vector<double>{0.3, 8.0, 12.0, 4000.0, 3e9},
              [](Stream& stream, double mean) { return random::draw_poisson(stream, mean); }),
      policy_draws(),
      exponentials(),
      tangents(),
      logarithms(),
      lanes(),
  };
}

std::vector<Part> libm_hashes() {
  using Function = double (*)(double);
  struct Named {
    const char* name;
    Function function;
  };
  std::vector<Part> parts;
  for (const Named one : {Named{"exp", std::exp}, Named{"log", std::log}, Named{"sin", std::sin},
                          Named{"cos", std::cos}, Named{"tan", std::tan}, Named{"atan", std::atan}}) {
    Hash hash;
    for_each_argument([&](double x) {
      const double value = one.function(x);
      if (value == value) hash.add(value);  // the sign of a NaN is nobody's business
    });
    parts.push_back({one.name, hash.value()});
  }
  return parts;
}

}  // namespace sanhai::bits
