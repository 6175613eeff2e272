/*
 * What the three files of a run over many connections share: fleet.c calls fleet_list.c, and both
 * call fleet_one.c.
 */
#ifndef CONNSYNC_CLI_FLEET_PARTS_H
#define CONNSYNC_CLI_FLEET_PARTS_H

#include "platform/posix/cli/base/digest.h"
#include "platform/posix/cli/fleet/cursor_trail.h"
#include "platform/posix/cli/fleet/fleet.h"
#include "platform/posix/cli/fleet/queue.h"

/* A place in the list. */
struct fleet_place {
    struct connsync_page page; /* the next one */
    struct cursor_trail trail; /* up to there */
};

struct fleet_listing {
    struct fleet_place place;
    struct fleet_place resume; /* where the queue was full */
    const char *endless;       /* why the list is not read on, though it has no end; or NULL */
    uint16_t take_max;         /* less once a page did not fit */
    bool collecting;           /* else pages are only read for matches */
    bool matched;              /* all pages have been read for matches */
};

struct fleet {
    const struct cli_options *options;
    struct cs_desired *desired;
    enum fleet_task task;
    struct tally tally;
    struct queue *queue;
    struct fleet_listing listing;
    uint64_t done;
    uint64_t begun_ms;                /* the first of them */
    enum connsync_setting wanted;     /* of the connection in hand */
    unsigned network_failures;        /* in a row */
    enum connsync_status stopped_for; /* what keeps the rest from being tried, or CONNSYNC_OK */
    uint64_t not_tried;
};

/* The bytes of `options` that were seen last; or those that were planned for. */
struct fleet_digest {
    uint8_t digest[DIGEST_SIZE];
};

/* ---- fleet_list.c ---- */

/* From the first page, with an empty queue. */
void fleet_list_begin(struct fleet *fleet);

/* One connection of the list, against connsync.json. */
void fleet_take(struct fleet *fleet, const struct connsync_result *listed);

/* Lists on from the present page: until the queue is full, and for matches to the end. */
enum connsync_status fleet_list(struct fleet *fleet);

/* Was the queue full before the end? */
static inline bool fleet_list_goes_on(const struct fleet *fleet)
{
    return !fleet->listing.collecting;
}

/* Empties the queue, and lists on from where it was full. */
enum connsync_status fleet_list_on(struct fleet *fleet);

/* ---- fleet_one.c ---- */

/* What became of one: reported and counted. */
void fleet_report_result(struct fleet *fleet, struct connsync_result *result,
                         enum connsync_status status);

/* It is clear from the list alone that nothing can be done. */
void fleet_reject(struct fleet *fleet, const struct connsync_result *listed,
                  const struct cs_desired_entry *entry, enum connsync_status status);

/* It would change: a row of a plan. */
void fleet_plan_one(struct fleet *fleet, const struct connsync_result *result,
                    enum connsync_setting wanted);

/* Reads one for a plan, or changes it; or leaves it out, if the run has been stopped. `planned`
 * may be NULL; `count` is how many there are, for who waits. */
void fleet_do_one(struct fleet *fleet, const struct connsync_result *known,
                  enum connsync_setting wanted, struct fleet_digest *planned, size_t count);

#endif
