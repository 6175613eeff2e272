/* core/json/json_string.c: strings of a text that the checker has passed. */
#include "core/json/json_string.c"

#include "proof.h"

/* Hexadecimal digits are checked ones. */
int any_digit(int c)
{
    int digit = nondet_int();
    (void)c;
    __CPROVER_assume(digit >= 0 && digit <= 15);
    return digit;
}

/* Is every escape, from here on, a letter of ASCII and all that belongs to it? The checker has seen
 * to that. */
static bool is_whole(const char *at, const char *end)
{
    while (at < end) {
        ptrdiff_t length = *at != '\\' ? 1 : end - at < 2 ? 2 : at[1] == 'u' ? 6 : 2;
        if (length > end - at || (*at == '\\' && (at[1] <= ' ' || at[1] > '~'))) {
            return false;
        }
        at += length;
    }
    return true;
}

void prove_string_next(void)
{
    struct cs_slice body = any_text();
    struct cs_json_string string = {body.data, body.data + body.length,
                                    nondet_bool() ? 0x8080BFu : 0};
    __CPROVER_assume(is_whole(string.at, string.end));

    int byte = cs_json_string_next(&string);
    __CPROVER_assert(byte >= CS_JSON_STRING_END && byte <= 0xFF, "a byte or the end");
    __CPROVER_assert(string.at >= body.data && string.at <= string.end, "within the string");
    __CPROVER_assert(is_whole(string.at, string.end), "what is left is whole");
    __CPROVER_assert(string.pending <= 0xFFFFFF &&
                         (byte != CS_JSON_STRING_END || string.pending == 0),
                     "three bytes at the most, and none behind the end");
}

/* Any such step. */
int any_byte(struct cs_json_string *string)
{
    if (string->at == string->end) {
        return CS_JSON_STRING_END;
    }
    string->at += 1 + any_size((size_t)(string->end - string->at) - 1);
    return (unsigned char)nondet_char();
}

/* A string with its quotes, or what is none, or nothing. */
static struct cs_slice any_value(void)
{
    struct cs_slice value = any_text();
    __CPROVER_assume(value.length == 0 || value.data[0] != '"' || value.length >= 2);
    return value;
}

void prove_string_compare(void)
{
    struct cs_slice body = cs_value_string_body(any_value());
    __CPROVER_assert(body.length <= BYTES - 2, "without its quotes");

    (void)cs_value_compare(any_value(), any_value());
    (void)cs_value_compare_text(any_value(), any_string(BYTES));
}

void prove_string_order(void)
{
    struct cs_slice a = any_text();
    struct cs_slice b = any_text();
    __CPROVER_assume(a.length >= 2 && a.data[0] == '"' &&
                     is_whole(a.data + 1, a.data + a.length - 1));
    __CPROVER_assume(b.length >= 2 && b.data[0] == '"' &&
                     is_whole(b.data + 1, b.data + b.length - 1));
    int order = cs_value_compare(a, b);
    int other = cs_value_compare(b, a);

    __CPROVER_assert((order == 0) == (other == 0) && (order < 0) == (other > 0), "an order");
    __CPROVER_assert(cs_value_compare(a, a) == 0, "reflexive");
}

void prove_string_decode(void)
{
    size_t size;
    char *out = any_buffer(BYTES, &size);

    if (!cs_value_decode(any_value(), out, size)) {
        __CPROVER_assert(out[0] == '\0', "empty where it cannot be");
    }
}
