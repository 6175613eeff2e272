/*
 * What a certificate chain must satisfy beyond a TLS library's own checks, and the status
 * of a chain that does not.
 *
 * mbedTLS by itself falls back to the subject's common name, takes a dNSName that spells
 * an IP address, ignores name constraints that are not marked critical and the extended
 * key usage of intermediates; and its time checks need a C library clock. This closes
 * those gaps (RFC 5280, RFC 6125, RFC 9525) and tells the reasons apart: expired, not yet
 * valid and "what time is it?" are three different errors.
 *
 * Signatures, the path to a root and the parsing of certificates are the library's; what
 * it found comes in as a `struct cs_tls_certificate`.
 */
#ifndef CONNSYNC_CORE_TLS_VERDICT_H
#define CONNSYNC_CORE_TLS_VERDICT_H

#include "core/base/status.h"
#include "core/base/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Certificates of one chain: as many as the library follows, and the root. */
#define CS_TLS_CHAIN_MAX 10

/* One bit a reason, from the most to the least telling: when several apply, the first of
 * these is reported. A certificate that is both untrusted and misnamed is best called
 * untrusted; one that is weak is untrusted only because it is weak. */
enum cs_tls_reason {
    CS_TLS_WEAK = 1 << 0,
    CS_TLS_UNTRUSTED = 1 << 1,
    CS_TLS_TIME_UNKNOWN = 1 << 2,
    CS_TLS_EXPIRED = 1 << 3,
    CS_TLS_NOT_YET_VALID = 1 << 4,
    CS_TLS_USAGE = 1 << 5,
    CS_TLS_CONSTRAINT = 1 << 6,
    CS_TLS_NAME = 1 << 7
};

/* One certificate of a chain, as the library read it. */
struct cs_tls_certificate {
    struct cs_slice extensions; /* with their SEQUENCE header; empty when there are none */
    int64_t valid_from;         /* seconds since 1970 */
    int64_t valid_to;
    uint32_t reasons; /* the library's own objections, `enum cs_tls_reason` */
    bool is_authority;
    bool serves_tls; /* it states no purposes, or that of a TLS server */
};

/* Collected from the root down to the server's own. */
struct cs_tls_verdict {
    struct cs_slice host;
    int64_t now;
    bool time_known;
    uint32_t reasons;
    struct cs_slice constrained[CS_TLS_CHAIN_MAX]; /* name constraints of the authorities */
    size_t constrained_count;
};

/* `now` counts only if `time_known`. */
void cs_tls_verdict_init(struct cs_tls_verdict *verdict, const char *host, bool time_known,
                         int64_t now);

/* Judges one certificate, the root first, the server's own (`is_leaf`) last. False if there
 * is a reason against it. */
bool cs_tls_judge(struct cs_tls_verdict *verdict, const struct cs_tls_certificate *certificate,
                  bool is_leaf);

/* The most telling of the collected reasons; CONNSYNC_OK when there is none. */
enum connsync_status cs_tls_verdict_status(const struct cs_tls_verdict *verdict);

#ifdef __cplusplus
}
#endif

#endif
