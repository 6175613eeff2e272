/*
 * Merges what stdin has, pair by pair. A pair is "TARGET-LENGTH PATCH-LENGTH\n" and the bytes
 * of both; the answer is "STATUS LENGTH\n" and the bytes of the result.
 */
#include "core/json/merge.h"

#include <stdio.h>
#include <stdlib.h>

struct text {
    struct cs_json json;
    char *bytes;
    jsmntok_t *tokens;
};

static void fail(const char *reason)
{
    (void)fprintf(stderr, "%s\n", reason);
    exit(2);
}

/* Just as large as it has to be, so that a sanitizer sees every byte beyond. */
static void read_text(struct text *text, size_t length)
{
    struct cs_json_facts facts;

    text->bytes = malloc(length);
    if (text->bytes == NULL || fread(text->bytes, 1, length, stdin) != length) {
        fail("a text is cut short");
    }
    struct cs_slice slice = cs_slice_make(text->bytes, length);
    if (cs_json_check(slice, &facts) != CONNSYNC_OK) {
        fail("a text is not JSON");
    }
    text->tokens = malloc(facts.tokens * sizeof *text->tokens);
    if (text->tokens == NULL ||
        cs_json_tokenise(&text->json, slice, text->tokens, facts.tokens) != CONNSYNC_OK) {
        fail("a text has no tokens");
    }
}

static void free_text(struct text *text)
{
    free(text->tokens);
    free(text->bytes);
}

static void merge(size_t target_length, size_t patch_length)
{
    struct text target;
    struct text patch;
    struct cs_writer writer;
    size_t room = target_length + patch_length + 1;
    char *out = malloc(room);

    if (out == NULL) {
        fail("no memory");
    }
    read_text(&target, target_length);
    read_text(&patch, patch_length);
    cs_writer_init(&writer, out, room);
    enum connsync_status status = cs_merge_check(&patch.json);
    if (status == CONNSYNC_OK) {
        status = cs_merge(&writer, &target.json, 0, &patch.json);
    }
    (void)printf("%s %zu\n", connsync_status_name(status), writer.length);
    (void)fwrite(out, 1, writer.length, stdout);
    free_text(&patch);
    free_text(&target);
    free(out);
}

int main(void)
{
    char line[64];

    while (fgets(line, sizeof line, stdin) != NULL) {
        char *end;
        unsigned long target_length = strtoul(line, &end, 10);
        merge(target_length, strtoul(end, NULL, 10));
    }
    return 0;
}
