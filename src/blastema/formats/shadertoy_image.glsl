
void mainImage(out vec4 color, in vec2 fragCoord) {
    ivec2 cell = ivec2(floor(place(fragCoord)));
    bool inside = cell.x >= 0 && cell.y >= 0 && cell.x < WIDTH && cell.y < HEIGHT;
    vec4 rgba = inside ? clamp(channels(iChannel1, cell, 0), 0.0, 1.0) : vec4(0.0);
    color = vec4(1.0 - rgba.a + rgba.rgb, 1.0);
}
