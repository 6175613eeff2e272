/*
 * What is told of answers that are no success: whose a page is, and reasons of messages as they
 * were recorded; and that no value that a message quotes makes any difference to what is told.
 */
#include "config/answer.h"

#include "config/answer_reason.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ROUNDS 20000
#define VALUE_MAX 40
#define BODY_SIZE 4096
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static uint32_t seed = 1;

static uint32_t draw(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)seed * below) >> 32);
}

static const char *reason_of(const char *body, size_t length, const char *document)
{
    static char reason[CS_ANSWER_REASON_SIZE];
    struct cs_writer writer;

    cs_writer_init(&writer, reason, sizeof reason);
    cs_answer_write_reason(&writer, cs_slice_make(body, length), cs_slice_of(document));
    assert_int_equal(strlen(reason), writer.length);
    return reason;
}

/* ---- Messages as they were recorded ---- */

#define INVALID(message)                                                                           \
    "{\"statusCode\":400,\"error\":\"Bad Request\",\"message\":\"" message                         \
    "\",\"errorCode\":\"invalid_body\"}"

static const struct {
    const char *body;
    const char *document;
    const char *reason;
} recorded[] = {
    {INVALID("Payload validation error: 'Additional properties not allowed: strategy,name'."), "",
     "payload validation error additional properties not allowed strategy name"},
    {INVALID("Payload validation error: 'Too many properties defined (11), maximum 10' on property "
             "metadata."),
     "",
     "payload validation error too many properties defined ... maximum ... on property metadata"},
    {INVALID("Payload validation error: 'No enum match for: s3cret' on property "
             "options.set_user_root_attributes."),
     "",
     "payload validation error no enum match for ... on property options set_user_root_attributes"},
    {INVALID("options.set_user_root_attributes can be set only for enterprise connections, social "
             "connections or custom database connections (using external users store)"),
     "",
     "options set_user_root_attributes ... be set only for enterprise connections social "
     "connections or custom database connections using external users store"},
    {INVALID("Cannot set both options.attributes and options.validation"), "",
     "cannot set both options attributes and options validation"},
    {INVALID("cannot patch unique property on email attribute"), "",
     "cannot patch unique property on email attribute"},
    {INVALID("options.domain is required"), "", "options domain is required"},
    {INVALID("icon_url \\\"https://x.test/s3cret\\\" must be a non.empty uri"),
     "{\"icon_url\":\"https://x.test/s3cret\"}", "icon_url ... must be ... non empty uri"},
    {INVALID("brute force: gateway-auth s3cret s3cret"),
     "{\"a\":[{\"s3cret\\u0020\":1,\"gateway-auth\":\"s3cret\"}]}", "... gateway-auth ..."},
    /* A part of a word is no name. */
    {INVALID("attribute_map_x attribute_map"), "{\"attribute\":1,\"attribute_map\":2}",
     "... attribute_map"},
    {"{\"error\":\"access_denied\",\"error_description\":\"Client is not authorized to access "
     "\\\"https://t.test/api/v2/\\\".\"}",
     "", "client is not authorized to access ..."},
    /* Cut short, as the answer to a write is. */
    {"{\"statusCode\":400,\"message\":\"Payload validation error: s3cr", "",
     "payload validation error ..."},
    {"{\"message\":\"must\\", "", "must"},
    {"{\"message\":\"must\\u00", "", "must"},
    {INVALID("s3cret"), "", ""},
    {INVALID(""), "", ""},
    {"{\"message\":7}", "", ""},
    {"", "", ""},
};

static void test_recorded(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(recorded); i++) {
        assert_string_equal(
            reason_of(recorded[i].body, strlen(recorded[i].body), recorded[i].document),
            recorded[i].reason);
    }
}

static void test_long(void **state)
{
    char body[BODY_SIZE] = "{\"message\":\"";
    size_t length = strlen(body);

    (void)state;
    while (length + sizeof "required " < sizeof body) {
        length += (size_t)sprintf(body + length, "required ");
    }
    const char *reason = reason_of(body, length, "");
    assert_true(strlen(reason) > CS_ANSWER_REASON_SIZE - 20);
    assert_string_equal(reason + strlen(reason) - 12, "required ...");
}

/* ---- No value comes through ---- */

/* Of these no word of a message can be made, but all that a value may have between words. */
static size_t draw_value(char *out)
{
    static const char letters[] = "qxzQXZ987_-.,:;'/+= \t\n\"\\{}[]()$%&*!?@#~^|<>\x01\x7f\xc3\xa9";
    size_t length = draw(VALUE_MAX);

    for (size_t i = 0; i < length; i++) {
        out[i] = letters[draw(sizeof letters - 1)];
    }
    out[length] = '\0';
    return length;
}

