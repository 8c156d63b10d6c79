/* A tile as the program of an emulated Cortex-M: each call of Arduino is an access to a register. */
#include "tile.h"

static volatile uint32_t* const registers = reinterpret_cast<volatile uint32_t*>(0x40000000);

struct Line : HardwareSerial {
  explicit constexpr Line(int number) : number(number) {}
  void begin(unsigned long) override {}
  int available() override { return static_cast<int>(registers[AVAILABLE + number]); }
  int read() override { return static_cast<int>(registers[READ + number]); }
  using HardwareSerial::write;
  size_t write(uint8_t byte) override {
    registers[WRITE + number] = byte;
    return 1;
  }
  int number;
};

static Line Serial(0), Serial1(1), Serial2(2), Serial3(3);

static uint32_t millis() { return registers[CLOCK]; }
static void pinMode(int, int) {}
static int digitalRead(int pin) { return static_cast<int>(registers[PINS + pin]); }
static int analogRead(int pin) { return static_cast<int>(registers[PINS + pin]); }
static void analogWrite(int pin, int value) { registers[PINS + pin] = static_cast<uint32_t>(value); }

#include "tile.ino"

extern "C" void __cxa_pure_virtual() {}

extern "C" void board_start() {
  setup();
  for (;;) {
    loop();
  }
}
