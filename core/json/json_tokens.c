/* Looking things up in the tokens that json_jsmn makes. What a value says is json_value's. */
#include "core/json/json_tokens.h"

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
