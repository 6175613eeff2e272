/*
 * The agent's life on a board:
 *
 *     configuration -> link -> lease -> time -> for each connection named: read,
 *     decide, write, verify -> a line each on the console -> sleep -> again
 *
 * A failure is told and never ends it: the next cycle comes, sooner after a failure
 * than after success. Only what no cycle can mend (no configuration, no Ethernet
 * controller, no entropy, a stack that overran) halts the board, with a line on the
 * console and one of the codes of connsync_board.h. A main loop that no longer turns
 * is the watchdog's to end; the life after the reset knows nothing of the one before.
 */
#ifndef CONNSYNC_LIFE_H
#define CONNSYNC_LIFE_H

#include "platform/lwip/console.h"
#include "platform/lwip/network.h"
#include "platform/lwip/settings.h"

#ifdef __cplusplus
extern "C" {
#endif

/* After a cycle with a failure the next one comes after this many seconds, doubled
 * with each failed cycle in a row, and never later than after success. */
#define CONNSYNC_LIFE_RETRY_S 15u
#define CONNSYNC_LIFE_RETRY_DOUBLINGS_MAX 8u

/* For one connection, with a handshake on a slow processor and the pauses of a rate
 * limit. */
#define CONNSYNC_LIFE_JOB_MS 120000u

/* What a life is made of. All of it must stay. */
struct connsync_life_parts {
    const char *board; /* its name */
    void *memory;      /* the agent's block, aligned as a uint64_t is */
    size_t memory_size;
    const uint8_t *anchors; /* as in struct connsync_config */
    size_t anchors_length;
};

struct connsync_life {
    struct connsync_network network;
    struct connsync_port port;
    struct connsync_settings settings;
    struct connsync *agent;
    struct connsync_tally tally;       /* of this cycle */
    enum connsync_network_state told;  /* what the console was told last */
    uint32_t cycle;                    /* counted from 1 */
    uint32_t failures;                 /* failed cycles in a row */
    char asked[CS_DESIRED_ENTRY_SIZE]; /* the connection in hand, as configured */
};

/* Lives. `life` must stay, and need not be cleared. */
_Noreturn void connsync_life_run(struct connsync_life *life,
                                 const struct connsync_life_parts *parts);

#ifdef __cplusplus
}
#endif

#endif
