/*
 * The watchdog: a counter that interrupts when it has run down, and resets the chip when
 * it runs down again with the interrupt unanswered. Stellaris and CMSDK have the same.
 *
 * One run is half of CONNSYNC_BOARD_WATCHDOG_S. The first interrupt since the last
 * feeding is answered and forgiven; at the second the time is over, the place where the
 * program hangs is printed, and the board restarts. A program that hangs with interrupts
 * off answers neither, and the hardware resets at the same time.
 */
#include "boards/common/common.h"

#include "device.h"

#define WDT_LOAD BOARD_REGISTER(BOARD_WATCHDOG + 0x000u)
#define WDT_CTL BOARD_REGISTER(BOARD_WATCHDOG + 0x008u)
#define WDT_CTL_INTEN (1u << 0)
#define WDT_CTL_RESEN (1u << 1)
#define WDT_ICR BOARD_REGISTER(BOARD_WATCHDOG + 0x00Cu)
#define WDT_LOCK BOARD_REGISTER(BOARD_WATCHDOG + 0xC00u)
#define WDT_UNLOCK 0x1ACCE551u

#define HALF_TIME ((uint32_t)(CONNSYNC_BOARD_WATCHDOG_S / 2) * BOARD_WATCHDOG_HZ)
_Static_assert((uint64_t)(CONNSYNC_BOARD_WATCHDOG_S / 2) * BOARD_WATCHDOG_HZ <= UINT32_MAX,
               "the watchdog counts 32 bits");

static volatile bool was_warned;

void board_start_watchdog(void)
{
    WDT_LOCK = WDT_UNLOCK;
    WDT_LOAD = HALF_TIME;
    WDT_CTL = WDT_CTL_INTEN | WDT_CTL_RESEN;
    WDT_LOCK = 0;
#if defined(BOARD_WATCHDOG_IRQ)
    NVIC_ISER(BOARD_WATCHDOG_IRQ) = NVIC_BIT(BOARD_WATCHDOG_IRQ);
#endif
}

/* Answers the interrupt and lets the counter begin anew. */
static void reload(void)
{
    WDT_LOCK = WDT_UNLOCK;
    WDT_ICR = 1;
    WDT_LOCK = 0;
}

void connsync_board_feed_watchdog(void)
{
    was_warned = false;
    reload();
}

__attribute__((used)) static void watchdog_bites(const struct board_frame *frame)
{
    if (!was_warned) {
        was_warned = true;
        reload();
        return;
    }
    board_say("connsync: watchdog: stuck at");
    board_say_word(" pc=", frame->pc);
    board_say_word(" lr=", frame->lr);
    board_say("; restarting\r\n");
    board_restart();
}

/* The frame of what was interrupted is where the stack pointer points on entry. */
__attribute__((naked)) void board_watchdog_interrupt(void)
{
    __asm volatile("mov r0, sp\n\t"
                   "b watchdog_bites");
}
