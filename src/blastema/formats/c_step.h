
/* Chris Wellons' lowbias32: which cells fire is a function of (seed, age, y, x), the same in every language. */
static inline uint32_t blastema_mix(uint32_t h) {
    h ^= h >> 16;
    h *= UINT32_C(0x7feb352d);
    h ^= h >> 15;
    h *= UINT32_C(0x846ca68b);
    return h ^ (h >> 16);
}

static inline int blastema_fires(uint32_t seed, uint32_t age, int y, int x) {
    const uint32_t key = blastema_mix(blastema_mix(seed) ^ age);
    return (blastema_mix(key ^ ((uint32_t)y << 16 | (uint32_t)x)) >> 8) < BLASTEMA_FIRES_BELOW;
}

/* The first channel of a cell, or a null pointer past the dead edge. */
static inline const float *blastema_cell(const float *grid, int height, int width, int y, int x) {
#if BLASTEMA_WRAP
    y = (y + height) % height;
    x = (x + width) % width;
#else
    if (y < 0 || y >= height || x < 0 || x >= width) {
        return 0;
    }
#endif
    return grid + ((size_t)y * (size_t)width + (size_t)x) * BLASTEMA_CHANNELS;
}

static inline int blastema_alive(const float *grid, int height, int width, int y, int x) {
    for (int dy = -1; dy <= 1; dy++) {
        for (int dx = -1; dx <= 1; dx++) {
            const float *cell = blastema_cell(grid, height, width, y + dy, x + dx);
            if (cell && cell[3] > BLASTEMA_ALIVE_ABOVE) {
                return 1;
            }
        }
    }
    return 0;
}

/* How much the neighbour at (dy, dx) counts in a filter, with perception rotated by the angle. */
static inline float blastema_tap(int filter, int dy, int dx, float cosine, float sine) {
    const float(*const matrices)[3][3] = blastema_filters[filter];
    return matrices[0][dy + 1][dx + 1] + cosine * matrices[1][dy + 1][dx + 1] + sine * matrices[2][dy + 1][dx + 1];
}

/* All channels of the first filter, then of the next. */
static inline void blastema_perceive(
    const float *grid, int height, int width, int y, int x, float cosine, float sine, float *perception) {
    for (int i = 0; i < BLASTEMA_FILTERS * BLASTEMA_CHANNELS; i++) {
        perception[i] = 0.0f;
    }
    for (int dy = -1; dy <= 1; dy++) {
        for (int dx = -1; dx <= 1; dx++) {
            const float *cell = blastema_cell(grid, height, width, y + dy, x + dx);
            for (int filter = 0; cell && filter < BLASTEMA_FILTERS; filter++) {
                const float tap = blastema_tap(filter, dy, dx, cosine, sine);
                for (int channel = 0; channel < BLASTEMA_CHANNELS; channel++) {
                    perception[filter * BLASTEMA_CHANNELS + channel] += tap * cell[channel];
                }
            }
        }
    }
}

/* cell += relu(perception * hidden weight + hidden bias + signal bias) * update weight + update bias, one hidden unit at
   a time; `signal` is the signal bias of the cell, or null. */
static inline void blastema_update(const float *perception, const float *signal, float *cell) {
    float change[BLASTEMA_CHANNELS] = {0.0f};
    for (int unit = 0; unit < BLASTEMA_HIDDEN; unit++) {
        float sum = 0.0f;
        for (int i = 0; i < BLASTEMA_FILTERS * BLASTEMA_CHANNELS; i++) {
            sum += perception[i] * (float)blastema_hidden_weight[unit][i];
        }
        sum = sum * BLASTEMA_HIDDEN_SCALE(unit) + blastema_hidden_bias[unit] + (signal ? signal[unit] : 0.0f);
        for (int channel = 0; sum > 0.0f && channel < BLASTEMA_CHANNELS; channel++) {
            change[channel] += sum * (float)blastema_update_weight[unit][channel];
        }
    }
    for (int channel = 0; channel < BLASTEMA_CHANNELS; channel++) {
        cell[channel] += change[channel] * BLASTEMA_UPDATE_SCALE(channel) + blastema_update_bias[channel];
    }
}

