#include "core/json/json.h"

#include <string.h>

#include "core/json/json_string.h"

static bool has_type(const struct cs_json *json, int value, jsmntype_t type)
{
    return value >= 0 && value < json->count && json->tokens[value].type == type;
}

struct cs_slice cs_json_raw(const struct cs_json *json, int value)
{
    if (value < 0 || value >= json->count) {
        return cs_slice_of(NULL);
    }
    const jsmntok_t *token = &json->tokens[value];
    int quote = token->type == JSMN_STRING ? 1 : 0;
    int start = token->start - quote;

    return cs_slice_make(json->text.data + start, (size_t)(token->end + quote - start));
}

struct cs_slice cs_json_string_body(const struct cs_json *json, int value)
{
    struct cs_slice body = cs_json_raw(json, value);

    if (!cs_json_is_string(json, value)) {
        return cs_slice_of(NULL);
    }
    return cs_slice_make(body.data + 1, body.length - 2);
}

bool cs_json_open_string(const struct cs_json *json, int string, struct cs_json_string *reader)
{
    cs_json_string_init(reader, cs_json_string_body(json, string));
    return cs_json_is_string(json, string);
}

bool cs_json_is_object(const struct cs_json *json, int value)
{
    return has_type(json, value, JSMN_OBJECT);
}

bool cs_json_is_array(const struct cs_json *json, int value)
{
    return has_type(json, value, JSMN_ARRAY);
}

bool cs_json_is_string(const struct cs_json *json, int value)
{
    return has_type(json, value, JSMN_STRING);
}

/* In a checked text the first letter tells which of the three words it is. */
static bool is_word(const struct cs_json *json, int value, char first)
{
    return has_type(json, value, JSMN_PRIMITIVE) &&
           json->text.data[json->tokens[value].start] == first;
}

bool cs_json_is_null(const struct cs_json *json, int value)
{
    return is_word(json, value, 'n');
}

bool cs_json_is_true(const struct cs_json *json, int value)
{
    return is_word(json, value, 't');
}

size_t cs_json_size(const struct cs_json *json, int value)
{
    /* jsmn gives a key the size 1, for its value. */
    if (!cs_json_is_object(json, value) && !cs_json_is_array(json, value)) {
        return 0;
    }
    return (size_t)json->tokens[value].size;
}

int cs_json_next(const struct cs_json *json, int value)
{
    int end = json->tokens[value].end;
    int next = value + 1;

    while (next < json->count && json->tokens[next].start < end) {
        next++;
    }
    return next;
}

int cs_json_first(const struct cs_json *json, int container)
{
    return cs_json_size(json, container) > 0 ? container + 1 : CS_JSON_NONE;
}

int cs_json_next_element(const struct cs_json *json, int container, int element)
{
    int next = cs_json_next(json, element);

    if (next >= json->count || json->tokens[next].parent != container) {
        return CS_JSON_NONE;
    }
    return next;
}

int cs_json_next_key(const struct cs_json *json, int container, int key)
{
    return cs_json_next_element(json, container, key + 1);
}

bool cs_json_string_is(const struct cs_json *json, int string, const char *wanted)
{
    struct cs_json_string reader;
    int byte;

    if (!cs_json_open_string(json, string, &reader)) {
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

size_t cs_json_find(const struct cs_json *json, int object, const char *name, int *value)
{
    size_t count = 0;
    int key;

    *value = CS_JSON_NONE;
    if (!cs_json_is_object(json, object)) {
        return 0;
    }
    for (key = cs_json_first(json, object); key != CS_JSON_NONE;
         key = cs_json_next_key(json, object, key)) {
        if (!cs_json_string_is(json, key, name)) {
            continue;
        }
        if (count++ == 0) {
            *value = key + 1;
        }
    }
    return count;
}

int cs_json_find_one(const struct cs_json *json, int object, const char *name)
{
    int value;

    return cs_json_find(json, object, name, &value) == 1 ? value : CS_JSON_NONE;
}

bool cs_json_decode(const struct cs_json *json, int string, char *out, size_t size)
{
    struct cs_json_string reader;
    size_t length = 0;
    int byte;

    out[0] = '\0';
    if (!cs_json_open_string(json, string, &reader)) {
        return false;
    }
    for (;;) {
        byte = cs_json_string_next(&reader);
        if (byte == CS_JSON_STRING_END) {
            out[length] = '\0';
            return true;
        }
        if (byte == 0 || length + 1 == size) {
            out[0] = '\0';
            return false;
        }
        out[length++] = (char)byte;
    }
}

bool cs_json_to_u64(const struct cs_json *json, int value, uint64_t *out)
{
    return has_type(json, value, JSMN_PRIMITIVE) && cs_slice_to_u64(cs_json_raw(json, value), out);
}
