/*
 * The Ethernet address of a device whose maker may have given it none.
 */
#include "boards/common/common.h"

#include <string.h>

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
