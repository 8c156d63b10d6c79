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
      const Vector falling = n[8] - n[0], rising = n[2] - n[6];
      const Vector slope_x = (falling + rising + 2.0f * (n[5] - n[3])) * 0.125f;
      const Vector slope_y = (falling - rising + 2.0f * (n[7] - n[1])) * 0.125f;
      if (s.identity >= 0) store(seen + s.identity * s.channels, n[4]);
      if (s.sobel_x >= 0) store(seen + s.sobel_x * s.channels, cos * slope_x - sin * slope_y);
      if (s.sobel_y >= 0) store(seen + s.sobel_y * s.channels, sin * slope_x + cos * slope_y);
      if (s.laplacian >= 0)
        store(seen + s.laplacian * s.channels,
              (n[0] + n[2] + n[6] + n[8] + 2.0f * (n[1] + n[3] + n[5] + n[7]) - 12.0f * n[4]) * 0.0625f);
    }
  }
}

template <class S>
inline void perceive_back(const S& s, const Model& model, const Grid& grid, const uint32_t* cells, int count,
                          const Scratch& scratch) {
  const Vector cos = broadcast(model.cos * 0.125f), sin = broadcast(model.sin * 0.125f);
  const Vector none{};
  for (int i = 0; i < count; ++i) {
    float* near[9];
    find_neighbours<S, float>(s, grid, grid.back, cells[i], scratch.abyss, near);
    const float* seen = scratch.perception_back + ptrdiff_t(i) * s.perception;
    for (int c = 0; c < s.channels; c += lanes, seen += lanes) {
      const Vector self = s.identity >= 0 ? load(seen + s.identity * s.channels) : none;
      const Vector turned_x = s.sobel_x >= 0 ? load(seen + s.sobel_x * s.channels) : none;
      const Vector turned_y = s.sobel_y >= 0 ? load(seen + s.sobel_y * s.channels) : none;
      const Vector x = cos * turned_x + sin * turned_y, y = cos * turned_y - sin * turned_x;
      const auto give = [&](int k, Vector value) { store(near[k] + c, load(near[k] + c) + value); };
      if (s.laplacian >= 0) {
        const Vector corner = load(seen + s.laplacian * s.channels) * 0.0625f;
        give(0, corner - x - y), give(1, 2.0f * corner - 2.0f * y), give(2, corner + x - y);
        give(3, 2.0f * corner - 2.0f * x), give(4, self - 12.0f * corner), give(5, 2.0f * corner + 2.0f * x);
        give(6, corner - x + y), give(7, 2.0f * corner + 2.0f * y), give(8, corner + x + y);
      } else {
        give(0, -(x + y)), give(1, -2.0f * y), give(2, x - y);
        give(3, -2.0f * x), give(4, self), give(5, 2.0f * x);
        give(6, y - x), give(7, 2.0f * y), give(8, x + y);
      }
    }
  }
}

}  // namespace
}  // namespace blastema
