#pragma once
// The counts of one vector of draws (V: a double, or a vector; core/lanes.hpp), year after year.

#include "sanhai/legacy/count_task.hpp"
#include "sanhai/legacy/life.hpp"

namespace sanhai::legacy {

template <class V>
class CountYears {
public:
  SANHAI_INLINE CountYears(const CountTask& task, CountWorkspace& room, std::size_t lane)
      : task_(task), room_(room), lane_(lane) {
    for (std::size_t at = 0; at < n_wives; ++at) {
      put(wife, at, core::splat<V>(1.0));
      put(husband, at, core::splat<V>(task.husband_alive[at]));
    }
    join_households();
  }

  /// Counts a year whose survivorship is `Sx(sex, age of arrival)`, and goes on to the next 1 January.
  template <class SxOf>
  SANHAI_INLINE void year(std::size_t t, SxOf Sx) {
    for (std::size_t count = 0; count < task_.n_counts; ++count) core::store(out(t, count), side(t, count, 0));
    for (const std::size_t member : {husband, wife})
      live_a_year(
          member, t, task_.husband_older, [&](std::size_t age) { return Sx(member, age); },
          [&](std::size_t at) { return get(member, at); }, [&](std::size_t at, V share) { put(member, at, share); });
    join_households();
    for (std::size_t count = 0; count < task_.n_counts; ++count)
      core::store(out(t, count), core::load<V>(out(t, count)) + side(t, count, 1));
  }

private:
  SANHAI_INLINE V get(std::size_t member, std::size_t at) const {
    return core::load<V>(&room_.alive[member][at][lane_]);
  }
  SANHAI_INLINE void put(std::size_t member, std::size_t at, V share) {
    core::store(&room_.alive[member][at][lane_], share);
  }
  SANHAI_INLINE double* out(std::size_t t, std::size_t count) const {
    return task_.out + (t * task_.n_counts + count) * core::n_lanes + lane_;
  }
  SANHAI_INLINE void join_households() {
    for (std::size_t at = 0; at < n_wives; ++at) put(household, at, one_alive(get(wife, at), get(husband, at)));
  }

  SANHAI_INLINE V side(std::size_t t, std::size_t count, std::size_t which) const {
    const std::size_t row = (t * task_.n_counts + count) * n_sides + which;
    V sum = {};
    for (std::size_t member = 0; member < n_members; ++member) {
      const Reach reach = task_.reach[row * n_members + member];
      if (reach.first < reach.end) sum += counted(task_.weights + (row * n_members + member) * n_wives, member, reach);
    }
    return sum;
  }

  /// In four parts, which overlap and whose order is fixed.
  SANHAI_INLINE V counted(const double* weights, std::size_t member, Reach reach) const {
    V part[4] = {};
    std::size_t at = reach.first;
    for (; at + 4 <= reach.end; at += 4)
      for (std::size_t i = 0; i < 4; ++i) part[i] += get(member, at + i) * weights[at + i];
    for (std::size_t i = 0; at + i < reach.end; ++i) part[i] += get(member, at + i) * weights[at + i];
    return (part[0] + part[1]) + (part[2] + part[3]);
  }

  const CountTask& task_;
  CountWorkspace& room_;
  const std::size_t lane_;
};

}  // namespace sanhai::legacy
