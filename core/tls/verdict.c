/* The policy on chains: dates, purposes, names, constraints. See verdict.h. */
#include "core/tls/verdict.h"

#include "core/tls/tls_name.h"

/* In the order of the bits. */
static const uint8_t statuses[] = {CONNSYNC_ERR_CERT_WEAK,          CONNSYNC_ERR_CERT_UNTRUSTED,
                                   CONNSYNC_ERR_TIME_UNKNOWN,       CONNSYNC_ERR_CERT_EXPIRED,
                                   CONNSYNC_ERR_CERT_NOT_YET_VALID, CONNSYNC_ERR_CERT_USAGE,
                                   CONNSYNC_ERR_CERT_CONSTRAINT,    CONNSYNC_ERR_CERT_NAME};

static uint32_t check_dates(const struct cs_tls_verdict *verdict,
                            const struct cs_tls_certificate *certificate)
{
    if (!verdict->time_known) {
        return CS_TLS_TIME_UNKNOWN;
    }
    if (verdict->now < certificate->valid_from) {
        return CS_TLS_NOT_YET_VALID;
    }
    return verdict->now > certificate->valid_to ? CS_TLS_EXPIRED : 0;
}

static uint32_t check_names(const struct cs_tls_verdict *verdict,
                            const struct cs_tls_certificate *certificate)
{
    struct cs_slice names = cs_tls_subject_alt_names(certificate->extensions);
    uint32_t reasons = 0;

    if (!cs_tls_names_include(names, verdict->host)) {
        /* A library leaves out a certificate whose signature algorithm it does not know
         * (SHA-1, MD5), and an authority is judged in the server's place. */
        bool stands_in = certificate->is_authority && (verdict->reasons & CS_TLS_UNTRUSTED) == 0;
        reasons |= stands_in ? CS_TLS_NAME | CS_TLS_WEAK : CS_TLS_NAME;
    }
    for (size_t i = 0; i < verdict->constrained_count; i++) {
        if (!cs_tls_names_permitted(names, verdict->host, verdict->constrained[i])) {
            reasons |= CS_TLS_CONSTRAINT;
        }
    }
    return reasons;
}

static uint32_t remember_constraints(struct cs_tls_verdict *verdict,
                                     const struct cs_tls_certificate *certificate)
{
    struct cs_slice constraints = cs_tls_name_constraints(certificate->extensions);

    if (constraints.data == NULL) {
        return 0;
    }
    if (verdict->constrained_count == CS_TLS_CHAIN_MAX) {
        return CS_TLS_CONSTRAINT;
    }
    verdict->constrained[verdict->constrained_count++] = constraints;
    return 0;
}

bool cs_tls_judge(struct cs_tls_verdict *verdict, const struct cs_tls_certificate *certificate,
                  bool is_leaf)
{
    uint32_t reasons = certificate->reasons | check_dates(verdict, certificate);

    /* At every level: an authority licensed for client certificates must not vouch for
     * servers. */
    reasons |= certificate->serves_tls ? 0 : CS_TLS_USAGE;
    verdict->reasons |= reasons;
    reasons |=
        is_leaf ? check_names(verdict, certificate) : remember_constraints(verdict, certificate);
    verdict->reasons |= reasons;
    return reasons == 0;
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
    for (size_t i = 0; i < sizeof statuses; i++) {
        if ((verdict->reasons >> i & 1u) != 0) {
            return (enum connsync_status)statuses[i];
        }
    }
    return CONNSYNC_OK;
}
