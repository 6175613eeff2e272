/* The list of a tenant's connections, page by page, against connsync.json: those that are not as
 * wanted go into the queue. What is done about them is fleet_one.c's and fleet.c's. */
#include "platform/posix/cli/fleet/fleet_parts.h"

#include "platform/posix/cli/base/log.h"
#include "platform/posix/cli/base/system.h"
#include "platform/posix/cli/fleet/fleet_report.h"
#include "platform/posix/cli/job/dashboard.h"
#include "platform/posix/cli/job/session.h"

#include <errno.h>

void fleet_list_begin(struct fleet *fleet)
{
    queue_clear(fleet->queue);
}

static void judge(struct fleet *fleet, const struct connsync_result *listed,
                  const struct cs_desired_entry *entry)
{
    enum connsync_setting wanted = (enum connsync_setting)entry->setting;

    if (listed->before == wanted) {
        fleet->tally.unchanged++;
        fleet_report_unchanged(&fleet->options->output, listed, CONNSYNC_OK);
    } else if (listed->cause != CONNSYNC_OK) {
        fleet_reject(fleet, listed, entry, listed->cause);
    } else if (wanted == CONNSYNC_ON_FIRST_LOGIN && dashboard_is_enterprise(listed->strategy) &&
               dashboard_says_off(fleet->desired, entry)) {
        fleet_reject(fleet, listed, entry, CONNSYNC_REFUSED_WORD);
    } else if (listed->id[0] != '\0' && fleet->task == FLEET_PLAN) {
        fleet_plan_one(fleet, listed, wanted);
    } else if (listed->id[0] == '\0') {
        fleet_reject(fleet, listed, entry, CONNSYNC_ERR_ANSWER);
    } else if (!fleet->listing.unkept && !queue_put(fleet->queue, listed, wanted)) {
        fleet->listing.unkept = true;
        fleet->listing.error = errno;
    }
}

void fleet_take(struct fleet *fleet, const struct connsync_result *listed)
{
    struct connsync_result one = *listed;
    const struct cs_desired_entry *entry =
        cs_desired_match(fleet->desired, listed->id, listed->name, listed->strategy);

    one.requests = 0; /* they are the page's */
    fleet->tally.seen++;
    if (entry == NULL) {
        fleet->tally.unnamed++;
    } else {
        judge(fleet, &one, entry);
    }
}

static void on_listed(void *context, const struct connsync_result *listed)
{
    struct fleet *fleet = context;

    fleet_take(fleet, listed);
    log_progress(system_now_ms(), "connsync: connections listed: %llu, to change: %llu",
                 (unsigned long long)fleet->tally.seen,
                 (unsigned long long)fleet->queue->count + fleet->tally.would_change);
}

static enum connsync_status list_page(struct fleet *fleet)
{
    struct connsync_job job = fleet->options->job;

    job.operation = &connsync_operation_list;
    job.page = &fleet->listing.page;
    job.for_writes = true;
    enum connsync_status status = session_run(&job, on_listed, fleet);
    fleet->tally.requests += connsync_result(session_agent())->requests;
    return status;
}

enum connsync_status fleet_list(struct fleet *fleet)
{
    const char *cursor = fleet->listing.page.cursor;

    while (fleet->listing.endless == NULL) {
        enum connsync_status status = list_page(fleet);
        if (status != CONNSYNC_OK || fleet->listing.unkept || cursor[0] == '\0') {
            return status;
        }
        fleet->listing.endless = cursor_trail_step(&fleet->listing.trail, cursor);
    }
    return CONNSYNC_ERR_ANSWER;
}
