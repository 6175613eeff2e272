/* JSON: what is accepted, how it is looked up, decoded and digested. */
#include "json_support.h"

/* A copy of jsmn of its own, with the core's switches: what the check passes it must take too. */
#define JSMN_PARENT_LINKS
#define JSMN_STATIC
#include <jsmn.h>

#include "json_cases.h"

static enum connsync_status check(const char *text, size_t length, struct cs_json_facts *facts)
{
    char *copy = exact_copy(text, length);
    enum connsync_status status = cs_json_check(cs_slice_make(copy, length), facts);

    free(copy);
    return status;
}

static void test_cases(void **state)
{
    struct cs_json_facts facts;

    (void)state;
    for (size_t i = 0; i < JSON_CASES; i++) {
        const struct json_case *c = &json_cases[i];
        enum connsync_status status = check(c->text, c->length, &facts);

        if (status != c->status || (c->offset >= 0 && facts.offset != (size_t)c->offset)) {
            print_error("case %zu <%s>: status %d, at %zu\n", i, c->text, (int)status,
                        facts.offset);
        }
        assert_int_equal(status, c->status);
        assert_true(c->offset < 0 || facts.offset == (size_t)c->offset);
        assert_true(facts.offset <= c->length);
    }
}

/* What jsmn makes of a text with room for so many tokens. */
static int tokenise(struct cs_slice text, size_t capacity)
{
    jsmntok_t *tokens = malloc(capacity * sizeof *tokens + 1);
    jsmn_parser parser;

    assert_non_null(tokens);
    jsmn_init(&parser);
    int count = jsmn_parse(&parser, text.data, text.length, tokens, (unsigned)capacity);
    free(tokens);
    return count;
}

/* jsmn must find in every good text as many tokens as the check counted, and be
 * refused one fewer. */
static void test_token_counts(void **state)
{
    (void)state;
    for (size_t i = 0; i < JSON_CASES; i++) {
        if (json_cases[i].status != CONNSYNC_OK) {
            continue;
        }
        struct parsed p = parse_bytes(json_cases[i].text, json_cases[i].length);
        assert_int_equal(tokenise(p.value, p.facts.tokens), p.facts.tokens);
        assert_int_equal(tokenise(p.value, p.facts.tokens - 1), JSMN_ERROR_NOMEM);
        release(&p);
    }
}

static void test_empty_text_without_address(void **state)
{
    struct cs_json_facts facts;

    (void)state;
    assert_int_equal(cs_json_check(cs_slice_make(NULL, 0), &facts), CONNSYNC_ERR_JSON_SYNTAX);
    assert_int_equal(facts.offset, 0);
    assert_int_equal(facts.tokens, 0);
}

/* A document cut short anywhere is no document, and ends too early. Numbers are left out: 12
 * cut short is 1. */
static void test_every_prefix_is_refused(void **state)
{
    struct cs_json_facts facts;

    (void)state;
    for (size_t i = 0; i < JSON_CASES; i++) {
        const struct json_case *c = &json_cases[i];
        size_t length = c->length;

        if (c->status != CONNSYNC_OK || strchr("-0123456789 \t", c->text[0]) != NULL) {
            continue;
        }
        while (length > 0 && strchr(" \t\r\n", c->text[length - 1]) != NULL) {
            length--;
        }
        while (length-- > 0) {
            assert_int_not_equal(check(c->text, length, &facts), CONNSYNC_OK);
            assert_int_equal(facts.offset, length);
        }
    }
}

/* What is wrong is so wherever the text ends behind it, and nothing before it is. */
static void test_what_is_wrong_does_not_end_too_early(void **state)
{
    struct cs_json_facts whole;
    struct cs_json_facts part;

    (void)state;
    for (size_t i = 0; i < JSON_CASES; i++) {
        const struct json_case *c = &json_cases[i];
        enum connsync_status status = check(c->text, c->length, &whole);

        if (status == CONNSYNC_OK || whole.offset == c->length) {
            continue;
        }
        for (size_t length = 0; length < c->length; length++) {
            enum connsync_status of_part = check(c->text, length, &part);

            if (of_part != CONNSYNC_OK && part.offset < length) {
                assert_int_equal(part.offset, whole.offset);
                assert_int_equal(of_part, status);
            } else {
                /* As much as a character, or an escape, may be needed to see that it is wrong. */
                assert_true(length <= whole.offset + 3);
            }
        }
    }
}

