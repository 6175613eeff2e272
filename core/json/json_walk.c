/*
 * Walking a container of a checked text. Where a name or a value ends the checker says, so that
 * there is one reader of the grammar.
 */
#include "core/json/json.h"

void cs_json_walk_begin(struct cs_json_walk *walk, struct cs_slice container)
{
    walk->in_object = cs_value_is_object(container);
    walk->rest = cs_slice_of(NULL);
    if (walk->in_object || cs_value_is_array(container)) {
        walk->rest = cs_slice_make(container.data + 1, container.length - 2);
    }
}

/* What is left of `text` behind a part of it. */
static struct cs_slice behind(struct cs_slice text, struct cs_slice part)
{
    const char *at = part.data + part.length;

    return cs_slice_make(at, (size_t)(text.data + text.length - at));
}

bool cs_json_walk_next(struct cs_json_walk *walk, struct cs_json_item *item)
{
    struct cs_slice next = cs_json_next_value(walk->rest);

    if (next.length == 0) {
        return false;
    }
    item->name = cs_slice_make(next.data, 0);
    if (walk->in_object) {
        item->name = next;
        next = cs_json_next_value(behind(walk->rest, next));
    }
    item->value = next;
    walk->rest = behind(walk->rest, next);
    return true;
}

size_t cs_json_size_of(struct cs_slice container)
{
    struct cs_json_walk walk;
    struct cs_json_item item;
    size_t count = 0;

    cs_json_walk_begin(&walk, container);
    while (cs_json_walk_next(&walk, &item)) {
        count++;
    }
    return count;
}
