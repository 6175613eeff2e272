/*
 * Digests of JSON values, by SipHash-2-4, in one pass from front to back.
 *
 * A value's digest is the hash of a seed, of a tag, which tells the kinds of value apart, and
 * of what the value says, in a form that equal values share. The seed carries what lies around
 * the value, so that nothing is hashed twice: in an object it is the digest of the name, in an
 * array that of all before it. An open container is one number: an object's is the sum of its
 * members' digests, in which order does not count; an array's is the digest of its last
 * element, a chain in which it does.
 */
#include "core/json/json_digest.h"

#include "core/json/json_words.h"
#include "core/json/siphash.h"

/* Of 18 digits, or 8 where addresses are short, there is room in a ptrdiff_t for a text's length
 * besides. */
#define EXPONENT_END (PTRDIFF_MAX > INT32_MAX ? 1000000000000000000u : 100000000u)

/* What an opening bracket adds to the seed, so that [1,[2]] is not [[1,2]]. */
#define OPENED 1

/* Tags are what a value begins or ends with, but for these. */
#define TAG_NUMBER '0'
#define TAG_AS_SPELLED '#'

/* ---- The text, piece by piece ---- */

/* Goes to the next byte that is not white space. There is one in a checked text. */
static char next_byte(struct cs_digest_walk *walk)
{
    for (;;) {
        if (walk->at == walk->end) {
            walk->at = walk->piece->data;
            walk->end = walk->at + walk->piece->length;
            walk->piece++;
        } else if ((unsigned char)*walk->at > ' ') {
            return *walk->at;
        } else {
            walk->at++;
        }
    }
}

/* ---- Strings, numbers and words ---- */

static void start(struct cs_sip *sip, const struct cs_digest_walk *walk, uint64_t seed, char tag)
{
    cs_sip_start(sip, walk->key->k0, walk->key->k1);
    cs_sip_add(sip, seed + ((uint64_t)(unsigned char)tag << 56), CS_SIP_WORD);
}

static uint64_t digest_tag(const struct cs_digest_walk *walk, uint64_t seed, char tag)
{
    struct cs_sip sip;

    start(&sip, walk, seed, tag);
    return cs_sip_end(&sip);
}

/* Takes bytes that stand for themselves, eight at a time. */
static const char *digest_plain(struct cs_sip *sip, const char *at, const char *end)
{
    while (CS_WORDS_FIT && end - at >= CS_WORD) {
        uint64_t word = cs_word_load(at);
        uint64_t marks = cs_word_marks_of(word, '"') | cs_word_marks_of(word, '\\');
        if (marks != 0) {
            unsigned plain = cs_word_before(marks);
            cs_sip_add(sip, word & (((uint64_t)1 << plain * 8) - 1), plain);
            return at + plain;
        }
        cs_sip_add(sip, word, CS_WORD);
        at += CS_WORD;
    }
    return at;
}

/* From the opening quote to behind the closing one. */
static uint64_t digest_string(struct cs_digest_walk *walk, uint64_t seed)
{
    struct cs_json_string string = {walk->at + 1, walk->end, 0};
    struct cs_sip sip;

    start(&sip, walk, seed, '"');
    for (;;) {
        string.at = digest_plain(&sip, string.at, string.end);
        if (*string.at == '"') {
            break;
        }
        do {
            cs_sip_add(&sip, (unsigned)cs_json_string_next(&string), 1);
        } while (string.pending != 0);
    }
    walk->at = string.at + 1;
    return cs_sip_end(&sip);
}

/* Reads what follows the digits: nothing, or `e` and a number with any sign. */
static bool read_exponent(const char *at, const char *end, ptrdiff_t *exponent)
{
    uint64_t number = 0;

    at += at < end;
    bool negative = at < end && *at == '-';
    at += at < end && *at < '0'; /* as either sign is */
    if (at < end && (!cs_slice_to_u64(cs_slice_make(at, (size_t)(end - at)), &number) ||
                     number >= EXPONENT_END)) {
        return false;
    }
    *exponent = negative ? -(ptrdiff_t)number : (ptrdiff_t)number;
    return true;
}

static void add_digits(struct cs_sip *sip, const char *at, const char *last)
{
    bool leading = true;

    for (; at <= last; at++) {
        leading = leading && *at <= '0'; /* the sign and the point are lower */
        if (!leading && *at >= '0') {
            cs_sip_add(sip, (unsigned char)*at, 1);
        }
    }
}

/*
 * A number is its digits without zeros at either end, its sign, and the power of ten
 * of the last digit: one such form for each decimal value. Zero has none of the three.
 */
