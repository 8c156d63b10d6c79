// Cooperative cancellation: every thread checks the token, the caller's thread also asks whether to stop.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>

namespace blastema {

// Thrown out of a call that was stopped.
struct Stopped {};

class StopToken {
 public:
  // `interrupted`, if not null, returns true when the work should stop. It is called on the caller's thread only, a few
  // times per second.
  explicit StopToken(bool (*interrupted)()) : interrupted_(interrupted), due_(Clock::now() + interval) {}

  // Returns whether the work should stop. Worker 0 is the caller's thread.
  bool stop_requested(int worker) {
    if (worker == 0 && interrupted_ && Clock::now() >= due_) {
      const Clock::time_point start = Clock::now();
      if (interrupted_()) stopped_.store(true, std::memory_order_relaxed);
      // The callback may have to wait for a lock: it should take at most a twentieth of the time.
      const Clock::time_point end = Clock::now();
      due_ = end + std::max<Clock::duration>(interval, 20 * (end - start));
    }
    return stopped_.load(std::memory_order_relaxed);
  }

  // Throws Stopped when the work should stop.
  void throw_if_stopped(int worker) {
    if (stop_requested(worker)) throw Stopped{};
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds interval{50};

  bool (*interrupted_)();
  Clock::time_point due_;
  std::atomic<bool> stopped_{false};
};

}  // namespace blastema
