// Second pass: which cells are alive after the update, and which organism each belongs to. Reads the updated states and
// the life before. Also runs after cells were planted or erased.
//
// A mature cell stays with its organism; a growing one joins the neighbour with the most alpha.

out vec4 next_life;

uniform bool updated; // true after an update, when every cell that was alive has a state

float most;
int strongest;

bool holds(vec3 living) { return updated ? lives(living) : has_state(living); }

void look(ivec2 place) {
  vec3 living = life_at(place);
  if (!holds(living)) return;
  float alpha = kept(texelFetch(state_0, place, 0)).a;
  int whose = owner(living);
  if (alpha > alive_threshold[whose] && alpha > most) {
    most = alpha;
    strongest = whose;
  }
}

void main() {
  ivec2 cell = ivec2(gl_FragCoord.xy);
  most = -1.0;
  strongest = 0;
  look(cell);
  if (strongest == 0) {
    look(beside(cell, -1, -1));
    look(beside(cell, 0, -1));
    look(beside(cell, 1, -1));
    look(beside(cell, -1, 0));
    look(beside(cell, 1, 0));
    look(beside(cell, -1, 1));
    look(beside(cell, 0, 1));
    look(beside(cell, 1, 1));
  }
  next_life = strongest == 0 ? vec4(0.0) : vec4(1.0, float(strongest) / 255.0, holds(texelFetch(life, cell, 0).rgb) ? 1.0 : 0.0, 1.0);
}
