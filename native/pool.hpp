// Threads that are kept between calls, and wait briefly before they sleep.
#pragma once

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "watch.hpp"

namespace blastema {

class Pool {
 public:
  // The pool of this process; a forked child gets its own, since threads do not survive a fork.
  static Pool& instance();

  // Calls task(index, worker) for every index below `tasks`, on up to `threads` threads, the caller's among them;
  // worker is below `threads`, 0 for the caller. Returns when all are done. While another caller has the pool, or the
  // system gives no more threads, the caller and the threads that there are do all.
  //
  // Throws Stopped when the watch says so, and what the failed task of the lowest index threw; the others are not begun.
  template <class Task>
  void run(int threads, int tasks, Watch& watch, const Task& task) {
    if (threads < 2 || tasks < 2 || !busy_.try_lock()) {
      for (int index = 0; index < tasks; ++index) {
        watch.check(0);
        task(index, 0);
      }
      watch.check(0);
      return;
    }
    std::lock_guard<std::mutex> release(busy_, std::adopt_lock);
    share(threads, tasks, watch, &task,
          [](const void* t, int index, int worker) { (*static_cast<const Task*>(t))(index, worker); });
  }

  ~Pool();

 private:
  using Call = void (*)(const void*, int, int);
  void share(int threads, int tasks, Watch&, const void* task, Call call);
  void hire(int threads);
  void work(int worker, unsigned seen);
  void take_tasks(int worker);

  std::mutex busy_;  // held by the caller whose job this is
  std::vector<std::thread> workers_;

  // The job: written before `round_` moves on, read after.
  const void* task_ = nullptr;
  Call call_ = nullptr;
  int threads_ = 0, tasks_ = 0;
  Watch* watch_ = nullptr;
  std::atomic<int> next_{0}, working_{0};

  // The error of the failed task of the lowest index. Exceptions must not leave a worker's thread.
  std::mutex failing_;
  std::exception_ptr error_;
  int failed_ = 0;

  std::mutex sleep_;
  std::condition_variable wake_, done_;
  std::atomic<unsigned> round_{0};
  std::atomic<bool> stop_{false};
};

}  // namespace blastema
