/* One connection of a run: what becomes of it, and whether the others still have their turn. What
 * is printed of it is fleet_report.c's and job/report.c's; which ones there are, fleet_list.c's. */
#include "platform/posix/cli/fleet/fleet_parts.h"

#include "config/exit_code.h"
#include "platform/posix/cli/base/log.h"
#include "platform/posix/cli/base/system.h"
#include "platform/posix/cli/fleet/fleet_report.h"
#include "platform/posix/cli/fleet/plan_file.h"
#include "platform/posix/cli/job/change.h"
#include "platform/posix/cli/job/listed.h"
#include "platform/posix/cli/job/report.h"
#include "platform/posix/cli/job/session.h"

#include <string.h>

/* Failures of the network, an edge's pages among them, in a row after which the rest is not tried. */
#define NETWORK_FAILURES_MAX 3u
/* RFC 9110 section 15.6.4; proxies limit with it, too. */
#define HTTP_UNAVAILABLE 503

/* ---- Without a request ---- */

/* Refused for what the answer is, not for what the connection has. */
static bool is_unread(enum connsync_status status)
{
    return listed_is_unread(status) || status == CONNSYNC_REFUSED_NOT_JSON;
}

void fleet_report_result(struct fleet *fleet, struct connsync_result *result,
                         enum connsync_status status)
{
    const struct report_cause cause = {session_failure(), NULL, change_last()};
    struct connsync_job job = fleet->options->job;

    job.connection = result->id[0] != '\0' ? result->id : NULL;
    job.wanted = fleet->wanted;
    report_end(&fleet->options->output, &job, result, status, &cause);
    change_forget();
    tally_count(&fleet->tally, result->outcome);
    fleet->tally.warnings += report_warning(&job, result) != NULL;
    fleet->tally.unread += is_unread(status);
    tally_worsen(&fleet->tally, report_exit_code(result, status, &cause));
}

/* A database that cannot carry the setting is in most tenants. Who names it is told so;
 * whoever means all, or all databases, is not to name it as an exception. */
static bool is_skipped(const struct cs_desired_entry *entry, enum connsync_status cause)
{
    if (entry->key == CS_DESIRED_ALL) {
        return cause == CONNSYNC_REFUSED_PASSWORDLESS || cause == CONNSYNC_REFUSED_STRATEGY;
    }
    return entry->key == CS_DESIRED_STRATEGY && cause == CONNSYNC_REFUSED_STRATEGY;
}

void fleet_reject(struct fleet *fleet, const struct connsync_result *listed,
                  const struct cs_desired_entry *entry, enum connsync_status status)
{
    struct connsync_result result = *listed;
    bool refusal = connsync_status_is_refusal(status);

    if (is_skipped(entry, status)) {
        fleet->tally.skipped++;
        fleet_report_unchanged(&fleet->options->output, listed, status);
        return;
    }
    result.requests = 0;
    result.outcome = refusal ? CONNSYNC_REFUSED : CONNSYNC_FAILED;
    if (fleet->task != FLEET_APPLY && refusal) {
        fleet_report_row(&fleet->options->output, &result, (enum connsync_setting)entry->setting,
                         status);
        fleet->tally.refused++;
        fleet->tally.unread += is_unread(status);
        tally_worsen(&fleet->tally, cs_exit_code(status));
        return;
    }
    fleet_report_result(fleet, &result, status);
}

void fleet_plan_one(struct fleet *fleet, const struct connsync_result *result,
                    enum connsync_setting wanted)
{
    fleet_report_row(&fleet->options->output, result, wanted, CONNSYNC_OK);
    fleet->tally.would_change++;
    fleet->tally.warnings += wanted == CONNSYNC_NEVER_ON_LOGIN;
    tally_worsen(&fleet->tally, CS_EXIT_DRIFT);
}

/* ---- With requests ---- */

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
    case CONNSYNC_ERR_TOKEN:
    case CONNSYNC_ERR_RATE_LIMITED:
        return true;
    default:
        return status >= CONNSYNC_ERR_TLS && status <= CONNSYNC_ERR_CLIENT_CERTIFICATE;
    }
}

/* A service that was unavailable for as long as the job had, or asks for more time than that, is
 * given a rest. */
static bool is_unavailable(const struct connsync_result *result, enum connsync_status status)
{
    return status == CONNSYNC_ERR_SERVER && result->http_status == HTTP_UNAVAILABLE;
}

static bool is_of_network(enum connsync_status status)
{
    return (status >= CONNSYNC_ERR_NAME && status <= CONNSYNC_ERR_NAME_TEMPORARY) ||
           status == CONNSYNC_ERR_WEB_PAGE;
}

static void see_if_to_stop(struct fleet *fleet, const struct connsync_result *result,
                           enum connsync_status status)
{
    enum connsync_status reason = status == CONNSYNC_ERR_UNVERIFIED ? result->cause : status;

    fleet->network_failures = is_of_network(reason) ? fleet->network_failures + 1 : 0;
    if (is_fatal(reason) || is_unavailable(result, reason) ||
        fleet->network_failures == NETWORK_FAILURES_MAX) {
        fleet->stopped_for = reason;
    } else if (session_stopped()) {
        fleet->stopped_for = CONNSYNC_ERR_CANCELLED;
    }
}

static enum connsync_status note_digest(void *context, enum connsync_stage stage,
                                        const char *options, size_t length)
{
    struct fleet_digest *noted = context;

    (void)stage;
    digest_of(noted->digest, options, length);
    return CONNSYNC_OK;
}

