// A dish of the page: one grid in which several organisms live. It only goes forward, and what it computes is what the
// page's shaders compute.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "isa_kernel.hpp"
#include "memory.hpp"

namespace blastema {

constexpr int dish_channels = 16;

// An organism, as the host writes it: 32-bit numbers and addresses. Arrays have zeros where it has fewer channels.
struct Organism {
  int hidden;  // padded to whole vectors
  int filters;
  int article_filters;  // whether they are the article's three, in its order, rotated by this angle:
  float cos, sin;
  float alive_threshold;
  const float* kernels;        // (filters, 3, 3), at the angle
  const float* hidden_weight;  // (filters * channels, hidden)
  const float* update_weight;  // (hidden, channels)
  const float* update_bias;    // (channels)
  const float* hidden_bias;    // (hidden), or with a map of signals (signals, hidden)
  const uint8_t* signals;      // (height, width): each cell's signal, or null
};

// What a step depends on besides the cells.
struct Moment {
  uint32_t seed, age, fire_threshold;
  bool wrap;
};

// By number; number 0 is none, which no cell that is alive has.
using Organisms = std::span<const Organism>;

class Dish {
 public:
  Dish(const IsaKernel&, uint32_t height, uint32_t width);

  // (height, width, channels): zeros where a cell has no state.
  float* states() { return states_.get(); }
  // (height, width, 4), as the page's life texture: whether it is alive, its organism, whether it has a state, 255.
  uint8_t* life() { return life_.get(); }

  // The host has written states and life.
  void note_written();
  // Which cells are alive by the present states, and whose they are.
  void settle(Organisms organisms, bool wrap) { update_life(organisms, wrap, false); }
  void step(Organisms organisms, const Moment& moment);

 private:
  // Right and bottom are outside; empty when left >= right.
  struct Box {
    uint32_t left = UINT32_MAX, top = UINT32_MAX, right = 0, bottom = 0;
    void add(const Box& other);
  };
  uint32_t compute_changes(const Organism&, int number, const Moment&, uint32_t done);
  uint32_t mark_alive(int number);
  void apply_changes(uint32_t fired);
  void update_life(Organisms organisms, bool wrap, bool updated);
  void find_mature(Organisms organisms, const Box& box, bool updated);
  int strongest_neighbour(uint32_t y, uint32_t x, bool wrap) const;
  void set_life(uint32_t y, uint32_t x, int owner, bool updated);
  Box reachable(bool wrap) const;

  const IsaKernel& kernel_;
  const uint32_t height_, width_;
  const size_t stride_;
  std::array<Box, 256> boxes_;  // around the living cells of each organism
  bool is_whole_ = false;       // cells outside of the boxes may have states
  ZeroedArray<float> states_;
  ZeroedArray<uint8_t> life_;
  ZeroedArray<float> mature_;    // (height, width): alpha of a mature cell, otherwise immature; between passes all are
  ZeroedArray<uint8_t> alive_;   // (height + 2, stride), see GridView
  ZeroedArray<Span> spans_;      // (height + 2)
  ZeroedArray<uint32_t> fired_;  // (height * width + 1)
  ZeroedArray<float> changes_;   // (height * width, channels)
  ZeroedArray<float> zeros_;     // (channels)
  Buffer<uint64_t> active_units_;
  Buffer<float> perception_, hidden_;
};

}  // namespace blastema
