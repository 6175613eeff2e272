/*
 * What the answers of a job said that were no success: the listener of the agents.
 */
#ifndef CONNSYNC_CLI_ANSWERED_H
#define CONNSYNC_CLI_ANSWERED_H

#include "config/answer.h"
#include "core/connsync.h"

/* Private: the last answer of an agent's job. */
struct answered {
    const struct connsync *agent;
    const char *document;
    size_t document_length;
    uint32_t request; /* the answer's number in the job; 0: there is none */
    bool has_failed;
    struct cs_answer answer;
};

/* For connsync_config. */
const struct connsync_listener *answered_listener(void);

/* A job begins, with this agent: of its document, names may be told. Both stay the caller's. */
void answered_begin(const struct connsync *agent, const struct connsync_job *job);

/* What the answer to the last request of the job said; NULL if it was a success, or there is
 * none. */
const struct cs_answer *answered_last(void);

/* The Date of the last answer, in seconds since 1970; false if it had none. */
bool answered_date(int64_t *utc_seconds);

#endif
