/*
 * connsync: changes `options.set_user_root_attributes` of an Auth0 connection,
 * and proves that it changed nothing else.
 *
 * This header is the manual of the library. The Management API replaces
 * `options` as a whole; connsync therefore reads the connection, changes one
 * member, writes every other byte back as it came, reads again, and compares by
 * value. Where it cannot be sure it refuses: it writes nothing and says why.
 *
 * The library does no I/O of its own, never blocks and allocates nothing. The
 * caller gives a port (port/connsync_port.h), one block of memory, and steps:
 *
 *     static unsigned char memory[CONNSYNC_MEMORY_RECOMMENDED];
 *
 *     enum connsync_status set(const struct connsync_port *port,
 *                              const uint8_t *anchors, size_t anchors_length,
 *                              const char *token)
 *     {
 *         struct connsync_config config;
 *         memset(&config, 0, sizeof config);
 *         config.port = port;
 *         config.memory = memory;
 *         config.memory_size = sizeof memory;
 *         config.domain = "tenant.eu.auth0.com";
 *         config.anchors = anchors;
 *         config.anchors_length = anchors_length;
 *         config.token = token;
 *
 *         enum connsync_status status;
 *         struct connsync *agent = connsync_open(&config, &status);
 *         if (agent == NULL) {
 *             return status;
 *         }
 *         struct connsync_job job;
 *         memset(&job, 0, sizeof job);
 *         job.operation = &connsync_operation_set;
 *         job.connection = "google-oauth2";
 *         job.wanted = CONNSYNC_ON_FIRST_LOGIN;
 *
 *         status = connsync_begin(agent, &job);
 *         if (status == CONNSYNC_OK) {
 *             struct connsync_wait wait;
 *             do {
 *                 status = connsync_step(agent, &wait);
 *                 // a real caller sleeps here until `wait` is over
 *             } while (status == CONNSYNC_WOULD_BLOCK);
 *         }
 *         connsync_close(agent);
 *         return status;
 *     }
 *
 * Ownership: everything a struct points at stays the caller's and must outlive
 * the agent (config) or the job (job). What the agent returns lives in the
 * caller's block and is valid until the next call with the same agent.
 *
 * Several agents may be open, each with a block and a port of its own, and stepped in turn, in any
 * order. All from one thread at a time: mbedTLS keeps process-wide state. With CONNSYNC_TLS_SMALL
 * two of them may be in a TLS handshake at once, else sixteen, with mbedTLS 4.x one; one more fails
 * with CONNSYNC_ERR_TLS. With 4.x the one that was opened first is closed last. A client, and what a
 * listener's context is, belong to one agent each; a pace may be shared, if it knows by how many.
 */
#ifndef CONNSYNC_H
#define CONNSYNC_H

#include "core/base/session.h"
#include "core/base/status.h"
#include "port/connsync_port.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Large enough for a document of about a megabyte, the most that the service accepts, with
 * its tokens, beside a TLS session. Only what is used is ever touched. */
#define CONNSYNC_MEMORY_RECOMMENDED (8u * 1024u * 1024u)

/* The least that can complete a handshake and a document of a few kilobytes. */
#define CONNSYNC_MEMORY_MIN (40u * 1024u)

/* Longest texts taken from the service, with their final NUL. */
#define CONNSYNC_ID_SIZE 65
#define CONNSYNC_NAME_SIZE 129
#define CONNSYNC_STRATEGY_SIZE 65
#define CONNSYNC_SERVICE_CODE_SIZE 65
/* Longest cursor of a list, with its final NUL; the service's are under 100. */
#define CONNSYNC_CURSOR_SIZE 257

/* Longest X-Correlation-ID of a write, with its final NUL. */
#define CONNSYNC_CORRELATION_ID_SIZE 65

/* The most connections that are asked for at once. */
#define CONNSYNC_PAGE_MAX 50

/* The values of `options.set_user_root_attributes`. A connection that does not
 * have the member behaves as CONNSYNC_ON_EACH_LOGIN. */
