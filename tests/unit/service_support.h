/* A service of one connection, in the place of TLS and of the network, on a clock of its own: a
 * test says how each read and each write is answered, and when the write takes effect. It
 * stands for cs_tls, so that the agent above is the one that ships. */
#ifndef CONNSYNC_TESTS_UNIT_SERVICE_SUPPORT_H
#define CONNSYNC_TESTS_UNIT_SERVICE_SUPPORT_H

#include "core/connsync.h"
#include "core/tls/tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERVICE_TEXT_SIZE 2048
#define SERVICE_ANSWERS 24
#define SERVICE_NEVER UINT64_MAX
/* From a request's last byte to its answer. */
#define SERVICE_TRIP_MS 20

/* What becomes of one request. All zeros: 200, and it takes effect at once. */
struct service_answer {
    int status;        /* 0: 200; -1: the connection is closed; -2: none */
    uint64_t after_ms; /* a write takes effect so long after its last byte; SERVICE_NEVER */
    const char *head;  /* lines more */
    const char *edit;  /* before that somebody else has set `options` to this */
    const char *shows; /* a read shows this, of a replica that lags behind */
    const char *body;  /* instead of all that */
};

static struct {
    uint64_t now;
    char options[SERVICE_TEXT_SIZE];
    struct service_answer gets[SERVICE_ANSWERS]; /* of each in turn, and the last of all others */
    struct service_answer patches[SERVICE_ANSWERS];
    struct service_answer posts[SERVICE_ANSWERS];
    unsigned open;                    /* connections that were made and not closed */
    char dialled[64];                 /* host and port */
    unsigned post_count;              /* requests for a token */
    char read[SERVICE_TEXT_SIZE * 2]; /* the last request of each kind, whole */
    char written[SERVICE_TEXT_SIZE * 2];
    char posted[SERVICE_TEXT_SIZE * 2];
    unsigned get_count; /* requests that came */
    unsigned patch_count;
    uint64_t get_at[SERVICE_ANSWERS]; /* when */
    uint64_t patch_at[SERVICE_ANSWERS];
    struct {
        uint64_t at;
        char options[SERVICE_TEXT_SIZE];
    } landing[SERVICE_ANSWERS]; /* writes that are to take effect, by the number of the write */
    char request[SERVICE_TEXT_SIZE * 2];
    size_t request_length;
    char answer[SERVICE_TEXT_SIZE * 2];
    size_t answer_length;
    size_t answer_read;
    bool closed;
} service;

/* ---- What the service does ---- */

/* Writes take effect when their time has come, in its order. */
static void service_land(void)
{
    for (;;) {
        size_t next = SERVICE_ANSWERS;
        for (size_t i = 0; i < SERVICE_ANSWERS; i++) {
            uint64_t at = service.landing[i].at;
            if (at != 0 && at <= service.now &&
                (next == SERVICE_ANSWERS || at < service.landing[next].at)) {
                next = i;
            }
        }
        if (next == SERVICE_ANSWERS) {
            return;
        }
        memcpy(service.options, service.landing[next].options, sizeof service.options);
        service.landing[next].at = 0;
    }
}

static void service_pass(uint64_t ms)
{
    service.now += ms;
    service_land();
}

static void service_begin(const char *options)
{
    memset(&service, 0, sizeof service);
    service.now = 1000;
    (void)snprintf(service.options, sizeof service.options, "%s", options);
}

static void service_take_patch(unsigned number, const char *body, uint64_t after_ms)
{
    const char *options = strstr(body, "\"options\":");
    size_t length = options != NULL ? strlen(options + 10) : 0;

    if (length == 0 || length > SERVICE_TEXT_SIZE || after_ms == SERVICE_NEVER) {
        return;
    }
    memcpy(service.landing[number].options, options + 10, length - 1);
    service.landing[number].at = service.now + after_ms;
    service_land();
}

static void service_answer(const struct service_answer *answer)
{
    char body[SERVICE_TEXT_SIZE + 128];
    int status = answer->status != 0 ? answer->status : 200;

    (void)snprintf(body, sizeof body,
                   "{\"id\":\"con_1\",\"name\":\"one\",\"strategy\":\"oidc\",\"options\":%s}",
                   answer->shows != NULL ? answer->shows : service.options);
    if (status != 200) {
        (void)snprintf(body, sizeof body, "{\"statusCode\":%d}", status);
    }
    if (answer->body != NULL) {
        (void)snprintf(body, sizeof body, "%s", answer->body);
    }
    service.answer_length = (size_t)snprintf(
        service.answer, sizeof service.answer, "HTTP/1.1 %d X\r\n%sContent-Length: %zu\r\n\r\n%s",
        status, answer->head != NULL ? answer->head : "", strlen(body), body);
    service.answer_length = status == -2 ? 0 : service.answer_length;
    service.answer_read = 0;
    service.closed = status == -1;
}

/* Is the request whole? `*body` is what follows its head. */
static bool service_is_whole(const char **body)
{
    const char *end = strstr(service.request, "\r\n\r\n");
    const char *length = strstr(service.request, "ontent-Length: ");

    if (end == NULL) {
        return false;
    }
    *body = end + 4;
    return length == NULL || length > end ||
           strlen(*body) == (size_t)strtoul(length + 15, NULL, 10);
}

