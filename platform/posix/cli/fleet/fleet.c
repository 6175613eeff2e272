/* One run over the connections of a tenant: list, match, then one after another. Signals and
 * waiting are session.c's, the words fleet_report.c's. */
#include "platform/posix/cli/fleet/fleet.h"

#include "config/exit_code.h"
#include "platform/posix/cli/base/digest.h"
#include "platform/posix/cli/base/log.h"
#include "platform/posix/cli/base/system.h"
#include "platform/posix/cli/fleet/cursor_trail.h"
#include "platform/posix/cli/fleet/fleet_report.h"
#include "platform/posix/cli/fleet/plan_file.h"
#include "platform/posix/cli/fleet/queue.h"
#include "platform/posix/cli/job/change.h"
#include "platform/posix/cli/job/report.h"
#include "platform/posix/cli/job/session.h"

#include <stdio.h>
#include <string.h>

/* Pages begin small and then grow to this many bytes, or to the most connections that are
 * asked for at once: so the first page, too, takes little memory. */
#define TAKE_FIRST 10u
#define PAGE_BYTES 65536u
/* Failures of the network in a row after which the rest is not tried. */
#define NETWORK_FAILURES_MAX 3u

/* A place in the list. */
struct place {
    struct connsync_page page; /* the next one */
    struct cursor_trail trail; /* up to there */
};

struct fleet {
    struct cli_options *options;
    struct cs_desired *desired;
    enum fleet_task task;
    struct tally tally;
    struct place place;
    struct place resume; /* where the queue was full */
    const char *endless; /* why the list is not read on, though it has no end; or NULL */
    uint16_t take_max;   /* less once a page did not fit */
    bool collecting;     /* else pages are only read for matches */
    bool matched;        /* all pages have been read for matches */
    uint64_t done;
    unsigned network_failures;        /* in a row */
    enum connsync_status stopped_for; /* what keeps the rest from being tried, or CONNSYNC_OK */
    uint64_t not_tried;
};

static struct queue queue;

static struct fleet begin(struct cli_options *options, struct cs_desired *desired,
                          enum fleet_task task)
{
    struct fleet fleet;

    memset(&fleet, 0, sizeof fleet);
    fleet.options = options;
    fleet.desired = desired;
    fleet.task = task;
    fleet.collecting = true;
    fleet.place.page.take = TAKE_FIRST;
    fleet.take_max = CONNSYNC_PAGE_MAX;
    queue_clear(&queue);
    return fleet;
}

/* ---- Listing ---- */

/* A database that cannot carry the setting is in most tenants. Who names it is told so;
 * whoever means all, or all databases, is not to name it as an exception. */
static bool is_skipped(const struct cs_desired_entry *entry, enum connsync_status cause)
{
    if (entry->key == CS_DESIRED_ALL) {
        return cause == CONNSYNC_REFUSED_PASSWORDLESS || cause == CONNSYNC_REFUSED_STRATEGY;
    }
    return entry->key == CS_DESIRED_STRATEGY && cause == CONNSYNC_REFUSED_STRATEGY;
}

static void report_result(struct fleet *fleet, struct connsync_result *result,
                          enum connsync_status status)
{
    const struct report_cause cause = {session_failure(), NULL, change_last()};

    fleet->options->job.connection = result->id;
    report_end(fleet->options, result, status, &cause);
    change_forget();
    fleet->options->job.connection = NULL;
    tally_count(&fleet->tally, result->outcome);
    tally_worsen(&fleet->tally, report_exit_code(result, status, &cause));
}

/* It is clear from the list alone that nothing can be done. */
static void reject(struct fleet *fleet, const struct connsync_result *listed,
                   const struct cs_desired_entry *entry, enum connsync_status status)
{
    struct connsync_result result = *listed;
    bool refusal = connsync_status_is_refusal(status);

    if (is_skipped(entry, status)) {
        fleet->tally.skipped++;
        fleet_report_unchanged(fleet->options, listed, status);
        return;
    }
    result.requests = 0;
    result.outcome = refusal ? CONNSYNC_REFUSED : CONNSYNC_FAILED;
    if (fleet->task != FLEET_APPLY && refusal) {
        fleet_report_row(fleet->options, &result, (enum connsync_setting)entry->setting, status);
        fleet->tally.refused++;
        tally_worsen(&fleet->tally, cs_exit_code(status));
        return;
    }
    report_result(fleet, &result, status);
}

