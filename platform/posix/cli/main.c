/* The command line: options in, one job stepped to its end, a report out. */
#define _POSIX_C_SOURCE 200809L

#include "config/exit_code.h"
#include "platform/posix/cli/base/environment.h"
#include "platform/posix/cli/base/log.h"
#include "platform/posix/cli/base/output.h"
#include "platform/posix/cli/check/doctor.h"
#include "platform/posix/cli/check/validate.h"
#include "platform/posix/cli/flash_image.h"
#include "platform/posix/cli/fleet/apply.h"
#include "platform/posix/cli/fleet/fleet_report.h"
#include "platform/posix/cli/fleet/import.h"
#include "platform/posix/cli/fleet/tally.h"
#include "platform/posix/cli/fleet/watch.h"
#include "platform/posix/cli/fleet/watch_status.h"
#include "platform/posix/cli/job/change.h"
#include "platform/posix/cli/job/listed.h"
#include "platform/posix/cli/job/report.h"
#include "platform/posix/cli/job/scopes.h"
#include "platform/posix/cli/job/session.h"
#include "platform/posix/cli/options/command_line.h"
#include "platform/posix/cli/options/commands.h"
#include "platform/posix/cli/options/help.h"
#include "platform/posix/cli/options/options.h"
#include "platform/posix/cli/options/resolve.h"
#include "platform/posix/cli/version.h"

#include <string.h>
#include <sys/resource.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

static struct cli_options options;

/* Of a list: the context is the tally. */
static void on_item(void *context, const struct connsync_result *result)
{
    struct tally *tally = context;

    listed_report(&options.output, result);
    tally->seen++;
    if (listed_is_unread(result->cause)) {
        tally->refused++;
        tally->exit_code = cs_exit_code(result->cause);
    }
}

/* A job that writes, or one that does not. */
static enum connsync_status run_job(struct connsync_result *result, struct report_cause *cause,
                                    struct tally *tally)
{
    enum connsync_status status;

    if (options.command->writes) {
        change_begin(&options, &options.job);
        status = change_end(result);
    } else {
        status = session_run(&options.job, on_item, tally);
        *result = *connsync_result(session_agent());
    }
    cause->failure = session_failure();
    cause->change = options.command->writes ? change_last() : NULL;
    return status;
}

/* The exit code; and of a list the last line of --json. */
static int end_job(const struct connsync_result *result, enum connsync_status status,
                   const struct report_cause *cause, struct tally *tally)
{
    if (status != CONNSYNC_OK || tally->exit_code == CS_EXIT_DONE) {
        tally->exit_code = report_exit_code(result, status, cause);
    }
    if (options.output.json && options.job.operation == &connsync_operation_list) {
        tally->unchanged = tally->seen - tally->refused;
        tally->requests = result->requests;
        tally->broke_off = status;
        fleet_report_last_line(tally);
    }
    return tally->exit_code;
}

/* One job: get, set, patch, restore or list. */
static int run(void)
{
    struct connsync_result result;
    struct report_cause cause = {.failure = {.reason = ""}};
    struct tally tally = {.exit_code = CS_EXIT_DONE};
    enum connsync_status status = session_open();

    memset(&result, 0, sizeof result);
    result.outcome = CONNSYNC_FAILED;
    if (status == CONNSYNC_OK) {
        status = run_job(&result, &cause, &tally);
    }
    report_end(&options.output, &options.job, &result, status, &cause);
    int code = end_job(&result, status, &cause, &tally);
    if (session_agent() != NULL && options.output.verbose > 0) {
        report_figures(result.requests);
    }
    if (options.job.dry_run && status == CONNSYNC_OK) {
        scopes_note(options.output.verbose > 0);
    }
    change_forget();
    session_close();
    return code;
}

/* Secrets are in this process's memory: it leaves no core file, where the limit does not hold (a
 * handler that core files are piped to) either, and no other process of the same user may look. */
static void close_memory(void)
{
    const struct rlimit none = {0, 0};

    (void)setrlimit(RLIMIT_CORE, &none);
#ifdef __linux__
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
    environment_hide();
}

/* Everything but help, usage errors, watch-status, validate and flash-image, which ask nothing of a tenant. */
static int act(enum cli_action action)
{
    if (action == CLI_WATCH) {
        return cli_watch(&options);
    }
    if (action == CLI_PLAN || action == CLI_APPLY) {
        return cli_apply(&options);
    }
    if (!change_read_file(&options)) {
        log_error(options.message.text);
        return CS_EXIT_USAGE;
    }
    if (!session_init(&options)) {
        return CS_EXIT_TLS;
    }
    if (action == CLI_DOCTOR) {
        return cli_doctor(&options);
    }
    return action == CLI_IMPORT ? cli_import(&options) : run();
}

static int run_action(enum cli_action action)
{
    switch (action) {
    case CLI_SHOW_TEXT:
        cli_help_print(options.text);
        return options.text == cli_help && !options.help ? CS_EXIT_USAGE : CS_EXIT_DONE;
    case CLI_SHOW_VERSION:
        cli_version_print(options.output.json);
        return CS_EXIT_DONE;
    case CLI_USAGE_ERROR:
        log_error(options.message.text);
        return CS_EXIT_USAGE;
    case CLI_WATCH_STATUS:
        return cli_watch_status(&options);
    case CLI_VALIDATE:
        return cli_validate(&options);
    case CLI_FLASH_IMAGE:
        return cli_flash_image(options.file, options.image.path, options.image.partition_size);
    default:
        return act(action);
    }
}

/* The line that was to tell of a write may be what is lost. */
static void tell_what_was_lost(int error)
{
    unsigned changed = report_changed();

    if (changed == 0) {
        log_format(LOG_ERROR, "cannot write to standard output: %s", strerror(error));
        return;
    }
    log_format(LOG_ERROR,
               "cannot write to standard output: %s; %u connection%s changed all the same, and "
               "verified",
               strerror(error), changed, changed == 1 ? " was" : "s were");
}

/* Who got half of the output is not told that all is well, or that there is drift. */
static int end(int code)
{
    if (!output_flush()) {
        tell_what_was_lost(output_results_error());
    }
    bool is_lost = output_results_error() != 0 || output_messages_error() != 0;
    return is_lost && (code == CS_EXIT_DONE || code == CS_EXIT_DRIFT) ? CS_EXIT_FAILURE : code;
}

int main(int argc, char **argv)
{
    close_memory();
    if (!output_begin()) {
        return CS_EXIT_FAILURE;
    }
    enum cli_action action = command_line_read(&options, argc, argv);
    if (options.output.json_logs) {
        log_as_json();
    }
    /* plan, apply and watch read connsync.json first. */
    bool asks_at_once = action == CLI_RUN || action == CLI_IMPORT || action == CLI_DOCTOR;
    if (asks_at_once && cli_resolve(&options) != CLI_RUN) {
        action = CLI_USAGE_ERROR;
    }
    int code = run_action(action);
    change_free_file(&options);
    cli_forget(&options);
    environment_forget();
    return end(code);
}
