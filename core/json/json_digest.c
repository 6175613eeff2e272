/*
 * Digests of JSON values, by SipHash-2-4 (Aumasson and Bernstein, 2012).
 *
 * Each digest is SipHash of one tag byte, which tells the kinds of value apart,
 * and of what follows it in a form that equal values share. Containers digest
 * the digests of what they hold, so a value's bytes are read once.
 */
#include "core/json/json.h"
#include "core/json/json_string.h"

#define SIP_WORD_BYTES 8

/* Another digit may follow what is below: of 18 digits, or 8 where addresses are short,
 * there is room in a ptrdiff_t for a text's length besides. */
#if PTRDIFF_MAX < INT64_MAX
#define EXPONENT_LIMIT 10000000
#else
#define EXPONENT_LIMIT 100000000000000000
#endif

enum tag {
    TAG_STRING,
    TAG_NUMBER,
    TAG_NUMBER_AS_SPELLED,
    TAG_WORD,
    TAG_ARRAY,
    TAG_ELEMENT,
    TAG_OBJECT,
    TAG_MEMBER
};

struct sip {
    uint64_t v[4];
    uint64_t word;  /* the last eight bytes, the latest on top */
    unsigned count; /* of all bytes; SipHash ends with it modulo 256 */
};

static uint64_t rotate(uint64_t value, unsigned bits)
{
    return value << bits | value >> (64 - bits);
}

static void sip_rounds(uint64_t v[4], int rounds)
{
    uint64_t a = v[0];
    uint64_t b = v[1];
    uint64_t c = v[2];
    uint64_t d = v[3];

    while (rounds-- > 0) {
        a += b;
        b = rotate(b, 13) ^ a;
        a = rotate(a, 32);
        c += d;
        d = rotate(d, 16) ^ c;
        a += d;
        d = rotate(d, 21) ^ a;
        c += b;
        b = rotate(b, 17) ^ c;
        c = rotate(c, 32);
    }
    v[0] = a;
    v[1] = b;
    v[2] = c;
    v[3] = d;
}

static void sip_byte(struct sip *sip, unsigned byte)
{
    sip->word = sip->word >> 8 | (uint64_t)byte << 56;
    sip->count++;
    if (sip->count % SIP_WORD_BYTES == 0) {
        sip->v[3] ^= sip->word;
        sip_rounds(sip->v, 2);
        sip->v[0] ^= sip->word;
    }
}

static void sip_bytes(struct sip *sip, const void *bytes, size_t length)
{
    const unsigned char *byte = bytes;

    for (; length > 0; length--) {
        /* The analyser loses track of numbers that are looked at as bytes. */
        sip_byte(sip, *byte++); /* NOLINT(clang-analyzer-core.CallAndMessage) */
    }
}

static void sip_start(struct sip *sip, const struct cs_digest_key *key, enum tag tag)
{
    static const uint64_t start[4] = {0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261,
                                      0x7465646279746573};

    for (int i = 0; i < 4; i += 2) {
        sip->v[i] = start[i] ^ key->k0;
        sip->v[i + 1] = start[i + 1] ^ key->k1;
    }
    sip->word = 0;
    sip->count = 0;
    sip_byte(sip, tag);
}

static uint64_t sip_end(struct sip *sip)
{
    unsigned count = sip->count & 0xFF;

    while (sip->count % SIP_WORD_BYTES != SIP_WORD_BYTES - 1) {
        sip_byte(sip, 0);
    }
    sip_byte(sip, count);
    sip->v[2] ^= 0xFF;
    sip_rounds(sip->v, 4);
    return sip->v[0] ^ sip->v[1] ^ sip->v[2] ^ sip->v[3];
}

static uint64_t digest_bytes(const struct cs_digest_key *key, enum tag tag, const void *bytes,
                             size_t length)
{
    struct sip sip;

    sip_start(&sip, key, tag);
    sip_bytes(&sip, bytes, length);
    return sip_end(&sip);
}

static uint64_t digest_pair(const struct cs_digest_key *key, enum tag tag, uint64_t a, uint64_t b)
{
    uint64_t pair[] = {a, b};

    return digest_bytes(key, tag, pair, sizeof pair);
}

uint64_t cs_json_digest_of_string(struct cs_slice utf8, const struct cs_digest_key *key)
{
    return digest_bytes(key, TAG_STRING, utf8.data, utf8.length);
}

