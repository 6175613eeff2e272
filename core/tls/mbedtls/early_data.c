/*
 * Early data over mbedTLS (RFC 8446, sections 2.3 and 4.2.10): a request that goes with the hello of
 * a handshake that goes on from a session. See core/tls/tls.h. What a session is kept for, and whether
 * it may be used, is resumption.c's, which is asked first: what it does not offer carries nothing.
 *
 * The library writes hello and request into a buffer of ours, and that is sent in one piece where
 * the library first waits for the server. So it cannot come to a stop half way, whatever the port
 * does, and nothing is sent before all of it was made.
 */
#include "core/tls/mbedtls/session.h"

#include <string.h>

#if defined(MBEDTLS_SSL_EARLY_DATA)

/* A hello and a request, each of which fits into the library's own buffer, and what records add. */
#define FLIGHT_SIZE (2 * MBEDTLS_SSL_OUT_CONTENT_LEN + 128)

struct early {
    struct cs_tls_resumption resumption; /* first: what session.c and resumption.c look at */
    struct cs_tls_early who;
    struct cs_slice *request; /* that goes with this handshake, or NULL */
    /* What resumption.c does. */
    void (*offer)(struct cs_tls *tls);
    enum connsync_status (*settle)(struct cs_tls *tls);
    size_t length; /* that were written, and how many of them the port has */
    size_t sent;
    uint8_t flight[FLIGHT_SIZE];
};

static struct early *early_of(struct cs_tls *tls)
{
    return (struct early *)tls->resumption;
}

/* ---- The first flight ---- */

static int gather(void *context, const unsigned char *data, size_t length)
{
    struct early *early = early_of(context);

    if (length > sizeof early->flight - early->length) {
        return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
    }
    memcpy(early->flight + early->length, data, length);
    early->length += length;
    return (int)length;
}

/* The library sends nothing before it has received something, and nothing is received before what it
 * has written is out. */
static int send_first(void *context, unsigned char *data, size_t size)
{
    struct early *early = early_of(context);

    while (early->sent < early->length) {
        int code =
            cs_tls_port_send(context, early->flight + early->sent, early->length - early->sent);
        if (code < 0) {
            return code;
        }
        early->sent += (size_t)code;
    }
    return cs_tls_port_recv(context, data, size);
}

/* ---- Before a handshake ---- */

/* So many bytes the ticket allows, that fit into one record. */
static size_t allowed(const struct cs_tls *tls)
{
    const mbedtls_ssl_session *session = tls->ssl.MBEDTLS_PRIVATE(session_negotiate);
    size_t most = session->MBEDTLS_PRIVATE(max_early_data_size);

    if ((session->MBEDTLS_PRIVATE(ticket_flags) & MBEDTLS_SSL_TLS1_3_TICKET_ALLOW_EARLY_DATA) ==
        0) {
        return 0;
    }
    return most < MBEDTLS_SSL_OUT_CONTENT_LEN ? most : MBEDTLS_SSL_OUT_CONTENT_LEN;
}

/* If it cannot be written, for want of memory perhaps, the library stays between two of its states:
 * this handshake fails with nothing sent, and that of another connection is one without. */
static void write_flight(struct cs_tls *tls, const struct cs_slice *request)
{
    mbedtls_ssl_conf_early_data(&tls->config, MBEDTLS_SSL_EARLY_DATA_ENABLED);
    mbedtls_ssl_set_bio(&tls->ssl, tls, gather, NULL, NULL);
    int code = mbedtls_ssl_write_early_data(&tls->ssl, (const unsigned char *)request->data,
                                            request->length);
    if (code == (int)request->length) {
        mbedtls_ssl_set_bio(&tls->ssl, tls, cs_tls_port_send, send_first, NULL);
    } else {
        tls->port_error = CONNSYNC_PORT_ERR_RESET;
        mbedtls_ssl_set_bio(&tls->ssl, tls, NULL, NULL, NULL);
    }
}

static void offer(struct cs_tls *tls)
{
    struct early *early = early_of(tls);

    early->resumption.early = CS_TLS_EARLY_NONE;
    early->request = NULL;
    early->length = 0;
    early->sent = 0;
    mbedtls_ssl_conf_early_data(&tls->config, MBEDTLS_SSL_EARLY_DATA_DISABLED);
    early->offer(tls);
    size_t most = early->resumption.offered ? allowed(tls) : 0;
    if (most > 0) {
        early->request = early->who.request(early->who.context, most);
    }
    if (early->request != NULL) {
        write_flight(tls, early->request);
    }
}

/* ---- After it ---- */

/* Without the session there is nothing that could have been accepted. */
static enum connsync_status settle(struct cs_tls *tls)
{
    struct early *early = early_of(tls);
    enum connsync_status status = early->settle(tls);

    if (early->request == NULL || status != CONNSYNC_OK) {
        return status;
    }
    early->resumption.early = CS_TLS_EARLY_REFUSED;
    if (early->resumption.offered &&
        mbedtls_ssl_get_early_data_status(&tls->ssl) == MBEDTLS_SSL_EARLY_DATA_STATUS_ACCEPTED) {
        early->resumption.early = CS_TLS_EARLY_ACCEPTED;
        early->request->length = 0;
    }
    return status;
}

/* resumption.c forgets this too. */
enum connsync_status cs_tls_send_early(struct cs_tls *tls, const struct cs_tls_early *who)
{
    struct cs_tls_resumption *plain = tls->resumption;

    if (plain == NULL || plain->offer == offer) {
        return CONNSYNC_OK;
    }
    struct early *early = cs_arena_allocate(tls->world.arena, sizeof *early);
    if (early == NULL) {
        return CONNSYNC_ERR_MEMORY;
    }
    memcpy(&early->resumption, plain, sizeof *plain);
    early->who = *who;
    early->offer = plain->offer;
    early->settle = plain->settle;
    plain->forget(tls);
    tls->resumption = &early->resumption;
    tls->resumption->offer = offer;
    tls->resumption->settle = settle;
    return CONNSYNC_OK;
}

#else
enum connsync_status cs_tls_send_early(struct cs_tls *tls, const struct cs_tls_early *who)
{
    (void)tls;
    (void)who;
    return CONNSYNC_OK;
}
#endif
