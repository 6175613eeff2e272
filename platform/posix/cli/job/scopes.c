/* Names all scopes that a token lacks, where it is known which it has. A token is asked for and
 * judged elsewhere: by the core before a request, by the service after it. */
#include "platform/posix/cli/job/scopes.h"

#include "core/agent/agent.h"
#include "platform/posix/cli/base/log.h"
#include "platform/posix/cli/options/identity.h"

#define HTTP_FORBIDDEN 403

static char missing[CONNSYNC_SCOPES_SIZE];

/* False where it has all, or that is not known. */
static bool lacks(bool for_writes)
{
    const char *scope = identity_scope();

    return scope != NULL && cs_auth0_missing_scopes(cs_slice_of(scope), for_writes, missing);
}

const char *scopes_of_failure(struct connsync_result *shown, const struct connsync_job *job,
                              enum connsync_status cause)
{
    bool is_scope = cause == CONNSYNC_ERR_SCOPE || cause == CONNSYNC_ERR_FORBIDDEN;

    if (!is_scope || shown->http_status != HTTP_FORBIDDEN) {
        return "";
    }
    if (lacks(job->operation->writes || job->for_writes)) {
        shown->missing_scope = missing;
        return "";
    }
    return identity_scope() == NULL ? "; its other scopes are not known"
                                    : "; it has all that are needed: something else forbids it";
}

const char *scopes_lacking(bool for_writes)
{
    if (identity_scope() == NULL) {
        return NULL;
    }
    return lacks(for_writes) ? missing : "";
}

void scopes_note(bool is_verbose)
{
    if (lacks(true)) {
        log_format(LOG_NOTE, "a write would be rejected: the token lacks %s", missing);
    } else if (identity_scope() == NULL && is_verbose) {
        log_write(LOG_NOTE, "whether the token may write is not known");
    }
}
