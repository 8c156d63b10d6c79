// The numbers behind the picture, one tile for each: channels, what cells perceive, the hidden layer.

out vec4 colour;

const int CHANNELS = 0;
const int PERCEPTION = 1;
const int HIDDEN = 2;

uniform int what;
uniform ivec2 tiles;   // columns and rows
uniform int first;     // what the first tile shows
uniform int organism;  // whose perception and hidden layer
uniform vec2 pixels;   // of the canvas
uniform vec3 ground;   // the colour of zero

// Above zero orange, below zero blue; the stronger, the larger the number.
vec3 signed_colour(float value) {
  vec3 above = vec3(0.90, 0.38, 0.0), below = vec3(0.09, 0.40, 0.80);
  return mix(ground, value > 0.0 ? above : below, abs(value) / (0.3 + abs(value)));
}

vec4 four_of(vec4 a, vec4 b, vec4 c, vec4 d, int group) {
  return group == 0 ? a : group == 1 ? b : group == 2 ? c : d;
}

float number(ivec2 cell, int index) {
  vec3 living = life_at(cell);
  int group = index / 4 % 4;
  if (what == CHANNELS) {
    if (!has_state(living)) return 0.0;
    if (group == 0) return kept(texelFetch(state_0, cell, 0))[index % 4];
    if (group == 1) return kept(texelFetch(state_1, cell, 0))[index % 4];
    if (group == 2) return kept(texelFetch(state_2, cell, 0))[index % 4];
    return kept(texelFetch(state_3, cell, 0))[index % 4];
  }
  if (!lives(living) || owner(living) != organism) return 0.0;
  perceive(cell);
  if (what == HIDDEN) return hidden_units(organism, index / 4)[index % 4];
#if LAPLACIAN == 1
  if (index >= 48) return four_of(laplacian_0, laplacian_1, laplacian_2, laplacian_3, group)[index % 4];
#endif
  if (index >= 32) return four_of(slope_y_0, slope_y_1, slope_y_2, slope_y_3, group)[index % 4];
  if (index >= 16) return four_of(slope_x_0, slope_x_1, slope_x_2, slope_x_3, group)[index % 4];
  return four_of(self_0, self_1, self_2, self_3, group)[index % 4];
}

void main() {
  vec2 place = vec2(gl_FragCoord.x, pixels.y - gl_FragCoord.y) / pixels * vec2(tiles);
  ivec2 tile = min(ivec2(place), tiles - 1);
  ivec2 cell = min(ivec2((place - vec2(tile)) * vec2(size)), size - 1);
  colour = vec4(signed_colour(number(cell, first + tile.y * tiles.x + tile.x)), 1.0);
  // A thin line between tiles.
  vec2 edge = min(fract(place), 1.0 - fract(place)) / vec2(tiles) * pixels;
  if (tiles.x > 1 && min(edge.x, edge.y) < 0.75) colour.rgb = mix(colour.rgb, vec3(0.5), 0.3);
}
