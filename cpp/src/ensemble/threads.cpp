#include "sanhai/ensemble/threads.hpp"

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace sanhai::ensemble {
namespace {

constexpr auto tick_interval = std::chrono::milliseconds(50);

}  // namespace

void run_workers(std::size_t threads, const std::function<void(std::size_t, std::atomic<bool>&)>& worker,
                 const std::function<void()>& tick) {
  std::atomic<bool> stop{false};
  std::mutex mutex;
  std::condition_variable ended;
  std::size_t running = 0;
  std::vector<std::exception_ptr> thrown(threads + 1);

  const auto body = [&](std::size_t index) {
    try {
      worker(index, stop);
    } catch (...) {
      thrown[index + 1] = std::current_exception();
      stop = true;
    }
    const std::lock_guard lock(mutex);
    --running;
    ended.notify_all();
  };

  std::vector<std::thread> pool;
  pool.reserve(threads);
  std::unique_lock lock(mutex);
  try {
    for (std::size_t i = 0; i < threads; ++i) {
      ++running;
      try {
        pool.emplace_back(body, i);
      } catch (...) {
        --running;
        throw;
      }
    }
    while (!ended.wait_for(lock, tick_interval, [&] { return running == 0; })) {
      lock.unlock();
      tick();
      lock.lock();
    }
    lock.unlock();
  } catch (...) {
    thrown[0] = std::current_exception();
    stop = true;
    if (lock.owns_lock()) lock.unlock();
  }
  for (std::thread& thread : pool) thread.join();
  for (const std::exception_ptr& exception : thrown) {
    if (exception) std::rethrow_exception(exception);
  }
}

}  // namespace sanhai::ensemble
