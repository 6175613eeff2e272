/* `connsync watch`: runs, and what is between them: waiting, the status file, systemd, files that
 * are read again. The runs themselves are fleet.c's, signals and waiting session.c's; whether a
 * file has changed is reread.c's. */
#include "platform/posix/cli/fleet/watch.h"

#include "config/exit_code.h"
#include "config/status_text.h"
#include "platform/posix/cli/base/log.h"
#include "platform/posix/cli/base/output.h"
#include "platform/posix/cli/base/system.h"
#include "platform/posix/cli/fleet/apply.h"
#include "platform/posix/cli/fleet/fleet.h"
#include "platform/posix/cli/fleet/fleet_report.h"
#include "platform/posix/cli/fleet/notify.h"
#include "platform/posix/cli/fleet/reread.h"
#include "platform/posix/cli/fleet/status_file.h"
#include "platform/posix/cli/job/report.h"
#include "platform/posix/cli/job/roots.h"
#include "platform/posix/cli/job/session.h"
#include "platform/posix/cli/options/resolve.h"

#include <stdio.h>
#include <string.h>

#define LINES_SIZE (TALLY_TEXT_SIZE + 64u)
/* A wait is the interval, give or take one part in so many: agents that were started
 * together do not come back together. */
#define JITTER_PART 10u

struct watch {
    struct cli_options *options;
    struct desired_file file;
    struct watch_status status;
    bool is_saved;    /* the file has it */
    bool has_metrics; /* likewise */
    char domain[CLI_DOMAIN_SIZE];
    uint32_t watchdog_ms;
    char last_error[CLI_MESSAGE_SIZE];
    const char *wrong; /* a file that changed and could not be used; NULL: all are in use */
    char complaint[CLI_MESSAGE_SIZE]; /* why, as it was told */
};

static struct watch watch;

static void save_status(const char *state)
{
    const char *path = watch.options->fleet.status_file;
    const char *metrics = watch.options->fleet.metrics_file;

    watch.status.state = state;
    cli_write_domain(watch.domain, &watch.options->tenant);
    /* Who waits for a state finds the figures of it. */
    watch.has_metrics = metrics != NULL && watch.status.runs > 0 &&
                        status_file_write_metrics(metrics, &watch.status);
    watch.is_saved = path != NULL && status_file_write(path, &watch.status);
}

/* Called while it waits for whatever it be: for the next run, or for a tenant. A loop that is stuck
 * does not call it. */
static void beat(void)
{
    if (watch.watchdog_ms > 0) {
        notify_alive();
    }
    if (watch.is_saved) {
        status_file_touch(watch.options->fleet.status_file);
    }
    if (watch.has_metrics) {
        status_file_touch(watch.options->fleet.metrics_file);
    }
}

/* ---- A run ---- */

static struct tally run_opened(void)
{
    struct tally tally = fleet_run(watch.options, &watch.file.desired, FLEET_APPLY);

    fleet_report_summary(&watch.options->output, &tally, true);
    if (watch.options->output.verbose > 0) {
        report_figures(tally.requests);
    }
    if (session_token_was_rejected()) {
        session_close(); /* by the next run more may have been granted */
    } else {
        /* The token is kept; the service would not keep the connection for so long. */
        connsync_disconnect(session_agent());
    }
    return tally;
}

static struct tally run_once(void)
{
    struct tally tally;
    enum connsync_status status = session_agent() == NULL ? session_open() : CONNSYNC_OK;

    if (status == CONNSYNC_OK) {
        return run_opened();
    }
    memset(&tally, 0, sizeof tally);
    tally.broke_off = status;
    tally.exit_code = cs_exit_code(status);
    log_error(cs_status_text(status));
    return tally;
}

static void run_and_note(void)
{
    roots_warn(log_utc_now());
    log_forget_error();
    struct tally tally = run_once();
    (void)output_flush();
    watch.status.tally = tally;
    watch.status.runs++;
    watch.status.last_run = log_utc_now();
    watch.status.requests += tally.requests;
    watch.status.changed += tally.changed;
    watch.status.exit_code = (uint64_t)tally.exit_code;
    (void)snprintf(watch.last_error, sizeof watch.last_error, "%s", log_last_error());
    if (tally.exit_code == 0) {
        watch.status.last_success = watch.status.last_run;
    } else {
        watch.status.failures++;
    }
}

/* ---- Between runs ---- */

