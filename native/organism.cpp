#include "organism.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace blastema {

namespace {

// Bands of about this many cells, and of no fewer rows than a cell's influence needs.
constexpr double cells_a_band = 1280;
constexpr uint32_t rows_a_band = 8, most_bands = 64;

// What a living cell, its hidden units included, leaves in the 80 steps of a typical rollout, of which it acts in half.
constexpr size_t bytes_a_living_cell = 8192;

bool is_zero(const float* state, int channels) {
  uint32_t bits = 0;
  for (int c = 0; c < channels; ++c) {
    uint32_t one;
    std::memcpy(&one, state + c, sizeof one);
    bits |= one;
  }
  return bits == 0;
}

}  // namespace

size_t gradient_size(const Shape& s) {
  return size_t(s.filters) * s.channels * s.hidden + s.hidden + size_t(s.hidden) * s.channels + s.channels;
}

int Organism::count_bands(uint32_t height, uint32_t width) {
  const uint32_t wanted = uint32_t(std::lround(double(height) * width / cells_a_band));
  const uint32_t bands = std::min({wanted, height / rows_a_band, most_bands});
  // An even number, so that on a wrapped grid the last band is not next to one of its own half.
  return bands < 2 ? 1 : int(bands / 2 * 2);
}

Organism::Organism(const Kernel& kernel, const Model& model, int channels, uint32_t height, uint32_t width, bool wrap,
                   uint32_t seed, uint32_t age, bool shared, bool keep, size_t most_kept)
    : kernel_(kernel), model_(model), channels_(channels), keep_(keep), most_kept_(most_kept) {
  // Byte maps are read and written by whole vectors, which may reach beyond the last column.
  const size_t stride = (size_t(width) + 66 + 63) / 64 * 64, map = stride * (size_t(height) + 2) + 64;
  cells_ = Zeros<float>(size_t(height) * width * model.shape.channels);
  maps_ = Zeros<uint8_t>(3 * map + 64);
  spans_.assign(3 * (size_t(height) + 2), nowhere);
  uint8_t* maps = maps_.get() + 64;
  grid_ = Grid{height, width, stride, wrap, seed, age, cells_.get(), nullptr, maps, {maps + map, maps + 2 * map},
               spans_.data(), {spans_.data() + height + 2, spans_.data() + 2 * (height + 2)}, 0};
  const int bands = count_bands(height, width);
  rooms_.resize(bands);
  bands_.resize(bands);
  kept_.resize(shared ? bands : 1);
  for (int b = 0; b < bands; ++b) {
    bands_[b] = Band{};
    bands_[b].top = uint32_t(uint64_t(height) * b / bands);
    bands_[b].bottom = uint32_t(uint64_t(height) * (b + 1) / bands);
  }
}

void Organism::load(const float* states, Watch& watch, int worker) {
  const int padded = model_.shape.channels;
  std::vector<std::vector<uint32_t>> immature(bands_.size());
  for (size_t b = 0; b < bands_.size(); ++b)
    for (uint32_t y = bands_[b].top; y < bands_[b].bottom; ++y) {
      watch.check(worker);
      for (uint32_t x = 0; x < grid_.width; ++x) {
        const size_t cell = size_t(y) * grid_.width + x;
        const float* state = states + cell * channels_;
        if (is_zero(state, channels_)) continue;
        for (int c = 0; c < channels_; ++c)
          if (!std::isfinite(state[c]))
            throw std::domain_error("states must be finite; channel " + std::to_string(c) + " of the cell at row " + std::to_string(y) +
                                    ", column " + std::to_string(x) + " is " + std::to_string(state[c]));
        std::memcpy(grid_.cells + cell * padded, state, channels_ * sizeof(float));
        const bool mature = state[3] > model_.alive_above;
        grid_.mature[(y + 1) * grid_.stride + x + 1] = mature;
        grid_.alive_spans[grid_.now][y + 1] = {1, grid_.width + 1};
        if (!mature) immature[b].push_back(uint32_t(cell));
      }
    }
  for (Band& band : bands_) kernel_.settle(model_, grid_, band, nullptr);
  for (Band& band : bands_) kernel_.breathe(model_, grid_, band);
  grid_.now = 1 - grid_.now;
  for (size_t b = 0; b < bands_.size(); ++b)
    for (uint32_t cell : immature[b])
      if (!grid_.alive[grid_.now][(cell / grid_.width + 1) * grid_.stride + cell % grid_.width + 1])
        rooms_[b].remnants.push_back(cell);
}

void Organism::make_room(int b) {
  Band& band = bands_[b];
  Room& room = rooms_[b];
  const size_t padded = model_.shape.channels;
  // One more than can be listed, since the lists are written before it is known whether a cell belongs to them.
  band.cells = room.cells.room(band.living + 1);
  band.changes = room.changes.room(band.living * padded);
  band.active = room.active.room(band.living * size_t(words_for(model_.shape.hidden)));
  const bool keeps_hidden =
      keep_ && living() * bytes_a_living_cell < most_kept_ && kept(b).kept() < most_kept_ / kept_.size();
  band.hidden = keeps_hidden ? kept(b).take<float>(most_hidden(band)) : nullptr;
  const size_t dead = band.living + (first_ ? room.remnants.size() : 0);
  band.dead = room.dead.room(dead);
  band.dead_before = room.dead_before.room(dead * padded);
}