static uint64_t digest_string(const struct cs_json *json, int value,
                              const struct cs_digest_key *key)
{
    struct cs_json_string string;
    struct sip sip;
    int byte;

    sip_start(&sip, key, TAG_STRING);
    (void)cs_json_open_string(json, value, &string);
    for (byte = cs_json_string_next(&string); byte != CS_JSON_STRING_END;
         byte = cs_json_string_next(&string)) {
        sip_byte(&sip, (unsigned)byte);
    }
    return sip_end(&sip);
}

/* Reads what follows the digits: nothing, or `e` and a number with any sign. */
static bool read_exponent(const char *at, const char *end, ptrdiff_t *exponent)
{
    bool negative = false;

    *exponent = 0;
    for (; at < end; at++) {
        int digit = *at - '0';
        negative |= *at == '-';
        if (digit < 0 || digit > 9) {
            continue;
        }
        if (*exponent >= EXPONENT_LIMIT) {
            return false;
        }
        *exponent = *exponent * 10 + digit;
    }
    *exponent = negative ? -*exponent : *exponent;
    return true;
}

/*
 * A number is its digits without zeros at either end, its sign, and the power of ten
 * of the last digit: one such form for each decimal value. Zero has none of the three.
 */
static uint64_t digest_number(struct cs_slice text, const struct cs_digest_key *key)
{
    const char *end = text.data + text.length;
    const char *point = NULL;
    const char *last = NULL; /* of the digits that are not zero */
    const char *at;
    ptrdiff_t exponent;
    struct sip sip;

    for (at = text.data; at < end && (*at | 0x20) != 'e'; at++) {
        if (*at == '.') {
            point = at;
        } else if (*at > '0') {
            last = at;
        }
    }
    sip_start(&sip, key, TAG_NUMBER);
    if (last == NULL) {
        return sip_end(&sip);
    }
    if (!read_exponent(at, end, &exponent)) {
        return digest_bytes(key, TAG_NUMBER_AS_SPELLED, text.data, text.length);
    }
    if (point == NULL) {
        point = at;
    }
    exponent += point - last - (point > last);
    for (at = text.data; at <= last; at++) {
        if (*at > '0' || (*at == '0' && sip.count > 1)) {
            sip_byte(&sip, (unsigned char)*at);
        }
    }
    sip_byte(&sip, text.data[0] == '-');
    sip_bytes(&sip, &exponent, sizeof exponent);
    return sip_end(&sip);
}

/* A string, a number, a word; or a container that holds `sum`. */
static uint64_t digest_token(const struct cs_json *json, int value, uint64_t sum,
                             const struct cs_digest_key *key)
{
    struct cs_slice text = cs_json_raw(json, value);

    switch (text.data[0]) {
    case '"':
        return digest_string(json, value, key);
    case '{':
    case '[':
        return digest_pair(key, text.data[0] == '{' ? TAG_OBJECT : TAG_ARRAY,
                           cs_json_size(json, value), sum);
    case 't':
    case 'f':
    case 'n':
        return digest_bytes(key, TAG_WORD, text.data, text.length);
    default:
        return digest_number(text, key);
    }
}

/* How many containers lie around a value, `top` being the outermost that counts. A key
 * is no container; a checked text never reaches the limit. */
static unsigned depth_of(const struct cs_json *json, int value, int top)
{
    unsigned depth = 0;

    while (value != top && depth < CS_JSON_DEPTH_MAX) {
        value = json->tokens[value].parent;
        depth += !cs_json_is_string(json, value);
    }
    return depth;
}

/*
 * The tokens are walked from the last to the first: what a container holds comes before
 * the container itself, and a value before its key. At each depth there is the sum of what
 * has been seen of one container. Elements are chained, because their order counts;
 * members are added up, because theirs does not.
 */
uint64_t cs_json_digest(const struct cs_json *json, int value, const struct cs_digest_key *key)
{
    uint64_t sums[CS_JSON_DEPTH_MAX + 2] = {0};
    uint64_t digest = 0;

    for (int at = cs_json_next(json, value) - 1; at >= value; at--) {
        int parent = json->tokens[at].parent;
        uint64_t *sum = &sums[depth_of(json, at, value)];
        uint64_t before = digest;

        digest = digest_token(json, at, sum[1], key);
        sum[1] = 0;
        if (cs_json_is_array(json, parent)) {
            *sum = digest_pair(key, TAG_ELEMENT, digest, *sum);
        } else if (cs_json_is_object(json, parent)) {
            *sum += digest_pair(key, TAG_MEMBER, digest, before);
        }
    }
    return digest;
}
