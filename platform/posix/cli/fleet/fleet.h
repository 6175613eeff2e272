/*
 * Brings the connections of a tenant to what connsync.json says, or finds out what that
 * would take.
 *
 * The tenant is listed page by page; connections that are not as wanted are queued. When
 * all has been listed, every entry of the file must have matched a connection, or
 * nothing is written. Then each queued one is read, written and verified. What the queue
 * has no room for goes into a file: memory does not grow with the tenant.
 */
#ifndef CONNSYNC_CLI_FLEET_H
#define CONNSYNC_CLI_FLEET_H

#include "config/desired.h"
#include "platform/posix/cli/fleet/tally.h"
#include "platform/posix/cli/options/options.h"

enum fleet_task {
    FLEET_PLAN,  /* say what would change */
    FLEET_APPLY, /* change it */
    FLEET_HASH   /* say it, and write it to a plan with the digest of each */
};

/* One run; the session must be open. Reports each connection. The plan of FLEET_HASH must
 * have been begun. */
struct tally fleet_run(const struct cli_options *options, struct cs_desired *desired,
                       enum fleet_task task);

/* What a plan would say of connections that somebody else lists, one at each call of `next`, until
 * it says false: without a request, and without a session. */
struct tally fleet_match(const struct cli_options *options, struct cs_desired *desired,
                         bool (*next)(void *context, struct connsync_result *listed),
                         void *context);

/* Does what a plan says; it has been opened. */
struct tally fleet_run_plan(const struct cli_options *options);

#endif
