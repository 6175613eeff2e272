/*
 * Walking a container of a checked text: what is skipped needs no second check, so the walk
 * looks for the ends of strings and of brackets only.
 */
#include "core/json/json.h"

static const char *skip_white_space(const char *at)
{
    while (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t') {
        at++;
    }
    return at;
}

/* From the opening quote to behind the closing one. */
static const char *skip_string(const char *at)
{
    for (at++; *at != '"'; at++) {
        at += *at == '\\';
    }
    return at + 1;
}

/* From the opening bracket to behind the one that closes it. */
static const char *skip_container(const char *at)
{
    size_t depth = 0;

    for (;;) {
        if (*at == '"') {
            at = skip_string(at);
            continue;
        }
        depth += *at == '{' || *at == '[';
        depth -= *at == '}' || *at == ']';
        at++;
        if (depth == 0) {
            return at;
        }
    }
}

/* Numbers and words end before the first byte that none of them has. Inside of a container
 * there always is one. */
static const char *skip_primitive(const char *at)
{
    while (*at > ' ' && *at != ',' && *at != '}' && *at != ']') {
        at++;
    }
    return at;
}

static struct cs_slice read_value(const char *at)
{
    const char *end;

    if (*at == '"') {
        end = skip_string(at);
    } else if (*at == '{' || *at == '[') {
        end = skip_container(at);
    } else {
        end = skip_primitive(at);
    }
    return cs_slice_make(at, (size_t)(end - at));
}

void cs_json_walk_begin(struct cs_json_walk *walk, struct cs_slice container)
{
    walk->in_object = cs_value_is_object(container);
    walk->at = walk->in_object || cs_value_is_array(container) ? container.data + 1 : NULL;
}

bool cs_json_walk_next(struct cs_json_walk *walk, struct cs_json_item *item)
{
    if (walk->at == NULL) {
        return false;
    }
    const char *at = skip_white_space(walk->at);
    walk->at = NULL;
    if (*at == '}' || *at == ']') {
        return false;
    }
    if (*at == ',') {
        at = skip_white_space(at + 1);
    }
    item->name = cs_slice_make(at, 0);
    if (walk->in_object) {
        item->name = read_value(at);
        at = skip_white_space(at + item->name.length); /* the colon */
        at = skip_white_space(at + 1);
    }
    item->value = read_value(at);
    walk->at = at + item->value.length;
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
