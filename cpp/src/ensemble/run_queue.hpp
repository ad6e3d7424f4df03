#pragma once
// Which thread does what: batches of draws of a group, then its quantiles, group after group. Few groups are open at a
// time, so memory does not grow with their number. Internal to the ensemble's sources.

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "sanhai/ensemble/kernel.hpp"

namespace sanhai::ensemble {

/// Places that are run together: a place alone, places that share a sum, or all that exchange migrants. Its rows are
/// its places, then its sums.
struct Group {
  std::vector<std::size_t> places;
  std::vector<std::size_t> sums;

  [[nodiscard]] std::size_t n_rows() const { return places.size() + sums.size(); }
};

/// In the order of their first places. `together`: all places are one group.
[[nodiscard]] std::vector<Group> groups_of(std::size_t n_places, const std::vector<std::vector<std::size_t>>& sums,
                                           bool together);

/// A group being worked on; its buffers are used again for the next one.
struct OpenGroup {
  std::size_t index = 0;
  std::vector<double> series;      ///< (row of the group, row of indicator and year, draw)
  std::vector<LaneStatus> status;  ///< (place of the group, draw)
  std::size_t next_batch = 0;
  std::size_t batches_left = 0;  ///< not finished
  std::size_t n_reductions = 0;
  std::size_t next_reduction = 0;
  std::size_t reductions_left = 0;  ///< not finished
  bool is_open = false;
};

enum class WorkKind { batch, reduction };

struct Work {
  WorkKind kind;
  OpenGroup* open;
  std::size_t index;  ///< of the batch or the reduction
};

/// The first failure in the order of groups, and in a group of `key`.
struct Failure {
  std::size_t group;
  std::pair<std::size_t, std::size_t> key;
  std::exception_ptr exception;
};

class WorkQueue {
public:
  /// `n_reductions` (group).
  WorkQueue(std::size_t n_batches, std::vector<std::size_t> n_reductions, std::size_t n_open)
      : n_batches_(n_batches), n_reductions_(std::move(n_reductions)), open_(n_open) {}

  [[nodiscard]] std::vector<OpenGroup>& slots() { return open_; }

  /// Next piece of work; waits while others finish what it depends on. Empty: nothing is left, or `close` was called.
  /// `prepare(group)` is called for one that begins.
  template <class Prepare>
  [[nodiscard]] std::optional<Work> take(const Prepare& prepare) {
    std::unique_lock lock(mutex_);
    while (!is_closed_) {
      if (std::optional<Work> work = find(prepare)) return work;
      if (next_group_ == n_reductions_.size() && n_in_work_ == 0) return std::nullopt;
      changed_.wait(lock);
    }
    return std::nullopt;
  }

  void done(const Work& work) {
    const std::lock_guard lock(mutex_);
    std::size_t& left = work.kind == WorkKind::batch ? work.open->batches_left : work.open->reductions_left;
    --left;
    --n_in_work_;
    if (work.open->batches_left == 0 && work.open->reductions_left == 0) work.open->is_open = false;
    changed_.notify_all();
  }

  /// Keeps the lowest failure; groups after it are not begun.
  void fail(Failure failure) {
    const std::lock_guard lock(mutex_);
    const auto order = [](const Failure& one) { return std::pair{one.group, one.key}; };
    if (!failure_ || order(failure) < order(*failure_)) failure_ = std::move(failure);
    has_failed_ = true;
    next_group_ = n_reductions_.size();
  }

  void close() {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    changed_.notify_all();
  }

  [[nodiscard]] bool has_failed() const { return has_failed_; }
  /// After all workers have ended.
  [[nodiscard]] const std::optional<Failure>& failure() const { return failure_; }

private:
  template <class Prepare>
  [[nodiscard]] std::optional<Work> find(const Prepare& prepare) {
    for (OpenGroup& open : open_) {
      if (!open.is_open || open.batches_left > 0 || open.next_reduction == open.n_reductions) continue;
      ++n_in_work_;
      return Work{WorkKind::reduction, &open, open.next_reduction++};
    }
    OpenGroup* oldest = nullptr;
    for (OpenGroup& open : open_) {
      if (!open.is_open || open.next_batch == n_batches_) continue;
      if (!oldest || open.index < oldest->index) oldest = &open;
    }
    if (!oldest) oldest = begin_group(prepare);
    if (!oldest) return std::nullopt;
    ++n_in_work_;
    return Work{WorkKind::batch, oldest, oldest->next_batch++};
  }

  template <class Prepare>
  [[nodiscard]] OpenGroup* begin_group(const Prepare& prepare) {
    if (next_group_ == n_reductions_.size()) return nullptr;
    for (OpenGroup& open : open_) {
      if (open.is_open) continue;
      open.index = next_group_++;
      open.next_batch = 0;
      open.batches_left = n_batches_;
      open.n_reductions = n_reductions_[open.index];
      open.next_reduction = 0;
      open.reductions_left = open.n_reductions;
      open.is_open = true;
      prepare(open);
      return &open;
    }
    return nullptr;
  }

  std::size_t n_batches_;
  std::vector<std::size_t> n_reductions_;
  std::size_t next_group_ = 0;
  std::size_t n_in_work_ = 0;
  bool is_closed_ = false;
  std::atomic<bool> has_failed_{false};
  std::optional<Failure> failure_;
  std::vector<OpenGroup> open_;
  std::mutex mutex_;
  std::condition_variable changed_;
};

}  // namespace sanhai::ensemble
