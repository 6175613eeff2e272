/*
 * The one place where jsmn's functions are compiled, with the switches that
 * core/json/json.h sets for everybody else. jsmn's own text is not written to our
 * warning rules, so it is kept out of our other files.
 */
#define JSMN_PARENT_LINKS
#define JSMN_STATIC /* with one caller, which always gives tokens, it becomes part of that */
#include <jsmn.h>

#include "core/json/json_tokens.h"

#include <limits.h>

enum connsync_status cs_json_tokenise(struct cs_json *json, struct cs_slice text, jsmntok_t *tokens,
                                      size_t capacity)
{
    jsmn_parser parser;
    int count;

    json->text = text;
    json->tokens = tokens;
    json->count = 0;
    /* Without tokens jsmn would only count. A compiler that knows better leaves that out. */
    if (text.length > INT_MAX || capacity == 0 || tokens == NULL) {
        return CONNSYNC_ERR_JSON_TOKENS;
    }
    if (capacity > INT_MAX) {
        capacity = INT_MAX;
    }
    jsmn_init(&parser);
    count = jsmn_parse(&parser, text.data, text.length, tokens, (unsigned)capacity);
    if (count == JSMN_ERROR_NOMEM) {
        return CONNSYNC_ERR_JSON_TOKENS;
    }
    if (count <= 0) {
        return CONNSYNC_ERR_JSON_SYNTAX;
    }
    json->count = count;
    return CONNSYNC_OK;
}
