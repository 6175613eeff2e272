/* The session over mbedTLS: policy, input and output, errors. See core/tls/tls.h. */
#include "core/tls/mbedtls/session.h"

#include "core/tls/certificate.h"
#include "core/tls/tls_name.h"
#include "port/mbedtls/mbedtls_trim.h"

#include <mbedtls/version.h>
#include <string.h>

/* A code of no mbedTLS module: the port failed, see `port_error`. */
#define PORT_FAILED (-1)

/* Roots handed to mbedTLS for one issuer. Cross-signed and renewed roots share a
 * name; a bundle has two or three of a kind at the most. */
#define CANDIDATES_MAX 8

/* How often a turn may receive. A record takes two, its head and its content, and may be one
 * that is skipped; a handshake needs about six records. */
#define RECEIVES_MAX 32

/* Signatures with SHA-256 and stronger, P-256, P-384, RSA from 2048 bits: what
 * the CA/Browser Forum's baseline requirements allow, and no more. */
static const mbedtls_x509_crt_profile profile = {
    MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA256) | MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA384) |
        MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA512),
    0xFFFFFFF, /* key types are bounded by curves and bits below */
    MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP256R1) | MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP384R1),
    2048,
};

/* ---- What mbedTLS asks of the connection ---- */

/* What the port did, for mbedTLS: bytes, or a wait for `direction`. */
static int moved(struct cs_tls *tls, int32_t bytes, int direction)
{
    if (bytes > 0) {
        return (int)bytes;
    }
    if (bytes == CONNSYNC_PORT_WOULD_BLOCK) {
        return direction;
    }
    tls->port_error = bytes == 0 ? CONNSYNC_PORT_ERR_RESET : (int)bytes;
    return PORT_FAILED;
}

int cs_tls_port_send(void *context, const unsigned char *data, size_t length)
{
    struct cs_tls *tls = context;
    const struct connsync_port *port = tls->world.port;
    int32_t sent = port->send(port->context, data, length);

    return moved(tls, sent, MBEDTLS_ERR_SSL_WANT_WRITE);
}

int cs_tls_port_recv(void *context, unsigned char *data, size_t size)
{
    struct cs_tls *tls = context;
    const struct connsync_port *port = tls->world.port;

    /* The library skips a record and receives the next one for as long as the peer sends. */
    if (tls->received == RECEIVES_MAX) {
        return MBEDTLS_ERR_SSL_WANT_READ;
    }
    tls->received++;
    int32_t got = port->recv(port->context, data, size);
    return moved(tls, got, MBEDTLS_ERR_SSL_WANT_READ);
}

/*
 * Finds the roots that may have issued `child`, by the bytes of the issuer's name,
 * and parses those alone: a bundle of a hundred roots costs no memory. mbedTLS
 * compares names more loosely, but an authority spells its own name one way.
 */
int cs_tls_find_issuers(void *context, const mbedtls_x509_crt *child, mbedtls_x509_crt **issuers)
{
    struct cs_tls *tls = context;
    struct cs_slice rest = tls->anchors;
    struct cs_certificate root;
    struct cs_slice issuer =
        cs_slice_make((const char *)child->issuer_raw.p, child->issuer_raw.len);
    int found = 0;

    *issuers = NULL;
    while (found < CANDIDATES_MAX && cs_certificate_next(&rest, &root)) {
        if (!cs_slice_equal(root.subject, issuer)) {
            continue;
        }
        if (*issuers == NULL) {
            *issuers = cs_mbedtls_calloc(1, sizeof **issuers);
            if (*issuers == NULL) {
                return MBEDTLS_ERR_X509_ALLOC_FAILED;
            }
            mbedtls_x509_crt_init(*issuers);
        }
        /* A root that does not parse vouches for nobody; others may. */
        (void)mbedtls_x509_crt_parse_der_nocopy(*issuers, (const unsigned char *)root.whole.data,
                                                root.whole.length);
        found++;
    }
    return 0;
}

/* ---- Errors ---- */

static enum connsync_status status_of_port(int error)
{
    switch (error) {
    case CONNSYNC_PORT_EOF:
        return CONNSYNC_ERR_CLOSED;
    case CONNSYNC_PORT_ERR_NETWORK:
        return CONNSYNC_ERR_NETWORK;
    case CONNSYNC_PORT_ERR_ENTROPY:
        return CONNSYNC_ERR_ENTROPY;
    default:
        return CONNSYNC_ERR_RESET;
    }
}

/* In an established session a message that has no place there is the server's will, and will come
 * again. A record that does not decrypt or parse was damaged on its way: the connection is broken,
 * and nothing is wrong with the policy. */
