/*
 * The parts of a Cortex-M processor that the boards use: system control, the
 * interrupt controller, the tick, memory protection. The same on M3 and M4.
 * Names and bits are those of the ARMv7-M Architecture Reference Manual, B3.
 */
#ifndef BOARDS_COMMON_CORTEXM_H
#define BOARDS_COMMON_CORTEXM_H

#include <stdint.h>

/* A register at an address that the hardware's maker chose. */
#define BOARD_REGISTER(address) (*(volatile uint32_t *)(address))

#define SYST_CSR BOARD_REGISTER(0xE000E010u)
#define SYST_CSR_ENABLE (1u << 0)
#define SYST_CSR_TICKINT (1u << 1)
#define SYST_CSR_CLKSOURCE (1u << 2)
#define SYST_CSR_COUNTFLAG (1u << 16)
#define SYST_RVR BOARD_REGISTER(0xE000E014u)
#define SYST_CVR BOARD_REGISTER(0xE000E018u)

#define NVIC_ISER(number) BOARD_REGISTER(0xE000E100u + 4u * ((number) / 32u))
#define NVIC_ICER(number) BOARD_REGISTER(0xE000E180u + 4u * ((number) / 32u))
#define NVIC_BIT(number) (1u << ((number) % 32u))

#define SCB_VTOR BOARD_REGISTER(0xE000ED08u)
#define SCB_AIRCR BOARD_REGISTER(0xE000ED0Cu)
#define SCB_AIRCR_RESET ((0x05FAu << 16) | (1u << 2)) /* VECTKEY, SYSRESETREQ */
#define SCB_CCR BOARD_REGISTER(0xE000ED14u)
#define SCB_CCR_DIV_0_TRP (1u << 4)
#define SCB_SHPR3 BOARD_REGISTER(0xE000ED20u)
#define SCB_CFSR BOARD_REGISTER(0xE000ED28u)
#define SCB_CFSR_MMARVALID (1u << 7)
#define SCB_CFSR_BFARVALID (1u << 15)
#define SCB_HFSR BOARD_REGISTER(0xE000ED2Cu)
#define SCB_MMFAR BOARD_REGISTER(0xE000ED34u)
#define SCB_BFAR BOARD_REGISTER(0xE000ED38u)

#define MPU_TYPE BOARD_REGISTER(0xE000ED90u)
#define MPU_CTRL BOARD_REGISTER(0xE000ED94u)
#define MPU_CTRL_ENABLE (1u << 0)
#define MPU_RBAR BOARD_REGISTER(0xE000ED9Cu)
#define MPU_RBAR_VALID (1u << 4)
#define MPU_RASR BOARD_REGISTER(0xE000EDA0u)

/* What the processor pushes when an exception begins. */
struct board_frame {
    uint32_t r0, r1, r2, r3, r12, lr, pc, psr;
};

static inline void board_interrupts_off(void)
{
    __asm volatile("cpsid i" ::: "memory");
}

static inline void board_interrupts_on(void)
{
    __asm volatile("cpsie i" ::: "memory");
}

static inline void board_barrier(void)
{
    __asm volatile("dsb\n\tisb" ::: "memory");
}

/* Resets the chip: what runs next begins at the vector table. */
_Noreturn static inline void board_restart(void)
{
    SCB_AIRCR = SCB_AIRCR_RESET;
    board_barrier();
    for (;;) {
    }
}

static inline void board_wait_for_interrupt(void)
{
    __asm volatile("dsb\n\twfi" ::: "memory");
}

#endif
