/*
 * The ground under the targets for datagrams: platform/lwip's parsers with the board, the
 * random numbers and the sockets that they ask for, and nothing on any wire.
 */
#ifndef CONNSYNC_TESTS_DATAGRAM_SUPPORT_H
#define CONNSYNC_TESTS_DATAGRAM_SUPPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What fits an Ethernet frame behind the heads of IP and UDP; more of an input is cut off. */
#define DATAGRAM_MAX 1472u

/* The last question that was asked. */
extern uint8_t question[DATAGRAM_MAX];
extern uint16_t question_length;

/* The board's clock. */
extern uint64_t now_ms;

void require(bool condition);

/* Once, before anything else. */
void prepare(void);

/* Gives a message to whoever asked last, as a chain of buffers of `piece` bytes each. The
 * message ends where readable memory ends. */
void deliver(const uint8_t *message, size_t length, size_t piece);

#endif
