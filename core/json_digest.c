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
    uint64_t word;  /* bytes that wait until there are eight, the lowest first */
    unsigned count; /* of all bytes; SipHash ends with it modulo 256 */
};

static uint64_t rotate(uint64_t value, unsigned bits)
{
    return value << bits | value >> (64 - bits);
}

/* One half of a SipRound: two add-rotate-xor steps side by side. */
static void sip_half_round(uint64_t v[4], unsigned left, unsigned right)
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotate(v[1], left) ^ v[0];
    v[3] = rotate(v[3], right) ^ v[2];
    v[0] = rotate(v[0], 32);
}

static void swap_even(uint64_t v[4])
{
    uint64_t first = v[0];

    v[0] = v[2];
    v[2] = first;
}

static void sip_rounds(uint64_t v[4], int rounds)
{
    while (rounds-- > 0) {
        sip_half_round(v, 13, 16);
        /* The second half pairs v2 with v1 and v0 with v3. */
        swap_even(v);
        sip_half_round(v, 17, 21);
        swap_even(v);
    }
}

static void sip_word(struct sip *sip, uint64_t word)
{
    sip->v[3] ^= word;
    sip_rounds(sip->v, 2);
    sip->v[0] ^= word;
}

static void sip_byte(struct sip *sip, unsigned byte)
{
    unsigned place = sip->count % SIP_WORD_BYTES;

    sip->word |= (uint64_t)(byte & 0xFF) << (8 * place);
    sip->count++;
    if (place == SIP_WORD_BYTES - 1) {
        sip_word(sip, sip->word);
        sip->word = 0;
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
        sip_byte(sip, (unsigned)(value >> i));
    }
}

static void sip_start(struct sip *sip, const struct cs_digest_key *key, enum tag tag)
{
    sip->v[0] = key->k0 ^ 0x736F6D6570736575;
    sip->v[1] = key->k1 ^ 0x646F72616E646F6D;
    sip->v[2] = key->k0 ^ 0x6C7967656E657261;
    sip->v[3] = key->k1 ^ 0x7465646279746573;
    sip->word = 0;
    sip->count = 0;
    sip_byte(sip, tag);
}

