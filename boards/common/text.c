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

bool board_mac_is_usable(const uint8_t mac[CONNSYNC_BOARD_MAC_SIZE])
{
    /* Neither a group's address nor what an empty memory reads as. */
    static const uint8_t none[CONNSYNC_BOARD_MAC_SIZE];
    return (mac[0] & 1u) == 0 && memcmp(mac, none, sizeof none) != 0;
}

void board_made_up_mac(uint8_t mac[CONNSYNC_BOARD_MAC_SIZE])
{
    static uint8_t made_up[CONNSYNC_BOARD_MAC_SIZE];
    if (made_up[0] == 0 && connsync_board_entropy(made_up, sizeof made_up) == 0) {
        made_up[0] = (uint8_t)((made_up[0] & ~1u) | 2u);
    }
    memcpy(mac, made_up, sizeof made_up);
    mac[0] |= 2u; /* still an address when there was no entropy; TLS will say so */
}
