/*
 * Strings of a checked text: read by their characters, compared and copied. All of it, and what
 * others read character by character, goes through one reader of escapes, so that none needs a
 * buffer of a string's size, and all agree on what it says.
 */
#include "core/json/json.h"

/* A backslash, `u`, and four hexadecimal digits. */
#define UNICODE_ESCAPE_LENGTH 6

struct cs_slice cs_value_string_body(struct cs_slice string)
{
    if (!cs_value_is_string(string)) {
        return cs_slice_of(NULL);
    }
    return cs_slice_make(string.data + 1, string.length - 2);
}

struct cs_json_string cs_json_string_open(struct cs_slice string)
{
    struct cs_slice body = cs_value_string_body(string);
    struct cs_json_string reader = {body.data, body.data + body.length, 0};

    return reader;
}

static uint32_t read_hex4(const char *digits)
{
    uint32_t value = 0;

    for (int i = 0; i < 4; i++) {
        value = value << 4 | (uint32_t)cs_hex_digit(digits[i]);
    }
    return value;
}

/* Behind `\u`. RFC 8259, section 7: beyond U+FFFF two escapes make a character. */
static uint32_t read_code_point(struct cs_json_string *string)
{
    uint32_t high = read_hex4(string->at);

    string->at += 4;
    if ((high & 0xFC00) != 0xD800 || string->end - string->at < UNICODE_ESCAPE_LENGTH ||
        string->at[0] != '\\' || string->at[1] != 'u') {
        return high;
    }
    uint32_t low = read_hex4(string->at + 2);
    if ((low & 0xFC00) != 0xDC00) {
        return high;
    }
    string->at += UNICODE_ESCAPE_LENGTH;
    return 0x10000 + ((high & 0x3FF) << 10 | (low & 0x3FF));
}

/* Gives the first byte of the character and keeps the others pending: its lowest bits go
 * last, six to a byte, until the first byte has room for what is left. That byte begins
 * with a bit for each byte, and a zero. */
static int encode(struct cs_json_string *string, uint32_t code_point)
{
    uint32_t most = 0x3F;

    if (code_point < 0x80) {
        return (int)code_point;
    }
    do {
        string->pending = string->pending << 8 | 0x80 | (code_point & 0x3F);
        code_point >>= 6;
        most >>= 1;
    } while (code_point > most);
    return (int)((0xFE - 2 * most) | code_point);
}

static int decode_escape(struct cs_json_string *string)
{
    /* The letters and what they stand for, in turn. */
    static const char letters[] = "b\bf\fn\nr\rt\t";
    char c = *string->at++;

    if (c == 'u') {
        return encode(string, read_code_point(string));
    }
    for (const char *letter = letters; *letter != '\0'; letter += 2) {
        if (c == letter[0]) {
            return letter[1];
        }
    }
    return c; /* quote, backslash, slash */
}

int cs_json_string_next(struct cs_json_string *string)
{
    if (string->pending != 0) {
        int byte = (int)(string->pending & 0xFF);
        string->pending >>= 8;
        return byte;
    }
    if (string->at == string->end) {
        return CS_JSON_STRING_END;
    }
    char c = *string->at++;
    return c == '\\' ? decode_escape(string) : (unsigned char)c;
}

int cs_value_compare_text(struct cs_slice string, const char *text)
{
    struct cs_json_string reader = cs_json_string_open(string);

    for (;; text++) {
        /* An escaped U+0000 must not be taken for the end of `text`. */
        int wanted = *text == '\0' ? CS_JSON_STRING_END : (unsigned char)*text;
        int byte = cs_json_string_next(&reader);
        if (byte != wanted || byte == CS_JSON_STRING_END) {
            return byte - wanted;
        }
    }
}

int cs_value_compare(struct cs_slice a, struct cs_slice b)
{
    struct cs_json_string reader_a = cs_json_string_open(a);
    struct cs_json_string reader_b = cs_json_string_open(b);

    for (;;) {
        int byte_a = cs_json_string_next(&reader_a);
        int byte_b = cs_json_string_next(&reader_b);
        if (byte_a != byte_b || byte_a == CS_JSON_STRING_END) {
            return byte_a - byte_b;
        }
    }
}

bool cs_value_decode(struct cs_slice string, char *out, size_t size)
{
    struct cs_json_string reader = cs_json_string_open(string);
    size_t length = 0;

    for (;;) {
        int byte = cs_json_string_next(&reader);
        if (byte == CS_JSON_STRING_END && cs_value_is_string(string)) {
            out[length] = '\0';
            return true;
        }
        if (byte <= 0 || length + 1 == size) {
            out[0] = '\0';
            return false;
        }
        out[length++] = (char)byte;
    }
}
