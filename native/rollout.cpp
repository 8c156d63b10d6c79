#include "rollout.hpp"

#include <cstring>

#include "organism.hpp"
#include "pool.hpp"

namespace blastema {

namespace {

// Room for what eight grown lizards keep for the way back over 80 steps; organisms that overgrow the grid would fill
// several times as much, and their hidden units are computed anew.
constexpr size_t most_kept = 80'000'000;

// Below this many living cells a step is over before other threads have noticed that it began.
constexpr uint32_t worth_sharing = 256;

int rounded_up(int number, int unit) { return (number + unit - 1) / unit * unit; }

// Whether threads do better to share each organism than to take one each.
bool share_each(int batch, int bands, int threads) {
  const auto rounds = [&](int tasks) { return (tasks + threads - 1) / threads; };
  // Halves of the bands go back one after the other, and threads wait for each other after each phase.
  return threads > 1 && 1.25 * batch * rounds(bands) < double(rounds(batch)) * bands;
}

}  // namespace

Rollout::Rollout(const Kernel& kernel, const Genome& genome, const float* states, const uint32_t* seeds,
                 const uint32_t* ages, int batch, uint32_t height, uint32_t width, int threads, bool keep,
                 bool (*ask)())
    : kernel_(kernel), watch_(ask), genome_(genome), threads_(threads),
      together_(share_each(batch, Organism::count_bands(height, width), threads)) {
  list_taps(genome);
  pack_weights(genome);
  make_scratch();
  organisms_.resize(batch);
  Pool::instance().run(threads, batch, watch_, [&](int i, int worker) {
    organisms_[i] = std::make_unique<Organism>(kernel, model_, genome.channels, height, width, genome.wrap, seeds[i],
                                               ages[i], together_, keep, most_kept / batch);
    organisms_[i]->load(states + i * organisms_[i]->size(), watch_, worker);
  });
}

Rollout::~Rollout() = default;

void Rollout::make_scratch() {
  const Shape& s = model_.shape;
  const size_t perception = size_t(chunk) * s.filters * s.channels, hidden = size_t(chunk) * s.hidden;
  for (int worker = 0; worker < threads_; ++worker) {
    scratch_memory_.emplace_back(2 * perception + 2 * hidden + 2 * s.channels);
    float* at = scratch_memory_.back().get();
    scratch_.push_back({at, at + perception, at + perception + hidden, at + perception + 2 * hidden,
                        at + 2 * perception + 2 * hidden, at + 2 * perception + 2 * hidden + s.channels,
                        [](void* watch, int caller) { return static_cast<Watch*>(watch)->stop(caller); }, &watch_,
                        worker});
  }
}

void Rollout::list_taps(const Genome& g) {
  taps_.resize(g.filters);
  for (int filter = 0; filter < g.filters; ++filter)
    for (int neighbour = 0; neighbour < 9; ++neighbour) {
      const float weight = g.kernels[filter * 9 + neighbour];
      FilterTaps& taps = taps_[filter];
      if (weight == 0) continue;
      taps.neighbour[taps.count] = neighbour;
      taps.weight[taps.count++] = weight;
    }
}

void Rollout::pack_weights(const Genome& g) {
  const int channels = rounded_up(g.channels, kernel_.lanes), hidden = rounded_up(g.hidden, kernel_.lanes);
  const Shape shape{channels, hidden, g.filters, g.article_filters};
  const size_t perception = size_t(g.filters) * channels, first = perception * hidden, second = size_t(hidden) * channels;
  weights_ = Zeros<float>(2 * first + 2 * second + hidden + channels);
  float* w1 = weights_.get();
  float *w1_turned = w1 + first, *w2 = w1_turned + first, *w2_turned = w2 + second, *b1 = w2_turned + second,
        *b2 = b1 + hidden;
  for (int filter = 0; filter < g.filters; ++filter)
    for (int channel = 0; channel < g.channels; ++channel) {
      watch_.check(0);
      for (int unit = 0; unit < g.hidden; ++unit) {
        const size_t row = size_t(filter) * channels + channel;
        w1[row * hidden + unit] = w1_turned[unit * perception + row] =
            g.hidden_weight[(size_t(filter) * g.channels + channel) * g.hidden + unit];
      }
    }
  for (int unit = 0; unit < g.hidden; ++unit)
    for (int channel = 0; channel < g.channels; ++channel)
      w2[size_t(unit) * channels + channel] = w2_turned[size_t(channel) * hidden + unit] =
          g.update_weight[size_t(unit) * g.channels + channel];
  std::memcpy(b1, g.hidden_bias, g.hidden * sizeof(float));
  std::memcpy(b2, g.update_bias, g.channels * sizeof(float));
  model_ = Model{shape, g.alive_above, g.cos, g.sin, taps_.data(), g.fires_below, w1, b1, w2, b2, w1_turned, w2_turned};
}

// Calls each(index, worker, how the organism's tasks are shared out).
template <class Each>
void Rollout::for_each_organism(const Each& each) {
  Pool& pool = Pool::instance();
  if (!together_) {
    pool.run(threads_, int(organisms_.size()), watch_, [&](int index, int worker) {
      each(index, worker, [&, worker](int tasks, const auto& task) {
        for (int i = 0; i < tasks; ++i) task(i, scratch_[worker]);
        watch_.check(worker);
      });
    });
    return;
  }
  for (int index = 0; index < int(organisms_.size()); ++index)
    each(index, 0, [&](int tasks, const auto& task) {
      const int threads = organisms_[index]->living() < worth_sharing ? 1 : threads_;
      pool.run(threads, tasks, watch_, [&](int i, int worker) { task(i, scratch_[worker]); });
    });
}

void Rollout::advance(uint64_t steps) {
  for_each_organism([&](int index, int, const auto& share) {
    for (uint64_t i = 0; i < steps; ++i) organisms_[index]->step(share);
  });
}

void Rollout::read_states(float* states) {
  Pool::instance().run(threads_, int(organisms_.size()), watch_, [&](int i, int worker) {
    organisms_[i]->read(states + i * organisms_[i]->size(), watch_, worker);
  });
}

void Rollout::go_back(const float* back, const Gradients& gradients, float* states_back) {
  for_each_organism([&](int index, int worker, const auto& share) {
    Organism& organism = *organisms_[index];
    const size_t at = index * organism.size();
    organism.begin_back(back + at, watch_, worker);
    while (organism.has_steps()) organism.step_back(share);
    organism.read_back(states_back + at, watch_, worker);
  });
  const Shape& s = model_.shape;
  Zeros<float> sum(gradient_size(s));
  for (const auto& organism : organisms_) {
    watch_.check(0);
    organism->add_gradients(sum.get());
  }
  const float* w1_turned = sum.get();
  const float* b1 = w1_turned + size_t(s.filters) * s.channels * s.hidden;
  const float* w2 = b1 + s.hidden;
  const float* b2 = w2 + size_t(s.hidden) * s.channels;
  const int channels = genome_.channels, hidden = genome_.hidden;
  for (int filter = 0; filter < s.filters; ++filter)
    for (int channel = 0; channel < channels; ++channel)
      for (int unit = 0; unit < hidden; ++unit)
        gradients.hidden_weight[(size_t(filter) * channels + channel) * hidden + unit] =
            w1_turned[(size_t(unit) * s.filters + filter) * s.channels + channel];
  std::memcpy(gradients.hidden_bias, b1, hidden * sizeof(float));
  for (int unit = 0; unit < hidden; ++unit)
    std::memcpy(gradients.update_weight + size_t(unit) * channels, w2 + size_t(unit) * s.channels, channels * sizeof(float));
  std::memcpy(gradients.update_bias, b2, channels * sizeof(float));
}

}  // namespace blastema
