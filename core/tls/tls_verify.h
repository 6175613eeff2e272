/*
 * What a certificate chain must satisfy beyond mbedTLS's own checks.
 *
 * mbedTLS 3.6 by itself falls back to the subject's common name, takes a dNSName
 * that spells an IP address, ignores name constraints that are not marked
 * critical and the extended key usage of intermediates; and its time checks need
 * a C library clock. This room closes those gaps (RFC 5280, RFC 6125, RFC 9525)
 * and tells the reasons apart: expired, not yet valid and "what time is it?" are
 * three different errors.
 */
#ifndef CONNSYNC_CORE_TLS_TLS_VERIFY_H
#define CONNSYNC_CORE_TLS_TLS_VERIFY_H

#include "core/base/status.h"
#include "core/base/text.h"

#include <mbedtls/x509_crt.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Certificates of one chain: as many as mbedTLS itself follows, and the root. */
#define CS_TLS_CHAIN_MAX (MBEDTLS_X509_MAX_INTERMEDIATE_CA + 2)

/* Collected from the root down to the leaf. One bit a reason, so that several
 * can be seen and the most telling one reported. */
struct cs_tls_verdict {
    struct cs_slice host;
    int64_t now;
    bool time_known;
    uint32_t reasons;
    struct cs_slice constrained[CS_TLS_CHAIN_MAX]; /* extensions of the CAs above the leaf */
    size_t constrained_count;
};

void cs_tls_verdict_init(struct cs_tls_verdict *verdict, const char *host, bool time_known,
                         int64_t now);

/* The callback for mbedtls_ssl_conf_verify; its context is the verdict. */
int cs_tls_verify(void *context, mbedtls_x509_crt *certificate, int depth, uint32_t *flags);

/* The most telling of the collected reasons; CONNSYNC_OK when there is none. */
enum connsync_status cs_tls_verdict_status(const struct cs_tls_verdict *verdict);

#ifdef __cplusplus
}
#endif

#endif
