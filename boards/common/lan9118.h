/*
 * The LAN9118 family of Ethernet controllers (LAN9118, LAN9220, ...), as a memory of
 * 256 bytes on the board's bus. lan9118.c implements connsync_board_nic_* and
 * connsync_board_mac on it; device.h gives BOARD_LAN9118, its address.
 */
#ifndef BOARDS_COMMON_LAN9118_H
#define BOARDS_COMMON_LAN9118_H

#include "boards/common/cortexm.h"

#include "device.h"

#define LAN_RX_DATA BOARD_REGISTER(BOARD_LAN9118 + 0x00u)
#define LAN_TX_DATA BOARD_REGISTER(BOARD_LAN9118 + 0x20u)
#define LAN_RX_STATUS BOARD_REGISTER(BOARD_LAN9118 + 0x40u)
#define RX_STATUS_ERROR (1u << 15)
#define RX_STATUS_LENGTH(status) (((status) >> 16) & 0x3FFFu)
#define LAN_TX_STATUS BOARD_REGISTER(BOARD_LAN9118 + 0x48u)
#define LAN_IRQ_CFG BOARD_REGISTER(BOARD_LAN9118 + 0x54u)
#define IRQ_CFG_PUSH_PULL (1u << 0)
#define IRQ_CFG_ACTIVE_HIGH (1u << 4)
#define IRQ_CFG_ENABLE (1u << 8)
#define LAN_INT_STS BOARD_REGISTER(BOARD_LAN9118 + 0x58u)
#define LAN_INT_EN BOARD_REGISTER(BOARD_LAN9118 + 0x5Cu)
#define INT_RX_STATUS_LEVEL (1u << 3)
#define INT_RX_ERROR (1u << 14)
#define INT_RX_STOPPED (1u << 24)
#define LAN_BYTE_TEST BOARD_REGISTER(BOARD_LAN9118 + 0x64u)
#define BYTE_TEST_VALUE 0x87654321u
#define LAN_FIFO_INT BOARD_REGISTER(BOARD_LAN9118 + 0x68u)
/* Interrupt from the first frame on; the transmitter's level is left as after a reset. */
#define FIFO_INT_FIRST_FRAME 0x48000000u
#define LAN_RX_CFG BOARD_REGISTER(BOARD_LAN9118 + 0x6Cu)
#define RX_CFG_DUMP (1u << 15)
#define LAN_TX_CFG BOARD_REGISTER(BOARD_LAN9118 + 0x70u)
#define TX_CFG_ON (1u << 1)
#define LAN_HW_CFG BOARD_REGISTER(BOARD_LAN9118 + 0x74u)
#define HW_CFG_SOFT_RESET (1u << 0)
#define HW_CFG_MUST_BE_ONE (1u << 20)
#define HW_CFG_TX_FIFO_5_KB (5u << 16)
#define LAN_RX_FIFO_INF BOARD_REGISTER(BOARD_LAN9118 + 0x7Cu)
#define RX_FIFO_FRAMES(inf) (((inf) >> 16) & 0xFFu)
#define LAN_TX_FIFO_INF BOARD_REGISTER(BOARD_LAN9118 + 0x80u)
#define TX_FIFO_STATUSES(inf) (((inf) >> 16) & 0xFFu)
#define TX_FIFO_FREE(inf) ((inf)&0xFFFFu)
#define LAN_PMT_CTRL BOARD_REGISTER(BOARD_LAN9118 + 0x84u)
#define PMT_CTRL_READY (1u << 0)
#define LAN_MAC_CSR_CMD BOARD_REGISTER(BOARD_LAN9118 + 0xA4u)
#define MAC_CSR_BUSY (1u << 31)
#define MAC_CSR_READ (1u << 30)
#define LAN_MAC_CSR_DATA BOARD_REGISTER(BOARD_LAN9118 + 0xA8u)

/* Registers of the MAC, reached through the two above. */
#define MAC_CR 1u
#define MAC_CR_RXEN (1u << 2)
#define MAC_CR_TXEN (1u << 3)
#define MAC_CR_FULL_DUPLEX (1u << 20)
#define MAC_ADDRH 2u
#define MAC_ADDRL 3u
#define MAC_MII_ACC 6u
#define MII_ACC_BUSY (1u << 0)
#define MII_ACC_WRITE (1u << 1)
#define MII_ACC_PHY(number, reg) (((number) << 11) | ((reg) << 6))
#define MAC_MII_DATA 7u

#endif
