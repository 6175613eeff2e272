/*
 * The command line with a port that always has more to give.
 *
 * Linked with --wrap in front of the real port and the wait. A receive that would block waits for
 * its bytes by itself, so that the program sees a peer who is never slower than it. Counted is how
 * often it receives from one wait to the next. CONNSYNC_SIGNAL_AT=N raises SIGTERM at the N-th
 * receive. At the end "MOST AFTER" goes to the file named by CONNSYNC_FAULT_LOG: the most receives
 * without a wait, and how many followed the signal.
 */
#define _POSIX_C_SOURCE 200809L

#include "tests/fault/wrapped_port.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

/* The tenant of the test is never silent for so long while it answers. */
#define PATIENCE_MS 10000

static struct {
    const struct connsync_port *real;
    struct connsync_port port;
    unsigned long received;
    unsigned long in_turn;
    unsigned long most;
    unsigned long signal_at; /* 0: never */
} stream;

static void log_counts(void)
{
    const char *path = getenv("CONNSYNC_FAULT_LOG");
    FILE *file = path != NULL ? fopen(path, "w") : NULL;
    bool was_raised = stream.signal_at != 0 && stream.received >= stream.signal_at;

    if (file != NULL) {
        (void)fprintf(file, "%lu %lu\n", stream.most,
                      was_raised ? stream.received - stream.signal_at : 0);
        (void)fclose(file);
    }
}

/* A job of one request receives nothing behind its answer: this wait has an end. */
static int32_t streaming_recv(void *context, uint8_t *data, size_t size)
{
    int32_t got = stream.real->recv(context, data, size);

    if (got == CONNSYNC_PORT_WOULD_BLOCK) {
        uint64_t until = stream.real->monotonic_ms(context) + PATIENCE_MS;
        const struct connsync_posix_interest interest = {context, true, false};
        (void)__real_connsync_posix_wait_any(&interest, 1, until);
        got = stream.real->recv(context, data, size);
    }
    stream.in_turn++;
    stream.most = stream.in_turn > stream.most ? stream.in_turn : stream.most;
    if (++stream.received == stream.signal_at) {
        (void)raise(SIGTERM);
    }
    return got;
}

const struct connsync_port *__wrap_connsync_posix_port(struct connsync_posix *posix)
{
    if (stream.real != NULL) {
        return &stream.port;
    }
    const char *signal_at = getenv("CONNSYNC_SIGNAL_AT");
    stream.signal_at = signal_at != NULL ? strtoul(signal_at, NULL, 10) : 0;
    (void)atexit(log_counts);
    stream.real = __real_connsync_posix_port(posix);
    stream.port = *stream.real;
    stream.port.recv = streaming_recv;
    return &stream.port;
}

enum connsync_posix_wake
__wrap_connsync_posix_wait_any(const struct connsync_posix_interest *interests, size_t count,
                               uint64_t until_ms)
{
    stream.in_turn = 0;
    return __real_connsync_posix_wait_any(interests, count, until_ms);
}
