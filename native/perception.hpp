// Perception of listed cells, and its adjoint: a scatter to the neighbours.
#pragma once

#include "network.hpp"

namespace blastema {
namespace {

// The nine neighbours row by row; 4 is the cell itself. Past a dead edge lies `past`.
template <class S, class Float>
inline void find_neighbours(const S& s, const Grid& grid, Float* cells, uint32_t cell, Float* past, Float* (&near)[9]) {
  const ptrdiff_t row = ptrdiff_t(grid.width) * s.channels;
  if (!(cell & on_edge)) {
    Float* at = cells + size_t(cell) * s.channels;
    for (int i = 0; i < 9; ++i) near[i] = at + (i / 3 - 1) * row + (i % 3 - 1) * s.channels;
    return;
  }
  const uint32_t place = cell & ~on_edge, y = place / grid.width, x = place % grid.width;
  for (int i = 0; i < 9; ++i) {
    // Minus one wraps around to a number that no height or width reaches.
    uint32_t ny = y + uint32_t(i / 3) - 1, nx = x + uint32_t(i % 3) - 1;
    if (grid.wrap) {
      ny = ny == UINT32_MAX ? grid.height - 1 : ny == grid.height ? 0 : ny;
      nx = nx == UINT32_MAX ? grid.width - 1 : nx == grid.width ? 0 : nx;
    }
    const bool inside = ny < grid.height && nx < grid.width;
    near[i] = inside ? cells + (size_t(ny) * grid.width + nx) * s.channels : past;
  }
}

// The article's three filters at the angle, for one vector of channels.
template <class S>
inline void article_filters(const S& s, const Vector (&n)[9], Vector cos, Vector sin, float* seen) {
  const Vector falling = n[8] - n[0], rising = n[2] - n[6];
  const Vector slope_x = (falling + rising + 2.0f * (n[5] - n[3])) * 0.125f;
  const Vector slope_y = (falling - rising + 2.0f * (n[7] - n[1])) * 0.125f;
  store(seen, n[4]);
  store(seen + s.channels, cos * slope_x - sin * slope_y);
  store(seen + 2 * s.channels, sin * slope_x + cos * slope_y);
}

// Any filters, tap by tap.
template <class S>
inline void any_filters(const S& s, const Vector (&n)[9], const FilterTaps* taps, float* seen) {
  for (const FilterTaps* end = taps + s.perception / s.channels; taps < end; ++taps, seen += s.channels) {
    Vector sum{};
    for (int i = 0; i < taps->count; ++i) sum += broadcast(taps->weight[i]) * n[taps->neighbour[i]];
    store(seen, sum);
  }
}

template <class S>
inline void perceive(const S& s, const Model& model, const Grid& grid, const uint32_t* cells, int count,
                     const Scratch& scratch) {
  const Vector cos = broadcast(model.cos), sin = broadcast(model.sin);
  for (int i = 0; i < count; ++i) {
    const float* near[9];
    find_neighbours<S, const float>(s, grid, grid.cells, cells[i], scratch.nothing, near);
    float* seen = scratch.perception + ptrdiff_t(i) * s.perception;
    for (int c = 0; c < s.channels; c += lanes, seen += lanes) {
      Vector n[9];
      for (int k = 0; k < 9; ++k) n[k] = load(near[k] + c);
      if (s.article_filters)
        article_filters(s, n, cos, sin, seen);
      else
        any_filters(s, n, model.taps, seen);
    }
  }
}

// The gradients that the article's filters send to the nine neighbours. `cos` and `sin` are divided by 8.
template <class S>
inline void article_filters_back(const S& s, const float* seen, Vector cos, Vector sin, Vector (&n)[9]) {
  const Vector rotated_x = load(seen + s.channels), rotated_y = load(seen + 2 * s.channels);
  const Vector x = cos * rotated_x + sin * rotated_y, y = cos * rotated_y - sin * rotated_x;
  n[0] = -(x + y);
  n[1] = -2.0f * y;
  n[2] = x - y;
  n[3] = -2.0f * x;
  n[4] = load(seen);
  n[5] = 2.0f * x;
  n[6] = y - x;
  n[7] = 2.0f * y;
  n[8] = x + y;
}

// Those of any filters: the taps, flipped.
template <class S>
inline void any_filters_back(const S& s, const float* seen, const FilterTaps* taps, Vector (&n)[9]) {
  for (Vector& sum : n) sum = Vector{};
  for (const FilterTaps* end = taps + s.perception / s.channels; taps < end; ++taps, seen += s.channels) {
    const Vector gradient = load(seen);
    for (int i = 0; i < taps->count; ++i) n[taps->neighbour[i]] += broadcast(taps->weight[i]) * gradient;
  }
}

template <class S>
inline void perceive_back(const S& s, const Model& model, const Grid& grid, const uint32_t* cells, int count,
                          const Scratch& scratch) {
  const Vector cos = broadcast(model.cos * 0.125f), sin = broadcast(model.sin * 0.125f);
  for (int i = 0; i < count; ++i) {
    float* near[9];
    find_neighbours<S, float>(s, grid, grid.back, cells[i], scratch.abyss, near);
    const float* seen = scratch.perception_back + ptrdiff_t(i) * s.perception;
    for (int c = 0; c < s.channels; c += lanes, seen += lanes) {
      Vector n[9];
      if (s.article_filters)
        article_filters_back(s, seen, cos, sin, n);
      else
        any_filters_back(s, seen, model.taps, n);
      for (int k = 0; k < 9; ++k) store(near[k] + c, load(near[k] + c) + n[k]);
    }
  }
}

}  // namespace
}  // namespace blastema
