/*
 * What boards/common must know of this board. See boards/common/common.h.
 */
#ifndef BOARDS_MPS2_AN500_DEVICE_H
#define BOARDS_MPS2_AN500_DEVICE_H

#define BOARD_CPU_HZ 25000000u
#define BOARD_FLASH_LOG2 22
#define BOARD_RAM_LOG2 22
#define BOARD_LAN9118 0xA0000000u
#define BOARD_DEVICES BOARD_LAN9118
#define BOARD_DEVICES_LOG2 16
#define BOARD_NIC_IRQ 13u
/* Its interrupt is the NMI. */
#define BOARD_WATCHDOG 0x40008000u
#define BOARD_WATCHDOG_HZ BOARD_CPU_HZ
#define BOARD_LAST_IRQ BOARD_NIC_IRQ

#endif
