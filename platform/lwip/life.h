/*
 * The agent's life on a board:
 *
 *     configuration -> link -> lease -> time -> for each connection named: read,
 *     decide, write, verify -> one line each on the console -> sleep -> again
 *
 * A failure is told and never ends it: the next cycle comes, sooner after a failure
 * than after success. Only what no cycle can mend (no configuration, no Ethernet
 * controller, no entropy, a stack that overran) halts the board, with a line on the
 * console and one of the codes of connsync_board.h.
 */
#ifndef CONNSYNC_LIFE_H
#define CONNSYNC_LIFE_H

#include "core/desired.h"
#include "platform/lwip/network.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* After a cycle with a failure the next one comes after this many seconds, doubled
 * with each failed cycle in a row, and never later than after success. */
#define CONNSYNC_LIFE_RETRY_S 15

struct connsync_life {
    struct connsync_network network;
    struct connsync_port port;
    struct connsync *agent;
    struct connsync_board_settings *settings;
    uint32_t cycle;
    uint32_t failed_in_a_row;
};

/*
 * Lives. `memory` is the agent's block; before the agent is opened it also holds the
 * tokens of the configuration. `anchors` are the trusted roots, as in struct
 * connsync_config.
 */
_Noreturn void connsync_life_run(struct connsync_life *life, void *memory, size_t memory_size,
                                 const uint8_t *anchors, size_t anchors_length);

#ifdef __cplusplus
}
#endif

#endif
