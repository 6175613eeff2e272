/* See der.h. */
#include "core/tls/der.h"

/* Lengths of one to three bytes: up to 16 MB, far more than a certificate. */
static bool read_length(struct cs_slice *rest, size_t *length)
{
    if (rest->length == 0) {
        return false;
    }
    uint8_t first = (uint8_t)rest->data[0];
    size_t count = first < 0x80 ? 0 : (size_t)(first & 0x7f);

    if (first == 0x80 || count > 3 || rest->length < 1 + count) {
        return false;
    }
    size_t value = count == 0 ? first : 0;
    for (size_t i = 1; i <= count; i++) {
        value = value << 8 | (uint8_t)rest->data[i];
    }
    *rest = cs_slice_make(rest->data + 1 + count, rest->length - 1 - count);
    *length = value;
    /* The shortest form: one byte below 128, and no zero in front. */
    return count == 0 || (value >= 0x80 && value >> (8 * (count - 1)) != 0);
}

bool cs_der_next(struct cs_slice *rest, struct cs_der_item *item)
{
    if (rest->length < 2) {
        return false;
    }
    struct cs_slice after = cs_slice_make(rest->data + 1, rest->length - 1);
    size_t length = 0;

    if (!read_length(&after, &length) || length > after.length) {
        return false;
    }
    item->tag = (uint8_t)rest->data[0];
    item->contents = cs_slice_make(after.data, length);
    item->whole = cs_slice_make(rest->data, (size_t)(after.data - rest->data) + length);
    *rest = cs_slice_make(after.data + length, after.length - length);
    return true;
}

bool cs_der_expect(struct cs_slice *rest, uint8_t tag, struct cs_slice *contents)
{
    struct cs_der_item item;

    if (!cs_der_next(rest, &item) || item.tag != tag) {
        return false;
    }
    *contents = item.contents;
    return true;
}

bool cs_der_only(struct cs_slice all, uint8_t tag, struct cs_slice *contents)
{
    return cs_der_expect(&all, tag, contents) && all.length == 0;
}
