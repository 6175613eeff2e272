/*
 * The sentences about a job, whole: how it ended, with each detail that a result can have; why a TLS
 * session failed; and which certificate was refused.
 */
#include "config/certificate_text.h"
#include "config/exit_code.h"
#include "config/sentence.h"
#include "config/tls_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define NEEDED                                                                                     \
    "nothing in common; needed: TLS 1.2 or 1.3, ECDHE with AES-GCM or ChaCha20-Poly1305 on "       \
    "X25519, P-256 or P-384, and an RSA, P-256 or P-384 key)"
#define KEY_OF(kind)                                                                               \
    " (its certificate list has a key of the kind " kind                                           \
    "; needed: RSA of up to 4096 bits, P-256 or P-384)"

static char text[CS_SENTENCE_SIZE];
static struct cs_writer line;

static struct cs_writer *begin(void)
{
    memset(text, 'x', sizeof text);
    cs_writer_init(&line, text, sizeof text);
    return &line;
}

/* ---- TLS ---- */

static const struct {
    enum connsync_status status;
    unsigned reason;
    uint16_t code;
    const char *text;
} sessions[] = {
    {CONNSYNC_ERR_TLS, CONNSYNC_TLS_UNTOLD, 0x7280, " (the library's error -0x7280)"},
    {CONNSYNC_ERR_TLS, CONNSYNC_TLS_UNTOLD, 0x00af, " (the library's error -0x00af)"},
    {CONNSYNC_ERR_TLS_POST_HANDSHAKE, CONNSYNC_TLS_UNTOLD, 0, " (the library's error -0x0000)"},
    {CONNSYNC_ERR_TLS_POST_HANDSHAKE, CONNSYNC_TLS_NOT_TLS, 0,
     " (what it sends is not TLS; check the port)"},
    {CONNSYNC_ERR_RESET, CONNSYNC_TLS_UNTOLD, 0x7280, ""},
    {CONNSYNC_ERR_CERT_UNTRUSTED, CONNSYNC_TLS_UNTOLD, 0x7280, ""},
    {CONNSYNC_ERR_HTTP_SYNTAX, 40, 0, ""},
    {CONNSYNC_ERR_CLOSED, 40, 0, " (in the TLS handshake, and without an alert)"},
    {CONNSYNC_OK, 40, 0, ""},
    {CONNSYNC_ERR_TLS, 40, 0, " (the server's alert 40, handshake_failure: " NEEDED},
    {CONNSYNC_ERR_TLS, 10, 0, " (the server's alert 10, unexpected_message: often " NEEDED},
    {CONNSYNC_ERR_RESET, 40, 0, " (the server's alert 40, handshake_failure)"},
    {CONNSYNC_ERR_TLS_POST_HANDSHAKE, 10, 0, " (the server's alert 10, unexpected_message)"},
    {CONNSYNC_ERR_TLS, 112, 0, " (the server's alert 112, unrecognized_name: check the domain)"},
    {CONNSYNC_ERR_TLS, 116, 0, " (the server's alert 116, certificate_required)"},
    {CONNSYNC_ERR_TLS, 42, 0, " (the server's alert 42, bad_certificate)"},
    {CONNSYNC_ERR_TLS, 11, 0, " (the server's alert 11)"},
    {CONNSYNC_ERR_TLS, CONNSYNC_TLS_ALERT_LAST, 0, " (the server's alert 127)"},
    {CONNSYNC_ERR_TLS, CONNSYNC_TLS_KEY_UNKNOWN, 0, KEY_OF("unknown")},
    {CONNSYNC_ERR_TLS, CONNSYNC_TLS_KEY_UNKNOWN - 1, 0,
     " (its certificate list is larger than 16 KB)"},
    {CONNSYNC_ERR_TLS, CONNSYNC_TLS_KEY_ED448, 0, KEY_OF("Ed448")},
    {CONNSYNC_ERR_TLS, CONNSYNC_TLS_KEY_ED448 + 1, 0, " (new keys: KeyUpdate)"},
};

static void test_tls(void **state)
{
    struct connsync_result result = {.handshakes = 1};

    (void)state;
    for (size_t i = 0; i < COUNT(sessions); i++) {
        result.handshakes = sessions[i].status != CONNSYNC_ERR_CLOSED;
        result.tls_reason = (uint8_t)sessions[i].reason;
        result.tls_code = sessions[i].code;
        cs_tls_text_add(begin(), &result, sessions[i].status);
        assert_string_equal(text, sessions[i].text);
    }
    result.handshakes = 1;
    result.tls_reason = CONNSYNC_TLS_UNTOLD;
    cs_tls_text_add(begin(), &result, CONNSYNC_ERR_CLOSED);
    assert_int_equal(line.length, 0);
}

