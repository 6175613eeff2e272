/* A session as mbedTLS has it, for the files of this folder. See core/tls/tls.h. */
#ifndef CONNSYNC_CORE_TLS_MBEDTLS_SESSION_H
#define CONNSYNC_CORE_TLS_MBEDTLS_SESSION_H

#include "core/tls/hash.h"
#include "core/tls/mbedtls/library.h"
#include "core/tls/tls.h"
#include "core/tls/verdict.h"

#include <mbedtls/ssl.h>

/* What cs_tls_identify adds to a session. */
struct cs_tls_identity {
    mbedtls_x509_crt chain;
    mbedtls_pk_context key;
    /* Notes why a call ended with this code. The status, where that is more than the code
     * says; otherwise CONNSYNC_OK. */
    enum connsync_status (*explain)(struct cs_tls *tls, int code);
    struct cs_tls_reason reason; /* of the last failure */
    /* Of cs_tls_tell, or NULL: where chains are described; */
    struct connsync_certificate *told;
    /* and the status of a list that the library refused for an extension. */
    enum connsync_status (*refine)(struct cs_tls *tls);
    /* Of cs_tls_show, or NULL. */
    void (*certified)(void *context, unsigned depth, const uint8_t *der, size_t length);
    void *certified_context;
    /* Of cs_tls_ask_for_anchors, or NULL. */
    const uint8_t *(*anchors)(void *context, const uint8_t *der, size_t length, size_t *size);
    void *anchors_context;
    /* Gives back all of it, this too. */
    void (*forget)(struct cs_tls *tls);
};

enum {
    CS_TLS_BEGUN, /* when the chain was verified, */
    CS_TLS_UNTIL  /* and when the verdict ends */
};

enum cs_tls_early_outcome {
    CS_TLS_EARLY_NONE, /* nothing was sent */
    CS_TLS_EARLY_ACCEPTED,
    CS_TLS_EARLY_REFUSED
};

/* What cs_tls_resume adds. */
struct cs_tls_resumption {
    struct connsync_session *kept;
    uint8_t binding[CS_SHA256_SIZE]; /* what a session holds for */
    int64_t times[2];                /* of the verdict that this session rests on, since 1970: */
    uint8_t tickets;                 /* that were looked at, of this connection */
    bool offered;                    /* this handshake would go on from one */
    bool gave_up;                    /* and has failed */
    uint8_t early;                   /* enum cs_tls_early_outcome: of the first request with it */
    /* Before a handshake: offers the session that is kept, if it holds. */
    void (*offer)(struct cs_tls *tls);
    /* After one: is it clear whose verdict the session rests on? */
    enum connsync_status (*settle)(struct cs_tls *tls);
    /* After one that failed: the session may be why. */
    void (*abandon)(struct cs_tls *tls);
    /* Of a read that ended with this code: was it for a new session, and is one to read again? */
    bool (*take)(struct cs_tls *tls, int code);
    void (*forget)(struct cs_tls *tls);
};

struct cs_tls {
    mbedtls_ssl_context ssl;
    mbedtls_ssl_config config;
    struct cs_tls_world world;
    struct cs_slice anchors; /* concatenated DER certificates */
    const char *host;
    struct cs_tls_identity *identity;     /* or NULL: nobody asked for one */
    struct cs_tls_resumption *resumption; /* or NULL: sessions are not kept */
    struct cs_tls_verdict verdict;
    size_t failures_before; /* of the arena, when this call began */
    int port_error;         /* the port's last failure, 0 for none */
    bool set_up;
    uint8_t received; /* how often, in this turn */
};

/* Which alert it was, of a call that ended with MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE: before 4.1,
 * mbedTLS has no call that tells. */
static inline uint8_t cs_tls_alert(const mbedtls_ssl_context *ssl)
{
    return ssl->MBEDTLS_PRIVATE(in_msg)[1];
}

/* For cs_tls_identify, which alone links it: `explain` of an identity. */
enum connsync_status cs_tls_explain(struct cs_tls *tls, int code);

/* The list of the server's Certificate message (RFC 8446, section 4.4.2; RFC 5246, section 7.4.2),
 * in the library's buffer. Empty if the message that was read last is none, or is not there as a
 * whole: while it comes in several records, each stands where the next part of it is to be. */
struct cs_slice cs_tls_certificate_list(mbedtls_ssl_context *ssl);

/* Takes the next certificate (DER) off such a list. False at the end, or where that is cut. */
bool cs_tls_next_listed(mbedtls_ssl_context *ssl, struct cs_slice *list,
                        struct cs_slice *certificate);

/* The callbacks for mbedtls_ssl_set_bio; their context is a session. */
int cs_tls_port_send(void *context, const unsigned char *data, size_t length);
int cs_tls_port_recv(void *context, unsigned char *data, size_t size);

/* The callback for mbedtls_ssl_conf_ca_cb; its context is a session. */
int cs_tls_find_issuers(void *context, const mbedtls_x509_crt *child, mbedtls_x509_crt **issuers);

/* Seconds since 1970. mbedTLS parses no certificate with a date that there is not. */
int64_t cs_tls_utc_of(const mbedtls_x509_time *time);

/* The callback for mbedtls_ssl_conf_verify; its context is a verdict. */
int cs_tls_verify(void *context, mbedtls_x509_crt *certificate, int depth, uint32_t *flags);

#endif
