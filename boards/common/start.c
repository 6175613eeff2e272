/*
 * From reset to main(): vectors, clocks, memory, the painted stack.
 */
#include "boards/common/common.h"

#include <stddef.h>
#include <string.h>

#include "device.h"

int main(void);

extern uint32_t board_data_start[], board_data_end[], board_data_load[];
extern uint32_t board_bss_start[], board_bss_end[];

/* The words below the stack pointer that painting leaves alone: its own frame. */
#define PAINT_MARGIN 16

enum {
    EXCEPTIONS = 16
};

union vector {
    const uint32_t *stack;
    void (*handler)(void);
};

/* Interrupts that nobody asked for, and system calls, end as faults do. */
__attribute__((section(".vectors"),
               used)) static const union vector vectors[EXCEPTIONS + BOARD_LAST_IRQ + 1] = {
    [0] = {.stack = board_stack_end},
    [1] = {.handler = board_reset},
#if defined(BOARD_WATCHDOG_IRQ)
    [2] = {.handler = board_fault},
    [EXCEPTIONS + BOARD_WATCHDOG_IRQ] = {.handler = board_watchdog_interrupt},
#else
    [2] = {.handler = board_watchdog_interrupt},
#endif
    [3] = {.handler = board_fault},
    [4] = {.handler = board_fault},
    [5] = {.handler = board_fault},
    [6] = {.handler = board_fault},
    [11] = {.handler = board_fault},
    [12] = {.handler = board_fault},
    [14] = {.handler = board_fault},
    [15] = {.handler = board_tick},
    [EXCEPTIONS + BOARD_NIC_IRQ] = {.handler = board_nic_interrupt},
};

static void paint_stack(void)
{
    uint32_t here = 0;
    __asm volatile("mov %0, sp" : "=r"(here));
    volatile uint32_t *word = board_stack_start;
    volatile uint32_t *end = (volatile uint32_t *)(uintptr_t)here - PAINT_MARGIN;
    while (word < end) {
        *word++ = BOARD_PAINT;
    }
}

static void fill_memory(void)
{
    size_t data = (size_t)((uintptr_t)board_data_end - (uintptr_t)board_data_start);
    size_t bss = (size_t)((uintptr_t)board_bss_end - (uintptr_t)board_bss_start);
    memcpy(board_data_start, board_data_load, data);
    memset(board_bss_start, 0, bss);
}

_Noreturn void board_reset(void)
{
    board_start_clocks();
    fill_memory();
    paint_stack();
    SCB_VTOR = (uint32_t)(uintptr_t)vectors;
    SCB_CCR |= SCB_CCR_DIV_0_TRP;
    board_start_console();
    board_start_mpu();
    board_start_tick();
    board_start_watchdog();
    board_interrupts_on();
    (void)main();
    /* The firmware's main loop has no end. */
    board_restart();
}