/* As the service would quote it in JSON. */
static void add_quoted(struct cs_writer *body, const char *value)
{
    char text[8];

    for (; *value != '\0'; value++) {
        if (*value == '"' || *value == '\\') {
            (void)snprintf(text, sizeof text, "\\%c", *value);
        } else if ((unsigned char)*value < ' ') {
            (void)snprintf(text, sizeof text, "\\u%04x", (unsigned char)*value);
        } else {
            (void)snprintf(text, sizeof text, "%c", *value);
        }
        cs_write_string(body, text);
    }
}

static const char *reason_with(const char *const *texts, size_t count, const char *value,
                               const char *document)
{
    static char body[BODY_SIZE];
    struct cs_writer writer;

    cs_writer_init(&writer, body, sizeof body);
    cs_write_string(&writer, "{\"statusCode\":400,\"message\":\"");
    for (size_t i = 0; i < count; i++) {
        cs_write_string(&writer, texts[i]);
        add_quoted(&writer, value);
    }
    cs_write_string(&writer, "\",\"errorCode\":\"invalid_body\"}");
    assert_false(writer.overflowed);
    return reason_of(body, writer.length, document);
}

/* Without what stands for anything. */
static void drop_gaps(char *out, const char *reason)
{
    *out = '\0';
    while (*reason != '\0') {
        size_t length = strcspn(reason, " ");
        if (!(length == 3 && memcmp(reason, "...", 3) == 0)) {
            (void)strncat(out, reason, length);
            (void)strcat(out, " ");
        }
        reason += length + (reason[length] == ' ');
    }
}

/* Two messages that differ in the values that they quote are told alike: so nothing of a value is
 * told. */
static void test_values_make_no_difference(void **state)
{
    static const char *const texts[] = {"Payload validation error: '",
                                        "' on property 'icon_url': '",
                                        "' must be one of: ",
                                        " \\\"scope\\\" ",
                                        "",
                                        "\\n",
                                        " is required ",
                                        " options.gateway_auth "};
    static const char document[] = "{\"icon_url\":\"xQ\",\"gateway_auth\":{\"scope\":[\"qx\"]}}";
    char one[CS_ANSWER_REASON_SIZE * 2];
    char other[CS_ANSWER_REASON_SIZE * 2];
    char value[VALUE_MAX + 1];
    size_t told = 0;

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        const char *message[4];
        size_t count = 1 + draw(COUNT(message));
        for (size_t i = 0; i < count; i++) {
            message[i] = texts[draw(COUNT(texts))];
        }
        /* Behind a blank, so that its last byte and a word are two. */
        (void)draw_value(value);
        (void)strcpy(value + strlen(value) - (strlen(value) == VALUE_MAX), " ");
        drop_gaps(one, reason_with(message, count, value, document));
        drop_gaps(other, reason_with(message, count, " ", document));
        assert_string_equal(one, other);
        told += one[0] != '\0';
    }
    assert_true(told > ROUNDS / 2);
}

/* Whatever a body is, its reason is visible ASCII and has an end; and whatever is cut off, nothing is
 * read behind it (the sanitizers see that). */
static void test_any_bytes(void **state)
{
    static const char start[] = "{\"message\":\"must ";
    char body[256];

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        size_t length = draw(sizeof body);
        for (size_t i = 0; i < length; i++) {
            body[i] = (char)(draw(4) == 0 ? "\"\\:{}u "[draw(7)] : (char)draw(256));
        }
        if (draw(2) == 0 && length >= sizeof start) {
            memcpy(body, start, sizeof start - 1);
        }
        for (const char *at = reason_of(body, length, "{\"a b\":1}"); *at != '\0'; at++) {
            assert_true(*at >= ' ' && *at <= '~');
        }
    }
}

static void test_codes(void **state)
{
    static const char *const known[] = {"invalid_body",
                                        "inexistent_connection",
                                        "Bearer",
                                        "operation_not_supported",
                                        "too_many_requests",
                                        "insufficient_scope",
                                        "connection_conflict",
                                        "access_denied",
                                        "invalid_request",
                                        "unauthorized_client"};
    static const char *const others[] = {"",         "s3cret", "invalid_s3cret", "_",
                                         "invalid_", "a",      "Bad Request"};

    (void)state;
    for (size_t i = 0; i < COUNT(known); i++) {
        assert_true(cs_answer_knows_code(known[i]));
    }
    for (size_t i = 0; i < COUNT(others); i++) {
        assert_false(cs_answer_knows_code(others[i]));
    }
}

/* ---- Pages ---- */

static enum connsync_status judged(unsigned http_status, const char *body,
                                   enum connsync_status status)
{
    struct cs_answer answer;

    cs_answer_begin(&answer);
    return cs_answer_take_body(&answer, status, http_status, cs_slice_of(body), cs_slice_of(""));
}