static enum connsync_status status_of_code(mbedtls_ssl_context *ssl, int code)
{
    enum connsync_status status = cs_library_status(code);

    if (code == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE &&
        cs_tls_alert(ssl) == MBEDTLS_SSL_ALERT_MSG_PROTOCOL_VERSION) {
        return CONNSYNC_ERR_TLS_VERSION;
    }
    if (status != CONNSYNC_ERR_TLS || mbedtls_ssl_is_handshake_over(ssl) == 0) {
        return status;
    }
    return code == MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE ? CONNSYNC_ERR_TLS_POST_HANDSHAKE
                                                      : CONNSYNC_ERR_RESET;
}

/* Of a call into mbedTLS that did not do what it was asked to.
 *
 * Lack of memory comes first: while a chain is verified, mbedTLS reports it as an
 * untrusted certificate. It is that of this call: one that ran out earlier, for a body
 * perhaps, has nothing to do with a connection that breaks now. */
static enum connsync_status status_of(struct cs_tls *tls, int code, bool *want_write)
{
    *want_write = code == MBEDTLS_ERR_SSL_WANT_WRITE;
    if (*want_write || code == MBEDTLS_ERR_SSL_WANT_READ) {
        return CONNSYNC_WOULD_BLOCK;
    }
    if (tls->world.arena->failed != tls->failures_before) {
        return CONNSYNC_ERR_MEMORY;
    }
    enum connsync_status status =
        tls->identity != NULL ? tls->identity->explain(tls, code) : CONNSYNC_OK;
    if (status != CONNSYNC_OK) {
        return status;
    }
    if (tls->port_error != 0) {
        return status_of_port(tls->port_error);
    }
    if (tls->verdict.status != CONNSYNC_OK) {
        return tls->verdict.status;
    }
    status = status_of_code(&tls->ssl, code);
    if (status == CONNSYNC_ERR_CERT_CONSTRAINT && tls->identity != NULL &&
        tls->identity->refine != NULL) {
        status = tls->identity->refine(tls);
    }
    return status;
}

/* ---- The session ---- */

/* Before each call into mbedTLS. */
static void enter(struct cs_tls *tls)
{
    tls->failures_before = tls->world.arena->failed;
    cs_mbedtls_enter(&tls->world.hooks);
}

enum connsync_status cs_tls_init(struct cs_tls **out, const struct connsync_port *port,
                                 struct cs_arena *arena, struct cs_slice anchors, const char *host)
{
    struct cs_tls *tls = cs_arena_allocate(arena, sizeof *tls);

    *out = tls;
    if (tls == NULL) {
        return CONNSYNC_ERR_MEMORY;
    }
    memset(tls, 0, sizeof *tls);
    tls->anchors = anchors;
    tls->host = host;
    cs_tls_world_init(&tls->world, arena, port);
    mbedtls_ssl_init(&tls->ssl);
    mbedtls_ssl_config_init(&tls->config);
    if (mbedtls_ssl_config_defaults(&tls->config, MBEDTLS_SSL_IS_CLIENT,
                                    MBEDTLS_SSL_TRANSPORT_STREAM,
                                    MBEDTLS_SSL_PRESET_DEFAULT) != 0) {
        return CONNSYNC_ERR_MEMORY;
    }
    mbedtls_ssl_conf_min_tls_version(&tls->config, MBEDTLS_SSL_VERSION_TLS1_2);
    mbedtls_ssl_conf_authmode(&tls->config, MBEDTLS_SSL_VERIFY_REQUIRED);
    mbedtls_ssl_conf_cert_profile(&tls->config, &profile);
    mbedtls_ssl_conf_ca_cb(&tls->config, cs_tls_find_issuers, tls);
    mbedtls_ssl_conf_verify(&tls->config, cs_tls_verify, &tls->verdict);
    /* TLS 1.2's tickets; those of 1.3 are another switch, cs_tls_resume's. */
    mbedtls_ssl_conf_session_tickets(&tls->config, MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
    return cs_library_start(&tls->world, &tls->config);
}

/* The name that is sent (server_name), which an address must not be: RFC 6066, section 3. The
 * library then compares none with the certificate; the verdict does, in either case. */
static int set_name(struct cs_tls *tls)
{
    uint8_t address[CS_TLS_ADDRESS_MAX];
    bool is_address = cs_tls_parse_address(tls->verdict.host, address) > 0;

    return mbedtls_ssl_set_hostname(&tls->ssl, is_address ? NULL : tls->host);
}

static enum connsync_status set_up(struct cs_tls *tls)
{
    int64_t now = 0;
    const struct connsync_port *port = tls->world.port;
    bool known = port->utc_seconds(port->context, &now) == CONNSYNC_PORT_OK;

