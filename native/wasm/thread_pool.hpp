// A pool of one thread: threads that share memory need a page that is isolated from all other origins.
#pragma once

#include "stop_token.hpp"

namespace blastema {

class ThreadPool {
 public:
  static ThreadPool& instance() {
    static ThreadPool pool;
    return pool;
  }

  // Calls task(index, worker) for every index below `tasks`.
  template <class Task>
  void run(int, int tasks, StopToken&, const Task& task) {
    for (int index = 0; index < tasks; ++index) task(index, 0);
  }
};

}  // namespace blastema
