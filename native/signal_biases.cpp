#include "signal_biases.hpp"

#include <cstring>

#include "errors.hpp"

namespace blastema {

SignalBiases::SignalBiases(const RuleSpec& rule, const Weights& weights, const Batch& batch, int padded,
                           StopToken& token)
    : signals_(rule.signals), padded_(padded), cells_(size_t(batch.height) * batch.width) {
  const size_t signals = rule.signals, units = rule.hidden;
  size_t rows = 1;
  if (batch.map) {
    copy_map(batch, token);
    rows = signals;
    per_grid_ = signals_;
  } else if (batch.mixtures) {
    rows = batch.count;
    mixtures_.assign(batch.mixtures, batch.mixtures + rows * signals);
    shared_ = false;
  } else if (signals) {
    mixtures_.assign(signals, 0.0f);
    mixtures_[0] = 1;
  }
  biases_ = ZeroedArray<float>(rows * padded);
  std::vector<double> sum(units);
  for (size_t row = 0; row < rows; ++row) {
    token.throw_if_stopped(0);
    // Minus zero changes no number that it is added to. So a single signal, in a mixture or a map, gives the bits of an
    // organism without signals whose bias is the sum of the two.
    sum.assign(units, -0.0);
    for (size_t signal = 0; signal < signals; ++signal) {
      const double part = batch.map ? signal == row : mixtures_[row * signals + signal];
      if (part == 0) continue;
      const float* bias = weights.signal_bias + signal * units;
      for (size_t unit = 0; unit < units; ++unit) sum[unit] += part * bias[unit];
    }
    float* to = biases_.get() + row * padded;
    for (size_t unit = 0; unit < units; ++unit) to[unit] = weights.hidden_bias[unit] + float(sum[unit]);
  }
}

void SignalBiases::copy_map(const Batch& batch, StopToken& token) {
  map_.resize(batch.count * cells_);
  for (size_t row = 0; row < size_t(batch.count) * batch.height; ++row) {
    token.throw_if_stopped(0);
    uint8_t* to = map_.data() + row * batch.width;
    // The copy is checked, not the array: another thread might write to that.
    std::memcpy(to, batch.map + row * batch.width, batch.width);
    for (uint32_t x = 0; x < batch.width; ++x)
      if (to[x] >= signals_) fail_no_signal(signals_, uint32_t(row % batch.height), x, to[x]);
  }
}

}  // namespace blastema
