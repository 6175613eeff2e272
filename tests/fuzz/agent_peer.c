/* Documents in two spellings, their framing, and whether a write has all that was read. See the header. */
#include "tests/fuzz/agent_peer.h"

#include "tests/fault/choices.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLACES 4 /* in front of the connection's members; of those of options: first, amid, last */
#define MEMBERS_MAX 3
#define TEXT_SIZE 4096
#define CALLS_MAX 200000
#define NO_BODY 304 /* whatever its fields say */

/* The same value twice. */
static const char *const values[][2] = {
    {"null", "null"},
    {"\"\\u00e9\\/\\ud83d\\ude00\"", "\"\xc3\xa9/\xf0\x9f\x98\x80\""},
    {"1.50E+2", "150"},
    {"12345678901234567890", "1234567890123456789e1"},
    {"[ ]", "[]"},
    {"{\"a\":1,\"b\":[true,null,{}]}", "{ \"b\" :\t[ true,null , { } ],\r\n\"a\" : 1.0 }"},
    {"[[[[[[\"deep\"]]]]]]", "[[[ [[[\"d\\u0065ep\"]]] ]]]"},
    {"{\"set_user_root_attributes\":\"on_first_login\"}",
     "{\"set_user_root_attributes\":\"on_f\\u0069rst_login\"}"},
    {"\"{\\\"options\\\":{}}\"", "\"\\u007b\\\"options\\\":{}}\""},
    {"\"-----BEGIN CERTIFICATE-----\\nMIIB\\n\"", "\"-----BEGIN CERTIFICATE-----\\u000aMIIB\\n\""},
};
#define VALUES (sizeof values / sizeof values[0])

static struct {
    enum world_task task;
    unsigned count[PLACES];
    unsigned value[PLACES][MEMBERS_MAX];
    bool has_display_name;
    bool is_spaced;
    bool respells;     /* the service, from read to read */
    unsigned spelling; /* of the last one */
    unsigned piece;    /* bytes at once; 0: all */
    unsigned lag;
    size_t calls;
    char shown[512]; /* the body of the last read */
} peer;

struct text {
    char bytes[TEXT_SIZE];
    size_t length;
};

void peer_fail(const char *what)
{
    (void)fflush(stdout);
    (void)fprintf(stderr, "fuzz_agent: %s\n", what);
    abort();
}

__attribute__((format(printf, 2, 3))) static void put(struct text *text, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int count = vsnprintf(text->bytes + text->length, TEXT_SIZE - text->length, format, arguments);
    va_end(arguments);
    text->length += (size_t)count;
    if (text->length >= TEXT_SIZE) {
        peer_fail("too long a document");
    }
}

void peer_begin(enum world_task task)
{
    static const unsigned pieces[] = {0, 1, 7, 300};
    static const unsigned lags[] = {0, 1, 3, 900};

    memset(&peer, 0, sizeof peer);
    peer.task = task;
    for (unsigned place = 0; place < PLACES; place++) {
        /* A restore puts its document in the place of all. */
        bool may_have = place == 0 || task != WORLD_RESTORE;
        peer.count[place] = may_have ? choices_take(MEMBERS_MAX + 1) : 0;
        for (unsigned i = 0; i < peer.count[place]; i++) {
            peer.value[place][i] = choices_take(VALUES);
        }
    }
    peer.has_display_name = choices_take(2) > 0;
    peer.is_spaced = choices_take(2) > 0;
    peer.respells = choices_take(2) > 0;
    peer.piece = pieces[choices_take(4)];
    peer.lag = lags[choices_take(4)];
}

size_t peer_calls(void)
{
    return peer.calls;
}

static void count_call(void)
{
    if (++peer.calls > CALLS_MAX) {
        peer_fail("it goes on and on");
    }
}

uint32_t world_more_members(void)
{
    return peer.count[1] + peer.count[2] + peer.count[3];
}

/* ---- Documents ---- */

/* The members of a place; every second spelling has them in the other order. */
static void put_members(struct text *text, unsigned place, bool is_behind)
{
    for (unsigned i = 0; i < peer.count[place]; i++) {
        unsigned at = peer.spelling > 0 ? peer.count[place] - 1 - i : i;
        put(text, "%s%s\"x%u%u\"%s%s%s", is_behind ? "," : "", peer.is_spaced ? "\n  " : "", place,
            at, peer.is_spaced ? " : " : ":", values[peer.value[place][at]][peer.spelling],
            is_behind ? "" : ",");
    }
}

