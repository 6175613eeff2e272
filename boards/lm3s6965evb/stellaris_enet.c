/*
 * The Ethernet controller inside the LM3S6965, and its transceiver.
 *
 * Both FIFOs hold 16 bits of length in front of a frame, so that the frame begins in
 * the upper half of a word. The length to send is that of the payload; the length
 * received counts itself and the checksum.
 */
#include "boards/common/common.h"
#include "boards/common/fifo.h"
#include "boards/common/phy.h"

#include <lwip/pbuf.h>

#include "device.h"

#define MAC 0x40048000u
#define MAC_RIS BOARD_REGISTER(MAC + 0x000u) /* written, it acknowledges */
#define INT_RECEIVED (1u << 0)
#define INT_SEND_ERROR (1u << 1)
#define INT_OVERRUN (1u << 3)
#define INT_RECEIVE_ERROR (1u << 4)
#define MAC_IM BOARD_REGISTER(MAC + 0x004u)
#define MAC_RCTL BOARD_REGISTER(MAC + 0x008u)
#define RCTL_ENABLE (1u << 0)
#define RCTL_REJECT_BAD (1u << 3)
#define RCTL_RESET_FIFO (1u << 4)
#define MAC_TCTL BOARD_REGISTER(MAC + 0x00Cu)
#define TCTL_ENABLE (1u << 0)
#define TCTL_PAD (1u << 1)
#define TCTL_CHECKSUM (1u << 2)
#define TCTL_FULL_DUPLEX (1u << 4)
#define MAC_DATA BOARD_REGISTER(MAC + 0x010u)
#define MAC_IA0 BOARD_REGISTER(MAC + 0x014u)
#define MAC_IA1 BOARD_REGISTER(MAC + 0x018u)
#define MAC_MCTL BOARD_REGISTER(MAC + 0x020u)
#define MCTL_START (1u << 0)
#define MCTL_WRITE (1u << 1)
#define MCTL_REGISTER(number) ((number) << 3)
#define MAC_MDV BOARD_REGISTER(MAC + 0x024u)
#define MAC_MTXD BOARD_REGISTER(MAC + 0x02Cu)
#define MAC_MRXD BOARD_REGISTER(MAC + 0x030u)
#define MAC_NP BOARD_REGISTER(MAC + 0x034u)
#define NP_FRAMES 0x3Fu
#define MAC_TR BOARD_REGISTER(MAC + 0x038u)
#define TR_SEND (1u << 0)

#define TCTL_ALWAYS (TCTL_ENABLE | TCTL_PAD | TCTL_CHECKSUM)
/* In front of a received frame, its length; behind it, its checksum. */
#define LENGTH_SIZE 2u
#define RECEIVE_OVERHEAD 6u
/* What the chip can receive ahead, all overheads included. */
#define RECEIVE_FIFO 2048u
/* The transceiver's bus has a clock of at most 2.5 MHz; an access takes 64 of its
 * cycles, so this many readings of a register are more than enough. */
#define PHY_CLOCK_DIVISOR (BOARD_CPU_HZ / (2u * 2500000u) - 1u)
#define PHY_WAIT 10000u
/* The link is asked for this often at most. */
#define LINK_INTERVAL_MS 250u

/* False where there is no transceiver that can be asked: an emulator has none. */
static bool phy_answers;
static bool link_is_up;
static uint64_t link_asked_ms;

static bool phy_access(uint32_t control)
{
    MAC_MCTL = control | MCTL_START;
    for (unsigned int i = 0; i < PHY_WAIT; i++) {
        if ((MAC_MCTL & MCTL_START) == 0) {
            return true;
        }
    }
    return false;
}

static uint32_t phy_read(uint32_t number)
{
    return phy_access(MCTL_REGISTER(number)) ? MAC_MRXD & 0xFFFFu : 0;
}

static void phy_write(uint32_t number, uint32_t value)
{
    MAC_MTXD = value;
    (void)phy_access(MCTL_REGISTER(number) | MCTL_WRITE);
}

