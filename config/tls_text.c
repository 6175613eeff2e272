/* Words for reasons, and for alerts. See tls_text.h. */
#include "config/tls_text.h"

#define UNEXPECTED_MESSAGE 10
#define HANDSHAKE_FAILURE 40
#define UNRECOGNIZED_NAME 112

/* The alerts that are met most, by their names in RFC 8446, section 6.2; of others the number has
 * to do. */
static const uint8_t numbers[] = {
    UNEXPECTED_MESSAGE, HANDSHAKE_FAILURE, 42, 45, 48, 80, UNRECOGNIZED_NAME, 116};
static const char names[] = "unexpected_message\0"
                            "handshake_failure\0bad_certificate\0certificate_expired\0unknown_ca\0"
                            "internal_error\0unrecognized_name\0certificate_required\0";

/* From CONNSYNC_TLS_NOT_TLS on; keys stand in another sentence. */
static const char reasons[] = "what it sends is not TLS; check the port\0"
                              "its HelloRetryRequest has a cookie that cannot be sent back\0"
                              "its certificate list is larger than 16 KB\0"
                              "unknown\0RSA\0RSA-PSS\0P-521\0other curve\0Ed25519\0Ed448\0"
                              "new keys: KeyUpdate\0"
                              "renegotiation, as for a client certificate\0";

/* Java says 10 where it shares no group; but others may mean what it says. */
static void add_needs(struct cs_writer *line, unsigned alert)
{
    cs_write_string(line, alert == UNEXPECTED_MESSAGE ? ": often " : ": ");
    cs_write_string(line, "nothing in common; needed: TLS 1.2 or 1.3, ECDHE with AES-GCM or "
                          "ChaCha20-Poly1305 on X25519, P-256 or P-384, and an RSA, P-256 or "
                          "P-384 key");
}

static void add_alert(struct cs_writer *line, unsigned alert, enum connsync_status status)
{
    const char *name = cs_words_numbered(names, numbers, sizeof numbers, alert);

    cs_write_string(line, "the server's alert ");
    cs_write_u64(line, alert);
    if (name != NULL) {
        cs_write_string(line, ", ");
        cs_write_string(line, name);
    }
    if ((alert == HANDSHAKE_FAILURE || alert == UNEXPECTED_MESSAGE) && status == CONNSYNC_ERR_TLS) {
        add_needs(line, alert);
    }
    if (alert == UNRECOGNIZED_NAME) {
        cs_write_string(line, ": check the domain");
    }
}

static void add_found(struct cs_writer *line, unsigned why)
{
    const char *word = cs_words_at(reasons, why - CONNSYNC_TLS_NOT_TLS);
    bool is_key = why >= CONNSYNC_TLS_KEY_UNKNOWN && why <= CONNSYNC_TLS_KEY_ED448;

    cs_write_string(line, is_key ? "its certificate list has a key of the kind " : "");
    cs_write_string(line, word);
    cs_write_string(line, is_key ? "; needed: RSA of up to 4096 bits, P-256 or P-384" : "");
}

/* As the library writes it: four hexadecimal digits. */
static void add_code(struct cs_writer *line, unsigned code)
{
    char digits[] = "the library's error -0x0000";

    for (char *at = digits + sizeof digits - 2; code > 0; code >>= 4) {
        *at-- = "0123456789abcdef"[code & 15];
    }
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
    if (status == CONNSYNC_ERR_CLOSED && result->handshakes == 0) {
        /* So H2O ends what it has nothing in common with, and Java what it may not speak. */
        cs_write_string(line, " (in the TLS handshake, and without an alert)");
        return;
    }
    unsigned why = result->tls_reason;
    bool is_general = status == CONNSYNC_ERR_TLS || status == CONNSYNC_ERR_TLS_POST_HANDSHAKE;

    if (!is_of_tls(status) || (why == CONNSYNC_TLS_UNTOLD && !is_general)) {
        return;
    }
    cs_write_string(line, " (");
    if (why > CONNSYNC_TLS_ALERT_LAST) {
        add_found(line, why);
    } else if (why != CONNSYNC_TLS_UNTOLD) {
        add_alert(line, why, status);
    } else {
        add_code(line, result->tls_code);
    }
    cs_write_string(line, ")");
}