/* ---- Certificates ---- */

static const struct {
    enum connsync_status status;
    struct connsync_certificate certificate;
    const char *text;
} chains[] = {
    {CONNSYNC_ERR_CERT_UNTRUSTED,
     {.subject = "CN=a", .issuer = "CN=b"},
     " (certificate CN=a, issued by CN=b)"},
    {CONNSYNC_ERR_CERT_UNTRUSTED, {.issuer = "CN=b"}, " (certificate ?, issued by CN=b)"},
    {CONNSYNC_ERR_CERT_UNTRUSTED, {.subject = "CN=a"}, " (certificate CN=a, issued by ?)"},
    {CONNSYNC_ERR_CERT_UNTRUSTED, {.extension = "2.5.29.30"}, ""},
    {CONNSYNC_ERR_CERT_UNTRUSTED,
     {.subject = "CN=a", .issuer = "CN=b", .trouble = CONNSYNC_ANCHOR_NONE + 1},
     " (the trusted root of the issuer's name has another key; certificate CN=a, issued by CN=b)"},
    {CONNSYNC_ERR_CERT_CRITICAL_EXTENSION,
     {.subject = "CN=a", .issuer = "CN=b", .extension = "2.5.29.54"},
     " (inhibitAnyPolicy; certificate CN=a, issued by CN=b)"},
    {CONNSYNC_ERR_CERT_CRITICAL_EXTENSION,
     {.subject = "CN=a", .issuer = "CN=b", .extension = "2.5.29.30"},
     " (nameConstraints; certificate CN=a, issued by CN=b)"},
    {CONNSYNC_ERR_CERT_CRITICAL_EXTENSION,
     {.subject = "CN=a", .issuer = "CN=b", .extension = "1.2.3"},
     " (1.2.3; certificate CN=a, issued by CN=b)"},
    {CONNSYNC_ERR_CERT_UNTRUSTED,
     {.subject = "CN=a",
      .issuer = "CN=b",
      .extension = "1.2.3",
      .trouble = CONNSYNC_ANCHOR_UNREADABLE},
     " (it cannot be read: 1.2.3; certificate CN=a, issued by CN=b)"},
    {CONNSYNC_ERR_CLIENT_CERTIFICATE, {.subject = "CN=a", .issuer = "CN=b"}, ""},
    {CONNSYNC_ERR_CERT_UNTRUSTED - 1, {.subject = "CN=a", .issuer = "CN=b"}, ""},
    {CONNSYNC_ERR_CERT_CRITICAL_EXTENSION + 1, {.subject = "CN=a", .issuer = "CN=b"}, ""},
};

static void test_certificates(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(chains); i++) {
        cs_certificate_text_add(begin(), chains[i].status, &chains[i].certificate);
        assert_string_equal(text, chains[i].text);
    }
    cs_certificate_text_add(begin(), CONNSYNC_ERR_CERT_UNTRUSTED, NULL);
    assert_int_equal(line.length, 0);
}

/* ---- Jobs ---- */

static const struct connsync_result changed = {
    .outcome = CONNSYNC_CHANGED,
    .id = "con_1",
    .before = CONNSYNC_ON_EACH_LOGIN,
    .after = CONNSYNC_ON_FIRST_LOGIN,
    .verified = 14,
};

static void expect_outcome(struct connsync_result result, const char *wanted)
{
    cs_sentence_outcome(begin(), &result);
    assert_string_equal(text, wanted);
}

static void test_outcomes(void **state)
{
    struct connsync_result result = changed;

    (void)state;
    expect_outcome(result, "on_each_login -> on_first_login; 14 other options verified unchanged");
    result.derived = 1;
    expect_outcome(result, "on_each_login -> on_first_login; 14 other options verified unchanged "
                           "(1 recomputed, 0 added by the service)");
    result.derived = 0;
    result.added = 2;
    expect_outcome(result, "on_each_login -> on_first_login; 14 other options verified unchanged "
                           "(0 recomputed, 2 added by the service)");
    result.outcome = CONNSYNC_WOULD_CHANGE;
    expect_outcome(result, "on_each_login, would change; nothing written");
    result.outcome = CONNSYNC_UNCHANGED;
    expect_outcome(result, "on_each_login already; nothing written");
}

static void test_connections(void **state)
{
    struct connsync_result result = changed;

    (void)state;
    cs_sentence_connection(begin(), &result, "asked");
    assert_string_equal(text, "asked: ");
    cs_sentence_connection(begin(), &result, NULL);
    assert_int_equal(line.length, 0);
    strcpy(result.name, "name");
    cs_sentence_connection(begin(), &result, "asked");
    assert_string_equal(text, "name (con_1): ");
}

