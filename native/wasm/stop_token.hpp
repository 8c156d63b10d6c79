// Nothing stops a call: a page that wants to ends the worker.
#pragma once

namespace blastema {

class StopToken {
 public:
  explicit StopToken(bool (*)()) {}
  bool stop_requested(int) { return false; }
  void throw_if_stopped(int) {}
};

}  // namespace blastema
