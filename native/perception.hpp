// Perception of listed cells, and its adjoint, which adds to the gradients of the neighbours.
#pragma once

#include "shape.hpp"
#include "vectors.hpp"

namespace blastema {
namespace {

// Finds the nine neighbours of a cell in an array (height, width, channels), row by row; 4 is the cell itself. On a
// dead edge, neighbours outside of the grid are `outside`, (channels).
template <class S, class Float>
inline void find_neighbours(const S& s, const GridView& grid, Float* array, uint32_t cell, Float* outside,
                            Float* (&near)[9]) {
  const ptrdiff_t row = ptrdiff_t(grid.width) * s.channels;
  if (!(cell & edge_bit)) {
    Float* centre = array + size_t(cell) * s.channels;
    for (int i = 0; i < 9; ++i) near[i] = centre + (i / 3 - 1) * row + (i % 3 - 1) * s.channels;
    return;
  }
  const uint32_t position = cell & ~edge_bit, y = position / grid.width, x = position % grid.width;
  for (int i = 0; i < 9; ++i) {
    // Minus one wraps around to a number that no height or width reaches.
    uint32_t ny = y + uint32_t(i / 3) - 1, nx = x + uint32_t(i % 3) - 1;
    if (grid.wrap) {
      ny = ny == UINT32_MAX ? grid.height - 1 : ny == grid.height ? 0 : ny;
      nx = nx == UINT32_MAX ? grid.width - 1 : nx == grid.width ? 0 : nx;
    }
    const bool inside = ny < grid.height && nx < grid.width;
    near[i] = inside ? array + (size_t(ny) * grid.width + nx) * s.channels : outside;
  }
}

// Applies the article's three filters, unrolled, to one vector of channels of the neighbours n.
template <class S>
inline void apply_article_filters(const S& s, const Vector (&n)[9], Vector cos, Vector sin, float* perception) {
  const Vector falling = n[8] - n[0], rising = n[2] - n[6];
  const Vector sobel_x = (falling + rising + 2.0f * (n[5] - n[3])) * 0.125f;
  const Vector sobel_y = (falling - rising + 2.0f * (n[7] - n[1])) * 0.125f;
  store(perception, n[4]);
  store(perception + s.channels, cos * sobel_x - sin * sobel_y);
  store(perception + 2 * s.channels, sin * sobel_x + cos * sobel_y);
}

// Applies any filters: taps, (filters).
template <class S>
inline void apply_filters(const S& s, const Vector (&n)[9], const FilterTaps* taps, float* perception) {
  for (const FilterTaps* end = taps + s.perception / s.channels; taps < end; ++taps, perception += s.channels) {
    Vector sum{};
    for (int i = 0; i < taps->count; ++i) sum += broadcast(taps->weight[i]) * n[taps->neighbour[i]];
    store(perception, sum);
  }
}

// Writes the perception of cells, (count), to the scratch.
template <class S>
inline void perceive(const S& s, const Model& model, const GridView& grid, const uint32_t* cells, int count,
                     const Scratch& scratch) {
  const Vector cos = broadcast(model.cos), sin = broadcast(model.sin);
  for (int i = 0; i < count; ++i) {
    const float* near[9];
    find_neighbours<S, const float>(s, grid, grid.states, cells[i], scratch.zeros, near);
    float* perception = scratch.perception + ptrdiff_t(i) * s.perception;
    for (int c = 0; c < s.channels; c += lanes, perception += lanes) {
      Vector n[9];
      for (int k = 0; k < 9; ++k) n[k] = load(near[k] + c);
      if (s.article_filters)
        apply_article_filters(s, n, cos, sin, perception);
      else
        apply_filters(s, n, model.taps, perception);
    }
  }
}

// Computes the gradients n of the neighbours from that of the article's filters. `cos` and `sin` come divided by 8.
template <class S>
inline void article_filters_backward(const S& s, const float* perception_grad, Vector cos, Vector sin, Vector (&n)[9]) {
  const Vector rotated_x = load(perception_grad + s.channels), rotated_y = load(perception_grad + 2 * s.channels);
  const Vector x = cos * rotated_x + sin * rotated_y, y = cos * rotated_y - sin * rotated_x;
  n[0] = -(x + y);
  n[1] = -2.0f * y;
  n[2] = x - y;
  n[3] = -2.0f * x;
  n[4] = load(perception_grad);
  n[5] = 2.0f * x;
  n[6] = y - x;
  n[7] = 2.0f * y;
  n[8] = x + y;
}

// The same for any filters: a correlation with the flipped kernels.
template <class S>
inline void filters_backward(const S& s, const float* perception_grad, const FilterTaps* taps, Vector (&n)[9]) {
  for (Vector& sum : n) sum = Vector{};
  for (const FilterTaps* end = taps + s.perception / s.channels; taps < end; ++taps, perception_grad += s.channels) {
    const Vector gradient = load(perception_grad);
    for (int i = 0; i < taps->count; ++i) n[taps->neighbour[i]] += broadcast(taps->weight[i]) * gradient;
  }
}

// Adds the gradients of the neighbours of cells, (count), to those of the grid, given that of the perception.
template <class S>
inline void perceive_backward(const S& s, const Model& model, const GridView& grid, const uint32_t* cells, int count,
                              const Scratch& scratch) {
  const Vector cos = broadcast(model.cos * 0.125f), sin = broadcast(model.sin * 0.125f);
  for (int i = 0; i < count; ++i) {
    float* near[9];
    find_neighbours<S, float>(s, grid, grid.states_grad, cells[i], scratch.discard, near);
    const float* perception_grad = scratch.perception_grad + ptrdiff_t(i) * s.perception;
    for (int c = 0; c < s.channels; c += lanes, perception_grad += lanes) {
      Vector n[9];
      if (s.article_filters)
        article_filters_backward(s, perception_grad, cos, sin, n);
      else
        filters_backward(s, perception_grad, model.taps, n);
      for (int k = 0; k < 9; ++k) store(near[k] + c, load(near[k] + c) + n[k]);
    }
  }
}

}  // namespace
}  // namespace blastema
