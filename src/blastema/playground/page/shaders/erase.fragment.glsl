// Kills the cells near a stroke of the brush; the life pass that follows finds which others die of it.

out vec4 next_life;

uniform vec4 stroke;  // from x, y to x, y in cells
uniform float radius;

float distance_to_stroke(vec2 place) {
  vec2 along = stroke.zw - stroke.xy;
  float part = dot(along, along) == 0.0 ? 0.0 : clamp(dot(place - stroke.xy, along) / dot(along, along), 0.0, 1.0);
  return length(place - stroke.xy - part * along);
}

// On a grid that wraps, a stroke over the edge continues on the other side.
void main() {
  vec2 place = floor(gl_FragCoord.xy) + 0.5;
  float nearest = distance_to_stroke(place);
  if (wraps) {
    for (int dy = -1; dy <= 1; dy++) {
      for (int dx = -1; dx <= 1; dx++) nearest = min(nearest, distance_to_stroke(place + vec2(dx, dy) * vec2(size)));
    }
  }
  if (nearest > radius) discard;
  next_life = vec4(0.0);
}
