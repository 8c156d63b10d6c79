// An organism's perception and its small network, as every cell runs them.
//
// The weights are in a texture, which is several times faster here than a uniform block. A row holds what belongs to
// four hidden units, each of its texels four numbers:
//   from column UPDATE: the update's weights, four columns for each unit, one for each group of four channels;
//   column HIDDEN_BIAS: the hidden layer's biases;
//   from column INPUT: the hidden layer's weights, one column for each input, filter by filter.
// In row BIAS_ROW of an organism, from column UPDATE: the update's biases.

uniform sampler2D weights;

#if SIGNALS == 1
// The hidden layer's biases by signal, only compiled if an organism of the dish has signals. In the columns of an
// organism, one for four hidden units, row 0 has those of its present mixture and row 1 + k those of signal k.
uniform sampler2D biases;
// Where a signal was painted: red is the signal, in 255ths, green the organism that it was painted for; 0 for none.
uniform sampler2D signals;

int bias_row;

void receive_signal(ivec2 cell, int organism) {
  ivec2 painted = ivec2(texelFetch(signals, cell, 0).rg * 255.0 + 0.5);
  bias_row = painted.g == organism ? 1 + painted.r : 0;
}

#define BIAS(organism, group) texelFetch(biases, ivec2((organism) * BIAS_ROW + group, bias_row), 0)
#else
void receive_signal(ivec2 cell, int organism) {}
#define BIAS(organism, group) WEIGHT(HIDDEN_BIAS)
#endif

// A cell's own state and what it perceives, in groups of four channels. Global, so that nothing is copied.
vec4 self_0, self_1, self_2, self_3;

ivec2 at_nw, at_n, at_ne, at_w, at_c, at_e, at_sw, at_s, at_se;
bool is_nw, is_n, is_ne, is_w, is_c, is_e, is_sw, is_s, is_se;

// Where the cell's state is not stored, or past the edge of the grid, it is zero.
#define NEIGHBOUR(state, place, there) (there ? kept(texelFetch(state, place, 0)) : vec4(0.0))

#define NEIGHBOURS(state) \
  vec4 nw = NEIGHBOUR(state, at_nw, is_nw), n = NEIGHBOUR(state, at_n, is_n), ne = NEIGHBOUR(state, at_ne, is_ne); \
  vec4 w = NEIGHBOUR(state, at_w, is_w), c = NEIGHBOUR(state, at_c, is_c), e = NEIGHBOUR(state, at_e, is_e); \
  vec4 sw = NEIGHBOUR(state, at_sw, is_sw), s = NEIGHBOUR(state, at_s, is_s), se = NEIGHBOUR(state, at_se, is_se);

#if ARTICLE == 1

// The article's filters, unrolled: identity, and the two Sobel filters rotated.
uniform vec2 rotation;  // cosine and sine of the angle by which perception is rotated

vec4 slope_x_0, slope_x_1, slope_x_2, slope_x_3;
vec4 slope_y_0, slope_y_1, slope_y_2, slope_y_3;

#define PERCEIVE(state, self, slope_x, slope_y) { \
  NEIGHBOURS(state) \
  vec4 along_x = (ne - nw + 2.0 * (e - w) + se - sw) / 8.0; \
  vec4 along_y = (sw - nw + 2.0 * (s - n) + se - ne) / 8.0; \
  self = c; \
  slope_x = squeezed(rotation.x * along_x - rotation.y * along_y); \
  slope_y = squeezed(rotation.y * along_x + rotation.x * along_y); \
}

#else

// Any filters: each kernel already combined at the angle, its rows from north to south.
uniform mat3 kernels[FILTERS];

vec4 perception[4 * FILTERS];  // filter by filter

#define PERCEIVE(state, self, group) { \
  NEIGHBOURS(state) \
  self = c; \
  for (int k = 0; k < FILTERS; k++) { \
    vec3 north = kernels[k][0], middle = kernels[k][1], south = kernels[k][2]; \
    perception[4 * k + group] = squeezed(north.x * nw + north.y * n + north.z * ne \
      + middle.x * w + middle.y * c + middle.z * e + south.x * sw + south.y * s + south.z * se); \
  } \
}

#endif

void perceive(ivec2 cell) {
  at_nw = beside(cell, -1, -1), at_n = beside(cell, 0, -1), at_ne = beside(cell, 1, -1);
  at_w = beside(cell, -1, 0), at_c = cell, at_e = beside(cell, 1, 0);
  at_sw = beside(cell, -1, 1), at_s = beside(cell, 0, 1), at_se = beside(cell, 1, 1);
  is_nw = has_state(life_at(at_nw)), is_n = has_state(life_at(at_n)), is_ne = has_state(life_at(at_ne));
  is_w = has_state(life_at(at_w)), is_c = has_state(life_at(at_c)), is_e = has_state(life_at(at_e));
  is_sw = has_state(life_at(at_sw)), is_s = has_state(life_at(at_s)), is_se = has_state(life_at(at_se));
#if ARTICLE == 1
  PERCEIVE(state_0, self_0, slope_x_0, slope_y_0)
  PERCEIVE(state_1, self_1, slope_x_1, slope_y_1)
  PERCEIVE(state_2, self_2, slope_x_2, slope_y_2)
  PERCEIVE(state_3, self_3, slope_x_3, slope_y_3)
#else
  PERCEIVE(state_0, self_0, 0)
  PERCEIVE(state_1, self_1, 1)
  PERCEIVE(state_2, self_2, 2)
  PERCEIVE(state_3, self_3, 3)
#endif
}

int row;  // of the weights of the four hidden units at hand

#define WEIGHT(column) texelFetch(weights, ivec2(column, row), 0)
#define FOUR(at, p) WEIGHT(at) * p.x + WEIGHT(at + 1) * p.y + WEIGHT(at + 2) * p.z + WEIGHT(at + 3) * p.w
#define SIXTEEN(at, p, q, r, s) FOUR(at, p) + FOUR(at + 4, q) + FOUR(at + 8, r) + FOUR(at + 12, s)

// Four units of an organism's hidden layer; the cell must have received its signal.
vec4 hidden_units(int organism, int group) {
  row = organism * ROWS + group;
#if ARTICLE == 1
  vec4 sum = BIAS(organism, group)
    + SIXTEEN(INPUT, self_0, self_1, self_2, self_3)
    + SIXTEEN(INPUT + 16, slope_x_0, slope_x_1, slope_x_2, slope_x_3)
    + SIXTEEN(INPUT + 32, slope_y_0, slope_y_1, slope_y_2, slope_y_3);
#else
  vec4 sum = BIAS(organism, group);
  for (int k = 0; k < 4 * FILTERS; k++) sum += FOUR(INPUT + 4 * k, perception[k]);
#endif
  return squeezed(max(sum, vec4(0.0)));
}

vec4 pick(vec4 a, vec4 b, vec4 c, vec4 d, int group) {
  return group == 0 ? a : group == 1 ? b : group == 2 ? c : d;
}

// Four channels of what one filter of the dish sees.
vec4 perceived(int slot, int group) {
#if ARTICLE == 1
  if (slot == 0) return pick(self_0, self_1, self_2, self_3, group);
  if (slot == 1) return pick(slope_x_0, slope_x_1, slope_x_2, slope_x_3, group);
  return pick(slope_y_0, slope_y_1, slope_y_2, slope_y_3, group);
#else
  return perception[4 * slot + group];
#endif
}
