/*
 * The port of the agent, with the tenant behind it, and TLS in the clear: the linker puts it in the
 * place of core/tls. Requests are taken apart no further than the world wants to know them.
 */
#include "tests/fault/world.h"

#include "core/tls/tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LATENCY_MS 20
#define SLOW_ANSWER_MS 8000
#define SLOW_SENDING_MS 5000

static struct {
    bool is_open;
    bool is_sending; /* a request, of which the first byte has come */
    bool is_awaited; /* its answer */
    bool is_write;
    enum world_travel travel;
    uint64_t moves_at; /* the sending goes on */
    char request[4096];
    size_t length;
    struct world_response response;
    uint64_t answered_at;
    struct world_frame frame;
    size_t answer_taken;
    bool has_ended; /* the peer's side of the connection, in good order */
} net;

/* ---- Requests ---- */

static void begin_request(const uint8_t *data)
{
    net.is_sending = true;
    net.is_write = data[0] == 'P';
    net.length = 0;
    net.travel = world_request_begins(net.is_write);
    net.moves_at = world_now();
}

/* The body, once it is all there; NULL until then. */
static const char *find_body(void)
{
    const char *end = strstr(net.request, "\r\n\r\n");
    const char *length = strstr(net.request, "Content-Length: ");
    size_t expected = 0;

    if (end == NULL) {
        return NULL;
    }
    if (length != NULL && length < end) {
        expected = strtoul(length + strlen("Content-Length: "), NULL, 10);
    }
    return strlen(end + 4) == expected ? end + 4 : NULL;
}

static void make_answer(void)
{
    const struct world_response *response = &net.response;
    bool is_slow = response->answer == WORLD_ANSWERS_SLOWLY;

    net.is_sending = false;
    net.is_awaited = true;
    net.answer_taken = 0;
    net.answered_at = world_now() + (is_slow ? SLOW_ANSWER_MS : LATENCY_MS);
    world_spell(response, net.is_write, &net.frame);
    if (response->answer == WORLD_SAYS_NOTHING && net.frame.length == 0) {
        net.answered_at = UINT64_MAX;
    }
}

static void take(const uint8_t *data, size_t length)
{
    if (net.length + length >= sizeof net.request) {
        (void)fputs("too long a request\n", stderr);
        exit(2);
    }
    memcpy(net.request + net.length, data, length);
    net.length += length;
    net.request[net.length] = '\0';
    if (net.is_write) {
        world_write_moves();
    }
}

/* It ends before its answer was there. */
static void break_off(void)
{
    bool is_under_way = net.is_sending || net.is_awaited;

    net.is_sending = false;
    net.is_awaited = false;
    net.is_open = false;
    net.has_ended = false;
    if (is_under_way) {
        world_request_broke(net.is_write);
    }
}

/* ---- The port ---- */

static int net_connect(void *context, const char *host, uint16_t port_number)
{
    (void)context;
    (void)host;
    (void)port_number;
    net.is_open = true;
    return CONNSYNC_PORT_OK;
}

static int32_t net_send(void *context, const uint8_t *data, size_t length)
{
    (void)context;
    if (!net.is_open) {
        return CONNSYNC_PORT_ERR_RESET;
    }
    if (!net.is_sending) {
        begin_request(data);
    } else if (net.travel == WORLD_TRAVELS_SLOWLY && net.moves_at == 0) {
        net.moves_at = world_now() + SLOW_SENDING_MS;
    }
    if (world_now() < net.moves_at) {
        return CONNSYNC_PORT_WOULD_BLOCK;
    }
    if (net.moves_at > 0 && net.length == 0) {
        net.moves_at = 0; /* the first piece goes out at once */
    }
    if ((net.travel == WORLD_BREAKS && net.length > 0) || net.has_ended) {
        break_off();
        return CONNSYNC_PORT_ERR_RESET;
    }
    length = world_piece(length);
    take(data, length);
    const char *body = find_body();
    if (body != NULL) {
        world_request(net.is_write, body, &net.response);
        make_answer();
        if (net.travel == WORLD_BREAKS_BEHIND) {
            break_off();
            return CONNSYNC_PORT_ERR_RESET;
        }
    }
    return (int32_t)length;
}

/* All of an answer has been given, or all that comes of it. */
static int32_t finish_answer(void)
{
    if (net.response.answer == WORLD_RESETS) {
        bool ends = net.frame.ends;
        break_off();
        return ends ? CONNSYNC_PORT_EOF : CONNSYNC_PORT_ERR_RESET;
    }
    if (net.response.answer == WORLD_SAYS_NOTHING) {
        net.answered_at = UINT64_MAX;
        return CONNSYNC_PORT_WOULD_BLOCK;
    }
    net.is_awaited = false;
    net.has_ended = net.frame.ends;
    world_response_arrived(net.is_write, &net.response);
    return CONNSYNC_PORT_EOF;
}