size_t Organism::most_hidden(const Band& band) const { return size_t(band.living) * model_.shape.hidden + slack; }

void Organism::trim_room(int b) {
  Band& band = bands_[b];
  if (band.hidden) kept(b).trim(band.hidden, most_hidden(band), band.kept + slack);
}

void Organism::keep_step(int b) {
  Band& band = bands_[b];
  Room& room = rooms_[b];
  const size_t padded = model_.shape.channels;
  if (first_)
    for (uint32_t cell : room.remnants) {
      float* state = grid_.cells + cell * padded;
      std::memcpy(band.dead_before + band.died * padded, state, padded * sizeof(float));
      std::memset(state, 0, padded * sizeof(float));
      band.dead[band.died++] = cell;
    }
  if (!keep_) return;
  Step& step = room.steps.back();
  const auto keep = [&](auto* from, size_t count) {
    auto* to = kept(b).take<std::remove_reference_t<decltype(*from)>>(count);
    if (count) std::memcpy(to, from, count * sizeof *from);  // `from` may be null where there is nothing
    return to;
  };
  step.acted = band.acted;
  step.died = band.died;
  step.cells = keep(band.cells, band.acted);
  step.dead = keep(band.dead, band.died);
  step.dead_before = keep(band.dead_before, band.died * padded);
  step.active = band.hidden ? keep(band.active, band.acted * size_t(words_for(model_.shape.hidden))) : nullptr;
  step.hidden = band.hidden;
  Span* alive = kept(b).take<Span>(band.bottom - band.top);
  std::copy(grid_.alive_spans[grid_.now] + band.top + 1, grid_.alive_spans[grid_.now] + band.bottom + 1, alive);
  step.alive = alive;
}

void Organism::read(float* states, Watch& watch, int worker) const {
  // Before the first step there may be cells that are not alive, yet not zero.
  const uint8_t* alive = grid_.alive[grid_.now];
  for (uint32_t y = 0; y < grid_.height; ++y) {
    watch.check(worker);
    const Span span = first_ ? Span{1, grid_.width + 1} : grid_.alive_spans[grid_.now][y + 1];
    for (uint32_t column = span.low; column < span.high; ++column) {
      if (!first_ && !alive[(y + 1) * grid_.stride + column]) continue;
      const size_t cell = size_t(y) * grid_.width + column - 1;
      std::memcpy(states + cell * channels_, grid_.cells + cell * model_.shape.channels, channels_ * sizeof(float));
    }
  }
}

void Organism::begin_back(const float* back, Watch& watch, int worker) {
  const size_t padded = model_.shape.channels;
  back_ = Zeros<float>(size_t(grid_.height) * grid_.width * padded);
  grid_.back = back_.get();
  for (Room& room : rooms_) room.gradient = Zeros<float>(gradient_size(model_.shape));
  for (size_t b = 0; b < bands_.size(); ++b) {
    const Shape& s = model_.shape;
    Band& band = bands_[b];
    band.hidden_weight_turned = rooms_[b].gradient.get();
    band.hidden_bias = band.hidden_weight_turned + size_t(s.filters) * s.channels * s.hidden;
    band.update_weight = band.hidden_bias + s.hidden;
    band.update_bias = band.update_weight + size_t(s.hidden) * s.channels;
  }
  // What is not alive after the last step was erased by it, and sends nothing back.
  const uint8_t* alive = grid_.alive[grid_.now];
  for (uint32_t y = 0; y < grid_.height; ++y) {
    watch.check(worker);
    const Span span = grid_.alive_spans[grid_.now][y + 1];
    for (uint32_t column = span.low; column < span.high; ++column) {
      if (!alive[(y + 1) * grid_.stride + column]) continue;
      const size_t cell = size_t(y) * grid_.width + column - 1;
      std::memcpy(grid_.back + cell * padded, back + cell * channels_, channels_ * sizeof(float));
    }
  }
}

void Organism::read_back(float* states_back, Watch& watch, int worker) const {
  for (uint32_t y = 0; y < grid_.height; ++y) {
    watch.check(worker);
    for (size_t cell = size_t(y) * grid_.width, end = cell + grid_.width; cell < end; ++cell)
      std::memcpy(states_back + cell * channels_, grid_.back + cell * model_.shape.channels, channels_ * sizeof(float));
  }
}

void Organism::add_gradients(float* sum) const {
  const size_t size = gradient_size(model_.shape);
  for (const Room& room : rooms_) {
    const float* gradient = room.gradient.get();
    for (size_t i = 0; i < size; ++i) sum[i] += gradient[i];
  }
}

uint32_t Organism::living() const {
  uint32_t living = 0;
  for (const Band& band : bands_) living += band.living;
  return living;
}

}  // namespace blastema
