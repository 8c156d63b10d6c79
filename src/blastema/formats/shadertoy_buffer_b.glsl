
vec4 seedCell(ivec2 cell, int part) {
    if (cell != ivec2(WIDTH, HEIGHT) / 2) return vec4(0.0);
    ivec4 channel = 4 * part + ivec4(0, 1, 2, 3);
    return vec4(greaterThanEqual(channel, ivec4(3))) * vec4(lessThan(channel, ivec4(CHANNELS)));
}

void mainImage(out vec4 color, in vec2 fragCoord) {
    ivec2 texel = ivec2(fragCoord), cell = texel / 2;
    color = vec4(0.0);
    bool started = iFrame > 0 && texelFetch(iChannel1, MARK, 0).x == 1.0;
    if (texel == MARK) color.xy = vec2(1.0, started ? texelFetch(iChannel1, MARK, 0).y + 1.0 : 0.0);
    int part = (texel.x & 1) + 2 * (texel.y & 1);
    if (texel.x >= ROW || texel.y >= WEIGHTS_FROM || part >= PARTS) return;
    if (!started) {
        color = seedCell(cell, part);
        return;
    }
    // Erased while the mouse is down.
    if (iMouse.z > 0.0 && distance(place(iMouse.xy), vec2(cell) + 0.5) < ERASER) return;
    if (isAlive(iChannel1, cell) && isAlive(iChannel0, cell)) color = channels(iChannel0, cell, part);
}
