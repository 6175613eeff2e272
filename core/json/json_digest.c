/*
 * Digests of JSON values, by SipHash-2-4, in one pass from front to back.
 *
 * A hash takes in what lies around a value, a tag, which tells the kinds of value apart, and what
 * the value says, in a form that equal values share. In an object the first of these is the name,
 * in an array the digest of the element before, so that nothing is hashed twice, and a name and its
 * value take one hash. An open container is one number: an object's is the sum of its members'
 * digests, in which order does not count; an array's is the digest of its last element, a chain in
 * which it does.
 */
#include "core/json/json_digest.h"

#include "core/json/json_words.h"
#include "core/json/siphash.h"

/* Of 18 digits, or 8 where addresses are short, there is room in a ptrdiff_t for a text's length
 * besides. */
#define EXPONENT_END (PTRDIFF_MAX > INT32_MAX ? 1000000000000000000u : 100000000u)

/* What an opening bracket adds to the number around it, so that [1,[2]] is not [[1,2]]. */
#define OPENED 1

/* Behind a name: in no text is there such a byte. */
#define NAME_END 0xFFu

/* Tags are what a value begins or ends with, but for this one. What a number says begins with a
 * digit or its sign, or as follows. */
#define TAG_NUMBER '0'
#define AS_SPELLED '#'

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

static void start(struct cs_sip *sip, const struct cs_digest_walk *walk)
{
    cs_sip_start(sip, walk->key->k0, walk->key->k1);
}

static void start_with(struct cs_sip *sip, const struct cs_digest_walk *walk, uint64_t around,
                       char tag)
{
    start(sip, walk);
    cs_sip_add(sip, around + ((uint64_t)(unsigned char)tag << 56), CS_SIP_WORD);
}

/* Adds bytes that stand for themselves, eight at a time. */
static const char *add_plain(struct cs_sip *sip, const char *at, const char *end)
{
    struct cs_sip now = *sip; /* in registers */

    while (CS_WORDS_FIT && end - at >= CS_WORD) {
        uint64_t word = cs_word_load(at);
        uint64_t marks = cs_word_marks_of(word, '"') | cs_word_marks_of(word, '\\');
        if (marks != 0) {
            unsigned plain = cs_word_before(marks);
            cs_sip_add(&now, word & (((uint64_t)1 << plain * 8) - 1), plain);
            at += plain;
            break;
        }
        cs_sip_add(&now, word, CS_WORD);
        at += CS_WORD;
    }
    *sip = now;
    return at;
}

