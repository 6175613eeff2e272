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

struct fleet_listing {
    struct connsync_page page; /* the next one */
    struct cursor_trail trail; /* up to there */
    const char *endless;       /* why the list is not read on, though it has no end; or NULL */
    bool unkept;               /* one that is to be changed was not put into the queue */
    int error;                 /* why, by errno */
};

struct fleet {
    const struct cli_options *options;
    struct cs_desired *desired;
    enum fleet_task task;
    struct tally tally;
    struct queue *queue;
    struct fleet_listing listing;
    uint64_t begun;
    uint64_t ended;                   /* of these; each is told in its turn */
    unsigned agents;                  /* so many at most are under way */
    uint64_t begun_ms;                /* the first of them */
    enum connsync_setting wanted;     /* of the one that is told */
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

/* Lists all pages; ends early where the queue does not take one more, which `unkept` says. */
enum connsync_status fleet_list(struct fleet *fleet);

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

/* Begins to read one for a plan, or to change it; or leaves it out, if the run has been stopped. Those
 * before it may be under way, too. `planned` may be NULL; `count` is how many there are, for who
 * waits. */
void fleet_do_one(struct fleet *fleet, const struct connsync_result *known,
                  enum connsync_setting wanted, const struct fleet_digest *planned, size_t count);

/* Waits for all that are under way. */
void fleet_settle(struct fleet *fleet);

#endif