static uint64_t digest_number(const struct cs_digest_walk *walk, struct cs_slice text,
                              uint64_t seed)
{
    const char *end = text.data + text.length;
    const char *point = NULL;
    const char *last = NULL; /* of the digits that are not zero */
    const char *at;
    ptrdiff_t exponent;
    struct cs_sip sip;

    for (at = text.data; at < end && (*at | 0x20) != 'e'; at++) {
        if (*at == '.') {
            point = at;
        } else if (*at > '0') {
            last = at;
        }
    }
    if (last == NULL) {
        return digest_tag(walk, seed, TAG_NUMBER);
    }
    if (!read_exponent(at, end, &exponent)) {
        start(&sip, walk, seed, TAG_AS_SPELLED);
        for (at = text.data; at < end; at++) {
            cs_sip_add(&sip, (unsigned char)*at, 1);
        }
        return cs_sip_end(&sip);
    }
    point = point != NULL ? point : at;
    exponent += point - last - (point > last);
    start(&sip, walk, seed, TAG_NUMBER);
    cs_sip_add(&sip, (uint64_t)exponent, CS_SIP_WORD);
    cs_sip_add(&sip, text.data[0] == '-', 1);
    add_digits(&sip, text.data, last);
    return cs_sip_end(&sip);
}

/* A number or a word: neither goes beyond its piece. */
static uint64_t digest_primitive(struct cs_digest_walk *walk, uint64_t seed)
{
    const char *from = walk->at;
    const char *at = from;

    while (at<walk->end && * at> ' ' && *at != ',' && *at != '}' && *at != ']') {
        at++;
    }
    walk->at = at;
    if (*from >= 'a') {
        return digest_tag(walk, seed, *from);
    }
    return digest_number(walk, cs_slice_make(from, (size_t)(at - from)), seed);
}

/* ---- Containers ---- */

/*
 * One value with all that is in it. A string is a name if it stands in an object and not
 * behind a colon; its digest is the seed of the value to come.
 */
static uint64_t digest_value(struct cs_digest_walk *walk)
{
    uint64_t open[CS_JSON_DEPTH_MAX + 1]; /* a number each, as the file's comment says */
    uint64_t kinds = 0;                   /* lowest bit: the innermost one is an object */
    unsigned depth = 0;
    uint64_t seed = 0;
    uint64_t digest;
    bool is_named = false;

    open[0] = 0;
    for (;;) {
        char byte = next_byte(walk);
        if (byte == '"' && (kinds & 1) != 0 && !is_named) {
            seed = digest_string(walk, 0);
            continue;
        }
        if (byte == '{' || byte == '[' || byte == ',' || byte == ':') {
            walk->at++;
            is_named = byte == ':';
            if (byte == '{' || byte == '[') {
                kinds = kinds << 1 | (byte == '{');
                open[++depth] = seed + OPENED;
            }
            seed = is_named ? seed : open[depth];
            continue;
        }
        if (byte == '}' || byte == ']') {
            walk->at++;
            kinds >>= 1;
            digest = digest_tag(walk, open[depth--], byte);
        } else {
            digest = byte == '"' ? digest_string(walk, seed) : digest_primitive(walk, seed);
        }
        if (depth == 0) {
            return digest;
        }
        open[depth] = (kinds & 1) != 0 ? open[depth] + digest : digest;
    }
}

/* ---- What others call ---- */

uint64_t cs_json_digest(struct cs_slice value, const struct cs_digest_key *key)
{
    struct cs_digest_walk walk = {NULL, value.data, value.data + value.length, key};

    return digest_value(&walk);
}

void cs_digest_walk_begin(struct cs_digest_walk *walk, const struct cs_slice *pieces,
                          const struct cs_digest_key *key)
{
    walk->piece = pieces;
    walk->at = NULL;
    walk->end = NULL;
    walk->key = key;
    (void)next_byte(walk);
    walk->at++; /* behind the opening brace */
}

/* Of the value that the walk stands at. */
static bool is_empty(struct cs_digest_walk walk)
{
    char first = *walk.at++;

    if (first == '{' || first == '[') {
        char next = next_byte(&walk);
        return next == '}' || next == ']';
    }
    return first == 'n' || (first == '"' && *walk.at == '"');
}

bool cs_digest_walk_next(struct cs_digest_walk *walk, struct cs_digested_member *member)
{
    char byte = next_byte(walk);

    if (byte == '}') {
        return false;
    }
    if (byte == ',') {
        walk->at++;
        (void)next_byte(walk);
    }
    member->name.data = walk->at;
    member->name_digest = digest_string(walk, 0);
    member->name.length = (size_t)(walk->at - member->name.data);
    (void)next_byte(walk);
    walk->at++; /* behind the colon */
    member->first = next_byte(walk);
    member->is_empty = is_empty(*walk);
    member->value_digest = digest_value(walk);
    return true;
}
