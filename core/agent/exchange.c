/*
 * The states of an exchange, from finding out whether the connection is still there to the last
 * byte of the response. TLS and HTTP are left to their folders, trying again to the caller.
 */
#include "core/agent/exchange.h"

#include <string.h>

#define DEFAULT_PORT 443

enum connsync_status cs_exchange_init(struct cs_exchange *exchange,
                                      const struct connsync_config *config, struct cs_arena *arena)
{
    struct cs_slice anchors = cs_slice_make((const char *)config->anchors, config->anchors_length);
    uint16_t port_number = config->port_number == 0 ? DEFAULT_PORT : config->port_number;
    bool is_ipv6 = strchr(config->domain, ':') != NULL;
    struct cs_writer writer;

    memset(exchange, 0, sizeof *exchange);
    exchange->port = config->port;
    exchange->arena = arena;
    exchange->host = config->domain;
    exchange->port_number = port_number;
    cs_writer_init(&writer, exchange->host_field, sizeof exchange->host_field);
    /* RFC 3986 section 3.2.2: an IPv6 address stands in brackets. */
    cs_write_string(&writer, is_ipv6 ? "[" : "");
    cs_write_string(&writer, config->domain);
    cs_write_string(&writer, is_ipv6 ? "]" : "");
    if (port_number != DEFAULT_PORT) {
        cs_write_string(&writer, ":");
        cs_write_u64(&writer, port_number);
    }
    if (writer.overflowed) {
        return CONNSYNC_ERR_ARGUMENT;
    }
    return cs_tls_init(&exchange->tls, config->port, arena, anchors, config->domain);
}

uint64_t cs_exchange_now_ms(const struct cs_exchange *exchange)
{
    return exchange->port->monotonic_ms(exchange->port->context);
}

static void note_progress(struct cs_exchange *exchange)
{
    exchange->idle_until = cs_exchange_now_ms(exchange) + CS_EXCHANGE_IDLE_MS;
}

/* Each step of a state ends so, or with CONNSYNC_OK in the same state, or in CS_EXCHANGE_IDLE
 * where all is done; with CONNSYNC_WOULD_BLOCK if it has to wait; or it has failed. */
static enum connsync_status enter(struct cs_exchange *exchange, enum cs_exchange_state state)
{
    exchange->state = state;
    note_progress(exchange);
    return CONNSYNC_OK;
}

void cs_exchange_drop(struct cs_exchange *exchange, char **piece, size_t length)
{
    if (*piece != NULL) {
        cs_wipe(*piece, length);
        cs_arena_release(exchange->arena, *piece);
        *piece = NULL;
    }
}

/* It holds the token. */
static void release_head(struct cs_exchange *exchange)
{
    cs_exchange_drop(exchange, &exchange->head, exchange->head_length);
}

char *cs_exchange_take_body(struct cs_exchange *exchange, size_t *length)
{
    char *body = exchange->body;

    *length = exchange->body_length;
    if (body != NULL) {
        cs_arena_shrink(exchange->arena, body, *length);
    }
    exchange->body = NULL;
    exchange->body_length = 0;
    return body;
}

void cs_exchange_release_body(struct cs_exchange *exchange)
{
    cs_exchange_drop(exchange, &exchange->body, exchange->body_length);
    exchange->body_length = 0;
}

void cs_exchange_disconnect(struct cs_exchange *exchange)
{
    cs_tls_close(exchange->tls);
    exchange->port->close(exchange->port->context);
    cs_wipe(exchange->input, sizeof exchange->input);
    exchange->input_start = 0;
    exchange->input_end = 0;
    exchange->connected = false;
    exchange->state = CS_EXCHANGE_IDLE;
    release_head(exchange);
}

void cs_exchange_free(struct cs_exchange *exchange)
{
    cs_exchange_release_body(exchange);
    cs_exchange_disconnect(exchange);
    cs_tls_free(exchange->tls);
    exchange->tls = NULL;
}