enum connsync_setting {
    CONNSYNC_SETTING_UNKNOWN = 0, /* not read, or a value that connsync does not know */
    CONNSYNC_ON_EACH_LOGIN,
    CONNSYNC_ON_FIRST_LOGIN,
    CONNSYNC_NEVER_ON_LOGIN /* and the connection creates no users */
};

/* Auth0's word for a setting: "on_each_login"; "unknown" for the unknown one. */
const char *connsync_setting_name(enum connsync_setting setting);

/* Understands Auth0's three words and the Dashboard's switch: "on" (each login)
 * and "off" (first login only). CONNSYNC_SETTING_UNKNOWN for anything else. */
enum connsync_setting connsync_setting_parse(const char *text);

/* An access token that the service has just granted. Its texts are gone after the call. */
struct connsync_grant {
    const char *token;
    const char *scope;   /* as the answer stated it; empty when it did not */
    int64_t utc_seconds; /* when, by the port's clock; -1 where that does not know */
    uint64_t expires_in; /* in seconds from then; 0 when the answer did not state it */
};

/* The longest client assertion that is asked for, with its final NUL. */
#define CONNSYNC_ASSERTION_SIZE 3072u

/* Room for the names of all scopes that a job may need, with commas and the final NUL. */
#define CONNSYNC_SCOPES_SIZE 96

struct connsync;

/*
 * What a client may have beside its id, or in place of a secret; any member may be 0. With it
 * a token's scopes are looked at before it is used. The caller's; connsync_client_init fills
 * it, and before that call nothing of what it is for is linked.
 */
struct connsync_client {
    /*
     * private_key_jwt: writes a new assertion (RFC 7523), issued at `utc_seconds`, as a
     * string without a character that a form would have to escape. Anything but
     * CONNSYNC_OK ends the job with that status. The time is the port's; 0 where that
     * does not know. If the service rejects it and the Date of its answer is more than
     * ten seconds away, the assertion is asked for once more, at that time.
     */
    enum connsync_status (*assertion)(void *context, int64_t utc_seconds, char *out, size_t size);

    /* Told of each token that was granted and is accepted, so that it can be kept. */
    void (*granted)(void *context, const struct connsync_grant *grant);

    /* Shown each certificate of a chain that is verified, as DER that is gone after the call: the
     * root first, at a `depth` above all others, and the server's own last, at depth 0. Nothing is
     * decided by it, and the chain may yet be refused. */
    void (*certified)(void *context, unsigned depth, const uint8_t *der, size_t length);

    /* Gives the trusted roots that have the subject or the issuer of the certificate `der` as their
     * subject: `*size` bytes, DER certificates one after another, which stay as they are until it is
     * asked again. NULL: those of the config are the roots. Otherwise the config's are not read, and
     * only tell these from others. */
    const uint8_t *(*anchors)(void *context, const uint8_t *der, size_t length, size_t *size);
    /* Of several agents with one client: gives a token that another of them has been granted since
     * this one was given its own, which the service does not take any more; it must stay as long as the
     * agent. NULL: there is none, or as a function: each agent asks for its own. */
    const char *(*another)(void *context);
    void *context; /* of all five */

    /* What `token` of the config was granted, where that is known. If it is too little, a
     * new token is asked for at once: more may have been granted since. */
    const char *token_scope;

    /* Mutual TLS: shown to a server that asks for it. DER: the certificate, behind it those
     * that lead to its root; and its private key, RSA or EC. A server that takes the
     * certificate for the client's credentials needs neither secret nor assertion. */
    const uint8_t *certificate;
    size_t certificate_length;
    const uint8_t *key;
    size_t key_length;

    /* The certificate for which the last chain was refused that was, since a session was begun. */
    struct connsync_certificate refused;

    /* Private. */
    void (*begin_early)(struct connsync *agent); /* connsync_client_send_early() sets it */
    const struct connsync_client_hooks *hooks;
    int64_t issued_at;    /* by what the last assertion said */
    int64_t clock_offset; /* added to the port's UTC for an assertion; 0 while that is accepted */
    bool reissued;        /* an assertion was re-issued by the service's clock, in this job */
    char missing_scopes[CONNSYNC_SCOPES_SIZE];
};

/* A client that has nothing yet. With it chains are looked at more closely: a server's own
 * certificate may be among the anchors, of renewed ones those that are valid are taken, and `refused`
 * describes the certificate for which a chain was refused. */
