// One kernel; compiled once for each instruction set, with BLASTEMA_KERNEL and BLASTEMA_ISA naming it.

#include "life.hpp"
#include "perception.hpp"

namespace blastema {
namespace {

template <class Then>
inline void with_shape(const Model& model, const Then& then) {
  if (is_article(model.shape))
    then(ArticleShape(model.shape));
  else
    then(AnyShape(model.shape));
}

inline void copy_state(float* to, const float* from, int channels) {
  for (int c = 0; c < channels; c += lanes) store(to + c, load(from + c));
}

inline bool stopped(const Scratch& scratch) { return scratch.stop(scratch.watch, scratch.worker); }

inline int at_most_a_chunk(uint32_t count) { return count < uint32_t(chunk) ? int(count) : chunk; }

// Lists who acts, and computes how they would change.
void act(const Model& model, const Grid& grid, Band& band, const Scratch& scratch) {
  band.acted = list_acting(model, grid, band);
  band.kept = 0;
  with_shape(model, [&](auto s) {
    for (uint32_t done = 0; done < band.acted && !stopped(scratch); done += chunk) {
      const int count = at_most_a_chunk(band.acted - done);
      perceive(s, model, grid, band.cells + done, count, scratch);
      uint64_t* active = band.active + size_t(done) * words_for(s.hidden);
      hidden_layer(s, model, scratch, count);
      if (band.hidden)
        band.kept = size_t(keep_active(scratch.hidden, s.hidden, count, active, band.hidden + band.kept) - band.hidden);
      else
        find_active(scratch.hidden, s.hidden, count, active);
      update(s, model, scratch, count, active, band.changes + size_t(done) * s.channels);
    }
  });
}

// Changes them, keeping what they were where `before` is given, and finds out who is mature.
void settle(const Model& model, const Grid& grid, Band& band, float* before) {
  with_shape(model, [&](auto s) {
    Walk walk(grid, band.top);
    for (uint32_t i = 0; i < band.acted; ++i) {
      float* state = grid.cells + size_t(band.cells[i] & ~on_edge) * s.channels;
      const float* change = band.changes + size_t(i) * s.channels;
      if (before) copy_state(before + size_t(i) * s.channels, state, s.channels);
      for (int c = 0; c < s.channels; c += lanes) store(state + c, load(state + c) + load(change + c));
      grid.mature[walk.byte(band.cells[i])] = state[3] > model.alive_above;
    }
  });
  settle_mature(grid, band, grid.alive_spans[grid.now] + band.top + 1);
}

// Finds out who is alive now, and erases who no longer is.
void breathe(const Model& model, const Grid& grid, Band& band) {
  const int channels = model.shape.channels, next = 1 - grid.now;
  band.living = spread_alive(grid, band);
  band.died = 0;
  for (uint32_t y = band.top; y < band.bottom; ++y) {
    const uint8_t* then = grid.alive[grid.now] + (y + 1) * grid.stride;
    const uint8_t* now = grid.alive[next] + (y + 1) * grid.stride;
    for_each_set(
        grid.alive_spans[grid.now][y + 1], y,
        [&](uint32_t column) { return load_word(then + column) & ~load_word(now + column); },
        [&](uint32_t row, uint32_t x) {
          const uint32_t cell = row * grid.width + x;
          float* state = grid.cells + size_t(cell) * channels;
          float* kept = band.dead_before + size_t(band.died) * channels;
          for (int c = 0; c < channels; c += lanes) store(kept + c, load(state + c)), store(state + c, Vector{});
          band.dead[band.died++] = cell;
        });
  }
}

// Gives cells the states they had before the step, and finds out who was mature.
void undo(const Model& model, const Grid& grid, const Band& band, const Step& step) {
  const int channels = model.shape.channels;
  for (uint32_t i = 0; i < step.died; ++i)
    copy_state(grid.cells + size_t(step.dead[i]) * channels, step.dead_before + size_t(i) * channels, channels);
  Walk walk(grid, band.top);
  for (uint32_t i = 0; i < step.acted; ++i) {
    float* state = grid.cells + size_t(step.cells[i] & ~on_edge) * channels;
    copy_state(state, step.before + size_t(i) * channels, channels);
    grid.mature[walk.byte(step.cells[i])] = state[3] > model.alive_above;
  }
  settle_mature(grid, band, step.alive);
}

// The columns of a row to which the step after may have sent gradients: those around its living cells.
inline Span reached(const Grid& grid, uint32_t y) {
  Span span = nowhere;
  for (uint32_t row = y; row < y + 3; ++row) {
    const Span alive = grid.alive_spans[grid.now][row];
    if (alive.low < span.low) span.low = alive.low;
    if (alive.high > span.high) span.high = alive.high;
  }
  const Span whole{1, grid.width + 1};
  if (grid.wrap && (y == 0 || y + 1 == grid.height)) return whole;
  if (span.low >= span.high) return nowhere;
  if (grid.wrap && (span.low <= 1 || span.high > grid.width)) return whole;
  return {span.low > 1 ? span.low - 1 : 1, span.high <= grid.width ? span.high + 1 : grid.width + 1};
}

// Stops gradients at cells that the step erased, finds out who was alive before it, and sets those of the changes
// aside, since `learn` adds to what it would read.
void mask(const Model& model, const Grid& grid, Band& band, const Step& step) {
  const int channels = model.shape.channels;
  band.living = spread_alive(grid, band);
  for (uint32_t y = band.top; y < band.bottom; ++y) {
    const uint8_t* before = grid.alive[1 - grid.now] + (y + 1) * grid.stride;
    const uint8_t* after = grid.alive[grid.now] + (y + 1) * grid.stride;
    const bool edge_row = grid.wrap && (y == 0 || y + 1 == grid.height);
    const auto erased = [&](uint32_t column) {
      uint64_t near = edge_row || (grid.wrap && (column == 1 || column + 8 > grid.width)) ? ~uint64_t(0) : 0;
      for (ptrdiff_t row = -1; row < 2; ++row) {
        const uint8_t* from = after + row * ptrdiff_t(grid.stride) + column;
        near |= load_word(from - 1) | load_word(from) | load_word(from + 1);
      }
      return near & ~(load_word(before + column) & load_word(after + column)) & 0x0101010101010101u;
    };
    for_each_set(reached(grid, y), y, erased, [&](uint32_t row, uint32_t x) {
      float* back = grid.back + (size_t(row) * grid.width + x) * channels;
      for (int c = 0; c < channels; c += lanes) store(back + c, Vector{});
    });
  }
  for (uint32_t i = 0; i < step.acted; ++i)
    copy_state(band.changes + size_t(i) * channels, grid.back + size_t(step.cells[i] & ~on_edge) * channels, channels);
}

// Carries the gradients of the changes to the weights and to what the cells saw.
void learn(const Model& model, const Grid& grid, Band& band, const Step& step, const Scratch& scratch) {
  const float* hidden = step.hidden;
  with_shape(model, [&](auto s) {
    for (uint32_t done = 0; done < step.acted && !stopped(scratch); done += chunk) {
      const int count = at_most_a_chunk(step.acted - done);
      perceive(s, model, grid, step.cells + done, count, scratch);
      const uint64_t* active = band.active;
      if (hidden) {
        active = step.active + size_t(done) * words_for(s.hidden);
        hidden = restore_active(scratch.hidden, s.hidden, count, active, hidden);
      } else {
        hidden_layer(s, model, scratch, count);
        find_active(scratch.hidden, s.hidden, count, band.active);
      }
      update_back(s, model, scratch, count, band.changes + size_t(done) * s.channels, active, band);
      perceive_back(s, model, grid, step.cells + done, count, scratch);
    }
  });
}

}  // namespace

extern const Kernel BLASTEMA_KERNEL;
const Kernel BLASTEMA_KERNEL{BLASTEMA_ISA, lanes, act, settle, breathe, undo, mask, learn};

}  // namespace blastema
