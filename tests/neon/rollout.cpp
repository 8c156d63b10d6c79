// A rollout, forward and backward, for processors without Python: reads numbers from stdin, writes results to stdout.
//
// In: int32 channels, hidden, filters, batch, height, width, steps, threads, wrap, whether the filters are the
// article's, the number of signals, whether they come as mixtures, whether as a map; float32 kernels (filters, 3, 3),
// hidden_weight (filters * channels, hidden), hidden_bias, update_weight (hidden, channels), update_bias, signal_bias
// (signals, hidden), states, the loss's gradient; uint32 seeds, ages; float32 mixtures (batch, signals) or uint8 map
// (batch, height, width).
//
// Out: float32 states, gradients in the order of the weights, gradient of the first states.

#include "rollout.hpp"

#include <cstdio>
#include <cstdlib>
#include <vector>

#include "isa.hpp"

template <class T>
std::vector<T> read(size_t count) {
  std::vector<T> numbers(count);
  if (std::fread(numbers.data(), sizeof(T), count, stdin) != count) std::exit(2);
  return numbers;
}

void write(const std::vector<float>& numbers) { std::fwrite(numbers.data(), sizeof(float), numbers.size(), stdout); }

int main() {
  using namespace blastema;
  const auto next = [] { return int(read<int32_t>(1)[0]); };
  const int channels = next(), hidden = next(), filters = next();
  const int batch_size = next(), height = next(), width = next(), steps = next(), threads = next();
  const bool wrap = next() != 0, article_filters = next() != 0;
  const int signals = next();
  const bool with_mixtures = next() != 0, with_map = next() != 0;
  const RuleSpec rule{.channels = channels,
                      .hidden = hidden,
                      .filters = filters,
                      .kernels = read<float>(size_t(filters) * 9),
                      .article_filters = article_filters,
                      .alive_threshold = 0.1f,
                      .fire_threshold = 1u << 23,
                      .wrap = wrap,
                      .signals = signals};
  std::vector<float> w1 = read<float>(size_t(filters) * channels * hidden), b1 = read<float>(hidden);
  std::vector<float> w2 = read<float>(size_t(hidden) * channels), b2 = read<float>(channels);
  std::vector<float> signal_bias = read<float>(size_t(signals) * hidden);
  std::vector<float> states = read<float>(size_t(batch_size) * height * width * channels);
  const std::vector<float> cotangent = read<float>(states.size());
  const std::vector<uint32_t> seeds = read<uint32_t>(batch_size), ages = read<uint32_t>(batch_size);
  const std::vector<float> mixtures = read<float>(with_mixtures ? size_t(batch_size) * signals : 0);
  const std::vector<uint8_t> map = read<uint8_t>(with_map ? size_t(batch_size) * height * width : 0);
  const Weights weights{.hidden_weight = w1.data(),
                        .hidden_bias = b1.data(),
                        .update_weight = w2.data(),
                        .update_bias = b2.data(),
                        .signal_bias = signal_bias.data()};
  const Batch batch{.count = batch_size,
                    .height = uint32_t(height),
                    .width = uint32_t(width),
                    .states = states.data(),
                    .seeds = seeds.data(),
                    .ages = ages.data(),
                    .mixtures = with_mixtures ? mixtures.data() : nullptr,
                    .map = with_map ? map.data() : nullptr};
  Rollout rollout(kernel_for(isas()[0]), rule, weights, batch, {.threads = threads, .record = true});
  rollout.forward(steps);
  std::vector<float> last_states(states.size());
  rollout.read_states(last_states.data());
  // The rollout has copied its input, so the gradients can replace it.
  const Gradients gradients{.hidden_weight = w1.data(),
                            .hidden_bias = b1.data(),
                            .update_weight = w2.data(),
                            .update_bias = b2.data(),
                            .signal_bias = signal_bias.data()};
  rollout.backward(cotangent.data(), gradients, states.data());
  for (const std::vector<float>* numbers : {&last_states, &w1, &b1, &w2, &b2, &signal_bias, &states}) write(*numbers);
}
