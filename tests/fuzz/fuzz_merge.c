/* Any bytes as a document and a merge patch, with a NUL between them. What is merged is JSON
 * again, is no longer than both, and merging once more changes nothing. Its digests in pieces
 * are those of the whole. */
#include "core/json/json_digest.h"
#include "core/json/merge.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 65536
#define SLICES_MAX 4096

static const struct cs_digest_key key = {0x0123456789abcdefu, 0xfedcba9876543210u};
static struct cs_slice once_slices[SLICES_MAX];
static struct cs_slice twice_slices[SLICES_MAX];
static char once_text[TEXT_MAX];

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

/* Frees a copy that is known as something to read. */
static void free_copy(const char *copy)
{
    void *memory;

    memcpy(&memory, &copy, sizeof memory);
    free(memory);
}

/* The text, in memory of its own size. */
static struct cs_slice copy_of(const char *text, size_t length)
{
    char *copy = malloc(length + 1);

    require(copy != NULL);
    memcpy(copy, text, length);
    return cs_slice_make(copy, length);
}

static void release(struct cs_slice copy)
{
    free_copy(copy.data);
}

static bool is_json(struct cs_slice text, struct cs_json_facts *facts)
{
    return cs_json_check(text, facts) == CONNSYNC_OK;
}

/* Counts first, and then fills just as many. */
static enum connsync_status merge(struct cs_merge *index, struct cs_slices *out,
                                  struct cs_slice *at, struct cs_slice target)
{
    struct cs_slices counted;

    cs_slices_init(&counted, NULL, 0);
    enum connsync_status status = cs_merge(index, &counted, target);
    require(status != CONNSYNC_OK || counted.count <= SLICES_MAX);
    cs_slices_init(out, at, status == CONNSYNC_OK ? counted.count : 0);
    require(cs_merge(index, out, target) == status);
    require(out->count == counted.count && out->length == counted.length);
    return status;
}

static struct cs_slice join(const struct cs_slices *slices, char *out)
{
    size_t length = 0;

    for (size_t i = 0; i < slices->count; i++) {
        require(slices->at[i].length > 0 && slices->at[i].length < TEXT_MAX - length);
        memcpy(out + length, slices->at[i].data, slices->at[i].length);
        length += slices->at[i].length;
    }
    require(length == slices->length);
    return cs_slice_make(out, length);
}

static void compare_digests(const struct cs_slices *slices, struct cs_slice whole)
{
    struct cs_digest_walk in_pieces;
    struct cs_digest_walk in_one;
    struct cs_digested_member a;
    struct cs_digested_member c;
    struct cs_json_walk walk;
    struct cs_json_item b;

    cs_digest_walk_begin(&in_pieces, slices->at, &key);
    cs_digest_walk_begin(&in_one, &whole, &key);
    cs_json_walk_begin(&walk, whole);
    while (cs_json_walk_next(&walk, &b)) {
        require(cs_digest_walk_next(&in_pieces, &a));
        require(cs_slice_equal(a.name, b.name) && a.first == b.value.data[0]);
        require(cs_digest_walk_next(&in_one, &c));
        require(a.name_digest == c.name_digest && a.value_digest == c.value_digest);
    }
    require(!cs_digest_walk_next(&in_pieces, &a));
}

static void check(struct cs_merge *index, struct cs_slice target, size_t both)
{
    struct cs_slices once;
    struct cs_slices twice;

    if (merge(index, &once, once_slices, target) != CONNSYNC_OK) {
        return;
    }
    struct cs_slice text = join(&once, once_text);
    struct cs_json_facts facts;
    require(text.length <= both && is_json(text, &facts));
    compare_digests(&once, text);
    require(merge(index, &twice, twice_slices, text) == CONNSYNC_OK);
    static char twice_text[TEXT_MAX];
    require(cs_slice_equal(join(&twice, twice_text), text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    const char *middle = size > 0 ? memchr(bytes, '\0', size) : NULL;
    struct cs_json_facts facts; /* of the patch, which is checked last */
    struct cs_merge index;

    if (middle == NULL || size >= SLICES_MAX / 2) {
        return 0;
    }
    struct cs_slice target = copy_of(bytes, (size_t)(middle - bytes));
    struct cs_slice patch = copy_of(middle + 1, size - target.length - 1);
    if (is_json(target, &facts) && is_json(patch, &facts)) {
        void *memory = malloc(cs_merge_memory(patch, &facts));
        require(memory != NULL);
        if (cs_merge_prepare(&index, patch, &facts, memory) == CONNSYNC_OK) {
            check(&index, cs_json_trim(target), size);
        }
        free(memory);
    }
    release(patch);
    release(target);
    return 0;
}
