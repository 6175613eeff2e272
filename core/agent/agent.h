/*
 * The story: token -> read -> decide -> write -> read back -> compare.
 *
 * One `struct connsync` is carved from the front of the caller's block; the rest
 * of the block is its arena. agent.c holds the public calls and the pauses between tries,
 * agent_state.c which states there are and what leads from one to the next, agent_flow.c what
 * is done with each response, agent_token.c how a token is obtained, client.c what a client has
 * beside its secret, operation_NAME.c what an operation is, agent_write.c what all that write
 * have in common.
 */
#ifndef CONNSYNC_CORE_AGENT_AGENT_H
#define CONNSYNC_CORE_AGENT_AGENT_H

#include "core/agent/agent_state.h"
#include "core/agent/comparison.h"
#include "core/agent/exchange.h"
#include "core/auth0/auth0.h"
#include "core/auth0/auth0_connection.h"
#include "core/auth0/pace.h"

/* Requests of one job that may fail and be tried again: when the service asked for
 * patience or a write has to be settled, and when nobody answers at all (about
 * five seconds: a wrong domain should not take a minute to be told). */
#define CS_AGENT_RETRIES_MAX 8
#define CS_AGENT_UNANSWERED_RETRIES_MAX 4
/* Documents read back that may still show the state before an acknowledged write. */
#define CS_AGENT_STALE_READS_MAX 4
#define CS_AGENT_TIMEOUT_DEFAULT_MS 60000
/* So many times its time may a job wait for a rate, in all. */
#define CS_AGENT_POSTPONE_MAX 10
/* The most pages of a list: five million connections, fifty at a time. */
#define CS_AGENT_PAGES_MAX 100000
/* Of an answer to a write, this much is looked at. */
#define CS_AGENT_ANSWER_MAX 1024
/* Kept free beside a document for the head and the answer of the write. */
#define CS_AGENT_RESERVE (CS_AGENT_ANSWER_MAX + CS_AUTH0_TARGET_SIZE)
/* By this much the document after a write may be larger than the one before it: the
 * setting, and what the service derives. */
#define CS_AGENT_GROWTH 256

/* A document, the one connection in it that is meant, and the body of the write that was made
 * of it. */
struct cs_document {
    char *memory; /* a piece of the arena, as it was received */
    size_t size;
    struct cs_slice text; /* the value in it */
    struct cs_auth0_connection connection;
    struct cs_slices body; /* a piece of the arena */
    size_t options_at;     /* the slices of the body that are `options` */
    size_t options_count;
};

/* What is large stands behind: short instructions reach the front only. */
struct connsync {
    enum cs_state state;
    enum cs_write_state write;
    enum connsync_status status; /* that the job has ended with */
    bool renewed;                /* a token that was rejected has been replaced, in this job */
    volatile uint8_t cancels;    /* calls of connsync_cancel, from a signal handler too */
    unsigned retries;
    unsigned stale_reads; /* read-backs that did not show what was acknowledged */
    uint64_t deadline;
    uint64_t pause_until; /* 0 when there is no pause: no exchange is under way in one */
    uint64_t postponed;   /* by what the deadline was moved for a rate */
    struct cs_arena arena;
    char *token;       /* a piece of the arena; NULL while config.token serves */
    char *form_memory; /* a piece of the arena, while a token is asked for */
    struct cs_slice form;
    struct cs_document document;
    struct cs_comparison comparison; /* taken before the write; in what is cut off the arena */
    struct cs_digest_key digest_key;
    unsigned take;            /* list: connections asked for a page */
    unsigned pages;           /* list: how many were handed out */
    uint64_t seen_cursor;     /* list: digest of an earlier page's cursor; see operation_list.c */
    struct cs_json_walk list; /* of a page, what is still to be handed out */

    struct connsync_job job;
    struct connsync_config config;
    struct connsync_result result;
    struct cs_exchange exchange;
    char cursor[CONNSYNC_CURSOR_SIZE];
    char target[CS_AUTH0_TARGET_SIZE];
};

/* ---- Transitions: what returns a status returns CONNSYNC_OK where the state tells what is
 * next, CONNSYNC_WOULD_BLOCK for a wait, CONNSYNC_ITEM for an item, or a failure ---- */

static inline enum connsync_status cs_agent_enter(struct connsync *agent, enum cs_event event)
{
    agent->state = cs_state_next(agent->state, event);
    return CONNSYNC_OK;
}

/* The job is over, with this status, and before anything is made of an open write. */
static inline enum connsync_status cs_agent_end(struct connsync *agent, enum connsync_status status)
{
    agent->status = status;
    return cs_agent_enter(agent, CS_EVENT_OVER);
}

static inline enum connsync_status cs_agent_finish(struct connsync *agent,
                                                   enum connsync_outcome outcome)
{
    agent->result.outcome = outcome;
    return cs_agent_end(agent, CONNSYNC_OK);
}

static inline void cs_agent_note_write(struct connsync *agent, enum cs_write_event event)
{
    agent->write = cs_write_next(agent->write, event);
}

/* ---- Requests and responses ---- */

/* Begins the request of the present state. */
enum connsync_status cs_agent_request(struct connsync *agent);

/* Deals with the whole response to it. */
enum connsync_status cs_agent_take_response(struct connsync *agent);

void cs_agent_release_document(struct connsync *agent);

/* Sets what the result says of the connection that was read. */
void cs_agent_describe(struct connsync *agent);

/* Shows a stage of `options` to the job's observer. */
enum connsync_status cs_agent_show(const struct connsync *agent, enum connsync_stage stage,
                                   struct cs_slice options);

/* Those of the present document. */
enum connsync_status cs_agent_show_document(const struct connsync *agent,
                                            enum connsync_stage stage);

/* Waits for `ms` before the present state begins its next request. */
void cs_agent_pause(struct connsync *agent, uint64_t ms);

/* The request for a token, and what is done with the document that is the response. */
enum connsync_status cs_agent_fill_token(struct connsync *agent,
                                         struct cs_exchange_request *request,
                                         struct cs_writer *target);
enum connsync_status cs_agent_take_token(struct connsync *agent);

/* Which of the service's buckets the request of the present state draws from. */
enum cs_pace_kind cs_agent_pace_kind(const struct connsync *agent);

#endif
