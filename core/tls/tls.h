/*
 * A TLS client over the port: the policy, and nothing of HTTP.
 *
 * TLS 1.3 and 1.2, ECDHE with authenticated encryption only. The peer's
 * certificate is always checked, and more strictly than mbedTLS does by itself
 * (see tls_verify.h). This header and the files beside it are the only ones in
 * the core that know mbedTLS.
 */
#ifndef CONNSYNC_CORE_TLS_TLS_H
#define CONNSYNC_CORE_TLS_TLS_H

#include "core/base/arena.h"
#include "core/base/status.h"
#include "core/base/text.h"
#include "core/tls/tls_verify.h"
#include "port/connsync_port.h"
#include "port/mbedtls/mbedtls_world.h"

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/ssl.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cs_tls {
    mbedtls_ssl_context ssl;
    mbedtls_ssl_config config;
    mbedtls_ctr_drbg_context random;
    struct connsync_mbedtls_world world;
    const struct connsync_port *port;
    struct cs_arena *arena;
    struct cs_slice anchors; /* concatenated DER certificates */
    const char *host;
    struct cs_tls_verdict verdict;
    size_t failures_before; /* of the arena, when the handshake began */
    size_t needed;          /* of the arena, by the first handshake */
    int port_error;         /* the port's last failure, 0 for none */
    uint32_t handshakes;    /* completed since cs_tls_init */
    bool set_up;
#ifndef CONNSYNC_CORE_SMALL
    mbedtls_x509_crt own_chain; /* what cs_tls_identify was given */
    mbedtls_pk_context own_key;
#endif
};

/*
 * Prepares the policy, once. `anchors` are the trusted roots, one DER certificate
 * after another, used in place. Draws entropy from the port. All pointers must
 * outlive the `struct cs_tls`.
 */
enum connsync_status cs_tls_init(struct cs_tls *tls, const struct connsync_port *port,
                                 struct cs_arena *arena, struct cs_slice anchors, const char *host);

#ifndef CONNSYNC_CORE_SMALL
/* The certificate that a server is shown if it asks for one, with those that lead to its
 * root behind it, and its private key: DER, of which the certificates are used in place.
 * CONNSYNC_ERR_CLIENT_CERTIFICATE if they cannot be understood. */
enum connsync_status cs_tls_identify(struct cs_tls *tls, struct cs_slice chain,
                                     struct cs_slice key);

/* Is it for the client's certificate, or the lack of one, that the server ended the
 * session with this code? */
bool cs_tls_lacks_identity(const struct cs_tls *tls, int code);

/* Gives back what cs_tls_identify took, and wipes the key. */
void cs_tls_forget_identity(struct cs_tls *tls);
#endif

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
 * without waiting. The port's connection is left to the caller. */
void cs_tls_close(struct cs_tls *tls);

/* Gives back everything and wipes the keys. */
void cs_tls_free(struct cs_tls *tls);

#ifdef __cplusplus
}
#endif

#endif
