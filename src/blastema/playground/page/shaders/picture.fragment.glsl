// The picture: the cells' colours on a ground. Or which cells fire next; or the colours as they are, for reading back.

out vec4 colour;

const int COLOURS = 0;
const int FIRING = 1;
const int PREMULTIPLIED = 2;

uniform int what;
uniform vec2 pixels; // of the canvas
uniform bool upward; // the canvas counts its rows from the bottom
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
  } else {
    // Of the empty cells those that would fire show faintly; they take no part.
    float strength = fires(cell, key, chance) ? (lives(living) ? 1.0 : 0.1) : 0.0;
    colour = vec4(mix(ground, accent, strength), 1.0);
  }
}