static void test_pages(void **state)
{
    (void)state;
    assert_int_equal(judged(403, "<html>", CONNSYNC_ERR_FORBIDDEN), CONNSYNC_ERR_WEB_PAGE);
    assert_int_equal(judged(200, "\xef\xbb\xbf\n<", CONNSYNC_REFUSED_NOT_JSON),
                     CONNSYNC_ERR_WEB_PAGE);
    assert_int_equal(judged(403, "no", CONNSYNC_ERR_FORBIDDEN), CONNSYNC_ERR_WEB_PAGE);
    assert_int_equal(judged(401, "no", CONNSYNC_ERR_UNAUTHORIZED), CONNSYNC_ERR_UNAUTHORIZED);
    assert_int_equal(judged(200, "no", CONNSYNC_REFUSED_NOT_JSON), CONNSYNC_REFUSED_NOT_JSON);
    assert_int_equal(judged(403, "", CONNSYNC_ERR_FORBIDDEN), CONNSYNC_ERR_FORBIDDEN);
    assert_int_equal(judged(403, " {", CONNSYNC_ERR_FORBIDDEN), CONNSYNC_ERR_FORBIDDEN);
    assert_int_equal(judged(502, "<html>", CONNSYNC_ERR_SERVER), CONNSYNC_ERR_SERVER);
    assert_int_equal(judged(400, "<h1>The SSL certificate error", CONNSYNC_ERR_REJECTED),
                     CONNSYNC_ERR_CLIENT_CERTIFICATE);
    assert_int_equal(judged(400, "<h1>Bad Request", CONNSYNC_ERR_REJECTED), CONNSYNC_ERR_WEB_PAGE);
    assert_int_equal(judged(400, "{\"message\":\"SSL certificate\"}", CONNSYNC_ERR_REJECTED),
                     CONNSYNC_ERR_REJECTED);
    assert_int_equal(judged(429, "<html>", CONNSYNC_ERR_RATE_LIMITED), CONNSYNC_ERR_RATE_LIMITED);
}

/* What is told of an answer with this body, from a server of this name. */
static const char *told_of(unsigned http_status, const char *body, const char *server,
                           enum connsync_status status)
{
    static char line[512];
    struct cs_answer answer;
    struct cs_writer writer;

    cs_answer_begin(&answer);
    cs_answer_take_field(&answer, 3, cs_slice_of(server));
    status = cs_answer_take_body(&answer, status, http_status, cs_slice_of(body), cs_slice_of(""));
    cs_writer_init(&writer, line, sizeof line);
    cs_answer_write(&writer, &answer, status);
    return line;
}

/* The edge's id of a request is told before any other, and one that is no word is not told. */
static void test_ids(void **state)
{
    static const struct {
        unsigned place;
        const char *value;
        const char *id;
        const char *field;
    } fields[] = {
        {2, "", "", NULL},
        {2, "a b", "", NULL},
        {2, "r.1", "r.1", "x-request-id"},
        {1, "2", "r.1", "x-request-id"},
        {0, "ray-390", "ray-390", "cf-ray"},
        {1, "4", "ray-390", "cf-ray"},
        {0, "ray-5", "ray-5", "cf-ray"},
        {0, "<6>", "ray-5", "cf-ray"},
    };
    struct cs_answer answer;

    (void)state;
    cs_answer_begin(&answer);
    for (size_t i = 0; i < COUNT(fields); i++) {
        cs_answer_take_field(&answer, fields[i].place, cs_slice_of(fields[i].value));
        assert_string_equal(answer.id, fields[i].id);
        if (fields[i].field != NULL) {
            assert_string_equal(answer.id_field, fields[i].field);
        }
    }
}

/* The API has JSON for each error: whoever has nothing to say is not it. */
static void test_nothing(void **state)
{
    static const char *const servers[][2] = {{"Caddy", " (caddy)"},
                                             {"lighttpd/1.4.69", " (lighttpd)"},
                                             {"h2o/2.2.5", " (h2o)"},
                                             {"", ""}};
    char wanted[128];

    (void)state;
    for (size_t i = 0; i < COUNT(servers); i++) {
        (void)snprintf(wanted, sizeof wanted, "; the answer is empty, and the API's are not%s",
                       servers[i][1]);
        assert_string_equal(told_of(403, "", servers[i][0], CONNSYNC_ERR_FORBIDDEN), wanted);
        assert_string_equal(told_of(502, "\r\n", servers[i][0], CONNSYNC_ERR_SERVER), wanted);
    }
    assert_string_equal(told_of(403, "{}", "Caddy", CONNSYNC_ERR_FORBIDDEN), "");
    assert_string_equal(told_of(200, "", "Caddy", CONNSYNC_ERR_HTTP_TRUNCATED), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recorded),
        cmocka_unit_test(test_long),
        cmocka_unit_test(test_values_make_no_difference),
        cmocka_unit_test(test_any_bytes),
        cmocka_unit_test(test_codes),
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
