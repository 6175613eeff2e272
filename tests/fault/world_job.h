/*
 * The agent in the world, and the jobs that it is given: interleave.c goes through what may become of
 * them one after the other, and a fuzzer (tests/fuzz/fuzz_agent.c) by an input.
 */
#ifndef CONNSYNC_TESTS_FAULT_WORLD_JOB_H
#define CONNSYNC_TESTS_FAULT_WORLD_JOB_H

#include "tests/fault/world.h"

#include "core/connsync.h"

/* How long a job may take, in milliseconds: one of a few, by choice. */
uint32_t world_take_timeout(void);

/* An agent in a block of its own, as connsync_open(): there is one at a time. */
struct connsync *world_open(uint32_t timeout_ms, enum connsync_status *status);

/* What each task asks for; `job` is all of it. */
void world_make_job(enum world_task task, struct connsync_job *job);

/* Until when nothing happens that the agent waits for. */
uint64_t world_wakes_at(const struct connsync_wait *wait);

#endif
