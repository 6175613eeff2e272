/*
 * What boards/common must know of this board. See boards/common/common.h.
 */
#ifndef BOARDS_LM3S6965EVB_DEVICE_H
#define BOARDS_LM3S6965EVB_DEVICE_H

#define BOARD_CPU_HZ 50000000u
#define BOARD_FLASH_LOG2 18
#define BOARD_RAM_LOG2 16
#define BOARD_NIC_IRQ 42u
#define BOARD_WATCHDOG 0x40000000u
#define BOARD_WATCHDOG_HZ BOARD_CPU_HZ
#define BOARD_WATCHDOG_IRQ 18u
#define BOARD_LAST_IRQ BOARD_NIC_IRQ

/* System control: the maker's Ethernet address is in two words of the flash. */
#define SYSCTL 0x400FE000u
#define SYSCTL_USER_REG0 BOARD_REGISTER(SYSCTL + 0x1E0u)
#define SYSCTL_USER_REG1 BOARD_REGISTER(SYSCTL + 0x1E4u)

#endif
