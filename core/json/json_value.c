/* Strings and numbers as the values of a checked text. Characters are read by json_string. */
#include "core/json/json.h"
#include "core/json/json_string.h"

struct cs_slice cs_json_trim(struct cs_slice text)
{
    while (text.length > 0 && (unsigned char)text.data[0] <= ' ') {
        text.data++;
        text.length--;
    }
    while (text.length > 0 && (unsigned char)text.data[text.length - 1] <= ' ') {
        text.length--;
    }
    return text;
}

struct cs_slice cs_value_string_body(struct cs_slice string)
{
    if (!cs_value_is_string(string)) {
        return cs_slice_of(NULL);
    }
    return cs_slice_make(string.data + 1, string.length - 2);
}

static struct cs_json_string open_string(struct cs_slice string)
{
    struct cs_json_string reader;

    cs_json_string_init(&reader, cs_value_string_body(string));
    return reader;
}

bool cs_value_string_is(struct cs_slice string, const char *wanted)
{
    struct cs_json_string reader = open_string(string);
    int byte;

    if (!cs_value_is_string(string)) {
        return false;
    }
    do {
        byte = cs_json_string_next(&reader);
        if (byte == CS_JSON_STRING_END) {
            return *wanted == '\0';
        }
        /* An escaped U+0000 must not be taken for the end of `wanted`. */
    } while (*wanted != '\0' && byte == (unsigned char)*wanted++);
    return false;
}

int cs_value_compare(struct cs_slice a, struct cs_slice b)
{
    struct cs_json_string reader_a = open_string(a);
    struct cs_json_string reader_b = open_string(b);
    int byte_a;
    int byte_b;

    do {
        byte_a = cs_json_string_next(&reader_a);
        byte_b = cs_json_string_next(&reader_b);
    } while (byte_a == byte_b && byte_a != CS_JSON_STRING_END);
    return byte_a - byte_b;
}

bool cs_value_decode(struct cs_slice string, char *out, size_t size)
{
    struct cs_json_string reader = open_string(string);
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

bool cs_value_to_u64(struct cs_slice number, uint64_t *out)
{
    return cs_slice_to_u64(number, out);
}
