
// Chris Wellons' lowbias32: which cells fire is a function of (seed, step, y, x), the same in every language.
uint mixed(uint h) {
    h ^= h >> 16; h *= 0x7feb352du;
    h ^= h >> 15; h *= 0x846ca68bu;
    return h ^ (h >> 16);
}

bool fires(uint step, ivec2 cell) {
    uint key = mixed(mixed(SEED) ^ step);
    return (mixed(key ^ (uint(cell.y) << 16 | uint(cell.x))) >> 8) < FIRES_BELOW;
}

vec4 bytes(int index) {
    uint word = BYTES[index >> 2][index & 3];
    return vec4(ivec4(word << 24, word << 16, word << 8, word) >> 24);
}

// The biases of four hidden units, those of the signals among them.
vec4 hiddenBias(int group) {
    vec4 sum = BIAS[group];
#ifdef SIGNALS
    for (int k = 0; k < SIGNALS; k++) sum += MIXTURE[k] * SIGNAL_BIAS[k * GROUPS + group];
#endif
    return sum;
}

// One texel of weights, unpacked: rows and a bias for each four hidden units, rows for each of them, biases of channels.
vec4 unpacked(int index) {
    const int inputs = FILTERS * PARTS * 4, update = GROUPS * (inputs + 1), bias = update + GROUPS * 4 * PARTS;
    if (index >= bias) return BIAS[GROUPS + index - bias];
    if (index >= update) return SCALE[GROUPS + (index - update) % PARTS] * bytes(index - GROUPS);
    int group = index / (inputs + 1), row = index % (inputs + 1);
    return row == inputs ? hiddenBias(group) : SCALE[group] * bytes(group * inputs + row);
}

vec4 weight(int index) {
    return texelFetch(iChannel0, ivec2(index % ROW, WEIGHTS_FROM + index / ROW), 0);
}

vec4 change(ivec2 cell, int part) {
    float cosine = cos(ANGLE), sine = sin(ANGLE);
    vec4 seen[FILTERS * PARTS];
    for (int i = 0; i < FILTERS * PARTS; i++) seen[i] = vec4(0.0);
    for (int p = 0; p < PARTS; p++)
        for (int tap = 0; tap < 9; tap++) {
            vec4 near = channels(iChannel1, cell + ivec2(tap % 3 - 1, tap / 3 - 1), p);
            for (int f = 0; f < FILTERS; f++)
                seen[f * PARTS + p] += near * (MATRICES[27 * f + tap] + cosine * MATRICES[27 * f + 9 + tap]
                    + sine * MATRICES[27 * f + 18 + tap]);
        }
    const int inputs = FILTERS * PARTS * 4, update = GROUPS * (inputs + 1), bias = update + GROUPS * 4 * PARTS;
    vec4 sum = weight(bias + part);
    for (int group = 0; group < GROUPS; group++) {
        int at = group * (inputs + 1);
        vec4 hidden = weight(at + inputs);
        for (int i = 0; i < FILTERS * PARTS; i++)
            hidden += mat4(weight(at + 4 * i), weight(at + 4 * i + 1), weight(at + 4 * i + 2), weight(at + 4 * i + 3))
                * seen[i];
        hidden = max(hidden, 0.0);
        int row = update + group * 4 * PARTS + part;
        sum += mat4(weight(row), weight(row + PARTS), weight(row + 2 * PARTS), weight(row + 3 * PARTS)) * hidden;
    }
    return sum;
}

void mainImage(out vec4 color, in vec2 fragCoord) {
    ivec2 texel = ivec2(fragCoord), cell = texel / 2;
    color = vec4(0.0);
    if (texel.x >= ROW || texel.y > MARK.y) return;
    if (texel.y >= WEIGHTS_FROM) {
        int index = (texel.y - WEIGHTS_FROM) * ROW + texel.x;
        bool here = iFrame > 0 && texelFetch(iChannel0, MARK, 0).x == 1.0;
        // Hidden biases are unpacked in every frame, so that another MIXTURE acts at once.
        bool kept = here && index % (FILTERS * PARTS * 4 + 1) != FILTERS * PARTS * 4;
        if (texel == MARK) color.x = 1.0;
        else if (index < TEXELS) color = kept ? texelFetch(iChannel0, texel, 0) : unpacked(index);
        return;
    }
    int part = (texel.x & 1) + 2 * (texel.y & 1);
    if (part >= PARTS) return;
    color = channels(iChannel1, cell, part);
    uint step = uint(texelFetch(iChannel1, MARK, 0).y);
    if (fires(step, cell) && isAlive(iChannel1, cell)) color += change(cell, part);
}