static void plan(struct fleet *fleet, const struct connsync_result *result,
                 enum connsync_setting wanted)
{
    fleet_report_row(fleet->options, result, wanted, CONNSYNC_OK);
    fleet->tally.would_change++;
    tally_worsen(&fleet->tally, CS_EXIT_DRIFT);
}

static void judge(struct fleet *fleet, const struct connsync_result *listed,
                  const struct cs_desired_entry *entry)
{
    enum connsync_setting wanted = (enum connsync_setting)entry->setting;

    if (listed->before == wanted) {
        fleet->tally.unchanged++;
        fleet_report_unchanged(fleet->options, listed, CONNSYNC_OK);
    } else if (listed->cause != CONNSYNC_OK) {
        reject(fleet, listed, entry, listed->cause);
    } else if (fleet->task == FLEET_PLAN) {
        plan(fleet, listed, wanted);
    } else if (listed->id[0] == '\0' || !queue_put(&queue, listed, wanted)) {
        reject(fleet, listed, entry, CONNSYNC_ERR_ANSWER);
    }
}

static void on_listed(void *context, const struct connsync_result *listed)
{
    struct fleet *fleet = context;
    struct connsync_result one = *listed;
    const struct cs_desired_entry *entry =
        cs_desired_match(fleet->desired, listed->id, listed->name, listed->strategy);

    one.requests = 0; /* they are the page's */
    if (!fleet->collecting) {
        return;
    }
    fleet->tally.seen++;
    if (entry == NULL) {
        fleet->tally.unnamed++;
    } else {
        judge(fleet, &one, entry);
    }
    log_progress(system_now_ms(), "connsync: %llu connections listed, %zu to change",
                 (unsigned long long)fleet->tally.seen, queue.count);
}

/* From the page that was, how large the next one is to be. */
static void adapt_page(struct fleet *fleet, uint16_t asked)
{
    struct connsync_page *page = &fleet->place.page;

    if (page->take < asked) {
        fleet->take_max = page->take;
    } else if (page->count > 0) {
        size_t fitting = PAGE_BYTES / (page->bytes / page->count + 1);
        size_t least = fitting > TAKE_FIRST ? fitting : TAKE_FIRST;
        page->take = (uint16_t)(least < fleet->take_max ? least : fleet->take_max);
    }
}

static enum connsync_status list_page(struct fleet *fleet)
{
    struct connsync_job job = fleet->options->job;
    uint16_t asked = fleet->place.page.take;

    job.operation = &connsync_operation_list;
    job.page = &fleet->place.page;
    enum connsync_status status = session_run(&job, on_listed, fleet);
    fleet->tally.requests += connsync_result(session_agent())->requests;
    if (status != CONNSYNC_OK) {
        return status;
    }
    adapt_page(fleet, asked);
    return CONNSYNC_OK;
}

/* Lists on from the present page: until the queue is full, and for matches to the end. */
static enum connsync_status list(struct fleet *fleet)
{
    const char *cursor = fleet->place.page.cursor;

    while (fleet->endless == NULL) {
        if (fleet->collecting && !queue_has_room(&queue, CONNSYNC_PAGE_MAX)) {
            fleet->resume = fleet->place;
            fleet->collecting = false;
        }
        if (!fleet->collecting && fleet->matched) {
            return CONNSYNC_OK;
        }
        enum connsync_status status = list_page(fleet);
        if (status != CONNSYNC_OK) {
            return status;
        }
        if (cursor[0] == '\0') {
            fleet->matched = true;
            return CONNSYNC_OK;
        }
        fleet->endless = cursor_trail_step(&fleet->place.trail, cursor);
    }
    return CONNSYNC_ERR_ANSWER;
}

/* ---- Working ---- */

/* Every other connection would end in the same way. */
static bool is_fatal(enum connsync_status status)
{
    switch (status) {
    case CONNSYNC_ERR_MEMORY:
    case CONNSYNC_ERR_CANCELLED:
    case CONNSYNC_ERR_ENTROPY:
    case CONNSYNC_ERR_UNAUTHORIZED:
    case CONNSYNC_ERR_SCOPE:
    case CONNSYNC_ERR_CLIENT_CREDENTIALS:
    case CONNSYNC_ERR_ASSERTION:
    case CONNSYNC_ERR_RATE_LIMITED:
        return true;
    default:
        return status >= CONNSYNC_ERR_TLS && status <= CONNSYNC_ERR_CLIENT_CERTIFICATE;
    }
}