/* A grid, height * width * BLASTEMA_CHANNELS floats, with one living cell in the middle. */
static inline void blastema_seed(float *grid, int height, int width) {
    const size_t cells = (size_t)height * (size_t)width;
    for (size_t i = 0; i < cells * BLASTEMA_CHANNELS; i++) {
        grid[i] = 0.0f;
    }
    float *middle = grid + ((size_t)(height / 2) * (size_t)width + (size_t)(width / 2)) * BLASTEMA_CHANNELS;
    for (int channel = 3; channel < BLASTEMA_CHANNELS; channel++) {
        middle[channel] = 1.0f;
    }
}

/* A step; `rows` holds the signal bias of each signal, or is null; `map` the signal of each cell, or is null: the first. */
static inline void blastema_step_rows(
    const float *before, float *after, int height, int width, uint32_t seed, uint32_t age, float angle,
    const float *rows, const uint8_t *map) {
    const float cosine = cosf(angle), sine = sinf(angle);
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            const size_t place = ((size_t)y * (size_t)width + (size_t)x) * BLASTEMA_CHANNELS;
            float perception[BLASTEMA_FILTERS * BLASTEMA_CHANNELS];
            for (int channel = 0; channel < BLASTEMA_CHANNELS; channel++) {
                after[place + (size_t)channel] = before[place + (size_t)channel];
            }
            if (blastema_fires(seed, age, y, x) && blastema_alive(before, height, width, y, x)) {
                blastema_perceive(before, height, width, y, x, cosine, sine, perception);
                const size_t signal = map ? map[place / BLASTEMA_CHANNELS] : 0;
                blastema_update(perception, rows ? rows + signal * BLASTEMA_HIDDEN : 0, after + place);
            }
        }
    }
    /* No alpha around a dead cell, its own included, is above the threshold, so erasing it here kills no neighbour. */
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            if (blastema_alive(before, height, width, y, x) && blastema_alive(after, height, width, y, x)) {
                continue;
            }
            for (int channel = 0; channel < BLASTEMA_CHANNELS; channel++) {
                after[((size_t)y * (size_t)width + (size_t)x) * BLASTEMA_CHANNELS + (size_t)channel] = 0.0f;
            }
        }
    }
}

/* One step, from `before` into `after`, two grids of the same size (1 to 65,536 cells a side) that do not overlap.
   `age` is the number of steps taken since the seed cell; `angle`, in radians, rotates perception. If the organism has
   signals, all cells have the first. */
static inline void blastema_step(
    const float *before, float *after, int height, int width, uint32_t seed, uint32_t age, float angle) {
    blastema_step_rows(before, after, height, width, seed, age, angle, BLASTEMA_SIGNAL_ROWS, 0);
}

#if BLASTEMA_SIGNALS
/* The same with a signal, 0 to BLASTEMA_SIGNALS - 1, for each cell: `map` is [height][width]. */
static inline void blastema_step_map(
    const float *before, float *after, int height, int width, uint32_t seed, uint32_t age, float angle,
    const uint8_t *map) {
    blastema_step_rows(before, after, height, width, seed, age, angle, BLASTEMA_SIGNAL_ROWS, map);
}

/* The same with a mixture of signals in all cells: BLASTEMA_SIGNALS weights that add up to 1. */
static inline void blastema_step_mixture(
    const float *before, float *after, int height, int width, uint32_t seed, uint32_t age, float angle,
    const float *mixture) {
    float row[BLASTEMA_HIDDEN] = {0.0f};
    for (int signal = 0; signal < BLASTEMA_SIGNALS; signal++) {
        for (int unit = 0; unit < BLASTEMA_HIDDEN; unit++) {
            row[unit] += mixture[signal] * BLASTEMA_SIGNAL_ROWS[signal * BLASTEMA_HIDDEN + unit];
        }
    }
    blastema_step_rows(before, after, height, width, seed, age, angle, row, 0);
}
#endif

#endif
