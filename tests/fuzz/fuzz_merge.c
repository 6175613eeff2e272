/* Any bytes as a document and a merge patch, with a NUL between them. What is merged is JSON
 * again, is no longer than both, and merging once more changes nothing. */
#include "core/json/merge.h"

#include <stdlib.h>
#include <string.h>

#define TOKENS_MAX 4096
#define TEXT_MAX 65536

struct text {
    struct cs_json json;
    jsmntok_t tokens[TOKENS_MAX];
};

static struct text target;
static struct text patch;
static struct text merged;
static char first[TEXT_MAX];
static char second[TEXT_MAX];

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static bool read_text(struct text *text, struct cs_slice slice)
{
    struct cs_json_facts facts;

    return cs_json_check(slice, &facts) == CONNSYNC_OK && facts.tokens <= TOKENS_MAX &&
           cs_json_tokenise(&text->json, slice, text->tokens, facts.tokens) == CONNSYNC_OK;
}

static enum connsync_status merge(struct cs_writer *writer, const struct text *onto)
{
    return cs_merge(writer, &onto->json, 0, &patch.json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    const char *middle = size > 0 ? memchr(bytes, '\0', size) : NULL;
    struct cs_writer writer;

    if (middle == NULL || size >= TEXT_MAX) {
        return 0;
    }
    size_t length = (size_t)(middle - bytes);
    if (!read_text(&target, cs_slice_make(bytes, length)) ||
        !read_text(&patch, cs_slice_make(middle + 1, size - length - 1)) ||
        cs_merge_check(&patch.json) != CONNSYNC_OK) {
        return 0;
    }
    cs_writer_init(&writer, first, size);
    if (merge(&writer, &target) == CONNSYNC_REFUSED_DUPLICATE) {
        return 0;
    }
    struct cs_slice once = cs_written(&writer);
    require(!writer.overflowed);
    require(read_text(&merged, once) || once.length > TOKENS_MAX);
    if (once.length <= TOKENS_MAX) {
        cs_writer_init(&writer, second, sizeof second);
        require(merge(&writer, &merged) == CONNSYNC_OK);
        require(cs_slice_equal(once, cs_written(&writer)));
    }
    return 0;
}
