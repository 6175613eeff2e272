/*
 * The state of `connsync watch` as small files, replaced as a whole, for whoever asks whether it
 * is alive and how its runs go: one of JSON, one of metrics in Prometheus' text format. docs/apply.md
 * has their members.
 */
#ifndef CONNSYNC_CLI_STATUS_FILE_H
#define CONNSYNC_CLI_STATUS_FILE_H

#include "platform/posix/cli/fleet/tally.h"

#include <stdbool.h>

struct watch_status {
    const char *state;    /* "running", "waiting", "stopped" */
    const char *domain;   /* HOST, or HOST:PORT */
    uint64_t runs;        /* that have ended */
    int64_t next_run;     /* UTC seconds; 0 when there is none */
    int64_t last_success; /* the end of the last run with exit code 0; 0 for none */
    struct tally tally;   /* of the last run that ended */
    const char *last_error;
    int64_t last_run; /* when that was */
    /* Of all runs: */
    uint64_t failures; /* with another exit code than 0 */
    uint64_t requests;
    uint64_t changed;
    uint64_t exit_code; /* that of `tally` */
};

/* How often the file is touched at least. */
#define STATUS_FILE_BEAT_MS 30000u

/* False, with a report, if it cannot be written. */
bool status_file_write(const char *path, const struct watch_status *status);

/* The same for the metrics, each with the domain as its label. Once a run has ended. */
bool status_file_write_metrics(const char *path, const struct watch_status *status);

/* Says that watch goes on: the file is as it was, and its time is now. */
void status_file_touch(const char *path);

#endif
