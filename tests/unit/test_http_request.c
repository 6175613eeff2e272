/* The request head, and dates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/base/version.h"
#include "core/http/http.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* ---- Dates ---- */

static uint64_t date(const char *text)
{
    return cs_http_parse_date(cs_slice_of(text));
}

static void test_dates(void **state)
{
    (void)state;
    assert_int_equal(date("Sun, 06 Nov 1994 08:49:37 GMT"), 784111777);
    assert_int_equal(date("Thu, 01 Jan 1970 00:00:00 GMT"), 0);
    assert_int_equal(date("Thu, 29 Feb 2024 23:59:59 GMT"), 1709251199);
    assert_int_equal(date("Sat, 31 Dec 2016 23:59:60 GMT"), 1483228800);
    assert_int_equal(date("Fri, 31 Dec 9999 23:59:59 GMT"), 253402300799);
}

static void test_no_dates(void **state)
{
    static const char *const texts[] = {"",
                                        "Sun, 06 Nov 1994 08:49:37 GM",
                                        "Sun, 06 Nov 1994 08:49:37 GMT ",
                                        "Sun, 06 Nov 1994 08:49:37 UTC",
                                        "sun, 06 Nov 1994 08:49:37 GMT",
                                        "Sun, 06 NOV 1994 08:49:37 GMT",
                                        "Sun, 06 unN 1994 08:49:37 GMT",
                                        "Mon, 06 Nov 1994 08:49:37 GMT",
                                        "Sun,  6 Nov 1994 08:49:37 GMT",
                                        "Sun, 06-Nov-1994 08:49:37 GMT",
                                        "Sunday, 06-Nov-94 08:49:37 GMT",
                                        "Sun Nov  6 08:49:37 1994",
                                        "Sun, 06 Nov 1994 24:00:00 GMT",
                                        "Sun, 06 Nov 1994 08:60:37 GMT",
                                        "Sun, 06 Nov 1994 08:49:61 GMT",
                                        "Wed, 29 Feb 2023 00:00:00 GMT",
                                        "Thu, 31 Nov 1994 08:49:37 GMT",
                                        "Wed, 00 Nov 1994 08:49:37 GMT",
                                        "Wed, 31 Dec 1969 23:59:59 GMT"};

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        assert_true(date(texts[i]) == CS_HTTP_UNKNOWN);
    }
}

/* Before 1970, with whatever day of the week. */
static void test_early_dates(void **state)
{
    static const char days[] = "MonTueWedThuFriSatSun";
    char text[] = "Mon, 30 Dec 1969 00:00:00 GMT";

    (void)state;
    for (size_t i = 0; days[i] != '\0'; i += 3) {
        memcpy(text, days + i, 3);
        assert_true(date(text) == CS_HTTP_UNKNOWN);
    }
}

static void test_date_with_more(void **state)
{
    static const char text[] = "Sun, 06 Nov 1994 08:49:37 GMT";

    (void)state;
    assert_true(cs_http_parse_date(cs_slice_make(text, sizeof text)) == CS_HTTP_UNKNOWN);
}

/* ---- Requests ---- */

static struct cs_http_request sound_request(void)
{
    struct cs_http_request request = {"PATCH",
                                      "tenant.example",
                                      cs_slice_of("/api/v2/connections/con_1?a=b"),
                                      cs_slice_of("t0k.en"),
                                      "application/json",
                                      1234,
                                      "run-7"};

    return request;
}

static enum connsync_status write_request(const struct cs_http_request *request, char *out,
                                          size_t size)
{
    struct cs_writer writer;

    cs_writer_init(&writer, out, size);
    return cs_http_write_request(&writer, request);
}

static void test_request(void **state)
{
    struct cs_http_request request = sound_request();
    char text[512];

    (void)state;
    assert_int_equal(write_request(&request, text, sizeof text), CONNSYNC_OK);
    assert_string_equal(text, "PATCH /api/v2/connections/con_1?a=b HTTP/1.1\r\n"
                              "Host: tenant.example\r\n"
                              "User-Agent: connsync/" CONNSYNC_VERSION "\r\n"
                              "Accept: application/json\r\n"
                              "Accept-Encoding: identity\r\n"
                              "Authorization: Bearer t0k.en\r\n"
                              "Content-Type: application/json\r\n"
                              "Content-Length: 1234\r\n"
                              "X-Correlation-ID: run-7\r\n"
                              "\r\n");
}

static void test_least_request(void **state)
{
    struct cs_http_request request = {"GET", "h:8443", cs_slice_of("/"), {NULL, 0}, NULL, 9, NULL};
    char text[512];

    (void)state;
    assert_int_equal(write_request(&request, text, sizeof text), CONNSYNC_OK);
    assert_string_equal(text, "GET / HTTP/1.1\r\n"
                              "Host: h:8443\r\n"
                              "User-Agent: connsync/" CONNSYNC_VERSION "\r\n"
                              "Accept: application/json\r\n"
                              "Accept-Encoding: identity\r\n"
                              "\r\n");
}

static void test_request_that_does_not_fit(void **state)
{
    struct cs_http_request request = sound_request();
    char text[512];

    (void)state;
    assert_int_equal(write_request(&request, text, sizeof text), CONNSYNC_OK);
    for (size_t size = strlen(text); size > 0; size--) {
        assert_int_equal(write_request(&request, text, size), CONNSYNC_ERR_HTTP_REQUEST);
    }
}

static void assert_request_refused(const struct cs_http_request *request)
{
    char text[512];

    assert_int_equal(write_request(request, text, sizeof text), CONNSYNC_ERR_HTTP_REQUEST);
    assert_string_equal(text, "");
}

/* A byte that would end a field, in each field in turn. */
static void test_request_injection(void **state)
{
    static const char *const bad[] = {"/a\rb", "/a\nb", "/a\r\nX: y", "/a\x01", "/a\x7f", "/a\x80"};

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct cs_http_request request[6];
        for (size_t n = 0; n < COUNT(request); n++) {
            request[n] = sound_request();
        }
        request[0].method = bad[i];
        request[1].host = bad[i];
        request[2].target = cs_slice_of(bad[i]);
        request[3].bearer = cs_slice_of(bad[i]);
        request[4].content_type = bad[i];
        request[5].correlation_id = bad[i];
        for (size_t n = 0; n < COUNT(request); n++) {
            assert_request_refused(&request[n]);
        }
    }
}

static void test_request_not_visible(void **state)
{
    struct cs_http_request request = sound_request();

    (void)state;
    request.target = cs_slice_make("/a\0b", 4);
    assert_request_refused(&request);
    request.target = cs_slice_of("/a b");
    assert_request_refused(&request);
    request.target = cs_slice_of("a");
    assert_request_refused(&request);
    request.target = cs_slice_of("");
    assert_request_refused(&request);
    request = sound_request();
    request.bearer = cs_slice_make("a\0b", 3);
    assert_request_refused(&request);
    request.bearer = cs_slice_of("a b");
    assert_request_refused(&request);
    request.bearer = cs_slice_of(" b");
    assert_request_refused(&request);
    request = sound_request();
    request.host = "";
    assert_request_refused(&request);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_no_dates),
        cmocka_unit_test(test_early_dates),
        cmocka_unit_test(test_date_with_more),
        cmocka_unit_test(test_request),
        cmocka_unit_test(test_least_request),
        cmocka_unit_test(test_request_that_does_not_fit),
        cmocka_unit_test(test_request_injection),
        cmocka_unit_test(test_request_not_visible),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