void connsync_client_init(struct connsync_client *client);

/*
 * From now on the first request of a job that reads is sent with the handshake (TLS 1.3's early data),
 * where that goes on from a session of the config's whose ticket allows it: a round trip less. To be
 * called after connsync_client_init and before the agent is opened. It takes some 8 KB of the block.
 *
 * The price: what is sent so, the access token in it, is protected by the session's secret alone. Who
 * gets hold of that later, of the server's or of what was kept, can read it in a recording; and whoever
 * has recorded it can send it again. A server that lets that pass reads the connection once more, and
 * answers nobody who can read it. So it is never a write or a request for a token; nor a read that is
 * tried again, or that tells what became of a write.
 *
 * If the server refuses it, or answers 425 (Too Early, RFC 8470), the same request is sent after the
 * handshake. Without CONNSYNC_TLS_EARLY_DATA in the library's build it does nothing.
 */
void connsync_client_send_early(struct connsync_client *client);

/*
 * What failures are told in more words with: who shows them gets a few fields of each answer, and
 * the body of each that is no success. The caller's; connsync_listener_init fills it.
 */
struct connsync_listener {
    /* The names of the fields, in lower case, each with its NUL, an empty one behind the last: at
     * most eight of at most 24 bytes. */
    const char *fields;
    /* Told of each, by its place in that list; of a value, of its first 96 bytes. */
    void (*field)(void *context, unsigned place, const char *value, size_t length);
    /* Told that `status` is to end the request with this answer, whose body may be anything at all,
     * and quote what was sent. Another failure that is returned stands for it:
     * CONNSYNC_ERR_WEB_PAGE, or one of the caller's own meaning. */
    enum connsync_status (*failed)(void *context, enum connsync_status status, const char *body,
                                   size_t length);
    void *context; /* of both */

    /* Private. */
    const struct cs_http_more *more;
};

/* One that has nothing yet; all that is not private is to be set. */
void connsync_listener_init(struct connsync_listener *listener);

/* A session in `size` bytes at `data`, of which the first `length` were kept earlier. Only who calls
 * this links what sessions are kept with. */
void connsync_session_init(struct connsync_session *session, void *data, size_t size,
                           size_t length);

/* Wipes it: the next handshake is a whole one. */
void connsync_session_forget(struct connsync_session *session);

/* Lists, single reads and writes, each of which may draw from a bucket of its own. */
#define CONNSYNC_PACE_BUCKETS 3
/* A wait without an end that could be told: nothing may be sent at all. */
#define CONNSYNC_PACE_NEVER UINT32_MAX

/* Private: what is known of one of the tenant's buckets. */
struct connsync_pace_bucket {
    bool known;
    bool bursty; /* 429 came in spite of a measured rate: it refills in bursts */
    bool waited; /* the last request had to wait for it */
    uint32_t limit;
    uint32_t remaining;    /* as the last answer said */
    uint32_t reset_ms;     /* from then on, to the Reset that it stated; 0: not stated */
    uint32_t failed_waits; /* in a row: the bucket held no more after them */
    uint32_t rate;         /* measured refilling, in requests per 1,000 seconds; 0: none yet */
    uint64_t answered_at;
    uint64_t measured_since;   /* the measurement under way: since when, */
    uint32_t measured_from;    /* what remained then, */
    uint32_t measured_answers; /* and how many answers came since */
};

/* What keeps requests within a tenant's rate limit (core/auth0/pace.h in the sources says
 * how). The caller's, and connsync_pace_init fills it. It may be kept from agent to agent, and
 * shared by several, while the tenant is the same. */
struct connsync_pace {
    uint32_t interval_ms; /* at least so long from one request to the next; 0: no limit */
    uint32_t leave;       /* requests of each bucket that are never taken */
    uint32_t agents;      /* that keep to it together, stepped in turn; 0 and 1: one */

    /* Private. */
    const struct connsync_pace_hooks *hooks;
    uint32_t spread_ms; /* so far apart after the last rejection; 0: not spread */
    uint32_t quiet;     /* answers since then */
    uint64_t next_at;
    uint64_t sent_at;
    uint64_t held_until; /* of several agents: none begins before */
    struct connsync_pace_bucket buckets[CONNSYNC_PACE_BUCKETS];
};

