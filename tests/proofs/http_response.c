/* core/http/http_response.c and http_field.c: one byte, or one piece of a body, from any state. */
#include "core/http/http_response.c"
#include "core/http/http_field.c"

#include "proof.h"

/* What cs_http_rates may do, and what stands on it. */
static int any_find(const struct cs_http_parser *parser)
{
    int found = nondet_int();
    (void)parser;
    __CPROVER_assume(found == -1 || (found >= CS_HTTP_FIELD_MORE && found < 16));
    return found;
}

static void any_take(struct cs_http_parser *parser, struct cs_slice value)
{
    __CPROVER_assert(__CPROVER_r_ok(value.data, value.length), "a value");
    parser->head.date = nondet_u64();
}

static uint64_t any_date(struct cs_slice text)
{
    __CPROVER_assert(__CPROVER_r_ok(text.data, text.length), "a value");
    return nondet_u64();
}

static const struct cs_http_more more = {any_find, any_take, any_date};

struct cs_http_parser nondet_parser(void);

/* Where it may stand, and what the numbers then are. */
static bool is_state(const struct cs_http_parser *parser)
{
    bool in_head = parser->state <= CS_HTTP_EXPECT_LAST_LF;
    bool in_chunks = parser->trailer || (!in_head && parser->state <= CS_HTTP_EXPECT_CHUNK_LF) ||
                     parser->state == CS_HTTP_EXPECT_CHUNK_DATA;
    bool in_body =
        parser->state == CS_HTTP_EXPECT_BODY || parser->state == CS_HTTP_EXPECT_CHUNK_DATA;
    bool is_counted = in_body || (in_head && parser->body == CS_HTTP_EXPECT_BODY);

    if (parser->state == CS_HTTP_FAILED || parser->state == CS_HTTP_EXPECT_NOTHING) {
        return true;
    }
    return parser->state < CS_HTTP_FAILED &&
           (!in_chunks || parser->body == CS_HTTP_EXPECT_CHUNK_SIZE) &&
           (!is_counted || parser->remaining > 0) &&
           (parser->state != CS_HTTP_EXPECT_STATUS || parser->value_length < 12) &&
           (parser->state != CS_HTTP_EXPECT_VALUE || !parser->trailer || parser->field < 0) &&
           parser->head_bytes <= CS_HTTP_HEAD_MAX && parser->extension_total <= CS_HTTP_HEAD_MAX &&
           parser->extension_bytes <= CS_HTTP_CHUNK_EXTENSION_MAX;
}

/* The states that a head leads to. */
static bool is_body(unsigned state)
{
    return state == CS_HTTP_EXPECT_BODY || state == CS_HTTP_EXPECT_CHUNK_SIZE ||
           state == CS_HTTP_EXPECT_BODY_OR_CLOSE || state == CS_HTTP_EXPECT_NOTHING;
}

static bool is_sound(const struct cs_http_parser *parser)
{
    return is_state(parser) && is_body(parser->body) &&
           parser->name_length <= sizeof parser->name &&
           parser->value_length <= CS_HTTP_VALUE_MAX && parser->field >= -1 && parser->field < 16 &&
           (parser->more != NULL || parser->field < CS_HTTP_FIELD_MORE) &&
           parser->interim <= CS_HTTP_INTERIM_MAX;
}

static struct cs_http_parser any_parser(void)
{
    struct cs_http_parser parser = nondet_parser();

    parser.more = nondet_bool() ? &more : NULL;
    __CPROVER_assume(is_sound(&parser));
    return parser;
}

int any_field(const struct cs_http_parser *parser)
{
    int found = nondet_int();
    __CPROVER_assume(found >= -1 && found < (parser->more != NULL ? 16 : CS_HTTP_FIELD_MORE));
    return parser->trailer ? -1 : found;
}

enum connsync_status any_field_status(struct cs_http_parser *parser)
{
    unsigned body = nondet_unsigned();
    __CPROVER_assume(is_body(body));
    parser->body = (uint8_t)body;
    parser->remaining = nondet_u64();
    __CPROVER_assume(body != CS_HTTP_EXPECT_BODY || parser->remaining > 0);
    return nondet_bool() ? CONNSYNC_OK : CONNSYNC_ERR_HTTP_SYNTAX;
}

