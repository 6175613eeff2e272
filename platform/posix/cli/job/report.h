/*
 * What a person or a program is told: results on stdout, errors on stderr, one
 * line each. Texts that came from the service are cleaned of control characters.
 */
#ifndef CONNSYNC_CLI_REPORT_H
#define CONNSYNC_CLI_REPORT_H

#include "core/connsync.h"
#include "platform/posix/cli/job/change.h"
#include "platform/posix/cli/job/session.h"
#include "platform/posix/cli/options/options.h"

/* What the result does not say. */
struct report_cause {
    struct session_failure failure; /* of the network */
    const char *detail;             /* of the answer, a phrase; or NULL */
    const struct change *change;    /* what else there is to say of a write; NULL: nothing */
};

/* Did the job end for what happened between us and the proxy? */
bool report_blames_proxy(enum connsync_status status, const struct report_cause *cause);

/* The end of a job. Of a list the page is named that could not be had. */
void report_end(const struct cli_output *output, const struct connsync_job *job,
                const struct connsync_result *result, enum connsync_status status,
                const struct report_cause *cause);

/* How many connections report_end() has been told of that were changed, and verified. */
unsigned report_changed(void);

/* What there is to warn of, beside what became of the job; or NULL. */
const char *report_warning(const struct connsync_job *job, const struct connsync_result *result);

/* The exit code of a program that did this one job. */
int report_exit_code(const struct connsync_result *result, enum connsync_status status,
                     const struct report_cause *cause);

/* One line of JSON on stdout about one connection. `change` may be NULL. A result without id and
 * name is of no connection: of a page of the list, which it has as a member, or of what comes
 * before that; the line has no member that tells of a connection then. */
void report_json_line(const struct connsync_result *result, const char *outcome, const char *code,
                      const char *message, const struct change *change);

/* What -v adds at the end, on stderr. */
void report_figures(uint64_t requests);

#endif
