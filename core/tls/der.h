/*
 * Reading DER (X.690): one element after another, in place. What is not the one encoding
 * that DER allows (a length that could be shorter, an indefinite one) is damaged.
 */
#ifndef CONNSYNC_CORE_TLS_DER_H
#define CONNSYNC_CORE_TLS_DER_H

#include "core/base/text.h"

/* The universal tags that are met here. */
enum cs_der_tag {
    CS_DER_BOOLEAN = 0x01,
    CS_DER_INTEGER = 0x02,
    CS_DER_BIT_STRING = 0x03,
    CS_DER_OCTET_STRING = 0x04,
    CS_DER_OID = 0x06,
    CS_DER_UTC_TIME = 0x17,
    CS_DER_GENERALIZED_TIME = 0x18,
    CS_DER_SEQUENCE = 0x30,
    CS_DER_SET = 0x31
};

struct cs_der_item {
    uint8_t tag;
    struct cs_slice whole;
    struct cs_slice contents;
};

/* Takes one element from the front of `*rest`; false, and `*rest` is left, at the end or
 * when it is damaged. */
bool cs_der_next(struct cs_slice *rest, struct cs_der_item *item);

/* The same for an element of this tag. Another one is taken, too, but false. */
bool cs_der_expect(struct cs_slice *rest, uint8_t tag, struct cs_slice *contents);

/* `all` is one element of this tag, and nothing behind it. */
bool cs_der_only(struct cs_slice all, uint8_t tag, struct cs_slice *contents);

#endif
