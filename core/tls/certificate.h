/*
 * Certificates (RFC 5280, section 4.1) as DER, read in place without a library: which is
 * which in a list of them, for whom, until when. Nothing is verified here.
 */
#ifndef CONNSYNC_CORE_TLS_CERTIFICATE_H
#define CONNSYNC_CORE_TLS_CERTIFICATE_H

#include "core/base/text.h"

/* Parts of one certificate; those that cannot be read are empty. */
struct cs_certificate {
    struct cs_slice whole;
    struct cs_slice validity; /* the contents of its SEQUENCE */
    struct cs_slice subject;  /* with its SEQUENCE header */
};

/* Takes the certificate at the front of `*certificates`. False at the end or at bytes that
 * are not a certificate. */
bool cs_certificate_next(struct cs_slice *certificates, struct cs_certificate *certificate);

/* All parts of one certificate, for who has to say what is in it. */
struct cs_certificate_parts {
    struct cs_slice algorithm;  /* of the signature, as the signed part names it, */
    struct cs_slice issuer;     /* who signed, */
    struct cs_slice validity;   /* until when, */
    struct cs_slice subject;    /* whom, */
    struct cs_slice key;        /* and with what key (SubjectPublicKeyInfo) */
    struct cs_slice extensions; /* with their SEQUENCE header; empty when there are none */
};

/* Reads the outline of a whole certificate; each part has its SEQUENCE header. False if it is not
 * what RFC 5280, section 4.1, has. What the parts mean is not looked at. */
bool cs_certificate_read(struct cs_slice whole, struct cs_certificate_parts *parts);

/* The first and the last second of its validity, since 1970; false if they cannot be read. */
bool cs_certificate_dates(const struct cs_certificate *certificate, int64_t *from, int64_t *to);

#endif
