/* One element at a time: its tag, its length in the one form that DER allows, its contents.
 * What the contents mean is left to the caller. */
#include "core/tls/der.h"

/* Bytes of a length at the most: up to 16 MB, far more than a certificate. */
#define LENGTH_BYTES_MAX 3

bool cs_der_next(struct cs_slice *rest, struct cs_der_item *item)
{
    if (rest->length < 2) {
        return false;
    }
    uint8_t first = (uint8_t)rest->data[1];
    size_t count = first < 0x80 ? 0 : (size_t)(first & 0x7f);
    size_t head = 2 + count;
    size_t length = count == 0 ? first : 0;
    if (first == 0x80 || count > LENGTH_BYTES_MAX || rest->length < head) {
        return false;
    }
    for (size_t i = 2; i < head; i++) {
        length = length << 8 | (uint8_t)rest->data[i];
    }
    /* The shortest form: one byte below 128, and no zero in front. */
    bool is_shortest = count == 0 || (length >= 0x80 && length >> (8 * (count - 1)) != 0);
    if (!is_shortest || length > rest->length - head) {
        return false;
    }
    item->tag = (uint8_t)rest->data[0];
    item->contents = cs_slice_make(rest->data + head, length);
    item->whole = cs_slice_make(rest->data, head + length);
    *rest = cs_slice_make(rest->data + head + length, rest->length - head - length);
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
