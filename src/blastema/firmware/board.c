/* The program of a board: take messages until it is time to update, then tell the neighbours.

   BOARD is where the board has its registers, here those of the emulator in Blastema's tests. For another board, replace
   the seven lines with BOARD. */
#include "cell.h"

struct board {
    uint32_t port;   /* read: the port of the next message that has arrived, or CELL_PORTS when the wait is over */
    uint32_t byte;   /* read: the next byte of this message */
    uint32_t send;   /* write: a byte for all neighbours */
    uint32_t wait;   /* write: ticks to wait from now on */
    uint32_t random; /* read: a number that no other board has */
    uint32_t seed;   /* read: whether this is to be the seed cell */
};
#define BOARD ((volatile struct board *)0x40000000)
/* Not inlined, so that they use the same stack one after the other. */
#define PART static __attribute__((noinline))

static struct cell cell;

PART void begin(void) {
    cell_start(&cell, (uint16_t)BOARD->random);
    if (BOARD->seed) {
        cell_seed(&cell);
    }
}

PART void rest(void) { BOARD->wait = cell_wait(&cell); }

/* Take the next message; return whether there was one before the wait was over. */
PART int listen(void) {
    const uint8_t port = (uint8_t)BOARD->port;
    if (port >= CELL_PORTS) {
        return 0;
    }
    for (uint8_t i = 0; i < CELL_MESSAGE; i++) {
        cell.scratch.message[i] = (uint8_t)BOARD->byte;
    }
    cell_receive(&cell, port, cell.scratch.message);
    return 1;
}

PART void tell(void) {
    cell_tell(&cell, cell.scratch.message);
    for (uint8_t i = 0; i < CELL_MESSAGE; i++) {
        BOARD->send = cell.scratch.message[i];
    }
}

void board_start(void) {
    begin();
    for (;;) {
        rest();
        while (listen()) {
        }
        if (cell_wake(&cell)) {
            tell();
        }
    }
}
