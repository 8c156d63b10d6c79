#include "isa.hpp"

#include <stdexcept>

namespace blastema {

#if defined(__x86_64__)
extern const IsaKernel kernel_v2, kernel_v3, kernel_v4;
#else
extern const IsaKernel kernel_neon;
#endif

namespace {

std::vector<const IsaKernel*> kernels() {
  std::vector<const IsaKernel*> supported;
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool v2 = __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt");
  const bool v3 = v2 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                  __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  const bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                  __builtin_cpu_supports("avx512vl");
  if (v4) supported.push_back(&kernel_v4);
  if (v3) supported.push_back(&kernel_v3);
  if (v2) supported.push_back(&kernel_v2);
#else
  supported.push_back(&kernel_neon);
#endif
  return supported;
}

}  // namespace

std::vector<std::string> isas() {
  std::vector<std::string> names;
  for (const IsaKernel* kernel : kernels()) names.push_back(kernel->isa);
  return names;
}

const IsaKernel& kernel_for(const std::string& isa) {
  for (const IsaKernel* kernel : kernels())
    if (isa == kernel->isa) return *kernel;
  throw std::invalid_argument("no kernel for the instruction set " + isa + " runs here");
}

}  // namespace blastema
