/* What mbedTLS found in a certificate of a chain, in the words of core/tls/verdict. */
#include "core/base/civil.h"
#include "core/tls/mbedtls/session.h"

#include <mbedtls/oid.h>

_Static_assert(CS_TLS_CHAIN_MAX >= MBEDTLS_X509_MAX_INTERMEDIATE_CA + 2, "a whole chain fits");

/* mbedTLS's flags for each of our reasons; the last is for those that are named
 * nowhere: an unknown objection is still an objection. */
static const struct {
    uint32_t flags;
    enum connsync_status reason;
} meanings[] = {
    {MBEDTLS_X509_BADCERT_BAD_MD | MBEDTLS_X509_BADCERT_BAD_PK | MBEDTLS_X509_BADCERT_BAD_KEY,
     CONNSYNC_ERR_CERT_WEAK},
    {MBEDTLS_X509_BADCERT_KEY_USAGE | MBEDTLS_X509_BADCERT_EXT_KEY_USAGE |
         MBEDTLS_X509_BADCERT_NS_CERT_TYPE,
     CONNSYNC_ERR_CERT_USAGE},
    {MBEDTLS_X509_BADCERT_EXPIRED, CONNSYNC_ERR_CERT_EXPIRED},
    {MBEDTLS_X509_BADCERT_FUTURE, CONNSYNC_ERR_CERT_NOT_YET_VALID},
    {MBEDTLS_X509_BADCERT_CN_MISMATCH, CONNSYNC_ERR_CERT_NAME},
    {UINT32_MAX, CONNSYNC_ERR_CERT_UNTRUSTED},
};

static void object(struct cs_tls_verdict *verdict, uint32_t flags)
{
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++) {
        if ((flags & meanings[i].flags) != 0) {
            cs_tls_object(verdict, meanings[i].reason);
        }
        flags &= ~meanings[i].flags;
    }
}

/* mbedTLS parses no certificate with a date that there is not. */
static int64_t utc_of(const mbedtls_x509_time *time)
{
    struct cs_civil civil = {time->year, time->mon, time->day, time->hour, time->min, time->sec};

    return cs_civil_to_utc(&civil);
}

int cs_tls_verify(void *context, mbedtls_x509_crt *certificate, int depth, uint32_t *flags)
{
    struct cs_tls_verdict *verdict = context;
    struct cs_tls_certificate facts = {
        .extensions = cs_slice_make((const char *)certificate->v3_ext.p, certificate->v3_ext.len),
        .valid_from = utc_of(&certificate->valid_from),
        .valid_to = utc_of(&certificate->valid_to),
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
