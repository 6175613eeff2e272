/*
 * systemd's notification protocol (sd_notify(3)): lines in a datagram to the socket that
 * NOTIFY_SOCKET names. Without that variable nothing is sent.
 */
#ifndef CONNSYNC_CLI_NOTIFY_H
#define CONNSYNC_CLI_NOTIFY_H

#include <stdint.h>

/* Sends lines such as "READY=1", or "STATUS=..."; whether they arrive is not told. */
void notify_send(const char *lines);

/* Reads how often WATCHDOG=1 is expected, and halves it, in milliseconds; 0 if it is not,
 * or not from this process. */
uint32_t notify_watchdog_ms(void);

/* Sends it. */
void notify_alive(void);

#endif