/* A pace without an interval that leaves nothing, and knows nothing yet. */
void connsync_pace_init(struct connsync_pace *pace);

/* Forgets what was learnt of a tenant, and keeps `interval_ms`, `leave` and `agents`. */
void connsync_pace_forget(struct connsync_pace *pace);

struct connsync_config {
    const struct connsync_port *port;

    /* The one block. Too small is CONNSYNC_ERR_MEMORY, with the bytes that were
     * wanted in the result, before anything is written. */
    void *memory;
    size_t memory_size;

    /* The tenant's domain, a DNS name or a literal address, without scheme or
     * slash; certificates are checked against it. Port 443 when 0. */
    const char *domain;
    uint16_t port_number;

    /* Trusted roots: DER certificates one after another, used in place. */
    const uint8_t *anchors;
    size_t anchors_length;

    /* A Management API access token; or NULL, and the client's credentials; or both: a
     * token that was kept, and when the service does not accept it any more, another is
     * asked for, once a job. */
    const char *token;
    const char *client_id;
    const char *client_secret;
    /* The API's identifier; NULL means https://{domain}/api/v2/. */
    const char *audience;

    /* For one whole job, of a list for one page, in milliseconds; 60,000 when 0. */
    uint32_t timeout_ms;

    /* Bytes of the block that a document must leave free, so that a lost
     * connection can be opened again while the document is held. With 0 the
     * document is released for the handshake and read again. */
    uint32_t reconnect_reserve;

    /* Keeps requests to the Management API within its rate limits; NULL: only an answer
     * of 429 does. A wait for it postpones the end of the job, unless it alone is longer
     * than the job may take: CONNSYNC_ERR_RATE_LIMITED. connsync_pace_init() filled it. */
    struct connsync_pace *pace;

    /* More of the client's credentials, or NULL. connsync_client_init() filled it. */
    struct connsync_client *client;

    /* The TLS session that handshakes go on from, and that is kept for the next; or NULL: each
     * connection has a handshake of its own. connsync_session_init() filled it. */
    struct connsync_session *session;

    /* Who is told what answers say that are no success; or NULL. */
    const struct connsync_listener *listener;

    /* What is compared after a write beside `options`: &connsync_beside_all, or NULL for
     * display_name alone, if it was sent. */
    const struct connsync_beside *beside;

    /* Called with `attended` again and again while something long is computed, a handshake above
     * all; or NULL. For a port whose network nobody else looks after in that time: it may do
     * there whatever it does between two steps, but may not call the agent. */
    void (*attend)(void *attended);
    void *attended;
};

/* All that a write could hold is asked for as well, and is to be as before after a write, with all
 * else that was read. Responses become larger by some hundred bytes. */
extern const struct connsync_beside connsync_beside_all;

/*
 * What a job does. Each is a table of functions in a file of its own: a program links what
 * belongs to the operations that it names, and nothing else.
 */
struct connsync_operation;

/* Reads one connection's setting. */
extern const struct connsync_operation connsync_operation_get;
/* Makes one connection's setting `wanted`, keeps all else, verifies. */
extern const struct connsync_operation connsync_operation_set;
/* Hands out each connection in turn: steps return CONNSYNC_ITEM. One that nests too deep or is
 * too large for the block, or has no `options` though others have, is handed out with that as
 * its `cause`. */
extern const struct connsync_operation connsync_operation_list;
/* Merges `document` into `options` (RFC 7396), keeps all else, verifies. */
extern const struct connsync_operation connsync_operation_patch;
/* Puts `document` in the place of `options`, verifies. */
extern const struct connsync_operation connsync_operation_restore;

/* What an observer is shown. */
enum connsync_stage {
    CONNSYNC_STAGE_BEFORE,    /* `options` as received, by a get, or before a write; of a list's
                               * connections each, before it is handed out; the status is ignored
                               * then */
    CONNSYNC_STAGE_PLANNED,   /* as a patch or a restore is about to write them: directly after
                             * that, piece by piece, in as many calls as there are */
    CONNSYNC_STAGE_AFTER,     /* as read back after the write */
    CONNSYNC_STAGE_CONNECTION /* if asked for: all that was read of the connection, directly before
                               * the first and the last of these; the status is ignored */
};

