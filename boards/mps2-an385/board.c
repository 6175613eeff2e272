/*
 * MPS2 with AN385 or AN386: console and light. Registers are those of the Cortex-M
 * System Design Kit's UART and of the MPS2's FPGA I/O block.
 */
#include "boards/common/common.h"

#include "device.h"

#define UART0 0x40004000u
#define UART_DATA BOARD_REGISTER(UART0 + 0x00u)
#define UART_STATE BOARD_REGISTER(UART0 + 0x04u)
#define STATE_TRANSMITTER_FULL (1u << 0)
#define UART_CTRL BOARD_REGISTER(UART0 + 0x08u)
#define CTRL_TRANSMIT (1u << 0)
#define UART_BAUDDIV BOARD_REGISTER(UART0 + 0x10u)
#define BAUD 115200u

#define FPGAIO_LED BOARD_REGISTER(0x40028000u)
#define LED0 (1u << 0)

/* The FPGA image's clocks run from the start. */
void board_start_clocks(void)
{
}

void board_start_console(void)
{
    UART_BAUDDIV = (BOARD_CPU_HZ + BAUD / 2u) / BAUD;
    UART_CTRL = CTRL_TRANSMIT;
}

void connsync_board_console_write(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        while ((UART_STATE & STATE_TRANSMITTER_FULL) != 0) {
        }
        UART_DATA = (uint8_t)text[i];
    }
}

void board_light(bool on)
{
    FPGAIO_LED = on ? LED0 : 0;
}
