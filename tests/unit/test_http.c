/* The response parser: every case of http_cases.h whole, cut at each byte and damaged, and each of
 * its limits to the byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http_cases.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define BODY_SIZE 70000
#define FACTS_SIZE 256
/* Every pair of cuts of a longer text would take too long. */
#define TWO_CUTS_MAX 400

/* ---- One run of the parser, made independent of how the input was cut ---- */

struct outcome {
    enum cs_http_event last; /* CS_HTTP_DONE, _ERROR, or _MORE at the end of the input */
    enum connsync_status error;
    bool has_head;
    uint16_t status;
    size_t taken;
    size_t body_length;
    char facts[FACTS_SIZE];
    char body[BODY_SIZE];
};

static void add_number(struct cs_writer *writer, const char *name, uint64_t value)
{
    if (value != CS_HTTP_UNKNOWN) {
        cs_write_string(writer, writer->length > 0 ? " " : "");
        cs_write_string(writer, name);
        cs_write_u64(writer, value);
    }
}

static void add_flag(struct cs_writer *writer, const char *name, bool value)
{
    if (value) {
        cs_write_string(writer, writer->length > 0 ? " " : "");
        cs_write_string(writer, name);
    }
}

static void render_facts(const struct cs_http_head *head, char *out, size_t size)
{
    struct cs_writer writer;

    cs_writer_init(&writer, out, size);
    add_flag(&writer, "keep", head->keep_alive);
    add_flag(&writer, "encoded", head->encoded);
    add_number(&writer, "length=", head->content_length);
    add_number(&writer, "retry=", head->retry_after);
    add_number(&writer, "limit=", head->ratelimit_limit);
    add_number(&writer, "remaining=", head->ratelimit_remaining);
    add_number(&writer, "reset=", head->ratelimit_reset);
    add_number(&writer, "date=", head->date);
    assert_false(writer.overflowed);
}

static void begin(struct cs_http_parser *parser, struct outcome *outcome)
{
    cs_http_parser_init(parser, &cs_http_rates, NULL);
    memset(outcome, 0, offsetof(struct outcome, body));
}

static void take_event(const struct cs_http_parser *parser, struct outcome *outcome,
                       struct cs_slice body)
{
    if (outcome->last == CS_HTTP_HEAD) {
        assert_false(outcome->has_head);
        outcome->has_head = true;
        outcome->status = parser->head.status;
        render_facts(&parser->head, outcome->facts, sizeof outcome->facts);
    }
    if (outcome->last == CS_HTTP_BODY) {
        assert_true(outcome->has_head);
        assert_true(body.length > 0);
        assert_true(outcome->body_length + body.length <= BODY_SIZE);
        memcpy(outcome->body + outcome->body_length, body.data, body.length);
        outcome->body_length += body.length;
    } else {
        assert_int_equal(body.length, 0);
    }
    if (outcome->last == CS_HTTP_ERROR) {
        outcome->error = parser->error;
        assert_int_not_equal(outcome->error, CONNSYNC_OK);
    }
}

static bool is_over(const struct outcome *outcome)
{
    return outcome->last == CS_HTTP_DONE || outcome->last == CS_HTTP_ERROR;
}

/* Once over, always over: nothing more is taken. */
static void check_stays(struct cs_http_parser *parser, const struct outcome *outcome)
{
    struct cs_slice more = cs_slice_make("HTTP/1.1 ", 9);
    struct cs_slice body;

    assert_int_equal(cs_http_next(parser, &more, &body), outcome->last);
    assert_int_equal(more.length, 9);
    assert_int_equal(cs_http_end(parser), outcome->last);
    assert_int_equal(parser->error, outcome->error);
}

/* Feeds one piece, from memory of exactly its size so that an over-read shows. */
static void feed(struct cs_http_parser *parser, struct outcome *outcome, const char *text,
                 size_t length)
{
    char *copy = malloc(length > 0 ? length : 1);
    assert_non_null(copy);
    struct cs_slice input = cs_slice_make(copy, length);
    size_t events = 0;

    memcpy(copy, text, length);
    do {
        struct cs_slice body = {NULL, 0};
        outcome->last = cs_http_next(parser, &input, &body);
        take_event(parser, outcome, body);
        /* Each event takes a byte, but for the last two. */
        assert_true(++events <= length + 2);
    } while (outcome->last == CS_HTTP_HEAD || outcome->last == CS_HTTP_BODY);
    assert_true(outcome->last != CS_HTTP_MORE || input.length == 0);
    outcome->taken += length - input.length;
    free(copy);
}

static void finish(struct cs_http_parser *parser, struct outcome *outcome, bool ends)
{
    if (!is_over(outcome) && ends) {
        outcome->last = cs_http_end(parser);
        outcome->error = parser->error;
    }
    if (is_over(outcome)) {
        check_stays(parser, outcome);
    }
}

