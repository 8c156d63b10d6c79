// A rollout of a batch of grids, forward and backward through time.
#pragma once

#include <memory>
#include <vector>

#include "isa_kernel.hpp"
#include "memory.hpp"
#include "stop_token.hpp"

namespace blastema {

// The rule, as callers specify it. Sizes are not padded, here and below.
struct RuleSpec {
  int channels, hidden, filters;
  std::vector<float> kernels;    // (filters, 3, 3), at the angle
  bool article_filters = false;  // the filters are the article's three, in its order, rotated by this angle:
  float cos = 1, sin = 0;
  float alive_threshold;
  uint32_t fire_threshold;  // of 2^24
  bool wrap;
  int signals = 0;  // their number
};

template <class Float>
struct Parameters {
  Float* hidden_weight;          // (filters * channels, hidden)
  Float* hidden_bias;            // (hidden)
  Float* update_weight;          // (hidden, channels)
  Float* update_bias;            // (channels)
  Float* signal_bias = nullptr;  // (signals, hidden); null without signals
};
using Weights = Parameters<const float>;
using Gradients = Parameters<float>;

struct Batch {
  int count;
  uint32_t height, width;
  const float* states;    // (count, height, width, channels)
  const uint32_t* seeds;  // (count)
  const uint32_t* ages;   // (count)
  // The signals, if one of these is not null; otherwise the first everywhere.
  const float* mixtures = nullptr;  // (count, signals): each grid's parts of the signals
  const uint8_t* map = nullptr;     // (count, height, width): each cell's signal
};

struct Options {
  int threads;
  bool record;  // keep what `backward` needs
  // If not null: called from time to time on the caller's thread; when it returns true, the call throws Stopped.
  bool (*interrupted)() = nullptr;
};

class Grid;
class SignalBiases;

class Rollout {
 public:
  // Copies all arrays. Throws std::domain_error when a state is not finite or a map has a signal that does not exist,
  // and std::bad_alloc, as the methods do; a rollout that threw cannot be used any more.
  Rollout(const IsaKernel&, const RuleSpec&, const Weights&, const Batch&, const Options&);
  ~Rollout();

  void forward(uint64_t steps);
  // Writes the living cells to states, (count, height, width, channels), which must be zeros.
  void read_states(float* states);
  // From the loss's gradient with respect to the last states, cotangent, computes those with respect to the weights and
  // to the first states, states_grad; both (count, height, width, channels). Undoes all steps.
  void backward(const float* cotangent, const Gradients&, float* states_grad);

 private:
  template <class Body>
  void for_each_grid(const Body&);
  void pack_weights(const Weights&);
  void make_scratch();
  void unpack_gradients(const float* sum, const Gradients&) const;
  void unpack_signal_gradients(const float* sum, const Gradients&);

  const IsaKernel& kernel_;
  const RuleSpec rule_;
  const int threads_;
  const bool share_bands_;  // all threads work on one grid after the other, instead of one thread on each
  StopToken token_;
  Model model_;
  std::vector<FilterTaps> taps_;
  ZeroedArray<float> weights_;
  std::unique_ptr<const SignalBiases> biases_;
  std::vector<ZeroedArray<float>> scratch_memory_;
  std::vector<Scratch> scratch_;  // (threads)
  std::vector<std::unique_ptr<Grid>> grids_;
};

}  // namespace blastema
