#include "run_queue.hpp"

#include <algorithm>

namespace sanhai::ensemble {

std::vector<Group> groups_of(std::size_t n_places, const std::vector<std::vector<std::size_t>>& sums, bool together) {
  std::vector<std::size_t> lowest(n_places);  // a place of the same group with a lower number, or itself
  std::iota(lowest.begin(), lowest.end(), std::size_t{0});
  const auto root = [&](std::size_t place) {
    while (lowest[place] != place) place = lowest[place] = lowest[lowest[place]];
    return place;
  };
  const auto join = [&](std::size_t a, std::size_t b) {
    lowest[std::max(root(a), root(b))] = std::min(root(a), root(b));
  };
  for (const std::vector<std::size_t>& sum : sums)
    for (const std::size_t place : sum) join(sum.front(), place);
  for (std::size_t place = 0; together && place < n_places; ++place) join(0, place);
  std::vector<Group> groups;
  std::vector<std::size_t> group_of(n_places);
  for (std::size_t place = 0; place < n_places; ++place) {
    if (root(place) == place) {
      group_of[place] = groups.size();
      groups.emplace_back();
    }
    groups[group_of[root(place)]].places.push_back(place);
  }
  for (std::size_t k = 0; k < sums.size(); ++k) groups[group_of[root(sums[k].front())]].sums.push_back(k);
  return groups;
}

}  // namespace sanhai::ensemble
