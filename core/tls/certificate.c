/* Walks through a certificate's outline, and reads the two times. What keys and extensions mean is
 * left to the library, to tls_name.c and to mbedtls/trust.c. */
#include "core/tls/certificate.h"

#include "core/base/civil.h"
#include "core/tls/der.h"

#include <string.h>

/* In a TBSCertificate: [0] and [3]. */
#define TAG_VERSION 0xa0
#define TAG_EXTENSIONS 0xa3

/* Certificate ::= SEQUENCE { TBSCertificate ::= SEQUENCE { [0] version, serial, signature, issuer,
 * validity, subject, key, ... }, ... } */
bool cs_certificate_next(struct cs_slice *certificates, struct cs_certificate *certificate)
{
    struct cs_der_item item;
    struct cs_slice *rest = &certificate->rest;

    memset(certificate, 0, sizeof *certificate);
    if (!cs_der_next(certificates, &item) || item.tag != CS_DER_SEQUENCE) {
        return false;
    }
    certificate->whole = item.whole;
    /* Version 1 does not say its version. */
    bool begun = cs_der_expect(&item.contents, CS_DER_SEQUENCE, rest) && cs_der_next(rest, &item) &&
                 (item.tag != TAG_VERSION || cs_der_next(rest, &item)) &&
                 item.tag == CS_DER_INTEGER;
    for (size_t i = 0; begun && i < CS_CERTIFICATE_PARTS && cs_der_next(rest, &item); i++) {
        certificate->parts[i] = item.whole;
    }
    return true;
}

/* What stands behind the key: unique identifiers, which nobody uses, and [3] the extensions. */
static bool read_rest(struct cs_slice fields, struct cs_slice *extensions)
{
    struct cs_der_item item;

    *extensions = cs_slice_of(NULL);
    while (cs_der_next(&fields, &item)) {
        if (item.tag == TAG_EXTENSIONS) {
            *extensions = item.contents;
        }
    }
    return fields.length == 0;
}

struct cs_slice cs_certificate_extensions(const struct cs_certificate *certificate)
{
    struct cs_slice extensions;

    (void)read_rest(certificate->rest, &extensions);
    return extensions;
}

bool cs_certificate_read(struct cs_slice whole, struct cs_certificate *certificate)
{
    struct cs_slice outer;
    struct cs_slice ignored;
    bool good = cs_der_only(whole, CS_DER_SEQUENCE, &outer) &&
                cs_der_expect(&outer, CS_DER_SEQUENCE, &ignored) &&
                cs_der_expect(&outer, CS_DER_SEQUENCE, &ignored) &&
                cs_der_only(outer, CS_DER_BIT_STRING, &ignored) &&
                cs_certificate_next(&whole, certificate) && read_rest(certificate->rest, &ignored);

    for (size_t i = 0; good && i < CS_CERTIFICATE_PARTS; i++) {
        good = cs_der_only(certificate->parts[i], CS_DER_SEQUENCE, &ignored);
    }
    return good;
}

/* RFC 5280, 4.1.2.5: a time of two digits for the year lies in 1950 to 2049. */
static bool read_time(struct cs_slice *validity, int64_t *seconds)
{
    struct cs_der_item item;
    struct cs_civil civil;

    if (!cs_der_next(validity, &item)) {
        return false;
    }
    bool is_short = item.tag == CS_DER_UTC_TIME;
    if ((!is_short && item.tag != CS_DER_GENERALIZED_TIME) ||
        !cs_civil_read(&civil, item.contents, is_short ? "001122334455Z" : "00001122334455Z")) {
        return false;
    }
    if (is_short) {
        civil.year += civil.year < 50 ? 2000 : 1900;
    }
    bool good = cs_civil_is_valid(&civil);
    *seconds = good ? cs_civil_to_utc(&civil) : 0;
    return good;
}

bool cs_certificate_dates(const struct cs_certificate *certificate, int64_t *from, int64_t *to)
{
    struct cs_slice rest;

    return cs_der_only(certificate->validity, CS_DER_SEQUENCE, &rest) && read_time(&rest, from) &&
           read_time(&rest, to);
}
