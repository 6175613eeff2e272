/*
 * The story: token -> read -> decide -> write -> read again -> compare.
 *
 * One `struct connsync` is carved from the front of the caller's block; the rest
 * of the block is its arena. agent.c holds the public calls and the pauses
 * between tries, agent_flow.c what is done with each answer, agent_token.c how a token is
 * come by, agent_write.c what a reading means for the setting, agent_rewrite.c what it means
 * for all of `options`.
 */
#ifndef CONNSYNC_CORE_AGENT_AGENT_H
#define CONNSYNC_CORE_AGENT_AGENT_H

#include "core/agent/exchange.h"
#include "core/agent/snapshot.h"
#include "core/auth0/auth0.h"
#include "core/auth0/pace.h"

/* Requests of one job that may fail and be tried again: when the service asked for
 * patience or a write has to be settled, and when nobody answers at all (about
 * five seconds: a wrong domain should not take a minute to be told). */
#define CS_AGENT_RETRIES_MAX 8
#define CS_AGENT_UNANSWERED_RETRIES_MAX 4
/* Readings that may still show the state before an acknowledged write. */
#define CS_AGENT_STALE_READS_MAX 4
#define CS_AGENT_TIMEOUT_DEFAULT_MS 60000
/* Of an answer to a write, this much is looked at. */
#define CS_AGENT_ANSWER_MAX 1024
/* Kept free beside a document for the head and the answer of the write. */
#define CS_AGENT_RESERVE (CS_AGENT_ANSWER_MAX + CS_AUTH0_TARGET_SIZE)
/* By this much the reading after a write may be larger than the one before it: the
 * setting, its tokens, and what the service derives. */
#define CS_AGENT_GROWTH 256
#define CS_AGENT_GROWTH_TOKENS 8

enum cs_agent_phase {
    CS_AGENT_ENDED,
    CS_AGENT_TOKEN,
    CS_AGENT_READ, /* the first reading, or one that settles or verifies a write */
    CS_AGENT_WRITE,
    CS_AGENT_LIST,   /* fetching a page */
    CS_AGENT_LISTING /* handing out a page */
};

/* A document, its tokens, and the one connection in it that is meant. */
struct cs_document {
    char *memory; /* a piece of the arena */
    struct cs_slice text;
    jsmntok_t *tokens; /* a piece of the arena */
    struct cs_json json;
    struct cs_auth0_connection connection;
};

#ifndef CONNSYNC_CORE_SMALL
/* What CONNSYNC_PATCH and CONNSYNC_RESTORE write, and hold a later reading against. */
struct cs_rewrite {
    char *text; /* a piece of the arena: the merged `options`; NULL when restoring */
    size_t text_size;
    struct cs_slice options;   /* what is to be written: `text`, or the job's document */
    struct cs_snapshot wanted; /* its members lie behind those of `before`, in one cut */
};
#endif

/* What is large stands behind: short instructions reach the front only. */
struct connsync {
    enum cs_agent_phase phase;
    enum connsync_status ended_with;
    bool exchanging;          /* an exchange is under way in this phase */
    bool acknowledged;        /* the service answered the write with 2xx */
    bool write_sent;          /* some of the write may have reached the service */
    bool renewed;             /* a token that was refused has been replaced, in this job */
    bool write_failed;        /* a write had no answer: the next goes out on a new connection */
    volatile uint8_t cancels; /* calls of connsync_cancel, from a signal handler too */
    unsigned retries;
    unsigned stale_reads;
    uint64_t deadline;
    uint64_t pause_until; /* 0 when there is no pause */
    struct cs_arena arena;
    char *token;       /* a piece of the arena; NULL while config.token serves */
    char *form_memory; /* a piece of the arena, while a token is asked for */
    struct cs_slice form;
    struct cs_document document;
    struct cs_snapshot before; /* taken before the write; members NULL until then */
    struct cs_digest_key digest_key;
    unsigned take; /* list: connections asked for a page */
    int element;   /* list: the next one to hand out */

    struct connsync_job job;
    struct connsync_config config;
    struct connsync_result result;
    struct cs_auth0_patch patch;
    struct cs_exchange exchange;
    char cursor[CONNSYNC_CURSOR_SIZE];
    char target[CS_AUTH0_TARGET_SIZE];
#ifndef CONNSYNC_CORE_SMALL
    struct cs_rewrite rewrite;
    bool redated;           /* an assertion was made anew by the service's clock, in this job */
    int64_t assertion_time; /* that the last assertion was made at */
    int64_t clock_offset;   /* added to the port's UTC for an assertion; 0 while that will do */
    char missing_scopes[CS_AUTH0_SCOPES_SIZE];
#endif
};

