// One grid of a batch, cut into bands of rows, and the records of its steps.
#pragma once

#include <vector>

#include "isa_kernel.hpp"
#include "memory.hpp"
#include "stop_token.hpp"

namespace blastema {

// Packed values are written and read by whole vectors: this many floats beyond their end.
constexpr size_t packing_slack = 16;

class Grid {
 public:
  struct Options {
    int channels;  // not padded
    uint32_t height, width;
    bool wrap;
    uint32_t seed, age;
    bool share_bands;   // several threads may work on its bands at once
    bool record;        // keep what backward needs
    size_t max_record;  // bytes; values of hidden units beyond are recomputed
    // The biases of the hidden layer, (biases, hidden), padded: one, or with a map of signals, (height, width), one for
    // each signal. They must outlive the grid.
    const float* hidden_bias;
    int biases;
    const uint8_t* signals;  // null if there is no map
  };
  Grid(const IsaKernel&, const Model&, const Options&);

  // Here and below `worker` says which worker calls, and the token throws Stopped when it should stop.
  // Throws std::domain_error when a state is not finite. states: (height, width, channels), not padded, as below.
  void load(const float* states, StopToken&, int worker);
  // Writes the living cells; the others must be zeros.
  void read(float* states, StopToken&, int worker) const;

  // `run(tasks, f)` calls f(task, scratch) for every task below `tasks`, in any order and on any thread.
  template <class Run>
  void step(const Run& run);
  template <class Run>
  void step_backward(const Run& run);

  // cotangent, states_grad: (height, width, channels), the gradients with respect to the last and the first states.
  void begin_backward(const float* cotangent, StopToken&, int worker);
  void read_gradient(float* states_grad, StopToken&, int worker) const;
  // Adds the bands' gradients of the weights, in order, to sum, (gradient_size(shape, biases)).
  void add_gradients(float* sum) const;
  // Adds the gradient of the hidden bias, times each number of the mixture, (signals), to sum, (signals, hidden).
  void add_mixture_gradients(const float* mixture, int signals, float* sum) const;

  static int count_bands(uint32_t height, uint32_t width);
  uint32_t living() const;
  bool has_steps() const { return !storage_[0].steps.empty(); }
  // Number of floats of its states, not padded.
  size_t size() const { return size_t(view_.height) * view_.width * channels_; }

 private:
  void prepare_band(int band);
  size_t max_values(const Band&) const;
  void shrink_values(int band);
  void record_step(int band);
  void erase_remnants(int band);
  Arena& arena(int band) { return arenas_[arenas_.size() == 1 ? 0 : band]; }

  const IsaKernel& kernel_;
  const Model& model_;
  const int channels_;  // not padded
  const int biases_;
  const bool record_;
  const size_t max_record_;
  bool first_ = true;
  GridView view_{};
  ZeroedArray<float> states_, states_grad_;
  ZeroedArray<uint8_t> maps_;
  std::vector<Span> spans_;
  struct BandStorage {
    Buffer<uint32_t> fired_cells, erased_cells;
    Buffer<float> changes, erased_states;
    Buffer<uint64_t> active_units;
    ZeroedArray<float> gradient;
    std::vector<StepRecord> steps;
    std::vector<uint32_t> remnants;  // cells that are neither alive nor zero: perceived once, then erased
  };
  std::vector<BandStorage> storage_;
  std::vector<Band> bands_;
  std::vector<Arena> arenas_;  // one; with shared bands one for each, since its blocks are large
};

// The gradients of a band are one array: of W1 transposed (hidden, filters * channels), b1, W2, b2. All are padded.
// With a map of signals there is a b1 for each.
size_t gradient_size(const Shape&, int biases);

template <class Run>
void Grid::step(const Run& run) {
  const int bands = int(bands_.size());
  run(bands, [&](int b, const Scratch& scratch) {
    prepare_band(b);
    kernel_.compute_changes(model_, view_, bands_[b], scratch);
    shrink_values(b);
  });
  run(bands, [&](int b, const Scratch&) {
    float* fired_states = nullptr;
    if (record_) {
      fired_states = arena(b).allocate<float>(size_t(bands_[b].fired) * model_.shape.channels);
      storage_[b].steps.push_back(StepRecord{.fired_states = fired_states});
    }
    kernel_.apply_changes(model_, view_, bands_[b], fired_states);
  });
  run(bands, [&](int b, const Scratch&) {
    kernel_.update_alive(model_, view_, bands_[b]);
    if (first_) erase_remnants(b);
    if (record_) record_step(b);
  });
  view_.current = 1 - view_.current;
  ++view_.age;
  first_ = false;
}

template <class Run>
void Grid::step_backward(const Run& run) {
  const int bands = int(bands_.size());
  run(bands,
      [&](int b, const Scratch&) { kernel_.restore_states(model_, view_, bands_[b], storage_[b].steps.back()); });
  run(bands, [&](int b, const Scratch&) {
    const StepRecord& step = storage_[b].steps.back();
    bands_[b].changes = storage_[b].changes.resize(size_t(step.fired) * model_.shape.channels);
    bands_[b].active_units = storage_[b].active_units.resize(size_t(chunk) * words_for(model_.shape.hidden));
    kernel_.mask_gradients(model_, view_, bands_[b], step);
  });
  for (int odd = 0; odd < 2; ++odd)
    run((bands + 1 - odd) / 2, [&](int half, const Scratch& scratch) {
      const int b = 2 * half + odd;
      kernel_.backward(model_, view_, bands_[b], storage_[b].steps.back(), scratch);
    });
  for (BandStorage& storage : storage_) storage.steps.pop_back();
  view_.current = 1 - view_.current;
  --view_.age;
}

}  // namespace blastema
