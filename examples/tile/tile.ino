/* One tile of a growing picture: one cell, one LED, four neighbours.

   Needs organism.h, cell.h and cell.c in this folder, from: blastema export ORGANISM --to cell --out FOLDER.
   A cell has eight neighbours, a tile four wires: what it hears from the left and right, a tile passes on to those
   above and below, whose diagonal neighbour that is. */
#include "tile.h"

/* A message begins with a byte that no number of a state has. Then comes whose state it is: of the tile that sends it,
   or of the one to its left or right; these differ in four bits, so that one wrong bit makes none of them another. Then
   come the state and its checksum, as cell_tell writes them, and a byte that tells the end: if a byte was lost, the
   next START stands there, and could otherwise pass for the checksum of numbers that are one place off. */
enum { START = 0x80, OWN = 0x11, OF_LEFT = 0x22, OF_RIGHT = 0x44, END = 0x55, LONGEST = 3 + CELL_MESSAGE };
enum { ABOVE, LEFT, RIGHT, BELOW, SIDES };

struct side {
  HardwareSerial* port;
  /* CELL_N, CELL_W, CELL_E or CELL_S. */
  uint8_t neighbour;
  /* What has come of a message so far. */
  uint8_t length, bytes[LONGEST];
} sides[SIDES];

struct cell mine;
/* When it last woke, in milliseconds, and how long it waits. */
uint32_t woke, rest;
bool held;

void open(uint8_t side, HardwareSerial* port, uint8_t neighbour) {
  sides[side].port = port;
  sides[side].neighbour = neighbour;
  sides[side].length = 0;
  port->begin(BAUD);
}

void send(uint8_t side, uint8_t whose, const uint8_t* message) {
  sides[side].port->write((uint8_t)START);
  sides[side].port->write(whose);
  sides[side].port->write(message, CELL_MESSAGE);
  sides[side].port->write((uint8_t)END);
}

/* The neighbour whose state a message has; CELL_PORTS if there is none. */
uint8_t neighbour_of(uint8_t side, uint8_t whose) {
  const uint8_t straight = sides[side].neighbour;
  const bool relays = side == ABOVE || side == BELOW;
  /* CELL_NW comes before CELL_N, CELL_NE after it. */
  return whose == OWN                  ? straight
         : relays && whose == OF_LEFT  ? straight - 1
         : relays && whose == OF_RIGHT ? straight + 1
                                       : (uint8_t)CELL_PORTS;
}

/* Take a message, if it is right. */
void take(uint8_t side, uint8_t whose, const uint8_t* message) {
  const uint8_t neighbour = neighbour_of(side, whose);
  if (neighbour == CELL_PORTS || !cell_receive(&mine, neighbour, message)) {
    return;
  }
  if (side == LEFT || side == RIGHT) {
    send(ABOVE, side == LEFT ? OF_LEFT : OF_RIGHT, message);
    send(BELOW, side == LEFT ? OF_LEFT : OF_RIGHT, message);
  }
}

/* Take a byte from a side, and the message if this was its last. */
void hear(uint8_t number, uint8_t byte) {
  struct side* side = &sides[number];
  /* Of what follows the first byte, only the checksum can be a START, too. */
  if (byte == START && side->length < LONGEST - 2) {
    side->length = 0;
  } else if (side->length == 0) {
    return;
  }
  side->bytes[side->length++] = byte;
  if (side->length == LONGEST) {
    if (byte == END) {
      take(number, side->bytes[1], side->bytes + 2);
    }
    /* If a byte was lost, the last one is the beginning of the next message. */
    side->length = byte == START;
  }
}

void tell() {
  cell_tell(&mine, mine.scratch.message);
  for (uint8_t side = 0; side < SIDES; side++) {
    send(side, OWN, mine.scratch.message);
  }
}

/* The brightness of a colour, 0 to 255, squared as eyes expect it of an LED. */
uint8_t brightness(uint8_t channel) {
  const int32_t level = (int32_t)mine.state[channel] * 255 / cell_one[channel];
  return level < 0 ? 0 : level > 255 ? 255 : level * level / 255;
}

void show() {
  analogWrite(RED, brightness(0));
  analogWrite(GREEN, brightness(1));
  analogWrite(BLUE, brightness(2));
}

/* Become the seed cell when the button is pressed, and say so: the neighbours come alive while it waits. */
void press(bool pressed) {
  if (pressed && !held) {
    cell_seed(&mine);
    tell();
    show();
    woke = millis();
  }
  held = pressed;
}

/* A number that differs from board to board, so that they do not wait alike. */
uint16_t noise() {
  uint16_t random = 0;
  for (uint8_t i = 0; i < 64; i++) {
    random = (uint16_t)((random << 3 | random >> 13) ^ analogRead(NOISE));
  }
  return random;
}

void setup() {
  pinMode(BUTTON, INPUT_PULLUP);
  open(ABOVE, &PORT_ABOVE, CELL_N);
  open(LEFT, &PORT_LEFT, CELL_W);
  open(RIGHT, &PORT_RIGHT, CELL_E);
  open(BELOW, &PORT_BELOW, CELL_S);
  cell_start(&mine, noise());
  held = false;
  woke = millis();
  rest = (uint32_t)cell_wait(&mine) * TICK;
}

void loop() {
  for (uint8_t side = 0; side < SIDES; side++) {
    while (sides[side].port->available()) {
      hear(side, (uint8_t)sides[side].port->read());
    }
  }
  press(digitalRead(BUTTON) == LOW);
  if (millis() - woke < rest) {
    return;
  }
  woke += rest;
  rest = (uint32_t)cell_wait(&mine) * TICK;
  if (cell_wake(&mine)) {
    tell();
  }
  show();
}
