#pragma once
// A pool for one call: workers take numbered tasks until none is left; the caller waits, reports and may stop them.

#include <atomic>
#include <cstddef>
#include <functional>

namespace sanhai::ensemble {

/// Runs `worker(thread, stop)` on `threads` threads and waits. While waiting, calls `tick` on the calling thread about
/// every 50 ms; when `tick` throws, or any worker throws, `stop` becomes true, all are joined, and the first exception
/// (the caller's before the workers', a lower worker's before a higher one's) is rethrown.
void run_workers(std::size_t threads, const std::function<void(std::size_t thread, std::atomic<bool>& stop)>& worker,
                 const std::function<void()>& tick);

}  // namespace sanhai::ensemble
