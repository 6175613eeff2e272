/* One run over the connections of a tenant: list, match, then one after another, or a few at a time. How the list is
 * read is fleet_list.c's, what becomes of one connection fleet_one.c's. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/cli/fleet/fleet.h"

#include "config/exit_code.h"
#include "platform/posix/cli/base/log.h"
#include "platform/posix/cli/base/output.h"
#include "platform/posix/cli/fleet/fleet_parts.h"
#include "platform/posix/cli/fleet/fleet_report.h"
#include "platform/posix/cli/fleet/plan_file.h"
#include "platform/posix/cli/job/report.h"
#include "platform/posix/cli/job/session.h"
#include "platform/posix/cli/options/commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct queue queue;

static struct fleet begin(const struct cli_options *options, struct cs_desired *desired,
                          enum fleet_task task)
{
    struct fleet fleet;

    memset(&fleet, 0, sizeof fleet);
    fleet.options = options;
    fleet.desired = desired;
    fleet.task = task;
    fleet.queue = &queue;
    fleet.agents = options->fleet.parallel > 1 ? options->fleet.parallel : 1;
    fleet_list_begin(&fleet);
    return fleet;
}

/* The rest is not known: the run has not done what it was to do. */
static void break_off(struct fleet *fleet, enum connsync_status status)
{
    fleet->tally.broke_off = status;
    tally_worsen(&fleet->tally, cs_exit_code(status));
}

/* Nothing more is written. */
static void queue_failed(struct fleet *fleet, int error)
{
    log_format(LOG_ERROR, "what is to be changed cannot be kept: %s", strerror(error));
    fleet->stopped_for = CONNSYNC_ERR_MEMORY;
    break_off(fleet, CONNSYNC_ERR_MEMORY);
}

/* Hands each of the queue to `one`. */
static void for_each(struct fleet *fleet,
                     void (*one)(struct fleet *fleet, const struct connsync_result *known,
                                 enum connsync_setting wanted))
{
    struct connsync_result known;
    enum connsync_setting wanted;
    bool good = queue_rewind(fleet->queue);

    while (good && queue_take(fleet->queue, &known, &wanted)) {
        one(fleet, &known, wanted);
    }
    fleet_settle(fleet);
    if (queue_left(fleet->queue) > 0) { /* nobody knows their names any more */
        queue_failed(fleet, errno);
        fleet->not_tried += queue_left(fleet->queue);
        fleet->tally.failed += queue_left(fleet->queue);
    }
}

static void do_one(struct fleet *fleet, const struct connsync_result *known,
                   enum connsync_setting wanted)
{
    fleet_do_one(fleet, known, wanted, NULL, fleet->queue->count);
}

static struct tally finish(struct fleet *fleet)
{
    fleet_settle(fleet);
    if (fleet->agents > 1) {
        session_close_further();
    }
    log_clear_progress();
    queue_clear(fleet->queue);
    if (fleet->not_tried > 0) {
        log_format(LOG_ERROR, "%llu connection%s not tried after that: %s",
                   (unsigned long long)fleet->not_tried, fleet->not_tried == 1 ? " was" : "s were",
                   connsync_status_name(fleet->stopped_for));
        tally_worsen(&fleet->tally, cs_exit_code(fleet->stopped_for));
    }
    return fleet->tally;
}

/* Nothing is known of those that were not listed: nothing is written, and those that would have
 * been are told. */
static void list_failed(struct fleet *fleet, enum connsync_status status)
{
    struct connsync_result result = *connsync_result(session_agent());
    const struct report_cause cause = {session_failure(), fleet->listing.endless, NULL};
    struct connsync_job job = fleet->options->job;

    job.operation = &connsync_operation_list;
    job.for_writes = true;
    result.page += fleet->listing.trail.pages; /* each was a job of its own */
    if (status == CONNSYNC_ERR_ANSWER) {
        result.outcome = CONNSYNC_FAILED;
    }
    report_end(&fleet->options->output, &job, &result, status, &cause);
    break_off(fleet, status);
    tally_worsen(&fleet->tally, report_exit_code(&result, status, &cause));
    fleet->stopped_for = status;
    for_each(fleet, do_one);
}

