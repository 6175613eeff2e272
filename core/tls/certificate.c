/* Walks from a certificate's beginning to its validity and its subject, and reads the two
 * times. What lies behind them (keys, extensions) is left to the library and tls_name.c. */
#include "core/tls/certificate.h"

#include "core/base/civil.h"
#include "core/tls/der.h"

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
