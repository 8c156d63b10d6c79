#include "pool.hpp"

#include <unistd.h>

#include <chrono>
#include <memory>
#include <utility>

namespace blastema {

namespace {

// While workers finish, the caller looks this often whether to stop them.
constexpr std::chrono::milliseconds glance{20};

// Tens of microseconds: longer than the gap between two phases of a step, shorter than anyone would notice.
constexpr int patience = 2000;

inline void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Bytes for the thread-local data of a new thread, far more than it takes.
constexpr size_t reserved = 1 << 20;

// Has the data of exceptions allocated, and the arena from which this thread's memory comes.
void touch_thread_local_data() {
  try {
    delete[] new char[1024];
    throw 0;
  } catch (int) {
  }
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

void Pool::hire(int threads) {
  try {
    while (int(workers_.size()) + 1 < threads) {
      const int worker = int(workers_.size()) + 1;
      // A thread takes memory for its thread-local data as it first needs it, and the process ends where there is none.
      // So some is held back until the thread has all that it needs.
      auto reserve = std::make_unique<char[]>(reserved);
      const unsigned seen = round_.load();
      std::atomic<int> stage{0};
      workers_.emplace_back([this, worker, seen, &stage] {
        while (stage.load() < 1) std::this_thread::yield();
        touch_thread_local_data();
        stage.store(2);
        work(worker, seen);
      });
      reserve.reset();
      stage.store(1);
      while (stage.load() < 2) std::this_thread::yield();
    }
  } catch (const std::exception&) {
    // No memory for the stack of another thread, or no more threads allowed. Fewer give the same results.
  }
}

void Pool::share(int threads, int tasks, Watch& watch, const void* task, Call call) {
  hire(threads);
  task_ = task, call_ = call, threads_ = threads, tasks_ = tasks, watch_ = &watch;
  next_.store(0);
  working_.store(int(workers_.size()));
  {
    std::lock_guard<std::mutex> lock(sleep_);
    ++round_;
  }
  wake_.notify_all();
  take_tasks(0);
  const auto finished = [&] { return working_.load() == 0; };
  while (!soon(finished)) {
    {
      std::unique_lock<std::mutex> lock(sleep_);
      if (done_.wait_for(lock, glance, finished)) break;
    }
    watch.stop(0);
  }
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
  watch.check(0);
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
  for (int index = next_.fetch_add(1); index < tasks_ && !watch_->stop(worker); index = next_.fetch_add(1)) {
    try {
      call_(task_, index, worker);
    } catch (...) {
      std::lock_guard<std::mutex> lock(failing_);
      if (!error_ || index < failed_) error_ = std::current_exception(), failed_ = index;
      next_.store(tasks_);
    }
  }
}

}  // namespace blastema
