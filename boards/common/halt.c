/*
 * The end of a run that cannot go on: a code for people, blinked or given to an emulator.
 */
#include "boards/common/common.h"

#include "boards/common/semihosting.h"

#define BLINK_MS 200u
#define PAUSE_MS 1500u
#define ROUNDS_BEFORE_RESTART 4u

static void wait(unsigned int milliseconds)
{
    while (milliseconds-- > 0) {
        board_wait_ms();
    }
}

static void blink(unsigned int times)
{
    while (times-- > 0) {
        board_light(true);
        wait(BLINK_MS);
        board_light(false);
        wait(BLINK_MS);
    }
    wait(PAUSE_MS);
}

/* A defect of the program: after the light has shown it for a while, the next run may
 * fare better. The other causes last until a person mends them. */
static bool may_pass(enum connsync_board_code code)
{
    return code >= CONNSYNC_BOARD_STACK_OVERRUN;
}

_Noreturn void connsync_board_halt(enum connsync_board_code code)
{
    board_interrupts_off();
    connsync_board_feed_watchdog();
    semihosting_exit((unsigned int)code);
    for (unsigned int rounds = 0; !may_pass(code) || rounds < ROUNDS_BEFORE_RESTART; rounds++) {
        blink((unsigned int)code);
        connsync_board_feed_watchdog();
    }
    board_restart();
}