static void set_mac(void)
{
    uint8_t mac[CONNSYNC_BOARD_MAC_SIZE];
    connsync_board_mac(mac);
    MAC_IA0 =
        (uint32_t)mac[0] | (uint32_t)mac[1] << 8 | (uint32_t)mac[2] << 16 | (uint32_t)mac[3] << 24;
    MAC_IA1 = (uint32_t)mac[4] | (uint32_t)mac[5] << 8;
}

/* The only way to find the beginning of a frame again once it is lost. */
static void restart_receiver(void)
{
    MAC_RCTL = RCTL_REJECT_BAD;
    MAC_RCTL = RCTL_REJECT_BAD | RCTL_RESET_FIFO;
    MAC_RIS = INT_RECEIVED | INT_OVERRUN | INT_RECEIVE_ERROR;
    MAC_RCTL = RCTL_REJECT_BAD | RCTL_ENABLE;
}

int connsync_board_nic_start(void)
{
    MAC_IM = 0;
    set_mac();
    if (MAC_IA0 == 0 && MAC_IA1 == 0) {
        return -1;
    }
    MAC_MDV = PHY_CLOCK_DIVISOR;
    uint32_t id = phy_read(PHY_ID);
    phy_answers = id != 0 && id != 0xFFFFu;
    if (phy_answers) {
        phy_write(PHY_CONTROL, PHY_CONTROL_AUTONEGOTIATE | PHY_CONTROL_RESTART);
    }
    link_is_up = !phy_answers;
    MAC_TCTL = TCTL_ALWAYS;
    restart_receiver();
    MAC_IM = INT_RECEIVED | INT_OVERRUN;
    return 0;
}

bool connsync_board_nic_link(void)
{
    uint64_t now = connsync_board_ms();
    if (!phy_answers || now - link_asked_ms < LINK_INTERVAL_MS) {
        return link_is_up;
    }
    link_asked_ms = now;
    bool up = (phy_read(PHY_STATUS) & PHY_STATUS_LINK) != 0;
    if (up && !link_is_up) {
        bool full = phy_is_full_duplex(phy_read(PHY_ADVERTISED), phy_read(PHY_PARTNER));
        MAC_TCTL = TCTL_ALWAYS | (full ? TCTL_FULL_DUPLEX : 0);
    }
    link_is_up = up;
    return up;
}

void board_nic_acknowledge(void)
{
    /* Not the error of sending: acknowledging it empties the transmitter's FIFO, which is for
     * the next frame to do. Nor the overrun, which is for the next reception to find. */
    MAC_RIS = INT_RECEIVED;
}

bool connsync_board_nic_waiting(void)
{
    return (MAC_NP & NP_FRAMES) != 0 || (MAC_RIS & INT_OVERRUN) != 0;
}

struct pbuf *connsync_board_nic_receive(void)
{
    if ((MAC_NP & NP_FRAMES) == 0) {
        /* Frames that were whole before an overrun are good, and taken by now. */
        if ((MAC_RIS & INT_OVERRUN) != 0) {
            restart_receiver();
        }
        return NULL;
    }
    uint32_t first = MAC_DATA;
    size_t length = first & 0xFFFFu;
    if (length < BOARD_FRAME_MIN + RECEIVE_OVERHEAD || length > RECEIVE_FIFO) {
        restart_receiver(); /* no frame begins here */
        return NULL;
    }
    return board_fifo_receive(&MAC_DATA, (length + 3u) / 4u, length - RECEIVE_OVERHEAD, LENGTH_SIZE,
                              first);
}

bool connsync_board_nic_send(const struct pbuf *frame)
{
    if ((MAC_TR & TR_SEND) != 0 || frame->tot_len < BOARD_FRAME_MIN ||
        frame->tot_len > BOARD_FRAME_MAX) {
        return false;
    }
    if ((MAC_RIS & INT_SEND_ERROR) != 0) {
        MAC_RIS = INT_SEND_ERROR; /* what is left of the last frame is not to begin this one */
    }
    board_fifo_send(&MAC_DATA, frame, LENGTH_SIZE, frame->tot_len - BOARD_FRAME_MIN);
    MAC_TR = TR_SEND;
    return true;
}
