#include "core/json_string.h"

/* A backslash, `u`, and four hexadecimal digits. */
#define UNICODE_ESCAPE_LENGTH 6

void cs_json_string_init(struct cs_json_string *string, struct cs_slice body)
{
    string->at = body.data;
    string->end = body.length > 0 ? body.data + body.length : body.data;
    string->pending = 0;
}

static uint32_t read_hex4(const char *digits)
{
    uint32_t value = 0;

    for (int i = 0; i < 4; i++) {
        value = value << 4 | (uint32_t)cs_hex_digit(digits[i]);
    }
    return value;
}

static bool is_surrogate(uint32_t unit, uint32_t first)
{
    return (unit & 0xFC00) == first;
}

/* Behind `\u`. RFC 8259, section 7: beyond U+FFFF two escapes make a character. */
static uint32_t read_code_point(struct cs_json_string *string)
{
    uint32_t high = read_hex4(string->at);
    uint32_t low;

    string->at += 4;
    if (!is_surrogate(high, 0xD800) || string->end - string->at < UNICODE_ESCAPE_LENGTH ||
        string->at[0] != '\\' || string->at[1] != 'u') {
        return high;
    }
    low = read_hex4(string->at + 2);
    if (!is_surrogate(low, 0xDC00)) {
        return high;
    }
    string->at += UNICODE_ESCAPE_LENGTH;
    return 0x10000 + ((high & 0x3FF) << 10 | (low & 0x3FF));
}

static uint32_t continuation(uint32_t code_point, unsigned shift)
{
    return 0x80 | (code_point >> shift & 0x3F);
}

/* Gives the first byte of the character and keeps the others pending. */
static int encode(struct cs_json_string *string, uint32_t code_point)
{
    if (code_point < 0x80) {
        return (int)code_point;
    }
    string->pending = continuation(code_point, 0);
    if (code_point < 0x800) {
        return (int)(0xC0 | code_point >> 6);
    }
    string->pending = string->pending << 8 | continuation(code_point, 6);
    if (code_point < 0x10000) {
        return (int)(0xE0 | code_point >> 12);
    }
    string->pending = string->pending << 8 | continuation(code_point, 12);
    return (int)(0xF0 | code_point >> 18);
}

static int decode_escape(struct cs_json_string *string)
{
    char c = *string->at++;

    switch (c) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case 'u':
        return encode(string, read_code_point(string));
    default:
        return c; /* quote, backslash, slash */
    }
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
    if (*string->at != '\\') {
        return (unsigned char)*string->at++;
    }
    string->at++;
    return decode_escape(string);
}
