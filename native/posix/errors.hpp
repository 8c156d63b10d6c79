// Errors end a call by an exception.
#pragma once

#include <cstdint>
#include <new>
#include <stdexcept>
#include <string>

namespace blastema {

[[noreturn]] inline void fail_out_of_memory() { throw std::bad_alloc(); }

[[noreturn]] inline void fail_not_finite(int channel, uint32_t y, uint32_t x, float value) {
  throw std::domain_error("states must be finite; channel " + std::to_string(channel) + " of the cell at row " +
                          std::to_string(y) + ", column " + std::to_string(x) + " is " + std::to_string(value));
}

[[noreturn]] inline void fail_no_signal(int signals, uint32_t y, uint32_t x, int signal) {
  throw std::domain_error("signals of a map must be 0 to " + std::to_string(signals - 1) +
                          "; that of the cell at row " + std::to_string(y) + ", column " + std::to_string(x) + " is " +
                          std::to_string(signal));
}

}  // namespace blastema
