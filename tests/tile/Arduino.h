/* What a tile uses of Arduino, with its names and types, and the registers that stand for it on an emulated board. */
#ifndef ARDUINO_H
#define ARDUINO_H

#include <stddef.h>
#include <stdint.h>

#define LOW 0
#define INPUT_PULLUP 2
#define A0 54

/* Registers: of each of four serial ports, of each pin, of the clock. */
enum { AVAILABLE = 0, READ = 4, WRITE = 8, CLOCK = 12, PINS = 64 };

class HardwareSerial {
 public:
  virtual void begin(unsigned long baud) = 0;
  virtual int available() = 0;
  virtual int read() = 0;
  virtual size_t write(uint8_t byte) = 0;
  size_t write(const uint8_t* bytes, size_t count) {
    for (size_t i = 0; i < count; i++) {
      write(bytes[i]);
    }
    return count;
  }
};

#endif
