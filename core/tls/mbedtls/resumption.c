/*
 * Sessions that outlive their connection, over mbedTLS: what is kept, whom it holds for, and when
 * it ends. See core/tls/tls.h. For cs_tls_resume, so that a program without it has none of this.
 *
 * No certificate is sent in a handshake that goes on from a session: whoever knows its secret is
 * the server of the handshake that began it. So it is kept with what was believed then, the name,
 * the roots, the port and the client's certificate, and with how long that chain holds.
 *
 *     tag       32 bytes: SHA-256 of the binding, and of all that follows
 *     times     16 bytes: when the chain was verified, and when that verdict ends
 *     session    as mbedTLS writes it
 */
#include "core/tls/mbedtls/session.h"
#include "port/mbedtls/mbedtls_trim.h"

#include <string.h>

#define HEAD_SIZE (CS_SHA256_SIZE + 2 * sizeof(int64_t))

/* No session is kept longer than this after its chain was verified, whatever tickets were given
 * meanwhile: RFC 8446, section 4.6.1, allows a ticket as much. */
#define LIFE_MAX_S (7 * 24 * 3600)

/* Of one connection so many are looked at. Servers send one or two. */
#define TICKETS_MAX 4

/* What the port, the certificate, the name and the roots are hashed in. */
#define BOUND_MAX 4

/* ---- What is kept ---- */

static bool make_tag(const struct cs_tls_resumption *resumption, size_t length, uint8_t *tag)
{
    const struct connsync_session *kept = resumption->kept;
    const struct cs_slice pieces[2] = {
        cs_slice_make((const char *)resumption->binding, sizeof resumption->binding),
        cs_slice_make((const char *)kept->data + CS_SHA256_SIZE, length - CS_SHA256_SIZE),
    };

    return cs_sha256(pieces, 2, tag);
}

static void drop(struct connsync_session *kept)
{
    cs_wipe(kept->data, kept->length);
    kept->length = 0;
}

static bool is_genuine(const struct cs_tls_resumption *resumption)
{
    const struct connsync_session *kept = resumption->kept;
    uint8_t tag[CS_SHA256_SIZE];

    return kept->length > HEAD_SIZE && make_tag(resumption, kept->length, tag) &&
           memcmp(tag, kept->data, sizeof tag) == 0;
}

/* The clock may be wrong now, or have been wrong when the chain was verified. */
static bool is_valid_now(const struct cs_tls_resumption *resumption,
                         const struct cs_tls_verdict *verdict)
{
    return verdict->time_known && verdict->now >= resumption->times[CS_TLS_BEGUN] &&
           verdict->now < resumption->times[CS_TLS_UNTIL];
}

/* ---- Before a handshake ---- */

static bool give(struct cs_tls *tls, struct cs_slice bytes)
{
    mbedtls_ssl_session session;

    mbedtls_ssl_session_init(&session);
    bool given =
        mbedtls_ssl_session_load(&session, (const unsigned char *)bytes.data, bytes.length) == 0 &&
        mbedtls_ssl_set_session(&tls->ssl, &session) == 0;
    mbedtls_ssl_session_free(&session);
    return given;
}

static void offer(struct cs_tls *tls)
{
    struct cs_tls_resumption *resumption = tls->resumption;
    struct connsync_session *kept = resumption->kept;

    resumption->tickets = 0;
    resumption->offered = false;
    mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(
        &tls->config, MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED);
    if (kept->length == 0) {
        return;
    }
    if (is_genuine(resumption)) {
        memcpy(resumption->times, kept->data + CS_SHA256_SIZE, sizeof resumption->times);
        resumption->offered = is_valid_now(resumption, &tls->verdict) &&
                              give(tls, cs_slice_make((const char *)kept->data + HEAD_SIZE,
                                                      kept->length - HEAD_SIZE));
    }
    if (!resumption->offered) {
        drop(kept);
    }
}

/* ---- After it ---- */

/* The server may not know the session: then a chain was verified, as ever. */
static enum connsync_status settle(struct cs_tls *tls)
{
    struct cs_tls_resumption *resumption = tls->resumption;
    const struct cs_tls_verdict *verdict = &tls->verdict;

    if (!verdict->dated) {
        resumption->kept->resumed += resumption->offered ? 1 : 0;
        return resumption->offered ? CONNSYNC_OK : CONNSYNC_ERR_CERT_UNTRUSTED;
    }
    resumption->offered = false;
    drop(resumption->kept);
    resumption->times[CS_TLS_BEGUN] = verdict->now;
    resumption->times[CS_TLS_UNTIL] = verdict->until;
    if (verdict->until > verdict->now + LIFE_MAX_S) {
        resumption->times[CS_TLS_UNTIL] = verdict->now + LIFE_MAX_S;
    }
    return CONNSYNC_OK;
}

static void abandon(struct cs_tls *tls)
{
    struct cs_tls_resumption *resumption = tls->resumption;

    if (resumption->offered) {
        drop(resumption->kept);
        resumption->offered = false;
        resumption->gave_up = true;
    }
}