static bool is_of_network(enum connsync_status status)
{
    return status >= CONNSYNC_ERR_NAME && status <= CONNSYNC_ERR_CLOSED;
}

static void see_if_to_stop(struct fleet *fleet, const struct connsync_result *result,
                           enum connsync_status status)
{
    enum connsync_status reason = status == CONNSYNC_ERR_UNVERIFIED ? result->cause : status;

    fleet->network_failures = is_of_network(reason) ? fleet->network_failures + 1 : 0;
    if (is_fatal(reason) || fleet->network_failures == NETWORK_FAILURES_MAX) {
        fleet->stopped_for = reason;
    } else if (session_stopped()) {
        fleet->stopped_for = CONNSYNC_ERR_CANCELLED;
    }
}

struct observed {
    uint8_t digest[DIGEST_SIZE]; /* of what was seen last; or as planned */
};

static enum connsync_status note_digest(void *context, enum connsync_stage stage,
                                        const char *options, size_t length)
{
    struct observed *noted = context;

    (void)stage;
    digest_of(noted->digest, options, length);
    return CONNSYNC_OK;
}

static enum connsync_status compare_digest(void *context, enum connsync_stage stage,
                                           const char *options, size_t length)
{
    const struct observed *planned = context;
    uint8_t digest[DIGEST_SIZE];

    (void)stage;
    digest_of(digest, options, length);
    return memcmp(digest, planned->digest, sizeof digest) == 0 ? CONNSYNC_OK
                                                               : CONNSYNC_REFUSED_CHANGED;
}

/* Runs the job; what the service did not come to tell is known from before. */
static enum connsync_status run(struct fleet *fleet, const struct connsync_job *job,
                                const struct connsync_result *known, struct connsync_result *result)
{
    enum connsync_status status = change_run(fleet->options, job, result);

    fleet->tally.requests += result->requests;
    if (result->name[0] == '\0') {
        memcpy(result->id, known->id, sizeof result->id);
        memcpy(result->name, known->name, sizeof result->name);
        memcpy(result->strategy, known->strategy, sizeof result->strategy);
    }
    if (result->before == CONNSYNC_SETTING_UNKNOWN) {
        result->before = known->before;
        result->after = known->before;
    }
    return status;
}

static void change(struct fleet *fleet, const struct connsync_result *known,
                   enum connsync_setting wanted, struct observed *planned)
{
    struct connsync_job job = fleet->options->job;
    struct connsync_result result;

    job.operation = &connsync_operation_set;
    job.connection = known->id;
    job.wanted = wanted;
    if (planned != NULL) {
        job.observer = compare_digest;
        job.observer_context = planned;
    }
    enum connsync_status status = run(fleet, &job, known, &result);
    report_result(fleet, &result, status);
    see_if_to_stop(fleet, &result, status);
}

static void hash(struct fleet *fleet, const struct connsync_result *known,
                 enum connsync_setting wanted)
{
    struct connsync_job job = fleet->options->job;
    struct connsync_result result;
    struct plan_step step;
    struct observed observed;

    job.operation = &connsync_operation_get;
    job.connection = known->id;
    job.observer = note_digest;
    job.observer_context = &observed;
    enum connsync_status status = run(fleet, &job, known, &result);
    see_if_to_stop(fleet, &result, status);
    if (status != CONNSYNC_OK) {
        report_result(fleet, &result, status);
        return;
    }
    if (result.before == wanted) { /* somebody else was quicker */
        fleet->tally.unchanged++;
        fleet_report_unchanged(fleet->options, &result, CONNSYNC_OK);
        return;
    }
    memcpy(step.id, result.id, sizeof step.id);
    memcpy(step.name, result.name, sizeof step.name);
    memcpy(step.strategy, result.strategy, sizeof step.strategy);
    memcpy(step.digest, observed.digest, sizeof step.digest);
    step.before = result.before;
    step.wanted = wanted;
    plan_file_add(&step);
    plan(fleet, &result, wanted);
}

static void leave_out(struct fleet *fleet, const struct connsync_result *known,
                      enum connsync_setting wanted)
{
    fleet->not_tried++;
    fleet->tally.failed++;
    fleet_report_not_tried(fleet->options, known, wanted, "not_tried");
}

