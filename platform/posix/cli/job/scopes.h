/*
 * What else is to be said of the token's scopes, where the service's own word is one of them.
 */
#ifndef CONNSYNC_CLI_SCOPES_H
#define CONNSYNC_CLI_SCOPES_H

#include "core/base/text.h"
#include "core/connsync.h"

/* Of a failure with this cause: all scopes that the token is known to lack for the job go into
 * `shown`, in the place of the one that the service named. What is said behind the sentence; "" for
 * nothing. */
const char *scopes_of_failure(struct connsync_result *shown, const struct connsync_job *job,
                              enum connsync_status cause);

/* The scopes that the token lacks, for writes or for reads alone, "a, b"; "" if it has them all. NULL
 * where it is not known which it has. Holds until the next call. */
const char *scopes_lacking(bool for_writes);

/* After a job that did not come to write, a note: that the token would not do, or (`is_verbose`)
 * that it is not known. */
void scopes_note(bool is_verbose);

#endif
