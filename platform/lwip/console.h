/*
 * What a board says on its console, one line each: docs/boards.md lists them. Lines
 * are made in a buffer on the stack of these functions, which have returned before
 * the agent, whose handshake needs most of the stack, goes on.
 */
#ifndef CONNSYNC_CONSOLE_H
#define CONNSYNC_CONSOLE_H

#include "platform/lwip/network.h"
#include "platform/lwip/settings.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the connections of one cycle came to. */
struct cs_tally {
    uint32_t unchanged;
    uint32_t changed;
    uint32_t refused;
    uint32_t failed;
};

/* "connsync VERSION on BOARD" */
void cs_console_greet(const char *board);

/* "configuration: ..." for settings that are accepted, and the reason of others. */
void cs_console_settings(const struct cs_settings *settings);
void cs_console_reason(const char *what, const char *reason);

/* "network: ..." and "time: ...": what has come since `before`. */
void cs_console_network(const struct cs_network *network, const struct connsync_port *port,
                        enum cs_network_state before);

/* The sentence of config/sentence.h; after a failure of the network also the reason
 * that the network knows. */
void cs_console_job(const struct connsync_result *result, const char *asked,
                    enum connsync_status status, const struct cs_network *network);

/* "cycle N: ...; next in S s" */
void cs_console_cycle(uint32_t cycle, const struct cs_tally *tally, uint32_t next_s);

/* "memory: ..." */
void cs_console_memory(const struct connsync *agent, size_t memory_size,
                       const struct cs_network *network);

#ifdef __cplusplus
}
#endif

#endif