/* ---- While the connection is up ---- */

/* Over the one that was kept, which has served. */
static void keep(struct cs_tls *tls)
{
    struct cs_tls_resumption *resumption = tls->resumption;
    struct connsync_session *kept = resumption->kept;
    size_t length = 0;

    drop(kept);
    if (kept->size <= HEAD_SIZE ||
        mbedtls_ssl_session_save(tls->ssl.MBEDTLS_PRIVATE(session), kept->data + HEAD_SIZE,
                                 kept->size - HEAD_SIZE, &length) != 0) {
        return;
    }
    memcpy(kept->data + CS_SHA256_SIZE, resumption->times, sizeof resumption->times);
    if (make_tag(resumption, HEAD_SIZE + length, kept->data)) {
        kept->length = HEAD_SIZE + length;
    } else {
        cs_wipe(kept->data, HEAD_SIZE + length);
    }
}

/* It is written down; what memory there is is the document's. */
static void drop_ticket(mbedtls_ssl_session *session)
{
    cs_mbedtls_free(session->MBEDTLS_PRIVATE(ticket));
    session->MBEDTLS_PRIVATE(ticket) = NULL;
    session->MBEDTLS_PRIVATE(ticket_len) = 0;
}

/* Further tickets of this connection are skipped. */
static void ignore_tickets(struct cs_tls *tls)
{
    mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(
        &tls->config, MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_DISABLED);
}

/* One lies there, and the next call of the library's is to read it. */
static void expect_ticket(struct cs_tls *tls)
{
    if (!cs_mbedtls_expect_ticket(&tls->ssl)) {
        tls->ssl.MBEDTLS_PRIVATE(state) = MBEDTLS_SSL_HANDSHAKE_OVER;
        ignore_tickets(tls);
    }
}

static bool take(struct cs_tls *tls, int code)
{
    struct cs_tls_resumption *resumption = tls->resumption;
    bool is_new = code == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET;

    if (tls->port_error != 0 || code == MBEDTLS_ERR_SSL_WANT_WRITE ||
        (!is_new && tls->ssl.MBEDTLS_PRIVATE(state) != MBEDTLS_SSL_TLS1_3_NEW_SESSION_TICKET)) {
        return false;
    }
    if (code == MBEDTLS_ERR_SSL_WANT_READ) {
        expect_ticket(tls);
    } else {
        if (is_new) {
            keep(tls);
            drop_ticket(tls->ssl.MBEDTLS_PRIVATE(session));
        }
        tls->ssl.MBEDTLS_PRIVATE(state) = MBEDTLS_SSL_HANDSHAKE_OVER;
        cs_mbedtls_trim(&tls->ssl);
        if (++resumption->tickets == TICKETS_MAX) {
            ignore_tickets(tls);
        }
    }
    /* One that cannot be taken, for want of memory perhaps, costs nothing but itself. */
    tls->failures_before = tls->world.arena->failed;
    return true;
}

/* ---- Beginning and end ---- */

static void forget(struct cs_tls *tls)
{
    cs_wipe(tls->resumption, sizeof *tls->resumption);
    cs_arena_release(tls->world.arena, tls->resumption);
    tls->resumption = NULL;
}

/* Of each piece its length as well, so that nothing can pass from one to the next. */
static bool bind(struct cs_tls *tls, const struct cs_slice *bound, size_t count)
{
    struct cs_tls_resumption *resumption = tls->resumption;
    struct cs_slice pieces[BOUND_MAX + 3];
    size_t lengths[BOUND_MAX + 2];
    size_t used = 1;

    for (size_t i = 0; i < count; i++) {
        pieces[used++] = bound[i];
    }
    pieces[used++] = cs_slice_of(tls->host);
    pieces[used++] = tls->anchors;
    for (size_t i = 1; i < used; i++) {
        lengths[i - 1] = pieces[i].length;
    }
    pieces[0] = cs_slice_make((const char *)lengths, (used - 1) * sizeof lengths[0]);
    return cs_sha256(pieces, used, resumption->binding);
}

enum connsync_status cs_tls_resume(struct cs_tls *tls, struct connsync_session *session,
                                   const struct cs_slice *bound, size_t count)
{
    struct cs_tls_resumption *resumption = cs_arena_allocate(tls->world.arena, sizeof *resumption);

    if (resumption == NULL || count > BOUND_MAX) {
        cs_arena_release(tls->world.arena, resumption);
        return resumption == NULL ? CONNSYNC_ERR_MEMORY : CONNSYNC_ERR_ARGUMENT;
    }
    *resumption = (struct cs_tls_resumption){.kept = session,
                                             .offer = offer,
                                             .settle = settle,
                                             .abandon = abandon,
                                             .take = take,
                                             .forget = forget};
    tls->resumption = resumption;
    cs_mbedtls_enter(&tls->world.hooks);
    return bind(tls, bound, count) ? CONNSYNC_OK : CONNSYNC_ERR_MEMORY;
}
