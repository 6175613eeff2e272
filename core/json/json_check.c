/*
 * The gate that every document passes: one strict RFC 8259 text, in one pass.
 *
 * There is no recursion. What the grammar must remember is whether each open
 * container is an object, one bit each, in a 64-bit word that is shifted.
 */
#include "core/json/json.h"

#include <string.h>

/* A register's worth of string bytes is looked at together, where that is eight: four
 * are not worth the code. */
typedef size_t word;
#define MANY_BYTES 8

#define EVERY_BYTE(value) ((word)(~(word)0 / 255 * (value)))

/* What may come next, white space apart: a sum of these. */
enum {
    VALUE = 1,
    KEY = 2,
    COLON = 4,
    COMMA = 8,
    END_OF_OBJECT = 16,
    END_OF_ARRAY = 32,
    NOTHING = 0
};

struct checker {
    const unsigned char *at;
    const unsigned char *end;
    uint64_t kinds; /* lowest bit: the innermost container is an object */
    unsigned depth;
    size_t tokens;
    unsigned expected;
};

/* Takes the byte `wanted` if it comes next. */
static bool take(struct checker *c, unsigned char wanted)
{
    if (c->at == c->end || *c->at != wanted) {
        return false;
    }
    c->at++;
    return true;
}

static inline bool is_digit_at(const struct checker *c)
{
    return c->at < c->end && (unsigned)(*c->at - '0') <= 9;
}

static inline void skip_white_space(struct checker *c)
{
    while (c->at < c->end && *c->at <= ' ' &&
           (*c->at == ' ' || *c->at == '\n' || *c->at == '\r' || *c->at == '\t')) {
        c->at++;
    }
}

/* Printable ASCII but the quote and the backslash: stands for itself. */
static inline bool is_plain(unsigned char byte)
{
    return byte >= ' ' && byte < 0x80 && byte != '"' && byte != '\\';
}

/*
 * Are all bytes of the word plain? Each term sets the top bit of a byte that is
 * not: subtraction borrows from a control character, and from the zero that a
 * quote or a backslash becomes. Borrows may mark further bytes wrongly, but only
 * where a byte is marked rightly, which is all that is asked.
 */
static inline bool is_plain_word(word bytes)
{
    word marks = bytes | (bytes - EVERY_BYTE(' ')) | ((bytes ^ EVERY_BYTE('"')) - EVERY_BYTE(1)) |
                 ((bytes ^ EVERY_BYTE('\\')) - EVERY_BYTE(1));

    return (marks & EVERY_BYTE(0x80)) == 0;
}

static inline void skip_plain(struct checker *c)
{
    const unsigned char *at = c->at;
    word bytes;

    while (sizeof bytes >= MANY_BYTES && (size_t)(c->end - at) >= sizeof bytes) {
        memcpy(&bytes, at, sizeof bytes);
        if (!is_plain_word(bytes)) {
            break;
        }
        at += sizeof bytes;
    }
    while (at < c->end && is_plain(*at)) {
        at++;
    }
    c->at = at;
}

/* At a backslash. A lone surrogate is grammatical: RFC 8259, section 8.2. */
static bool skip_escape(struct checker *c)
{
    static const char escapes[] = "\"\\/bfnrtu";

    c->at++;
    if (c->at == c->end || memchr(escapes, *c->at, sizeof escapes - 1) == NULL) {
        return false;
    }
    if (*c->at++ != 'u') {
        return true;
    }
    for (int i = 0; i < 4; i++) {
        if (c->at == c->end || cs_hex_digit(*c->at) < 0) {
            return false;
        }
        c->at++;
    }
    return true;
}

/*
 * One character of two to four bytes, by the table of RFC 3629, section 4. The first byte
 * narrows the range of the second: this is what keeps out overlong forms, surrogates and
 * all above U+10FFFF.
 */
static bool skip_utf8(struct checker *c)
{
    const unsigned char *at = c->at;
    unsigned first = *at;
    size_t more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
    unsigned low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    unsigned high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;

    if (first < 0xC2 || first > 0xF4 || (size_t)(c->end - at) <= more) {
        return false;
    }
    for (; more > 0; more--) {
        at++;
        if (*at < low || *at > high) {
            return false;
        }
        low = 0x80;
        high = 0xBF;
    }
    c->at = at + 1;
    return true;
}

/* At the opening quote; leaves `at` behind the closing one. */
static inline enum connsync_status check_string(struct checker *c)
{
    c->at++;
    for (;;) {
        skip_plain(c);
        if (c->at == c->end || *c->at < ' ') {
            return CONNSYNC_ERR_JSON_SYNTAX;
        }
        if (*c->at == '"') {
            c->at++;
            return CONNSYNC_OK;
        }
        if (*c->at == '\\') {
            if (!skip_escape(c)) {
                return CONNSYNC_ERR_JSON_SYNTAX;
            }
        } else if (!skip_utf8(c)) {
            return CONNSYNC_ERR_JSON_UTF8;
        }
    }
}

/* At least one digit. */
static bool skip_digits(struct checker *c)
{
    if (!is_digit_at(c)) {
        return false;
    }
    while (is_digit_at(c)) {
        c->at++;
    }
    return true;
}

