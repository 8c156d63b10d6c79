#include "pool.hpp"

#include <unistd.h>

namespace blastema {

namespace {

// Tens of microseconds: longer than the gap between two phases of a step, shorter than anyone would notice.
constexpr int patience = 2000;

inline void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

template <class Ready>
bool soon(const Ready& ready) {
  for (int i = 0; i < patience; ++i) {
    if (ready()) return true;
    relax();
  }
  return ready();
}

}  // namespace

Pool& Pool::instance() {
  static std::mutex making;
  static Pool* pool = nullptr;
  static pid_t owner = 0;
  std::lock_guard<std::mutex> lock(making);
  if (owner != getpid()) {
    // Neither the parent's pool nor the one at exit is destroyed: their threads are not there, or may still sleep.
    pool = new Pool;
    owner = getpid();
  }
  return *pool;
}

Pool::~Pool() {
  {
    std::lock_guard<std::mutex> lock(sleep_);
    stop_ = true;
    ++round_;
  }
  wake_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void Pool::share(int threads, int tasks, const void* task, Call call) {
  while (int(workers_.size()) + 1 < threads) {
    const int worker = int(workers_.size()) + 1;
    workers_.emplace_back(&Pool::work, this, worker, round_.load());
  }
  task_ = task, call_ = call, threads_ = threads, tasks_ = tasks;
  next_.store(0);
  working_.store(int(workers_.size()));
  {
    std::lock_guard<std::mutex> lock(sleep_);
    ++round_;
  }
  wake_.notify_all();
  take_tasks(0);
  const auto finished = [&] { return working_.load() == 0; };
  if (!soon(finished)) {
    std::unique_lock<std::mutex> lock(sleep_);
    done_.wait(lock, finished);
  }
}

void Pool::work(int worker, unsigned seen) {
  for (;;) {
    const auto called = [&] { return round_.load() != seen; };
    if (!soon(called)) {
      std::unique_lock<std::mutex> lock(sleep_);
      wake_.wait(lock, called);
    }
    if (stop_) return;
    seen = round_.load();
    if (worker < threads_) take_tasks(worker);
    if (working_.fetch_sub(1) == 1) {
      std::lock_guard<std::mutex> lock(sleep_);
      done_.notify_one();
    }
  }
}

void Pool::take_tasks(int worker) {
  for (int index = next_.fetch_add(1); index < tasks_; index = next_.fetch_add(1)) call_(task_, index, worker);
}

}  // namespace blastema