static const char sample[] =
    "{\"id\":\"con_1\",\"options\":{\"a\":[1,-2.5e+3,true,null],\"s\":\"x\\n\\u00e9 \xC3\xA9\","
    "\"e\":{},\"l\":[ ],\"deep\":[[{\"k\":\"v\"}]]} , \"strategy\":\"auth0\"}";

/* Every byte replaced by every other: no crash, and the check and jsmn agree on
 * what passes. */
static void test_every_mutation(void **state)
{
    struct cs_json_facts facts;
    char text[sizeof sample];
    size_t accepted = 0;

    (void)state;
    for (size_t at = 0; at < sizeof sample - 1; at++) {
        memcpy(text, sample, sizeof sample);
        for (int byte = 0; byte < 256; byte++) {
            struct parsed parsed;

            text[at] = (char)byte;
            if (check(text, sizeof sample - 1, &facts) != CONNSYNC_OK) {
                continue;
            }
            parsed = parse_bytes(text, sizeof sample - 1);
            (void)cs_json_digest(parsed.value, &test_key);
            assert_int_equal(tokenise(parsed.value, facts.tokens), facts.tokens);
            release(&parsed);
            accepted++;
        }
    }
    assert_true(accepted > sizeof sample);
}

/* `levels` containers in each other, by turns arrays and objects if `mixed`. */
static size_t nest(char *text, int levels, bool mixed)
{
    size_t length = 0;

    for (int i = 0; i < levels; i++) {
        bool object = mixed && i % 2 == 1;
        size_t part = object ? 5 : 1;
        memcpy(text + length, object ? "{\"k\":" : "[", part);
        length += part;
    }
    text[length++] = '0';
    for (int i = levels - 1; i >= 0; i--) {
        text[length++] = mixed && i % 2 == 1 ? '}' : ']';
    }
    return length;
}

static void test_depth(void **state)
{
    char text[1024];
    struct cs_json_facts facts;
    uint64_t digests[2];

    (void)state;
    for (int mixed = 0; mixed < 2; mixed++) {
        size_t length = nest(text, CS_JSON_DEPTH_MAX, mixed);
        struct parsed parsed = parse_bytes(text, length);

        digests[mixed] = cs_json_digest(parsed.value, &test_key);
        assert_int_equal(parsed.facts.depth, CS_JSON_DEPTH_MAX);
        release(&parsed);
        length = nest(text, CS_JSON_DEPTH_MAX + 1, mixed);
        assert_int_equal(check(text, length, &facts), CONNSYNC_ERR_JSON_DEPTH);
        assert_int_equal(facts.offset, mixed ? 3 * CS_JSON_DEPTH_MAX : CS_JSON_DEPTH_MAX);
    }
    assert_true(digests[0] != digests[1]);
}

/* The limit must stop a hostile text at once, not after all of it was read. */
static void test_brackets_without_end(void **state)
{
    size_t length = 1 << 20;
    char *text = malloc(length);
    struct cs_json_facts facts;

    (void)state;
    assert_non_null(text);
    memset(text, '[', length);
    assert_int_equal(cs_json_check(cs_slice_make(text, length), &facts), CONNSYNC_ERR_JSON_DEPTH);
    assert_int_equal(facts.offset, CS_JSON_DEPTH_MAX);
    free(text);
}

/* The element of an array, or the value of the member of an object, at this place. */
static struct cs_slice item_at(struct cs_slice container, size_t place)
{
    struct cs_json_walk walk;
    struct cs_json_item item;

    cs_json_walk_begin(&walk, container);
    do {
        assert_true(cs_json_walk_next(&walk, &item));
    } while (place-- > 0);
    return item.value;
}