/* From the opening quote to behind the closing one. */
static void add_string(struct cs_sip *sip, struct cs_digest_walk *walk)
{
    struct cs_json_string string = {walk->at + 1, walk->end, 0};

    for (;;) {
        string.at = add_plain(sip, string.at, string.end);
        if (*string.at == '"') {
            break;
        }
        do {
            cs_sip_add(sip, (unsigned)cs_json_string_next(&string), 1);
        } while (string.pending != 0);
    }
    walk->at = string.at + 1;
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

/* From the first that is not zero to the last. */
static void add_digits(struct cs_sip *sip, const char *at, const char *last)
{
    while (*at <= '0') { /* the sign and the point are lower */
        at++;
    }
    for (; at <= last; at++) {
        if (*at >= '0') {
            cs_sip_add(sip, (unsigned char)*at, 1);
        }
    }
}

static void add_as_spelled(struct cs_sip *sip, const char *at, const char *end)
{
    cs_sip_add(sip, AS_SPELLED, 1);
    for (; at < end; at++) {
        cs_sip_add(sip, (unsigned char)*at, 1);
    }
}

/*
 * A number is its sign, its digits without zeros at either end, and, behind an `e`, the power of
 * ten of the last digit, if it is another than zero: one such form for each decimal value. Zero has
 * none of the three.
 */
static void add_number(struct cs_sip *sip, const char *from, const char *end)
{
    const char *point = NULL;
    const char *last = NULL; /* of the digits that are not zero */
    const char *at;
    ptrdiff_t exponent;

    for (at = from; at < end && (*at | 0x20) != 'e'; at++) {
        if (*at == '.') {
            point = at;
        } else if (*at > '0') {
            last = at;
        }
    }
    if (last == NULL) {
        return;
    }
    if (!read_exponent(at, end, &exponent)) {
        add_as_spelled(sip, from, end);
        return;
    }
    point = point != NULL ? point : at;
    exponent += point - last - (point > last);
    if (*from == '-') {
        cs_sip_add(sip, '-', 1);
    }
    add_digits(sip, from, last);
    if (exponent != 0) {
        cs_sip_add(sip, 'e', 1);
        cs_sip_add(sip, (uint64_t)exponent, CS_SIP_WORD);
    }
}

/* A number, or a word, whose tag says it all: neither goes beyond its piece. */
static void add_primitive(struct cs_sip *sip, struct cs_digest_walk *walk)
{
    const char *from = walk->at;
    const char *at = from;

    while (at<walk->end && * at> ' ' && *at != ',' && *at != '}' && *at != ']') {
        at++;
    }
    walk->at = at;
    if (*from < 'a') {
        add_number(sip, from, at);
    }
}

/* What the walk stands at, behind what lies around it. */
static uint64_t digest_scalar(struct cs_sip *sip, struct cs_digest_walk *walk)
{
    if (*walk->at == '"') {
        add_string(sip, walk);
    } else {
        add_primitive(sip, walk);
    }
    return cs_sip_end(sip);
}

/* ---- Containers ---- */

static void pass_colon(struct cs_digest_walk *walk)
{
    (void)next_byte(walk);
    walk->at++;
}

/* One value with all that is in it. `sip` has its name, or nothing where it has none. */
static uint64_t digest_value(struct cs_digest_walk *walk, struct cs_sip *sip)
{
    uint64_t open[CS_JSON_DEPTH_MAX + 1]; /* a number each, as the file's comment says */
    uint64_t kinds = 0;                   /* lowest bit: the innermost one is an object */
    unsigned depth = 0;
    uint64_t digest;
    bool is_named = true;

    open[0] = 0; /* no bracket closes that was not opened: the text was checked */
    for (;;) {
        char byte = next_byte(walk);
        if (byte == ',') {
            walk->at++;
            continue;
        }
        if (byte == '"' && !is_named && (kinds & 1) != 0) {
            start(sip, walk);
            add_string(sip, walk);
            pass_colon(walk);
            is_named = true;
            continue;
        }
        if (byte == '{' || byte == '[') {
            uint64_t around = is_named ? cs_sip_end(sip) : open[depth];
            walk->at++;
            kinds = kinds << 1 | (byte == '{');
            open[++depth] = around + OPENED;
            is_named = false;
            continue;
        }
        if (byte == '}' || byte == ']') {
            walk->at++;
            kinds >>= 1;
            start_with(sip, walk, open[depth--], byte);
            digest = cs_sip_end(sip);
        } else {
            char tag = byte == '"' || byte >= 'a' ? byte : TAG_NUMBER;
            if (is_named) {
                cs_sip_add(sip, NAME_END | (unsigned)tag << 8, 2);
            } else {
                start_with(sip, walk, open[depth], tag);
            }
            digest = digest_scalar(sip, walk);
        }
        if (depth == 0) {
            return digest;
        }
        open[depth] = (kinds & 1) != 0 ? open[depth] + digest : digest;
        is_named = false;
    }
}

/* ---- What others call ---- */

uint64_t cs_json_digest(struct cs_slice value, const struct cs_digest_key *key)
{
    struct cs_digest_walk walk = {NULL, value.data, value.data + value.length, key, 0};
    struct cs_sip sip;

    start(&sip, &walk);
    return digest_value(&walk, &sip);
}

void cs_digest_walk_begin(struct cs_digest_walk *walk, const struct cs_slice *pieces,
                          const struct cs_digest_key *key)
{
    walk->piece = pieces;
    walk->at = NULL;
    walk->end = NULL;
    walk->key = key;
    walk->sum = 0;
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
    struct cs_sip sip;
    struct cs_sip name;

    if (byte == '}') {
        return false;
    }
    if (byte == ',') {
        walk->at++;
        (void)next_byte(walk);
    }
    member->name.data = walk->at;
    start(&sip, walk);
    add_string(&sip, walk);
    member->name.length = (size_t)(walk->at - member->name.data);
    name = sip;
    member->name_digest = cs_sip_end(&name);
    pass_colon(walk);
    member->first = next_byte(walk);
    member->is_empty = is_empty(*walk);
    member->value_digest = digest_value(walk, &sip);
    walk->sum += member->value_digest;
    return true;
}

uint64_t cs_digest_members(const struct cs_slice *pieces, const struct cs_digest_key *key)
{
    struct cs_digested_member member;
    struct cs_digest_walk walk;

    cs_digest_walk_begin(&walk, pieces, key);
    while (cs_digest_walk_next(&walk, &member)) {
    }
    return walk.sum;
}
