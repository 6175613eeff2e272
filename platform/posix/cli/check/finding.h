/*
 * What a diagnosis prints: a line for each thing that was looked at, as text or as JSON.
 */
#ifndef CONNSYNC_CLI_FINDING_H
#define CONNSYNC_CLI_FINDING_H

#include "core/connsync.h"
#include "platform/posix/cli/check/damage.h"

#include <stdbool.h>
#include <stdint.h>

/* Names of members of JSON and words in them are stable. */
struct finding {
    const char *check;  /* "clock" */
    const char *status; /* "ok", "warning", "unknown", "failed" */
    const char *figure; /* what `value` is, "ahead_s"; NULL: there is none */
    int64_t value;
};

/* "clock        3 s behind the tenant's"; what is more than fine has its status before it. `text` is
 * cleaned of what a terminal acts on. */
void finding_print(bool json, const struct finding *finding, const char *text);

/* A connection that looks damaged. */
void finding_print_damage(bool json, const struct connsync_result *result,
                          const struct damage *damage);

#endif
