/*
 * Merges what stdin has, pair by pair. A pair is "TARGET-LENGTH PATCH-LENGTH\n" and the bytes
 * of both; the answer is "STATUS LENGTH\n" and the bytes of the result.
 */
#include "core/json/merge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *reason)
{
    (void)fprintf(stderr, "%s\n", reason);
    exit(2);
}

/* Just as large as it has to be, so that a sanitizer sees every byte beyond. */
static void *allocate(size_t size)
{
    void *memory = malloc(size > 0 ? size : 1);

    if (memory == NULL) {
        fail("no memory");
    }
    return memory;
}

/* Frees a copy that is known as something to read. */
static void free_copy(const char *copy)
{
    void *memory;

    memcpy(&memory, &copy, sizeof memory);
    free(memory);
}

static struct cs_slice read_text(size_t length, struct cs_json_facts *facts)
{
    char *bytes = allocate(length);

    if (fread(bytes, 1, length, stdin) != length) {
        fail("a text is cut short");
    }
    if (cs_json_check(cs_slice_make(bytes, length), facts) != CONNSYNC_OK) {
        fail("a text is not JSON");
    }
    return cs_slice_make(bytes, length);
}

/* Fills a list of just as many slices as were counted. */
static void print_merged(struct cs_merge *merge, struct cs_slice target)
{
    struct cs_slices counted;
    struct cs_slices slices;

    cs_slices_init(&counted, NULL, 0);
    enum connsync_status status = cs_merge(merge, &counted, target);
    cs_slices_init(&slices, allocate(counted.count * sizeof *slices.at), counted.count);
    if (cs_merge(merge, &slices, target) != status || slices.count != counted.count ||
        slices.length != counted.length) {
        fail("what was counted is not what was added");
    }
    (void)printf("%s %zu\n", connsync_status_name(status), slices.length);
    for (size_t i = 0; i < slices.count; i++) {
        (void)fwrite(slices.at[i].data, 1, slices.at[i].length, stdout);
    }
    free(slices.at);
}

static void merge(size_t target_length, size_t patch_length)
{
    struct cs_json_facts facts; /* of the patch, which is read last */
    struct cs_slice target = read_text(target_length, &facts);
    struct cs_slice patch = read_text(patch_length, &facts);
    struct cs_merge index;
    void *memory = allocate(cs_merge_memory(patch, &facts));
    enum connsync_status status = cs_merge_prepare(&index, patch, &facts, memory);

    if (status == CONNSYNC_OK) {
        print_merged(&index, target);
    } else {
        (void)printf("%s 0\n", connsync_status_name(status));
    }
    free(memory);
    free_copy(patch.data);
    free_copy(target.data);
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