/* One page of a list, and where the next one begins. All zeros: the first page. */
struct connsync_page {
    char cursor[CONNSYNC_CURSOR_SIZE]; /* afterwards empty if there is no next page */
    uint16_t take; /* connections asked for; less once they did not fit, or nested too deep */
    size_t bytes;  /* afterwards how much of this page was kept: without an observer of a
                    * connection what a list looks at, */
    size_t count;  /* and how many connections were in it */
};

struct connsync_job {
    const struct connsync_operation *operation;
    /* An id ("con_...") or an exact name; NULL for a list. */
    const char *connection;
    enum connsync_setting wanted; /* of a set */
    /* Stop before the write: the outcome is unchanged or would_change. */
    bool dry_run;
    /* Write although `options.configuration` holds values that the service gave
     * back encrypted and may encrypt once more. */
    bool allow_encrypted_configuration;
    /* Of one that only reads: writes are to follow, by this job's caller or another. Scopes that
     * they need are named as well where one is missing. */
    bool for_writes;
    /* Show the observer the whole connection as well. */
    bool shows_connection;
    /* Of a list: hand out this page alone, and set `*page` to the next one; other
     * jobs may come between the two. NULL: all pages. */
    struct connsync_page *page;
    /* Shown the bytes of `options`: by a get and a list, by all that write directly before they
     * would, each time that they decide to, and after it. Before a write anything but
     * CONNSYNC_OK ends the job with that status, and nothing is written; after it the
     * status is ignored. NULL: there is no observer. The bytes hold secrets and are gone
     * after the call. */
    enum connsync_status (*observer)(void *context, enum connsync_stage stage, const char *options,
                                     size_t length);
    void *observer_context;
    /* Of a patch: what connsync_patch_check() passes; of a restore: an object. Anything else
     * is CONNSYNC_ERR_ARGUMENT. */
    const char *document;
    size_t document_length;
    /* X-Correlation-ID of each write, so that the tenant's log can be searched for it:
     * visible ASCII, shorter than CONNSYNC_CORRELATION_ID_SIZE. NULL: none. */
    const char *correlation_id;
};

enum connsync_outcome {
    CONNSYNC_PENDING = 0,
    CONNSYNC_UNCHANGED,    /* it is as asked for already; nothing was written */
    CONNSYNC_CHANGED,      /* written and verified */
    CONNSYNC_WOULD_CHANGE, /* dry run */
    CONNSYNC_REFUSED,      /* nothing was written, for the reason in the status */
    CONNSYNC_FAILED        /* see the status, and `write` for what became of it */
};

/* "unchanged", "changed", "would_change", "refused", "failed". */
const char *connsync_outcome_name(enum connsync_outcome outcome);

/* What became of the write. */
enum connsync_write {
    CONNSYNC_NOT_WRITTEN = 0, /* none was sent, the service rejected it, or a read-back of ten
                               * seconds later, when it cannot take effect any more, shows none */
    CONNSYNC_WRITE_UNKNOWN,   /* sent; no answer came, and nothing that was read back settled it */
    CONNSYNC_WRITTEN          /* acknowledged, or seen when reading back */
};

struct connsync_result {
    enum connsync_outcome outcome;
    enum connsync_write write;
    char id[CONNSYNC_ID_SIZE];
    char name[CONNSYNC_NAME_SIZE];
    char strategy[CONNSYNC_STRATEGY_SIZE];
    enum connsync_setting before;
    enum connsync_setting after;

    /* Members of `options` other than the setting: compared equal, no longer
     * there, with another value, new, and of those with another value how many
     * are the service's own to derive (they are no loss). */
    uint32_t verified;
    uint32_t lost;
    uint32_t changed;
    uint32_t added;
    uint32_t derived;

    /* Members that a patch or a restore was to add, change or remove: that are
     * so now, and that are not. The counts above are of the others then. */
    uint32_t applied;
    uint32_t pending;

