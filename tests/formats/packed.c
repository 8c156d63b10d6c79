/* Reads a packed organism from standard input and writes its weights to standard output, float32: those of the first
   layer, its biases, those of the second layer, its biases. It follows docs/formats.md and shares no code. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>

static uint8_t content[1 << 20];
static unsigned long at;

static int number(int bits) {
    int value = 0;
    for (int bit = 0; bit < bits; bit++, at++) value = value << 1 | (content[at / 8] >> (7 - at % 8) & 1);
    return value >> (bits - 1) ? value - (1 << bits) : value;
}

static void write(double value) {
    const float rounded = (float)value;
    fwrite(&rounded, sizeof rounded, 1, stdout);
}

static double step(int exponent) { return pow(2, exponent / 8.0 - 24); }

int main(void) {
    static int bias[1 << 17];
    if (fread(content, 1, sizeof content, stdin) < 18) return 2;
    const int bits = content[3] & 15, bias_bits = 2 * bits > 8 ? 2 * bits : 8;
    const int hidden = content[4] | content[5] << 8, channels = content[6], filters = content[7] & 127;
    const double reach = step(content[12]), largest = (1 << (bits - 1)) - 1, largest_bias = (1 << (bias_bits - 1)) - 1;
    const uint8_t *const exponents = content + 14 + filters;
    at = 8 * (14 + (unsigned long)filters + (unsigned long)hidden);
    for (int place = 0; place < hidden + channels; place++) bias[place] = number(bias_bits);
    for (int place = 0; place < filters * channels * hidden; place++) write(number(bits) * (reach / largest));
    for (int unit = 0; unit < hidden; unit++) write(bias[unit] * (reach * 2 / largest_bias));
    for (int unit = 0; unit < hidden; unit++)
        for (int channel = 0; channel < channels; channel++) write(number(bits) * (step(exponents[unit]) / reach));
    for (int channel = 0; channel < channels; channel++) write(bias[hidden + channel] * step(content[13]));
    return 0;
}
