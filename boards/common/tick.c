/*
 * The millisecond tick, and the time that it counts. Sleeping is in sleep.c.
 */
#include "boards/common/common.h"

#include "device.h"

/* The low word of the tick counter at the start. Test builds begin shortly before it
 * wraps, so that each of their runs crosses the wrap; the start is zero all the same. */
#if !defined(BOARD_TICK_START)
#define BOARD_TICK_START 0u
#endif

static volatile uint32_t tick_low = BOARD_TICK_START;
static volatile uint32_t tick_high;

void board_start_tick(void)
{
    SYST_RVR = BOARD_CPU_HZ / 1000u - 1u;
    SYST_CVR = 0;
    SYST_CSR = SYST_CSR_CLKSOURCE | SYST_CSR_TICKINT | SYST_CSR_ENABLE;
}

void board_tick(void)
{
    uint32_t next = tick_low + 1u;
    tick_low = next;
    if (next == 0) {
        tick_high = tick_high + 1u;
    }
}

uint64_t connsync_board_ms(void)
{
    uint32_t high = 0;
    uint32_t low = 0;
    /* An interrupt between the two readings may carry into the high word. */
    do {
        high = tick_high;
        low = tick_low;
    } while (high != tick_high);
    return (((uint64_t)high << 32) | low) - BOARD_TICK_START;
}

void board_wait_ms(void)
{
    /* Reading the register clears the flag. */
    while ((SYST_CSR & SYST_CSR_COUNTFLAG) == 0) {
    }
}
