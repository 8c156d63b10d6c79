// The instruction sets that were compiled and that this processor supports.
#pragma once

#include <string>
#include <vector>

#include "isa_kernel.hpp"

namespace blastema {

// Names of the instruction sets that run here, best first.
std::vector<std::string> isas();
// Throws std::invalid_argument when there is no kernel of that name or this processor does not support it.
const IsaKernel& kernel_for(const std::string& isa);

}  // namespace blastema
