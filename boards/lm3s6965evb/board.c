/*
 * LM3S6965 evaluation kit: clocks, console, light. Registers are those of the LM3S6965
 * data sheet, by its names.
 */
#include "boards/common/common.h"

#include "device.h"

#define SYSCTL_DID0 BOARD_REGISTER(SYSCTL + 0x000u)
#define DID0_REVISION 0xFFFFu
#define REVISION_A2 0x0002u
#define SYSCTL_LDOPCTL BOARD_REGISTER(SYSCTL + 0x034u)
#define LDO_2_75_V 0x1Bu
#define SYSCTL_RIS BOARD_REGISTER(SYSCTL + 0x050u)
#define RIS_PLL_LOCKED (1u << 6)
#define SYSCTL_MISC BOARD_REGISTER(SYSCTL + 0x058u) /* written, it acknowledges */
#define SYSCTL_RCC BOARD_REGISTER(SYSCTL + 0x060u)
#define RCC_SYSDIV(divisor) (((divisor)-1u) << 23)
#define RCC_USE_SYSDIV (1u << 22)
#define RCC_POWER_DOWN (1u << 13)
#define RCC_BYPASS (1u << 11)
#define RCC_CRYSTAL_8_MHZ (0xEu << 6)
#define RCC_SOURCE_FIELDS ((0xFu << 6) | (3u << 4)) /* crystal, oscillator */
#define RCC_DIVISOR_FIELD (0xFu << 23)
#define RCC_MAIN_OSCILLATOR_OFF (1u << 0)
/* So often a register is read while an oscillator settles: each read takes five cycles or
 * more, and the internal oscillator has 15.6 MHz at most, so that it is 25 ms at least, of the
 * crystal's 8 MHz 50. The crystal needs some milliseconds, the PLL half of one. */
#define SETTLING_READS 80000u
#define SYSCTL_RCGC0 BOARD_REGISTER(SYSCTL + 0x100u)
#define RCGC0_WATCHDOG (1u << 3)
#define SYSCTL_RCGC1 BOARD_REGISTER(SYSCTL + 0x104u)
#define RCGC1_UART0 (1u << 0)
#define SYSCTL_RCGC2 BOARD_REGISTER(SYSCTL + 0x108u)
#define RCGC2_GPIO_A (1u << 0)
#define RCGC2_GPIO_F (1u << 5)
#define RCGC2_ETHERNET ((1u << 28) | (1u << 30))

#define GPIO_A 0x40004000u
#define GPIO_F 0x40025000u
/* The address bits choose which pins an access reaches. */
#define GPIO_DATA(port, pins) BOARD_REGISTER((port) + ((pins) << 2))
#define GPIO_DIR(port) BOARD_REGISTER((port) + 0x400u)
#define GPIO_AFSEL(port) BOARD_REGISTER((port) + 0x420u)
#define GPIO_DEN(port) BOARD_REGISTER((port) + 0x51Cu)
#define UART_PINS 0x03u     /* PA0, PA1 */
#define STATUS_PIN 0x01u    /* PF0 */
#define ETHERNET_PINS 0x0Cu /* PF2, PF3: the lights of the socket */

#define UART0 0x4000C000u
#define UART_DR BOARD_REGISTER(UART0 + 0x000u)
#define UART_FR BOARD_REGISTER(UART0 + 0x018u)
#define FR_TRANSMITTER_FULL (1u << 5)
#define UART_IBRD BOARD_REGISTER(UART0 + 0x024u)
#define UART_FBRD BOARD_REGISTER(UART0 + 0x028u)
#define UART_LCRH BOARD_REGISTER(UART0 + 0x02Cu)
#define LCRH_8_BITS_FIFO 0x70u
#define UART_CTL BOARD_REGISTER(UART0 + 0x030u)
#define CTL_ENABLE ((1u << 9) | (1u << 8) | (1u << 0))
#define BAUD 115200u
/* In 64ths: the integer part, and the fraction. */
#define BAUD_DIVISOR ((BOARD_CPU_HZ * 4u + BAUD / 2u) / BAUD)

