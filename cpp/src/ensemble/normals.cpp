#include "sanhai/ensemble/normals.hpp"

#include <algorithm>

#include "sanhai/ensemble/kernel.hpp"

namespace sanhai::ensemble {

void draw_normals(const random::StreamKey& key, std::span<double> out) {
  if (out.empty()) return;
  static const Kernel kernel = kernel_for(best_isa());  // the same bits in all of them
  random::StreamKey last = key;
  last.draw += out.size() - 1;
  (void)random::counter_from_key(last);
  core::PhiloxCounter counter = random::counter_from_key(key);
  const core::PhiloxKey seed = random::philox_key_from_seed(key.seed);
  std::size_t done = 0;
  for (; done + n_lanes <= out.size(); done += n_lanes, counter[1] += n_lanes)
    kernel.normals(counter.data(), seed.data(), out.data() + done);
  if (done == out.size()) return;
  double rest[n_lanes];
  kernel.normals(counter.data(), seed.data(), rest);
  std::copy_n(rest, out.size() - done, out.begin() + static_cast<std::ptrdiff_t>(done));
}

}  // namespace sanhai::ensemble