struct cs_exchange_request *cs_exchange_request(struct cs_exchange *exchange)
{
    memset(&exchange->request, 0, sizeof exchange->request);
    exchange->request.http.host = exchange->host_field;
    return &exchange->request;
}

void cs_exchange_begin(struct cs_exchange *exchange, uint64_t deadline)
{
    struct cs_exchange_request *request = &exchange->request;

    for (size_t i = 0; i < request->body_count; i++) {
        request->http.content_length += request->body[i].length;
    }
    exchange->deadline = deadline;
    exchange->sent_any = false;
    exchange->bytes_needed = 0;
    cs_http_parser_init(&exchange->parser, exchange->more, exchange->listener);
    (void)enter(exchange, exchange->connected ? CS_EXCHANGE_PROBE : CS_EXCHANGE_CONNECT);
}

/* ---- The states ---- */

/* A peer may close a connection it has kept alive at any moment. Finding that out
 * before a request is sent is cheap; finding out after leaves its fate open. */
static enum connsync_status step_probe(struct cs_exchange *exchange, struct connsync_wait *wait)
{
    size_t got = 0;

    if (cs_tls_read(exchange->tls, exchange->input, sizeof exchange->input, &got,
                    &wait->writable) == CONNSYNC_WOULD_BLOCK) {
        return enter(exchange, CS_EXCHANGE_CLAIM);
    }
    /* Closed, broken, or bytes that nobody asked for: start afresh. */
    cs_exchange_disconnect(exchange);
    return enter(exchange, CS_EXCHANGE_CONNECT);
}

static enum connsync_status status_of_connect(int code)
{
    switch (code) {
    case CONNSYNC_PORT_ERR_NAME:
        return CONNSYNC_ERR_NAME;
    case CONNSYNC_PORT_ERR_NAME_TEMPORARY:
        return CONNSYNC_ERR_NAME_TEMPORARY;
    case CONNSYNC_PORT_ERR_RESET:
        return CONNSYNC_ERR_RESET;
    case CONNSYNC_PORT_ERR_NETWORK:
        return CONNSYNC_ERR_NETWORK;
    default:
        return CONNSYNC_ERR_CONNECT;
    }
}

static enum connsync_status step_connect(struct cs_exchange *exchange, struct connsync_wait *wait)
{
    if (exchange->request.no_connect) {
        return CONNSYNC_ERR_CLOSED;
    }
    int code =
        exchange->port->connect(exchange->port->context, exchange->host, exchange->port_number);

    if (code == CONNSYNC_PORT_WOULD_BLOCK) {
        wait->writable = true;
        return CONNSYNC_WOULD_BLOCK;
    }
    if (code != CONNSYNC_PORT_OK) {
        return status_of_connect(code);
    }
    return enter(exchange, CS_EXCHANGE_HANDSHAKE);
}

static enum connsync_status step_handshake(struct cs_exchange *exchange, struct connsync_wait *wait)
{
    enum connsync_status status = cs_tls_handshake(exchange->tls, &wait->writable);

    if (status != CONNSYNC_OK && cs_tls_gave_up(exchange->tls)) {
        cs_exchange_disconnect(exchange);
        return enter(exchange, CS_EXCHANGE_CONNECT);
    }
    if (status != CONNSYNC_OK) {
        return status;
    }
    if (exchange->handshakes++ == 0) {
        exchange->handshake_memory = exchange->arena->high_water;
    }
    exchange->connected = true;
    return enter(exchange, CS_EXCHANGE_CLAIM);
}

enum connsync_status cs_exchange_write_head(struct cs_exchange *exchange)
{
    const struct cs_http_request *http = &exchange->request.http;
    size_t size = CS_EXCHANGE_HEAD_BASE + http->target.length + http->bearer.length;
    struct cs_writer writer;