static int32_t net_recv(void *context, uint8_t *data, size_t size)
{
    (void)context;
    if (!net.is_open) {
        return CONNSYNC_PORT_ERR_RESET;
    }
    if (net.has_ended) {
        return CONNSYNC_PORT_EOF;
    }
    if (!net.is_awaited || world_now() < net.answered_at) {
        return CONNSYNC_PORT_WOULD_BLOCK;
    }
    size_t left = net.frame.length - net.answer_taken;
    if (left == 0) {
        return finish_answer();
    }
    size_t count = world_piece(size < left ? size : left);
    memcpy(data, net.frame.bytes + net.answer_taken, count);
    net.answer_taken += count;
    net.answered_at = world_now() + world_lag_ms();
    if (net.answer_taken == net.frame.length && !net.frame.to_end &&
        net.response.answer != WORLD_RESETS && net.response.answer != WORLD_SAYS_NOTHING) {
        (void)finish_answer();
    }
    return (int32_t)count;
}

static void net_close(void *context)
{
    (void)context;
    break_off();
}

static uint64_t net_monotonic(void *context)
{
    (void)context;
    return world_now();
}

static int net_utc(void *context, int64_t *seconds)
{
    (void)context;
    *seconds = 1764000000 + (int64_t)(world_now() / 1000);
    return CONNSYNC_PORT_OK;
}

/* Pauses are spread by it: the same in each run. */
static int net_entropy(void *context, uint8_t *out, size_t length)
{
    (void)context;
    memset(out, 0x5a, length);
    return CONNSYNC_PORT_OK;
}

const struct connsync_port *world_port(void)
{
    static const struct connsync_port port = {
        .connect = net_connect,
        .send = net_send,
        .recv = net_recv,
        .close = net_close,
        .monotonic_ms = net_monotonic,
        .utc_seconds = net_utc,
        .entropy = net_entropy,
    };

    memset(&net, 0, sizeof net);
    return &port;
}

uint64_t world_next_arrival(void)
{
    if (net.is_sending) {
        return net.moves_at;
    }
    return net.is_awaited ? net.answered_at : UINT64_MAX;
}

/* ---- TLS in the clear ---- */

struct cs_tls {
    const struct connsync_port *port;
};

enum connsync_status __wrap_cs_tls_init(struct cs_tls **out, const struct connsync_port *port,
                                        struct cs_arena *arena, struct cs_slice anchors,
                                        const char *host);
void __wrap_cs_tls_turn(struct cs_tls *tls);
enum connsync_status __wrap_cs_tls_handshake(struct cs_tls *tls, bool *want_write);
enum connsync_status __wrap_cs_tls_read(struct cs_tls *tls, uint8_t *data, size_t size, size_t *got,
                                        bool *want_write);
enum connsync_status __wrap_cs_tls_write(struct cs_tls *tls, const uint8_t *data, size_t length,
                                         size_t *taken, bool *want_write);
void __wrap_cs_tls_close(struct cs_tls *tls);
void __wrap_cs_tls_free(struct cs_tls *tls);

enum connsync_status __wrap_cs_tls_init(struct cs_tls **out, const struct connsync_port *port,
                                        struct cs_arena *arena, struct cs_slice anchors,
                                        const char *host)
{
    static struct cs_tls only;

    (void)arena;
    (void)anchors;
    (void)host;
    only.port = port;
    *out = &only;
    return CONNSYNC_OK;
}

void __wrap_cs_tls_turn(struct cs_tls *tls)
{
    (void)tls;
}

enum connsync_status __wrap_cs_tls_handshake(struct cs_tls *tls, bool *want_write)
{
    (void)tls;
    (void)want_write;
    return CONNSYNC_OK;
}

static enum connsync_status status_of(int32_t code)
{
    if (code == CONNSYNC_PORT_WOULD_BLOCK) {
        return CONNSYNC_WOULD_BLOCK;
    }
    return code == CONNSYNC_PORT_EOF ? CONNSYNC_OK : CONNSYNC_ERR_RESET;
}

enum connsync_status __wrap_cs_tls_read(struct cs_tls *tls, uint8_t *data, size_t size, size_t *got,
                                        bool *want_write)
{
    int32_t code = tls->port->recv(tls->port->context, data, size);

    *want_write = false;
    *got = code > 0 ? (size_t)code : 0;
    return code > 0 ? CONNSYNC_OK : status_of(code);
}

enum connsync_status __wrap_cs_tls_write(struct cs_tls *tls, const uint8_t *data, size_t length,
                                         size_t *taken, bool *want_write)
{
    int32_t code = tls->port->send(tls->port->context, data, length);

    *want_write = code == CONNSYNC_PORT_WOULD_BLOCK;
    *taken = code > 0 ? (size_t)code : 0;
    return code > 0 ? CONNSYNC_OK : status_of(code);
}

void __wrap_cs_tls_close(struct cs_tls *tls)
{
    (void)tls;
}

void __wrap_cs_tls_free(struct cs_tls *tls)
{
    (void)tls;
}
