// One rollout there and back, for processors without Python at hand: numbers come on stdin, results go to stdout.
//
// In: int32 channels, hidden, batch, height, width, steps, threads, wrap, filters,
// whether they are the article's; float32 hidden_weight (filters * channels, hidden),
// hidden_bias, update_weight (hidden, channels), update_bias, states, the loss's gradient; uint32 seeds, ages; float32 kernels (filters, 3, 3).
// Out: float32 states, gradients in the order of the weights, gradient of the states before.

#include <cstdio>
#include <cstdlib>
#include <vector>

#include "isa.hpp"
#include "rollout.hpp"

template <class T>
std::vector<T> read(size_t count) {
  std::vector<T> numbers(count);
  if (std::fread(numbers.data(), sizeof(T), count, stdin) != count) std::exit(2);
  return numbers;
}

void write(const std::vector<float>& numbers) { std::fwrite(numbers.data(), sizeof(float), numbers.size(), stdout); }

int main() {
  const std::vector<int32_t> sizes = read<int32_t>(10);
  const int channels = sizes[0], hidden = sizes[1], batch = sizes[2], height = sizes[3], width = sizes[4];
  const std::vector<float> w1 = read<float>(size_t(sizes[8]) * channels * hidden), b1 = read<float>(hidden),
                           w2 = read<float>(size_t(hidden) * channels), b2 = read<float>(channels);
  std::vector<float> states = read<float>(size_t(batch) * height * width * channels), back = read<float>(states.size());
  const std::vector<uint32_t> seeds = read<uint32_t>(batch), ages = read<uint32_t>(batch);
  const std::vector<float> kernels = read<float>(sizes[8] * 9);
  const blastema::Genome genome{channels, hidden, sizes[8], kernels.data(), sizes[9] != 0, 1.0f, 0.0f, 0.1f, 1u << 23,
                                sizes[7] != 0, w1.data(), b1.data(), w2.data(), b2.data()};
  blastema::Rollout rollout(blastema::kernel_for(blastema::isas()[0]), genome, states.data(), seeds.data(), ages.data(),
                            batch, uint32_t(height), uint32_t(width), sizes[6], true);
  rollout.advance(sizes[5]);
  std::vector<float> after(states.size()), d1(w1.size()), e1(b1.size()), d2(w2.size()), e2(b2.size());
  rollout.read_states(after.data());
  rollout.go_back(back.data(), {d1.data(), e1.data(), d2.data(), e2.data()}, states.data());
  for (const std::vector<float>* numbers : {&after, &d1, &e1, &d2, &e2, &states}) write(*numbers);
}
