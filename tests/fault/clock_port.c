/*
 * The command line on a clock of its own, which goes on only when the program waits.
 *
 * Linked with --wrap in front of the real port, the wait and the time of day. A pause takes no
 * time but on that clock, and an answer always the same, CONNSYNC_CLOCK_LATENCY milliseconds. At
 * CONNSYNC_CLOCK_END (absent: never) the program gets a SIGTERM, and every CONNSYNC_CLOCK_HANGUP
 * milliseconds (absent: never) a SIGHUP. To the file CONNSYNC_CLOCK_LOG goes one line for each long
 * pause, "MS KILOBYTES DESCRIPTORS", with what the process has of memory that is its own and of
 * open descriptors, and at the end "MS".
 */
#define _POSIX_C_SOURCE 200809L

#include "tests/fault/wrapped_port.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

time_t __real_time(time_t *out);
time_t __wrap_time(time_t *out);

/* In a job a pause, or one and the wait for its pace, is followed by a request: so many in a row are
 * between two runs of watch, which looks at its files after each. */
#define PAUSES_BETWEEN 3u
/* An answer that takes longer than this in truth does not come. */
#define PATIENCE_MS 20000

static struct {
    const struct connsync_port *real;
    struct connsync_port port;
    FILE *log;
    time_t began;
    uint64_t ms;
    uint64_t latency_ms;
    uint64_t end_ms;
    uint64_t hangup_ms;
    unsigned pauses; /* since something was sent */
    bool asked;      /* something was sent, and nothing received since */
} simulation;

static unsigned long number(const char *name, unsigned long otherwise)
{
    const char *text = getenv(name);

    return text != NULL ? strtoul(text, NULL, 10) : otherwise;
}

static unsigned long descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    unsigned long count = 0;

    while (folder != NULL && readdir(folder) != NULL) {
        count++;
    }
    if (folder != NULL) {
        (void)closedir(folder);
    }
    return count;
}

static unsigned long own_kilobytes(void)
{
    FILE *file = fopen("/proc/self/smaps_rollup", "r");
    char line[256];
    unsigned long found = 0;

    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "Anonymous:", 10) == 0) {
            found = strtoul(line + 10, NULL, 10);
        }
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return found;
}

static void log_end(void)
{
    if (simulation.log != NULL) {
        (void)fprintf(simulation.log, "%llu\n", (unsigned long long)simulation.ms);
        (void)fclose(simulation.log);
    }
}

static void go_on(uint64_t ms)
{
    uint64_t before = simulation.ms;

    simulation.ms += ms;
    if (before / simulation.hangup_ms != simulation.ms / simulation.hangup_ms) {
        (void)raise(SIGHUP);
    }
    if (before < simulation.end_ms && simulation.ms >= simulation.end_ms) {
        (void)raise(SIGTERM);
    }
}

static int32_t send_asking(void *context, const uint8_t *data, size_t length)
{
    simulation.asked = true;
    simulation.pauses = 0;
    return simulation.real->send(context, data, length);
}

static int32_t recv_later(void *context, uint8_t *data, size_t size)
{
    if (simulation.asked) {
        simulation.asked = false;
        go_on(simulation.latency_ms);
    }
    return simulation.real->recv(context, data, size);
}

static uint64_t monotonic(void *context)
{
    (void)context;
    return simulation.ms;
}

time_t __wrap_time(time_t *out)
{
    time_t now = __real_time(NULL);

    if (simulation.real != NULL) {
        now = simulation.began + (time_t)(simulation.ms / 1000);
    }
    if (out != NULL) {
        *out = now;
    }
    return now;
}

static uint64_t real_ms(void)
{
    return simulation.real->monotonic_ms(simulation.real->context);
}

static int utc(void *context, int64_t *seconds)
{
    (void)context;
    *seconds = (int64_t)__wrap_time(NULL);
    return CONNSYNC_PORT_OK;
}

const struct connsync_port *__wrap_connsync_posix_port(struct connsync_posix *posix)
{
    const char *path = getenv("CONNSYNC_CLOCK_LOG");

    if (simulation.real != NULL) {
        return &simulation.port;
    }
    simulation.latency_ms = number("CONNSYNC_CLOCK_LATENCY", 100);
    simulation.end_ms = number("CONNSYNC_CLOCK_END", ~0ul);
    simulation.hangup_ms = number("CONNSYNC_CLOCK_HANGUP", ~0ul);
    simulation.log = path != NULL ? fopen(path, "w") : NULL;
    simulation.began = __real_time(NULL);
    (void)atexit(log_end);
    simulation.real = __real_connsync_posix_port(posix);
    simulation.port = *simulation.real;
    simulation.port.send = send_asking;
    simulation.port.recv = recv_later;
    simulation.port.monotonic_ms = monotonic;
    simulation.port.utc_seconds = utc;
    return &simulation.port;
}

enum connsync_posix_wake
__wrap_connsync_posix_wait_any(const struct connsync_posix_interest *interests, size_t count,
                               uint64_t until_ms)
{
    bool pauses = is_pause(interests, count);
    uint64_t truly = pauses ? 0 : PATIENCE_MS;
    uint64_t left = until_ms > simulation.ms ? until_ms - simulation.ms : 0;

    if (pauses && ++simulation.pauses == PAUSES_BETWEEN && simulation.log != NULL) {
        (void)fprintf(simulation.log, "%llu %lu %lu\n", (unsigned long long)simulation.ms,
                      own_kilobytes(), descriptors());
    }
    enum connsync_posix_wake wake =
        __real_connsync_posix_wait_any(interests, count, real_ms() + (left < truly ? left : truly));
    if (wake == CONNSYNC_POSIX_TIMEOUT) {
        go_on(left);
    }
    return wake;
}