static void test_types_and_raw_text(void **state)
{
    struct parsed p = parse("[ {\"a\":1} , [2,3] , \"q\\\"\" , null , false , -1.50 ]");

    (void)state;
    assert_int_equal(cs_json_size_of(p.value), 6);
    assert_true(cs_value_is_array(p.value));
    assert_true(cs_value_is_object(item_at(p.value, 0)));
    assert_int_equal(cs_json_size_of(item_at(p.value, 0)), 1);
    assert_int_equal(cs_json_size_of(item_at(p.value, 2)), 0);
    assert_true(cs_slice_is(item_at(p.value, 0), "{\"a\":1}"));
    assert_true(cs_slice_is(item_at(p.value, 1), "[2,3]"));
    assert_true(cs_slice_is(item_at(p.value, 2), "\"q\\\"\""));
    assert_true(cs_slice_is(cs_value_string_body(item_at(p.value, 2)), "q\\\""));
    assert_true(cs_value_is_string(item_at(p.value, 2)));
    assert_true(cs_value_is_null(item_at(p.value, 3)));
    assert_false(cs_value_is_null(item_at(p.value, 4)));
    assert_false(cs_value_is_null(item_at(p.value, 2)));
    assert_true(cs_slice_is(item_at(p.value, 5), "-1.50"));
    assert_int_equal(cs_value_string_body(item_at(p.value, 5)).length, 0);
    release(&p);
}

static void test_no_value(void **state)
{
    struct parsed p = parse("{}");
    struct cs_slice none = cs_json_member(p.value, "a");
    char out[4];

    (void)state;
    assert_false(cs_value_is_object(none));
    assert_false(cs_value_is_null(none));
    assert_int_equal(cs_json_size_of(none), 0);
    assert_null(cs_json_member(none, "a").data);
    assert_false(cs_value_string_is(none, ""));
    assert_false(cs_value_decode(none, out, sizeof out));
    assert_int_equal(none.length, 0);
    assert_null(none.data);
    release(&p);
}

static void test_walks(void **state)
{
    struct parsed p = parse("{\"a\":{\"x\":[1,[2]]},\"b\":[{},[],3],\"c\":0}");
    struct cs_json_walk walk;
    struct cs_json_walk inner;
    struct cs_json_item item;

    (void)state;
    cs_json_walk_begin(&walk, p.value);
    assert_true(cs_json_walk_next(&walk, &item));
    assert_true(cs_value_string_is(item.name, "a"));
    assert_true(cs_slice_is(item.value, "{\"x\":[1,[2]]}"));
    assert_true(cs_json_walk_next(&walk, &item));
    assert_true(cs_value_string_is(item.name, "b"));
    cs_json_walk_begin(&inner, item.value);
    assert_true(cs_json_walk_next(&inner, &item));
    assert_true(cs_value_is_object(item.value));
    assert_true(cs_json_walk_next(&inner, &item));
    assert_true(cs_value_is_array(item.value));
    assert_true(cs_json_walk_next(&inner, &item));
    assert_true(cs_slice_is(item.value, "3"));
    assert_false(cs_json_walk_next(&inner, &item));
    assert_true(cs_json_walk_next(&walk, &item));
    assert_true(cs_value_string_is(item.name, "c"));
    assert_false(cs_json_walk_next(&walk, &item));
    release(&p);
}

static void test_find(void **state)
{
    struct parsed p = parse("{\"n\":{\"a\":9,\"d\":9},\"a\":1,\"d\":2,\"\\u0064\":3,\"d\\u0000\":4,"
                            "\"x\":\"a\",\"\":5}");
    struct cs_json_sought d = {"d", CS_JSON_ROOT, 0, {NULL, 0}};

    (void)state;
    assert_true(cs_slice_is(cs_json_member(p.value, "a"), "1"));
    cs_json_find_members(p.value, &d, 1);
    assert_int_equal(d.count, 2);
    assert_true(cs_slice_is(d.value, "2"));
    assert_null(cs_json_member(p.value, "d").data);
    assert_true(cs_slice_is(cs_json_member(p.value, ""), "5"));
    assert_null(cs_json_member(p.value, "A").data);
    assert_null(cs_json_member(cs_json_member(p.value, "x"), "n").data);
    release(&p);
}

struct text_pair {
    const char *json;
    const char *other;
};

