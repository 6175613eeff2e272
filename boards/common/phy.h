/*
 * The registers that every Ethernet transceiver has (IEEE 802.3, clause 22).
 */
#ifndef BOARDS_COMMON_PHY_H
#define BOARDS_COMMON_PHY_H

#include <stdbool.h>
#include <stdint.h>

#define PHY_CONTROL 0u
#define PHY_CONTROL_AUTONEGOTIATE (1u << 12)
#define PHY_CONTROL_RESTART (1u << 9)
#define PHY_STATUS 1u
#define PHY_STATUS_LINK (1u << 2)
#define PHY_ID 2u
#define PHY_ADVERTISED 4u
#define PHY_PARTNER 5u

/* Of what both sides can, the best is taken: 100 full, 100 half, 10 full, 10 half. */
static inline bool phy_is_full_duplex(uint32_t advertised, uint32_t partner)
{
    uint32_t both = advertised & partner;
    if ((both & (1u << 8)) != 0) {
        return true;
    }
    return (both & (1u << 7)) == 0 && (both & (1u << 6)) != 0;
}

#endif
