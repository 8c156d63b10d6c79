// Byte maps of the grid: which cells are mature, which are alive, which fire.
//
// A cell that fires is alive, so a cell that becomes mature was alive before. The cells alive after a step are
// therefore exactly those alive before the next one, and one map per step is enough.
#pragma once

#include "isa_kernel.hpp"
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

// Converts cells, in ascending order, to indices into byte maps, without dividing.
class CellIndexer {
 public:
  CellIndexer(const GridView& grid, uint32_t row)
      : grid_(grid),
        next_row_(uint64_t(row + 1) * grid.width),
        offset_(size_t(row + 1) * grid.stride + 1 - size_t(row) * grid.width) {}
  size_t map_index(uint32_t cell) {
    cell &= ~edge_bit;
    for (; cell >= next_row_; next_row_ += grid_.width) offset_ += grid_.stride - grid_.width;
    return cell + offset_;
  }

 private:
  const GridView& grid_;
  uint64_t next_row_;  // the first cell of the next row
  size_t offset_;      // from a cell to its index
};

// Lists the living cells that fire, row by row, in band.fired_cells. Returns their number.
inline uint32_t list_firing(const Model& model, const GridView& grid, const Band& band) {
  const uint32_t key = mix(mix(grid.seed) ^ grid.age);
  UintVector lane;
  for (int i = 0; i < lanes; ++i) lane[i] = uint32_t(i);
  uint32_t count = 0;
  for (uint32_t y = band.top; y < band.bottom; ++y) {
    const Span span = grid.alive_spans[grid.current][y + 1];
    const uint8_t* alive = grid.alive[grid.current] + (y + 1) * grid.stride;
    const uint32_t edge_row = y == 0 || y + 1 == grid.height ? edge_bit : 0;
    for (uint32_t column = span.low; column < span.high; column += lanes) {
      const UintVector place = ((y << 16) | (column - 1 + lane)) ^ key;
      const UintVector fires = (UintVector)((mix(place) >> 8) < model.fire_threshold);
      const uint32_t end = span.high - column < lanes ? span.high - column : lanes;
      for (uint32_t i = 0; i < end; ++i) {
        const uint32_t x = column + i - 1;
        const uint32_t edge = x == 0 || x + 1 == grid.width ? edge_bit : edge_row;
        band.fired_cells[count] = (y * grid.width + x) | edge;
        count += alive[column + i] & fires[i] & 1;
      }
    }
  }
  return count;
}

// Updates the spans and margins of the mature cells of a band. The mature cells lie within `within`, (bottom - top).
inline void update_mature_spans(const GridView& grid, const Band& band, const Span* within) {
  for (uint32_t y = band.top; y < band.bottom; ++y) {
    uint8_t* row = grid.mature + (y + 1) * grid.stride;
    Span span = within[y - band.top];
    while (span.low < span.high && !row[span.low]) ++span.low;
    while (span.low < span.high && !row[span.high - 1]) --span.high;
    if (span.low >= span.high) span = empty_span;
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

// Writes the other alive map of a band: cells next to a mature one. Returns the number of living cells.
inline uint32_t dilate_mature(const GridView& grid, const Band& band) {
  const int next = 1 - grid.current;
  uint32_t living = 0;
  for (uint32_t y = band.top; y < band.bottom; ++y) {
    Span span = empty_span;
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
    for (uint32_t x = low; x < high; x += sizeof(ByteVector)) {
      ByteVector any{};
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

// Calls body(x) for every column of the span whose byte is set, eight at a time: word_at(column) gives eight bytes.
// Bytes outside of the span may have any value.
template <class Word, class Body>
inline void for_each_set(Span span, const Word& word_at, const Body& body) {
  for (uint32_t column = span.low; column < span.high; column += 8)
    for (uint64_t word = word_at(column); word; word &= word - 1) {
      const uint32_t x = column + uint32_t(__builtin_ctzll(word)) / 8;
      if (x < span.high) body(x - 1);
    }
}

}  // namespace
}  // namespace blastema
