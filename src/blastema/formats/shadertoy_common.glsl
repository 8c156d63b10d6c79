
// A cell is a block of 2x2 texels; each holds four of its channels: red, green, blue, alpha; then the hidden ones.
// Rows of cells run downward, as in the picture. Above the cells lie the weights, and one texel that counts steps.
const int ROW = 2 * WIDTH;
const int WEIGHTS_FROM = 2 * HEIGHT;
const int TEXELS = GROUPS * (FILTERS * PARTS * 4 + 1) + GROUPS * 4 * PARTS + PARTS;
const ivec2 MARK = ivec2(0, WEIGHTS_FROM + (TEXELS + ROW - 1) / ROW);

vec4 channels(sampler2D grid, ivec2 cell, int part) {
    if (WRAP) cell = (cell + ivec2(WIDTH, HEIGHT)) % ivec2(WIDTH, HEIGHT);
    else if (cell.x < 0 || cell.y < 0 || cell.x >= WIDTH || cell.y >= HEIGHT) return vec4(0.0);
    return texelFetch(grid, 2 * cell + ivec2(part & 1, part >> 1), 0);
}

bool isAlive(sampler2D grid, ivec2 cell) {
    for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++)
            if (channels(grid, cell + ivec2(dx, dy), 0).a > ALIVE_ABOVE) return true;
    return false;
}

// Screen pixels per cell, and the place in the grid under a pixel.
float zoom() {
    float fits = min(iResolution.x / float(WIDTH), iResolution.y / float(HEIGHT));
    return fits < 1.0 ? fits : floor(fits);
}

vec2 place(vec2 pixel) {
    vec2 away = (pixel - 0.5 * iResolution.xy) / zoom();
    return 0.5 * vec2(WIDTH, HEIGHT) + vec2(away.x, -away.y);
}