/* `options` with the tenant's members among them. `value`: of the setting, or NULL. */
static void put_options(struct text *text, struct world_options options, const char *value)
{
    const char *blank = peer.is_spaced ? " " : "";

    put(text, "{");
    put_members(text, 1, false);
    put(text, "\"client_secret\":\"s%u\",", options.secret);
    put_members(text, 2, false);
    put(text, "\"n\":%u%s", options.number, options.scope ? ",\"scope\":[\"a\"]" : "");
    put_members(text, 3, true);
    if (value != NULL) {
        put(text, ",\"set_user_root_attributes\":\"%s\"", value);
    }
    put(text, "%s}", blank);
}

static const char *setting_of(struct world_options options)
{
    return options.setting != 0 ? connsync_setting_name((enum connsync_setting)options.setting)
                                : NULL;
}

static struct world_options options_of(const char *body)
{
    struct world_options options = {0, 0, false, 0};
    const char *number = strstr(body, "\"n\":");
    const char *secret = strstr(body, "\"client_secret\":\"s");

    if (number == NULL || secret == NULL) {
        peer_fail("the tenant's answer has another form");
    }
    options.secret = (uint8_t)strtoul(secret + strlen("\"client_secret\":\"s"), NULL, 10);
    options.number = (uint8_t)strtoul(number + strlen("\"n\":"), NULL, 10);
    options.scope = strstr(body, "\"scope\":") != NULL;
    for (int setting = CONNSYNC_ON_EACH_LOGIN; setting <= CONNSYNC_NEVER_ON_LOGIN; setting++) {
        if (strstr(body, connsync_setting_name((enum connsync_setting)setting)) != NULL) {
            options.setting = (uint8_t)setting;
        }
    }
    return options;
}

static void put_connection(struct text *text, const char *body)
{
    if (peer.respells) {
        peer.spelling = choices_take(2);
    }
    put(text, "%s{", peer.is_spaced ? "\r\n\t" : "");
    put_members(text, 0, false);
    put(text, "\"strategy\":\"oidc\",\"id\":\"" WORLD_ID "\",\"options\":");
    put_options(text, options_of(body), setting_of(options_of(body)));
    put(text, ",%s\"name\":\"c\"}%s",
        peer.has_display_name ? "\"display_name\":\"Shown \\u00fc\"," : "",
        peer.is_spaced ? " \n" : "");
}

/* What is sent is what was read, with exactly what was asked for in it. */
void world_inspect(const char *body, struct world_options basis)
{
    static struct text expected;
    static const char name[] = "\"display_name\":\"Shown \\u00fc\",";

    expected.length = 0;
    put(&expected, "{%s\"options\":", peer.has_display_name ? name : "");
    if (peer.task == WORLD_RESTORE) {
        put(&expected, "{\"client_secret\":\"s0\",\"n\":7}");
    } else {
        struct world_options wanted = world_wanted(basis);
        put_options(&expected, wanted, setting_of(wanted));
    }
    put(&expected, "}");
    if (strcmp(expected.bytes, body) != 0) {
        (void)fprintf(stderr, "expected %s\nsent     %s\n", expected.bytes, body);
        peer_fail("a write is not what was read with one change");
    }
}

/* ---- Answers ---- */

/* Of the same meaning to the model: one of each group is as good as another. */
static unsigned vary_status(uint16_t status)
{
    static const uint16_t rejected[] = {400, 301, 302, 304, 307, 403, 404, 409, 413, 418, 422, 451};
    static const uint16_t failed[] = {504, 500, 502, 503, 520, 408};

    if (status == 400) {
        return rejected[choices_take(sizeof rejected / sizeof rejected[0])];
    }
    return status == 504 ? failed[choices_take(sizeof failed / sizeof failed[0])] : status;
}

static void put_interims(struct text *text)
{
    static const char *const interims[] = {"", "HTTP/1.1 100 Continue\r\n\r\n",
                                           "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n",
                                           "HTTP/1.1 102 \r\nX-Progress: 7\r\n\r\n"};

    for (unsigned count = choices_take(4); count > 0; count--) {
        put(text, "%s", interims[choices_take(4)]);
    }
}

static void put_fields(struct text *text)
{
    static const char *const fields[] = {
        "Content-Type: application/json\r\n",
        "X-RateLimit-Limit: 10\r\nX-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 1764000003\r\n",
        "Date: Mon, 24 Nov 2025 16:00:00 GMT\r\n",
        "Content-Encoding: identity\r\n",
        "sEt-cOOkie:\t__cf_bm=; HttpOnly \r\n",
        "Keep-Alive: timeout=5, max=100\r\n",
        "Retry-After: Mon, 24 Nov 2025 16:00:09 GMT\r\n",
        "X-RateLimit-Remaining: 3\r\nx-ratelimit-limit: 2\r\nX-RateLimit-Reset: 0\r\n"};

    for (unsigned count = choices_take(5); count > 0; count--) {
        put(text, "%s", fields[choices_take(8)]);
    }
}

