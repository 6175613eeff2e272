/*
 * What a certificate chain must satisfy beyond a TLS library's own checks, and
 * the status of a chain that does not.
 *
 * mbedTLS by itself falls back to the subject's common name, takes a dNSName
 * that spells an IP address, ignores name constraints that are not marked
 * critical and the extended key usage of intermediates; and its time checks
 * need a C library clock. This closes those gaps (RFC 5280, RFC 6125, RFC 9525)
 * and tells the reasons apart: expired, not yet valid and "what time is it?"
 * are three different errors.
 *
 * Signatures, the path to a root and the parsing of certificates are the
 * library's; what it found comes in as a `struct cs_tls_certificate`, and by
 * cs_tls_object.
 */
#ifndef CONNSYNC_CORE_TLS_VERDICT_H
#define CONNSYNC_CORE_TLS_VERDICT_H

#include "core/base/status.h"
#include "core/base/text.h"

/* Certificates of one chain: as many as the library follows, and the root. */
#define CS_TLS_CHAIN_MAX 10

/* One certificate of a chain, as the library read it. */
struct cs_tls_certificate {
    struct cs_slice extensions; /* with their SEQUENCE header; empty when there are none */
    int64_t valid_from;         /* seconds since 1970 */
    int64_t valid_to;
    bool is_authority;
    bool serves_tls; /* it states no purposes, or that of a TLS server */
};

/* Collected from the root down to the server's own; it begins with the first
 * three, and zeros. */
struct cs_tls_verdict {
    struct cs_slice host;
    int64_t now; /* if `time_known` */
    bool time_known;
    int64_t until;               /* the first moment at which a certificate of it has expired, */
    bool dated;                  /* of those that were judged, if any was */
    bool begun;                  /* cs_tls_tell: the chain is being looked at, */
    bool pinned;                 /* and the server's own certificate is an anchor */
    enum connsync_status status; /* the most telling objection so far, or CONNSYNC_OK */
    struct cs_slice constrained[CS_TLS_CHAIN_MAX]; /* name constraints of the authorities */
    size_t constrained_count;
};

/* There is `reason` against the chain, one of CONNSYNC_ERR_CERT_* or
 * CONNSYNC_ERR_TIME_UNKNOWN. */
void cs_tls_object(struct cs_tls_verdict *verdict, enum connsync_status reason);

/* Judges one certificate, the root first, the server's own (`is_leaf`) last,
 * after the library's own objections to it. */
void cs_tls_judge(struct cs_tls_verdict *verdict, const struct cs_tls_certificate *certificate,
                  bool is_leaf);

#endif
