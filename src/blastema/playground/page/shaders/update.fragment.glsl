// First pass: perception, both layers and firing. Cells that are dead or do not fire return early.

layout(location = 0) out vec4 next_0;
layout(location = 1) out vec4 next_1;
layout(location = 2) out vec4 next_2;
layout(location = 3) out vec4 next_3;

uniform uint key;
uniform uint chance;
uniform int groups[ORGANISMS + 1];  // of four hidden units, organism by organism

// The weights of four units for one group of channels.
#define EVERY_FOURTH(at, p) WEIGHT(at) * p.x + WEIGHT(at + 4) * p.y + WEIGHT(at + 8) * p.z + WEIGHT(at + 12) * p.w

void main() {
  ivec2 cell = ivec2(gl_FragCoord.xy);
  vec3 living = texelFetch(life, cell, 0).rgb;
  bool acts = lives(living) && fires(cell, key, chance);
  if (!acts && !(lives(living) && has_state(living))) {
    next_0 = next_1 = next_2 = next_3 = stored(vec4(0.0));
    return;
  }
  if (!acts) {
    next_0 = texelFetch(state_0, cell, 0);
    next_1 = texelFetch(state_1, cell, 0);
    next_2 = texelFetch(state_2, cell, 0);
    next_3 = texelFetch(state_3, cell, 0);
    return;
  }
  perceive(cell);
  int organism = owner(living), last = groups[organism];
  receive_signal(cell, organism);
  row = organism * ROWS + BIAS_ROW;
  vec4 change_0 = WEIGHT(UPDATE), change_1 = WEIGHT(UPDATE + 1), change_2 = WEIGHT(UPDATE + 2), change_3 = WEIGHT(UPDATE + 3);
  for (int group = 0; group < last; group++) {
    vec4 unit = hidden_units(organism, group);
    change_0 += EVERY_FOURTH(UPDATE, unit);
    change_1 += EVERY_FOURTH(UPDATE + 1, unit);
    change_2 += EVERY_FOURTH(UPDATE + 2, unit);
    change_3 += EVERY_FOURTH(UPDATE + 3, unit);
  }
  next_0 = stored(self_0 + change_0);
  next_1 = stored(self_1 + change_1);
  next_2 = stored(self_2 + change_2);
  next_3 = stored(self_3 + change_3);
}
