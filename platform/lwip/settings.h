/*
 * What a board is to do: connsync.json from its configuration partition, checked, and
 * what the core needs of it laid out at the front of the agent's block of memory. The
 * rest of the block is left for the agent.
 */
#ifndef CONNSYNC_SETTINGS_H
#define CONNSYNC_SETTINGS_H

#include "config/desired.h"
#include "platform/lwip/connsync_board.h"

#ifdef __cplusplus
extern "C" {
#endif

struct cs_settings {
    struct cs_desired desired;     /* its entries are at the front of the block */
    struct connsync_config config; /* port and anchors are for the caller to fill in */
    char host[CS_HOST_SIZE];
};

/*
 * Reads the partition. 0, with `settings->config.memory` the rest of the block, or
 * one of the CONNSYNC_BOARD_..._CONFIGURATION codes with the reason, a sentence
 * without a full stop and without any value from the configuration, in `reason`.
 */
int cs_settings_read(struct cs_settings *settings, void *memory, size_t memory_size,
                     struct cs_writer *reason);

#ifdef __cplusplus
}
#endif

#endif
