#pragma once

#include <vector>

#include "isa_kernel.hpp"

namespace blastema {

// The nonzero weights of filters. `kernels` is (filters, 3, 3).
inline std::vector<FilterTaps> taps_of(const float* kernels, int filters) {
  std::vector<FilterTaps> all(filters);
  for (int filter = 0; filter < filters; ++filter)
    for (int neighbour = 0; neighbour < 9; ++neighbour) {
      const float weight = kernels[filter * 9 + neighbour];
      if (weight == 0) continue;
      FilterTaps& taps = all[filter];
      taps.neighbour[taps.count] = neighbour;
      taps.weight[taps.count++] = weight;
    }
  return all;
}

}  // namespace blastema
