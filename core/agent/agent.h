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
#include "core/agent/list_outline.h"
#include "core/auth0/auth0.h"
#include "core/auth0/auth0_connection.h"
#include "core/auth0/pace.h"

/* Requests of one job that may fail and be tried again: when the service asked for
 * patience or a write has to be settled, and when nobody answers at all (about
 * five seconds: a wrong domain should not take a minute to be told). */
#define CS_AGENT_RETRIES_MAX 8
#define CS_AGENT_UNANSWERED_RETRIES_MAX 4
/* Answers in a row, cut short at the same byte, that show that more will be: whatever does it does
 * not do it by chance. Where a write has to be settled, all tries are made. */
#define CS_AGENT_LIKE_CUTS_MAX 3
/* Documents read back that may still show the state before an acknowledged write. */
#define CS_AGENT_STALE_READS_MAX 4
#define CS_AGENT_TIMEOUT_DEFAULT_MS 60000
/* So many times its time may a job wait for a rate, in all. */
#define CS_AGENT_POSTPONE_MAX 10
/* The most pages of a list: five million connections, fifty at a time. */
#define CS_AGENT_PAGES_MAX 100000
/* Of an answer to a write, this much is looked at. */
#define CS_AGENT_ANSWER_MAX 1024
/* Pause before reading again what an acknowledged write has not reached yet. */
#define CS_AGENT_STALE_READ_PAUSE_MS 400
/* Within this time after its last byte was sent a write that was not answered may still take
 * effect: an origin may go on after its edge answered 504. The service promises no bound. This
 * one is longer than it has been seen to work on a write, and short enough for a job to wait for
 * it and write once more. */
#define CS_AGENT_LANDING_MS 10000
/* Pause before looking again whether one has. */
#define CS_AGENT_LANDING_PAUSE_MS 2000
/* So many writes may go unanswered whatever time is left; more only if what becomes of the last
 * can be found out before the deadline. */
#define CS_AGENT_WRITES_MIN 3
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
    struct cs_slice text; /* the value in it, or the connection in a list */
    struct cs_auth0_connection connection;
    struct cs_slices body; /* a piece of the arena */
    size_t options_at;     /* the slices of the body that are `options`: from here, */
    size_t options_end;    /* to before this one */
};

/* What is compared beside `options`: the members asked for, a comma before each; bytes for their
 * digests; the taking of these from the present document into so many bytes; and how many of them
 * the present document has no longer, or with another value. */
struct connsync_beside {
    const char *fields;
    size_t (*size)(const struct connsync *agent);
    void (*begin)(struct connsync *agent, char *memory);
    uint32_t (*differences)(struct connsync *agent);
};

/* What is large stands behind: short instructions reach the front only. */
struct connsync {
    enum cs_state state;
    enum cs_write_state write;
    /* That the job has ended with; before, that its last write failed with, if any. */
    enum connsync_status status;
    bool asked_late;          /* for the present document: no write could land any more */
    bool differs;             /* a write may land on what it was not made of */
    bool renewed;             /* a token that was rejected has been replaced, in this job */
    bool limited;             /* a write was answered 429, 408 or 5xx, and none was sent since */
    volatile uint8_t cancels; /* calls of connsync_cancel, from a signal handler too */
    uint8_t cuts; /* answers that were cut short at the same byte, one after the other */
    uint8_t retries;
    uint8_t stale_reads; /* read-backs that did not show what was acknowledged */
    uint32_t lands_on;   /* digest, its lower half, of the id where a write may land: lands_until */
    uint64_t deadline;
    uint64_t pause_until; /* 0 when there is no pause: no exchange is under way in one */
    uint64_t lands_until; /* before this a write that was sent may land, in an earlier job too */
    uint64_t postponed;   /* by what the deadline was moved for a rate */
    struct cs_arena arena;
    char *token;       /* a piece of the arena; NULL while config.token serves */
    char *form_memory; /* a piece of the arena, while a token is asked for */
    struct cs_slice form;
    struct cs_document document;
    struct cs_digest_key digest_key;
    union {
        struct {                             /* of a job that writes */
            struct cs_comparison comparison; /* taken before; in what is cut off the arena */
            /* The same of what is beside `options`, if config.beside is given, in what is cut off
             * too; else the digest of display_name, 0 if it is not sent. */
            union {
                struct cs_comparison *members;
                uint64_t display_name;
            } beside;
            uint64_t made_of; /* digest of the document that the last body was made of */
        };
        struct {                         /* of one that lists */
            unsigned take;               /* connections asked for a page */
            unsigned pages;              /* how many were handed out */
            enum connsync_status unread; /* why `options` are not asked for; else CONNSYNC_OK */
            uint64_t seen_cursor;     /* digest of an earlier page's cursor; see operation_list.c */
            struct cs_json_walk list; /* of a page, what is still to be handed out */
            struct cs_list_outline outline; /* of a page, while it is received */
        };
    };

    struct connsync_job job;
    struct connsync_config config;
    struct connsync_result result;
    struct cs_exchange exchange;
    char cursor[CONNSYNC_CURSOR_SIZE];
    char target[CS_AUTH0_TARGET_SIZE];
};

/* ---- Operations ---- */

