#pragma once
// Which thread does what: batches of draws of a place, then its quantiles, place after place. Few places are open at a
// time, so memory does not grow with their number. Internal to the ensemble's sources.

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <optional>
#include <vector>

#include "sanhai/ensemble/kernel.hpp"

namespace sanhai::ensemble {

/// A place being worked on; its buffers are used again for the next one.
struct OpenPlace {
  std::size_t place = 0;
  std::vector<double> series;      ///< (row of indicator and year, draw)
  std::vector<LaneStatus> status;  ///< (draw)
  std::size_t next_batch = 0;
  std::size_t batches_left = 0;  ///< not finished
  std::size_t next_reduction = 0;
  std::size_t reductions_left = 0;  ///< not finished
  bool is_open = false;
};

enum class WorkKind { batch, reduction };

struct Work {
  WorkKind kind;
  OpenPlace* open;
  std::size_t index;  ///< of the batch or the reduction
};

/// The first failure in the order of places and draws.
struct Failure {
  std::size_t place;
  std::size_t draw;
  std::exception_ptr exception;
};

class WorkQueue {
public:
  WorkQueue(std::size_t n_places, std::size_t n_batches, std::size_t n_reductions, std::size_t n_open)
      : n_places_(n_places), n_batches_(n_batches), n_reductions_(n_reductions), open_(n_open) {}

  [[nodiscard]] std::vector<OpenPlace>& slots() { return open_; }

  /// Next piece of work; waits while others finish what it depends on. Empty: nothing is left, or `close` was called.
  [[nodiscard]] std::optional<Work> take() {
    std::unique_lock lock(mutex_);
    while (!is_closed_) {
      if (std::optional<Work> work = find()) return work;
      if (next_place_ == n_places_ && n_in_work_ == 0) return std::nullopt;
      changed_.wait(lock);
    }
    return std::nullopt;
  }

  /// Reports work as done; true when it was the last batch of its place.
  void done(const Work& work) {
    const std::lock_guard lock(mutex_);
    std::size_t& left = work.kind == WorkKind::batch ? work.open->batches_left : work.open->reductions_left;
    --left;
    --n_in_work_;
    if (work.open->batches_left == 0 && work.open->reductions_left == 0) work.open->is_open = false;
    changed_.notify_all();
  }

  /// Keeps the lowest failure; places after it are not begun.
  void fail(Failure failure) {
    const std::lock_guard lock(mutex_);
    const bool is_lower = !failure_ || failure.place < failure_->place ||
                          (failure.place == failure_->place && failure.draw < failure_->draw);
    if (is_lower) failure_ = std::move(failure);
    has_failed_ = true;
    next_place_ = n_places_;
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
  [[nodiscard]] std::optional<Work> find() {
    for (OpenPlace& open : open_) {
      if (!open.is_open || open.batches_left > 0 || open.next_reduction == n_reductions_) continue;
      ++n_in_work_;
      return Work{WorkKind::reduction, &open, open.next_reduction++};
    }
    OpenPlace* oldest = nullptr;
    for (OpenPlace& open : open_) {
      if (!open.is_open || open.next_batch == n_batches_) continue;
      if (!oldest || open.place < oldest->place) oldest = &open;
    }
    if (!oldest) oldest = begin_place();
    if (!oldest) return std::nullopt;
    ++n_in_work_;
    return Work{WorkKind::batch, oldest, oldest->next_batch++};
  }

  [[nodiscard]] OpenPlace* begin_place() {
    if (next_place_ == n_places_) return nullptr;
    for (OpenPlace& open : open_) {
      if (open.is_open) continue;
      open.place = next_place_++;
      open.next_batch = 0;
      open.batches_left = n_batches_;
      open.next_reduction = 0;
      open.reductions_left = n_reductions_;
      open.is_open = true;
      for (LaneStatus& status : open.status) status = LaneStatus{};
      return &open;
    }
    return nullptr;
  }

  std::size_t n_places_;
  std::size_t n_batches_;
  std::size_t n_reductions_;
  std::size_t next_place_ = 0;
  std::size_t n_in_work_ = 0;
  bool is_closed_ = false;
  std::atomic<bool> has_failed_{false};
  std::optional<Failure> failure_;
  std::vector<OpenPlace> open_;
  std::mutex mutex_;
  std::condition_variable changed_;
};

}  // namespace sanhai::ensemble
