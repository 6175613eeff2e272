/*
 * Name constraints against a second opinion, and any bytes in their place.
 *
 * The first byte says which. By the one way the rest is lengths and texts, of which names and subtrees
 * are made as DER, and what is permitted is what slow and plain code says. By the other it is names,
 * a host and constraints as they are: what is permitted stays so with nothing less, and never with
 * a subtree that excludes everything.
 */
#include "core/tls/tls_name.h"

#include <stdlib.h>
#include <string.h>

#define DER_SIZE 1024
#define TEXTS_MAX 8
#define TEXT_MAX 24

enum {
    RAW = 1,
    PERMITTED = 0xa0,
    EXCLUDED = 0xa1,
    DNS_NAME = 0x82,
    IP_ADDRESS = 0x87,
    SEQUENCE = 0x30
};

struct der {
    uint8_t bytes[DER_SIZE];
    size_t length;
};

struct text {
    uint8_t tag;
    uint8_t bytes[TEXT_MAX];
    size_t length;
    bool excludes;
};

static struct text names[TEXTS_MAX];
static struct text subtrees[TEXTS_MAX];

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static struct cs_slice slice_of(const struct der *der)
{
    return cs_slice_make((const char *)der->bytes, der->length);
}

static void add(struct der *der, uint8_t tag, const uint8_t *contents, size_t length)
{
    uint8_t *at = der->bytes + der->length;
    size_t head = length < 0x80 ? 2 : 4;

    require(der->length + head + length <= DER_SIZE);
    at[0] = tag;
    at[1] = (uint8_t)length;
    if (head == 4) {
        at[1] = length < 0x100 ? 0x81 : 0x82;
        head = length < 0x100 ? 3 : 4;
        at[2] = (uint8_t)(length < 0x100 ? length : length >> 8);
        at[head - 1] = (uint8_t)length;
    }
    memcpy(at + head, contents, length);
    der->length += head + length;
}

/* ---- The second opinion ---- */

static uint8_t lower(uint8_t byte)
{
    return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte + 32) : byte;
}

static bool ends_with(const struct text *name, const struct text *end)
{
    for (size_t i = 0; i < end->length; i++) {
        if (end->length > name->length ||
            lower(name->bytes[name->length - 1 - i]) != lower(end->bytes[end->length - 1 - i])) {
            return false;
        }
    }
    return true;
}

static bool covers(const struct text *subtree, const struct text *name)
{
    if (subtree->tag != name->tag) {
        return false;
    }
    if (name->tag == IP_ADDRESS) {
        bool is_within = subtree->length == 2 * name->length;
        for (size_t i = 0; is_within && i < name->length; i++) {
            uint8_t mask = subtree->bytes[name->length + i];
            is_within = (name->bytes[i] & mask) == (subtree->bytes[i] & mask);
        }
        return is_within;
    }
    if (subtree->length == 0 || !ends_with(name, subtree)) {
        return subtree->length == 0;
    }
    size_t front = name->length - subtree->length;
    bool below = subtree->bytes[0] == '.';
    return below ? front > 0 : front == 0 || name->bytes[front - 1] == '.';
}

static bool is_sound(const struct text *subtree)
{
    for (size_t i = 0; subtree->tag == DNS_NAME && i < subtree->length; i++) {
        bool is_dot = subtree->bytes[i] == '.';
        bool was_dot = i > 0 && subtree->bytes[i - 1] == '.';
        if (subtree->bytes[i] == '*' || (is_dot && (was_dot || i + 1 == subtree->length))) {
            return false;
        }
    }
    return true;
}

static bool is_permitted(const struct text *name, size_t count)
{
    bool mentioned = false;
    bool covered = false;

    for (size_t i = 0; i < count; i++) {
        if (subtrees[i].excludes && covers(&subtrees[i], name)) {
            return false;
        }
        mentioned |= !subtrees[i].excludes && subtrees[i].tag == name->tag;
        covered |= !subtrees[i].excludes && covers(&subtrees[i], name);
    }
    return covered || !mentioned;
}

static bool are_permitted(size_t name_count, size_t count)
{
    bool all = true;

    for (size_t i = 0; i < count; i++) {
        all = all && is_sound(&subtrees[i]);
    }
    for (size_t i = 0; i < name_count; i++) {
        all = all && is_permitted(&names[i], count);
    }
    return all;
}

/* ---- From bytes to names ---- */

