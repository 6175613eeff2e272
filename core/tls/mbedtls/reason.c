/*
 * Why a session failed, beyond its status: the alert that the server sent, or what of the server's
 * the library could not take. For cs_tls_identify, so that a program without it, such as a board's,
 * has none of this. See core/tls/tls.h.
 */
#include "core/tls/key_kind.h"
#include "core/tls/mbedtls/session.h"

#include <string.h>

/* Before a handshake message: its type, and its length in three bytes. */
#define MESSAGE_HEAD 4
/* A message of TLS 1.3, a handshake's last but for tickets: RFC 8446, section 4.6.3. */
#define KEY_UPDATE 24

/* Alerts by which a server says what it thinks of a certificate: RFC 8446, section 6.2. */
static bool is_about_certificates(unsigned char alert)
{
    static const unsigned char alerts[] = {
        MBEDTLS_SSL_ALERT_MSG_NO_CERT,          MBEDTLS_SSL_ALERT_MSG_BAD_CERT,
        MBEDTLS_SSL_ALERT_MSG_UNSUPPORTED_CERT, MBEDTLS_SSL_ALERT_MSG_CERT_REVOKED,
        MBEDTLS_SSL_ALERT_MSG_CERT_EXPIRED,     MBEDTLS_SSL_ALERT_MSG_CERT_UNKNOWN,
        MBEDTLS_SSL_ALERT_MSG_UNKNOWN_CA,       MBEDTLS_SSL_ALERT_MSG_ACCESS_DENIED,
        MBEDTLS_SSL_ALERT_MSG_CERT_REQUIRED};

    return memchr(alerts, alert, sizeof alerts) != NULL;
}

static bool is_over(mbedtls_ssl_context *ssl)
{
    return mbedtls_ssl_is_handshake_over(ssl) != 0;
}

static bool is_tls12(mbedtls_ssl_context *ssl)
{
    return mbedtls_ssl_get_version_number(ssl) == MBEDTLS_SSL_VERSION_TLS1_2;
}

static enum connsync_status of_alert(mbedtls_ssl_context *ssl, uint8_t *why)
{
    unsigned char alert = cs_tls_alert(ssl);
    int state = ssl->MBEDTLS_PRIVATE(state);

    *why = alert & CONNSYNC_TLS_ALERT_LAST;
    if (is_about_certificates(alert)) {
        return CONNSYNC_ERR_CLIENT_CERTIFICATE;
    }
    /* In TLS 1.2 servers also complain of certificates in general terms; for want of a common
     * cipher suite they do so much earlier, for want of a renegotiation later. To GnuTLS a list
     * without any is one that does not decode. */
    bool is_general = alert == MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE ||
                      (alert == MBEDTLS_SSL_ALERT_MSG_DECODE_ERROR && !is_over(ssl));
    if (!is_general || state <= MBEDTLS_SSL_CLIENT_CERTIFICATE) {
        return CONNSYNC_OK;
    }
    if (!is_over(ssl)) {
        return CONNSYNC_ERR_CLIENT_CERTIFICATE;
    }
    *why = CONNSYNC_TLS_RENEGOTIATION;
    return CONNSYNC_ERR_TLS_POST_HANDSHAKE;
}

/* Of a connection that ended: was the last that came in it a HelloRequest, which mbedTLS turns down?
 * There are servers that do not say good-bye to who does that. */
static enum connsync_status of_end(mbedtls_ssl_context *ssl, uint8_t *why)
{
    if (!is_over(ssl) || !is_tls12(ssl) ||
        ssl->MBEDTLS_PRIVATE(in_msgtype) != MBEDTLS_SSL_MSG_HANDSHAKE ||
        ssl->MBEDTLS_PRIVATE(in_msg)[0] != MBEDTLS_SSL_HS_HELLO_REQUEST) {
        return CONNSYNC_OK;
    }
    *why = CONNSYNC_TLS_RENEGOTIATION;
    return CONNSYNC_ERR_TLS_POST_HANDSHAKE;
}

/* Takes a part with its length before it. False at the end or where that is cut. */
static bool next_part(struct cs_slice *rest, size_t size_of_length, struct cs_slice *part)
{
    size_t length = 0;

    if (rest->length < size_of_length) {
        return false;
    }
    for (size_t i = 0; i < size_of_length; i++) {
        length = length << 8 | (uint8_t)rest->data[i];
    }
    *rest = cs_slice_make(rest->data + size_of_length, rest->length - size_of_length);
    if (rest->length < length) {
        return false;
    }
    *part = cs_slice_make(rest->data, length);
    *rest = cs_slice_make(rest->data + length, rest->length - length);
    return true;
}