/*
 * What differs from one operation to another: a table, defined in operation_NAME.c, that only
 * the caller's job names. The agent reaches an operation through its job alone, so that a
 * linker leaves out those that no job names, with all that only they call.
 */
struct connsync_operation {
    bool lists; /* its documents are pages of a list, and the job names no connection */
    bool writes;
    bool takes_document; /* the job's; others may have none */
    /* Is the job complete, beside what all have in common? NULL: always. */
    bool (*is_valid)(const struct connsync_job *job);

    /* What the document means, of which the connection was found, if the job names one: for
     * one that writes, cs_write_judge. */
    enum connsync_status (*judge)(struct connsync *agent);

    /* Of one that lists; NULL otherwise. */
    void (*begin)(struct connsync *agent);
    void (*write_target)(struct connsync *agent, struct cs_writer *target);
    enum connsync_status (*next)(struct connsync *agent); /* the next connection, or page */
    /* After a page that could not be read; false: it cannot be less. */
    bool (*ask_for_less)(struct connsync *agent, enum connsync_status why);

    /* Of one that writes. */
    struct cs_comparison_rules rules;
    /* Adds `options`, as they are to be, to the body, which cs_write_begin_body has begun. */
    enum connsync_status (*make_body)(struct connsync *agent);
    /* Does the present document have what is to be changed? NULL: the comparison tells. */
    bool (*is_done)(const struct connsync *agent);
    /* cs_comparison_want; NULL where only the member that the rules leave out changes. */
    bool (*want)(struct cs_comparison *comparison, const struct cs_slice *options);
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

/* Those of the present document, and before them the whole connection if it is asked for. */
enum connsync_status cs_agent_show_document(const struct connsync *agent,
                                            enum connsync_stage stage);

/* The job, or the page of a list, has its whole time and all its tries from now on. */
void cs_agent_allow_time(struct connsync *agent);

/* Waits for `ms` before the present state begins its next request. */
void cs_agent_pause(struct connsync *agent, uint64_t ms);

/* The same; false if that leaves no time for the request. Shortened where a write is open: time
 * that is left is used for one more read-back. */
bool cs_agent_pause_in_time(struct connsync *agent, uint32_t ms, bool may_shorten);

/* From now on; 0 if it has come. */
uint32_t cs_agent_ms_until(struct connsync *agent, uint64_t moment);

/* The request for a token, and what is done with the document that is the response. */
enum connsync_status cs_agent_fill_token(struct connsync *agent,
                                         struct cs_exchange_request *request,
                                         struct cs_writer *target);
enum connsync_status cs_agent_take_token(struct connsync *agent);

/* Which of the service's buckets the request of the present state draws from. */
enum cs_pace_kind cs_agent_pace_kind(const struct connsync *agent);

/* ---- Writes (agent_write.c) ---- */

/* What a document that was read means: decides whether and what to write, or settles what
 * became of a write. */
enum connsync_status cs_write_judge(struct connsync *agent);

/* The present document in pieces, with a number in the place of its `options`. */
#define CS_WRITE_PIECES 3
void cs_write_split(const struct connsync *agent, struct cs_slice beside[CS_WRITE_PIECES]);

/* Begins the body of a write: `options`, in at most `count` slices, are added behind that. */
enum connsync_status cs_write_begin_body(struct connsync *agent, size_t count);

/* Lack of memory, told with all that is held: each thing by itself may well fit. */
enum connsync_status cs_write_does_not_fit(struct connsync *agent);

/* ---- The client (client.c) ---- */

/* What a client has beside its secret: assertions, kept tokens, scopes and a certificate.
 * connsync_client_init sets the hooks, so that only who calls it links client.c. */
struct connsync_client_hooks {
    /* Has it a proof of who it is that could stand in for a secret? */
    bool (*has_proof)(const struct connsync_client *client);
    size_t proof_size;               /* that a proof may add to a token request */
    const struct cs_http_more *more; /* for it needs the dates of answers */

    enum connsync_status (*identify)(struct connsync_client *client, struct cs_tls *tls);
    /* At the beginning of a job: drops a kept token that is known to lack a scope. */
    void (*begin)(struct connsync *agent);
    enum connsync_status (*write_proof)(struct connsync *agent, struct cs_writer *form);
    /* Does the token that was granted, in the present document, have the scopes? */
    enum connsync_status (*check_scopes)(struct connsync *agent);
    void (*hand_over)(struct connsync *agent);
    /* Of a request that failed: notes what TLS says of it. Is it to be tried again at once, since it was
     * sent too early, or there is another token, or it was for the clock that the service rejected an
     * assertion? Then the next is issued by the service's. */
    bool (*take_failure)(struct connsync *agent, enum connsync_status status);
};

/* ---- Sessions (kept_session.c) ---- */

/* connsync_session_init sets the hooks, so that only who calls it links kept_session.c. */
struct connsync_session_hooks {
    enum connsync_status (*resume)(struct connsync *agent);
};

/* Can a token be asked for? */
static inline bool cs_client_is_usable(const struct connsync_config *config)
{
    const struct connsync_client *client = config->client;

    return config->client_id != NULL &&
           (config->client_secret != NULL || (client != NULL && client->hooks->has_proof(client)));
}

#endif
