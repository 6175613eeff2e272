/*
 * Ethernet through a LAN9118. See lan9118.h.
 */
#include "boards/common/lan9118.h"

#include "boards/common/common.h"
#include "boards/common/fifo.h"
#include "boards/common/phy.h"

#include <lwip/pbuf.h>

#define CHECKSUM_SIZE 4u
/* One buffer, which is the first and the last of its frame. */
#define TX_COMMAND_WHOLE_FRAME 0x3000u
#define TX_COMMAND_SIZE 8u
/* The transceiver inside the chip. */
#define PHY_NUMBER 1u
/* Readings of a register that are more than enough for what they wait for: an access to
 * the transceiver's slow bus, and the reading of the EEPROM after a reset. */
#define ACCESS_WAIT 10000u
#define RESET_WAIT 1000000u
/* The link is asked for this often at most. */
#define LINK_INTERVAL_MS 250u

static bool link_is_up;
static uint64_t link_asked_ms;

/* Reads a register until those bits of it are as they should be, at most so often. */
static bool comes(volatile const uint32_t *bits_of, uint32_t mask, uint32_t wanted,
                  uint32_t readings)
{
    while (readings-- > 0) {
        if ((*bits_of & mask) == wanted) {
            return true;
        }
    }
    return false;
}

static bool mac_access(uint32_t command)
{
    LAN_MAC_CSR_CMD = command | MAC_CSR_BUSY;
    return comes(&LAN_MAC_CSR_CMD, MAC_CSR_BUSY, 0, ACCESS_WAIT);
}

static uint32_t mac_read(uint32_t number)
{
    return mac_access(number | MAC_CSR_READ) ? LAN_MAC_CSR_DATA : 0;
}

static void mac_write(uint32_t number, uint32_t value)
{
    LAN_MAC_CSR_DATA = value;
    (void)mac_access(number);
}

static void phy_access(uint32_t command)
{
    mac_write(MAC_MII_ACC, command);
    for (unsigned int i = 0; i < ACCESS_WAIT; i++) {
        if ((mac_read(MAC_MII_ACC) & MII_ACC_BUSY) == 0) {
            return;
        }
    }
}

static uint32_t phy_read(uint32_t number)
{
    phy_access(MII_ACC_PHY(PHY_NUMBER, number));
    return mac_read(MAC_MII_DATA) & 0xFFFFu;
}

static void phy_write(uint32_t number, uint32_t value)
{
    mac_write(MAC_MII_DATA, value);
    phy_access(MII_ACC_PHY(PHY_NUMBER, number) | MII_ACC_WRITE);
}

/* The chip reads its address from an EEPROM when it starts. */
void connsync_board_mac(uint8_t mac[CONNSYNC_BOARD_MAC_SIZE])
{
    uint32_t low = mac_read(MAC_ADDRL);
    uint32_t high = mac_read(MAC_ADDRH);
    for (unsigned int i = 0; i < 4; i++) {
        mac[i] = (uint8_t)(low >> (8 * i));
    }
    mac[4] = (uint8_t)high;
    mac[5] = (uint8_t)(high >> 8);
    if (!board_mac_is_usable(mac)) {
        board_made_up_mac(mac);
    }
}

static void set_mac(void)
{
    uint8_t mac[CONNSYNC_BOARD_MAC_SIZE];
    connsync_board_mac(mac);
    mac_write(MAC_ADDRL, (uint32_t)mac[0] | (uint32_t)mac[1] << 8 | (uint32_t)mac[2] << 16 |
                             (uint32_t)mac[3] << 24);
    mac_write(MAC_ADDRH, (uint32_t)mac[4] | (uint32_t)mac[5] << 8);
}

static bool reset_chip(void)
{
    /* After the power came on, or in its sleep, it reads otherwise for a while. */
    if (!comes(&LAN_BYTE_TEST, UINT32_MAX, BYTE_TEST_VALUE, RESET_WAIT)) {
        return false;
    }
    LAN_HW_CFG = HW_CFG_SOFT_RESET;
    return comes(&LAN_HW_CFG, HW_CFG_SOFT_RESET, 0, RESET_WAIT) &&
           comes(&LAN_PMT_CTRL, PMT_CTRL_READY, PMT_CTRL_READY, RESET_WAIT);
}