    exchange->head = cs_arena_allocate(exchange->arena, size);
    if (exchange->head == NULL) {
        return CONNSYNC_ERR_MEMORY;
    }
    cs_writer_init(&writer, exchange->head, size);
    enum connsync_status status = cs_http_write_request(&writer, http);
    exchange->sending = cs_written(&writer);
    exchange->head_length = exchange->sending.length;
    exchange->sending_index = 0;
    return status;
}

static enum connsync_status claim_body(struct cs_exchange *exchange)
{
    const struct cs_exchange_request *request = &exchange->request;

    if (request->keep_at_most > 0) {
        exchange->body_size = request->keep_at_most;
        exchange->body = cs_arena_allocate(exchange->arena, request->keep_at_most);
    } else {
        exchange->body =
            cs_arena_allocate_largest(exchange->arena, request->reserve, &exchange->body_size);
    }
    return exchange->body != NULL ? CONNSYNC_OK : CONNSYNC_ERR_MEMORY;
}

/* Memory for the head, now that the handshake has returned its own; one that went with it is there. A
 * body that is kept whole is claimed when its head has come: by then TLS has taken what the server
 * sends of itself. */
static enum connsync_status step_claim(struct cs_exchange *exchange)
{
    enum connsync_status status =
        exchange->head == NULL ? cs_exchange_write_head(exchange) : CONNSYNC_OK;

    if (status == CONNSYNC_OK && exchange->request.keep_at_most > 0) {
        status = claim_body(exchange);
    }
    return status == CONNSYNC_OK ? enter(exchange, CS_EXCHANGE_SEND) : status;
}

/* The next piece to send, or false when all has been sent. */
static bool next_slice(struct cs_exchange *exchange)
{
    while (exchange->sending.length == 0) {
        if (exchange->sending_index == exchange->request.body_count) {
            return false;
        }
        exchange->sending = exchange->request.body[exchange->sending_index++];
    }
    return true;
}

static enum connsync_status step_send(struct cs_exchange *exchange, struct connsync_wait *wait)
{
    size_t taken = 0;

    while (next_slice(exchange)) {
        enum connsync_status status =
            cs_tls_write(exchange->tls, (const uint8_t *)exchange->sending.data,
                         exchange->sending.length, &taken, &wait->writable);
        exchange->sent_any = true;
        exchange->sent_at = cs_exchange_now_ms(exchange);
        if (status != CONNSYNC_OK) {
            return status;
        }
        exchange->sending.data += taken;
        exchange->sending.length -= taken;
        note_progress(exchange);
    }
    release_head(exchange);
    return enter(exchange, CS_EXCHANGE_RECEIVE);
}

static enum connsync_status too_large(struct cs_exchange *exchange, uint64_t needed)
{
    exchange->bytes_needed = needed <= SIZE_MAX ? (size_t)needed : SIZE_MAX;
    return CONNSYNC_ERR_HTTP_TOO_LARGE;
}

/* What the head says that speaks against the body, before any of it is read. */
static enum connsync_status judge_head(struct cs_exchange *exchange)
{
    const struct cs_http_head *head = &exchange->parser.head;

    if (head->encoded) {
        return CONNSYNC_ERR_HTTP_CONTENT_ENCODING;
    }
    if (exchange->request.keep_at_most > 0) {
        return CONNSYNC_OK;
    }
    enum connsync_status status = claim_body(exchange);
    if (status == CONNSYNC_OK && head->content_length != CS_HTTP_UNKNOWN &&
        head->content_length > exchange->body_size) {
        return too_large(exchange, head->content_length);
    }
    return status;
}

static enum connsync_status keep_body(struct cs_exchange *exchange, struct cs_slice piece)
{
    size_t room = exchange->body_size - exchange->body_length;

    if (piece.length > room) {
        if (exchange->request.keep_at_most == 0) {
            return too_large(exchange, exchange->body_length + piece.length);
        }
        piece.length = room;
    }
    memcpy(exchange->body + exchange->body_length, piece.data, piece.length);
    exchange->body_length += piece.length;
    if (exchange->request.kept != NULL) {
        exchange->request.kept(exchange);
    }
    return CONNSYNC_OK;
}

