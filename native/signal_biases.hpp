// The biases of the hidden layer under the signals of a batch: each signal adds its own to that of the weights.
#pragma once

#include <cstdint>
#include <vector>

#include "memory.hpp"
#include "rollout.hpp"
#include "stop_token.hpp"

namespace blastema {

class SignalBiases {
 public:
  // Copies all arrays. padded: the number of hidden units with their padding. Throws std::domain_error when a map has a
  // signal that does not exist.
  SignalBiases(const RuleSpec&, const Weights&, const Batch&, int padded, StopToken&);

  // How many biases a grid has: one, or with a map one for each signal.
  int per_grid() const { return per_grid_; }
  // Those of a grid, (per_grid(), padded).
  const float* of(int grid) const { return biases_.get() + (shared_ ? 0 : size_t(grid) * padded_); }
  // The map of a grid, (height, width), or null.
  const uint8_t* map(int grid) const { return map_.empty() ? nullptr : map_.data() + grid * cells_; }
  // The mixture of a grid, (signals); null with a map, and for a rule without signals.
  const float* mixture(int grid) const {
    return mixtures_.empty() ? nullptr : mixtures_.data() + (shared_ ? 0 : size_t(grid) * signals_);
  }

 private:
  void copy_map(const Batch&, StopToken&);

  const int signals_, padded_;
  const size_t cells_;  // of a grid
  int per_grid_ = 1;
  bool shared_ = true;           // all grids have the same biases
  std::vector<uint8_t> map_;     // (grids, height, width), or empty
  std::vector<float> mixtures_;  // (1 or grids, signals), or empty
  ZeroedArray<float> biases_;
};

}  // namespace blastema