    uint32_t writes; /* of the requests, those that would write */

    uint32_t requests;   /* HTTP requests sent, retries included */
    uint32_t handshakes; /* TLS handshakes completed */

    /* Details for an error's text; 0 or empty when they do not apply. */
    enum connsync_status cause; /* under CONNSYNC_ERR_UNVERIFIED: what prevented it;
                                   of a list's connection: why it would be refused */
    uint16_t http_status;       /* of the response to the last request; 0: there was none */
    uint16_t tls_code;  /* of a session that failed, with a client: the library's error, or 0, */
    uint8_t tls_reason; /* and what there is to say of it: enum connsync_tls_reason */
    char service_code[CONNSYNC_SERVICE_CODE_SIZE]; /* its errorCode or error */
    const char *missing_scope;                     /* scopes' names, "a, b", or NULL */
    size_t bytes_needed;                           /* memory or document size that did not fit */
    uint64_t wait_ms;                              /* the pause that a rate limit asked for */
    size_t bytes_received;                         /* of the last answer cut short, of its body */
    uint32_t page;                                 /* of the list, the last asked for: 1, ... */
    /* Members of the connection other than `options` that are not there any more after a write, or
     * have another value. */
    uint32_t beside;
};

/* What a step waits for: any of these. */
struct connsync_wait {
    bool readable;
    bool writable;
    uint64_t until_ms; /* on the port's monotonic clock */
};

/* Carves an agent out of the block. NULL, with the reason in `*status`, when the
 * configuration or the block is not accepted. Sends nothing. */
struct connsync *connsync_open(const struct connsync_config *config, enum connsync_status *status);

/*
 * What speaks against a patch, before any job is begun with it: CONNSYNC_ERR_JSON_SYNTAX, _UTF8
 * or _DEPTH when it is no strict JSON, CONNSYNC_REFUSED_OPTIONS_NOT_OBJECT when it is no object,
 * CONNSYNC_REFUSED_DUPLICATE when an object in it has a name twice, CONNSYNC_REFUSED_DEPTH when it
 * nests deeper than an answer may. It uses `*size` bytes at `memory`, aligned as a pointer, until
 * it returns; CONNSYNC_ERR_MEMORY when they are too few, and `*size` is then how many it takes.
 */
enum connsync_status connsync_patch_check(const char *patch, size_t length, void *memory,
                                          size_t *size);

/* Begins a job; the one before must have ended. The connection and the token are
 * kept from job to job. */
enum connsync_status connsync_begin(struct connsync *agent, const struct connsync_job *job);

/*
 * Goes as far as it can without waiting, and receives only so much at a time. CONNSYNC_WOULD_BLOCK:
 * call again when `*wait` is over (calling earlier is harmless). CONNSYNC_ITEM: the result holds
 * one more connection of the list; call again at once. CONNSYNC_OK or an error:
 * the job has ended, and further steps return the same.
 */
enum connsync_status connsync_step(struct connsync *agent, struct connsync_wait *wait);

/* Asks for an early end. Before the write the job ends with
 * CONNSYNC_ERR_CANCELLED at the next step; a write that has begun is finished
 * and verified first, so that the connection is left untouched or whole. One that
 * got no answer and is not seen then is not sent again, and may yet take effect:
 * CONNSYNC_ERR_UNVERIFIED. A second call ends the job at the next step all the same,
 * with CONNSYNC_ERR_UNVERIFIED if a write is open then. Safe to call from a signal
 * handler. */
void connsync_cancel(struct connsync *agent);

const struct connsync_result *connsync_result(const struct connsync *agent);

/* Ends the connection and gives back the session's memory, and keeps the token: for
 * a pause between two jobs that the service would not hold a connection for. No job
 * may be under way. */
void connsync_disconnect(struct connsync *agent);

/* Ends the connection, wipes the token and the keys. The block is the caller's
 * again. NULL is allowed. */
void connsync_close(struct connsync *agent);

/* The most bytes of the block that were in use at any time, and those that are now. */
size_t connsync_memory_high_water(const struct connsync *agent);
size_t connsync_memory_in_use(const struct connsync *agent);

#ifdef __cplusplus
}
#endif

#endif
