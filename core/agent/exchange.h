/*
 * One request and its response over one kept-alive TLS connection.
 *
 * Connects when there is no connection, sends, receives, and holds the body in
 * one piece of the arena. A body is claimed only after the handshake, from the
 * memory that the handshake gave back. After a failure the connection is closed
 * and all memory is returned; whether to try again is the caller's to decide.
 */
#ifndef CONNSYNC_CORE_AGENT_EXCHANGE_H
#define CONNSYNC_CORE_AGENT_EXCHANGE_H

#include "core/connsync.h"
#include "core/http/http.h"
#include "core/tls/tls.h"

/* Idle timeout: a peer that takes and gives no byte for this long is gone. */
#define CS_EXCHANGE_IDLE_MS 20000
/* A name of 255 bytes, a colon, five digits. */
#define CS_EXCHANGE_HOST_MAX 264
/* Decrypted bytes that wait for the parser. */
#define CS_EXCHANGE_INPUT_SIZE 1024
/* All of a request head but its target and token. */
#define CS_EXCHANGE_HEAD_BASE 640

struct cs_exchange;

struct cs_exchange_request {
    struct cs_http_request http; /* host and content_length are filled in here */
    const struct cs_slice *body; /* slices that outlive the exchange */
    size_t body_count;
    /* The body is kept up to this many bytes and the rest is dropped; 0 keeps all
     * of it and makes a body that does not fit an error. */
    size_t keep_at_most;
    /* Bytes that a kept body must leave free in the arena. */
    size_t reserve;
    /* Fail with CONNSYNC_ERR_CLOSED rather than open a connection: for a caller
     * that holds the memory which a handshake needs. */
    bool no_connect;
    /* Called after each piece of a body was kept, of which it may make something shorter; or
     * NULL. */
    void (*kept)(struct cs_exchange *exchange);
};

enum cs_exchange_state {
    CS_EXCHANGE_IDLE,
    CS_EXCHANGE_PROBE, /* has the peer closed the kept-alive connection meanwhile? */
    CS_EXCHANGE_CONNECT,
    CS_EXCHANGE_HANDSHAKE,
    CS_EXCHANGE_CLAIM,
    CS_EXCHANGE_SEND,
    CS_EXCHANGE_RECEIVE
};

/* What is large stands behind: short instructions reach the front only. */
struct cs_exchange {
    enum cs_exchange_state state;
    bool connected; /* a TLS session is up and may carry a request */
    bool sent_any;  /* a byte of this request may have reached the peer */
    uint16_t port_number;
    const struct connsync_port *port;
    const struct cs_http_more *more;          /* NULL: dates are not read */
    const struct connsync_listener *listener; /* for `more` */
    struct cs_arena *arena;
    struct cs_tls *tls;
    const char *host;
    size_t handshake_memory; /* of the arena: what the first handshake needed */
    uint32_t handshakes;     /* completed */
    uint64_t sent_at;        /* when the last byte of a request was handed to TLS */
    uint64_t deadline;
    uint64_t idle_until;
    size_t bytes_needed; /* the size of a body that did not fit */

    char *head; /* a piece of the arena while sending */
    size_t head_length;
    struct cs_slice sending;
    size_t sending_index; /* 0 the head, then body[index - 1] */

    char *body; /* a piece of the arena, or NULL */
    size_t body_size;
    size_t body_length;

    size_t input_start;
    size_t input_end;

    struct cs_exchange_request request;
    struct cs_http_parser parser;
    char host_field[CS_EXCHANGE_HOST_MAX];
    uint8_t input[CS_EXCHANGE_INPUT_SIZE];
};

/* With the port, the domain and the anchors of `config`; they outlive the exchange. */
enum connsync_status cs_exchange_init(struct cs_exchange *exchange,
                                      const struct connsync_config *config, struct cs_arena *arena);

/* The port's clock. */
uint64_t cs_exchange_now_ms(const struct cs_exchange *exchange);

/* A request to fill in, of which nothing is set yet; the one before is over. */
struct cs_exchange_request *cs_exchange_request(struct cs_exchange *exchange);

/* Begins the exchange of that request, which must be over at `deadline` (the port's
 * clock). The body of the one before must have been released. */
void cs_exchange_begin(struct cs_exchange *exchange, uint64_t deadline);

/* CONNSYNC_OK: `parser.head` and the body are whole. CONNSYNC_WOULD_BLOCK with
 * what to wait for. Anything else: the exchange failed; `sent_any` says whether
 * the peer may have seen the request. */
enum connsync_status cs_exchange_step(struct cs_exchange *exchange, struct connsync_wait *wait);

/* Writes the head into a piece of the arena, for `sending`: for who sends it with the handshake. */
enum connsync_status cs_exchange_write_head(struct cs_exchange *exchange);

/* Hands the body's piece of the arena, cut to its `*length`, to the caller, who
 * wipes and releases it. */
char *cs_exchange_take_body(struct cs_exchange *exchange, size_t *length);

/* Wipes and gives back the body, if there is one. */
void cs_exchange_release_body(struct cs_exchange *exchange);

void cs_exchange_disconnect(struct cs_exchange *exchange);

/* Wipes the first `length` bytes of a piece of the arena, if there is one, and gives it
 * back; `*piece` is NULL then. */
void cs_exchange_drop(struct cs_exchange *exchange, char **piece, size_t length);

/* Disconnects and wipes everything. */
void cs_exchange_free(struct cs_exchange *exchange);

#endif
