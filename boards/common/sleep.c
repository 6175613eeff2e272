/*
 * Sleeping until something happens: the tick, or a frame at the Ethernet controller.
 */
#include "boards/common/common.h"

#include "device.h"

/* The interrupt's only purpose is to end the sleep. Its cause stays until the frame is
 * taken, so it is masked until the next sleep asks for it. */
void board_nic_interrupt(void)
{
    NVIC_ICER(BOARD_NIC_IRQ) = NVIC_BIT(BOARD_NIC_IRQ);
    board_barrier();
}

void connsync_board_sleep(void)
{
    /* With interrupts held back, one that comes after the controller was asked is not
     * served but still ends the sleep: no frame waits for the next tick. */
    board_interrupts_off();
    board_nic_acknowledge();
    NVIC_ISER(BOARD_NIC_IRQ) = NVIC_BIT(BOARD_NIC_IRQ);
    if (!connsync_board_nic_waiting()) {
        board_wait_for_interrupt();
    }
    board_interrupts_on();
}