/* RFC 8259, section 6. */
static bool skip_number(struct checker *c)
{
    (void)take(c, '-');
    if (!take(c, '0') && !skip_digits(c)) {
        return false;
    }
    if (take(c, '.') && !skip_digits(c)) {
        return false;
    }
    if (!take(c, 'e') && !take(c, 'E')) {
        return true;
    }
    if (!take(c, '+')) {
        (void)take(c, '-');
    }
    return skip_digits(c);
}

static bool skip_word(struct checker *c, const char *wanted)
{
    while (*wanted != '\0' && take(c, (unsigned char)*wanted)) {
        wanted++;
    }
    return *wanted == '\0';
}

static inline bool skip_primitive(struct checker *c)
{
    switch (*c->at) {
    case 't':
        return skip_word(c, "true");
    case 'f':
        return skip_word(c, "false");
    case 'n':
        return skip_word(c, "null");
    default:
        return skip_number(c);
    }
}

static inline bool is_in_object(const struct checker *c)
{
    return (c->kinds & 1) != 0;
}

static inline void end_value(struct checker *c)
{
    c->expected =
        c->depth == 0 ? NOTHING : COMMA | (is_in_object(c) ? END_OF_OBJECT : END_OF_ARRAY);
}

static inline enum connsync_status open_container(struct checker *c, bool is_object)
{
    if (c->depth == CS_JSON_DEPTH_MAX) {
        return CONNSYNC_ERR_JSON_DEPTH;
    }
    c->at++;
    c->tokens++;
    c->depth++;
    c->kinds = c->kinds << 1 | is_object;
    c->expected = is_object ? KEY | END_OF_OBJECT : VALUE | END_OF_ARRAY;
    return CONNSYNC_OK;
}

static inline enum connsync_status close_container(struct checker *c)
{
    c->at++;
    c->depth--;
    c->kinds >>= 1;
    end_value(c);
    return CONNSYNC_OK;
}

static inline enum connsync_status check_punctuation(struct checker *c, unsigned expected)
{
    c->at++;
    c->expected = expected;
    return CONNSYNC_OK;
}

/* Which of the expected things a byte begins. */
static inline unsigned kind_of(unsigned char byte)
{
    switch (byte) {
    case '"':
        return VALUE | KEY;
    case ':':
        return COLON;
    case ',':
        return COMMA;
    case '}':
        return END_OF_OBJECT;
    case ']':
        return END_OF_ARRAY;
    default:
        return VALUE;
    }
}

/* There is a byte to look at, and it is not white space. */
static inline enum connsync_status check_next(struct checker *c)
{
    unsigned expected = c->expected & kind_of(*c->at);

    if (expected == NOTHING) {
        return CONNSYNC_ERR_JSON_SYNTAX;
    }
    switch (*c->at) {
    case '{':
    case '[':
        return open_container(c, *c->at == '{');
    case '}':
    case ']':
        return close_container(c);
    case ',':
        return check_punctuation(c, is_in_object(c) ? KEY : VALUE);
    case ':':
        return check_punctuation(c, VALUE);
    default:
        break;
    }
    c->tokens++;
    end_value(c);
    if (*c->at != '"') {
        return skip_primitive(c) ? CONNSYNC_OK : CONNSYNC_ERR_JSON_SYNTAX;
    }
    if (expected == KEY) {
        c->expected = COLON;
    }
    return check_string(c);
}

enum connsync_status cs_json_check(struct cs_slice text, struct cs_json_facts *facts)
{
    /* An empty text may have no address, and NULL may not be added to. */
    const unsigned char *start = (const unsigned char *)(text.length > 0 ? text.data : "");
    struct checker c = {start, start + text.length, 0, 0, 0, VALUE};
    enum connsync_status status = CONNSYNC_OK;

    for (;;) {
        skip_white_space(&c);
        if (c.at == c.end) {
            break;
        }
        status = check_next(&c);
        if (status != CONNSYNC_OK) {
            break; /* with `at` where the error is */
        }
    }
    if (status == CONNSYNC_OK && c.expected != NOTHING) {
        status = CONNSYNC_ERR_JSON_SYNTAX;
    }
    facts->tokens = c.tokens;
    facts->offset = (size_t)(c.at - start);
    return status;
}

void cs_json_find_members(struct cs_slice object, struct cs_json_sought *sought, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct cs_json_walk walk;
        struct cs_json_item item;
        struct cs_slice parent =
            sought[i].parent == CS_JSON_ROOT ? object : sought[sought[i].parent].value;

        sought[i].count = 0;
        sought[i].value = cs_slice_make(NULL, 0);
        cs_json_walk_begin(&walk, cs_value_is_object(parent) ? parent : sought[i].value);
        while (cs_json_walk_next(&walk, &item)) {
            if (cs_value_string_is(item.name, sought[i].name) && sought[i].count++ == 0) {
                sought[i].value = item.value;
            }
        }
    }
}

enum connsync_status cs_json_check_find(struct cs_slice text, struct cs_json_facts *facts,
                                        struct cs_json_sought *sought, size_t count)
{
    enum connsync_status status = cs_json_check(text, facts);

    if (status == CONNSYNC_OK) {
        cs_json_find_members(cs_json_trim(text), sought, count);
    }
    return status;
}
