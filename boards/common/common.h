/*
 * What the files of boards/common ask of each other, and of a board.
 *
 * A board writes three things beside its network driver: the functions under "The
 * board's part", `device.h`, and `memory.ld`. device.h defines
 *
 *   BOARD_CPU_HZ            the clock that board_start_clocks() chose
 *   BOARD_FLASH_LOG2        the flash, and
 *   BOARD_RAM_LOG2          the RAM, each as the power of two that holds it
 *   BOARD_NIC_IRQ           the Ethernet controller's interrupt
 *   BOARD_WATCHDOG          address of a watchdog with the registers of Arm's SP805
 *   BOARD_WATCHDOG_HZ       its clock
 *   BOARD_WATCHDOG_IRQ      its interrupt; left out where it is wired to the NMI
 *   BOARD_LAST_IRQ          the greater of the two, for the vector table's size
 *   BOARD_DEVICES           only where a device is outside of 0x40000000 to 0x5FFFFFFF: a
 *   BOARD_DEVICES_LOG2      region that holds it, its size a power of two and its address
 *                           a multiple of that; elsewhere every access is a fault
 *   BOARD_LAN9118           only with lan9118.c: the controller's address
 *
 * Public names here begin with board_; those of the contract with the firmware,
 * platform/lwip/connsync_board.h, with connsync_board_.
 */
#ifndef BOARDS_COMMON_COMMON_H
#define BOARDS_COMMON_COMMON_H

#include "boards/common/cortexm.h"
#include "platform/lwip/connsync_board.h"

/* ---- The board's part ---- */

/* Brings the processor to BOARD_CPU_HZ, and clocks to what the board uses. The first
 * code to run after a reset, when .data and .bss hold nothing yet. */
void board_start_clocks(void);

/* Makes connsync_board_console_write work, and the light. */
void board_start_console(void);

/* The light that halting blinks. */
void board_light(bool on);

/* Acknowledges the controller's interrupt; one that has a cause left comes again. */
void board_nic_acknowledge(void);

/* ---- From the linker script ---- */

extern uint32_t board_stack_start[], board_stack_end[];

/* ---- start.c, mpu.c, tick.c, sleep.c ---- */

/* The word that the free stack is painted with. */
#define BOARD_PAINT 0x6B636174u

_Noreturn void board_reset(void);
void board_start_mpu(void);
void board_start_tick(void);
/* Interrupts: the millisecond, and the Ethernet controller. */
void board_tick(void);
void board_nic_interrupt(void);

/* Waits for a millisecond without an interrupt: usable in a fault. */
void board_wait_ms(void);

/* ---- fault.c ---- */

void board_fault(void);

/* ---- memory.c ---- */

/* Whether the stack overran: its guard word is gone, or `stack_pointer` has left it. */
bool board_stack_overrun(uint32_t stack_pointer);

/* ---- watchdog.c ---- */

void board_start_watchdog(void);
void board_watchdog_interrupt(void);

/* ---- text.c: the console in bad times, without formatting functions ---- */

void board_say(const char *text);
/* A label, and a number in eight hexadecimal digits. */
void board_say_word(const char *label, uint32_t word);

/* ---- mac.c ---- */

/* A locally administered address, the same until the next reset, for a device whose
 * maker gave it none. */
void board_made_up_mac(uint8_t mac[CONNSYNC_BOARD_MAC_SIZE]);

/* Whether `mac` is one that an adapter may have. */
bool board_mac_is_usable(const uint8_t mac[CONNSYNC_BOARD_MAC_SIZE]);

#endif
