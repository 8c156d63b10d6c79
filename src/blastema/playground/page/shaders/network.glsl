// One organism's perception and its small network, as every cell runs them.
//
// The weights lie in a texture, which is several times faster here than a uniform block. A row holds what belongs to
// four hidden units; each of its texels four numbers:
//   columns 0 to 63: the hidden layer's weights, one column for each input, filter by filter;
//   columns 64 to 79: the update's weights, four columns for each unit, one for each group of four channels;
//   column 80: the hidden layer's biases.
// In the last row of an organism: the update's biases, in columns 64 to 67.

uniform sampler2D weights;
uniform vec2 turn;  // cosine and sine of the angle by which the cells' senses are turned

const int BIAS_ROW = 32;
const int ROWS = 33;

// What a cell perceives, each of the filters in groups of four channels. Global, so that nothing is copied about.
vec4 self_0, self_1, self_2, self_3;
vec4 slope_x_0, slope_x_1, slope_x_2, slope_x_3;
vec4 slope_y_0, slope_y_1, slope_y_2, slope_y_3;
vec4 laplacian_0, laplacian_1, laplacian_2, laplacian_3;

ivec2 at_nw, at_n, at_ne, at_w, at_c, at_e, at_sw, at_s, at_se;
bool is_nw, is_n, is_ne, is_w, is_c, is_e, is_sw, is_s, is_se;

#define NEIGHBOUR(state, place, there) (there ? kept(texelFetch(state, place, 0)) : vec4(0.0))

#define PERCEIVE(state, self, slope_x, slope_y, laplacian) { \
  vec4 nw = NEIGHBOUR(state, at_nw, is_nw), n = NEIGHBOUR(state, at_n, is_n), ne = NEIGHBOUR(state, at_ne, is_ne); \
  vec4 w = NEIGHBOUR(state, at_w, is_w), c = NEIGHBOUR(state, at_c, is_c), e = NEIGHBOUR(state, at_e, is_e); \
  vec4 sw = NEIGHBOUR(state, at_sw, is_sw), s = NEIGHBOUR(state, at_s, is_s), se = NEIGHBOUR(state, at_se, is_se); \
  vec4 along_x = (ne - nw + 2.0 * (e - w) + se - sw) / 8.0; \
  vec4 along_y = (sw - nw + 2.0 * (s - n) + se - ne) / 8.0; \
  self = c; \
  slope_x = squeezed(turn.x * along_x - turn.y * along_y); \
  slope_y = squeezed(turn.y * along_x + turn.x * along_y); \
  if (LAPLACIAN == 1) laplacian = squeezed((nw + ne + sw + se + 2.0 * (n + w + e + s) - 12.0 * c) / 16.0); \
}

void perceive(ivec2 cell) {
  at_nw = beside(cell, -1, -1), at_n = beside(cell, 0, -1), at_ne = beside(cell, 1, -1);
  at_w = beside(cell, -1, 0), at_c = cell, at_e = beside(cell, 1, 0);
  at_sw = beside(cell, -1, 1), at_s = beside(cell, 0, 1), at_se = beside(cell, 1, 1);
  is_nw = has_state(life_at(at_nw)), is_n = has_state(life_at(at_n)), is_ne = has_state(life_at(at_ne));
  is_w = has_state(life_at(at_w)), is_c = has_state(life_at(at_c)), is_e = has_state(life_at(at_e));
  is_sw = has_state(life_at(at_sw)), is_s = has_state(life_at(at_s)), is_se = has_state(life_at(at_se));
  PERCEIVE(state_0, self_0, slope_x_0, slope_y_0, laplacian_0)
  PERCEIVE(state_1, self_1, slope_x_1, slope_y_1, laplacian_1)
  PERCEIVE(state_2, self_2, slope_x_2, slope_y_2, laplacian_2)
  PERCEIVE(state_3, self_3, slope_x_3, slope_y_3, laplacian_3)
}

int row; // where the weights of the present four hidden units lie

#define WEIGHT(column) texelFetch(weights, ivec2(column, row), 0)
#define FOUR(at, p) WEIGHT(at) * p.x + WEIGHT(at + 1) * p.y + WEIGHT(at + 2) * p.z + WEIGHT(at + 3) * p.w
#define FILTER(at, p, q, r, s) FOUR(at, p) + FOUR(at + 4, q) + FOUR(at + 8, r) + FOUR(at + 12, s)

// Four units of an organism's hidden layer.
vec4 hidden_units(int organism, int group) {
  row = organism * ROWS + group;
  vec4 sum = WEIGHT(80)
    + FILTER(0, self_0, self_1, self_2, self_3)
    + FILTER(16, slope_x_0, slope_x_1, slope_x_2, slope_x_3)
    + FILTER(32, slope_y_0, slope_y_1, slope_y_2, slope_y_3);
#if LAPLACIAN == 1
  sum += FILTER(48, laplacian_0, laplacian_1, laplacian_2, laplacian_3);
#endif
  return squeezed(max(sum, vec4(0.0)));
}
