/* Any bytes as JSON: checked, tokenised, digested, patched. A text that passes
 * the check must pass all the rest, and a patched one must pass the check again. */
#include "core/json/json_digest.h"
#include "core/json/patch.h"

#include <stdlib.h>
#include <string.h>

#define TOKENS_MAX 4096
#define TEXT_MAX 65536

static const struct cs_digest_key key = {0x0123456789abcdefu, 0xfedcba9876543210u};
static jsmntok_t tokens[TOKENS_MAX];
static jsmntok_t patched_tokens[TOKENS_MAX];
static char patched_text[TEXT_MAX];

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

/* The text that the patch describes, or an empty one when it is too long. */
static struct cs_slice join(const struct cs_patch *patch)
{
    size_t length = 0;

    require(patch->count <= CS_PATCH_SLICES_MAX);
    if (patch->length > TEXT_MAX) {
        return cs_slice_make(NULL, 0);
    }
    for (size_t i = 0; i < patch->count; i++) {
        require(patch->slices[i].length <= TEXT_MAX - length);
        if (patch->slices[i].length > 0) {
            memcpy(patched_text + length, patch->slices[i].data, patch->slices[i].length);
        }
        length += patch->slices[i].length;
    }
    require(length == patch->length);
    return cs_slice_make(patched_text, length);
}

/* The patched object has the member once, with the new value. */
static void check_patched(struct cs_slice text)
{
    struct cs_json_facts facts;
    struct cs_json json;
    int value = CS_JSON_NONE;

    require(cs_json_check(text, &facts) == CONNSYNC_OK);
    if (facts.tokens > TOKENS_MAX) {
        return;
    }
    require(cs_json_tokenise(&json, text, patched_tokens, facts.tokens) == CONNSYNC_OK);
    require(cs_json_find(&json, 0, "a", &value) == 1);
    require(cs_json_string_is(&json, value, "new"));
}

static void patch(const struct cs_json *json)
{
    struct cs_patch patch;
    enum connsync_status status = cs_patch_set_member(&patch, json, 0, "a", cs_slice_of("\"new\""));

    if (status != CONNSYNC_OK) {
        require(status == CONNSYNC_REFUSED_DUPLICATE || !cs_json_is_object(json, 0));
        return;
    }
    struct cs_slice text = join(&patch);
    if (text.length > 0) {
        check_patched(text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cs_slice text = cs_slice_make((const char *)data, size);
    struct cs_json_facts facts;
    struct cs_json json;

    if (cs_json_check(text, &facts) != CONNSYNC_OK) {
        require(facts.offset <= size);
        return 0;
    }
    if (facts.tokens > TOKENS_MAX) {
        return 0;
    }
    /* Exactly as many as the check counted: enough, and not one to spare. */
    require(cs_json_tokenise(&json, text, tokens, facts.tokens) == CONNSYNC_OK);
    require(json.count == (int)facts.tokens);
    require(cs_json_next(&json, 0) == json.count);
    uint64_t digest = cs_json_digest(cs_json_raw(&json, 0), &key);
    require(digest == cs_json_digest(cs_json_raw(&json, 0), &key));
    patch(&json);
    if (facts.tokens > 1) {
        require(cs_json_tokenise(&json, text, tokens, facts.tokens - 1) ==
                CONNSYNC_ERR_JSON_TOKENS);
    }
    return 0;
}
