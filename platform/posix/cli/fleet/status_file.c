/* The members of the status file and the metrics, from what watch.c hands over. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/cli/fleet/status_file.h"

#include "core/base/version.h"
#include "platform/posix/cli/base/atomic_file.h"
#include "platform/posix/cli/base/json_out.h"
#include "platform/posix/cli/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Probes may run as another user. */
#define MODE 0644

static void write_number(FILE *out, const char *name, int64_t value)
{
    (void)fprintf(out, "\"%s\":%lld,", name, (long long)value);
}

static void write_count(FILE *out, const char *name, uint64_t value)
{
    (void)fprintf(out, "\"%s\":%llu,", name, (unsigned long long)value);
}

static void write_all(FILE *out, const struct watch_status *status)
{
    int64_t now = log_utc_now();
    char time[LOG_TIME_SIZE];

    log_time(time, now);
    (void)putc('{', out);
    json_out_member(out, "connsync", CONNSYNC_VERSION);
    write_number(out, "pid", (int64_t)getpid());
    json_out_member(out, "state", status->state);
    json_out_member(out, "time", time);
    write_number(out, "time_unix", now);
    write_number(out, "next_run_unix", status->next_run);
    write_number(out, "last_success_unix", status->last_success);
    write_count(out, "runs", status->runs);
    tally_write_members(out, &status->tally);
    (void)fputs("\"last_error\":", out);
    json_out_string(out, status->last_error);
    (void)fputs("}\n", out);
}

/* ---- Metrics ---- */

/* One sample of a metric. Samples of one metric follow one another, and the first has the help. */
struct sample {
    const char *name;
    const char *help;   /* NULL: of the metric before */
    const char *result; /* another label's value; NULL without it */
    size_t offset;      /* of a number of 64 bits in struct watch_status */
};

#define AT(member) offsetof(struct watch_status, member)
#define COUNTERS 4u /* so many come first */

static const struct sample samples[] = {
    {"runs_total", "Runs that have ended.", NULL, AT(runs)},
    {"failed_runs_total", "Those with another exit code than 0.", NULL, AT(failures)},
    {"requests_total", "Requests to the tenant.", NULL, AT(requests)},
    {"changed_connections_total", "Connections written and verified.", NULL, AT(changed)},
    {"last_run_exit_code", "Exit code of the last run.", NULL, AT(exit_code)},
    {"last_run_timestamp_seconds", "End of the last run.", NULL, AT(last_run)},
    {"last_success_timestamp_seconds", "End of the last run with exit code 0, or 0.", NULL,
     AT(last_success)},
    {"next_run_timestamp_seconds", "When a run is due, or 0.", NULL, AT(next_run)},
    {"unmatched_entries", "Entries of the file that mean no connection.", NULL,
     AT(tally.unmatched)},
    {"connections", "Connections by what the last run made of them.", "unchanged",
     AT(tally.unchanged)},
    {"connections", NULL, "changed", AT(tally.changed)},
    {"connections", NULL, "refused", AT(tally.refused)},
    {"connections", NULL, "failed", AT(tally.failed)},
    {"connections", NULL, "skipped", AT(tally.skipped)},
    {"connections", NULL, "unnamed", AT(tally.unnamed)},
};

/* A domain has no character that a label's value would have to escape. */
static void write_sample(FILE *out, const struct watch_status *status, size_t i)
{
    const struct sample *sample = &samples[i];
    uint64_t value = 0;

    if (sample->help != NULL) {
        (void)fprintf(out, "# HELP connsync_%s %s\n# TYPE connsync_%s %s\n", sample->name,
                      sample->help, sample->name, i < COUNTERS ? "counter" : "gauge");
    }
    (void)fprintf(out, "connsync_%s{domain=\"%s\"", sample->name, status->domain);
    if (sample->result != NULL) {
        (void)fprintf(out, ",result=\"%s\"", sample->result);
    }
    memcpy(&value, (const char *)status + sample->offset, sizeof value);
    (void)fprintf(out, "} %llu\n", (unsigned long long)value);
}

static void write_metrics(FILE *out, const struct watch_status *status)
{
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        write_sample(out, status, i);
    }
}

/* ---- Both ---- */

static bool write_file(const char *kind, const char *path, const struct watch_status *status,
                       void (*write_text)(FILE *, const struct watch_status *))
{
    struct atomic_file file;

    if (atomic_file_begin(&file, path)) {
        write_text(file.out, status);
        if (atomic_file_commit(&file, MODE)) {
            return true;
        }
    }
    log_format(LOG_ERROR, "cannot write the %s file %.200s: %s", kind, path, strerror(errno));
    return false;
}

bool status_file_write(const char *path, const struct watch_status *status)
{
    return write_file("status", path, status, write_all);
}

bool status_file_write_metrics(const char *path, const struct watch_status *status)
{
    return write_file("metrics", path, status, write_metrics);
}

void status_file_touch(const char *path)
{
    (void)utimensat(AT_FDCWD, path, NULL, 0); /* one that is gone is written by the next run */
}
