/* A grid of cells, each a computer of its own that waits by its own clock and sends messages, simulated event by event. */
#ifndef SWARM_H
#define SWARM_H

#include <stdint.h>

#include "cell.h"

/* What the world between the cells does. */
struct swarm_conditions {
    /* A message arrives after up to this many ticks; with 0, at once. */
    uint32_t delay;
    /* Of 2^16 messages on each line so many are lost, and so many arrive with one wrong bit. */
    uint32_t loss, noise;
    /* A clock is up to this many 2^16ths faster or slower than the others, for ever. */
    uint32_t drift;
    /* Each number that a cell takes from a message is off by a random error with this standard deviation, in 256ths of a
       step. */
    uint32_t blur;
};

struct swarm;

/* A grid of height x width cells that have just been switched on. A null pointer if there is no memory. */
struct swarm *swarm_new(int height, int width, int wrap, uint32_t seed, struct swarm_conditions conditions);
void swarm_free(struct swarm *swarm);
/* Let so many ticks of an exact clock pass; return the number of updates, or -1 if there is no memory. */
int64_t swarm_run(struct swarm *swarm, uint32_t ticks);
/* The messages that were sent so far, each to all neighbours. */
uint64_t swarm_messages(const struct swarm *swarm);
/* The messages that cells dropped so far, since their checksum was wrong. */
uint64_t swarm_dropped(const struct swarm *swarm);
/* Switch a cell off, or on: it then begins anew, as an empty cell. */
void swarm_switch(struct swarm *swarm, int y, int x, int on);
void swarm_seed(struct swarm *swarm, int y, int x);
/* Copy the states of all cells, int16 [height][width][CELL_CHANNELS]; zeros where a cell is off. */
void swarm_states(const struct swarm *swarm, int16_t *states);

#endif
