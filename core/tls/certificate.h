/*
 * Certificates (RFC 5280, section 4.1) as DER, read in place without a library: which is
 * which in a list of them, for whom, until when. Nothing is verified here.
 */
#ifndef CONNSYNC_CORE_TLS_CERTIFICATE_H
#define CONNSYNC_CORE_TLS_CERTIFICATE_H

#include "core/base/text.h"

#define CS_CERTIFICATE_PARTS 5u

/* One certificate, and its parts, each with its header; those that cannot be read are empty. */
struct cs_certificate {
    struct cs_slice whole;
    union {
        struct {
            struct cs_slice algorithm; /* of the signature, as the signed part names it, */
            struct cs_slice issuer;    /* who signed, */
            struct cs_slice validity;  /* until when, */
            struct cs_slice subject;   /* whom, */
            struct cs_slice key;       /* and with what key (SubjectPublicKeyInfo) */
        };
        struct cs_slice parts[CS_CERTIFICATE_PARTS];
    };
    struct cs_slice rest; /* what stands behind it, in the signed part */
};

/* Takes the certificate at the front of `*certificates`. False at the end or at bytes that
 * are not a certificate. */
bool cs_certificate_next(struct cs_slice *certificates, struct cs_certificate *certificate);

/* The same for one whole certificate. False if its outline is not what RFC 5280, section 4.1, has.
 * What the parts mean is not looked at. */
bool cs_certificate_read(struct cs_slice whole, struct cs_certificate *certificate);

/* Its extensions, with their SEQUENCE header; empty when there are none. */
struct cs_slice cs_certificate_extensions(const struct cs_certificate *certificate);

/* The first and the last second of its validity, since 1970; false if they cannot be read. */
bool cs_certificate_dates(const struct cs_certificate *certificate, int64_t *from, int64_t *to);

#endif
