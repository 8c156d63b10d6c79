#include "rollout.hpp"

#include <cstring>

#include "filter_taps.hpp"
#include "grid.hpp"
#include "signal_biases.hpp"
#include "thread_pool.hpp"

namespace blastema {

namespace {

// Bytes of the records that eight grown lizards need for 80 steps. Grids full of cells would need several times as
// much; the values of their hidden units are recomputed.
constexpr size_t max_record = 80'000'000;

// With fewer living cells, a step is over before other threads notice that it began.
constexpr uint32_t min_living_to_share = 256;

int round_up(int number, int multiple) { return (number + multiple - 1) / multiple * multiple; }

// Whether it is faster if all threads share the bands of each grid than if each thread takes a grid.
bool should_share_bands(int batch, int bands, int threads) {
  const auto rounds = [&](int tasks) { return (tasks + threads - 1) / threads; };
  // In backward the halves of the bands run one after the other, and threads wait for each other after each phase.
  return threads > 1 && 1.25 * batch * rounds(bands) < double(rounds(batch)) * bands;
}

}  // namespace

Rollout::Rollout(const IsaKernel& kernel, const RuleSpec& rule, const Weights& weights, const Batch& batch,
                 const Options& options)
    : kernel_(kernel),
      rule_(rule),
      threads_(options.threads),
      share_bands_(should_share_bands(batch.count, Grid::count_bands(batch.height, batch.width), options.threads)),
      token_(options.interrupted) {
  taps_ = taps_of(rule_.kernels.data(), rule_.filters);
  pack_weights(weights);
  biases_ = std::make_unique<SignalBiases>(rule_, weights, batch, model_.shape.hidden, token_);
  make_scratch();
  grids_.resize(batch.count);
  ThreadPool::instance().run(threads_, batch.count, token_, [&](int i, int worker) {
    const Grid::Options grid{.channels = rule_.channels,
                             .height = batch.height,
                             .width = batch.width,
                             .wrap = rule_.wrap,
                             .seed = batch.seeds[i],
                             .age = batch.ages[i],
                             .share_bands = share_bands_,
                             .record = options.record,
                             .max_record = max_record / batch.count,
                             .hidden_bias = biases_->of(i),
                             .biases = biases_->per_grid(),
                             .signals = biases_->map(i)};
    grids_[i] = std::make_unique<Grid>(kernel_, model_, grid);
    grids_[i]->load(batch.states + i * grids_[i]->size(), token_, worker);
  });
}

Rollout::~Rollout() = default;

void Rollout::pack_weights(const Weights& weights) {
  const int filters = rule_.filters, channels = rule_.channels, units = rule_.hidden;
  const Shape shape{.channels = round_up(channels, kernel_.lanes),
                    .hidden = round_up(units, kernel_.lanes),
                    .filters = filters,
                    .article_filters = rule_.article_filters};
  const size_t perception = size_t(filters) * shape.channels;
  const size_t first = perception * shape.hidden, second = size_t(shape.hidden) * shape.channels;
  weights_ = ZeroedArray<float>(2 * first + 2 * second + shape.channels);
  float* w1 = weights_.get();  // (perception, shape.hidden)
  float* w1_t = w1 + first;    // (shape.hidden, perception)
  float* w2 = w1_t + first;    // (shape.hidden, shape.channels)
  float* w2_t = w2 + second;   // (shape.channels, shape.hidden)
  float* b2 = w2_t + second;   // (shape.channels)
  const float* from = weights.hidden_weight;
  for (int filter = 0; filter < filters; ++filter)
    for (int channel = 0; channel < channels; ++channel, from += units) {
      token_.throw_if_stopped(0);
      const size_t row = size_t(filter) * shape.channels + channel;
      for (int unit = 0; unit < units; ++unit) {
        w1[row * shape.hidden + unit] = from[unit];
        w1_t[unit * perception + row] = from[unit];
      }
    }
  for (int unit = 0; unit < units; ++unit)
    for (int channel = 0; channel < channels; ++channel) {
      const float weight = weights.update_weight[size_t(unit) * channels + channel];
      w2[size_t(unit) * shape.channels + channel] = weight;
      w2_t[size_t(channel) * shape.hidden + unit] = weight;
    }
  std::memcpy(b2, weights.update_bias, channels * sizeof(float));
  model_ = Model{.shape = shape,
                 .alive_threshold = rule_.alive_threshold,
                 .fire_threshold = rule_.fire_threshold,
                 .cos = rule_.cos,
                 .sin = rule_.sin,
                 .taps = taps_.data(),
                 .hidden_weight = w1,
                 .update_weight = w2,
                 .update_bias = b2,
                 .hidden_weight_t = w1_t,
                 .update_weight_t = w2_t};
}

void Rollout::make_scratch() {
  const Shape& s = model_.shape;
  const size_t perception = size_t(chunk) * s.filters * s.channels, hidden = size_t(chunk) * s.hidden;
  for (int worker = 0; worker < threads_; ++worker) {
    scratch_memory_.emplace_back(2 * perception + 2 * hidden + 2 * s.channels);
    float* memory = scratch_memory_.back().get();
    float* edges = memory + 2 * perception + 2 * hidden;
    scratch_.push_back(Scratch{
        .perception = memory,
        .perception_grad = memory + perception + 2 * hidden,
        .hidden = memory + perception,
        .hidden_grad = memory + perception + hidden,
        .zeros = edges,
        .discard = edges + s.channels,
        .should_stop = [](void* token, int caller) { return static_cast<StopToken*>(token)->stop_requested(caller); },
        .token = &token_,
        .worker = worker});
  }
}

// Calls body(index, worker, run) for every grid, where run(tasks, f) calls f(task, scratch) for every task.
template <class Body>
void Rollout::for_each_grid(const Body& body) {
  ThreadPool& pool = ThreadPool::instance();
  if (!share_bands_) {
    pool.run(threads_, int(grids_.size()), token_, [&](int index, int worker) {
      body(index, worker, [&, worker](int tasks, const auto& task) {
        for (int i = 0; i < tasks; ++i) task(i, scratch_[worker]);
        token_.throw_if_stopped(worker);
      });
    });
    return;
  }
  for (int index = 0; index < int(grids_.size()); ++index)
    body(index, 0, [&](int tasks, const auto& task) {
      const int threads = grids_[index]->living() < min_living_to_share ? 1 : threads_;
      pool.run(threads, tasks, token_, [&](int i, int worker) { task(i, scratch_[worker]); });
    });
}

void Rollout::forward(uint64_t steps) {
  for_each_grid([&](int index, int, const auto& run) {
    for (uint64_t i = 0; i < steps; ++i) grids_[index]->step(run);
  });
}

void Rollout::read_states(float* states) {
  ThreadPool::instance().run(threads_, int(grids_.size()), token_, [&](int i, int worker) {
    grids_[i]->read(states + i * grids_[i]->size(), token_, worker);
  });
}

void Rollout::backward(const float* cotangent, const Gradients& gradients, float* states_grad) {
  for_each_grid([&](int index, int worker, const auto& run) {
    Grid& grid = *grids_[index];
    const size_t offset = index * grid.size();
    grid.begin_backward(cotangent + offset, token_, worker);
    while (grid.has_steps()) grid.step_backward(run);
    grid.read_gradient(states_grad + offset, token_, worker);
  });
  const Shape& s = model_.shape;
  ZeroedArray<float> sum(gradient_size(s, biases_->per_grid()));
  for (const auto& grid : grids_) {
    token_.throw_if_stopped(0);
    grid->add_gradients(sum.get());
  }
  unpack_gradients(sum.get(), gradients);
  if (rule_.signals) unpack_signal_gradients(sum.get(), gradients);
}

// Removes the padding of the gradients, (gradient_size(shape, biases)), transposes that of W1, and sums those of the
// biases.
void Rollout::unpack_gradients(const float* sum, const Gradients& gradients) const {
  const Shape& s = model_.shape;
  const int channels = rule_.channels, units = rule_.hidden;
  const size_t perception = size_t(s.filters) * s.channels;
  const int biases = biases_->per_grid();
  const float* w1_t = sum;                               // (s.hidden, perception)
  const float* b1 = w1_t + perception * s.hidden;        // (biases, s.hidden)
  const float* w2 = b1 + size_t(biases) * s.hidden;      // (s.hidden, s.channels)
  const float* b2 = w2 + size_t(s.hidden) * s.channels;  // (s.channels)
  float* to = gradients.hidden_weight;
  for (int filter = 0; filter < s.filters; ++filter)
    for (int channel = 0; channel < channels; ++channel)
      for (int unit = 0; unit < units; ++unit) *to++ = w1_t[unit * perception + filter * s.channels + channel];
  std::memcpy(gradients.hidden_bias, b1, units * sizeof(float));
  for (int bias = 1; bias < biases; ++bias)
    for (int unit = 0; unit < units; ++unit) gradients.hidden_bias[unit] += b1[size_t(bias) * s.hidden + unit];
  for (int unit = 0; unit < units; ++unit) {
    const float* row = w2 + size_t(unit) * s.channels;
    std::memcpy(gradients.update_weight + size_t(unit) * channels, row, channels * sizeof(float));
  }
  std::memcpy(gradients.update_bias, b2, channels * sizeof(float));
}

// Writes the gradients of the signals' biases. With a map the bands have summed them; otherwise the mixtures say what
// part of a grid's bias each is.
void Rollout::unpack_signal_gradients(const float* sum, const Gradients& gradients) {
  const Shape& s = model_.shape;
  const int signals = rule_.signals, units = rule_.hidden;
  ZeroedArray<float> mixed;
  const float* from = sum + size_t(s.filters) * s.channels * s.hidden;  // (signals, s.hidden)
  if (biases_->mixture(0)) {
    mixed = ZeroedArray<float>(size_t(signals) * s.hidden);
    from = mixed.get();
    for (int i = 0; i < int(grids_.size()); ++i) {
      token_.throw_if_stopped(0);
      grids_[i]->add_mixture_gradients(biases_->mixture(i), signals, mixed.get());
    }
  }
  for (int signal = 0; signal < signals; ++signal)
    std::memcpy(gradients.signal_bias + size_t(signal) * units, from + size_t(signal) * s.hidden,
                units * sizeof(float));
}

}  // namespace blastema
