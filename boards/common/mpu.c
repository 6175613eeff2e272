/*
 * Memory protection, so that a defect stops where it happens. The program reaches its
 * flash, which it cannot write (and with it nothing near the null pointer); its RAM,
 * which it cannot execute; and the peripherals, those of the chip and, where the board
 * has some elsewhere, those beside it. Any other address is a fault, first of all those
 * below the RAM, into which an overrunning stack grows: there are chips on which something
 * answers there, or where an access to nothing goes unnoticed.
 */
#include "boards/common/common.h"

#include "device.h"

#define RAM_BASE 0x20000000u
#define PERIPHERALS_BASE 0x40000000u
#define PERIPHERALS_LOG2 29

/* Fields of MPU_RASR. */
#define NO_EXECUTION (1u << 28)
#define READ_AND_WRITE (3u << 24)
#define READ_ONLY (6u << 24)
#define NORMAL_MEMORY (2u << 16)
#define DEVICE_MEMORY (1u << 16)
#define SIZE_LOG2(log2) (((log2)-1u) << 1)
#define REGION_ENABLE 1u

static void set_region(uint32_t number, uint32_t base, uint32_t attributes)
{
    MPU_RBAR = base | MPU_RBAR_VALID | number;
    MPU_RASR = attributes | REGION_ENABLE;
}

void board_start_mpu(void)
{
    if (MPU_TYPE == 0) {
        return; /* this processor was made without one */
    }
    set_region(0, 0, READ_ONLY | NORMAL_MEMORY | SIZE_LOG2(BOARD_FLASH_LOG2));
    set_region(1, RAM_BASE,
               READ_AND_WRITE | NO_EXECUTION | NORMAL_MEMORY | SIZE_LOG2(BOARD_RAM_LOG2));
    set_region(2, PERIPHERALS_BASE,
               READ_AND_WRITE | NO_EXECUTION | DEVICE_MEMORY | SIZE_LOG2(PERIPHERALS_LOG2));
#if defined(BOARD_DEVICES)
    set_region(3, BOARD_DEVICES,
               READ_AND_WRITE | NO_EXECUTION | DEVICE_MEMORY | SIZE_LOG2(BOARD_DEVICES_LOG2));
#endif
    /* No background region behind these; and no protection in the fault handlers. */
    MPU_CTRL = MPU_CTRL_ENABLE;
    board_barrier();
}
