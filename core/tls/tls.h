/*
 * A TLS session of a client, over the port: bytes, verdicts and waits.
 *
 * TLS 1.3 and 1.2, ECDHE with authenticated encryption only. The peer's certificate is
 * always judged, and more strictly than a library does by itself (verdict.h). Which
 * library that is, is known to core/tls/mbedtls and port/mbedtls alone: no header here
 * shows a type of it. HTTP, retries and the connection itself are the caller's.
 */
#ifndef CONNSYNC_CORE_TLS_TLS_H
#define CONNSYNC_CORE_TLS_TLS_H

#include "core/base/arena.h"
#include "core/base/session.h"
#include "core/base/status.h"
#include "core/base/text.h"
#include "port/connsync_port.h"

struct cs_tls;

/* Why a session failed, beside the status; zeros where there is nothing to say. */
struct cs_tls_reason {
    uint16_t code; /* the library's error, without its sign */
    uint8_t why;   /* enum connsync_tls_reason */
};

/*
 * Prepares the policy, once, in a piece of the arena. `anchors` are the trusted roots, one
 * DER certificate after another, used in place. Draws entropy from the port. All pointers
 * must outlive the `struct cs_tls`. On a failure `*out` is NULL, or what cs_tls_free takes
 * all the same.
 */
enum connsync_status cs_tls_init(struct cs_tls **out, const struct connsync_port *port,
                                 struct cs_arena *arena, struct cs_slice anchors, const char *host);

/*
 * The client's side of mutual TLS. To be called once, before the first
 * handshake. `chain` is DER, used in place: the certificate that a server is
 * shown if it asks for one, with those that lead to its root behind it; `key`
 * is its private key, RSA or EC. CONNSYNC_ERR_CLIENT_CERTIFICATE if they cannot
 * be understood.
 *
 * With `chain.data` NULL nothing is shown. Either way a server that ends a
 * session for the client's certificate, or the lack of one, is
 * CONNSYNC_ERR_CLIENT_CERTIFICATE from now on; without this call it is
 * CONNSYNC_ERR_TLS. cs_tls_free takes back what this took, and wipes the key.
 *
 * A session refers to nothing of this: a program that never calls it has
 * neither its code nor the parsing of private keys in it.
 */
enum connsync_status cs_tls_identify(struct cs_tls *tls, struct cs_slice chain,
                                     struct cs_slice key);

/* Why a call failed, if one has since this was last asked; zeros also where cs_tls_identify was
 * not called, by whom alone reasons are noted. */
struct cs_tls_reason cs_tls_take_reason(struct cs_tls *tls);

/*
 * From now on chains are looked at as closely as a host can afford: a server's own certificate may
 * be an anchor, of renewed certificates those are taken that are valid, and a chain that is refused
 * is described in `*told`, which is the caller's and holds until the next handshake. To be called
 * after cs_tls_identify, before the first handshake.
 */
void cs_tls_tell(struct cs_tls *tls, struct connsync_certificate *told);

/* Of a session that is up: its version and its suite, "TLSv1.3, TLS1-3-AES-256-GCM-SHA384",
 * ", resumed" or ", not resumed", and ", early data accepted" or ", early data refused" where some
 * was sent. A program that does not call it has none of it. */
void cs_tls_describe(struct cs_tls *tls, struct cs_writer *line);

/* Likewise: from now on `certified`, if it is not NULL, is shown each certificate of each chain that
 * is verified, as connsync_client says. To be called after cs_tls_tell. */
void cs_tls_show(struct cs_tls *tls,
                 void (*certified)(void *context, unsigned depth, const uint8_t *der,
                                   size_t length),
                 void *context);

/* Likewise: from now on `anchors`, if it is not NULL, is asked for the trusted roots, in the place of
 * those of cs_tls_init, as connsync_client says. */
void cs_tls_ask_for_anchors(struct cs_tls *tls,
                            const uint8_t *(*anchors)(void *context, const uint8_t *der,
                                                      size_t length, size_t *size),
                            void *context);

/*
 * From now on handshakes go on from `session`, where the server allows it, and the session that a
 * server then offers is kept there. `bound` is what it holds for beside the roots and the name, at
 * most four slices: a session that was kept with other bytes is not used. Both are the caller's;
 * `session` outlives this. To be called after cs_tls_identify, before the first handshake. TLS 1.3
 * alone: the library would keep the server's certificate with a session of 1.2. A program that never
 * calls it has none of this.
 */
enum connsync_status cs_tls_resume(struct cs_tls *tls, struct connsync_session *session,
                                   const struct cs_slice *bound, size_t count);

/* Who has a request that may be sent before the server has answered. */
struct cs_tls_early {
    /* Asked in a handshake that would go on from a session, before anything is sent: the request, of
     * at most `most` bytes, or NULL. It stays as it is until the handshake is over. Then it is empty if
     * the server has accepted it; otherwise it was passed over, and is to be sent as ever. */
    struct cs_slice *(*request)(void *context, size_t most);
    void *context;
};

/*
 * From now on a request goes with the hello of a handshake that goes on from a session whose ticket
 * allows it (early data: RFC 8446, sections 2.3 and 8). It is encrypted with what the session's secret
 * gives alone, and whoever records it can send it again: for what may be repeated only. To be called
 * after cs_tls_resume, without which it does nothing; once more does nothing either. It takes some 8 KB
 * of the arena, for what is sent first. A program that never calls it has none of this. Without
 * CONNSYNC_TLS_EARLY_DATA it does nothing.
 */
enum connsync_status cs_tls_send_early(struct cs_tls *tls, const struct cs_tls_early *who);

/* Was it a handshake that tried to go on from a session that failed last? That session is
 * forgotten, and another connection may do better. */
bool cs_tls_gave_up(struct cs_tls *tls);

/*
 * Begins a turn, in which the calls below receive from the port a bounded number of times, all
 * together. After that they are CONNSYNC_WOULD_BLOCK although bytes may be there: a peer that
 * sends without end, records that are skipped even, keeps nobody from looking at the time.
 */
void cs_tls_turn(struct cs_tls *tls);

/* Goes on with the handshake over the port's open connection; begins one if there
 * is none. CONNSYNC_OK when it is complete, CONNSYNC_WOULD_BLOCK with what to
 * wait for in `*want_write`, or what went wrong. */
enum connsync_status cs_tls_handshake(struct cs_tls *tls, bool *want_write);

/* CONNSYNC_OK with `*got` > 0, or with `*got` == 0 at an orderly end of the stream
 * (close_notify). A stream cut without one is CONNSYNC_ERR_CLOSED. */
enum connsync_status cs_tls_read(struct cs_tls *tls, uint8_t *data, size_t size, size_t *got,
                                 bool *want_write);

/* CONNSYNC_OK with `*taken` > 0. After CONNSYNC_WOULD_BLOCK the next call must
 * bring the same bytes. */
enum connsync_status cs_tls_write(struct cs_tls *tls, const uint8_t *data, size_t length,
                                  size_t *taken, bool *want_write);

/* Ends the session and gives its memory back; says goodbye if that can be done
 * without waiting. The port's connection is left to the caller. NULL is allowed. */
void cs_tls_close(struct cs_tls *tls);

/* Gives back everything, its own piece of the arena too, and wipes the keys. NULL is
 * allowed. */
void cs_tls_free(struct cs_tls *tls);

/* The library that was compiled in, and its version: "mbedTLS 3.6.7". */
const char *cs_tls_library(void);

#endif