/* Begins the request of the present phase. */
enum connsync_status cs_agent_request(struct connsync *agent);

/* Deals with the whole answer to it: CONNSYNC_OK ends the job well,
 * CONNSYNC_WOULD_BLOCK means that another phase goes on, CONNSYNC_ITEM hands out
 * a connection, anything else is a failure of this request. */
enum connsync_status cs_agent_answer(struct connsync *agent);

/* The next connection of a page, or the next page. */
enum connsync_status cs_agent_next_item(struct connsync *agent);

void cs_agent_release_document(struct connsync *agent);

/* What a reading of the connection means for the job: decides whether and what to write, or
 * settles what became of a write. Returns as cs_agent_answer does. */
enum connsync_status cs_agent_judge(struct connsync *agent);

/* The same for a job that rewrites `options`, and what it holds in memory until the write
 * is answered; not in a small core. */
enum connsync_status cs_agent_judge_rewrite(struct connsync *agent);
void cs_agent_release_rewrite(struct connsync *agent);

static inline enum connsync_status cs_agent_finish(struct connsync *agent,
                                                   enum connsync_outcome outcome)
{
    agent->result.outcome = outcome;
    return CONNSYNC_OK;
}

/* The request for a token, and what is done with the document that answers it. */
enum connsync_status cs_agent_fill_token(struct connsync *agent,
                                         struct cs_exchange_request *request,
                                         struct cs_writer *target);
enum connsync_status cs_agent_answer_token(struct connsync *agent);

#ifndef CONNSYNC_CORE_SMALL
/* At the beginning of a job: gives up a kept token that is known to lack a scope. */
void cs_agent_judge_kept_token(struct connsync *agent);

/* Was it for the clock that the service declined an assertion? Then the next is made by
 * the service's. */
bool cs_agent_redates(struct connsync *agent, enum connsync_status status);
#endif

/* What a small core leaves out is compiled to nothing: see core/connsync.h. */
#ifdef CONNSYNC_CORE_SMALL
#define CS_AGENT_SMALL true
#else
#define CS_AGENT_SMALL false
#endif

/* Likewise what keeps to a rate, and what shows a document to the caller. */
#define CS_AGENT_PACES (!CS_AGENT_SMALL)
#define CS_AGENT_SHOWS (!CS_AGENT_SMALL)

static inline bool cs_agent_is_in(const struct connsync *agent, enum cs_agent_phase phase)
{
    return agent->phase == phase &&
           (!CS_AGENT_SMALL || (phase != CS_AGENT_LIST && phase != CS_AGENT_LISTING));
}

/* The phase in which a job begins, once there is a token. */
static inline enum cs_agent_phase cs_agent_first_phase(const struct connsync *agent)
{
    return !CS_AGENT_SMALL && agent->job.operation == CONNSYNC_LIST ? CS_AGENT_LIST : CS_AGENT_READ;
}

/* Can a token be asked for? */
static inline bool cs_agent_has_client(const struct connsync_config *config)
{
    const struct connsync_client *client = CS_AGENT_SMALL ? NULL : config->client;
    bool proves = config->client_secret != NULL ||
                  (client != NULL && (client->assertion != NULL || client->certificate != NULL));

    return config->client_id != NULL && proves;
}

/* Patches or restores; see agent_rewrite.c. */
static inline bool cs_agent_rewrites(const struct connsync *agent)
{
    return !CS_AGENT_SMALL &&
           (agent->job.operation == CONNSYNC_PATCH || agent->job.operation == CONNSYNC_RESTORE);
}

static inline bool cs_agent_writes(const struct connsync *agent)
{
    return CS_AGENT_SMALL || agent->job.operation == CONNSYNC_SET || cs_agent_rewrites(agent);
}

/* Which of the service's buckets the request of the present phase draws from. */
enum cs_pace_kind cs_agent_pace_kind(const struct connsync *agent);

/* Waits for `ms` before the present phase begins its next request. */
void cs_agent_pause(struct connsync *agent, uint64_t ms);

#endif