static uint64_t next_wait_ms(void)
{
    uint64_t every_ms =
        1000u * (uint64_t)(watch.options->fleet.every_s != 0 ? watch.options->fleet.every_s
                                                             : watch.file.desired.every_s);
    uint64_t part = every_ms / JITTER_PART;

    return every_ms - part + system_random() % (2 * part + 1);
}

static void tell_systemd(uint64_t wait_ms)
{
    char summary[TALLY_TEXT_SIZE];
    char lines[LINES_SIZE];

    tally_write(&watch.status.tally, summary, sizeof summary);
    (void)snprintf(lines, sizeof lines, "STATUS=%s; exit %d; next run in %llu s", summary,
                   watch.status.tally.exit_code, (unsigned long long)(wait_ms / 1000));
    notify_send(lines);
}

/* Once, and not each time that it is tried. */
static void complain(bool is_asked)
{
    const char *text = watch.options->message.text;

    if (is_asked || strcmp(text, watch.complaint) != 0) {
        log_format(LOG_ERROR, "%.400s; going on with the file as it was", text);
    }
    (void)snprintf(watch.complaint, sizeof watch.complaint, "%s", text);
}

/* New files may have other credentials, or another tenant. Broken ones change nothing: the agent
 * stays as it is, and its token. `changed` is the one that made us read all of them; NULL: we were
 * asked to. */
static bool reload(const char *changed)
{
    char domain[CLI_HOST_SIZE];
    struct cli_options *options = watch.options;

    notify_reloading();
    memcpy(domain, options->tenant.domain, sizeof domain);
    bool good = cli_use_file_again(options, &watch.file);
    if (good) {
        session_close();
        watch.wrong = NULL;
        watch.complaint[0] = '\0';
        log_format(LOG_NOTE,
                   changed != NULL ? "%.200s has changed: read again" : "%.200s was read again",
                   changed != NULL ? changed : options->file);
    } else {
        watch.wrong = changed != NULL ? changed : watch.wrong;
        complain(changed == NULL);
    }
    if (strcmp(domain, options->tenant.domain) != 0) {
        connsync_pace_forget(&options->tenant.pace);
    }
    notify_send("READY=1");
    return good;
}

/* Is there something that another run is due for at once? A SIGHUP is, whatever the files are. */
static bool take_news(void)
{
    if (session_take_hangup()) {
        reread_note(watch.options);
        (void)reload(NULL);
        return true;
    }
    const char *changed = reread_look(watch.options);
    return changed != NULL && reload(changed);
}

/* Looks at the files first and last too: a run that was just refused may have had a secret that is
 * not in use any more, and none begins with one that was replaced while nobody looked. */
static void wait_for_next(void)
{
    uint64_t wait_ms = next_wait_ms();
    uint64_t due = system_now_ms() + wait_ms;

    watch.status.next_run = log_utc_now() + (int64_t)((wait_ms + 999) / 1000);
    save_status("waiting");
    tell_systemd(wait_ms);
    while (!session_stopped() && !take_news()) {
        uint64_t now = system_now_ms();
        if (now >= due) {
            /* Time alone may make it good, as it does a certificate; but not half of a file. */
            (void)(watch.wrong != NULL && !reread_is_settling() && reload(watch.wrong));
            break;
        }
        session_sleep(due - now < reread_wait_ms() ? due - now : reread_wait_ms());
    }
    watch.status.next_run = 0;
}

static void loop(void)
{
    while (!session_stopped()) {
        save_status("running");
        run_and_note();
        if (!session_stopped()) {
            wait_for_next();
        }
    }
}

int cli_watch(struct cli_options *options)
{
    watch.options = options;
    watch.status.last_error = watch.last_error;
    watch.status.domain = watch.domain;
    if (options->file != NULL && strcmp(options->file, "-") == 0) {
        log_error("watch needs a file that can be read again, not standard input");
        return CS_EXIT_USAGE;
    }
    reread_note(options);
    if (!cli_use_file(options, &watch.file)) {
        log_error(options->message.text);
        return CS_EXIT_USAGE;
    }
    if (!session_init(options)) {
        return CS_EXIT_TLS;
    }
    watch.watchdog_ms = notify_watchdog_ms();
    session_set_pulse(watch.watchdog_ms > 0 && watch.watchdog_ms < STATUS_FILE_BEAT_MS
                          ? watch.watchdog_ms
                          : STATUS_FILE_BEAT_MS,
                      beat);
    notify_send("READY=1");
    loop();
    notify_send("STOPPING=1");
    save_status("stopped");
    session_close();
    desired_file_free(&watch.file);
    options->sources.desired = NULL;
    return 0;
}
