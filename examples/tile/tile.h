/* What differs between boards: serial ports, pins, speed. As it is, for an Arduino Due; see docs/hardware.md. */
#ifndef TILE_H
#define TILE_H

#include <Arduino.h>

extern "C" {
#include "cell.h"
}
#include "organism.h"

/* The serial ports to the four neighbours. */
#define PORT_ABOVE Serial
#define PORT_LEFT Serial1
#define PORT_RIGHT Serial2
#define PORT_BELOW Serial3
#define BAUD 115200
/* Milliseconds of a tick. A cell updates every 256 ticks on average. */
#define TICK 1
/* The LED: three pins with PWM. */
#define RED 9
#define GREEN 10
#define BLUE 11
/* A button to ground, which makes this the seed cell, and an analogue pin that nothing is wired to. */
#define BUTTON 2
#define NOISE A0

#endif