static void service_take_post(void)
{
    unsigned number = service.post_count++;
    unsigned last = number < SERVICE_ANSWERS ? number : SERVICE_ANSWERS - 1;

    memcpy(service.posted, service.request, sizeof service.posted);
    service_pass(SERVICE_TRIP_MS);
    service_answer(&service.posts[last]);
    service.request_length = 0;
}

static void service_take_request(void)
{
    const char *body = "";

    if (!service_is_whole(&body)) {
        return;
    }
    if (strncmp(service.request, "POST ", 5) == 0) {
        service_take_post();
        return;
    }
    bool writes = strncmp(service.request, "PATCH ", 6) == 0;
    memcpy(writes ? service.written : service.read, service.request, sizeof service.request);
    unsigned number = writes ? service.patch_count++ : service.get_count++;
    unsigned last = number < SERVICE_ANSWERS ? number : SERVICE_ANSWERS - 1;
    const struct service_answer *answer = writes ? &service.patches[last] : &service.gets[last];
    (writes ? service.patch_at : service.get_at)[last] = service.now;
    service_land();
    if (answer->edit != NULL) {
        (void)snprintf(service.options, sizeof service.options, "%s", answer->edit);
    }
    if (writes) {
        service_take_patch(last, body, answer->after_ms);
    }
    service_pass(SERVICE_TRIP_MS);
    service_answer(answer);
    service.request_length = 0;
}

/* ---- In the place of TLS ---- */

enum connsync_status cs_tls_init(struct cs_tls **out, const struct connsync_port *port,
                                 struct cs_arena *arena, struct cs_slice anchors, const char *host)
{
    (void)port, (void)arena, (void)anchors, (void)host;
    *out = NULL;
    return CONNSYNC_OK;
}

void cs_tls_turn(struct cs_tls *tls)
{
    (void)tls;
}

bool cs_tls_gave_up(struct cs_tls *tls)
{
    (void)tls;
    return false;
}

enum connsync_status cs_tls_handshake(struct cs_tls *tls, bool *want_write)
{
    (void)tls, (void)want_write;
    return CONNSYNC_OK;
}

enum connsync_status cs_tls_read(struct cs_tls *tls, uint8_t *data, size_t size, size_t *got,
                                 bool *want_write)
{
    size_t left = service.answer_length - service.answer_read;

    (void)tls, (void)want_write;
    if (service.closed) {
        return CONNSYNC_ERR_CLOSED;
    }
    *got = left < size ? left : size;
    memcpy(data, service.answer + service.answer_read, *got);
    service.answer_read += *got;
    return *got > 0 ? CONNSYNC_OK : CONNSYNC_WOULD_BLOCK;
}

enum connsync_status cs_tls_write(struct cs_tls *tls, const uint8_t *data, size_t length,
                                  size_t *taken, bool *want_write)
{
    (void)tls, (void)want_write;
    if (length > sizeof service.request - 1 - service.request_length) {
        return CONNSYNC_ERR_RESET;
    }
    memcpy(service.request + service.request_length, data, length);
    service.request_length += length;
    service.request[service.request_length] = '\0';
    *taken = length;
    service_take_request();
    return CONNSYNC_OK;
}

void cs_tls_close(struct cs_tls *tls)
{
    (void)tls;
    service.closed = false;
    service.request_length = 0;
    service.answer_length = 0;
    service.answer_read = 0;
}

void cs_tls_free(struct cs_tls *tls)
{
    (void)tls;
}

const char *cs_tls_library(void)
{
    return "none";
}

/* ---- The port ---- */

static int service_connect(void *context, const char *host, uint16_t port_number)
{
    (void)context;
    service.open++;
    (void)snprintf(service.dialled, sizeof service.dialled, "%s:%u", host, (unsigned)port_number);
    return CONNSYNC_PORT_OK;
}

static int32_t service_no_bytes(void *context, const uint8_t *data, size_t length)
{
    (void)context, (void)data, (void)length;
    return CONNSYNC_PORT_ERR_RESET;
}

static int32_t service_no_more(void *context, uint8_t *data, size_t size)
{
    (void)context, (void)data, (void)size;
    return CONNSYNC_PORT_ERR_RESET;
}

static void service_close(void *context)
{
    (void)context;
    service.open = 0;
}

static uint64_t service_clock(void *context)
{
    (void)context;
    return service.now;
}

static int service_utc(void *context, int64_t *seconds)
{
    (void)context;
    *seconds = (int64_t)(service.now / 1000);
    return CONNSYNC_PORT_OK;
}

static int service_entropy(void *context, uint8_t *out, size_t length)
{
    (void)context;
    memset(out, 0x5a, length);
    return CONNSYNC_PORT_OK;
}

static const struct connsync_port service_port = {
    NULL,          service_connect, service_no_bytes, service_no_more,
    service_close, service_clock,   service_utc,      service_entropy};

#endif
