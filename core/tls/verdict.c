/* The policy on chains: dates, purposes, names, constraints. See verdict.h. */
#include "core/tls/verdict.h"

#include "core/tls/tls_name.h"

/* From the most to the least telling. A certificate that is both untrusted and
 * misnamed is best called untrusted; one that is weak is untrusted only because
 * it is weak. */
static const uint8_t reasons[] = {
    CONNSYNC_ERR_CERT_WEAK,    CONNSYNC_ERR_CERT_ANCHOR,     CONNSYNC_ERR_CERT_UNTRUSTED,
    CONNSYNC_ERR_TIME_UNKNOWN, CONNSYNC_ERR_CERT_EXPIRED,    CONNSYNC_ERR_CERT_NOT_YET_VALID,
    CONNSYNC_ERR_CERT_USAGE,   CONNSYNC_ERR_CERT_CONSTRAINT, CONNSYNC_ERR_CERT_NAME};

void cs_tls_object(struct cs_tls_verdict *verdict, enum connsync_status reason)
{
    for (size_t i = 0; i < sizeof reasons; i++) {
        if (reasons[i] == verdict->status || reasons[i] == reason) {
            verdict->status = (enum connsync_status)reasons[i];
            return;
        }
    }
}

static void check_dates(struct cs_tls_verdict *verdict,
                        const struct cs_tls_certificate *certificate)
{
    if (!verdict->time_known) {
        cs_tls_object(verdict, CONNSYNC_ERR_TIME_UNKNOWN);
    } else if (verdict->now < certificate->valid_from) {
        cs_tls_object(verdict, CONNSYNC_ERR_CERT_NOT_YET_VALID);
    } else if (verdict->now > certificate->valid_to) {
        cs_tls_object(verdict, CONNSYNC_ERR_CERT_EXPIRED);
    }
    if (!verdict->dated || certificate->valid_to < verdict->until) {
        verdict->until = certificate->valid_to;
        verdict->dated = true;
    }
}

static void check_names(struct cs_tls_verdict *verdict,
                        const struct cs_tls_certificate *certificate)
{
    struct cs_slice names = cs_tls_extension(certificate->extensions, CS_TLS_OID_SUBJECT_ALT_NAME);

    if (!cs_tls_names_include(names, verdict->host)) {
        cs_tls_object(verdict, CONNSYNC_ERR_CERT_NAME);
        /* A library leaves out a certificate whose signature algorithm it does not know
         * (SHA-1, MD5), and an authority is judged in the server's place. */
        if (certificate->is_authority && !verdict->pinned &&
            verdict->status != CONNSYNC_ERR_CERT_ANCHOR &&
            verdict->status != CONNSYNC_ERR_CERT_UNTRUSTED) {
            cs_tls_object(verdict, CONNSYNC_ERR_CERT_WEAK);
        }
    }
    for (size_t i = 0; i < verdict->constrained_count; i++) {
        if (!cs_tls_names_permitted(names, verdict->host, verdict->constrained[i])) {
            cs_tls_object(verdict, CONNSYNC_ERR_CERT_CONSTRAINT);
        }
    }
}

static void remember_constraints(struct cs_tls_verdict *verdict,
                                 const struct cs_tls_certificate *certificate)
{
    struct cs_slice constraints =
        cs_tls_extension(certificate->extensions, CS_TLS_OID_NAME_CONSTRAINTS);

    if (constraints.data == NULL) {
        return;
    }
    if (verdict->constrained_count == CS_TLS_CHAIN_MAX) {
        cs_tls_object(verdict, CONNSYNC_ERR_CERT_CONSTRAINT);
        return;
    }
    verdict->constrained[verdict->constrained_count++] = constraints;
}

void cs_tls_judge(struct cs_tls_verdict *verdict, const struct cs_tls_certificate *certificate,
                  bool is_leaf)
{
    check_dates(verdict, certificate);
    /* At every level: an authority licensed for client certificates must not vouch for
     * servers. */
    if (!certificate->serves_tls) {
        cs_tls_object(verdict, CONNSYNC_ERR_CERT_USAGE);
    }
    if (is_leaf) {
        check_names(verdict, certificate);
    } else {
        remember_constraints(verdict, certificate);
    }
}
