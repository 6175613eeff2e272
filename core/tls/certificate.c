/* Walks from a certificate's beginning to its validity and its subject, or through all of its
 * outline, and reads the two times. What keys and extensions mean is left to the library, to
 * tls_name.c and to mbedtls/trust.c. */
#include "core/tls/certificate.h"

#include "core/base/civil.h"
#include "core/tls/der.h"

/* In a TBSCertificate: [0] and [3]. */
#define TAG_VERSION "\xa0"
#define TAG_EXTENSIONS 0xa3

/* Certificate ::= SEQUENCE { TBSCertificate ::= SEQUENCE { [0] version, serial,
 * signature, issuer, validity, subject, ... }, ... } */
bool cs_certificate_next(struct cs_slice *certificates, struct cs_certificate *certificate)
{
    struct cs_der_item item;
    struct cs_slice fields;

    if (!cs_der_next(certificates, &item) || item.tag != CS_DER_SEQUENCE) {
        return false;
    }
    certificate->whole = item.whole;
    certificate->subject = certificate->validity = cs_slice_of(NULL);
    if (!cs_der_expect(&item.contents, CS_DER_SEQUENCE, &fields)) {
        return true;
    }
    /* The version may be missing: the serial is an INTEGER, and stands before the rest. */
    do {
        if (!cs_der_next(&fields, &item)) {
            return true;
        }
    } while (item.tag != CS_DER_INTEGER);
    /* The signature's algorithm, the issuer, the validity. */
    for (int i = 0; i < 3; i++) {
        if (!cs_der_next(&fields, &item)) {
            return true;
        }
    }
    certificate->validity = item.contents;
    if (cs_der_next(&fields, &item)) {
        certificate->subject = item.whole;
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

static bool take_sequence(struct cs_slice *fields, struct cs_slice *whole)
{
    struct cs_der_item item;
    bool taken = cs_der_next(fields, &item) && item.tag == CS_DER_SEQUENCE;

    *whole = taken ? item.whole : cs_slice_of(NULL);
    return taken;
}

bool cs_certificate_read(struct cs_slice whole, struct cs_certificate_parts *parts)
{
    struct cs_slice outer;
    struct cs_slice fields;
    struct cs_slice ignored;

    if (!cs_der_only(whole, CS_DER_SEQUENCE, &outer) ||
        !cs_der_expect(&outer, CS_DER_SEQUENCE, &fields) ||
        !cs_der_expect(&outer, CS_DER_SEQUENCE, &ignored) ||
        !cs_der_only(outer, CS_DER_BIT_STRING, &ignored)) {
        return false;
    }
    /* Version 1 does not say its version. */
    if (cs_slice_starts_with(fields, TAG_VERSION) &&
        !cs_der_expect(&fields, (uint8_t)TAG_VERSION[0], &ignored)) {
        return false;
    }
    return cs_der_expect(&fields, CS_DER_INTEGER, &ignored) &&
           take_sequence(&fields, &parts->algorithm) && take_sequence(&fields, &parts->issuer) &&
           take_sequence(&fields, &parts->validity) && take_sequence(&fields, &parts->subject) &&
           take_sequence(&fields, &parts->key) && read_rest(fields, &parts->extensions);
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
    struct cs_slice rest = certificate->validity;

    return read_time(&rest, from) && read_time(&rest, to);
}