    tls->port_error = 0;
    tls->verdict =
        (struct cs_tls_verdict){.host = cs_slice_of(tls->host), .now = now, .time_known = known};
    if (mbedtls_ssl_setup(&tls->ssl, &tls->config) != 0 || set_name(tls) != 0) {
        cs_tls_close(tls);
        return CONNSYNC_ERR_MEMORY;
    }
    mbedtls_ssl_set_bio(&tls->ssl, tls, cs_tls_port_send, cs_tls_port_recv, NULL);
    tls->set_up = true;
    if (tls->resumption != NULL) {
        tls->resumption->offer(tls);
    }
    return CONNSYNC_OK;
}

/* mbedtls_ssl_handshake, which gives back before each step what is not needed any more. */
static int go_on(mbedtls_ssl_context *ssl)
{
    int code = 0;

    while (code == 0) {
        cs_mbedtls_trim(ssl);
        if (mbedtls_ssl_is_handshake_over(ssl) != 0) {
            break;
        }
        code = mbedtls_ssl_handshake_step(ssl);
    }
    return code;
}

void cs_tls_turn(struct cs_tls *tls)
{
    tls->received = 0;
}

enum connsync_status cs_tls_handshake(struct cs_tls *tls, bool *want_write)
{
    enter(tls);
    if (!tls->set_up) {
        enum connsync_status status = set_up(tls);
        if (status != CONNSYNC_OK) {
            return status;
        }
    }
    int code = go_on(&tls->ssl);
    if (code == 0) {
        return tls->resumption != NULL ? tls->resumption->settle(tls) : CONNSYNC_OK;
    }
    enum connsync_status status = status_of(tls, code, want_write);
    if (status != CONNSYNC_WOULD_BLOCK && tls->resumption != NULL) {
        tls->resumption->abandon(tls);
    }
    return status;
}

bool cs_tls_gave_up(struct cs_tls *tls)
{
    bool gave_up = tls->resumption != NULL && tls->resumption->gave_up;

    if (gave_up) {
        tls->resumption->gave_up = false;
    }
    return gave_up;
}

enum connsync_status cs_tls_read(struct cs_tls *tls, uint8_t *data, size_t size, size_t *got,
                                 bool *want_write)
{
    enter(tls);
    int code;

    do {
        code = mbedtls_ssl_read(&tls->ssl, data, size);
    } while (code < 0 && tls->resumption != NULL && tls->resumption->take(tls, code));
    *got = code > 0 ? (size_t)code : 0;
    if (code > 0 || code == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) {
        return CONNSYNC_OK;
    }
    return code == 0 ? CONNSYNC_ERR_CLOSED : status_of(tls, code, want_write);
}

enum connsync_status cs_tls_write(struct cs_tls *tls, const uint8_t *data, size_t length,
                                  size_t *taken, bool *want_write)
{
    enter(tls);
    int code = mbedtls_ssl_write(&tls->ssl, data, length);

    *taken = code > 0 ? (size_t)code : 0;
    return code > 0 ? CONNSYNC_OK : status_of(tls, code, want_write);
}

void cs_tls_close(struct cs_tls *tls)
{
    if (tls == NULL) {
        return;
    }
    enter(tls);
    if (tls->set_up && tls->port_error == 0) {
        (void)mbedtls_ssl_close_notify(&tls->ssl);
    }
    /* Nobody waited for the end of the handshake: the session may be why it took so long. */
    if (tls->set_up && tls->resumption != NULL && mbedtls_ssl_is_handshake_over(&tls->ssl) == 0) {
        tls->resumption->abandon(tls);
        tls->resumption->gave_up = false;
    }
    mbedtls_ssl_free(&tls->ssl);
    mbedtls_ssl_init(&tls->ssl);
    tls->set_up = false;
}

void cs_tls_free(struct cs_tls *tls)
{
    if (tls == NULL) {
        return;
    }
    struct cs_arena *arena = tls->world.arena;
    cs_tls_close(tls);
    mbedtls_ssl_config_free(&tls->config);
    if (tls->identity != NULL) {
        tls->identity->forget(tls);
    }
    if (tls->resumption != NULL) {
        tls->resumption->forget(tls);
    }
    cs_library_stop(&tls->world, &tls->config);
    cs_mbedtls_enter(NULL);
    cs_wipe(tls, sizeof *tls);
    cs_arena_release(arena, tls);
}

const char *cs_tls_library(void)
{
    return "mbedTLS " MBEDTLS_VERSION_STRING;
}
