/*
 * Digests of JSON values, by SipHash-2-4 (Aumasson and Bernstein, 2012).
 *
 * Each digest is SipHash of one tag byte, which tells the kinds of value apart,
 * and of what follows it in a form that equal values share. Containers digest
 * the digests of what they hold, so a value's bytes are read once.
 */
#include "core/json.h"
#include "core/json_string.h"

#define SIP_WORD_BYTES 8

/* Exponents of up to 18 digits can be summed in 64 bits, with room to spare. */
#define EXPONENT_DIGITS_MAX 18

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

static void sip_bytes(struct sip *sip, struct cs_slice bytes)
{
    for (size_t i = 0; i < bytes.length; i++) {
        sip_byte(sip, (unsigned char)bytes.data[i]);
    }
}

static void sip_u64(struct sip *sip, uint64_t value)
{
    for (unsigned i = 0; i < 64; i += 8) {
        sip_byte(sip, (unsigned)(value >> i) & 0xFF);
    }
}

static void sip_start(struct sip *sip, const struct cs_digest_key *key, enum tag tag)
{
    static const uint64_t start[4] = {0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261,
                                      0x7465646279746573};

    for (int i = 0; i < 4; i++) {
        sip->v[i] = start[i] ^ (i % 2 == 0 ? key->k0 : key->k1);
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

static uint64_t digest_pair(const struct cs_digest_key *key, enum tag tag, uint64_t a, uint64_t b)
{
    struct sip sip;

    sip_start(&sip, key, tag);
    sip_u64(&sip, a);
    sip_u64(&sip, b);
    return sip_end(&sip);
}

static uint64_t digest_bytes(const struct cs_digest_key *key, enum tag tag, struct cs_slice bytes)
{
    struct sip sip;

    sip_start(&sip, key, tag);
    sip_bytes(&sip, bytes);
    return sip_end(&sip);
}

uint64_t cs_json_digest_of_string(struct cs_slice utf8, const struct cs_digest_key *key)
{
    return digest_bytes(key, TAG_STRING, utf8);
}

static uint64_t digest_string(struct cs_slice body, const struct cs_digest_key *key)
{
    struct cs_json_string string;
    struct sip sip;
    int byte;

    sip_start(&sip, key, TAG_STRING);
    cs_json_string_init(&string, body);
    for (byte = cs_json_string_next(&string); byte != CS_JSON_STRING_END;
         byte = cs_json_string_next(&string)) {
        sip_byte(&sip, (unsigned)byte);
    }
    return sip_end(&sip);
}

/* Reads what follows the digits: nothing, or `e` and a number with any sign. */
static bool read_exponent(struct cs_slice text, size_t at, int64_t *exponent)
{
    bool negative = false;
    int digits = 0;

    *exponent = 0;
    for (; at < text.length; at++) {
        int digit = text.data[at] - '0';
        negative = negative || digit == '-' - '0';
        if (digit < 0 || digit > 9 || (digits == 0 && digit == 0)) {
            continue;
        }
        if (++digits > EXPONENT_DIGITS_MAX) {
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
    bool behind_point = false;
    bool started = false;
    int64_t point = 0; /* how far to the right of the last digit */
    size_t zeros = 0;  /* that count if another digit follows */
    int64_t exponent;
    struct sip sip;
    size_t at;

    sip_start(&sip, key, TAG_NUMBER);
    for (at = 0; at < text.length && (text.data[at] | 0x20) != 'e'; at++) {
        char c = text.data[at];
        if (c == '-' || c == '.') {
            behind_point = c == '.';
            continue;
        }
        point -= behind_point;
        zeros += started || c != '0';
        if (c == '0') {
            continue;
        }
        for (; zeros > 1; zeros--) {
            sip_byte(&sip, '0');
        }
        sip_byte(&sip, (unsigned char)c);
        zeros = 0;
        started = true;
    }
    if (!started) {
        return sip_end(&sip);
    }
    if (!read_exponent(text, at, &exponent)) {
        return digest_bytes(key, TAG_NUMBER_AS_SPELLED, text);
    }
    sip_byte(&sip, text.data[0] == '-' ? '-' : '+');
    sip_u64(&sip, (uint64_t)(exponent + point + (int64_t)zeros));
    return sip_end(&sip);
}

/* A string, a number, a word; or a container that holds `sum`. */
static uint64_t digest_token(const struct cs_json *json, int value, uint64_t sum,
                             const struct cs_digest_key *key)
{
    struct cs_slice text = cs_json_raw(json, value);
    uint64_t size = cs_json_size(json, value);

    switch (text.data[0]) {
    case '"':
        return digest_string(cs_json_string_body(json, value), key);
    case '{':
        return digest_pair(key, TAG_OBJECT, size, sum);
    case '[':
        return digest_pair(key, TAG_ARRAY, size, sum);
    case 't':
    case 'f':
    case 'n':
        return digest_bytes(key, TAG_WORD, text);
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
        unsigned depth = depth_of(json, at, value);
        uint64_t before = digest;

        digest = digest_token(json, at, sums[depth + 1], key);
        sums[depth + 1] = 0;
        if (cs_json_is_array(json, parent)) {
            sums[depth] = digest_pair(key, TAG_ELEMENT, sums[depth], digest);
        } else if (cs_json_is_object(json, parent)) {
            sums[depth] += digest_pair(key, TAG_MEMBER, digest, before);
        }
    }
    return digest;
}
