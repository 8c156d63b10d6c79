// Threads that are kept between calls, and spin briefly before they sleep.
#pragma once

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "stop_token.hpp"

namespace blastema {

// Forces the allocation of the calling thread's exception data and malloc arena. On first use glibc allocates such
// thread-local data, and ends the process where memory has run out.
void touch_thread_local_data();

class ThreadPool {
 public:
  // The pool of this process. A forked child gets its own, since threads do not survive a fork.
  static ThreadPool& instance();

  // Calls task(index, worker) for every index below `tasks`, on up to `threads` threads including the caller's; worker
  // is below `threads`, and 0 for the caller. Returns when all are done. While another caller uses the pool, the caller
  // does all tasks itself; where the system grants fewer threads, those that exist do them.
  //
  // Throws Stopped when the token says so. If tasks throw, rethrows the exception of the lowest index; tasks that had
  // not started are skipped.
  template <class Task>
  void run(int threads, int tasks, StopToken& token, const Task& task) {
    if (threads < 2 || tasks < 2 || !in_use_.try_lock()) {
      for (int index = 0; index < tasks; ++index) {
        token.throw_if_stopped(0);
        task(index, 0);
      }
      token.throw_if_stopped(0);
      return;
    }
    std::lock_guard<std::mutex> release(in_use_, std::adopt_lock);
    run_shared(threads, tasks, token, &task,
               [](const void* t, int index, int worker) { (*static_cast<const Task*>(t))(index, worker); });
  }

  ~ThreadPool();

 private:
  using Call = void (*)(const void* task, int index, int worker);
  void run_shared(int threads, int tasks, StopToken&, const void* task, Call call);
  void start_workers(int threads);
  void worker_loop(int worker, unsigned seen);
  void run_tasks(int worker);

  std::mutex in_use_;  // held by the caller whose job this is
  std::vector<std::thread> workers_;

  // The job: written before `round_` is incremented, read after.
  const void* task_ = nullptr;
  Call call_ = nullptr;
  int threads_ = 0, tasks_ = 0;
  StopToken* token_ = nullptr;
  std::atomic<int> next_{0}, pending_workers_{0};

  // The exception of the failed task with the lowest index. Exceptions must not leave a worker's thread.
  std::mutex error_mutex_;
  std::exception_ptr error_;
  int failed_index_ = 0;

  std::mutex sleep_mutex_;
  std::condition_variable wake_, done_;
  std::atomic<unsigned> round_{0};
  std::atomic<bool> exit_{false};
};

}  // namespace blastema
