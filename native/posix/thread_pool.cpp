#include "thread_pool.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <chrono>
#include <new>
#include <utility>

namespace blastema {

namespace {

// While workers finish, the caller checks this often whether to stop them.
constexpr std::chrono::milliseconds poll_interval{20};

// Tens of microseconds: longer than the gap between two phases of a step, shorter than anyone would notice.
constexpr int spin_limit = 2000;

inline void pause_cpu() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Address space held back for the thread-local data of a new thread, far more than it needs. It is mapped, since malloc
// would keep what it gets back, and the new thread, which finds no arena, asks the system.
class ThreadReserve {
 public:
  ThreadReserve() : at_(mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
    if (at_ == MAP_FAILED) throw std::bad_alloc();
  }
  ~ThreadReserve() { release(); }
  ThreadReserve(const ThreadReserve&) = delete;
  ThreadReserve& operator=(const ThreadReserve&) = delete;

  void release() {
    if (at_ != MAP_FAILED) munmap(at_, size);
    at_ = MAP_FAILED;
  }

 private:
  static constexpr size_t size = 1 << 20;
  void* at_;
};

template <class Ready>
bool spin_until(const Ready& ready) {
  for (int i = 0; i < spin_limit; ++i) {
    if (ready()) return true;
    pause_cpu();
  }
  return ready();
}

}  // namespace

void touch_thread_local_data() {
  try {
    delete[] new char[1024];
    throw 0;
  } catch (int) {
  }
}

ThreadPool& ThreadPool::instance() {
  static std::mutex mutex;
  static ThreadPool* pool = nullptr;
  static pid_t owner = 0;
  std::lock_guard<std::mutex> lock(mutex);
  if (owner != getpid()) {
    // Neither the parent's pool nor the one at exit is destroyed: their threads do not exist, or may still sleep.
    pool = new ThreadPool;
    owner = getpid();
  }
  return *pool;
}

ThreadPool::~ThreadPool() {
  {
    std::lock_guard<std::mutex> lock(sleep_mutex_);
    exit_ = true;
    ++round_;
  }
  wake_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::start_workers(int threads) {
  try {
    while (int(workers_.size()) + 1 < threads) {
      const int worker = int(workers_.size()) + 1;
      // A thread allocates its thread-local data on first use, and the process ends if that fails. So some memory is
      // held back until the thread has all that it needs.
      ThreadReserve reserve;
      const unsigned seen = round_.load();
      std::atomic<int> stage{0};
      workers_.emplace_back([this, worker, seen, &stage] {
        while (stage.load() < 1) std::this_thread::yield();
        touch_thread_local_data();
        stage.store(2);
        worker_loop(worker, seen);
      });
      reserve.release();
      stage.store(1);
      while (stage.load() < 2) std::this_thread::yield();
    }
  } catch (const std::exception&) {
    // No memory for the stack of another thread, or no more threads allowed. Fewer give the same results.
  }
}

void ThreadPool::run_shared(int threads, int tasks, StopToken& token, const void* task, Call call) {
  start_workers(threads);
  task_ = task;
  call_ = call;
  threads_ = threads;
  tasks_ = tasks;
  token_ = &token;
  next_.store(0);
  pending_workers_.store(int(workers_.size()));
  {
    std::lock_guard<std::mutex> lock(sleep_mutex_);
    ++round_;
  }
  wake_.notify_all();
  run_tasks(0);
  const auto finished = [&] { return pending_workers_.load() == 0; };
  while (!spin_until(finished)) {
    {
      std::unique_lock<std::mutex> lock(sleep_mutex_);
      if (done_.wait_for(lock, poll_interval, finished)) break;
    }
    token.stop_requested(0);
  }
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
  token.throw_if_stopped(0);
}

void ThreadPool::worker_loop(int worker, unsigned seen) {
  for (;;) {
    const auto called = [&] { return round_.load() != seen; };
    if (!spin_until(called)) {
      std::unique_lock<std::mutex> lock(sleep_mutex_);
      wake_.wait(lock, called);
    }
    if (exit_) return;
    seen = round_.load();
    if (worker < threads_) run_tasks(worker);
    if (pending_workers_.fetch_sub(1) == 1) {
      std::lock_guard<std::mutex> lock(sleep_mutex_);
      done_.notify_one();
    }
  }
}

void ThreadPool::run_tasks(int worker) {
  for (int index = next_.fetch_add(1); index < tasks_ && !token_->stop_requested(worker); index = next_.fetch_add(1)) {
    try {
      call_(task_, index, worker);
    } catch (...) {
      std::lock_guard<std::mutex> lock(error_mutex_);
      if (!error_ || index < failed_index_) {
        error_ = std::current_exception();
        failed_index_ = index;
      }
      next_.store(tasks_);
    }
  }
}

}  // namespace blastema
