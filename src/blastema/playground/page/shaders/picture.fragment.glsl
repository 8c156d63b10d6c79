// The picture: the cells' colours on a ground; or, for reading back, the colours themselves. Or which cells fire next,
// to be shown, or as a mask.

out vec4 colour;

uniform int what;  // one of the constants of layout.js
uniform vec2 pixels; // of the canvas
uniform bool upward; // rows are counted from the bottom, as on a canvas
uniform vec3 ground; // the colour behind the cells
uniform vec3 accent;
uniform uint key;
uniform uint chance;

void main() {
  vec2 place = vec2(gl_FragCoord.x, upward ? pixels.y - gl_FragCoord.y : gl_FragCoord.y) / pixels;
  ivec2 cell = min(ivec2(place * vec2(size)), size - 1);
  vec3 living = life_at(cell);
  vec4 seen = has_state(living) ? clamp(kept(texelFetch(state_0, cell, 0)), 0.0, 1.0) : vec4(0.0);
  if (what == PREMULTIPLIED) {
    colour = seen;
  } else if (what == COLOURS) {
    colour = vec4(min(seen.rgb + (1.0 - seen.a) * ground, 1.0), 1.0);
  } else if (what == FIRING_MASK) {
    colour = vec4(fires(cell, key, chance) ? 1.0 : 0.0);
  } else {
    // Empty cells that would fire show faintly: they take no part.
    float strength = fires(cell, key, chance) ? (lives(living) ? 1.0 : 0.1) : 0.0;
    colour = vec4(mix(ground, accent, strength), 1.0);
  }
}
