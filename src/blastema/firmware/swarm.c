/* See swarm.h. Events lie in a binary heap: a cell's wait is over, or a message arrives. */
#include "swarm.h"

#include <stdlib.h>
#include <string.h>

/* Times are in 2^16ths of a tick, so that clocks that differ a little do differ. */
#define TICK 65536

struct event {
    uint64_t time, number;
    uint32_t place;
    /* The port that a message arrives at; with CELL_PORTS, the wait that began with this life is over. */
    uint8_t port;
    union {
        uint8_t message[CELL_MESSAGE];
        uint32_t life;
    } with;
};

struct station {
    struct cell cell;
    /* How long a tick lasts, and how often the cell was switched on or off; it is on if that is odd. */
    uint32_t tick, life;
};

struct swarm {
    int height, width, wrap;
    struct swarm_conditions conditions;
    uint64_t now, events, random, messages, dropped;
    struct station *stations;
    struct event *heap;
    size_t count, room;
    int failed;
};

/* Sebastiano Vigna's splitmix64, the upper half. */
static uint32_t draw(struct swarm *swarm) {
    uint64_t z = swarm->random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)((z ^ z >> 31) >> 32);
}

static int happens(struct swarm *swarm, uint32_t of_65536) { return of_65536 && (draw(swarm) >> 16) < of_65536; }

static int earlier(const struct event *a, const struct event *b) {
    return a->time != b->time ? a->time < b->time : a->number < b->number;
}

static int make_room(struct swarm *swarm) {
    if (swarm->count < swarm->room) {
        return 1;
    }
    struct event *larger = realloc(swarm->heap, 2 * swarm->room * sizeof *larger);
    if (!larger) {
        swarm->failed = 1;
        return 0;
    }
    swarm->heap = larger;
    swarm->room *= 2;
    return 1;
}

static void push(struct swarm *swarm, struct event event) {
    if (!make_room(swarm)) {
        return;
    }
    event.number = swarm->events++;
    size_t at = swarm->count++;
    for (; at && earlier(&event, &swarm->heap[(at - 1) / 2]); at = (at - 1) / 2) {
        swarm->heap[at] = swarm->heap[(at - 1) / 2];
    }
    swarm->heap[at] = event;
}

static struct event pop(struct swarm *swarm) {
    const struct event first = swarm->heap[0], last = swarm->heap[--swarm->count];
    size_t at = 0;
    for (size_t child = 1; child < swarm->count; child = 2 * at + 1) {
        child += child + 1 < swarm->count && earlier(&swarm->heap[child + 1], &swarm->heap[child]);
        if (!earlier(&swarm->heap[child], &last)) {
            break;
        }
        swarm->heap[at] = swarm->heap[child];
        at = child;
    }
    swarm->heap[at] = last;
    return first;
}

static void begin_wait(struct swarm *swarm, uint32_t place) {
    struct station *station = &swarm->stations[place];
    const uint64_t until = swarm->now + (uint64_t)cell_wait(&station->cell) * station->tick;
    push(swarm, (struct event){.time = until, .place = place, .port = CELL_PORTS, .with.life = station->life});
}

/* Add random errors to the numbers of a neighbour. The sum of four draws of 16 bits is close to a normal one. */
static void blur(struct swarm *swarm, struct cell *cell, uint8_t port) {
    /* The standard deviation of such a sum, times the 256ths of a step. */
    const int64_t scale = 37837 * 256;
    for (int channel = 0; swarm->conditions.blur && channel < CELL_CHANNELS; channel++) {
        const uint32_t one = draw(swarm), two = draw(swarm);
        const int64_t sum = (int64_t)(one >> 16) + (one & 0xffff) + (two >> 16) + (two & 0xffff) - 2 * 0xffff;
        const int64_t error = (sum * swarm->conditions.blur + (sum < 0 ? -scale : scale) / 2) / scale;
        const int64_t number = cell->neighbours[channel][port] + error;
        cell->neighbours[channel][port] = (int8_t)(number > 127 ? 127 : number < -127 ? -127 : number);
    }
}

static void arrive(struct swarm *swarm, const struct event *event) {
    struct station *station = &swarm->stations[event->place];
    if (station->life % 2 == 0) {
        return;
    }
    if (cell_receive(&station->cell, event->port, event->with.message)) {
        blur(swarm, &station->cell, event->port);
    } else {
        swarm->dropped++;
    }
}

