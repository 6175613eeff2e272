/*
 * The peer of the whole agent as a fuzzer has it: the tenant of tests/fault, whose documents have
 * members that it does not know, spelled in two ways, and whose answers are framed, cut
 * and delayed in any way that HTTP allows, and in some that it does not.
 */
#ifndef CONNSYNC_TESTS_FUZZ_AGENT_PEER_H
#define CONNSYNC_TESTS_FUZZ_AGENT_PEER_H

#include "tests/fault/world.h"

#include <stddef.h>
#include <stdint.h>

/* The bytes that choices_take() (tests/fault/choices.h) takes its answers from. */
void peer_set_choices(const uint8_t *data, size_t length);

/* A run's documents, and how they travel, are chosen. */
void peer_begin(enum world_task task);

/* How often something was asked of the peer: requests, pieces. A run has a bound. */
size_t peer_calls(void);

/* Ends the program with what was wrong. */
_Noreturn void peer_fail(const char *what);

#endif
