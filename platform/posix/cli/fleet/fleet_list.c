/* The list of a tenant's connections, page by page, against connsync.json: those that are not as
 * wanted go into the queue. What is done about them is fleet_one.c's and fleet.c's. */
#include "platform/posix/cli/fleet/fleet_parts.h"

#include "platform/posix/cli/base/log.h"
#include "platform/posix/cli/base/system.h"
#include "platform/posix/cli/fleet/fleet_report.h"
#include "platform/posix/cli/job/dashboard.h"
#include "platform/posix/cli/job/session.h"

#include <string.h>

/* Pages begin small and then grow to this many bytes, or to the most connections that are
 * asked for at once: so the first page, too, takes little memory. */
#define TAKE_FIRST 10u
#define PAGE_BYTES 65536u

void fleet_list_begin(struct fleet *fleet)
{
    fleet->listing.collecting = true;
    fleet->listing.place.page.take = TAKE_FIRST;
    fleet->listing.take_max = CONNSYNC_PAGE_MAX;
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
    } else if (listed->id[0] == '\0' || !queue_put(fleet->queue, listed, wanted)) {
        fleet_reject(fleet, listed, entry, CONNSYNC_ERR_ANSWER);
    }
}

void fleet_take(struct fleet *fleet, const struct connsync_result *listed)
{
    struct connsync_result one = *listed;
    const struct cs_desired_entry *entry =
        cs_desired_match(fleet->desired, listed->id, listed->name, listed->strategy);

    one.requests = 0; /* they are the page's */
    if (!fleet->listing.collecting) {
        return;
    }
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
    if (!fleet->listing.collecting) {
        return;
    }
    log_progress(system_now_ms(), "connsync: connections listed: %llu, to change: %llu",
                 (unsigned long long)fleet->tally.seen,
                 (unsigned long long)fleet->queue->count + fleet->tally.would_change);
}

/* From the page that was, how large the next one is to be. */
static void adapt_page(struct fleet *fleet, uint16_t asked)
{
    struct connsync_page *page = &fleet->listing.place.page;

    /* More are asked for again behind a connection that did not fit by itself. */
    if (page->take != asked) {
        fleet->listing.take_max = page->take;
    }
    if (page->take >= asked && page->count > 0) {
        size_t fitting = PAGE_BYTES / (page->bytes / page->count + 1);
        size_t least = fitting > TAKE_FIRST ? fitting : TAKE_FIRST;
        page->take = (uint16_t)(least < fleet->listing.take_max ? least : fleet->listing.take_max);
    }
}

static enum connsync_status list_page(struct fleet *fleet)
{
    struct connsync_job job = fleet->options->job;
    uint16_t asked = fleet->listing.place.page.take;

    job.operation = &connsync_operation_list;
    job.page = &fleet->listing.place.page;
    job.for_writes = true;
    enum connsync_status status = session_run(&job, on_listed, fleet);
    fleet->tally.requests += connsync_result(session_agent())->requests;
    if (status != CONNSYNC_OK) {
        return status;
    }
    adapt_page(fleet, asked);
    return CONNSYNC_OK;
}

enum connsync_status fleet_list(struct fleet *fleet)
{
    const char *cursor = fleet->listing.place.page.cursor;

    while (fleet->listing.endless == NULL) {
        if (fleet->listing.collecting && !queue_has_room(fleet->queue, CONNSYNC_PAGE_MAX)) {
            fleet->listing.resume = fleet->listing.place;
            fleet->listing.collecting = false;
        }
        if (!fleet->listing.collecting && fleet->listing.matched) {
            return CONNSYNC_OK;
        }
        enum connsync_status status = list_page(fleet);
        if (status != CONNSYNC_OK) {
            return status;
        }
        if (cursor[0] == '\0') {
            fleet->listing.matched = true;
            return CONNSYNC_OK;
        }
        fleet->listing.endless = cursor_trail_step(&fleet->listing.place.trail, cursor);
    }
    return CONNSYNC_ERR_ANSWER;
}

enum connsync_status fleet_list_on(struct fleet *fleet)
{
    fleet->listing.place = fleet->listing.resume;
    fleet->listing.collecting = true;
    queue_clear(fleet->queue);
    return fleet_list(fleet);
}
