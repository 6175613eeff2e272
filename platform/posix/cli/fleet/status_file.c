/* The members of the status file, from what watch.c hands over. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/cli/fleet/status_file.h"

#include "core/base/version.h"
#include "platform/posix/cli/base/atomic_file.h"
#include "platform/posix/cli/base/json_out.h"
#include "platform/posix/cli/base/log.h"

#include <errno.h>
#include <fcntl.h>
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

static void write_tally(FILE *out, const struct tally *tally)
{
    write_number(out, "exit", tally->exit_code);
    write_count(out, "seen", tally->seen);
    write_count(out, "unchanged", tally->unchanged);
    write_count(out, "changed", tally->changed);
    write_count(out, "refused", tally->refused);
    write_count(out, "failed", tally->failed);
    write_count(out, "skipped", tally->skipped);
    write_count(out, "unnamed", tally->unnamed);
    write_count(out, "unmatched", tally->unmatched);
    write_count(out, "requests", tally->requests);
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
    write_tally(out, &status->tally);
    (void)fputs("\"last_error\":", out);
    json_out_string(out, status->last_error);
    (void)fputs("}\n", out);
}

bool status_file_write(const char *path, const struct watch_status *status)
{
    struct atomic_file file;

    if (atomic_file_begin(&file, path)) {
        write_all(file.out, status);
        if (atomic_file_commit(&file, MODE)) {
            return true;
        }
    }
    log_format(LOG_ERROR, "cannot write the status file %.200s: %s", path, strerror(errno));
    return false;
}

void status_file_touch(const char *path)
{
    (void)utimensat(AT_FDCWD, path, NULL, 0); /* one that is gone is written by the next run */
}
