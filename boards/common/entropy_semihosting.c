/*
 * Entropy in an emulator: the host's random device.
 */
#include "boards/common/common.h"

#include <string.h>

#include "boards/common/semihosting.h"

int connsync_board_entropy(uint8_t *out, size_t length)
{
    if (semihosting_read_file("/dev/urandom", out, length) != 0) {
        memset(out, 0, length); /* a part that came is not used */
        return -1;
    }
    return 0;
}