static enum connsync_status finish(struct cs_exchange *exchange)
{
    if (!exchange->parser.head.keep_alive || exchange->input_start != exchange->input_end) {
        cs_exchange_disconnect(exchange);
    }
    exchange->state = CS_EXCHANGE_IDLE;
    return CONNSYNC_OK;
}

/* More bytes for the parser, which has seen all that came so far. */
static enum connsync_status read_more(struct cs_exchange *exchange, struct connsync_wait *wait)
{
    size_t got = 0;
    enum connsync_status status =
        cs_tls_read(exchange->tls, exchange->input, sizeof exchange->input, &got, &wait->writable);

    exchange->input_start = 0;
    exchange->input_end = got;
    if (status != CONNSYNC_OK) {
        return status;
    }
    if (got > 0) {
        note_progress(exchange);
        return CONNSYNC_OK;
    }
    /* The end of the stream. */
    if (cs_http_end(&exchange->parser) != CS_HTTP_DONE) {
        return exchange->parser.error;
    }
    cs_exchange_disconnect(exchange);
    return CONNSYNC_OK;
}

static enum connsync_status step_receive(struct cs_exchange *exchange, struct connsync_wait *wait)
{
    struct cs_slice input = cs_slice_make((const char *)exchange->input + exchange->input_start,
                                          exchange->input_end - exchange->input_start);
    struct cs_slice piece = {NULL, 0};
    enum cs_http_event event = cs_http_next(&exchange->parser, &input, &piece);

    exchange->input_start = exchange->input_end - input.length;
    switch (event) {
    case CS_HTTP_HEAD:
        return judge_head(exchange);
    case CS_HTTP_BODY:
        return keep_body(exchange, piece);
    case CS_HTTP_DONE:
        return finish(exchange);
    case CS_HTTP_ERROR:
        return exchange->parser.error;
    default:
        return read_more(exchange, wait);
    }
}

static enum connsync_status step_state(struct cs_exchange *exchange, struct connsync_wait *wait)
{
    switch (exchange->state) {
    case CS_EXCHANGE_PROBE:
        return step_probe(exchange, wait);
    case CS_EXCHANGE_CONNECT:
        return step_connect(exchange, wait);
    case CS_EXCHANGE_HANDSHAKE:
        return step_handshake(exchange, wait);
    case CS_EXCHANGE_CLAIM:
        return step_claim(exchange);
    case CS_EXCHANGE_SEND:
        return step_send(exchange, wait);
    case CS_EXCHANGE_RECEIVE:
        return step_receive(exchange, wait);
    default:
        return CONNSYNC_ERR_ARGUMENT;
    }
}

static bool is_late(const struct cs_exchange *exchange)
{
    uint64_t now = cs_exchange_now_ms(exchange);

    return now >= exchange->deadline || now >= exchange->idle_until;
}

enum connsync_status cs_exchange_step(struct cs_exchange *exchange, struct connsync_wait *wait)
{
    enum connsync_status status = CONNSYNC_OK;

    cs_tls_turn(exchange->tls);
    while (status == CONNSYNC_OK && exchange->state != CS_EXCHANGE_IDLE) {
        wait->writable = false;
        status = is_late(exchange) ? CONNSYNC_ERR_TIMEOUT : step_state(exchange, wait);
    }
    if (status == CONNSYNC_WOULD_BLOCK) {
        /* A connection's end may show either way. */
        wait->readable = !wait->writable || exchange->state == CS_EXCHANGE_CONNECT;
        wait->until_ms =
            exchange->idle_until < exchange->deadline ? exchange->idle_until : exchange->deadline;
        return status;
    }
    if (status != CONNSYNC_OK) {
        cs_exchange_disconnect(exchange);
        cs_exchange_release_body(exchange);
    }
    return status;
}
