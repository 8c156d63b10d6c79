/* One cell of a growing organism, for a small processor: integers only, no library, no clock, no coordinates.

   A board calls cell_start when it is switched on, cell_receive for each message that arrives from a neighbour, and
   cell_wake after each wait of cell_wait ticks, which says whether to send the message that cell_tell writes. At a port
   that has no wire it receives, once, the message of an empty cell; else it takes the neighbour there to be broken. */
#ifndef CELL_H
#define CELL_H

#include <stdint.h>

#define CELL_CHANNELS 16
/* Eight bits of each number of the state, and a checksum. */
#define CELL_MESSAGE (CELL_CHANNELS + 1)
/* Ticks between two updates, on average. How long a tick lasts is up to the board. */
#define CELL_TICKS 256
/* Neighbours, and the ports to them, from top left to bottom right. */
enum { CELL_NW, CELL_N, CELL_NE, CELL_W, CELL_E, CELL_SW, CELL_S, CELL_SE, CELL_PORTS };

/* 196 bytes; at most 60 more are for the stack. */
struct cell {
    /* Red, green, blue, alpha, hidden channels; organism.h says what stands for 1.0 in each. */
    int16_t state[CELL_CHANNELS];
    /* The last message from each neighbour. */
    int8_t neighbours[CELL_CHANNELS][CELL_PORTS];
    /* The sums of an update; between updates, room for a message that comes or goes. */
    union {
        int16_t changes[CELL_CHANNELS];
        uint8_t message[CELL_MESSAGE];
    } scratch;
    uint16_t random;
    /* Ports that a message came through so far, a bit each, and the updates so far, as many as it counts. */
    uint8_t heard, updates;
};

/* Switch on: an empty cell with empty neighbours. `random` is any number, best another one in each cell. */
void cell_start(struct cell *cell, uint16_t random);

/* Become the seed cell. */
void cell_seed(struct cell *cell);

/* Draw the ticks to wait before the next update. */
uint16_t cell_wait(struct cell *cell);

/* Take a message from a neighbour, and return whether its checksum is right; if not, nothing changes. */
int cell_receive(struct cell *cell, uint8_t port, const uint8_t *message);

/* Update the state, and return whether to tell all neighbours. */
int cell_wake(struct cell *cell);

/* Write a message with the state. It may lie in the scratch memory of the cell, as may one that is received. */
void cell_tell(const struct cell *cell, uint8_t *message);

#endif