static enum connsync_status compare_digest(void *context, enum connsync_stage stage,
                                           const char *options, size_t length)
{
    const struct fleet_digest *planned = context;
    uint8_t digest[DIGEST_SIZE];

    (void)stage;
    digest_of(digest, options, length);
    return memcmp(digest, planned->digest, sizeof digest) == 0 ? CONNSYNC_OK
                                                               : CONNSYNC_REFUSED_CHANGED;
}

/* Waits for its end; what the service did not come to tell is known from before. */
static enum connsync_status end(struct fleet *fleet, const struct connsync_result *known,
                                struct connsync_result *result)
{
    enum connsync_status status = change_end(result);

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
    see_if_to_stop(fleet, result, status);
    return status;
}

static void add_to_plan(struct fleet *fleet, const struct connsync_result *result,
                        const struct fleet_digest *observed)
{
    struct plan_step step;

    if (result->before == fleet->wanted) { /* somebody else was quicker */
        fleet->tally.unchanged++;
        fleet_report_unchanged(&fleet->options->output, result, CONNSYNC_OK);
        return;
    }
    memcpy(step.id, result->id, sizeof step.id);
    memcpy(step.name, result->name, sizeof step.name);
    memcpy(step.strategy, result->strategy, sizeof step.strategy);
    memcpy(step.digest, observed->digest, sizeof step.digest);
    step.before = result->before;
    step.wanted = fleet->wanted;
    plan_file_add(&step);
    fleet_plan_one(fleet, result, fleet->wanted);
}

/* ---- A few at a time ---- */

/* By the number of its agent: one that is under way. */
static struct slot {
    bool is_taken;
    struct connsync_result known;
    struct connsync_job job;
    struct fleet_digest digest; /* planned for, or observed */
} slots[CONNSYNC_POSIX_WAIT_MAX];
static uint8_t turns[CONNSYNC_POSIX_WAIT_MAX]; /* whose turn it is to be told, in a ring */

static void begin(struct fleet *fleet, struct slot *slot, const struct fleet_digest *planned)
{
    struct connsync_job *job = &slot->job;

    job->connection = slot->known.id;
    job->observer_context = &slot->digest;
    if (fleet->task == FLEET_HASH) {
        job->operation = &connsync_operation_get;
        job->observer = note_digest;
    } else {
        job->operation = &connsync_operation_set;
        if (planned != NULL) {
            slot->digest = *planned;
            job->observer = compare_digest;
        }
    }
    change_begin(fleet->options, job);
}

/* In the order in which they were begun, whichever is over first. */
static void end_first(struct fleet *fleet)
{
    unsigned number = turns[fleet->ended % CONNSYNC_POSIX_WAIT_MAX];
    struct slot *slot = &slots[number];
    struct connsync_result result;

    (void)session_turn(number); /* it is open */
    fleet->wanted = slot->job.wanted;
    enum connsync_status status = end(fleet, &slot->known, &result);
    fleet->ended++;
    slot->is_taken = false;
    if (fleet->task == FLEET_HASH && status == CONNSYNC_OK) {
        add_to_plan(fleet, &result, &slot->digest);
    } else {
        fleet_report_result(fleet, &result, status);
    }
}

void fleet_settle(struct fleet *fleet)
{
    while (fleet->ended < fleet->begun) {
        end_first(fleet);
    }
}

/* Turns to an agent that has nothing to do: its number. Where there is no memory for one more, there
 * are no more. */
static unsigned turn_to_free(struct fleet *fleet)
{
    for (;;) {
        while (fleet->begun - fleet->ended >= fleet->agents ||
               fleet->begun - fleet->ended >= session_agents()) {
            end_first(fleet);
        }
        unsigned number = 0;
        while (slots[number].is_taken) {
            number++;
        }
        if (session_turn(number)) {
            return number;
        }
        fleet->agents = number;
    }
}

static void leave_out(struct fleet *fleet, const struct connsync_result *known,
                      enum connsync_setting wanted)
{
    fleet->not_tried++;
    fleet->tally.failed++;
    fleet_report_not_tried(&fleet->options->output, known, wanted, "not_tried");
}

/* Of how many, how fast, and how long it will take, by what it took so far. */
static void show_progress(struct fleet *fleet, size_t count, const char *name)
{
    uint64_t now = system_now_ms();

    if (fleet->begun == 0) {
        fleet->begun_ms = now;
        log_progress(now, "connsync: 1 of %zu: %.40s", count, name);
        return;
    }
    uint64_t took = now - fleet->begun_ms + 1;
    log_progress(now, "connsync: %llu of %zu, %llu a minute, %llu s left: %.40s",
                 (unsigned long long)fleet->begun + 1, count,
                 (unsigned long long)(fleet->begun * 60000 / took),
                 (unsigned long long)((count - fleet->begun) * took / fleet->begun / 1000), name);
}

void fleet_do_one(struct fleet *fleet, const struct connsync_result *known,
                  enum connsync_setting wanted, const struct fleet_digest *planned, size_t count)
{
    unsigned number = turn_to_free(fleet);
    struct slot *slot = &slots[number];

    if (fleet->stopped_for != CONNSYNC_OK) {
        fleet_settle(fleet);
        leave_out(fleet, known, wanted);
        return;
    }
    show_progress(fleet, count, known->name);
    turns[fleet->begun++ % CONNSYNC_POSIX_WAIT_MAX] = (uint8_t)number;
    slot->is_taken = true;
    slot->known = *known;
    slot->job = fleet->options->job;
    slot->job.wanted = wanted;
    begin(fleet, slot, planned);
}
