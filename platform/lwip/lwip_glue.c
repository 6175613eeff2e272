/* What lwIP asks of the platform: the time, random numbers, and what to do when
 * one of its assertions fails. */

#include "platform/lwip/connsync_board.h"

#include "lwip/sys.h"

#include <string.h>

u32_t sys_now(void)
{
    /* lwIP compares times modulo 2^32. */
    return (u32_t)connsync_board_ms();
}

uint32_t cs_lwip_random(void)
{
    uint8_t bytes[4];
    uint32_t number;
    if (connsync_board_entropy(bytes, sizeof bytes) < 0) {
        connsync_board_halt(CONNSYNC_BOARD_NO_ENTROPY);
    }
    memcpy(&number, bytes, sizeof number);
    return number;
}

void cs_lwip_assertion_failed(const char *message)
{
    static const char prefix[] = "lwIP: assertion failed: ";
    connsync_board_console_write(prefix, sizeof prefix - 1);
    connsync_board_console_write(message, strlen(message));
    connsync_board_console_write("\n", 1);
    connsync_board_halt(CONNSYNC_BOARD_ASSERTION);
}
