/* The members of the status file and the metrics, from what watch.c hands over. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/cli/fleet/status_file.h"

#include "core/base/text.h"
#include "core/base/version.h"
#include "platform/posix/cli/base/atomic_file.h"
#include "platform/posix/cli/base/json_out.h"
#include "platform/posix/cli/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
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

/* A sample is a number of 64 bits in struct watch_status. */
#define AT(member) offsetof(struct watch_status, member)
#define COUNTERS 4u /* so many come first */

/* A name and its help for each metric but the last, whose samples differ by their results. */
static const char metrics[] =
    "runs_total\0Runs that have ended.\0"
    "failed_runs_total\0Those with another exit code than 0.\0"
    "requests_total\0Requests to the tenant.\0"
    "changed_connections_total\0Connections written and verified.\0"
    "last_run_exit_code\0Exit code of the last run.\0"
    "last_run_timestamp_seconds\0End of the last run.\0"
    "last_success_timestamp_seconds\0End of the last run with exit code 0, or 0.\0"
    "next_run_timestamp_seconds\0When a run is due, or 0.\0"
    "unmatched_entries\0Entries of the file that mean no connection.\0"
    "connections\0Connections by what the last run made of them.";
static const char results[] = "unchanged\0changed\0refused\0failed\0skipped\0unnamed";

static const uint16_t places[] = {AT(runs),
                                  AT(failures),
                                  AT(requests),
                                  AT(changed),
                                  AT(exit_code),
                                  AT(last_run),
                                  AT(last_success),
                                  AT(next_run),
                                  AT(tally.unmatched),
                                  AT(tally.unchanged),
                                  AT(tally.changed),
                                  AT(tally.refused),
                                  AT(tally.failed),
                                  AT(tally.skipped),
                                  AT(tally.unnamed)};
#define FIRST_RESULT 9u /* of the places; those before are of a metric each */

/* A domain has no character that a label's value would have to escape. */
static void write_sample(FILE *out, const struct watch_status *status, unsigned i)
{
    unsigned metric = i < FIRST_RESULT ? i : FIRST_RESULT;
    const char *name = cs_words_at(metrics, 2 * metric);
    uint64_t value = 0;

    if (i == metric) {
        (void)fprintf(out, "# HELP connsync_%s %s\n# TYPE connsync_%s %s\n", name,
                      cs_words_at(name, 1), name, i < COUNTERS ? "counter" : "gauge");
    }
    (void)fprintf(out, "connsync_%s{domain=\"%s\"", name, status->domain);
    if (i >= FIRST_RESULT) {
        (void)fprintf(out, ",result=\"%s\"", cs_words_at(results, i - FIRST_RESULT));
    }
    memcpy(&value, (const char *)status + places[i], sizeof value);
    (void)fprintf(out, "} %llu\n", (unsigned long long)value);
}

static void write_metrics(FILE *out, const struct watch_status *status)
{
    for (unsigned i = 0; i < sizeof places / sizeof places[0]; i++) {
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