static uint64_t sip_end(struct sip *sip)
{
    sip_word(sip, sip->word | (uint64_t)sip->count << 56);
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

/* Where the significant digits of a number stand in its text. */
struct decimal {
    size_t first; /* the first digit that is not 0; `end` in a zero */
    size_t last;  /* the last one */
    size_t point; /* the decimal point; `end` where there is none */
    size_t end;   /* of the digits: the exponent's `e`, or the end of the text */
};

static struct decimal find_digits(struct cs_slice text)
{
    struct decimal d = {text.length, text.length, text.length, text.length};
    bool found = false;
    size_t i;

    for (i = 0; i < text.length && (text.data[i] | 0x20) != 'e'; i++) {
        if (text.data[i] == '.') {
            d.point = i;
        } else if (text.data[i] >= '1' && text.data[i] <= '9') {
            d.first = found ? d.first : i;
            d.last = i;
            found = true;
        }
    }
    d.end = i;
    d.first = found ? d.first : i;
    d.point = d.point < i ? d.point : i;
    return d;
}

/* Reads what follows the digits: nothing, or `e` and a number with any sign. */
static bool read_exponent(struct cs_slice text, size_t at, int64_t *exponent)
{
    bool negative = false;
    size_t digits = 0;

    *exponent = 0;
    for (; at < text.length; at++) {
        char c = text.data[at];
        negative = negative || c == '-';
        if (c < '0' || c > '9' || (digits == 0 && c == '0')) {
            continue;
        }
        if (++digits > EXPONENT_DIGITS_MAX) {
            return false;
        }
        *exponent = *exponent * 10 + (c - '0');
    }
    *exponent = negative ? -*exponent : *exponent;
    return true;
}

/*
 * A number is its sign, its digits without zeros at either end, and the power of
 * ten of the last of them: one such form for each decimal value. Zero has none
 * of the three, and no sign.
 */
static uint64_t digest_number(struct cs_slice text, const struct cs_digest_key *key)
{
    struct decimal d = find_digits(text);
    int64_t exponent;
    struct sip sip;

    sip_start(&sip, key, TAG_NUMBER);
    if (d.first == d.end) {
        return sip_end(&sip);
    }
    if (!read_exponent(text, d.end, &exponent)) {
        return digest_bytes(key, TAG_NUMBER_AS_SPELLED, text);
    }
    exponent += (int64_t)d.point - (int64_t)d.last - (d.last < d.point ? 1 : 0);
    sip_byte(&sip, text.data[0] == '-' ? '-' : '+');
    for (size_t i = d.first; i <= d.last; i++) {
        if (i != d.point) {
            sip_byte(&sip, (unsigned char)text.data[i]);
        }
    }
    sip_byte(&sip, 'e');
    sip_u64(&sip, (uint64_t)exponent);
    return sip_end(&sip);
}

static uint64_t digest_primitive(struct cs_slice text, const struct cs_digest_key *key)
{
    if (text.data[0] == '-' || (text.data[0] >= '0' && text.data[0] <= '9')) {
        return digest_number(text, key);
    }
    return digest_bytes(key, TAG_WORD, text);
}

/* A string, a number, a word; or a container that holds `sum`. */
static uint64_t digest_token(const struct cs_json *json, int value, uint64_t sum,
                             const struct cs_digest_key *key)
{
    const jsmntok_t *token = &json->tokens[value];

    switch (token->type) {
    case JSMN_STRING:
        return digest_string(cs_json_string_body(json, value), key);
    case JSMN_OBJECT:
        return digest_pair(key, TAG_OBJECT, (uint64_t)token->size, sum);
    case JSMN_ARRAY:
        return digest_pair(key, TAG_ARRAY, (uint64_t)token->size, sum);
    default:
        return digest_primitive(cs_json_raw(json, value), key);
    }
}

/* Adds a member or an element to the sum of its container. Elements are chained,
 * because their order counts; members are added up, because theirs does not. */
static uint64_t add_to_sum(const struct cs_json *json, int value, uint64_t sum, uint64_t digest,
                           const struct cs_digest_key *key)
{
    int parent = json->tokens[value].parent;

    if (cs_json_is_array(json, parent)) {
        return digest_pair(key, TAG_ELEMENT, sum, digest);
    }
    return sum + digest_pair(key, TAG_MEMBER, digest_token(json, parent, 0, key), digest);
}

/* The array or object that a value is in: the parent of a member is its key. */
static int container_of(const struct cs_json *json, int value)
{
    int parent = json->tokens[value].parent;

    return cs_json_is_string(json, parent) ? json->tokens[parent].parent : parent;
}

/* One walk over the tokens in their order, with a sum for each open container. */
struct walk {
    const struct cs_json *json;
    const struct cs_digest_key *key;
    unsigned depth;
    uint64_t sums[CS_JSON_DEPTH_MAX];
};

/* Opens `at` and the containers that it begins with; gives the first value that
 * holds no other. A checked text never reaches the limit. */
static int descend(struct walk *walk, int at)
{
    while (cs_json_size(walk->json, at) > 0 && walk->depth < CS_JSON_DEPTH_MAX) {
        walk->sums[walk->depth++] = 0;
        at += cs_json_is_object(walk->json, at) ? 2 : 1;
    }
    return at;
}

/*
 * Adds the complete value `done` to its container, and closes the containers that
 * end behind it. Gives the next value, or CS_JSON_NONE when `top` is complete,
 * with its digest.
 */
static int ascend(struct walk *walk, int done, int top, uint64_t *digest)
{
    const struct cs_json *json = walk->json;
    int behind = cs_json_next(json, done);

    *digest = digest_token(json, done, 0, walk->key);
    while (done != top) {
        uint64_t *sum = &walk->sums[walk->depth - 1];
        int container = container_of(json, done);

        *sum = add_to_sum(json, done, *sum, *digest, walk->key);
        if (behind < json->count && json->tokens[behind].start < json->tokens[container].end) {
            return behind + (cs_json_is_object(json, container) ? 1 : 0);
        }
        *digest = digest_token(json, container, *sum, walk->key);
        walk->depth--;
        done = container;
    }
    return CS_JSON_NONE;
}

uint64_t cs_json_digest(const struct cs_json *json, int value, const struct cs_digest_key *key)
{
    struct walk walk = {0};
    uint64_t digest = 0;
    int at = value;

    walk.json = json;
    walk.key = key;
    walk.depth = 0;
    while (at != CS_JSON_NONE) {
        at = ascend(&walk, descend(&walk, at), value, &digest);
    }
    return digest;
}
