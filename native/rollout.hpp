// A batch of organisms on its way through time, forward and back.
#pragma once

#include <memory>
#include <vector>

#include "kernel.hpp"
#include "memory.hpp"
#include "watch.hpp"

namespace blastema {

// The rule and its weights as they come: unpadded, row by row.
struct Genome {
  int channels, hidden, filters;
  const float* kernels;  // (filters, 3, 3), at the angle
  bool article_filters;  // the filters are the article's three, at the angle of this cosine and sine
  float cos, sin;
  float alive_above;
  uint32_t fires_below;
  bool wrap;
  const float *hidden_weight, *hidden_bias, *update_weight, *update_bias;
};
struct Gradients {
  float *hidden_weight, *hidden_bias, *update_weight, *update_bias;
};

class Organism;

class Rollout {
 public:
  // Copies states (batch, height, width, channels), seeds and ages. With `keep`, steps can be taken back.
  // `ask`, if given, is called now and then on the caller's thread; when it returns true, the call throws Stopped.
  // Throws std::domain_error when a state is not finite, std::bad_alloc when there is no memory; here and below. After
  // that a rollout is of no more use.
  Rollout(const Kernel&, const Genome&, const float* states, const uint32_t* seeds, const uint32_t* ages, int batch,
          uint32_t height, uint32_t width, int threads, bool keep, bool (*ask)() = nullptr);
  ~Rollout();

  void advance(uint64_t steps);
  // Writes the living cells into zeros of the shape of the states.
  void read_states(float* states);
  // Takes all steps back. From the loss's gradient with respect to the states after them it makes those with respect
  // to the weights and to the states before.
  void go_back(const float* back, const Gradients&, float* states_back);

 private:
  template <class Each>
  void for_each_organism(const Each&);
  void pack_weights(const Genome&);
  void list_taps(const Genome&);
  void make_scratch();

  const Kernel& kernel_;
  Watch watch_;
  Genome genome_;  // its weights and kernels are not used after construction
  Model model_;
  int threads_;
  bool together_;  // threads share each organism, instead of taking one each
  Zeros<float> weights_;
  std::vector<FilterTaps> taps_;
  std::vector<Zeros<float>> scratch_memory_;
  std::vector<Scratch> scratch_;
  std::vector<std::unique_ptr<Organism>> organisms_;
};

}  // namespace blastema
