/* The update of one cell, see cell.h. Right shifts of negative numbers are arithmetic, as in GCC and Clang. */
#include "cell.h"

#include "organism.h"

/* A step in a message is this many bits of the state. */
#define MESSAGE_SHIFT 6
/* Numbers of more than so many steps are shown in coarse steps, each this many. */
#define KNEE 100
#define COARSE_SHIFT 4
#define COARSE (1 << COARSE_SHIFT)
/* Ticks; together they give an average wait of CELL_TICKS. */
#define SHORTEST_WAIT 89
#define WAIT_STEP 112
/* A cell that was switched on says so in this many updates, and by then has heard from every neighbour that works. */
#define GREETINGS 16
/* Not inlined, so that the parts of an update use the same stack one after the other. */
#define PART static __attribute__((noinline))
/* With the loops as they are written, an update needs up to 20 bytes less of stack, which a small processor does not
   have. */
#if defined(__OPTIMIZE_SIZE__) && !defined(__clang__)
#define LOOPS_AS_WRITTEN __attribute__((optimize("no-tree-loop-optimize")))
#else
#define LOOPS_AS_WRITTEN
#endif
/* A loop whose factors are known when it is compiled: written out, half of them take no multiplication and no time. */
#if __GNUC__ >= 8
#define UNROLLED _Pragma("GCC unroll 8")
#else
#define UNROLLED
#endif

/* A number of the state as neighbours get it: in steps of a message up to KNEE, in COARSE of them beyond, so that all
   that a state may be fits into 8 bits. */
static int8_t shown(int16_t value) {
    int steps = ((value >> (MESSAGE_SHIFT - 1)) + 1) >> 1;
    if (steps > KNEE) {
        steps = KNEE + ((steps - KNEE + COARSE / 2) >> COARSE_SHIFT);
    } else if (steps < -KNEE) {
        steps = -KNEE + ((steps + KNEE + COARSE / 2) >> COARSE_SHIFT);
    }
    return (int8_t)steps;
}

/* What a neighbour shows, in steps of a message. */
static inline __attribute__((always_inline)) int steps_of(int8_t shown) {
    int steps = shown;
    if (steps > KNEE) {
        steps = COARSE * steps - (COARSE - 1) * KNEE;
    } else if (steps < -KNEE) {
        steps = COARSE * steps + (COARSE - 1) * KNEE;
    }
    return steps;
}

/* CRC-8 with polynomial 0x2f. It begins with ones, so that a line that is silent gives no message. */
static uint8_t checksum(const uint8_t *message) {
    uint_fast8_t sum = 0xff;
    for (uint_fast8_t i = 0; i < CELL_CHANNELS; i++) {
        sum ^= message[i];
        for (uint_fast8_t bit = 0; bit < 8; bit++) {
            sum = (uint_fast8_t)(sum << 1 ^ (sum & 0x80 ? 0x2f : 0));
        }
    }
    return (uint8_t)sum;
}

PART void clear(void *memory, uint_fast8_t size) {
    for (uint8_t *byte = memory; size; size--) {
        *byte++ = 0;
    }
}

void cell_start(struct cell *cell, uint16_t random) {
    clear(cell, sizeof *cell);
    cell->random = random ? random : 1;
}

void cell_seed(struct cell *cell) {
    for (uint_fast8_t channel = 3; channel < CELL_CHANNELS; channel++) {
        cell->state[channel] = cell_one[channel];
    }
}

/* A xorshift generator of 16 bits. Seven of them spread waits evenly over WAIT_STEP ticks. The others are coins that are
   tossed until one shows heads: each that shows tails makes the wait a step longer. In training, a coin decides in each
   step whether a cell fires; with waits that differ less than these, some organisms regrow less well. */
uint16_t cell_wait(struct cell *cell) {
    uint16_t random = cell->random;
    random ^= (uint16_t)(random << 7);
    random ^= (uint16_t)(random >> 9);
    random ^= (uint16_t)(random << 8);
    cell->random = random;
    uint16_t wait = (uint16_t)(SHORTEST_WAIT + (random % 128 * WAIT_STEP >> 7));
    /* Of nine coins; a tenth, which ends it, shows heads. */
    for (uint16_t coins = (uint16_t)(random >> 7 | 1 << 9); !(coins & 1); coins >>= 1) {
        wait = (uint16_t)(wait + WAIT_STEP);
    }
    return wait;
}

int cell_receive(struct cell *cell, uint8_t port, const uint8_t *message) {
    if (checksum(message) != message[CELL_CHANNELS]) {
        return 0;
    }
    for (uint_fast8_t channel = 0; channel < CELL_CHANNELS; channel++) {
        cell->neighbours[channel][port] = (int8_t)message[channel];
    }
    cell->heard |= (uint8_t)(1 << port);
    return 1;
}

/* A neighbour that fell silent keeps its last numbers: a grown pattern changes little. One that was never heard from is
   broken; its numbers are taken to be halfway between those of the two beside it, around this cell. */
