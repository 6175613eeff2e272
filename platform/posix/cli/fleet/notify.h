/*
 * systemd's notification protocol (sd_notify(3)): lines in a datagram to the socket that
 * NOTIFY_SOCKET names. Without that variable nothing is sent.
 */
#ifndef CONNSYNC_CLI_NOTIFY_H
#define CONNSYNC_CLI_NOTIFY_H

#include <stdint.h>

/* Sends lines such as "READY=1", or "STATUS=..."; whether they arrive is not told. */
void notify_send(const char *lines);

/* RELOADING=1, and when it is: systemd takes it for an answer to what it asked for, if it was not
 * sent before that. READY=1 is to follow. */
void notify_reloading(void);

/* Reads how often WATCHDOG=1 is expected, and halves it, in milliseconds; 0 if it is not,
 * or not from this process. */
uint32_t notify_watchdog_ms(void);

/* Sends it. */
void notify_alive(void);

#endif
