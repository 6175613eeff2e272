/*
 * What a board gives to the firmware: clocks, a console, random bytes, an Ethernet
 * controller, a configuration partition, a watchdog. One folder under boards/
 * implements these functions; everything above them is the same on every board.
 *
 * All of them are called from the main loop, never from an interrupt, and none
 * of them waits, but connsync_board_sleep, which waits for an interrupt, and
 * connsync_board_console_write, which waits for the transmitter.
 */
#ifndef CONNSYNC_BOARD_H
#define CONNSYNC_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pbuf; /* lwIP's packet buffer */

#ifdef __cplusplus
extern "C" {
#endif

#define CONNSYNC_BOARD_MAC_SIZE 6

/* Halt codes: why a run ended, or could not begin. A board makes it visible in its own
 * way: as that many blinks, or as the exit code of an emulator. */
enum connsync_board_code {
    CONNSYNC_BOARD_NO_CONFIGURATION = 10,      /* the partition is empty */
    CONNSYNC_BOARD_DAMAGED_CONFIGURATION = 11, /* length or checksum do not fit */
    CONNSYNC_BOARD_OTHER_VERSION = 12,         /* made for another version of the format */
    CONNSYNC_BOARD_REFUSED_CONFIGURATION = 13, /* well-formed, and asks for what cannot be */
    CONNSYNC_BOARD_NO_ENTROPY = 14,
    CONNSYNC_BOARD_NO_NETWORK_HARDWARE = 15,
    CONNSYNC_BOARD_STACK_OVERRUN = 16,
    CONNSYNC_BOARD_FAULT = 17,    /* a processor exception */
    CONNSYNC_BOARD_ASSERTION = 18 /* lwIP's, in builds that have them */
};

/* ---- Time and sleep ---- */

/* Milliseconds since the start; extended to 64 bits, it never wraps. */
uint64_t connsync_board_ms(void);

/* Sleeps until the next interrupt, a tick of a millisecond at the latest. Returns
 * at once when a received frame is waiting. */
void connsync_board_sleep(void);

/* ---- Watchdog, console, light ---- */

/* Tells the watchdog that the main loop is alive. Without this for
 * CONNSYNC_BOARD_WATCHDOG_S seconds the board resets. */
#define CONNSYNC_BOARD_WATCHDOG_S 30
void connsync_board_feed_watchdog(void);

/* Writes `length` bytes to the console. */
void connsync_board_console_write(const char *text, size_t length);

/* Ends this run for good: shows `code`, with no network traffic, until somebody
 * mends the cause and resets the board. */
__attribute__((noreturn)) void connsync_board_halt(enum connsync_board_code code);

/* ---- What differs from one device to the next ---- */

/* Fills `out` with bytes that nobody can predict, or fails with a negative value
 * and writes nothing. Never a constant, a counter or the uptime. */
int connsync_board_entropy(uint8_t *out, size_t length);

/* This device's Ethernet address. */
void connsync_board_mac(uint8_t mac[CONNSYNC_BOARD_MAC_SIZE]);

/* The configuration partition, in place. `*size` is the partition's, not what is
 * written in it. */
const uint8_t *connsync_board_configuration(size_t *size);

/* The most of the stack that was ever in use, and its size, in bytes; the start-up
 * code has painted it. 0 when the guard word at its end was overwritten. */
size_t connsync_board_stack_high_water(size_t *size);

/* ---- The Ethernet controller ---- */

/* Resets the controller and makes it receive. Negative when it does not answer. */
int connsync_board_nic_start(void);

/* Whether the cable carries a link. Boards that cannot know say true. */
bool connsync_board_nic_link(void);

/* Whether a received frame is waiting. */
bool connsync_board_nic_waiting(void);

/* Takes one frame into a chain from PBUF_POOL, which becomes the caller's. NULL
 * when none is waiting, or when it was damaged or no buffer was free: it is
 * dropped then, as Ethernet may. */
struct pbuf *connsync_board_nic_receive(void);

/* Sends one frame, without its checksum. False when the controller is busy: the
 * frame is dropped, and the protocols above send it again. */
bool connsync_board_nic_send(const struct pbuf *frame);

#ifdef __cplusplus
}
#endif

#endif