PART void guess_the_silent(struct cell *cell) {
    /* Of each port, those beside it around this cell. */
    static const uint8_t beside[2 * CELL_PORTS] = {CELL_N,  CELL_W,  CELL_NW, CELL_NE, CELL_N, CELL_E,
                                                   CELL_NW, CELL_SW, CELL_NE, CELL_SE, CELL_W, CELL_S,
                                                   CELL_SW, CELL_SE, CELL_S,  CELL_E};
    const uint8_t *two = beside;
    uint8_t heard = cell->heard;
    for (uint_fast8_t port = 0; port < CELL_PORTS; port++, two += 2, heard >>= 1) {
        int8_t *from = cell->neighbours[0];
        if (!(heard & 1)) {
            for (uint_fast8_t channel = 0; channel < CELL_CHANNELS; channel++, from += CELL_PORTS) {
                from[port] = (int8_t)((from[two[0]] + from[two[1]]) / 2);
            }
        }
    }
}

/* Whether an alpha near this cell is above the threshold, as its neighbours see its own. */
PART int alive(const struct cell *cell) {
    int8_t above = cell->state[3] >= CELL_ALIVE_ABOVE * (1 << MESSAGE_SHIFT) + (1 << (MESSAGE_SHIFT - 1));
    for (uint_fast8_t port = 0; port < CELL_PORTS; port++) {
        above |= cell->neighbours[3][port] > CELL_ALIVE_ABOVE;
    }
    return above;
}

/* The network, one hidden unit at a time, so that the hidden layer takes no memory. A channel has three weights: of its
   number in this cell, of the slope along x, of that along y. A slope is an eighth of the sums below, in steps. */
LOOPS_AS_WRITTEN PART void sum_changes(struct cell *cell) {
    /* Of each neighbour, its factors in the slopes. */
    static const int8_t along_x[CELL_PORTS] = {-1, 0, 1, -2, 2, -1, 0, 1};
    static const int8_t along_y[CELL_PORTS] = {-1, -2, -1, 0, 0, 1, 2, 1};
    const int8_t *weight = cell_weights;
    do {
        int32_t hidden = 1 << (CELL_HIDDEN_SHIFT - 1);
        for (uint_fast8_t channel = 0; channel < CELL_CHANNELS; channel++, weight += 3) {
            const int8_t *from = cell->neighbours[channel];
            int x = 0, y = 0;
            UNROLLED for (uint_fast8_t port = 0; port < CELL_PORTS; port++) {
                const int steps = steps_of(from[port]);
                x += along_x[port] * steps;
                y += along_y[port] * steps;
            }
            hidden += ((int32_t)weight[1] * x + (int32_t)weight[2] * y) * (1 << (MESSAGE_SHIFT - 3)) +
                      (int32_t)weight[0] * cell->state[channel];
        }
        /* The bias has two bytes, the lower first. */
        hidden = (hidden >> CELL_HIDDEN_SHIFT) + (uint8_t)weight[0] + weight[1] * 256;
        weight += 2;
        const int8_t *end = weight + CELL_CHANNELS;
        if (hidden > 0) {
            for (int16_t *change = cell->scratch.changes; weight != end; change++, weight++) {
                const int32_t product = hidden * *weight + (1 << (CELL_UPDATE_SHIFT - 1));
                *change += (int16_t)(product >> CELL_UPDATE_SHIFT);
            }
        }
        weight = end;
    } while (weight != cell_weights + CELL_WEIGHTS);
}

PART void apply_changes(struct cell *cell) {
    for (uint_fast8_t channel = 0; channel < CELL_CHANNELS; channel++) {
        const int16_t sum = (int16_t)(cell->scratch.changes[channel] + cell_update_bias[channel]);
        const int32_t change = ((int32_t)sum * CELL_UPDATE_FACTOR + (1 << 13)) >> 14;
        const int32_t state = cell->state[channel] + change;
        /* A state that would overflow stays at the largest. */
        cell->state[channel] = (int16_t)(state == (int16_t)state ? state : change < 0 ? -32767 : 32767);
    }
}

/* Clear a cell that is not alive; return whether there is anything to tell. A cell far from everything that lives has
   nothing to tell, once it has greeted its neighbours. */
PART int finish(struct cell *cell) {
    const uint8_t *bytes = (const uint8_t *)cell;
    uint8_t news = cell->updates < GREETINGS;
    cell->updates = (uint8_t)(cell->updates + news);
    for (uint_fast8_t i = 0; i < sizeof cell->state + sizeof cell->neighbours; i++) {
        news |= bytes[i];
    }
    if (!alive(cell)) {
        clear(cell->state, sizeof cell->state);
    }
    return news;
}

int cell_wake(struct cell *cell) {
    if (cell->updates == GREETINGS) {
        guess_the_silent(cell);
    }
    if (alive(cell)) {
        clear(cell->scratch.changes, sizeof cell->scratch.changes);
        sum_changes(cell);
        apply_changes(cell);
    }
    return finish(cell);
}

void cell_tell(const struct cell *cell, uint8_t *message) {
    for (uint_fast8_t channel = 0; channel < CELL_CHANNELS; channel++) {
        message[channel] = (uint8_t)shown(cell->state[channel]);
    }
    message[CELL_CHANNELS] = checksum(message);
}
