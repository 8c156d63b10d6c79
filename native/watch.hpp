// Work that can be stopped: every thread looks whether it should, the caller's thread asks.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>

namespace blastema {

// Leaves a call that was stopped.
struct Stopped {};

class Watch {
 public:
  // `ask`, if given, returns true when the work should stop. Only the caller's thread calls it, a few times per second.
  explicit Watch(bool (*ask)()) : ask_(ask), due_(Clock::now() + interval) {}

  // Returns whether the work should stop. Worker 0 is the caller's thread.
  bool stop(int worker) {
    if (worker == 0 && ask_ && Clock::now() >= due_) {
      const Clock::time_point begun = Clock::now();
      if (ask_()) stopped_.store(true, std::memory_order_relaxed);
      // Asking may have to wait for a lock: it should not take more than a twentieth of the time.
      const Clock::time_point end = Clock::now();
      due_ = end + std::max<Clock::duration>(interval, 20 * (end - begun));
    }
    return stopped_.load(std::memory_order_relaxed);
  }

  // Throws Stopped when the work should stop.
  void check(int worker) {
    if (stop(worker)) throw Stopped{};
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds interval{50};

  bool (*ask_)();
  Clock::time_point due_;
  std::atomic<bool> stopped_{false};
};

}  // namespace blastema
