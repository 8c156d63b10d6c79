/* The update of one cell, see cell.h. Right shifts of negative numbers are arithmetic, as in GCC and Clang. */
#include "cell.h"

#include "organism.h"

/* A step in a message is this many bits of the state; a state may be four times what a message can show. */
#define MESSAGE_SHIFT 6
/* Updates without a message from a neighbour after which it counts as dead. */
#define PATIENCE 32
/* Not inlined, so that the parts of an update use the same stack one after the other. */
#define PART static __attribute__((noinline))

static int32_t clip(int32_t value, int32_t largest) {
    return value > largest ? largest : value < -largest ? -largest : value;
}

/* A number of the state as neighbours see it. */
static int8_t shown(int16_t value) {
    return (int8_t)clip(((int32_t)value + (1 << (MESSAGE_SHIFT - 1))) >> MESSAGE_SHIFT, 127);
}

/* CRC-8 with polynomial 0x2f. It begins with ones, so that a line that is silent gives no message. */
static uint8_t checksum(const uint8_t *message) {
    uint8_t sum = 0xff;
    for (uint8_t i = 0; i < CELL_CHANNELS; i++) {
        sum ^= message[i];
        for (uint8_t bit = 0; bit < 8; bit++) {
            sum = (uint8_t)(sum << 1 ^ (sum & 0x80 ? 0x2f : 0));
        }
    }
    return sum;
}

void cell_start(struct cell *cell, uint16_t random) {
    uint8_t *bytes = (uint8_t *)cell;
    for (uint8_t i = 0; i < sizeof *cell; i++) {
        bytes[i] = 0;
    }
    cell->random = random ? random : 1;
}

void cell_seed(struct cell *cell) {
    for (uint8_t channel = 3; channel < CELL_CHANNELS; channel++) {
        cell->state[channel] = cell_one[channel];
    }
}

/* A xorshift generator of 16 bits. */
uint16_t cell_wait(struct cell *cell) {
    uint16_t random = cell->random;
    random ^= (uint16_t)(random << 7);
    random ^= (uint16_t)(random >> 9);
    random ^= (uint16_t)(random << 8);
    cell->random = random;
    return (uint16_t)(CELL_TICKS / 2 + random % CELL_TICKS);
}

int cell_receive(struct cell *cell, uint8_t port, const uint8_t *message) {
    if (checksum(message) != message[CELL_CHANNELS]) {
        return 0;
    }
    for (uint8_t channel = 0; channel < CELL_CHANNELS; channel++) {
        cell->neighbours[channel][port] = (int8_t)message[channel];
    }
    cell->heard |= (uint8_t)(1 << port);
    return 1;
}

/* A dead cell sends nothing, so silence is forgotten only now and then. */
PART void forget_the_silent(struct cell *cell) {
    if (++cell->updates < PATIENCE) {
        return;
    }
    for (uint8_t port = 0; port < CELL_PORTS; port++) {
        for (uint8_t channel = 0; !(cell->heard >> port & 1) && channel < CELL_CHANNELS; channel++) {
            cell->neighbours[channel][port] = 0;
        }
    }
    cell->heard = 0;
    cell->updates = 0;
}

PART int alive(const struct cell *cell) {
    int8_t largest = shown(cell->state[3]);
    for (uint8_t port = 0; port < CELL_PORTS; port++) {
        if (cell->neighbours[3][port] > largest) {
            largest = cell->neighbours[3][port];
        }
    }
    return largest > CELL_ALIVE_ABOVE;
}

/* The weighted sum of the perception. A channel has three weights: of its number in this cell, of the slope along x, of
   that along y. A slope is an eighth of the differences below, in steps of a message. */
static int32_t perceive(const struct cell *cell, const int8_t *weight) {
    int32_t sum = 0;
    for (uint8_t channel = 0; channel < CELL_CHANNELS; channel++, weight += 3) {
        const int8_t *from = cell->neighbours[channel];
        const int32_t falling = from[CELL_SE] - from[CELL_NW], rising = from[CELL_NE] - from[CELL_SW];
        const int32_t x = falling + rising + 2 * (from[CELL_E] - from[CELL_W]);
        const int32_t y = falling - rising + 2 * (from[CELL_S] - from[CELL_N]);
        sum += weight[0] * (int32_t)cell->state[channel];
        sum += weight[1] * x * (1 << (MESSAGE_SHIFT - 3));
        sum += weight[2] * y * (1 << (MESSAGE_SHIFT - 3));
    }
    return sum;
}

/* The network, one hidden unit at a time, so that the hidden layer takes no memory. */
PART void sum_changes(struct cell *cell) {
    const int8_t *weight = cell_weights;
    while (weight != cell_weights + CELL_WEIGHTS) {
        int32_t hidden = perceive(cell, weight) + (1 << (CELL_HIDDEN_SHIFT - 1));
        weight += 3 * CELL_CHANNELS;
        /* The bias has two bytes, the lower first. */
        hidden = (hidden >> CELL_HIDDEN_SHIFT) + (uint8_t)weight[0] + weight[1] * 256;
        weight += 2;
        for (uint8_t channel = 0; channel < CELL_CHANNELS; channel++, weight++) {
            if (hidden > 0) {
                const int32_t product = hidden * *weight + (1 << (CELL_UPDATE_SHIFT - 1));
                cell->scratch.changes[channel] += (int16_t)(product >> CELL_UPDATE_SHIFT);
            }
        }
    }
}

PART void begin_changes(struct cell *cell) {
    for (uint8_t channel = 0; channel < CELL_CHANNELS; channel++) {
        cell->scratch.changes[channel] = cell_update_bias[channel];
    }
}

PART void apply_changes(struct cell *cell) {
    for (uint8_t channel = 0; channel < CELL_CHANNELS; channel++) {
        const int32_t change = ((int32_t)cell->scratch.changes[channel] * CELL_UPDATE_FACTOR + (1 << 13)) >> 14;
        cell->state[channel] = (int16_t)clip(cell->state[channel] + change, 32767);
    }
}

/* Clear a cell that is not alive; return whether there is anything to tell. */
PART int finish(struct cell *cell) {
    if (alive(cell)) {
        return 1;
    }
    int was = 0;
    for (uint8_t channel = 0; channel < CELL_CHANNELS; channel++) {
        was |= cell->state[channel];
        cell->state[channel] = 0;
    }
    return was;
}

int cell_wake(struct cell *cell) {
    forget_the_silent(cell);
    if (alive(cell)) {
        begin_changes(cell);
        sum_changes(cell);
        apply_changes(cell);
    }
    return finish(cell);
}

void cell_tell(const struct cell *cell, uint8_t *message) {
    for (uint8_t channel = 0; channel < CELL_CHANNELS; channel++) {
        message[channel] = (uint8_t)shown(cell->state[channel]);
    }
    message[CELL_CHANNELS] = checksum(message);
}
