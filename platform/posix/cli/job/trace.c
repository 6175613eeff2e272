/* Watches an agent at work, from outside: nothing in the core is there for it, and a board has none of
 * it. When a request is sent, and tried again, is the agent's affair. */
#include "platform/posix/cli/job/trace.h"

#include "config/sentence.h"
#include "core/agent/agent.h"
#include "core/tls/certificate.h"
#include "core/tls/certificate_trouble.h"
#include "platform/posix/cli/base/log.h"
#include "platform/posix/cli/job/lane.h"

#include <string.h>

static unsigned verbosity;

void trace_certificate(void *context, unsigned depth, const uint8_t *der, size_t length)
{
    struct cs_certificate certificate;
    char subject[CONNSYNC_CERTIFICATE_NAME_SIZE] = "";

    (void)context;
    if (verbosity < 2) {
        return;
    }
    if (cs_certificate_read(cs_slice_make((const char *)der, length), &certificate)) {
        cs_certificate_name(subject, certificate.subject);
    }
    log_format(LOG_NOTE, "certificate %u of the chain: %s", depth, subject);
}

static void show_handshake(void)
{
    char text[CS_SENTENCE_SIZE];
    struct cs_writer line;

    cs_writer_init(&line, text, sizeof text);
    cs_write_string(&line, "handshake: ");
    cs_tls_describe(lane->trace.agent->exchange.tls, &line);
    log_write(LOG_NOTE, text);
}

static void begin(uint64_t now)
{
    const struct cs_exchange *exchange = &lane->trace.agent->exchange;
    const struct cs_http_request *http = &exchange->request.http;
    size_t length = 0;

    while (length < http->target.length && length < sizeof lane->trace.path - 1 &&
           http->target.data[length] != '?') {
        lane->trace.path[length] = http->target.data[length];
        length++;
    }
    lane->trace.path[length] = '\0';
    lane->trace.method = http->method;
    lane->trace.is_open = true;
    lane->trace.started = now;
    lane->trace.waited = lane->trace.paused > 0 ? now - lane->trace.paused : 0;
    lane->trace.paused = 0;
    lane->trace.handshakes = exchange->handshakes;
    lane->trace.is_shown = false;
}

static void add_number(struct cs_writer *line, const char *before, uint64_t number,
                       const char *after)
{
    cs_write_string(line, before);
    cs_write_u64(line, number);
    cs_write_string(line, after);
}

/* Did less of the body come than was announced? */
static bool is_short(const struct cs_http_parser *parser)
{
    return parser->head.content_length != CS_HTTP_UNKNOWN &&
           parser->body_bytes < parser->head.content_length;
}

static void add_answer(struct cs_writer *line)
{
    const struct cs_http_parser *parser = &lane->trace.agent->exchange.parser;
    enum connsync_status error = parser->error;

    if (parser->head.status == 0) {
        cs_write_string(line, "no answer");
        return;
    }
    cs_write_u64(line, parser->head.status);
    if (error == CONNSYNC_OK && is_short(parser)) {
        error = CONNSYNC_ERR_HTTP_TRUNCATED;
    }
    if (error != CONNSYNC_OK) {
        cs_write_string(line, " (");
        cs_write_string(line, connsync_status_name(error));
        cs_write_string(line, ")");
    }
}

static void end(uint64_t now)
{
    const struct cs_exchange *exchange = &lane->trace.agent->exchange;
    uint64_t left = exchange->parser.head.ratelimit_remaining;
    char text[CS_SENTENCE_SIZE];
    struct cs_writer line;

    lane->trace.is_open = false;
    cs_writer_init(&line, text, sizeof text);
    cs_write_string(&line, lane->trace.method);
    cs_write_string(&line, " ");
    cs_write_string(&line, lane->trace.path);
    cs_write_string(&line, ": ");
    add_answer(&line);
    add_number(&line, " in ", now - lane->trace.started, " ms");
    if (lane->trace.waited > 0) {
        add_number(&line, " after a wait of ", lane->trace.waited, " ms");
    }
    add_number(&line, ", ", exchange->parser.body_bytes, " bytes, connection ");
    cs_write_string(&line, exchange->handshakes > lane->trace.handshakes ? "new" : "kept");
    if (exchange->parser.head.status != 0 && left != CS_HTTP_UNKNOWN) {
        add_number(&line, ", rate limit left ", left, "");
    }
    log_write(LOG_NOTE, text);
}

static void look(uint64_t now)
{
    const struct cs_exchange *exchange = &lane->trace.agent->exchange;
    bool is_idle = exchange->state == CS_EXCHANGE_IDLE;

    if (verbosity > 1 && lane->trace.is_open && !lane->trace.is_shown &&
        exchange->state == CS_EXCHANGE_CLAIM && exchange->handshakes > lane->trace.handshakes) {
        lane->trace.is_shown = true;
        show_handshake();
    }

    if (lane->trace.is_open && is_idle) {
        end(now);
    } else if (!lane->trace.is_open && !is_idle) {
        begin(now);
    }
    if (lane->trace.agent->pause_until != 0 && lane->trace.paused == 0) {
        lane->trace.paused = now;
    }
}

static uint64_t monotonic_ms(void *context)
{
    uint64_t now = lane->trace.real->monotonic_ms(context);

    if (lane->trace.agent != NULL) {
        look(now);
    }
    return now;
}

const struct connsync_port *trace_port(const struct connsync_port *port, unsigned verbose)
{
    verbosity = verbose;
    if (verbose == 0) {
        return port;
    }
    lane->trace.real = port;
    lane->trace.port = *port;
    lane->trace.port.monotonic_ms = monotonic_ms;
    return &lane->trace.port;
}

void trace_watch(const struct connsync *agent)
{
    if (verbosity > 0) {
        lane->trace.agent = agent;
        lane->trace.is_open = false;
        lane->trace.paused = 0;
    }
}

void trace_look(void)
{
    if (verbosity > 0 && lane->trace.agent != NULL) {
        (void)monotonic_ms(lane->trace.port.context);
    }
}
