// One organism: its grid, cut into bands, and what is kept of every step.
#pragma once

#include <vector>

#include "kernel.hpp"
#include "memory.hpp"
#include "watch.hpp"

namespace blastema {

// Packed units are written and read by whole vectors.
constexpr size_t slack = 16;

class Organism {
 public:
  // With `keep`, steps can be taken back; hidden units that would fill more than `most_kept` bytes are computed anew.
  // `shared` says that its bands may be on several threads at once.
  Organism(const Kernel&, const Model&, int channels, uint32_t height, uint32_t width, bool wrap, uint32_t seed,
           uint32_t age, bool shared, bool keep, size_t most_kept);

  // Here and below, `watch` is told for which worker the work is done, and throws Stopped when it should end.
  // Throws std::domain_error when a number is not finite.
  void load(const float* states, Watch&, int worker);
  void read(float* states, Watch&, int worker) const;

  // `each(tasks, f)` calls f(task, scratch) for all tasks in any order, on any thread.
  template <class Each>
  void step(const Each& each);
  template <class Each>
  void step_back(const Each& each);

  void begin_back(const float* back, Watch&, int worker);
  void read_back(float* states_back, Watch&, int worker) const;
  // Adds the bands' gradients, in order. Padded; the hidden layer's weights turned.
  void add_gradients(float* sum) const;

  static int count_bands(uint32_t height, uint32_t width);
  uint32_t living() const;
  bool has_steps() const { return !rooms_[0].steps.empty(); }
  // How many numbers its unpadded states are.
  size_t size() const { return size_t(grid_.height) * grid_.width * channels_; }

 private:
  void make_room(int band);
  size_t most_hidden(const Band&) const;
  void trim_room(int band);
  void keep_step(int band);
  Arena& kept(int band) { return kept_[kept_.size() == 1 ? 0 : band]; }

  const Kernel& kernel_;
  const Model& model_;
  const int channels_;  // unpadded
  const bool keep_;
  const size_t most_kept_;
  bool first_ = true;
  Grid grid_{};
  Zeros<float> cells_, back_;
  Zeros<uint8_t> maps_;
  std::vector<Span> spans_;
  struct Room {
    Buffer<uint32_t> cells, dead;
    Buffer<float> changes, dead_before;
    Buffer<uint64_t> active;
    Zeros<float> gradient;
    std::vector<Step> steps;
    std::vector<uint32_t> remnants;  // not alive, yet not zero: seen once, then erased
  };
  std::vector<Room> rooms_;
  std::vector<Band> bands_;
  std::vector<Arena> kept_;  // of all bands, or of each where they are shared: blocks of it are large
};

size_t gradient_size(const Shape&);

template <class Each>
void Organism::step(const Each& each) {
  const int bands = int(bands_.size());
  each(bands, [&](int b, const Scratch& scratch) {
    make_room(b);
    kernel_.act(model_, grid_, bands_[b], scratch);
    trim_room(b);
  });
  each(bands, [&](int b, const Scratch&) {
    float* before = keep_ ? kept(b).take<float>(size_t(bands_[b].acted) * model_.shape.channels) : nullptr;
    if (keep_) rooms_[b].steps.push_back(Step{0, 0, nullptr, nullptr, nullptr, nullptr, before, nullptr, nullptr});
    kernel_.settle(model_, grid_, bands_[b], before);
  });
  each(bands, [&](int b, const Scratch&) {
    kernel_.breathe(model_, grid_, bands_[b]);
    keep_step(b);
  });
  grid_.now = 1 - grid_.now;
  ++grid_.age;
  first_ = false;
}

template <class Each>
void Organism::step_back(const Each& each) {
  const int bands = int(bands_.size());
  each(bands, [&](int b, const Scratch&) { kernel_.undo(model_, grid_, bands_[b], rooms_[b].steps.back()); });
  each(bands, [&](int b, const Scratch&) {
    const Step& step = rooms_[b].steps.back();
    bands_[b].changes = rooms_[b].changes.room(size_t(step.acted) * model_.shape.channels);
    bands_[b].active = rooms_[b].active.room(size_t(chunk) * words_for(model_.shape.hidden));
    kernel_.mask(model_, grid_, bands_[b], step);
  });
  for (int odd = 0; odd < 2; ++odd)
    each((bands + 1 - odd) / 2, [&](int half, const Scratch& scratch) {
      const int b = 2 * half + odd;
      kernel_.learn(model_, grid_, bands_[b], rooms_[b].steps.back(), scratch);
    });
  for (Room& room : rooms_) room.steps.pop_back();
  grid_.now = 1 - grid_.now;
  --grid_.age;
}

}  // namespace blastema
