/* What mbedTLS found in a certificate of a chain, in the words of core/tls/verdict. */
#include "core/base/civil.h"
#include "core/tls/mbedtls/session.h"

#include <mbedtls/oid.h>

_Static_assert(CS_TLS_CHAIN_MAX >= MBEDTLS_X509_MAX_INTERMEDIATE_CA + 2, "a whole chain fits");

/* mbedTLS's flags for each of our reasons. Those that are named nowhere fall under
 * "untrusted": an unknown objection is still an objection. */
static const struct {
    uint32_t flags;
    uint32_t reason;
} meanings[] = {
    {MBEDTLS_X509_BADCERT_BAD_MD | MBEDTLS_X509_BADCERT_BAD_PK | MBEDTLS_X509_BADCERT_BAD_KEY,
     CS_TLS_WEAK},
    {MBEDTLS_X509_BADCERT_KEY_USAGE | MBEDTLS_X509_BADCERT_EXT_KEY_USAGE |
         MBEDTLS_X509_BADCERT_NS_CERT_TYPE,
     CS_TLS_USAGE},
    {MBEDTLS_X509_BADCERT_EXPIRED, CS_TLS_EXPIRED},
    {MBEDTLS_X509_BADCERT_FUTURE, CS_TLS_NOT_YET_VALID},
    {MBEDTLS_X509_BADCERT_CN_MISMATCH, CS_TLS_NAME},
};

static uint32_t reasons_of_flags(uint32_t flags)
{
    uint32_t reasons = 0;

    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++) {
        reasons |= (flags & meanings[i].flags) != 0 ? meanings[i].reason : 0;
        flags &= ~meanings[i].flags;
    }
    return flags != 0 ? reasons | CS_TLS_UNTRUSTED : reasons;
}

/* mbedTLS parses no certificate with a date that there is not. */
static int64_t utc_of(const mbedtls_x509_time *time)
{
    struct cs_civil civil = {time->year, time->mon, time->day, time->hour, time->min, time->sec};

    return cs_civil_to_utc(&civil);
}

static bool serves_tls(const mbedtls_x509_crt *certificate)
{
    return mbedtls_x509_crt_check_extended_key_usage(certificate, MBEDTLS_OID_SERVER_AUTH,
                                                     MBEDTLS_OID_SIZE(MBEDTLS_OID_SERVER_AUTH)) ==
           0;
}

int cs_tls_verify(void *context, mbedtls_x509_crt *certificate, int depth, uint32_t *flags)
{
    struct cs_tls_certificate facts = {
        .extensions = cs_slice_make((const char *)certificate->v3_ext.p, certificate->v3_ext.len),
        .valid_from = utc_of(&certificate->valid_from),
        .valid_to = utc_of(&certificate->valid_to),
        .reasons = reasons_of_flags(*flags),
        .is_authority = mbedtls_x509_crt_get_ca_istrue(certificate) == 1,
        .serves_tls = serves_tls(certificate),
    };

    if (!cs_tls_judge(context, &facts, depth == 0)) {
        *flags |= MBEDTLS_X509_BADCERT_OTHER;
    }
    return 0;
}