static void set_mac_control(bool full_duplex, bool receive)
{
    mac_write(MAC_CR,
              MAC_CR_TXEN | (receive ? MAC_CR_RXEN : 0) | (full_duplex ? MAC_CR_FULL_DUPLEX : 0));
}

int connsync_board_nic_start(void)
{
    if (!reset_chip()) {
        return -1;
    }
    LAN_HW_CFG = HW_CFG_MUST_BE_ONE | HW_CFG_TX_FIFO_5_KB;
    LAN_INT_EN = 0;
    LAN_INT_STS = UINT32_MAX;
    LAN_IRQ_CFG = IRQ_CFG_ENABLE | IRQ_CFG_ACTIVE_HIGH | IRQ_CFG_PUSH_PULL;
    LAN_FIFO_INT = FIFO_INT_FIRST_FRAME;
    LAN_RX_CFG = 0;
    set_mac();
    phy_write(PHY_CONTROL, PHY_CONTROL_AUTONEGOTIATE | PHY_CONTROL_RESTART);
    link_is_up = false;
    set_mac_control(true, true);
    LAN_TX_CFG = TX_CFG_ON;
    LAN_INT_EN = INT_RX_STATUS_LEVEL;
    return 0;
}

static bool negotiated_full_duplex(void)
{
    return phy_is_full_duplex(phy_read(PHY_ADVERTISED), phy_read(PHY_PARTNER));
}

bool connsync_board_nic_link(void)
{
    uint64_t now = connsync_board_ms();
    if (now - link_asked_ms < LINK_INTERVAL_MS) {
        return link_is_up;
    }
    link_asked_ms = now;
    bool up = (phy_read(PHY_STATUS) & PHY_STATUS_LINK) != 0;
    if (up && !link_is_up) {
        set_mac_control(negotiated_full_duplex(), true);
    }
    link_is_up = up;
    return up;
}

void board_nic_acknowledge(void)
{
    LAN_INT_STS = INT_RX_STATUS_LEVEL;
}

bool connsync_board_nic_waiting(void)
{
    return RX_FIFO_FRAMES(LAN_RX_FIFO_INF) != 0 || (LAN_INT_STS & INT_RX_ERROR) != 0;
}

/* After an overrun lengths and data no longer belong together: all of it is dropped. The FIFOs
 * may be emptied only when the receiver has stopped, and are not to be touched meanwhile. */
static void restart_receiver(void)
{
    LAN_INT_STS = INT_RX_STOPPED;
    set_mac_control(negotiated_full_duplex(), false);
    (void)comes(&LAN_INT_STS, INT_RX_STOPPED, INT_RX_STOPPED, ACCESS_WAIT);
    LAN_RX_CFG = RX_CFG_DUMP;
    (void)comes(&LAN_RX_CFG, RX_CFG_DUMP, 0, ACCESS_WAIT);
    LAN_INT_STS = INT_RX_ERROR | INT_RX_STOPPED;
    set_mac_control(negotiated_full_duplex(), true);
}

struct pbuf *connsync_board_nic_receive(void)
{
    if ((LAN_INT_STS & INT_RX_ERROR) != 0) {
        restart_receiver();
    }
    if (RX_FIFO_FRAMES(LAN_RX_FIFO_INF) == 0) {
        return NULL;
    }
    uint32_t status = LAN_RX_STATUS;
    size_t length = RX_STATUS_LENGTH(status);
    size_t payload = length > CHECKSUM_SIZE ? length - CHECKSUM_SIZE : 0;
    if ((status & RX_STATUS_ERROR) != 0) {
        payload = 0; /* drained, and dropped */
    }
    return board_fifo_receive(&LAN_RX_DATA, (length + 3u) / 4u, payload, 0, 0);
}

bool connsync_board_nic_send(const struct pbuf *frame)
{
    uint32_t room = LAN_TX_FIFO_INF;
    for (unsigned int done = TX_FIFO_STATUSES(room); done > 0; done--) {
        (void)LAN_TX_STATUS;
    }
    size_t length = frame->tot_len;
    if (length > BOARD_FRAME_MAX || TX_FIFO_FREE(room) < length + TX_COMMAND_SIZE + 3u) {
        return false;
    }
    LAN_TX_DATA = TX_COMMAND_WHOLE_FRAME | (uint32_t)length;
    LAN_TX_DATA = (uint32_t)length;
    board_fifo_send(&LAN_TX_DATA, frame, 0, 0);
    return true;
}
