/*
 * The gate that every document passes: one strict RFC 8259 text, in one pass.
 *
 * There is no recursion. What the grammar must remember is whether each open
 * container is an object, one bit each, in a 64-bit word that is shifted.
 */
#include "core/json.h"

#include <string.h>

/* A register's worth of string bytes is looked at together, where that is eight: four
 * are not worth the code. */
typedef size_t word;
#define MANY_BYTES 8

#define EVERY_BYTE(value) ((word)(~(word)0 / 255 * (value)))

/* What may come next, white space apart. */
enum expected {
    EXPECT_VALUE,
    EXPECT_VALUE_OR_END, /* after '[' */
    EXPECT_KEY,          /* after ',' in an object */
    EXPECT_KEY_OR_END,   /* after '{' */
    EXPECT_COMMA_OR_END, /* after a value in a container */
    EXPECT_NOTHING       /* after the outermost value */
};

struct checker {
    const unsigned char *at;
    const unsigned char *end;
    uint64_t kinds; /* lowest bit: the innermost container is an object */
    unsigned depth;
    size_t tokens;
    enum expected expected;
};

static inline bool is_at(const struct checker *c, unsigned char wanted)
{
    return c->at < c->end && *c->at == wanted;
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
    c->at++;
    if (c->at == c->end || *c->at == '\0' || strchr("\"\\/bfnrtu", *c->at) == NULL) {
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
 * One character of two to four bytes, by the table of RFC 3629, section 4: continuation
 * bytes behind a first byte, and what the first two may not be together. This keeps out
 * overlong forms (C0, C1, E0 80, F0 80), surrogates (ED A0) and all above U+10FFFF (F4 90).
 */
static bool skip_utf8(struct checker *c)
{
    unsigned first = *c->at;
    size_t more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;

    if ((size_t)(c->end - c->at) <= more) {
        return false;
    }
    for (size_t i = 1; i <= more; i++) {
        if ((c->at[i] & 0xC0) != 0x80) {
            return false;
        }
    }
    unsigned two = first << 8 | c->at[1];
    if (two < 0xC280 || two >= 0xF490 || (two >= 0xE080 && two < 0xE0A0) ||
        (two >= 0xEDA0 && two < 0xEDC0) || (two >= 0xF080 && two < 0xF090)) {
        return false;
    }
    c->at += more + 1;
    return true;
}

/* At the opening quote; leaves `at` behind the closing one. */
static inline enum connsync_status check_string(struct checker *c)
{
    c->tokens++;
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
static enum connsync_status check_number(struct checker *c)
{
    bool ok = true;

    c->tokens++;
    if (*c->at == '-') {
        c->at++;
    }
    if (is_at(c, '0')) {
        c->at++;
    } else {
        ok = skip_digits(c);
    }
    if (ok && is_at(c, '.')) {
        c->at++;
        ok = skip_digits(c);
    }
    if (ok && (is_at(c, 'e') || is_at(c, 'E'))) {
        c->at++;
        if (is_at(c, '+') || is_at(c, '-')) {
            c->at++;
        }
        ok = skip_digits(c);
    }
    return ok ? CONNSYNC_OK : CONNSYNC_ERR_JSON_SYNTAX;
}

static enum connsync_status check_word(struct checker *c, const char *wanted)
{
    c->tokens++;
    for (; *wanted != '\0'; wanted++) {
        if (!is_at(c, (unsigned char)*wanted)) {
            return CONNSYNC_ERR_JSON_SYNTAX;
        }
        c->at++;
    }
    return CONNSYNC_OK;
}

static enum connsync_status open_container(struct checker *c, bool is_object)
{
    if (c->depth == CS_JSON_DEPTH_MAX) {
        return CONNSYNC_ERR_JSON_DEPTH;
    }
    c->tokens++;
    c->at++;
    c->depth++;
    c->kinds = c->kinds << 1 | is_object;
    c->expected = is_object ? EXPECT_KEY_OR_END : EXPECT_VALUE_OR_END;
    return CONNSYNC_OK;
}

static inline void end_value(struct checker *c)
{
    c->expected = c->depth == 0 ? EXPECT_NOTHING : EXPECT_COMMA_OR_END;
}

static inline enum connsync_status close_container(struct checker *c)
{
    bool is_object = (c->kinds & 1) != 0;

    if (*c->at != (is_object ? '}' : ']')) {
        return CONNSYNC_ERR_JSON_SYNTAX;
    }
    c->at++;
    c->depth--;
    c->kinds >>= 1;
    end_value(c);
    return CONNSYNC_OK;
}

static inline enum connsync_status check_value(struct checker *c)
{
    end_value(c);
    switch (*c->at) {
    case '"':
        return check_string(c);
    case '{':
        return open_container(c, true);
    case '[':
        return open_container(c, false);
    case 't':
        return check_word(c, "true");
    case 'f':
        return check_word(c, "false");
    case 'n':
        return check_word(c, "null");
    default:
        return check_number(c);
    }
}

/* A key and its colon; the value comes in the next step. */
static inline enum connsync_status check_key(struct checker *c)
{
    enum connsync_status status;

    if (*c->at != '"') {
        return CONNSYNC_ERR_JSON_SYNTAX;
    }
    status = check_string(c);
    if (status != CONNSYNC_OK) {
        return status;
    }
    skip_white_space(c);
    if (!is_at(c, ':')) {
        return CONNSYNC_ERR_JSON_SYNTAX;
    }
    c->at++;
    c->expected = EXPECT_VALUE;
    return CONNSYNC_OK;
}

static inline enum connsync_status check_comma_or_end(struct checker *c)
{
    if (*c->at != ',') {
        return close_container(c);
    }
    c->at++;
    c->expected = (c->kinds & 1) != 0 ? EXPECT_KEY : EXPECT_VALUE;
    return CONNSYNC_OK;
}

/* There is a byte to look at, and it is not white space. */
static inline enum connsync_status check_next(struct checker *c)
{
    switch (c->expected) {
    case EXPECT_VALUE_OR_END:
        return *c->at == ']' ? close_container(c) : check_value(c);
    case EXPECT_VALUE:
        return check_value(c);
    case EXPECT_KEY_OR_END:
        return *c->at == '}' ? close_container(c) : check_key(c);
    case EXPECT_KEY:
        return check_key(c);
    case EXPECT_COMMA_OR_END:
        return check_comma_or_end(c);
    case EXPECT_NOTHING:
    default:
        return CONNSYNC_ERR_JSON_SYNTAX;
    }
}

enum connsync_status cs_json_check(struct cs_slice text, struct cs_json_facts *facts)
{
    /* An empty text may have no address, and NULL may not be added to. */
    const unsigned char *start = (const unsigned char *)(text.length > 0 ? text.data : "");
    struct checker c = {start, start + text.length, 0, 0, 0, EXPECT_VALUE};
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
    if (status == CONNSYNC_OK && c.expected != EXPECT_NOTHING) {
        status = CONNSYNC_ERR_JSON_SYNTAX;
    }
    facts->tokens = c.tokens;
    facts->offset = (size_t)(c.at - start);
    return status;
}
