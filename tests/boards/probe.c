/*
 * A program that does to a board, one at a time, what must not happen to the firmware,
 * and shows what the board gives. The configuration's first byte says what: probe.py.
 */
#include "platform/lwip/connsync_board.h"

#include <string.h>

#define BAD_ADDRESS 0x70000000u
#define NULL_POINTER_ADDRESS 0x10u
#define TICK_RUN_MS 1500u

extern uint32_t board_stack_start[];

int main(void);

/* Not constants to the compiler: it would see through the faults. */
static volatile uintptr_t address;
static volatile uint32_t code_in_ram = 0x47704770u; /* bx lr */

static void say(const char *text)
{
    connsync_board_console_write(text, strlen(text));
}

static void say_number(uint32_t number)
{
    char text[11];
    size_t at = sizeof text;
    text[--at] = '\0';
    do {
        text[--at] = (char)('0' + number % 10u);
        number /= 10u;
    } while (number != 0);
    say(text + at);
}

static void say_bytes(const char *label, const uint8_t *bytes, size_t length)
{
    static const char digits[] = "0123456789abcdef";
    say(label);
    for (size_t i = 0; i < length; i++) {
        const char pair[2] = {digits[bytes[i] >> 4], digits[bytes[i] & 15u]};
        connsync_board_console_write(pair, sizeof pair);
    }
    say("\n");
}

static void write_to(uintptr_t where)
{
    address = where;
    *(volatile uint32_t *)address = 1;
}

static void execute_ram(void)
{
    address = (uintptr_t)&code_in_ram | 1u;
    ((void (*)(void))address)();
}

/* Downwards until the stack, and with it the RAM, ends. */
static void grow_stack(void)
{
    __asm volatile("1: push {r0-r7}\n\t"
                   "b 1b");
}

static void draw_entropy(void)
{
    uint8_t bytes[64];
    static const size_t parts[] = {1, 15, 48};
    size_t at = 0;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (connsync_board_entropy(bytes + at, parts[i]) < 0) {
            connsync_board_halt(CONNSYNC_BOARD_NO_ENTROPY);
        }
        at += parts[i];
    }
    say_bytes("entropy ", bytes, sizeof bytes);
}

/* Sleeps through the wrap of the tick counter. */
static void count_ticks(void)
{
    uint64_t before = connsync_board_ms();
    uint64_t start = before;
    bool backwards = false;
    while (connsync_board_ms() < start + TICK_RUN_MS) {
        connsync_board_feed_watchdog();
        connsync_board_sleep();
        uint64_t now = connsync_board_ms();
        backwards = backwards || now < before || now > before + 1000u;
        before = now;
    }
    say(backwards ? "ticks went wrong at " : "ticks ");
    say_number((uint32_t)connsync_board_ms());
    say("\n");
}

static void show(void)
{
    uint8_t mac[CONNSYNC_BOARD_MAC_SIZE];
    size_t size = 0;
    const uint8_t *configuration = connsync_board_configuration(&size);
    say("partition ");
    say_number((uint32_t)size);
    say_bytes(" ", configuration, 8);
    int started = connsync_board_nic_start();
    connsync_board_mac(mac);
    say_bytes(started < 0 ? "no controller " : "mac ", mac, sizeof mac);
    size_t used = connsync_board_stack_high_water(&size);
    say(used > 0 && used < size / 2 ? "stack painted\n" : "stack not painted\n");
    board_stack_start[0] = 0;
    say(connsync_board_stack_high_water(&size) == 0 ? "overrun seen\n" : "overrun not seen\n");
}

static void hang(void)
{
    for (;;) {
        __asm volatile("");
    }
}

static void run(char what, char detail)
{
    switch (what) {
    case 'B':
        write_to(BAD_ADDRESS);
        break;
    case 'N':
        write_to(NULL_POINTER_ADDRESS);
        break;
    case 'X':
        execute_ram();
        break;
    case 'S':
        grow_stack();
        break;
    case 'E':
        draw_entropy();
        break;
    case 'R': /* random bytes, and a hang: the next run begins with a reset */
        draw_entropy();
        hang();
        break;
    case 'W':
        hang();
        break;
    case 'I':
        __asm volatile("cpsid i");
        hang();
        break;
    case 'T':
        count_ticks();
        break;
    case 'H':
        connsync_board_halt((enum connsync_board_code)(10 + detail - '0'));
    default:
        show();
        break;
    }
}

int main(void)
{
    size_t size = 0;
    const uint8_t *configuration = connsync_board_configuration(&size);
    say("probe\n");
    run((char)configuration[0], (char)configuration[1]);
    say("end\n");
    connsync_board_halt((enum connsync_board_code)0);
}
