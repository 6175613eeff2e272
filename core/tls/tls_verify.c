#include "core/tls/tls_verify.h"

#include "core/base/civil.h"
#include "core/tls/tls_name.h"

#include <mbedtls/oid.h>
#include <mbedtls/x509.h>

/* Reasons, from the most to the least telling: when several apply, the first of
 * these is reported. A certificate that is both untrusted and misnamed is best
 * called untrusted; one that is weak is untrusted only because it is weak. */
enum {
    REASON_WEAK = 1 << 0,
    REASON_UNTRUSTED = 1 << 1,
    REASON_TIME_UNKNOWN = 1 << 2,
    REASON_EXPIRED = 1 << 3,
    REASON_NOT_YET_VALID = 1 << 4,
    REASON_USAGE = 1 << 5,
    REASON_CONSTRAINT = 1 << 6,
    REASON_NAME = 1 << 7
};

static const struct {
    uint32_t reason;
    enum connsync_status status;
} reason_status[] = {
    {REASON_WEAK, CONNSYNC_ERR_CERT_WEAK},
    {REASON_UNTRUSTED, CONNSYNC_ERR_CERT_UNTRUSTED},
    {REASON_TIME_UNKNOWN, CONNSYNC_ERR_TIME_UNKNOWN},
    {REASON_EXPIRED, CONNSYNC_ERR_CERT_EXPIRED},
    {REASON_NOT_YET_VALID, CONNSYNC_ERR_CERT_NOT_YET_VALID},
    {REASON_USAGE, CONNSYNC_ERR_CERT_USAGE},
    {REASON_CONSTRAINT, CONNSYNC_ERR_CERT_CONSTRAINT},
    {REASON_NAME, CONNSYNC_ERR_CERT_NAME},
};

/* What mbedTLS found, in our words. Bits that are not named here fall under
 * "untrusted": an unknown objection is still an objection. */
static uint32_t reasons_of_flags(uint32_t flags)
{
    const uint32_t weak =
        MBEDTLS_X509_BADCERT_BAD_MD | MBEDTLS_X509_BADCERT_BAD_PK | MBEDTLS_X509_BADCERT_BAD_KEY;
    const uint32_t usage = MBEDTLS_X509_BADCERT_KEY_USAGE | MBEDTLS_X509_BADCERT_EXT_KEY_USAGE |
                           MBEDTLS_X509_BADCERT_NS_CERT_TYPE;
    uint32_t reasons = 0;

    if ((flags & weak) != 0) {
        reasons |= REASON_WEAK;
    }
    if ((flags & usage) != 0) {
        reasons |= REASON_USAGE;
    }
    if ((flags & MBEDTLS_X509_BADCERT_EXPIRED) != 0) {
        reasons |= REASON_EXPIRED;
    }
    if ((flags & MBEDTLS_X509_BADCERT_FUTURE) != 0) {
        reasons |= REASON_NOT_YET_VALID;
    }
    if ((flags & MBEDTLS_X509_BADCERT_CN_MISMATCH) != 0) {
        reasons |= REASON_NAME;
    }
    flags &= ~(weak | usage | MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE |
               MBEDTLS_X509_BADCERT_CN_MISMATCH);
    return flags != 0 ? reasons | REASON_UNTRUSTED : reasons;
}

static int64_t utc_of(const mbedtls_x509_time *time)
{
    struct cs_civil civil = {time->year, time->mon, time->day, time->hour, time->min, time->sec};

    return cs_civil_is_valid(&civil) ? cs_civil_to_utc(&civil) : INT64_MAX;
}

static uint32_t check_dates(const struct cs_tls_verdict *verdict,
                            const mbedtls_x509_crt *certificate)
{
    if (!verdict->time_known) {
        return REASON_TIME_UNKNOWN;
    }
    if (verdict->now < utc_of(&certificate->valid_from)) {
        return REASON_NOT_YET_VALID;
    }
    return verdict->now > utc_of(&certificate->valid_to) ? REASON_EXPIRED : 0;
}

/* A certificate that states its purposes must state this one, at every level: an
 * authority licensed for client certificates must not vouch for servers. */
static uint32_t check_usage(const mbedtls_x509_crt *certificate)
{
    int found = mbedtls_x509_crt_check_extended_key_usage(
        certificate, MBEDTLS_OID_SERVER_AUTH, MBEDTLS_OID_SIZE(MBEDTLS_OID_SERVER_AUTH));

    return found == 0 ? 0 : REASON_USAGE;
}

static struct cs_slice extensions_of(const mbedtls_x509_crt *certificate)
{
    return cs_slice_make((const char *)certificate->v3_ext.p, certificate->v3_ext.len);
}

static uint32_t check_leaf(const struct cs_tls_verdict *verdict,
                           const mbedtls_x509_crt *certificate)
{
    struct cs_slice names = cs_tls_subject_alt_names(extensions_of(certificate));
    uint32_t reasons = 0;

    if (!cs_tls_names_include(names, verdict->host)) {
        /* mbedTLS leaves out a certificate whose signature algorithm it does not know
         * (SHA-1, MD5), and an authority is judged in the server's place. */
        bool stands_in = mbedtls_x509_crt_get_ca_istrue(certificate) == 1 &&
                         (verdict->reasons & REASON_UNTRUSTED) == 0;
        reasons |= stands_in ? REASON_NAME | REASON_WEAK : REASON_NAME;
    }
    for (size_t i = 0; i < verdict->constrained_count; i++) {
        if (!cs_tls_names_permitted(names, verdict->host, verdict->constrained[i])) {
            reasons |= REASON_CONSTRAINT;
        }
    }
    return reasons;
}

static uint32_t remember_constraints(struct cs_tls_verdict *verdict,
                                     const mbedtls_x509_crt *certificate)
{
    struct cs_slice constraints = cs_tls_name_constraints(extensions_of(certificate));

    if (constraints.data == NULL) {
        return 0;
    }
    if (verdict->constrained_count == CS_TLS_CHAIN_MAX) {
        return REASON_CONSTRAINT;
    }
    verdict->constrained[verdict->constrained_count++] = constraints;
    return 0;
}

int cs_tls_verify(void *context, mbedtls_x509_crt *certificate, int depth, uint32_t *flags)
{
    struct cs_tls_verdict *verdict = context;
    uint32_t reasons = reasons_of_flags(*flags);

    reasons |= check_dates(verdict, certificate);
    reasons |= check_usage(certificate);
    verdict->reasons |= reasons;
    if (depth == 0) {
        reasons |= check_leaf(verdict, certificate);
    } else {
        reasons |= remember_constraints(verdict, certificate);
    }
    if (reasons != 0) {
        *flags |= MBEDTLS_X509_BADCERT_OTHER;
        verdict->reasons |= reasons;
    }
    return 0;
}

void cs_tls_verdict_init(struct cs_tls_verdict *verdict, const char *host, bool time_known,
                         int64_t now)
{
    verdict->host = cs_slice_of(host);
    verdict->now = now;
    verdict->time_known = time_known;
    verdict->reasons = 0;
    verdict->constrained_count = 0;
}

enum connsync_status cs_tls_verdict_status(const struct cs_tls_verdict *verdict)
{
    for (size_t i = 0; i < sizeof reason_status / sizeof reason_status[0]; i++) {
        if ((verdict->reasons & reason_status[i].reason) != 0) {
            return reason_status[i].status;
        }
    }
    return CONNSYNC_OK;
}
