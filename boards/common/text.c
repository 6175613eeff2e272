/*
 * The console for faults and the watchdog: words and hexadecimal numbers, without the C
 * library's formatting.
 */
#include "boards/common/common.h"

#include <string.h>

void board_say(const char *text)
{
    connsync_board_console_write(text, strlen(text));
}

void board_say_word(const char *label, uint32_t word)
{
    static const char digits[16] = {'0', '1', '2', '3', '4', '5', '6', '7',
                                    '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
    char text[8];
    for (size_t i = sizeof text; i > 0; i--) {
        text[i - 1] = digits[word & 15u];
        word >>= 4;
    }
    board_say(label);
    board_say("0x");
    connsync_board_console_write(text, sizeof text);
}