static void put_chunks(struct text *text, const char *body)
{
    size_t length = strlen(body);

    put(text, "Transfer-Encoding: chunked\r\n\r\n");
    while (length > 0) {
        size_t size = 1u + choices_take(255);
        size = size == 1 || size > length ? length : size;
        put(text, "%0*zx%s\r\n%.*s\r\n", (int)choices_take(4), size,
            choices_take(2) > 0 ? ";ext=\"1\"" : "", (int)size, body);
        body += size;
        length -= size;
    }
    put(text, "0\r\n%s\r\n", choices_take(2) > 0 ? "X-Trailer: 1\r\n" : "");
}

static void put_body(struct text *text, const char *body, struct world_frame *frame)
{
    switch (choices_take(4)) {
    case 1:
        put_chunks(text, body);
        break;
    case 2:
        put(text, "\r\n%s", body);
        frame->ends = frame->to_end = true;
        break;
    case 3:
        put(text, "Connection: close\r\nContent-Length: %zu\r\n\r\n%s", strlen(body), body);
        frame->ends = true;
        break;
    default:
        put(text, "Content-Length: %zu\r\n\r\n%s", strlen(body), body);
        break;
    }
}

/* Bytes that are no HTTP from the first on. */
static void put_garbage(struct text *text)
{
    for (unsigned count = 1 + choices_take(64); count > 0; count--) {
        unsigned byte = choices_take(256);
        put(text, "%c", (int)(text->length == 0 && byte == 'H' ? 'h' : byte > 0 ? byte : 1));
    }
}

/* How long an answer's head is. */
static size_t put_answer(struct text *text, const struct world_response *response,
                         struct world_frame *frame)
{
    static struct text document;
    unsigned status = response->status != 0 ? vary_status(response->status) : 200;

    document.length = 0;
    if (status == 200 && strstr(response->body, "\"options\"") != NULL) {
        put_connection(&document, response->body);
    } else {
        put(&document, "%s", response->body);
    }
    put_interims(text);
    put(text, "HTTP/1.1 %u%s\r\n", status, choices_take(2) > 0 ? " x" : "");
    if (response->answer == WORLD_ASKS_FOR_PATIENCE) {
        put(text, "Retry-After: 30\r\n");
    }
    put_fields(text);
    size_t head = text->length;
    if (status == NO_BODY) {
        put(text, "Content-Length: %zu\r\n\r\n", strlen(document.bytes));
    } else {
        put_body(text, document.bytes, frame);
    }
    return head;
}

/* An answer that is not all there. A write's has no whole head: that would be one. A read's is the
 * document that was shown before, of which at least the last byte is missing. */
static void put_part(struct text *text, bool is_write, struct world_frame *frame)
{
    struct world_response response = {WORLD_ANSWERS, 200, "{}"};

    if (!is_write) {
        memcpy(response.body, peer.shown, sizeof response.body);
    }
    size_t head = put_answer(text, &response, frame);
    size_t most = is_write ? head : text->length - 1;
    text->length = most * choices_take(256) / 255;
    /* To the end of the connection it would be a whole one. */
    frame->ends = !frame->to_end && choices_take(2) > 0;
    frame->to_end = false;
}

void world_spell(const struct world_response *response, bool is_write, struct world_frame *frame)
{
    static struct text text;

    text.length = 0;
    frame->ends = frame->to_end = false;
    if (response->answer == WORLD_RESETS || response->answer == WORLD_SAYS_NOTHING) {
        put_part(&text, is_write, frame);
    } else if (response->status == 0) {
        put_garbage(&text);
    } else {
        (void)put_answer(&text, response, frame);
    }
    if (response->status == 200 && !is_write) {
        memcpy(peer.shown, response->body, sizeof peer.shown);
    }
    memcpy(frame->bytes, text.bytes, text.length);
    frame->length = text.length;
}

/* ---- Travelling ---- */

size_t world_piece(size_t length)
{
    count_call();
    return peer.piece > 0 && peer.piece < length ? peer.piece : length;
}

uint64_t world_lag_ms(void)
{
    return peer.piece != 1 ? peer.lag : 0;
}
