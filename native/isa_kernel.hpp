// The ISA kernel: the work of one step on one band of rows, compiled once for each instruction set.
//
// A grid is cut into bands of rows. The cut depends on the size of the grid alone, so sums come out the same for any
// number of threads. Rows of floats are padded with zeros to whole vectors; the shapes in comments are padded, too.
// Plain structures only: code compiled for different instruction sets must share no inline function, or the linker
// would keep one copy of it for all machines.
#pragma once

#include <cstddef>
#include <cstdint>

namespace blastema {

// Columns [low, high) of a row of a byte map; empty when low >= high. Columns 0 and width + 1 are the margin.
struct Span {
  uint32_t low, high;
};
constexpr Span empty_span{UINT32_MAX, 0};

// Sizes of the network; channels and hidden are padded to whole vectors. With `article_filters` the filters are the
// article's three, whose perception is unrolled; any others are lists of taps.
struct Shape {
  int channels, hidden, filters;
  bool article_filters;
};

// The nonzero weights of a 3x3 filter. Neighbours are numbered 0 to 8, row by row; 4 is the cell itself.
struct FilterTaps {
  int count;
  int neighbour[9];  // (count)
  float weight[9];   // (count)
};

// What all cells of a batch share. Weights are stored in both orders, as forward and backward products read them.
struct Model {
  Shape shape;
  float alive_threshold;
  uint32_t fire_threshold;       // a cell fires when the upper 24 bits of its hash are below
  float cos, sin;                // of the angle, for the article's filters
  const FilterTaps* taps;        // (filters), for any others
  const float* hidden_weight;    // (filters * channels, hidden)
  const float* update_weight;    // (hidden, channels)
  const float* update_bias;      // (channels)
  const float* hidden_weight_t;  // (hidden, filters * channels)
  const float* update_weight_t;  // (channels, hidden)
};

// Pointers into a grid. Byte maps hold 0 or 1, with a margin of one cell and `stride` bytes a row: row y of the grid is
// row y + 1 of the map. Outside of its spans a map is zero.
struct GridView {
  uint32_t height, width;
  size_t stride;
  bool wrap;
  uint32_t seed, age;
  float* states;       // (height, width, channels)
  float* states_grad;  // (height, width, channels): the loss's gradient, during backward
  // One bias for all cells, (hidden), or with a map of signals one for each, (signals, hidden).
  const float* hidden_bias;
  const uint8_t* signals;  // (height, width), without a margin; null if there is no map
  uint8_t* mature;         // (height + 2, stride): alpha is above the threshold
  uint8_t* alive[2];       // (height + 2, stride) each
  Span* mature_spans;      // (height + 2)
  Span* alive_spans[2];    // (height + 2) each
  int current;             // which of `alive` belongs to the states
};

// Lists of cells hold positions y * width + x, ascending. The highest bit marks a cell on the edge of the grid.
constexpr uint32_t edge_bit = 0x80000000u;

// The record of one step of a band: enough to undo the step and to compute its gradients.
struct StepRecord {
  uint32_t fired = 0, erased = 0;
  uint32_t* fired_cells = nullptr;         // (fired)
  uint32_t* erased_cells = nullptr;        // (erased)
  const uint64_t* active_units = nullptr;  // (fired, words_for(hidden)) bits; null if values were not kept
  const float* active_values = nullptr;    // the values of those units, packed; null if they were not kept
  float* fired_states = nullptr;           // (fired, channels), before the update
  float* erased_states = nullptr;          // (erased, channels), before they were erased
  const Span* alive_spans = nullptr;       // (bottom - top), before the step
};

// Rows [top, bottom) of a grid, and the buffers for them.
struct Band {
  uint32_t top = 0, bottom = 0;
  uint32_t living = 0;               // number of living cells
  uint32_t fired = 0, erased = 0;    // in this step
  uint32_t* fired_cells = nullptr;   // (living + 1)
  uint32_t* erased_cells = nullptr;  // (living), in the first step more
  float* changes = nullptr;          // (living, channels): the network's output for the cells that fired
  float* erased_states = nullptr;    // (living, channels), in the first step more
  uint64_t* active_units = nullptr;  // (living, words_for(hidden)) bits: hidden units that are not zero
  float* active_values = nullptr;    // room for the values of those units, packed; null if they are not kept
  size_t active_count = 0;           // number of those values
  // Gradients of the weights, accumulated.
  float* hidden_weight_t_grad = nullptr;  // (hidden, filters * channels)
  float* hidden_bias_grad = nullptr;      // (hidden), or with a map (signals, hidden)
  float* update_weight_grad = nullptr;    // (hidden, channels)
  float* update_bias_grad = nullptr;      // (channels)
};

// Buffers for one chunk of cells; each thread has its own. When `should_stop` returns true, the kernel returns early
// and leaves the grid in an undefined state.
struct Scratch {
  float* perception;       // (chunk, filters * channels)
  float* perception_grad;  // (chunk, filters * channels)
  float* hidden;           // (chunk, hidden)
  float* hidden_grad;      // (chunk, hidden)
  const float* zeros;      // (channels): read for neighbours outside of the grid
  float* discard;          // (channels): write target for their gradients
  bool (*should_stop)(void* token, int worker);
  void* token;
  int worker;
};
constexpr int chunk = 96;

// Bits of hidden units are stored in words; each row starts with a new word.
constexpr int words_for(int units) { return (units + 63) / 64; }

struct IsaKernel {
  const char* isa;
  int lanes;  // floats in a vector
  // A step is these three, each for all bands before the next. `fired_states`, if not null, (fired, channels), receives
  // the states before the update.
  void (*compute_changes)(const Model&, const GridView&, Band&, const Scratch&);
  void (*apply_changes)(const Model&, const GridView&, Band&, float* fired_states);
  void (*update_alive)(const Model&, const GridView&, Band&);
  // The backward pass of a step is these three. The last writes one row beyond its band, so it runs for all even bands,
  // then for all odd ones.
  void (*restore_states)(const Model&, const GridView&, const Band&, const StepRecord&);
  void (*mask_gradients)(const Model&, const GridView&, Band&, const StepRecord&);
  void (*backward)(const Model&, const GridView&, Band&, const StepRecord&, const Scratch&);
};

}  // namespace blastema