static void leave_unmatched(struct fleet *fleet, const struct connsync_result *known,
                            enum connsync_setting wanted)
{
    if (fleet->task == FLEET_HASH) {
        fleet_plan_one(fleet, known, wanted);
        return;
    }
    fleet->tally.would_change++;
    fleet_report_not_tried(&fleet->options->output, known, wanted, "unmatched");
}

static bool is_matched(struct fleet *fleet)
{
    fleet->tally.unmatched = fleet_report_unmatched(fleet->options->file, fleet->desired);
    if (fleet->tally.unmatched == 0) {
        return true;
    }
    tally_worsen(&fleet->tally, CS_EXIT_NO_CONNECTION);
    for_each(fleet, leave_unmatched);
    return false;
}

/* ---- The question ---- */

/* A person is there who can answer, and nothing was looked at before. */
static bool is_asked(const struct fleet *fleet)
{
    return fleet->task == FLEET_APPLY && fleet->options->command->action == CLI_APPLY &&
           !fleet->options->fleet.yes && !fleet->options->job.dry_run &&
           isatty(STDIN_FILENO) != 0 && isatty(STDERR_FILENO) != 0 && fleet->queue->count > 0;
}

/* Is the next line "yes" or "y"? A signal, and the end of input, are no. */
static bool is_yes(void)
{
    char line[8];
    ssize_t length = read(STDIN_FILENO, line, sizeof line);

    return length > 0 && !session_stopped() &&
           (cs_slice_is(cs_slice_make(line, (size_t)length), "yes\n") ||
            cs_slice_is(cs_slice_make(line, (size_t)length), "y\n"));
}

static void show(struct fleet *fleet, const struct connsync_result *known,
                 enum connsync_setting wanted)
{
    fleet_report_row(&fleet->options->output, known, wanted, CONNSYNC_OK);
}

/* What would change, and whether it may. */
static bool may_write(struct fleet *fleet)
{
    const struct cli_options *options = fleet->options;
    size_t count = fleet->queue->count;

    log_clear_progress();
    if (!options->output.json) {
        for_each(fleet, show);
    }
    if (fleet->stopped_for != CONNSYNC_OK) {
        return false;
    }
    (void)output_flush();
    (void)fprintf(output_messages(), "connsync: change %zu connection%s of %s? (yes or no) ", count,
                  count == 1 ? "" : "s", options->tenant.domain);
    (void)fflush(output_messages());
    if (is_yes()) {
        return true;
    }
    log_write(LOG_NOTE, "nothing written");
    fleet->tally.would_change += count;
    tally_worsen(&fleet->tally, CS_EXIT_DRIFT);
    return false;
}

struct tally fleet_run(const struct cli_options *options, struct cs_desired *desired,
                       enum fleet_task task)
{
    struct fleet fleet = begin(options, desired, task);

    cs_desired_forget_matches(desired);
    enum connsync_status status = fleet_list(&fleet);
    if (status != CONNSYNC_OK) {
        list_failed(&fleet, status);
    } else if (fleet.listing.unkept) {
        queue_failed(&fleet, fleet.listing.error);
        for_each(&fleet, do_one);
    } else if (is_matched(&fleet) && (!is_asked(&fleet) || may_write(&fleet))) {
        for_each(&fleet, do_one);
    }
    return finish(&fleet);
}

struct tally fleet_match(const struct cli_options *options, struct cs_desired *desired,
                         bool (*next)(void *context, struct connsync_result *listed), void *context)
{
    struct fleet fleet = begin(options, desired, FLEET_PLAN);
    struct connsync_result listed;

    cs_desired_forget_matches(desired);
    while (next(context, &listed)) {
        fleet_take(&fleet, &listed);
    }
    (void)is_matched(&fleet);
    return finish(&fleet);
}

struct tally fleet_run_plan(const struct cli_options *options)
{
    struct fleet fleet = begin(options, NULL, FLEET_APPLY);
    struct connsync_result known;
    struct plan_step step;
    struct fleet_digest planned;

    memset(&known, 0, sizeof known);
    while (plan_file_next(&step)) {
        fleet.tally.seen++;
        memcpy(known.id, step.id, sizeof known.id);
        memcpy(known.name, step.name, sizeof known.name);
        memcpy(known.strategy, step.strategy, sizeof known.strategy);
        memcpy(planned.digest, step.digest, sizeof planned.digest);
        known.before = step.before;
        fleet_do_one(&fleet, &known, step.wanted, &planned, plan_file_count());
    }
    return finish(&fleet);
}