/* Runs `text` cut at `first` and `second` (first <= second <= length). */
static void run_cut(struct outcome *outcome, const struct http_case *c, size_t first, size_t second)
{
    const size_t cuts[] = {0, first, second, c->length};
    struct cs_http_parser parser;

    begin(&parser, outcome);
    for (size_t i = 0; i < 3 && !is_over(outcome); i++) {
        feed(&parser, outcome, c->text + cuts[i], cuts[i + 1] - cuts[i]);
    }
    finish(&parser, outcome, c->ends);
}

static void run_bytes(struct outcome *outcome, const struct http_case *c)
{
    struct cs_http_parser parser;

    begin(&parser, outcome);
    for (size_t i = 0; i < c->length && !is_over(outcome); i++) {
        feed(&parser, outcome, c->text + i, 1);
        if (!is_over(outcome)) {
            feed(&parser, outcome, c->text + i, 0);
        }
    }
    finish(&parser, outcome, c->ends);
}

static void assert_same(const struct outcome *a, const struct outcome *b)
{
    assert_int_equal(a->last, b->last);
    assert_int_equal(a->error, b->error);
    assert_int_equal(a->has_head, b->has_head);
    assert_int_equal(a->status, b->status);
    assert_int_equal(a->taken, b->taken);
    assert_int_equal(a->body_length, b->body_length);
    assert_string_equal(a->facts, b->facts);
    assert_memory_equal(a->body, b->body, a->body_length);
}

/* ---- The tables ---- */

static struct outcome whole;
static struct outcome cut;

static void check_every_cut(const struct http_case *c)
{
    run_bytes(&cut, c);
    assert_same(&whole, &cut);
    for (size_t first = 0; first <= c->length; first++) {
        size_t last_second = c->length <= TWO_CUTS_MAX ? c->length : first;
        for (size_t second = first; second <= last_second; second++) {
            run_cut(&cut, c, first, second);
            assert_same(&whole, &cut);
        }
    }
}

static void test_valid(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(valid_cases); i++) {
        const struct http_case *c = &valid_cases[i];
        print_message("  %s\n", c->name);
        run_cut(&whole, c, 0, c->length);
        assert_int_equal(whole.error, CONNSYNC_OK);
        assert_int_equal(whole.last, CS_HTTP_DONE);
        assert_int_equal(whole.status, c->status);
        assert_int_equal(whole.taken, c->length - c->leftover);
        assert_string_equal(whole.facts, c->facts);
        if (c->body != NULL) {
            assert_int_equal(whole.body_length, strlen(c->body));
            assert_memory_equal(whole.body, c->body, whole.body_length);
        }
        check_every_cut(c);
    }
}

static void test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refused_cases); i++) {
        const struct http_case *c = &refused_cases[i];
        print_message("  %s\n", c->name);
        run_cut(&whole, c, 0, c->length);
        assert_int_equal(whole.last, CS_HTTP_ERROR);
        assert_int_equal(whole.error, c->error);
        check_every_cut(c);
    }
}

/* No part of a response, however long, is taken for the whole. */
static void test_prefixes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(valid_cases); i++) {
        struct http_case part = valid_cases[i];
        size_t length = part.length - part.leftover;
        if (part.ends) {
            continue;
        }
        part.ends = true;
        for (part.length = 0; part.length < length; part.length++) {
            run_cut(&whole, &part, 0, part.length);
            assert_int_equal(whole.last, CS_HTTP_ERROR);
            assert_int_equal(whole.error,
                             part.length == 0 ? CONNSYNC_ERR_CLOSED : CONNSYNC_ERR_HTTP_TRUNCATED);
        }
    }
}

static void test_closed_before_first_byte(void **state)
{
    struct cs_http_parser parser;

    (void)state;
    cs_http_parser_init(&parser, NULL, NULL);
    assert_int_equal(cs_http_end(&parser), CS_HTTP_ERROR);
    assert_int_equal(parser.error, CONNSYNC_ERR_CLOSED);
}

/* Whatever a damaged response becomes, it becomes it however it is cut. */
static void test_damaged(void **state)
{
    static const char nasty[] = "\0\r\n \t\x7f\x80:;,09aG\"";
    static char text[1024];

    (void)state;
    for (size_t i = 0; i < COUNT(valid_cases); i++) {
        struct http_case damaged = valid_cases[i];
        assert_true(damaged.length <= sizeof text);
        damaged.text = text;
        for (size_t at = 0; at < damaged.length; at++) {
            for (size_t n = 0; n < sizeof nasty - 1; n++) {
                memcpy(text, valid_cases[i].text, damaged.length);
                text[at] = nasty[n];
                run_cut(&whole, &damaged, 0, damaged.length);
                run_bytes(&cut, &damaged);
                assert_same(&whole, &cut);
                run_cut(&cut, &damaged, at, at + 1);
                assert_same(&whole, &cut);
            }
        }
    }
}

/* ---- Limits ---- */

static char long_text[BODY_SIZE];

