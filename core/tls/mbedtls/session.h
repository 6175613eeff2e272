/* A session as mbedTLS has it, for the files of this folder. See core/tls/tls.h. */
#ifndef CONNSYNC_CORE_TLS_MBEDTLS_SESSION_H
#define CONNSYNC_CORE_TLS_MBEDTLS_SESSION_H

#include "core/tls/mbedtls/library.h"
#include "core/tls/tls.h"
#include "core/tls/verdict.h"

#include <mbedtls/ssl.h>

/* What cs_tls_identify adds to a session. */
struct cs_tls_identity {
    mbedtls_x509_crt chain;
    mbedtls_pk_context key;
    /* Is it for the client's certificate, or the lack of one, that the server ended the
     * session with this code? */
    bool (*is_missed)(const struct cs_tls *tls, int code);
    /* Gives back all of it, this too. */
    void (*forget)(struct cs_tls *tls);
};

struct cs_tls {
    mbedtls_ssl_context ssl;
    mbedtls_ssl_config config;
    struct cs_tls_world world;
    struct cs_slice anchors; /* concatenated DER certificates */
    const char *host;
    struct cs_tls_identity *identity; /* or NULL: nobody asked for one */
    struct cs_tls_verdict verdict;
    size_t failures_before; /* of the arena, when this call began */
    int port_error;         /* the port's last failure, 0 for none */
    bool set_up;
    uint8_t received; /* how often, in this turn */
};

/* The callback for mbedtls_ssl_conf_verify; its context is a verdict. */
int cs_tls_verify(void *context, mbedtls_x509_crt *certificate, int depth, uint32_t *flags);

#endif
