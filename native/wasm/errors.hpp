// Errors end a call by a function of the host, which throws an exception of JavaScript and so never returns. The frames
// above it are not unwound: what they allocated stays until the host drops the instance.
#pragma once

#include <cstdint>

#define BLASTEMA_HOST(name) extern "C" [[noreturn]] __attribute__((import_module("host"), import_name(#name)))

namespace blastema {

BLASTEMA_HOST(fail_out_of_memory) void fail_out_of_memory();
BLASTEMA_HOST(fail_not_finite) void fail_not_finite(int channel, uint32_t y, uint32_t x, float value);
BLASTEMA_HOST(fail_no_signal) void fail_no_signal(int signals, uint32_t y, uint32_t x, int signal);

}  // namespace blastema
