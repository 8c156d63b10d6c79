// Taking the interpreter's lock back, also while the interpreter exits.
#pragma once

#include <nanobind/nanobind.h>

#include <chrono>
#include <thread>

namespace blastema {

// Takes the interpreter's lock by calling `take`. While the interpreter exits, daemon threads never get it: Python
// before 3.14 ends such a thread by unwinding its stack, which aborts the process in the first noexcept function. So
// the thread waits here for the end of the process, as in Python 3.14.
template <class Take>
void take_lock(const Take& take) {
  try {
    take();
  } catch (...) {
    for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
  }
}

// Whether a signal handler raised an exception, such as KeyboardInterrupt. Only the main thread runs handlers.
inline bool is_interrupted() {
  PyGILState_STATE state;
  take_lock([&] { state = PyGILState_Ensure(); });
  const bool raised = PyErr_CheckSignals() != 0;
  PyGILState_Release(state);
  return raised;
}

}  // namespace blastema
