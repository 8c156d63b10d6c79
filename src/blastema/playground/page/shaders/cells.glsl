// Shared by every pass: four textures hold a cell's 16 channels, and a fifth its life.
//
// life: red is 1 where the cell is alive (some alpha of its 3x3 neighbourhood is above its organism's threshold); green
// is the number of the organism that the cell belongs to, in 255ths; blue is 1 where the four textures hold the cell's
// state. Where blue is 0 the state is zero, whatever they hold.

precision highp float;
precision highp int;
precision highp sampler2D;

uniform sampler2D state_0;
uniform sampler2D state_1;
uniform sampler2D state_2;
uniform sampler2D state_3;
uniform sampler2D life;
uniform ivec2 size;
uniform bool wraps;
uniform float alive_threshold[ORGANISMS + 1];

#if EIGHT_BITS == 1
// As in the article's page: arctan keeps the small numbers exact and the large ones bounded; byte 127 is zero.
const float QUARTER_TURN = 1.5707963267948966;
vec4 stored(vec4 value) { return (127.0 + round(atan(value) / QUARTER_TURN * 127.0)) / 255.0; }
vec4 kept(vec4 value) { return tan((round(value * 255.0) - 127.0) / 127.0 * QUARTER_TURN * 0.9999); }
vec4 squeezed(vec4 value) { return kept(stored(value)); }
#else
vec4 stored(vec4 value) { return value; }
vec4 kept(vec4 value) { return value; }
vec4 squeezed(vec4 value) { return value; }
#endif

// The neighbour's place; it may lie outside the grid.
ivec2 beside(ivec2 cell, int dx, int dy) {
  ivec2 place = cell + ivec2(dx, dy);
  return wraps ? (place + size) % size : place;
}

bool inside(ivec2 cell) {
  return cell.x >= 0 && cell.y >= 0 && cell.x < size.x && cell.y < size.y;
}

vec3 life_at(ivec2 cell) {
  return inside(cell) ? texelFetch(life, cell, 0).rgb : vec3(0.0);
}

bool lives(vec3 living) { return living.r > 0.5; }

bool has_state(vec3 living) { return living.b > 0.5; }

int owner(vec3 living) { return int(living.g * 255.0 + 0.5); }

uint mix_bits(uint h) {
  h ^= h >> 16u;
  h *= 0x7feb352du;
  h ^= h >> 15u;
  h *= 0x846ca68bu;
  return h ^ (h >> 16u);
}

// key: mix(mix(seed) ^ age); chance: fire_rate in 2^24ths.
bool fires(ivec2 cell, uint key, uint chance) {
  return (mix_bits(key ^ (uint(cell.y) << 16u | uint(cell.x))) >> 8u) < chance;
}