static void one(struct fleet *fleet, const struct connsync_result *known,
                enum connsync_setting wanted, struct observed *planned, size_t count)
{
    if (fleet->stopped_for != CONNSYNC_OK) {
        leave_out(fleet, known, wanted);
        return;
    }
    fleet->done++;
    log_progress(system_now_ms(), "connsync: %llu of %zu: %.40s", (unsigned long long)fleet->done,
                 count, known->name);
    if (fleet->task == FLEET_HASH) {
        hash(fleet, known, wanted);
    } else {
        change(fleet, known, wanted, planned);
    }
}

static void work(struct fleet *fleet)
{
    struct connsync_result known;
    enum connsync_setting wanted;

    fleet->done = 0;
    while (queue_take(&queue, &known, &wanted)) {
        one(fleet, &known, wanted, NULL, queue.count);
    }
}

/* ---- The run ---- */

static struct tally finish(struct fleet *fleet)
{
    log_clear_progress();
    if (fleet->not_tried > 0) {
        log_format(LOG_ERROR, "%llu connections were not tried after that: %s",
                   (unsigned long long)fleet->not_tried, connsync_status_name(fleet->stopped_for));
        tally_worsen(&fleet->tally, cs_exit_code(fleet->stopped_for));
    }
    return fleet->tally;
}

/* Nothing is known of those that were not listed: nothing is written. */
static void list_failed(struct fleet *fleet, enum connsync_status status)
{
    struct connsync_result result = *connsync_result(session_agent());
    const struct report_cause cause = {session_failure(), fleet->endless, NULL};

    result.id[0] = '\0';
    result.name[0] = '\0';
    result.strategy[0] = '\0';
    result.before = CONNSYNC_SETTING_UNKNOWN;
    result.after = CONNSYNC_SETTING_UNKNOWN;
    if (status == CONNSYNC_ERR_ANSWER) {
        result.outcome = CONNSYNC_FAILED;
    }
    report_end(fleet->options, &result, status, &cause);
    tally_worsen(&fleet->tally, report_exit_code(&result, status, &cause));
}

static bool is_matched(struct fleet *fleet)
{
    struct connsync_result known;
    enum connsync_setting wanted;

    fleet->tally.unmatched = fleet_report_unmatched(fleet->options, fleet->desired);
    if (fleet->tally.unmatched == 0) {
        return true;
    }
    tally_worsen(&fleet->tally, CS_EXIT_NO_CONNECTION);
    while (queue_take(&queue, &known, &wanted)) {
        if (fleet->task == FLEET_HASH) {
            plan(fleet, &known, wanted);
            continue;
        }
        fleet->tally.would_change++;
        fleet_report_not_tried(fleet->options, &known, wanted, "unmatched");
    }
    return false;
}

struct tally fleet_run(struct cli_options *options, struct cs_desired *desired,
                       enum fleet_task task)
{
    struct fleet fleet = begin(options, desired, task);

    cs_desired_forget_matches(desired);
    enum connsync_status status = list(&fleet);
    if (status == CONNSYNC_OK && is_matched(&fleet)) {
        work(&fleet);
        while (!fleet.collecting && fleet.stopped_for == CONNSYNC_OK && status == CONNSYNC_OK) {
            fleet.place = fleet.resume;
            fleet.collecting = true;
            queue_clear(&queue);
            status = list(&fleet);
            work(&fleet);
        }
    }
    if (status != CONNSYNC_OK) {
        list_failed(&fleet, status);
    }
    return finish(&fleet);
}

struct tally fleet_run_plan(struct cli_options *options)
{
    struct fleet fleet = begin(options, NULL, FLEET_APPLY);
    struct connsync_result known;
    struct plan_step step;
    struct observed planned;

    memset(&known, 0, sizeof known);
    while (plan_file_next(&step)) {
        fleet.tally.seen++;
        memcpy(known.id, step.id, sizeof known.id);
        memcpy(known.name, step.name, sizeof known.name);
        memcpy(known.strategy, step.strategy, sizeof known.strategy);
        memcpy(planned.digest, step.digest, sizeof planned.digest);
        known.before = step.before;
        one(&fleet, &known, step.wanted, &planned, plan_file_count());
    }
    return finish(&fleet);
}
