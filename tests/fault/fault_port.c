/*
 * The command line with a port that fails on request.
 *
 * Linked with --wrap in front of the real port, the wait and the arena, so that
 * the program under test is the very one that ships. CONNSYNC_FAULT=KIND:N makes
 * the N-th call of the port (connect, send, recv, entropy, utc) fail in one way;
 * "memory:N" the N-th request to the arena; "count:0" none. The number of calls
 * made goes to the file named by CONNSYNC_FAULT_LOG. Time is virtual: a pause, or
 * a peer that says nothing, takes no real time.
 */
#define _POSIX_C_SOURCE 200809L

#include "core/base/arena.h"
#include "tests/fault/wrapped_port.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *__real_cs_arena_allocate(struct cs_arena *arena, size_t size);
void *__wrap_cs_arena_allocate(struct cs_arena *arena, size_t size);

/* A real answer may take this long before virtual time moves. */
#define PATIENCE_MS 2000

static struct {
    const struct connsync_port *real;
    struct connsync_port port;
    char kind[16];
    unsigned long target;
    unsigned long calls;
    unsigned long allocations;
    bool stalled;  /* the connection gives and takes nothing any more */
    bool broken;   /* the next call finds the connection reset */
    uint64_t skew; /* virtual milliseconds beyond the real clock */
} fault;

static void log_counts(void)
{
    const char *path = getenv("CONNSYNC_FAULT_LOG");
    FILE *file = path != NULL ? fopen(path, "w") : NULL;

    if (file != NULL) {
        (void)fprintf(file, "%lu %lu\n", fault.calls, fault.allocations);
        (void)fclose(file);
    }
}

static bool is_kind(const char *kind)
{
    return strcmp(fault.kind, kind) == 0;
}

/* Counts a call; true when it is the one that has to fail. */
static bool is_due(void)
{
    return ++fault.calls == fault.target && !is_kind("memory") && !is_kind("count");
}

static int break_connection(int status)
{
    fault.real->close(fault.real->context);
    fault.broken = true;
    return status;
}

static int faulty_connect(void *context, const char *host, uint16_t port_number)
{
    if (!is_due()) {
        return fault.real->connect(context, host, port_number);
    }
    if (is_kind("would_block")) {
        return CONNSYNC_PORT_WOULD_BLOCK;
    }
    if (is_kind("stall")) {
        fault.stalled = true;
    }
    if (fault.stalled) {
        return CONNSYNC_PORT_WOULD_BLOCK;
    }
    fault.real->close(context);
    return is_kind("eof") ? CONNSYNC_PORT_ERR_NETWORK : CONNSYNC_PORT_ERR_CONNECT;
}

/* What keeps a call of either direction from reaching the connection, if anything. */
static int32_t hold_up(bool due)
{
    if (fault.broken) {
        return CONNSYNC_PORT_ERR_RESET;
    }
    if (due && is_kind("stall")) {
        fault.stalled = true;
    }
    if (fault.stalled || (due && is_kind("would_block"))) {
        return CONNSYNC_PORT_WOULD_BLOCK;
    }
    return CONNSYNC_PORT_OK;
}

static int32_t faulty_send(void *context, const uint8_t *data, size_t length)
{
    bool due = is_due();
    int32_t held_up = hold_up(due);

    if (held_up != CONNSYNC_PORT_OK) {
        return held_up;
    }
    if (due && is_kind("short")) {
        length = 1;
    }
    if (due && (is_kind("reset") || is_kind("eof"))) {
        return break_connection(CONNSYNC_PORT_ERR_RESET);
    }
    int32_t sent = fault.real->send(context, data, length);
    if (due && is_kind("lost")) { /* it arrives, and nothing comes back */
        (void)break_connection(0);
    }
    return sent;
}

static int32_t faulty_recv(void *context, uint8_t *data, size_t size)
{
    bool due = is_due();
    int32_t held_up = hold_up(due);

    if (held_up != CONNSYNC_PORT_OK) {
        return held_up;
    }
    if (due && (is_kind("reset") || is_kind("lost"))) {
        return break_connection(CONNSYNC_PORT_ERR_RESET);
    }
    if (due && is_kind("eof")) {
        return break_connection(CONNSYNC_PORT_EOF);
    }
    return fault.real->recv(context, data, due && is_kind("short") ? 1 : size);
}

static void faulty_close(void *context)
{
    fault.stalled = false;
    fault.broken = false;
    fault.real->close(context);
}

static uint64_t faulty_monotonic(void *context)
{
    return fault.real->monotonic_ms(context) + fault.skew;
}

static int faulty_utc(void *context, int64_t *seconds)
{
    bool harmless = is_kind("would_block") || is_kind("short");

    if (is_due() && !harmless) {
        return CONNSYNC_PORT_ERR_TIME_UNKNOWN;
    }
    return fault.real->utc_seconds(context, seconds);
}

static int faulty_entropy(void *context, uint8_t *out, size_t length)
{
    bool harmless = is_kind("would_block") || is_kind("short");

    if (is_due() && !harmless) {
        return CONNSYNC_PORT_ERR_ENTROPY;
    }
    return fault.real->entropy(context, out, length);
}

static void read_plan(void)
{
    const char *plan = getenv("CONNSYNC_FAULT");
    const char *colon = plan != NULL ? strchr(plan, ':') : NULL;

    if (colon == NULL || (size_t)(colon - plan) >= sizeof fault.kind) {
        (void)fputs("CONNSYNC_FAULT=KIND:N is missing\n", stderr);
        exit(99);
    }
    memcpy(fault.kind, plan, (size_t)(colon - plan));
    fault.target = strtoul(colon + 1, NULL, 10);
}

const struct connsync_port *__wrap_connsync_posix_port(struct connsync_posix *posix)
{
    if (fault.real != NULL) {
        return &fault.port;
    }
    read_plan();
    (void)atexit(log_counts);
    fault.real = __real_connsync_posix_port(posix);
    fault.port = *fault.real;
    fault.port.connect = faulty_connect;
    fault.port.send = faulty_send;
    fault.port.recv = faulty_recv;
    fault.port.close = faulty_close;
    fault.port.monotonic_ms = faulty_monotonic;
    fault.port.utc_seconds = faulty_utc;
    fault.port.entropy = faulty_entropy;
    return &fault.port;
}

enum connsync_posix_wake
__wrap_connsync_posix_wait_any(const struct connsync_posix_interest *interests, size_t count,
                               uint64_t until_ms)
{
    bool nothing_to_come = fault.stalled || is_pause(interests, count);
    uint64_t real_now = fault.real->monotonic_ms(fault.real->context);
    uint64_t now = real_now + fault.skew;
    uint64_t left = until_ms > now ? until_ms - now : 0;

    if (!nothing_to_come) {
        uint64_t patience = left < PATIENCE_MS ? left : PATIENCE_MS;
        /* An answer that was made to block once may be there already. */
        if (is_kind("would_block") && fault.calls == fault.target) {
            patience = 1;
        }
        return __real_connsync_posix_wait_any(interests, count, real_now + patience);
    }
    fault.skew += left;
    return CONNSYNC_POSIX_TIMEOUT;
}

void *__wrap_cs_arena_allocate(struct cs_arena *arena, size_t size)
{
    if (++fault.allocations == fault.target && is_kind("memory")) {
        arena->failed++;
        arena->wanted = size;
        return NULL;
    }
    return __real_cs_arena_allocate(arena, size);
}