enum cs_http_event any_finish(struct cs_http_parser *parser)
{
    parser->value_length = (uint8_t)any_size(parser->value_length);
    return nondet_bool() ? go(parser, CS_HTTP_EXPECT_LINE_LF)
                         : fail(parser, CONNSYNC_ERR_HTTP_SYNTAX);
}

void prove_http_next(void)
{
    struct cs_http_parser parser = any_parser();
    struct cs_slice input = any_text();
    struct cs_slice before = input;
    struct cs_slice body;
    enum cs_http_event event = cs_http_next(&parser, &input, &body);

    __CPROVER_assert(is_sound(&parser), "a state that it knows");
    __CPROVER_assert(is_part(input, before), "what is left is of the input");
    __CPROVER_assert(event != CS_HTTP_BODY || (body.length > 0 && is_part(body, before)),
                     "a piece");
    __CPROVER_assert(event != CS_HTTP_MORE || input.length == 0, "all is taken");
}

void prove_http_end(void)
{
    struct cs_http_parser parser = any_parser();
    uint8_t before = parser.state;
    enum cs_http_event event = cs_http_end(&parser);

    __CPROVER_assert(is_sound(&parser), "a state that it knows");
    __CPROVER_assert((event == CS_HTTP_DONE) == (before == CS_HTTP_EXPECT_NOTHING ||
                                                 before == CS_HTTP_EXPECT_BODY_OR_CLOSE),
                     "a body that is cut short is never whole");
}

void prove_http_init(void)
{
    struct cs_http_parser parser;

    cs_http_parser_init(&parser, nondet_bool() ? &more : NULL, NULL);
    __CPROVER_assert(is_sound(&parser) && parser.state == CS_HTTP_EXPECT_STATUS, "the first state");
}

void prove_http_field_find(void)
{
    struct cs_http_parser parser = any_parser();
    int found = cs_http_field_find(&parser);

    __CPROVER_assert(found >= -1 && found < (parser.more != NULL ? 16 : CS_HTTP_FIELD_MORE),
                     "known");
}

bool any_in_list(struct cs_slice list, const char *word, bool equal)
{
    __CPROVER_assert(__CPROVER_r_ok(list.data, list.length) && word[0] != '\0', "a list");
    return nondet_bool();
}

bool any_number(struct cs_slice text, uint64_t *value)
{
    __CPROVER_assert(__CPROVER_r_ok(text.data, text.length), "a text");
    if (nondet_bool()) {
        *value = nondet_u64();
        return true;
    }
    return false;
}

void prove_http_field_take(void)
{
    struct cs_http_parser parser = any_parser();
    uint8_t body = parser.body;

    __CPROVER_assume(parser.state == CS_HTTP_EXPECT_VALUE && parser.field >= 0);
    enum connsync_status status = cs_http_field_take(&parser);
    __CPROVER_assert(status != CONNSYNC_OK || is_sound(&parser),
                     "a state that it knows, where the field does not fail");
    __CPROVER_assert(status != CONNSYNC_OK || parser.body == body ||
                         body == CS_HTTP_EXPECT_BODY_OR_CLOSE,
                     "the length is said once");
}

void prove_http_list(void)
{
    (void)list_has(any_text(), nondet_bool() ? "close" : "keep-alive", nondet_bool());
}

void prove_http_settle(void)
{
    struct cs_http_parser parser = any_parser();

    __CPROVER_assume(parser.state == CS_HTTP_EXPECT_LAST_LF && !parser.trailer);
    enum connsync_status status = cs_http_fields_settle(&parser);

    __CPROVER_assert(is_sound(&parser), "a state that it knows");
    __CPROVER_assert(status != CONNSYNC_OK || parser.head.status >= 200 ||
                         parser.body == CS_HTTP_EXPECT_NOTHING,
                     "an interim response has no body");
    __CPROVER_assert(!parser.head.keep_alive || parser.body != CS_HTTP_EXPECT_BODY_OR_CLOSE,
                     "not both to the close and kept");
}