static void test_cleaning(void **state)
{
    char odd[] = "a\x1b[0m\x7f\xc2\x9b z";

    (void)state;
    cs_sentence_clean(odd);
    assert_string_equal(odd, "a?[0m??? z");
}

static const struct {
    enum connsync_status status;
    struct connsync_result result;
    const char *text;
} failures[] = {
    {CONNSYNC_ERR_TIMEOUT, {.http_status = 299}, "why"},
    {CONNSYNC_ERR_REJECTED, {.http_status = 300}, "why (HTTP 300)"},
    {CONNSYNC_ERR_REJECTED,
     {.http_status = 400, .service_code = "invalid_body"},
     "why (HTTP 400, invalid_body)"},
    {CONNSYNC_ERR_LOSS,
     {.lost = 1, .changed = 2, .added = 3, .verified = 4},
     "why (1 lost, 2 changed, 3 added, 4 equal)"},
    {CONNSYNC_ERR_LOSS,
     {.lost = 1, .beside = 1},
     "why (1 lost, 0 changed, 0 added, 0 equal; 1 beside options lost or changed)"},
    {CONNSYNC_ERR_UNVERIFIED, {.cause = CONNSYNC_ERR_TIMEOUT}, "why (cause)"},
    {CONNSYNC_ERR_UNVERIFIED,
     {.cause = CONNSYNC_ERR_HTTP_TRUNCATED, .bytes_received = 5},
     "why (cause) (5 bytes of it came)"},
    {CONNSYNC_ERR_HTTP_TRUNCATED, {.bytes_received = 6}, "why (6 bytes of it came)"},
    {CONNSYNC_REFUSED_PASSWORDLESS, {.strategy = "sms"}, "why; nothing written (strategy sms)"},
    {CONNSYNC_REFUSED_TOO_LARGE, {.bytes_needed = 1}, "why; nothing written (1 bytes are needed)"},
    {CONNSYNC_ERR_CANCELLED, {.wait_ms = 9000}, "why; nothing written"},
    {CONNSYNC_ERR_WEB_PAGE, {.http_status = 0}, "why; nothing written"},
    {CONNSYNC_ERR_FORBIDDEN,
     {.missing_scope = "read:connections", .http_status = 403},
     "why (read:connections) (HTTP 403)"},
    {CONNSYNC_ERR_RATE_LIMITED,
     {.http_status = 429, .wait_ms = 2000000},
     "why (HTTP 429) (it asks to wait 2000 s)"},
    {CONNSYNC_ERR_RATE_LIMITED,
     {.http_status = 429, .wait_ms = 7999},
     "why (HTTP 429) (it asks to wait 7 s)"},
};

static void test_failures(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(failures); i++) {
        cs_sentence_failure(begin(), &failures[i].result, failures[i].status, "why", "cause");
        assert_string_equal(text, failures[i].text);
    }
}

/* ---- Exit codes ---- */

static const struct {
    enum connsync_status status;
    int code;
} codes[] = {
    {CONNSYNC_OK, CS_EXIT_DONE},
    {CONNSYNC_ERR_TIMEOUT, CS_EXIT_FAILURE},
    {CONNSYNC_ERR_ARGUMENT, CS_EXIT_USAGE},
    {CONNSYNC_REFUSED_PASSWORDLESS, CS_EXIT_REFUSED},
    {CONNSYNC_REFUSED_TOO_LARGE, CS_EXIT_REFUSED},
    {CONNSYNC_ERR_FORBIDDEN, CS_EXIT_CREDENTIALS},
    {CONNSYNC_ERR_NOT_FOUND, CS_EXIT_NO_CONNECTION},
    {CONNSYNC_ERR_RATE_LIMITED, CS_EXIT_RATE_LIMITED},
    {CONNSYNC_ERR_LOSS, CS_EXIT_VERIFY},
    {CONNSYNC_ERR_CERT_NAME, CS_EXIT_TLS},
    {CONNSYNC_ERR_UNVERIFIED, CS_EXIT_FAILURE},
};

static void test_exit_codes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(codes); i++) {
        assert_int_equal(cs_exit_code(codes[i].status), codes[i].code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tls),        cmocka_unit_test(test_certificates),
        cmocka_unit_test(test_outcomes),   cmocka_unit_test(test_connections),
        cmocka_unit_test(test_cleaning),   cmocka_unit_test(test_failures),
        cmocka_unit_test(test_exit_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
