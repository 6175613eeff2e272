/* plan and apply: connsync.json and a plan from their files, one run, the exit code. What a run
 * does to each connection is fleet.c's; watch.c shares how connsync.json is taken into use. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/cli/fleet/apply.h"

#include "config/exit_code.h"
#include "config/status_text.h"
#include "platform/posix/cli/base/log.h"
#include "platform/posix/cli/fleet/fleet.h"
#include "platform/posix/cli/fleet/fleet_report.h"
#include "platform/posix/cli/fleet/plan_file.h"
#include "platform/posix/cli/job/document.h"
#include "platform/posix/cli/job/report.h"
#include "platform/posix/cli/job/scopes.h"
#include "platform/posix/cli/job/session.h"
#include "platform/posix/cli/options/commands.h"
#include "platform/posix/cli/options/identity.h"
#include "platform/posix/cli/options/resolve.h"
#include "platform/posix/cli/options/secrets.h"

#include <unistd.h>

static struct desired_file file;

bool cli_use_file(struct cli_options *options, struct desired_file *used)
{
    const struct cs_desired *before = options->sources.desired;
    struct desired_file read;

    if (options->file == NULL) {
        options->file = APPLY_DEFAULT_FILE;
    }
    if (!desired_file_read(&read, options->file, options->message.text,
                           sizeof options->message.text)) {
        return false;
    }
    options->sources.desired = &read.desired;
    if (cli_resolve(options) == CLI_RUN) {
        desired_file_free(used);
        *used = read;
        if (desired_file_hide(used)) {
            cli_warn_if_exposed(options->file);
        }
        options->sources.desired = &used->desired;
        return true;
    }
    options->sources.desired = before;
    desired_file_free(&read);
    return false;
}

bool cli_use_file_again(struct cli_options *options, struct desired_file *used)
{
    static struct cli_options spare;

    spare = *options;
    identity_set_aside();
    bool good = cli_use_file(options, used);
    if (!good) {
        spare.message = options->message;
        *options = spare;
        identity_take_back();
    }
    identity_drop_aside();
    cs_wipe(&spare, sizeof spare);
    return good;
}

/* A plan needs the file for no more than domain and credentials, which may be elsewhere. */
static bool prepare(struct cli_options *options)
{
    if (options->fleet.plan != NULL && options->file == NULL &&
        access(APPLY_DEFAULT_FILE, F_OK) != 0) {
        return cli_resolve(options) == CLI_RUN &&
               plan_file_open(options->fleet.plan, &options->tenant, &options->message);
    }
    return cli_use_file(options, &file) &&
           (options->fleet.plan == NULL ||
            plan_file_open(options->fleet.plan, &options->tenant, &options->message));
}

static struct tally run(struct cli_options *options)
{
    if (options->fleet.plan != NULL) {
        return fleet_run_plan(options);
    }
    if (options->command->action == CLI_APPLY) {
        return fleet_run(options, &file.desired, FLEET_APPLY);
    }
    return fleet_run(options, &file.desired, options->fleet.out != NULL ? FLEET_HASH : FLEET_PLAN);
}

/* A plan that lacks what could not be read would pass for a whole one. */
static void end_plan(const char *out, struct tally *tally)
{
    if (out == NULL) {
        return;
    }
    if (!tally_is_whole(tally)) {
        plan_file_abandon();
        log_error("no plan was written");
        tally->no_plan = true;
    } else if (!plan_file_commit(tally->seen)) {
        tally->no_plan = true;
        tally_worsen(tally, CS_EXIT_FAILURE);
    }
}

static int run_opened(struct cli_options *options)
{
    if (!options->output.json) {
        document_begin((enum document_format)options->output.format, options->tenant.domain);
    }
    struct tally tally = run(options);

    end_plan(options->fleet.out, &tally);
    fleet_report_summary(&options->output, &tally, false);
    if (tally.broke_off == CONNSYNC_OK && (!options->command->writes || options->job.dry_run)) {
        scopes_note(options->output.verbose > 0);
    }
    if (options->output.verbose > 0) {
        report_figures(tally.requests);
    }
    return tally.exit_code;
}

static int open_and_run(struct cli_options *options)
{
    if (!session_init(options)) {
        return CS_EXIT_TLS;
    }
    if (options->fleet.out != NULL && !plan_file_begin(options->fleet.out, &options->tenant)) {
        return CS_EXIT_FAILURE;
    }
    enum connsync_status status = session_open();
    if (status != CONNSYNC_OK) {
        plan_file_abandon();
        log_error(cs_status_text(status));
        return cs_exit_code(status);
    }
    int code = run_opened(options);
    session_close();
    return code;
}

int cli_apply(struct cli_options *options)
{
    int code = CS_EXIT_USAGE;

    if (prepare(options)) {
        code = open_and_run(options);
    } else {
        log_error(options->message.text);
    }
    plan_file_close();
    desired_file_free(&file);
    options->sources.desired = NULL;
    return code;
}
