#include "settings_check.hpp"

#include <cmath>
#include <string>

#include "sanhai/core/check.hpp"

namespace sanhai::nursery {

namespace {

using core::check::fail;

[[noreturn]] void fail_shape(const std::string& what, const std::string& got, const std::string& allowed) {
  core::check::fail_shape(what, "", got, allowed, "align the settings with the projection");
}

/// A lever's shape and range; an empty one is unknown and passes, as a NaN does where single cells may be unknown.
void lever(const Observed& observed, const char* name, const Lever& values, double low, double high,
           bool may_be_unknown = false) {
  if (values.empty()) return;
  const auto& shape = values.shape();
  const std::size_t n_places = observed.pop_jan1.extent(0);
  const std::size_t n_years = observed.pop_jan1.extent(1) - 1;
  if ((shape[0] != 1 && shape[0] != n_places) || (shape[1] != 1 && shape[1] != n_years)) {
    fail_shape(name, core::text(shape), "(place|1, year|1) of " + core::text(core::Shape<2>{n_places, n_years}));
  }
  for (std::size_t p = 0; p < shape[0]; ++p)
    for (std::size_t t = 0; t < shape[1]; ++t)
      if (!(values(p, t) >= low && values(p, t) <= high) && !(may_be_unknown && std::isnan(values(p, t)))) {
        fail(name, observed.axes.where(p, t), values(p, t), "[" + core::text(low) + ", " + core::text(high) + "]",
             "shares are in [0, 1]; 4.5 places per 1,000 residents is 0.0045");
      }
}

void class_share(const Observed& observed, const core::Array<2>& share) {
  if (share.empty()) return;
  if ((share.extent(0) != 1 && share.extent(0) != observed.pop_jan1.extent(0)) || share.extent(1) != n_classes)
    fail_shape("class_share", core::text(share.shape()), "(place|1, 3)");
  for (std::size_t p = 0; p < share.extent(0); ++p) {
    double sum = 0.0;
    for (std::size_t c = 0; c < n_classes; ++c) {
      if (!(share(p, c) >= 0.0)) fail("class_share", observed.axes.where(p, 0), share(p, c), ">= 0", "give a share");
      sum += share(p, c);
    }
    if (std::abs(sum - 1.0) <= 1e-9) continue;
    throw core::AccountingError(core::message({.what = "class_share",
                                               .where = observed.axes.where(p, 0),
                                               .got = "a sum of " + core::text(sum),
                                               .allowed = "1 within 1e-9",
                                               .remedy = "divide the shares by their sum"}));
  }
}

/// (place, year) counts, NaN where nobody knows them.
void places(const Observed& observed, const char* name, const core::Array<2>& values) {
  if (values.empty()) return;
  const core::Shape<2> expected{observed.pop_jan1.extent(0), observed.pop_jan1.extent(1) - 1};
  if (values.shape() != expected) fail_shape(name, core::text(values.shape()), core::text(expected));
  for (std::size_t p = 0; p < expected[0]; ++p)
    for (std::size_t t = 0; t < expected[1]; ++t)
      if (values(p, t) < 0.0 || std::isinf(values(p, t)))
        fail(name, observed.axes.where(p, t), values(p, t), ">= 0, or NaN when unknown", "count the places");
}

void kindergarten(const Observed& observed, const Settings& settings) {
  places(observed, "kindergarten", settings.kindergarten);
  if (settings.kindergarten.empty()) return;
  if (settings.places.empty())
    fail_shape("places", "none", core::text(settings.kindergarten.shape()) + ", as kindergarten");
  for (std::size_t p = 0; p < settings.places.extent(0); ++p)
    for (std::size_t t = 0; t < settings.places.extent(1); ++t)
      if (settings.kindergarten(p, t) > settings.places(p, t))
        fail("kindergarten", observed.axes.where(p, t), settings.kindergarten(p, t),
             "at most the places, " + core::text(settings.places(p, t)), "they are a part of all places");
}

}  // namespace

void check_observed(const Observed& observed) {
  const auto& shape = observed.pop_jan1.shape();
  if (shape[1] < 2 || shape[3] < 4)
    fail_shape("pop_jan1", core::text(shape), "(place, year + 1, sex, single age to 3 at least)");
  if (!observed.axes.places.empty() && observed.axes.places.size() != shape[0])
    fail_shape("places", std::to_string(observed.axes.places.size()), std::to_string(shape[0]) + ", as pop_jan1");
  if (observed.axes.age_width != 1)
    fail_shape("axes", std::to_string(observed.axes.age_width) + "-year ages", "single years");
  for (std::size_t p = 0; p < shape[0]; ++p)
    for (std::size_t t = 0; t < shape[1]; ++t)
      for (std::size_t s = 0; s < shape[2]; ++s)
        for (std::size_t x = 0; x < shape[3]; ++x)
          if (!(observed.pop_jan1(p, t, s, x) >= 0.0 && std::isfinite(observed.pop_jan1(p, t, s, x))))
            fail("pop_jan1", observed.axes.where(p, t) + ", " + core::sex_name(s) + ", age " + std::to_string(x),
                 observed.pop_jan1(p, t, s, x), "finite and >= 0", "a stock of the projection");
}

void check_settings(const Observed& observed, const Settings& settings) {
  lever(observed, "norm", settings.norm, 0.0, 1.0, true);
  lever(observed, "enrolment_share", settings.enrolment_share, 0.0, 1.0);
  lever(observed, "want_share", settings.want_share, 0.0, 1.0);
  lever(observed, "target_utilisation", settings.target_utilisation, 1e-6, 1.0);
  lever(observed, "max_utilisation", settings.max_utilisation, 0.0, 1.0);
  class_share(observed, settings.class_share);
  for (std::size_t c = 0; c < n_classes; ++c) {
    if (!(settings.class_size[c] > 0.0)) fail("class_size", "", settings.class_size[c], "> 0", "10, 15, 20");
    if (!(settings.children_per_carer[c] > 0.0))
      fail("children_per_carer", "", settings.children_per_carer[c], "> 0", "3, 5, 7");
  }
  places(observed, "places", settings.places);
  kindergarten(observed, settings);
}

}  // namespace sanhai::nursery
