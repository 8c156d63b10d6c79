// Life on byte maps: which cells are mature, alive, fire, die.
//
// A cell that acts was alive, so a cell that becomes mature has been alive: who is alive after one step is exactly who
// is alive before the next, and one map a step is enough.
#pragma once

#include "vectors.hpp"

namespace blastema {
namespace {

template <class Whole>
inline Whole mix(Whole h) {
  h ^= h >> 16;
  h *= 0x7feb352du;
  h ^= h >> 15;
  h *= 0x846ca68bu;
  return h ^ (h >> 16);
}

// Walks along cells in ascending order and tells where each is in the byte maps, without dividing.
struct Walk {
  const Grid& grid;
  uint64_t next;  // the first cell of the next row
  size_t shift;   // from a cell to its byte
  Walk(const Grid& g, uint32_t row) : grid(g), next(uint64_t(row + 1) * g.width),
      shift(size_t(row + 1) * g.stride + 1 - size_t(row) * g.width) {}
  size_t byte(uint32_t cell) {
    cell &= ~on_edge;
    for (; cell >= next; next += grid.width) shift += grid.stride - grid.width;
    return cell + shift;
  }
};

// Lists the living cells that fire, row by row.
inline uint32_t list_acting(const Model& model, const Grid& grid, const Band& band) {
  const uint32_t key = mix(mix(grid.seed) ^ grid.age);
  Integers along;
  for (int i = 0; i < lanes; ++i) along[i] = uint32_t(i);
  uint32_t count = 0;
  for (uint32_t y = band.top; y < band.bottom; ++y) {
    const Span span = grid.alive_spans[grid.now][y + 1];
    const uint8_t* alive = grid.alive[grid.now] + (y + 1) * grid.stride;
    const uint32_t edge_row = y == 0 || y + 1 == grid.height ? on_edge : 0;
    for (uint32_t column = span.low; column < span.high; column += lanes) {
      const Integers place = ((y << 16) | (column - 1 + along)) ^ key;
      const Integers fires = (Integers)((mix(place) >> 8) < model.fires_below);
      const uint32_t end = span.high - column < lanes ? span.high - column : lanes;
      for (uint32_t i = 0; i < end; ++i) {
        const uint32_t x = column + i - 1;
        const uint32_t edge = x == 0 || x + 1 == grid.width ? on_edge : edge_row;
        band.cells[count] = (y * grid.width + x) | edge;
        count += alive[column + i] & fires[i] & 1;
      }
    }
  }
  return count;
}

// Brings spans and margins of the mature cells of a band up to date. Mature cells are among those in `within`.
inline void settle_mature(const Grid& grid, const Band& band, const Span* within) {
  for (uint32_t y = band.top; y < band.bottom; ++y) {
    uint8_t* row = grid.mature + (y + 1) * grid.stride;
    Span span = within[y - band.top];
    while (span.low < span.high && !row[span.low]) ++span.low;
    while (span.low < span.high && !row[span.high - 1]) --span.high;
    if (span.low >= span.high) span = nowhere;
    if (grid.wrap) {
      row[0] = row[grid.width];
      row[grid.width + 1] = row[1];
      if (row[0]) span.low = 0;
      if (row[grid.width + 1]) span.high = grid.width + 2;
    }
    grid.mature_spans[y + 1] = span;
  }
  const auto copy_row = [&](uint32_t to, uint32_t from) {
    std::memcpy(grid.mature + to * grid.stride, grid.mature + from * grid.stride, grid.width + 2);
    grid.mature_spans[to] = grid.mature_spans[from];
  };
  if (grid.wrap && band.top == 0) copy_row(grid.height + 1, 1);
  if (grid.wrap && band.bottom == grid.height) copy_row(0, grid.height);
}

// Fills the other map of the living from the mature, and counts them. Outside of its spans a map is zero.
inline uint32_t spread_alive(const Grid& grid, const Band& band) {
  const int next = 1 - grid.now;
  uint32_t living = 0;
  for (uint32_t y = band.top; y < band.bottom; ++y) {
    Span span = nowhere;
    for (uint32_t row = y; row < y + 3; ++row) {
      const Span mature = grid.mature_spans[row];
      if (mature.low < span.low) span.low = mature.low;
      if (mature.high > span.high) span.high = mature.high;
    }
    if (span.low < span.high) {
      span.low = span.low > 1 ? span.low - 1 : 1;
      span.high = span.high < grid.width ? span.high + 1 : grid.width + 1;
    }
    const Span stale = grid.alive_spans[next][y + 1];
    const uint32_t low = span.low < stale.low ? span.low : stale.low;
    const uint32_t high = span.high > stale.high ? span.high : stale.high;
    const uint8_t* above = grid.mature + y * grid.stride;
    uint8_t* alive = grid.alive[next] + (y + 1) * grid.stride;
    for (uint32_t x = low; x < high; x += sizeof(Bytes)) {
      Bytes any{};
      for (int row = 0; row < 3; ++row) {
        const uint8_t* from = above + row * grid.stride + x;
        any |= load_bytes(from - 1) | load_bytes(from) | load_bytes(from + 1);
      }
      store_bytes(alive + x, any);
    }
    for (uint32_t x = span.low; x < span.high; ++x) living += alive[x];
    grid.alive_spans[next][y + 1] = span;
  }
  return living;
}

// Calls visit(y, x) for every column of the span whose byte is set, eight at a time. Bytes beyond may be anything.
template <class Word, class Visit>
inline void for_each_set(Span span, uint32_t y, const Word& word_at, const Visit& visit) {
  for (uint32_t column = span.low; column < span.high; column += 8)
    for (uint64_t word = word_at(column); word; word &= word - 1) {
      const uint32_t x = column + uint32_t(__builtin_ctzll(word)) / 8;
      if (x < span.high) visit(y, x - 1);
    }
}

}  // namespace
}  // namespace blastema
