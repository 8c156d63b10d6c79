// What the WebAssembly module exports. The host passes addresses of arrays in the module's memory, of the shapes in
// rollout.hpp, and has checked all sizes.

#include <cstdlib>
#include <vector>

#include "dish.hpp"
#include "errors.hpp"
#include "rollout.hpp"

#define BLASTEMA_EXPORT(name) extern "C" __attribute__((export_name(#name)))

namespace blastema {

extern const IsaKernel kernel_simd128;

// The host writes these as arrays of 32-bit numbers.
static_assert(sizeof(Weights) == 5 * 4 && sizeof(Gradients) == 5 * 4 && sizeof(Batch) == 8 * 4);
static_assert(sizeof(Organism) == 12 * 4);

BLASTEMA_EXPORT(allocate) void* allocate(size_t bytes) {
  void* memory = std::malloc(bytes);
  if (!memory) fail_out_of_memory();
  return memory;
}

BLASTEMA_EXPORT(release) void release(void* memory) { std::free(memory); }

BLASTEMA_EXPORT(new_rule)
RuleSpec* new_rule(int channels, int hidden, int filters, const float* kernels, float alive_threshold,
                   uint32_t fire_threshold, bool wrap, int signals) {
  return new RuleSpec{.channels = channels,
                      .hidden = hidden,
                      .filters = filters,
                      .kernels = std::vector<float>(kernels, kernels + size_t(filters) * 9),
                      .alive_threshold = alive_threshold,
                      .fire_threshold = fire_threshold,
                      .wrap = wrap,
                      .signals = signals};
}

// The filters are the article's three, in its order, rotated by this angle.
BLASTEMA_EXPORT(rotate) void rotate(RuleSpec* rule, float cos, float sin) {
  rule->article_filters = true;
  rule->cos = cos;
  rule->sin = sin;
}

BLASTEMA_EXPORT(delete_rule) void delete_rule(RuleSpec* rule) { delete rule; }

BLASTEMA_EXPORT(new_rollout)
Rollout* new_rollout(const RuleSpec* rule, const Weights* weights, const Batch* batch, bool record) {
  return new Rollout(kernel_simd128, *rule, *weights, *batch, {.threads = 1, .record = record});
}

BLASTEMA_EXPORT(forward) void forward(Rollout* rollout, uint32_t steps) { rollout->forward(steps); }

BLASTEMA_EXPORT(read_states) void read_states(Rollout* rollout, float* states) { rollout->read_states(states); }

BLASTEMA_EXPORT(backward)
void backward(Rollout* rollout, const float* cotangent, const Gradients* gradients, float* states_grad) {
  rollout->backward(cotangent, *gradients, states_grad);
}

BLASTEMA_EXPORT(delete_rollout) void delete_rollout(Rollout* rollout) { delete rollout; }

BLASTEMA_EXPORT(new_dish) Dish* new_dish(uint32_t height, uint32_t width) {
  return new Dish(kernel_simd128, height, width);
}

BLASTEMA_EXPORT(dish_states) float* dish_states(Dish* dish) { return dish->states(); }

BLASTEMA_EXPORT(dish_life) uint8_t* dish_life(Dish* dish) { return dish->life(); }

BLASTEMA_EXPORT(dish_written) void dish_written(Dish* dish) { dish->note_written(); }

BLASTEMA_EXPORT(dish_settle) void dish_settle(Dish* dish, const Organism* organisms, int count, bool wrap) {
  dish->settle({organisms, size_t(count)}, wrap);
}

BLASTEMA_EXPORT(dish_step)
void dish_step(Dish* dish, const Organism* organisms, int count, uint32_t seed, uint32_t age, uint32_t fire_threshold,
               bool wrap) {
  dish->step({organisms, size_t(count)}, {.seed = seed, .age = age, .fire_threshold = fire_threshold, .wrap = wrap});
}

BLASTEMA_EXPORT(delete_dish) void delete_dish(Dish* dish) { delete dish; }

}  // namespace blastema
