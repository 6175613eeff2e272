/* What mbedTLS found in a certificate of a chain, in the words of core/tls/verdict. */
#include "core/base/civil.h"
#include "core/tls/mbedtls/session.h"

#include <mbedtls/oid.h>

_Static_assert(CS_TLS_CHAIN_MAX >= MBEDTLS_X509_MAX_INTERMEDIATE_CA + 2, "a whole chain fits");

static const uint32_t weak =
    MBEDTLS_X509_BADCERT_BAD_MD | MBEDTLS_X509_BADCERT_BAD_PK | MBEDTLS_X509_BADCERT_BAD_KEY;
static const uint32_t misnamed = MBEDTLS_X509_BADCERT_CN_MISMATCH;

/* As it is built, mbedTLS does not look at dates, and at the server's own usage only after
 * its chain. What else there is falls under "untrusted": an unknown objection is still an
 * objection. */
static void object(struct cs_tls_verdict *verdict, uint32_t flags)
{
    if ((flags & weak) != 0) {
        cs_tls_object(verdict, CONNSYNC_ERR_CERT_WEAK);
    }
    if ((flags & misnamed) != 0) {
        cs_tls_object(verdict, CONNSYNC_ERR_CERT_NAME);
    }
    if ((flags & ~(weak | misnamed)) != 0) {
        cs_tls_object(verdict, CONNSYNC_ERR_CERT_UNTRUSTED);
    }
}

int64_t cs_tls_utc_of(const mbedtls_x509_time *time)
{
    struct cs_civil civil = {time->year, time->mon, time->day, time->hour, time->min, time->sec};

    return cs_civil_to_utc(&civil);
}

int cs_tls_verify(void *context, mbedtls_x509_crt *certificate, int depth, uint32_t *flags)
{
    struct cs_tls_verdict *verdict = context;
    struct cs_tls_certificate facts = {
        .extensions = cs_slice_make((const char *)certificate->v3_ext.p, certificate->v3_ext.len),
        .valid_from = cs_tls_utc_of(&certificate->valid_from),
        .valid_to = cs_tls_utc_of(&certificate->valid_to),
        .is_authority = mbedtls_x509_crt_get_ca_istrue(certificate) == 1,
        .serves_tls = mbedtls_x509_crt_check_extended_key_usage(
                          certificate, MBEDTLS_OID_SERVER_AUTH,
                          MBEDTLS_OID_SIZE(MBEDTLS_OID_SERVER_AUTH)) == 0,
    };

    object(verdict, *flags);
    cs_tls_judge(verdict, &facts, depth == 0);
    if (verdict->status != CONNSYNC_OK) {
        *flags |= MBEDTLS_X509_BADCERT_OTHER;
    }
    return 0;
}