/* Send a message over one line. */
static void post(struct swarm *swarm, struct event event) {
    if (happens(swarm, swarm->conditions.loss)) {
        return;
    }
    if (happens(swarm, swarm->conditions.noise)) {
        const uint32_t bit = draw(swarm) % (8 * CELL_MESSAGE);
        event.with.message[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    if (!swarm->conditions.delay) {
        arrive(swarm, &event);
        return;
    }
    event.time = swarm->now + (uint64_t)draw(swarm) * swarm->conditions.delay / TICK;
    push(swarm, event);
}

/* Bring a coordinate past an edge to the other side, where sides are wired; return whether there is a cell. */
static int inside(int *at, int side, int wrap) {
    if (wrap) {
        *at = (*at + side) % side;
    }
    return *at >= 0 && *at < side;
}

/* Find the place that a port leads to; return whether there is a cell. */
static int neighbour(const struct swarm *swarm, uint32_t place, int port, uint32_t *there) {
    /* Of the nine places around a cell, that in the middle has no port. */
    const int ninth = port + (port >= CELL_E);
    int y = (int)place / swarm->width + ninth / 3 - 1, x = (int)place % swarm->width + ninth % 3 - 1;
    const int is_one = inside(&y, swarm->height, swarm->wrap) & inside(&x, swarm->width, swarm->wrap);
    *there = (uint32_t)(y * swarm->width + x);
    return is_one;
}

static void tell(struct swarm *swarm, uint32_t place) {
    struct event event = {0};
    cell_tell(&swarm->stations[place].cell, event.with.message);
    swarm->messages++;
    for (int port = 0; port < CELL_PORTS; port++) {
        if (neighbour(swarm, place, port, &event.place)) {
            event.port = (uint8_t)(CELL_PORTS - 1 - port);
            post(swarm, event);
        }
    }
}

/* Switch a cell on. A port without a neighbour gets the message of an empty cell, once. */
static void start(struct swarm *swarm, uint32_t place) {
    struct cell *cell = &swarm->stations[place].cell;
    uint8_t empty[CELL_MESSAGE];
    uint32_t there;
    cell_start(cell, (uint16_t)draw(swarm));
    cell_tell(cell, empty);
    for (int port = 0; port < CELL_PORTS; port++) {
        if (!neighbour(swarm, place, port, &there)) {
            cell_receive(cell, (uint8_t)port, empty);
        }
    }
    begin_wait(swarm, place);
}

static int wake(struct swarm *swarm, const struct event *event) {
    struct station *station = &swarm->stations[event->place];
    if (station->life != event->with.life) {
        return 0;
    }
    if (cell_wake(&station->cell)) {
        tell(swarm, event->place);
    }
    begin_wait(swarm, event->place);
    return 1;
}

struct swarm *swarm_new(int height, int width, int wrap, uint32_t seed, struct swarm_conditions conditions) {
    struct swarm *swarm = calloc(1, sizeof *swarm);
    if (!swarm) {
        return 0;
    }
    const size_t cells = (size_t)height * (size_t)width;
    *swarm = (struct swarm){.height = height, .width = width, .wrap = wrap, .conditions = conditions, .random = seed};
    swarm->room = 2 * cells;
    swarm->stations = calloc(cells, sizeof *swarm->stations);
    swarm->heap = malloc(swarm->room * sizeof *swarm->heap);
    if (!swarm->stations || !swarm->heap) {
        swarm_free(swarm);
        return 0;
    }
    for (uint32_t place = 0; place < cells; place++) {
        const uint32_t spread = 2 * conditions.drift + 1;
        swarm->stations[place].tick = TICK - conditions.drift + draw(swarm) % spread;
        swarm->stations[place].life = 1;
        start(swarm, place);
    }
    return swarm;
}

void swarm_free(struct swarm *swarm) {
    free(swarm->stations);
    free(swarm->heap);
    free(swarm);
}

int64_t swarm_run(struct swarm *swarm, uint32_t ticks) {
    const uint64_t until = swarm->now + (uint64_t)ticks * TICK;
    int64_t updates = 0;
    while (swarm->count && swarm->heap[0].time < until) {
        const struct event event = pop(swarm);
        swarm->now = event.time;
        if (event.port == CELL_PORTS) {
            updates += wake(swarm, &event);
        } else {
            arrive(swarm, &event);
        }
    }
    swarm->now = until;
    return swarm->failed ? -1 : updates;
}

void swarm_switch(struct swarm *swarm, int y, int x, int on) {
    const uint32_t place = (uint32_t)(y * swarm->width + x);
    struct station *station = &swarm->stations[place];
    const int was_on = station->life % 2;
    if (!was_on && !on) {
        return;
    }
    /* Off and on again is another life, too, so that the wait of the last one is void. */
    station->life += was_on && on ? 2 : 1;
    if (on) {
        start(swarm, place);
    }
}

uint64_t swarm_messages(const struct swarm *swarm) { return swarm->messages; }

uint64_t swarm_dropped(const struct swarm *swarm) { return swarm->dropped; }

void swarm_seed(struct swarm *swarm, int y, int x) { cell_seed(&swarm->stations[y * swarm->width + x].cell); }

void swarm_states(const struct swarm *swarm, int16_t *states) {
    for (int place = 0; place < swarm->height * swarm->width; place++, states += CELL_CHANNELS) {
        const struct station *station = &swarm->stations[place];
        if (station->life % 2) {
            memcpy(states, station->cell.state, sizeof station->cell.state);
        } else {
            memset(states, 0, sizeof station->cell.state);
        }
    }
}