struct cs_slice cs_tls_certificate_list(mbedtls_ssl_context *ssl)
{
    size_t length = ssl->MBEDTLS_PRIVATE(in_hslen);
    const char *message = (const char *)ssl->MBEDTLS_PRIVATE(in_msg);
    struct cs_slice part = cs_slice_make(message, 0);

    if (length < MESSAGE_HEAD || length > ssl->MBEDTLS_PRIVATE(in_msglen) ||
        message[0] != MBEDTLS_SSL_HS_CERTIFICATE) {
        return part;
    }
    struct cs_slice rest = cs_slice_make(message + MESSAGE_HEAD, length - MESSAGE_HEAD);
    bool is_cut = !is_tls12(ssl) && !next_part(&rest, 1, &part); /* a context */
    return !is_cut && next_part(&rest, 3, &part) ? part : cs_slice_make(message, 0);
}

bool cs_tls_next_listed(mbedtls_ssl_context *ssl, struct cs_slice *list,
                        struct cs_slice *certificate)
{
    struct cs_slice extensions;

    if (!next_part(list, 3, certificate)) {
        return false;
    }
    if (!is_tls12(ssl) && !next_part(list, 2, &extensions)) {
        list->length = 0;
    }
    return true;
}

/* The first key of the list that cannot be used. */
static uint8_t of_keys(mbedtls_ssl_context *ssl)
{
    struct cs_slice list = cs_tls_certificate_list(ssl);
    struct cs_slice certificate;
    uint8_t why = CONNSYNC_TLS_UNTOLD;

    while (why == CONNSYNC_TLS_UNTOLD && cs_tls_next_listed(ssl, &list, &certificate)) {
        why = cs_tls_key_trouble(certificate);
    }
    return why;
}

/* Of a handshake that the library gave up. */
static uint8_t of_refusal(mbedtls_ssl_context *ssl, int code)
{
    switch (ssl->MBEDTLS_PRIVATE(state)) {
    case MBEDTLS_SSL_CLIENT_HELLO: /* the second one, for the first has no cookie */
        return code == MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL ? CONNSYNC_TLS_COOKIE : CONNSYNC_TLS_UNTOLD;
    case MBEDTLS_SSL_SERVER_HELLO:
        if (code == MBEDTLS_ERR_SSL_UNSUPPORTED_EXTENSION) {
            return CONNSYNC_TLS_COOKIE;
        }
        return code == MBEDTLS_ERR_SSL_INVALID_RECORD ? CONNSYNC_TLS_NOT_TLS : CONNSYNC_TLS_UNTOLD;
    case MBEDTLS_SSL_CERTIFICATE_REQUEST: /* in TLS 1.3, where that may come before the list */
    case MBEDTLS_SSL_SERVER_CERTIFICATE:
        /* With such a key in it, it does not read a list, whatever else that has. */
        return ssl->MBEDTLS_PRIVATE(in_hslen) > MBEDTLS_SSL_IN_CONTENT_LEN
                   ? CONNSYNC_TLS_LIST_TOO_LARGE
                   : of_keys(ssl);
    default:
        return CONNSYNC_TLS_UNTOLD;
    }
}

enum connsync_status cs_tls_explain(struct cs_tls *tls, int code)
{
    mbedtls_ssl_context *ssl = &tls->ssl;
    struct cs_tls_reason *reason = &tls->identity->reason;

    *reason = (struct cs_tls_reason){0};
    if (tls->port_error != 0) {
        return of_end(ssl, &reason->why);
    }
    if (tls->verdict.status != CONNSYNC_OK) {
        return CONNSYNC_OK;
    }
    reason->code = (uint16_t)-code;
    if (code == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE) {
        return of_alert(ssl, &reason->why);
    }
    if (!is_over(ssl)) {
        reason->why = of_refusal(ssl, code);
    } else if (code == MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE && !is_tls12(ssl) &&
               ssl->MBEDTLS_PRIVATE(in_msg)[0] == KEY_UPDATE) {
        reason->why = CONNSYNC_TLS_KEY_UPDATE;
    }
    return CONNSYNC_OK;
}
