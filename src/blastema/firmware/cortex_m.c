/* The vector table of a Cortex-M: where the stack begins, and the start. Whatever goes wrong is a restart. */
#include <stdint.h>

extern uint32_t stack_top;
void board_start(void);

__attribute__((section(".vectors"), used)) static void (*const vectors[4])(void) = {
    (void (*)(void))(uintptr_t)&stack_top, /* stack */
    board_start,                           /* reset */
    board_start,                           /* non-maskable interrupt */
    board_start,                           /* fault */
};
