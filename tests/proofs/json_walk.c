/* core/json/json_walk.c, with any answer that was proved possible of where a value ends; and what
 * json.h has of its own. */
#include "core/json/json_walk.c"

#include "proof.h"

struct cs_slice any_next_value(struct cs_slice rest)
{
    size_t front = any_size(rest.length);
    return cs_slice_make(rest.data + front, any_size(rest.length - front));
}

void prove_json_walk(void)
{
    struct cs_slice container = any_text();
    struct cs_json_walk walk;
    struct cs_json_item item;
    bool is_container = cs_value_is_object(container) || cs_value_is_array(container);
    __CPROVER_assume(!is_container || container.length >= 2);

    cs_json_walk_begin(&walk, container);
    __CPROVER_assert(is_container || walk.rest.length == 0, "nothing to walk in what is none");
    __CPROVER_assert(!is_container || is_part(walk.rest, container), "within it");
    walk.rest = any_next_value(walk.rest);
    struct cs_slice rest = walk.rest;
    if (cs_json_walk_next(&walk, &item)) {
        __CPROVER_assert(is_part(item.name, rest) && is_part(item.value, rest),
                         "within what is left");
        __CPROVER_assert(is_part(walk.rest, rest) && walk.rest.length < rest.length, "onwards");
    }
}

void prove_json_size_of(void)
{
    struct cs_slice container = any_text();
    bool is_container = cs_value_is_object(container) || cs_value_is_array(container);
    __CPROVER_assume(!is_container || container.length >= 2);

    __CPROVER_assert(cs_json_size_of(container) <= BYTES, "an item is a byte at least");
    (void)(cs_value_is_null(container) || cs_value_is_true(container) ||
           cs_value_is_string(container));
}
