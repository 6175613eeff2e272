/* See certificate.h. */
#include "core/tls/certificate.h"

#include "core/base/civil.h"
#include "core/tls/der.h"

#define TAG_VERSION 0xa0

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
    for (int i = 0; i < 3; i++) { /* signature, issuer, validity */
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

/* Digits of `text`, two at `*at`; -1 if there are none. */
static int two_digits(struct cs_slice text, size_t *at)
{
    uint64_t value = 0;
    bool read =
        *at + 2 <= text.length && cs_slice_to_u64(cs_slice_make(text.data + *at, 2), &value);

    *at += 2;
    return read ? (int)value : -1;
}

/* RFC 5280, 4.1.2.5: YYMMDDHHMMSSZ until 2049, or YYYYMMDDHHMMSSZ. */
static bool read_time(struct cs_slice *validity, int64_t *seconds)
{
    struct cs_der_item item;
    struct cs_civil civil;
    size_t at = 0;

    if (!cs_der_next(validity, &item)) {
        return false;
    }
    bool is_short = item.tag == CS_DER_UTC_TIME;
    int century = is_short ? 0 : two_digits(item.contents, &at);
    int year = two_digits(item.contents, &at);
    if (is_short) {
        century = year < 50 ? 20 : 19;
    }
    civil.month = two_digits(item.contents, &at);
    civil.day = two_digits(item.contents, &at);
    civil.hour = two_digits(item.contents, &at);
    civil.minute = two_digits(item.contents, &at);
    civil.second = two_digits(item.contents, &at);
    civil.year = century < 0 || year < 0 ? -1 : century * 100 + year;
    bool good = (is_short || item.tag == CS_DER_GENERALIZED_TIME) &&
                at + 1 == item.contents.length && item.contents.data[at] == 'Z' &&
                cs_civil_is_valid(&civil);
    *seconds = good ? cs_civil_to_utc(&civil) : 0;
    return good;
}

bool cs_certificate_dates(const struct cs_certificate *certificate, int64_t *from, int64_t *to)
{
    struct cs_slice rest = certificate->validity;

    return read_time(&rest, from) && read_time(&rest, to);
}
