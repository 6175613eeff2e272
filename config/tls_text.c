/* Words for reasons, and for alerts. See tls_text.h. */
#include "config/tls_text.h"

#include <string.h>

/* RFC 8446, section 6.2, whose names are written as they stand there; the first alert is the
 * first name's. */
static const char numbers[] = {10, 20, 22, 40, 42, 43, 44, 45,  46,  47,  48,  49,
                               50, 51, 70, 71, 80, 86, 90, 109, 110, 112, 116, 120};
static const char names[] = "unexpected_message\0bad_record_mac\0record_overflow\0"
                            "handshake_failure\0bad_certificate\0unsupported_certificate\0"
                            "certificate_revoked\0certificate_expired\0certificate_unknown\0"
                            "illegal_parameter\0unknown_ca\0access_denied\0decode_error\0"
                            "decrypt_error\0protocol_version\0insufficient_security\0"
                            "internal_error\0inappropriate_fallback\0user_canceled\0"
                            "missing_extension\0unsupported_extension\0unrecognized_name\0"
                            "certificate_required\0no_application_protocol\0";

#define HANDSHAKE_FAILURE 40
#define UNRECOGNIZED_NAME 112

#define KEY "its certificate list has "
#define NEEDED "; RSA, P-256 or P-384 is needed\0"

/* From CONNSYNC_TLS_NOT_TLS on. */
static const char reasons[] =
    "what it sends is not TLS; check the port\0"
    "its HelloRetryRequest has a cookie that cannot be sent back\0"
    "its certificate list is larger than 16 KB\0" KEY "a key of an unknown kind" NEEDED KEY
    "an RSA key of more than 4096 bits\0" KEY "an RSA-PSS key" NEEDED KEY "a P-521 key" NEEDED KEY
    "a key on an unusual curve" NEEDED KEY "an Ed25519 key" NEEDED KEY "an Ed448 key" NEEDED
    "new keys: KeyUpdate\0"
    "renegotiation, as for a client certificate\0";

static void add_alert(struct cs_writer *line, unsigned alert, enum connsync_status status)
{
    const char *at = memchr(numbers, (int)alert, sizeof numbers);

    cs_write_string(line, "the server's alert ");
    cs_write_u64(line, alert);
    if (at != NULL) {
        cs_write_string(line, ", ");
        cs_write_string(line, cs_words_at(names, (unsigned)(at - numbers)));
    }
    if (alert == HANDSHAKE_FAILURE && status == CONNSYNC_ERR_TLS) {
        cs_write_string(line,
                        ": nothing in common; connsync has TLS 1.2 and 1.3, ECDHE with AES-GCM or "
                        "ChaCha20-Poly1305, groups X25519, P-256 and P-384, and takes "
                        "certificates with RSA, P-256 and P-384 keys");
    }
    if (alert == UNRECOGNIZED_NAME) {
        cs_write_string(line, ": it does not serve this name; check the domain");
    }
}

/* As the library writes it: four hexadecimal digits. */
static void add_code(struct cs_writer *line, unsigned code)
{
    char digits[] = "0000";

    for (size_t i = 0; i < 4; i++) {
        digits[i] = "0123456789abcdef"[code >> (12 - 4 * i) & 15];
    }
    cs_write_string(line, "the library's error -0x");
    cs_write_string(line, digits);
}

static bool is_of_tls(enum connsync_status status)
{
    return (status >= CONNSYNC_ERR_TLS && status < CONNSYNC_ERR_HTTP_SYNTAX) ||
           status == CONNSYNC_ERR_RESET;
}

void cs_tls_text_add(struct cs_writer *line, const struct connsync_result *result,
                     enum connsync_status status)
{
    unsigned why = result->tls_reason;
    bool is_general = status == CONNSYNC_ERR_TLS || status == CONNSYNC_ERR_TLS_POST_HANDSHAKE;

    if (!is_of_tls(status) || (why == CONNSYNC_TLS_UNTOLD && !is_general)) {
        return;
    }
    cs_write_string(line, " (");
    if (why > CONNSYNC_TLS_ALERT_LAST) {
        cs_write_string(line, cs_words_at(reasons, why - CONNSYNC_TLS_NOT_TLS));
    } else if (why != CONNSYNC_TLS_UNTOLD) {
        add_alert(line, why, status);
    } else {
        add_code(line, result->tls_code);
    }
    cs_write_string(line, ")");
}