static const struct text_pair decoded[] = {
    {"\"\"", ""},
    {"\"abc\"", "abc"},
    {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t"},
    {"\"\\u0041\\u007f\"", "A\x7F"},
    {"\"\\u0080\\u07ff\"", "\xC2\x80\xDF\xBF"},
    {"\"\\u0800\\uFFFF\"", "\xE0\xA0\x80\xEF\xBF\xBF"},
    {"\"\\ud800\\udc00\"", "\xF0\x90\x80\x80"},
    {"\"\\uDBFF\\uDFFF\"", "\xF4\x8F\xBF\xBF"},
    {"\"\\ud83d\\ude00!\"", "\xF0\x9F\x98\x80!"},
    {"\"\\ud83d\"", "\xED\xA0\xBD"},
    {"\"\\ude00x\"", "\xED\xB8\x80x"},
    {"\"\\ude00\\ud83d\"", "\xED\xB8\x80\xED\xA0\xBD"},
    {"\"\\ud83d\\ud83d\\ude00\"", "\xED\xA0\xBD\xF0\x9F\x98\x80"},
    {"\"\\ud83d\\n\\u0041\"", "\xED\xA0\xBD\nA"},
    {"\"\\ud83d\\\\ude00\"", "\xED\xA0\xBD\\ude00"},
    {"\"\\u0041\\ude00\"", "A\xED\xB8\x80"},
    {"\"\\ud83d\\nDC00\"", "\xED\xA0\xBD\nDC00"},
    {"\"\\ud83d______\"", "\xED\xA0\xBD______"},
    {"\"\xC3\xA9\\u00e9\"", "\xC3\xA9\xC3\xA9"},
};

/* A string of these characters, in the shortest spelling. */
static uint64_t digest_of_characters(const char *characters)
{
    char spelled[256] = "\"";
    char *end = spelled + 1;

    for (; *characters != '\0'; characters++) {
        unsigned char byte = (unsigned char)*characters;
        bool plain = byte >= ' ' && byte != '"' && byte != '\\';
        end += sprintf(end, plain ? "%c" : "\\u%04x", byte);
    }
    strcpy(end, "\"");
    return cs_json_digest(cs_slice_of(spelled), &test_key);
}

static void test_decode(void **state)
{
    char out[64];

    (void)state;
    for (size_t i = 0; i < sizeof decoded / sizeof decoded[0]; i++) {
        struct parsed p = parse(decoded[i].json);
        size_t length = strlen(decoded[i].other);

        assert_true(cs_value_decode(p.value, out, length + 1));
        assert_string_equal(out, decoded[i].other);
        assert_true(cs_value_string_is(p.value, decoded[i].other));
        assert_true(cs_json_digest(p.value, &test_key) == digest_of_characters(decoded[i].other));
        if (length > 0) {
            assert_false(cs_value_decode(p.value, out, length));
            assert_string_equal(out, "");
        }
        release(&p);
    }
}

static void test_decode_refuses(void **state)
{
    struct parsed p = parse("[\"a\\u0000b\",1,\"ab\"]");
    char out[8] = "before";

    (void)state;
    assert_false(cs_value_decode(item_at(p.value, 0), out, sizeof out));
    assert_string_equal(out, "");
    assert_false(cs_value_decode(item_at(p.value, 1), out, sizeof out));
    assert_false(cs_value_string_is(item_at(p.value, 0), "a"));
    assert_false(cs_value_string_is(item_at(p.value, 2), "a"));
    assert_false(cs_value_string_is(item_at(p.value, 2), "abc"));
    assert_false(cs_value_string_is(item_at(p.value, 1), "1"));
    release(&p);
}

static void test_to_u64(void **state)
{
    struct parsed p = parse("[0,86400,18446744073709551615,18446744073709551616,"
                            "-1,1.0,1e3,\"5\",true]");
    uint64_t value = 1;

    (void)state;
    assert_true(cs_slice_to_u64(item_at(p.value, 0), &value));
    assert_true(value == 0);
    assert_true(cs_slice_to_u64(item_at(p.value, 1), &value));
    assert_true(value == 86400);
    assert_true(cs_slice_to_u64(item_at(p.value, 2), &value));
    assert_true(value == UINT64_MAX);
    for (size_t i = 3; i <= 8; i++) {
        assert_false(cs_slice_to_u64(item_at(p.value, i), &value));
    }
    release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_token_counts),
        cmocka_unit_test(test_empty_text_without_address),
        cmocka_unit_test(test_every_prefix_is_refused),
        cmocka_unit_test(test_what_is_wrong_does_not_end_too_early),
        cmocka_unit_test(test_every_mutation),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_brackets_without_end),
        cmocka_unit_test(test_types_and_raw_text),
        cmocka_unit_test(test_no_value),
        cmocka_unit_test(test_walks),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_decode),
        cmocka_unit_test(test_decode_refuses),
        cmocka_unit_test(test_to_u64),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
