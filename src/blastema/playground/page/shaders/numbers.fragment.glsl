// The numbers behind the picture, a tile for each: channels, perception, hidden layer.

out vec4 colour;

uniform int what;       // one of the constants of layout.js
uniform ivec2 tiles;   // columns and rows
uniform int first;     // the number that the first tile shows
uniform int organism;  // whose perception and hidden layer
uniform int slots[FILTERS];  // of the organism's filters among those of the dish
uniform vec2 pixels;   // of the canvas
uniform vec3 ground;   // the colour of zero

// Above zero orange, below zero blue; the stronger, the larger the number.
vec3 signed_colour(float value) {
  vec3 above = vec3(0.90, 0.38, 0.0), below = vec3(0.09, 0.40, 0.80);
  return mix(ground, value > 0.0 ? above : below, abs(value) / (0.3 + abs(value)));
}

float number(ivec2 cell, int index) {
  vec3 living = life_at(cell);
  int group = index / 4 % 4, channel = index % 4;
  if (what == CHANNELS) {
    if (!has_state(living)) return 0.0;
    vec4 values = group == 0 ? texelFetch(state_0, cell, 0) : group == 1 ? texelFetch(state_1, cell, 0)
      : group == 2 ? texelFetch(state_2, cell, 0) : texelFetch(state_3, cell, 0);
    return kept(values)[channel];
  }
  if (!lives(living) || owner(living) != organism) return 0.0;
  perceive(cell);
  receive_signal(cell, organism);
  if (what == HIDDEN) return hidden_units(organism, index / 4)[channel];
  return perceived(slots[index / MOST_CHANNELS], group)[channel];
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
