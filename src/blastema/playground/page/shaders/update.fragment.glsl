// First pass: perception, both layers and firing. The dead leave at once, those that do not fire soon after.

layout(location = 0) out vec4 next_0;
layout(location = 1) out vec4 next_1;
layout(location = 2) out vec4 next_2;
layout(location = 3) out vec4 next_3;

uniform uint key;
uniform uint chance;
uniform int groups[ORGANISMS + 1]; // of four hidden units, organism by organism

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
  row = organism * ROWS + BIAS_ROW;
  vec4 change_0 = WEIGHT(64), change_1 = WEIGHT(65), change_2 = WEIGHT(66), change_3 = WEIGHT(67);
  for (int group = 0; group < last; group++) {
    vec4 unit = hidden_units(organism, group);
    change_0 += WEIGHT(64) * unit.x + WEIGHT(68) * unit.y + WEIGHT(72) * unit.z + WEIGHT(76) * unit.w;
    change_1 += WEIGHT(65) * unit.x + WEIGHT(69) * unit.y + WEIGHT(73) * unit.z + WEIGHT(77) * unit.w;
    change_2 += WEIGHT(66) * unit.x + WEIGHT(70) * unit.y + WEIGHT(74) * unit.z + WEIGHT(78) * unit.w;
    change_3 += WEIGHT(67) * unit.x + WEIGHT(71) * unit.y + WEIGHT(75) * unit.z + WEIGHT(79) * unit.w;
  }
  next_0 = stored(self_0 + change_0);
  next_1 = stored(self_1 + change_1);
  next_2 = stored(self_2 + change_2);
  next_3 = stored(self_3 + change_3);
}