/* Waits for a sign in the raw interrupts' register, or, where nothing gives one, for as long as
 * an oscillator can take. */
static bool settles(uint32_t sign)
{
    for (uint32_t i = 0; i < SETTLING_READS; i++) {
        if ((SYSCTL_RIS & sign) != 0) {
            return true;
        }
    }
    return false;
}

/* From the 8 MHz crystal by the PLL (200 MHz), divided by four. The internal oscillator is the
 * clock until the crystal swings, and the crystal until the PLL has locked, which is told since
 * the last time that it was acknowledged. One that does not lock is tried anew from the reset:
 * at the speed of the crystal a handshake would outlast what servers wait for one. */
static void start_pll(void)
{
    if ((SYSCTL_DID0 & DID0_REVISION) == REVISION_A2) {
        SYSCTL_LDOPCTL = LDO_2_75_V; /* at 2.5 V the PLL of this revision may fail */
    }
    uint32_t rcc = (SYSCTL_RCC | RCC_BYPASS) & ~(RCC_USE_SYSDIV | RCC_MAIN_OSCILLATOR_OFF);
    SYSCTL_RCC = rcc;
    (void)settles(0);
    SYSCTL_MISC = RIS_PLL_LOCKED;
    rcc = (rcc & ~(RCC_SOURCE_FIELDS | RCC_POWER_DOWN)) | RCC_CRYSTAL_8_MHZ;
    SYSCTL_RCC = rcc;
    rcc = (rcc & ~RCC_DIVISOR_FIELD) | RCC_SYSDIV(4u) | RCC_USE_SYSDIV;
    SYSCTL_RCC = rcc;
    if (!settles(RIS_PLL_LOCKED)) {
        board_restart();
    }
    SYSCTL_RCC = rcc & ~RCC_BYPASS;
}

void board_start_clocks(void)
{
    start_pll();
    SYSCTL_RCGC0 |= RCGC0_WATCHDOG;
    SYSCTL_RCGC1 |= RCGC1_UART0;
    SYSCTL_RCGC2 |= RCGC2_GPIO_A | RCGC2_GPIO_F | RCGC2_ETHERNET;
    (void)SYSCTL_RCGC2; /* a peripheral answers a few cycles after it got its clock */
    board_barrier();
}

void board_start_console(void)
{
    GPIO_AFSEL(GPIO_A) |= UART_PINS;
    GPIO_DEN(GPIO_A) |= UART_PINS;
    GPIO_AFSEL(GPIO_F) |= ETHERNET_PINS;
    GPIO_DIR(GPIO_F) |= STATUS_PIN;
    GPIO_DEN(GPIO_F) |= STATUS_PIN | ETHERNET_PINS;
    UART_IBRD = BAUD_DIVISOR / 64u;
    UART_FBRD = BAUD_DIVISOR % 64u;
    UART_LCRH = LCRH_8_BITS_FIFO;
    UART_CTL = CTL_ENABLE;
}

void connsync_board_console_write(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        while ((UART_FR & FR_TRANSMITTER_FULL) != 0) {
        }
        UART_DR = (uint8_t)text[i];
    }
}

void board_light(bool on)
{
    GPIO_DATA(GPIO_F, STATUS_PIN) = on ? STATUS_PIN : 0;
}

void connsync_board_mac(uint8_t mac[CONNSYNC_BOARD_MAC_SIZE])
{
    uint32_t low = SYSCTL_USER_REG0;
    uint32_t high = SYSCTL_USER_REG1;
    for (unsigned int i = 0; i < 3; i++) {
        mac[i] = (uint8_t)(low >> (8 * i));
        mac[i + 3] = (uint8_t)(high >> (8 * i));
    }
    if (!board_mac_is_usable(mac)) {
        board_made_up_mac(mac);
    }
}