/* A text of few letters, so that one is often the end of another; or an address, or a range. */
static bool take_text(struct text *text, const uint8_t **at, const uint8_t *end, bool is_range)
{
    static const uint8_t letters[] = "aAb.-0*.";
    const uint8_t *data = *at;

    if (end - data < 1 || data[0] % 12 > end - data - 1) {
        return false;
    }
    text->length = data[0] % 12;
    text->tag = (data[0] & 0x40) != 0 ? IP_ADDRESS : DNS_NAME;
    text->excludes = (data[0] & 0x80) != 0;
    for (size_t i = 0; i < text->length; i++) {
        text->bytes[i] = text->tag == DNS_NAME ? letters[data[1 + i] % 8] : data[1 + i] & 0x81;
    }
    *at = data + 1 + text->length;
    if (text->tag == IP_ADDRESS) {
        memset(text->bytes + text->length, 0, TEXT_MAX - text->length);
        text->length = is_range ? 8 : 4;
        /* A mask is ones and then zeros. */
        unsigned ones = is_range ? data[0] / 12 % 5 * 8 : 0;
        for (unsigned i = 0; is_range && i < 4; i++) {
            text->bytes[4 + i] = ones >= 8 * (i + 1) ? 0xff : 0;
        }
    }
    return true;
}

static void add_subtrees(struct der *out, size_t count, bool excludes)
{
    struct der list = {{0}, 0};

    for (size_t i = 0; i < count; i++) {
        struct der base = {{0}, 0};
        if (subtrees[i].excludes == excludes) {
            add(&base, subtrees[i].tag, subtrees[i].bytes, subtrees[i].length);
            add(&list, SEQUENCE, base.bytes, base.length);
        }
    }
    if (list.length > 0) {
        add(out, excludes ? EXCLUDED : PERMITTED, list.bytes, list.length);
    }
}

static void compare(const uint8_t *at, const uint8_t *end)
{
    struct der sent = {{0}, 0};
    struct der constraints = {{0}, 0};
    size_t name_count = 0;
    size_t count = 0;

    while (name_count < 1 + (size_t)(end > at ? at[0] % 3 : 0) &&
           take_text(&names[name_count], &at, end, false)) {
        add(&sent, names[name_count].tag, names[name_count].bytes, names[name_count].length);
        name_count++;
    }
    while (count < TEXTS_MAX && take_text(&subtrees[count], &at, end, true)) {
        count++;
    }
    add_subtrees(&constraints, count, false);
    add_subtrees(&constraints, count, true);
    if (name_count == 0 || count == 0 || names[0].tag != DNS_NAME || names[0].length == 0) {
        return;
    }
    struct cs_slice host = cs_slice_make((const char *)names[0].bytes, names[0].length);
    uint8_t address[CS_TLS_ADDRESS_MAX];
    if (cs_tls_parse_address(host, address) == 0) {
        require(cs_tls_names_permitted(slice_of(&sent), host, slice_of(&constraints)) ==
                are_permitted(name_count, count));
    }
}

/* ---- As they are ---- */

static struct cs_slice take_piece(struct cs_slice *rest)
{
    size_t length = rest->length > 0 ? (unsigned char)rest->data[0] : 0;
    size_t skip = rest->length > 0 ? 1 : 0;

    length = length > rest->length - skip ? rest->length - skip : length;
    struct cs_slice piece = cs_slice_make(rest->data + skip, length);
    *rest = cs_slice_make(piece.data + length, rest->length - skip - length);
    return piece;
}

static void run_raw(struct cs_slice rest)
{
    static const char nothing_left[] = "\xa1\x04\x30\x02\x82\x00";
    static const char no_address[] = "\xa1\x0c\x30\x0a\x87\x08\0\0\0\0\0\0\0";
    struct cs_slice sent = take_piece(&rest);
    struct cs_slice host = take_piece(&rest);
    uint8_t address[CS_TLS_ADDRESS_MAX];
    size_t length = cs_tls_parse_address(host, address);

    require(length == 0 || length == 4 || length == CS_TLS_ADDRESS_MAX);
    (void)cs_tls_extension(rest, CS_TLS_OID_NAME_CONSTRAINTS);
    if (cs_tls_names_permitted(sent, host, rest)) {
        require(rest.length > 0);
        require(cs_tls_names_permitted(cs_slice_make("", 0), host, rest));
    }
    require(length > 0 || !cs_tls_names_permitted(sent, host, cs_slice_make(nothing_left, 6)));
    require(length != 4 || !cs_tls_names_permitted(sent, host, cs_slice_make(no_address, 14)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    if ((data[0] & RAW) != 0) {
        run_raw(cs_slice_make((const char *)data + 1, size - 1));
    } else {
        compare(data + 1, data + size);
    }
    return 0;
}
