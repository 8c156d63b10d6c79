// Which instruction sets were compiled, and which of them this processor has.
#pragma once

#include <string>
#include <vector>

#include "kernel.hpp"

namespace blastema {

// Names of the kernels that run here, best first.
std::vector<std::string> isas();
// The kernel of that name. Throws std::invalid_argument when it does not run here.
const Kernel& kernel_for(const std::string& isa);

}  // namespace blastema
