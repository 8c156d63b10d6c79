#include "grid.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <type_traits>

#include "errors.hpp"

namespace blastema {

namespace {

// Bands have about this many cells, and at least as many rows as the influence of a cell needs.
constexpr double cells_per_band = 1280;
constexpr uint32_t min_rows_per_band = 8, max_bands = 64;

// What the record of a typical rollout of 80 steps holds for each living cell, which fires in half of them.
constexpr size_t bytes_per_living_cell = 8192;

bool is_zero(const float* state, int channels) {
  uint32_t bits = 0;
  for (int c = 0; c < channels; ++c) {
    uint32_t channel_bits;
    std::memcpy(&channel_bits, state + c, sizeof channel_bits);
    bits |= channel_bits;
  }
  return bits == 0;
}

void check_finite(const float* state, int channels, uint32_t y, uint32_t x) {
  for (int c = 0; c < channels; ++c)
    if (!std::isfinite(state[c])) fail_not_finite(c, y, x, state[c]);
}

}  // namespace

size_t gradient_size(const Shape& s, int biases) {
  return size_t(s.filters) * s.channels * s.hidden + size_t(biases) * s.hidden + size_t(s.hidden) * s.channels +
         s.channels;
}

int Grid::count_bands(uint32_t height, uint32_t width) {
  const uint32_t wanted = uint32_t(std::lround(double(height) * width / cells_per_band));
  const uint32_t bands = std::min({wanted, height / min_rows_per_band, max_bands});
  // An even number, so that on a wrapped grid the last band and the first, its neighbour, are never both even.
  return bands < 2 ? 1 : int(bands / 2 * 2);
}

Grid::Grid(const IsaKernel& kernel, const Model& model, const Options& options)
    : kernel_(kernel),
      model_(model),
      channels_(options.channels),
      biases_(options.biases),
      record_(options.record),
      max_record_(options.max_record) {
  const uint32_t height = options.height, width = options.width;
  // Byte maps are read and written by whole vectors, which may reach beyond the last column.
  const size_t rows = size_t(height) + 2, stride = (size_t(width) + 66 + 63) / 64 * 64, map = stride * rows + 64;
  states_ = ZeroedArray<float>(size_t(height) * width * model.shape.channels);
  maps_ = ZeroedArray<uint8_t>(3 * map + 64);
  spans_.assign(3 * rows, empty_span);
  uint8_t* maps = maps_.get() + 64;
  view_ = GridView{.height = height,
                   .width = width,
                   .stride = stride,
                   .wrap = options.wrap,
                   .seed = options.seed,
                   .age = options.age,
                   .states = states_.get(),
                   .states_grad = nullptr,
                   .hidden_bias = options.hidden_bias,
                   .signals = options.signals,
                   .mature = maps,
                   .alive = {maps + map, maps + 2 * map},
                   .mature_spans = spans_.data(),
                   .alive_spans = {spans_.data() + rows, spans_.data() + 2 * rows},
                   .current = 0};
  const int bands = count_bands(height, width);
  storage_.resize(bands);
  arenas_.resize(options.share_bands ? bands : 1);
  for (int b = 0; b < bands; ++b)
    bands_.push_back(
        Band{.top = uint32_t(uint64_t(height) * b / bands), .bottom = uint32_t(uint64_t(height) * (b + 1) / bands)});
}

void Grid::load(const float* states, StopToken& token, int worker) {
  const int padded = model_.shape.channels;
  std::vector<std::vector<uint32_t>> immature(bands_.size());
  for (size_t b = 0; b < bands_.size(); ++b)
    for (uint32_t y = bands_[b].top; y < bands_[b].bottom; ++y) {
      token.throw_if_stopped(worker);
      for (uint32_t x = 0; x < view_.width; ++x) {
        const size_t cell = size_t(y) * view_.width + x;
        const float* state = states + cell * channels_;
        if (is_zero(state, channels_)) continue;
        check_finite(state, channels_, y, x);
        std::memcpy(view_.states + cell * padded, state, channels_ * sizeof(float));
        const bool mature = state[3] > model_.alive_threshold;
        view_.mature[(y + 1) * view_.stride + x + 1] = mature;
        view_.alive_spans[view_.current][y + 1] = {1, view_.width + 1};
        if (!mature) immature[b].push_back(uint32_t(cell));
      }
    }
  for (Band& band : bands_) kernel_.apply_changes(model_, view_, band, nullptr);
  for (Band& band : bands_) kernel_.update_alive(model_, view_, band);
  view_.current = 1 - view_.current;
  const uint8_t* alive = view_.alive[view_.current];
  for (size_t b = 0; b < bands_.size(); ++b)
    for (uint32_t cell : immature[b])
      if (!alive[(cell / view_.width + 1) * view_.stride + cell % view_.width + 1])
        storage_[b].remnants.push_back(cell);
}

void Grid::prepare_band(int b) {
  Band& band = bands_[b];
  BandStorage& storage = storage_[b];
  const size_t padded = model_.shape.channels;
  // One more than can be listed: a cell is written to the list before it is known whether it belongs there.
  band.fired_cells = storage.fired_cells.resize(band.living + 1);
  band.changes = storage.changes.resize(band.living * padded);
  band.active_units = storage.active_units.resize(band.living * size_t(words_for(model_.shape.hidden)));
  const bool keep_values =
      record_ && living() * bytes_per_living_cell < max_record_ && arena(b).used() < max_record_ / arenas_.size();
  band.active_values = keep_values ? arena(b).allocate<float>(max_values(band)) : nullptr;
  const size_t erased = band.living + (first_ ? storage.remnants.size() : 0);
  band.erased_cells = storage.erased_cells.resize(erased);
  band.erased_states = storage.erased_states.resize(erased * padded);
}

size_t Grid::max_values(const Band& band) const { return size_t(band.living) * model_.shape.hidden + packing_slack; }

void Grid::shrink_values(int b) {
  Band& band = bands_[b];
  if (band.active_values) arena(b).shrink_last(band.active_values, max_values(band), band.active_count + packing_slack);
}

void Grid::erase_remnants(int b) {
  Band& band = bands_[b];
  const size_t padded = model_.shape.channels;
  for (uint32_t cell : storage_[b].remnants) {
    float* state = view_.states + cell * padded;
    std::memcpy(band.erased_states + band.erased * padded, state, padded * sizeof(float));
    std::memset(state, 0, padded * sizeof(float));
    band.erased_cells[band.erased++] = cell;
  }
}

void Grid::record_step(int b) {
  const Band& band = bands_[b];
  StepRecord& step = storage_[b].steps.back();
  const auto copy = [&](auto* from, size_t count) {
    auto* to = arena(b).allocate<std::remove_const_t<std::remove_reference_t<decltype(*from)>>>(count);
    if (count) std::memcpy(to, from, count * sizeof *from);  // `from` may be null when the count is 0
    return to;
  };
  step.fired = band.fired;
  step.erased = band.erased;
  step.fired_cells = copy(band.fired_cells, band.fired);
  step.erased_cells = copy(band.erased_cells, band.erased);
  step.erased_states = copy(band.erased_states, band.erased * size_t(model_.shape.channels));
  if (band.active_values)
    step.active_units = copy(band.active_units, band.fired * size_t(words_for(model_.shape.hidden)));
  step.active_values = band.active_values;
  step.alive_spans = copy(view_.alive_spans[view_.current] + band.top + 1, band.bottom - band.top);
}

void Grid::read(float* states, StopToken& token, int worker) const {
  // Before the first step there may be cells that are neither alive nor zero.
  const uint8_t* alive = view_.alive[view_.current];
  for (uint32_t y = 0; y < view_.height; ++y) {
    token.throw_if_stopped(worker);
    const Span span = first_ ? Span{1, view_.width + 1} : view_.alive_spans[view_.current][y + 1];
    for (uint32_t column = span.low; column < span.high; ++column) {
      if (!first_ && !alive[(y + 1) * view_.stride + column]) continue;
      const size_t cell = size_t(y) * view_.width + column - 1;
      std::memcpy(states + cell * channels_, view_.states + cell * model_.shape.channels, channels_ * sizeof(float));
    }
  }
}

void Grid::begin_backward(const float* cotangent, StopToken& token, int worker) {
  const Shape& s = model_.shape;
  const size_t padded = s.channels;
  states_grad_ = ZeroedArray<float>(size_t(view_.height) * view_.width * padded);
  view_.states_grad = states_grad_.get();
  for (size_t b = 0; b < bands_.size(); ++b) {
    storage_[b].gradient = ZeroedArray<float>(gradient_size(s, biases_));
    Band& band = bands_[b];
    band.hidden_weight_t_grad = storage_[b].gradient.get();
    band.hidden_bias_grad = band.hidden_weight_t_grad + size_t(s.filters) * s.channels * s.hidden;
    band.update_weight_grad = band.hidden_bias_grad + size_t(biases_) * s.hidden;
    band.update_bias_grad = band.update_weight_grad + size_t(s.hidden) * s.channels;
  }
  // Cells that are not alive after the last step were erased by it: their gradient is zero.
  const uint8_t* alive = view_.alive[view_.current];
  for (uint32_t y = 0; y < view_.height; ++y) {
    token.throw_if_stopped(worker);
    const Span span = view_.alive_spans[view_.current][y + 1];
    for (uint32_t column = span.low; column < span.high; ++column) {
      if (!alive[(y + 1) * view_.stride + column]) continue;
      const size_t cell = size_t(y) * view_.width + column - 1;
      std::memcpy(view_.states_grad + cell * padded, cotangent + cell * channels_, channels_ * sizeof(float));
    }
  }
}

void Grid::read_gradient(float* states_grad, StopToken& token, int worker) const {
  const size_t padded = model_.shape.channels;
  for (uint32_t y = 0; y < view_.height; ++y) {
    token.throw_if_stopped(worker);
    for (size_t cell = size_t(y) * view_.width, end = cell + view_.width; cell < end; ++cell)
      std::memcpy(states_grad + cell * channels_, view_.states_grad + cell * padded, channels_ * sizeof(float));
  }
}

void Grid::add_gradients(float* sum) const {
  const size_t size = gradient_size(model_.shape, biases_);
  for (const BandStorage& storage : storage_) {
    const float* gradient = storage.gradient.get();
    for (size_t i = 0; i < size; ++i) sum[i] += gradient[i];
  }
}

void Grid::add_mixture_gradients(const float* mixture, int signals, float* sum) const {
  const int units = model_.shape.hidden;
  for (const Band& band : bands_)
    for (int signal = 0; signal < signals; ++signal) {
      if (mixture[signal] == 0) continue;
      float* to = sum + size_t(signal) * units;
      for (int unit = 0; unit < units; ++unit) to[unit] += mixture[signal] * band.hidden_bias_grad[unit];
    }
}

uint32_t Grid::living() const {
  uint32_t living = 0;
  for (const Band& band : bands_) living += band.living;
  return living;
}

}  // namespace blastema
