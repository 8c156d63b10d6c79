// What a kernel is: the work of one step on one band of rows, compiled once for each instruction set.
//
// A grid is cut into bands of rows, always in the same way, so that sums come out the same for any number of threads.
// All rows of floats are padded with zeros to whole vectors. Plain structures only: kernels compiled for different
// instruction sets must share no inline function, or the linker would keep one of them for all machines.
#pragma once

#include <cstddef>
#include <cstdint>

namespace blastema {

// Columns [low, high) of a row; empty when low >= high. Column 0 and width + 1 are the margin.
struct Span {
  uint32_t low, high;
};
constexpr Span nowhere{UINT32_MAX, 0};

// Sizes of the network, channels and hidden padded to whole vectors. `article_filters` says that the filters are the
// article's three, whose perception is unrolled; any others are taps.
struct Shape {
  int channels, hidden, filters;
  bool article_filters;
};

// The weights of one filter that are not zero, and of which neighbour each is: 0 to 8, row by row.
struct FilterTaps {
  int count;
  int neighbour[9];
  float weight[9];
};

// The weights in both orders, as the forward and backward products read them, and what else all cells share.
struct Model {
  Shape shape;
  float alive_above;
  float cos, sin;          // of the angle; for the article's filters
  const FilterTaps* taps;  // (filters); for any others
  uint32_t fires_below;  // a cell fires when the upper 24 bits of its hash are below
  const float *hidden_weight, *hidden_bias, *update_weight, *update_bias;  // (perception, hidden), (hidden, channels)
  const float *hidden_weight_turned, *update_weight_turned;                // (hidden, perception), (channels, hidden)
};

// One organism. Byte maps hold 0 or 1, with a margin of one cell and `stride` bytes a row; row y is row y + 1 there.
struct Grid {
  uint32_t height, width;
  size_t stride;
  bool wrap;
  uint32_t seed, age;
  float* cells;     // (height, width, channels)
  float* back;      // the loss's gradient with respect to the cells, on the way back
  uint8_t* mature;  // alpha is above the threshold
  uint8_t* alive[2];
  Span *mature_spans, *alive_spans[2];
  int now;  // which of `alive` is that of the cells
};

// In lists of cells the highest bit marks those on the edge of the grid.
constexpr uint32_t on_edge = 0x80000000u;

// What happened to a band in one step: enough to undo it.
struct Step {
  uint32_t acted, died;
  uint32_t *cells, *dead;              // places y * width + x, ascending
  const uint64_t* active;              // which of their hidden units were not zero
  const float* hidden;                 // and those units' values, if they were kept
  float *before, *dead_before;         // their states before they acted, before they were erased
  const Span* alive;                   // which columns of the band's rows were alive before
};

// The rows [top, bottom) of a grid and the buffers for them.
struct Band {
  uint32_t top, bottom;
  uint32_t living;         // how many cells are alive
  uint32_t acted, died;
  uint32_t *cells, *dead;  // room for `living` of them
  float *changes, *dead_before;
  uint64_t* active;  // bits: which hidden units of the cells that act are not zero
  float* hidden;     // room for the values of those units, where they are kept
  size_t kept;       // how many there are
  float *hidden_weight_turned, *hidden_bias, *update_weight, *update_bias;  // gradients, added to
};

// Room for one chunk of cells, one for each thread. `nothing` is what lies past a dead edge, `abyss` takes what is sent
// there. `stop` says whether the work should end early; the grid is then of no more use.
struct Scratch {
  float *perception, *hidden, *hidden_back, *perception_back, *nothing, *abyss;
  bool (*stop)(void* watch, int worker);
  void* watch;
  int worker;
};
constexpr int chunk = 96;

// Bits for hidden units come in words, each row in whole ones.
constexpr int words_for(int units) { return (units + 63) / 64; }

struct Kernel {
  const char* isa;
  int lanes;  // floats in a vector
  // A step is act, settle, breathe: each for all bands before the next.
  void (*act)(const Model&, const Grid&, Band&, const Scratch&);
  void (*settle)(const Model&, const Grid&, Band&, float* before);
  void (*breathe)(const Model&, const Grid&, Band&);
  // A step back is undo, mask, then learn for all even bands, then for all odd ones, since it writes one row beyond.
  void (*undo)(const Model&, const Grid&, const Band&, const Step&);
  void (*mask)(const Model&, const Grid&, Band&, const Step&);
  void (*learn)(const Model&, const Grid&, Band&, const Step&, const Scratch&);
};

}  // namespace blastema