/* Runs head + filler x count + tail. */
static enum connsync_status run_filled(const char *head, const char *filler, size_t count,
                                       const char *tail)
{
    struct http_case c = {0};
    struct cs_writer writer;

    cs_writer_init(&writer, long_text, sizeof long_text);
    cs_write_string(&writer, head);
    for (size_t i = 0; i < count; i++) {
        cs_write_string(&writer, filler);
    }
    cs_write_string(&writer, tail);
    assert_false(writer.overflowed);
    c.text = long_text;
    c.length = writer.length;
    run_cut(&whole, &c, 0, c.length);
    run_bytes(&cut, &c);
    assert_same(&whole, &cut);
    assert_true(is_over(&whole));
    return whole.error;
}

static void test_head_limit(void **state)
{
    const char *start = OK200 EMPTY;
    size_t room = CS_HTTP_HEAD_MAX - strlen(start);
    const char *names = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n";

    (void)state;
    assert_int_equal(run_filled("HTTP/1.1 200 OK", "y", room, "\r\n" EMPTY), CONNSYNC_OK);
    assert_int_equal(run_filled("HTTP/1.1 200 OK", "y", room + 1, "\r\n" EMPTY),
                     CONNSYNC_ERR_HTTP_TOO_LARGE);
    assert_int_equal(run_filled(names, "a:b\r\n", room / 5, "\r\n"), CONNSYNC_OK);
    assert_int_equal(run_filled(names, "a:b\r\n", room / 5 + 1, "\r\n"),
                     CONNSYNC_ERR_HTTP_TOO_LARGE);
    assert_int_equal(run_filled(OK200, "n", CS_HTTP_HEAD_MAX, ": v\r\n\r\n"),
                     CONNSYNC_ERR_HTTP_TOO_LARGE);
}

static void test_trailer_limit(void **state)
{
    size_t room = CS_HTTP_HEAD_MAX - strlen("a:\r\n\r\n");

    (void)state;
    assert_int_equal(run_filled(CHUNKED "0\r\na:", "v", room, "\r\n\r\n"), CONNSYNC_OK);
    assert_int_equal(run_filled(CHUNKED "0\r\na:", "v", room + 1, "\r\n\r\n"),
                     CONNSYNC_ERR_HTTP_TOO_LARGE);
}

static void test_extension_limits(void **state)
{
    const char *chunk = "1;an extension of some bytes, again\r\nx\r\n";
    size_t per_chunk = strcspn(chunk, "\r") - 2;
    size_t chunks = CS_HTTP_HEAD_MAX / per_chunk;

    (void)state;
    assert_int_equal(run_filled(CHUNKED "0;", "e", CS_HTTP_CHUNK_EXTENSION_MAX, "\r\n\r\n"),
                     CONNSYNC_OK);
    assert_int_equal(run_filled(CHUNKED "0;", "e", CS_HTTP_CHUNK_EXTENSION_MAX + 1, "\r\n\r\n"),
                     CONNSYNC_ERR_HTTP_TOO_LARGE);
    assert_int_equal(run_filled(CHUNKED, chunk, chunks, "0\r\n\r\n"), CONNSYNC_OK);
    assert_int_equal(run_filled(CHUNKED, chunk, chunks + 1, "0\r\n\r\n"),
                     CONNSYNC_ERR_HTTP_TOO_LARGE);
}

static void test_interim_limit(void **state)
{
    const char *interim = "HTTP/1.1 102 Processing\r\n\r\n";

    (void)state;
    assert_int_equal(run_filled("", interim, CS_HTTP_INTERIM_MAX, OK200 EMPTY), CONNSYNC_OK);
    assert_int_equal(run_filled("", interim, CS_HTTP_INTERIM_MAX + 1, OK200 EMPTY),
                     CONNSYNC_ERR_HTTP_TOO_LARGE);
}

static void test_value_limit(void **state)
{
    const char *tail = "\r\n" EMPTY;

    (void)state;
    assert_int_equal(run_filled(OK200 "Connection:", "t", CS_HTTP_VALUE_MAX, tail), CONNSYNC_OK);
    assert_int_equal(run_filled(OK200 "Connection:", "t", CS_HTTP_VALUE_MAX + 1, tail),
                     CONNSYNC_ERR_HTTP_TOO_LARGE);
    assert_int_equal(run_filled(OK200 "Set-Cookie:", "t", 5000, tail), CONNSYNC_OK);
    assert_int_equal(run_filled(OK200 "Connection:", " ", 5000, tail), CONNSYNC_OK);
}

/* The stream may end after an interim response, but not without consequence. */
static void test_end_after_interim(void **state)
{
    struct http_case c = {.name = "interim", TEXT("HTTP/1.1 100 Continue\r\n\r\n"), .ends = true};

    (void)state;
    run_cut(&whole, &c, 0, c.length);
    assert_int_equal(whole.error, CONNSYNC_ERR_HTTP_TRUNCATED);
    assert_false(whole.has_head);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_valid),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_closed_before_first_byte),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_head_limit),
        cmocka_unit_test(test_trailer_limit),
        cmocka_unit_test(test_extension_limits),
        cmocka_unit_test(test_interim_limit),
        cmocka_unit_test(test_value_limit),
        cmocka_unit_test(test_end_after_interim),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
