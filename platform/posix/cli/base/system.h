/*
 * The port of this process: one, since it runs one agent at a time. Clock and random numbers
 * can be asked for before the network is set up.
 */
#ifndef CONNSYNC_CLI_SYSTEM_H
#define CONNSYNC_CLI_SYSTEM_H

#include "platform/posix/network/posix_port.h"

#include <stdint.h>

/* The port's state. Initialised by the first call, without a host to dial or a proxy. */
struct connsync_posix *system_posix(void);

const struct connsync_port *system_port(void);

/* Milliseconds that only grow. */
uint64_t system_now_ms(void);

/* Random bits; 0 if there are none. */
uint32_t system_random(void);

#endif
