/* core/json/merge.c: lists of slices, and the text that is sent when one member is set. */
#include "core/json/merge.c"

#include "proof.h"

#define PIECES 6

void prove_slices_add(void)
{
    size_t capacity = any_size(2);
    struct cs_slice *at = malloc(2 * sizeof *at);
    struct cs_slices slices;

    cs_slices_init(&slices, at + (2 - capacity), capacity);
    size_t length = 0;
    for (int i = 0; i < 4; i++) {
        struct cs_slice slice = any_slice(2);
        cs_slices_add(&slices, slice);
        length += slice.length;
    }
    cs_slices_add_text(&slices, "x");
    __CPROVER_assert(slices.length == length + 1 && slices.count <= 5 && slices.count > 0,
                     "counted");
}

/* The byte of a text in pieces. */
static char byte_at(const struct cs_slices *text, size_t at)
{
    for (size_t i = 0; i < text->count; i++) {
        if (at < text->at[i].length) {
            return text->at[i].data[at];
        }
        at -= text->at[i].length;
    }
    __CPROVER_assert(false, "no such byte");
    return 0;
}

/* An object, as its text begins and ends. */
static struct cs_slice any_object(void)
{
    struct cs_slice object = any_text();
    __CPROVER_assume(object.length >= 2 && object.data[0] == '{' &&
                     object.data[object.length - 1] == '}');
    return object;
}

/* What is sent is what was received, with one span replaced. */
void prove_merge_replace(void)
{
    struct cs_slice pieces[PIECES];
    struct cs_slices out;
    struct cs_slice object = any_object();
    struct cs_slice value = any_slice(4);
    size_t from = 1 + any_size(BYTES);
    size_t length = any_size(BYTES);
    size_t at = any_size(2 * BYTES);
    __CPROVER_assume(from < object.length && length < object.length - from && value.length > 0);
    struct cs_json_sought member = {
        "m", CS_JSON_ROOT, nondet_unsigned(), {object.data + from, length}};
    __CPROVER_assume(member.count > 0);

    cs_slices_init(&out, pieces, PIECES);
    if (cs_merge_member(&out, object, &member, value) != CONNSYNC_OK) {
        __CPROVER_assert(member.count > 1 && out.count == 0, "a duplicate, and nothing is made");
        return;
    }
    __CPROVER_assert(out.count <= PIECES, "six pieces");
    __CPROVER_assert(out.length == object.length - length + value.length, "as long as it must be");
    __CPROVER_assume(at < out.length);
    char byte = byte_at(&out, at);
    __CPROVER_assert(at >= from || byte == object.data[at], "what was before it");
    __CPROVER_assert(at < from || at >= from + value.length || byte == value.data[at - from], "it");
    __CPROVER_assert(at < from + value.length || byte == object.data[at - value.length + length],
                     "what was behind it");
}

/* What is sent is what was received, with one member inserted behind the last one. */
void prove_merge_insert(void)
{
    struct cs_slice pieces[PIECES];
    struct cs_slices out;
    struct cs_slice object = any_object();
    struct cs_slice value = any_slice(2);
    size_t at = any_size(2 * BYTES);
    size_t from = object.length - 1;
    struct cs_json_sought member = {"m", CS_JSON_ROOT, 0, {NULL, 0}};
    __CPROVER_assume(value.length > 0);
    while (from > 1 && (unsigned char)object.data[from - 1] <= ' ') {
        from--;
    }
    __CPROVER_assume(from == 1 || object.data[from - 1] != '{'); /* no member ends so */
    size_t added = value.length + (from > 1 ? 5 : 4);            /* ,"m": */

    cs_slices_init(&out, pieces, PIECES);
    __CPROVER_assert(cs_merge_member(&out, object, &member, value) == CONNSYNC_OK, "it can be");
    __CPROVER_assert(out.count <= PIECES && out.length == object.length + added,
                     "as long as it must be");
    __CPROVER_assume(at < out.length);
    char byte = byte_at(&out, at);
    __CPROVER_assert(at >= from || byte == object.data[at], "what was before it");
    __CPROVER_assert(at < from + added || byte == object.data[at - added], "what was behind it");
}

/* The first member, and then the end of each object that was opened. */
enum connsync_status any_merge_next(struct cs_merge *merge, struct cs_slices *out)
{
    (void)out;
    merge->depth--;
    return nondet_bool() ? CONNSYNC_OK : CONNSYNC_REFUSED_DUPLICATE;
}

void prove_merge(void)
{
    struct cs_merge_frame frames[1];
    struct cs_slice pieces[2];
    struct cs_slices out;
    struct cs_merge merge = {NULL, frames, NULL, NULL, 1, 0, (int)any_size(1000), 0};
    struct cs_slice target = any_text();
    __CPROVER_assume(!cs_value_is_object(target) || target.length >= 2);

    cs_slices_init(&out, pieces, any_size(2));
    (void)cs_merge(&merge, &out, target);
    __CPROVER_assert(frames[0].target.length >= 2 && out.length == 1, "an object in any case");
}
