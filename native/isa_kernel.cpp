// The ISA kernel, compiled once for each instruction set; BLASTEMA_KERNEL and BLASTEMA_ISA name it.

#include "isa_kernel.hpp"

#include "life.hpp"
#include "network.hpp"
#include "perception.hpp"

namespace blastema {
namespace {

inline void copy_state(float* to, const float* from, int channels) {
  for (int c = 0; c < channels; c += lanes) store(to + c, load(from + c));
}

inline bool should_stop(const Scratch& scratch) { return scratch.should_stop(scratch.token, scratch.worker); }

inline int at_most_a_chunk(uint32_t count) { return count < uint32_t(chunk) ? int(count) : chunk; }

// Lists the cells that fire, and computes their changes.
void compute_changes(const Model& model, const GridView& grid, Band& band, const Scratch& scratch) {
  band.fired = list_firing(model, grid, band);
  band.active_count = 0;
  with_shape(model.shape, [&](auto s) {
    for (uint32_t done = 0; done < band.fired && !should_stop(scratch); done += chunk) {
      const int count = at_most_a_chunk(band.fired - done);
      const uint32_t* cells = band.fired_cells + done;
      perceive(s, model, grid, cells, count, scratch);
      uint64_t* active_units = band.active_units + size_t(done) * words_for(s.hidden);
      hidden_layer(s, model, grid, cells, count, scratch);
      if (band.active_values) {
        float* values = band.active_values + band.active_count;
        band.active_count =
            size_t(pack_active(scratch.hidden, s.hidden, count, active_units, values) - band.active_values);
      } else {
        find_active(scratch.hidden, s.hidden, count, active_units);
      }
      output_layer(s, model, scratch, count, active_units, band.changes + size_t(done) * s.channels);
    }
  });
}

// Adds the changes to the states, and updates the map of mature cells.
void apply_changes(const Model& model, const GridView& grid, Band& band, float* fired_states) {
  with_shape(model.shape, [&](auto s) {
    CellIndexer indexer(grid, band.top);
    for (uint32_t i = 0; i < band.fired; ++i) {
      float* state = grid.states + size_t(band.fired_cells[i] & ~edge_bit) * s.channels;
      const float* change = band.changes + size_t(i) * s.channels;
      if (fired_states) copy_state(fired_states + size_t(i) * s.channels, state, s.channels);
      for (int c = 0; c < s.channels; c += lanes) store(state + c, load(state + c) + load(change + c));
      grid.mature[indexer.map_index(band.fired_cells[i])] = state[3] > model.alive_threshold;
    }
  });
  update_mature_spans(grid, band, grid.alive_spans[grid.current] + band.top + 1);
}

// Writes the alive map after the step, and erases the cells that are no longer alive.
void update_alive(const Model& model, const GridView& grid, Band& band) {
  const int channels = model.shape.channels, next = 1 - grid.current;
  band.living = dilate_mature(grid, band);
  band.erased = 0;
  for (uint32_t y = band.top; y < band.bottom; ++y) {
    const uint8_t* before = grid.alive[grid.current] + (y + 1) * grid.stride;
    const uint8_t* after = grid.alive[next] + (y + 1) * grid.stride;
    const auto died = [&](uint32_t column) { return load_word(before + column) & ~load_word(after + column); };
    for_each_set(grid.alive_spans[grid.current][y + 1], died, [&](uint32_t x) {
      const uint32_t cell = y * grid.width + x;
      float* state = grid.states + size_t(cell) * channels;
      copy_state(band.erased_states + size_t(band.erased) * channels, state, channels);
      for (int c = 0; c < channels; c += lanes) store(state + c, Vector{});
      band.erased_cells[band.erased++] = cell;
    });
  }
}

// Restores the states before the step, and the map of mature cells.
void restore_states(const Model& model, const GridView& grid, const Band& band, const StepRecord& step) {
  const int channels = model.shape.channels;
  for (uint32_t i = 0; i < step.erased; ++i) {
    float* state = grid.states + size_t(step.erased_cells[i]) * channels;
    copy_state(state, step.erased_states + size_t(i) * channels, channels);
  }
  CellIndexer indexer(grid, band.top);
  for (uint32_t i = 0; i < step.fired; ++i) {
    float* state = grid.states + size_t(step.fired_cells[i] & ~edge_bit) * channels;
    copy_state(state, step.fired_states + size_t(i) * channels, channels);
    grid.mature[indexer.map_index(step.fired_cells[i])] = state[3] > model.alive_threshold;
  }
  update_mature_spans(grid, band, step.alive_spans);
}

// The columns of a row whose gradients the following step may have written: those around its living cells.
inline Span reached_span(const GridView& grid, uint32_t y) {
  Span span = empty_span;
  for (uint32_t row = y; row < y + 3; ++row) {
    const Span alive = grid.alive_spans[grid.current][row];
    if (alive.low < span.low) span.low = alive.low;
    if (alive.high > span.high) span.high = alive.high;
  }
  const Span whole{1, grid.width + 1};
  if (grid.wrap && (y == 0 || y + 1 == grid.height)) return whole;
  if (span.low >= span.high) return empty_span;
  if (grid.wrap && (span.low <= 1 || span.high > grid.width)) return whole;
  return {span.low > 1 ? span.low - 1 : 1, span.high <= grid.width ? span.high + 1 : grid.width + 1};
}

// Zeroes the gradients of the cells that the step erased, and writes the alive map before the step. Copies the
// gradients of the changes, since `backward` adds to the array that it would read them from.
void mask_gradients(const Model& model, const GridView& grid, Band& band, const StepRecord& step) {
  const int channels = model.shape.channels;
  band.living = dilate_mature(grid, band);
  for (uint32_t y = band.top; y < band.bottom; ++y) {
    const uint8_t* before = grid.alive[1 - grid.current] + (y + 1) * grid.stride;
    const uint8_t* after = grid.alive[grid.current] + (y + 1) * grid.stride;
    const bool edge_row = grid.wrap && (y == 0 || y + 1 == grid.height);
    const auto erased = [&](uint32_t column) {
      uint64_t near = edge_row || (grid.wrap && (column == 1 || column + 8 > grid.width)) ? ~uint64_t(0) : 0;
      for (ptrdiff_t row = -1; row < 2; ++row) {
        const uint8_t* from = after + row * ptrdiff_t(grid.stride) + column;
        near |= load_word(from - 1) | load_word(from) | load_word(from + 1);
      }
      return near & ~(load_word(before + column) & load_word(after + column)) & 0x0101010101010101u;
    };
    for_each_set(reached_span(grid, y), erased, [&](uint32_t x) {
      float* gradient = grid.states_grad + (size_t(y) * grid.width + x) * channels;
      for (int c = 0; c < channels; c += lanes) store(gradient + c, Vector{});
    });
  }
  for (uint32_t i = 0; i < step.fired; ++i) {
    const float* gradient = grid.states_grad + size_t(step.fired_cells[i] & ~edge_bit) * channels;
    copy_state(band.changes + size_t(i) * channels, gradient, channels);
  }
}

// Adds the gradients of the weights to the band's, and those of the neighbours' states to the grid's.
void backward(const Model& model, const GridView& grid, Band& band, const StepRecord& step, const Scratch& scratch) {
  const float* values = step.active_values;
  with_shape(model.shape, [&](auto s) {
    for (uint32_t done = 0; done < step.fired && !should_stop(scratch); done += chunk) {
      const int count = at_most_a_chunk(step.fired - done);
      const uint32_t* cells = step.fired_cells + done;
      perceive(s, model, grid, cells, count, scratch);
      const uint64_t* active_units = band.active_units;
      if (values) {
        active_units = step.active_units + size_t(done) * words_for(s.hidden);
        values = unpack_active(scratch.hidden, s.hidden, count, active_units, values);
      } else {
        hidden_layer(s, model, grid, cells, count, scratch);
        find_active(scratch.hidden, s.hidden, count, band.active_units);
      }
      const float* changes_grad = band.changes + size_t(done) * s.channels;
      network_backward(s, model, grid, cells, count, scratch, changes_grad, active_units, band);
      perceive_backward(s, model, grid, cells, count, scratch);
    }
  });
}

}  // namespace

extern const IsaKernel BLASTEMA_KERNEL;
const IsaKernel BLASTEMA_KERNEL{
    .isa = BLASTEMA_ISA,
    .lanes = lanes,
    .compute_changes = compute_changes,
    .apply_changes = apply_changes,
    .update_alive = update_alive,
    .restore_states = restore_states,
    .mask_gradients = mask_gradients,
    .backward = backward,
};

}  // namespace blastema
