/*
 * One run of the firmware, from a reset to the next or to a halt:
 *
 *     configuration -> link -> lease -> time -> for each connection named: read,
 *     decide, write, verify -> a line each on the console -> sleep -> again
 *
 * A failure is told and never ends it: the next cycle comes, sooner after a failure
 * than after success. Only what no cycle can mend (no configuration, no Ethernet
 * controller, no entropy, a stack that overran) halts the board, with a line on the
 * console and one of the codes of connsync_board.h. A main loop that no longer turns
 * is the watchdog's to end; the run after the reset knows nothing of the one before.
 */
#ifndef CONNSYNC_RUN_H
#define CONNSYNC_RUN_H

#include "platform/lwip/console.h"
#include "platform/lwip/network.h"
#include "platform/lwip/settings.h"

#ifdef __cplusplus
extern "C" {
#endif

/* After a cycle with a failure the next one comes after this many seconds, doubled
 * with each failed cycle in a row, and never later than after success. */
#define CS_RUN_RETRY_S 15u
#define CS_RUN_RETRY_DOUBLINGS_MAX 8u

/* For one connection, with a handshake on a slow processor and the pauses of a rate
 * limit. */
#define CS_RUN_JOB_MS 120000u

/* What a run is made of. All of it must stay. */
struct cs_run_parts {
    const char *board; /* its name */
    void *memory;      /* the agent's block, aligned as a uint64_t is */
    size_t memory_size;
    const uint8_t *anchors; /* as in struct connsync_config */
    size_t anchors_length;
};

struct cs_run {
    struct cs_network network;
    struct connsync_port port;
    struct cs_settings settings;
    struct connsync *agent;
    struct connsync_session session; /* that the next connection goes on from */
    uint8_t session_bytes[CONNSYNC_SESSION_SIZE];
    struct cs_tally tally;             /* of this cycle */
    enum cs_network_state told;        /* what the console was told last */
    uint32_t cycle;                    /* counted from 1 */
    uint32_t failures;                 /* failed cycles in a row */
    char asked[CS_DESIRED_ENTRY_SIZE]; /* the connection in hand, as configured */
};

/* Runs until the board halts or resets. `run` must stay, and need not be cleared. */
_Noreturn void cs_run_forever(struct cs_run *run, const struct cs_run_parts *parts);

#ifdef __cplusplus
}
#endif

#endif
