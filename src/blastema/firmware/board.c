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

/* Take messages for so many ticks. */
PART void rest(uint16_t ticks) {
    uint8_t port;
    BOARD->wait = ticks;
    while ((port = (uint8_t)BOARD->port) < CELL_PORTS) {
        for (uint_fast8_t i = 0; i < CELL_MESSAGE; i++) {
            cell.scratch.message[i] = (uint8_t)BOARD->byte;
        }
        cell_receive(&cell, port, cell.scratch.message);
    }
}

PART void tell(void) {
    cell_tell(&cell, cell.scratch.message);
    for (uint_fast8_t i = 0; i < CELL_MESSAGE; i++) {
        BOARD->send = cell.scratch.message[i];
    }
}

void board_start(void) {
    begin();
    for (;;) {
        rest(cell_wait(&cell));
        if (cell_wake(&cell)) {
            tell();
        }
    }
}
