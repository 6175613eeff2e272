/*
 * Any bytes as JSON: checked, looked up, walked, tokenised, digested, patched.
 *
 * A text that passes the check must pass all the rest; what the check finds is what a walk
 * finds, in the text and in each of its containers; and a text with one member set passes the
 * check again and has it.
 */
#include "core/json/json_digest.h"
#include "core/json/json_tokens.h"
#include "core/json/merge.h"

#include <stdlib.h>
#include <string.h>

#define TOKENS_MAX 4096
#define TEXT_MAX 65536
#define PIECES_MAX 6
#define SOUGHT 4

static const struct cs_digest_key key = {0x0123456789abcdefu, 0xfedcba9876543210u};
static jsmntok_t tokens[TOKENS_MAX];
static char patched_text[TEXT_MAX + 64];

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void look_for(struct cs_json_sought sought[SOUGHT])
{
    static const struct cs_json_sought members[SOUGHT] = {{"id", CS_JSON_ROOT, 9, {NULL, 1}},
                                                          {"a", CS_JSON_ROOT, 9, {NULL, 1}},
                                                          {"b", 1, 9, {NULL, 1}},
                                                          {"a", 1, 9, {NULL, 1}}};

    memcpy(sought, members, sizeof members);
}

/* ---- Finding against walking ---- */

/* The members of a name as a walk finds them. */
static struct cs_json_sought walk_to(struct cs_slice object, const char *name)
{
    struct cs_json_sought found = {name, CS_JSON_ROOT, 0, {NULL, 0}};
    struct cs_json_walk walk;
    struct cs_json_item item;

    cs_json_walk_begin(&walk, object);
    while (cs_json_walk_next(&walk, &item)) {
        if (cs_value_string_is(item.name, name) && found.count++ == 0) {
            found.value = item.value;
        }
    }
    return found;
}

static void compare_finds(const struct cs_json_sought sought[SOUGHT], struct cs_slice value)
{
    for (int i = 0; i < SOUGHT; i++) {
        int parent = sought[i].parent;
        struct cs_slice object = parent == CS_JSON_ROOT ? value : sought[parent].value;
        struct cs_json_sought wanted = walk_to(object, sought[i].name);
        require(sought[i].count == wanted.count);
        require(sought[i].value.data == wanted.value.data &&
                sought[i].value.length == wanted.value.length);
    }
}

/* ---- Walking against tokens ---- */

static void compare_walk(const struct cs_json *json, int container)
{
    struct cs_slice raw = cs_json_raw(json, container);
    struct cs_json_walk walk;
    struct cs_json_item item;
    int at = cs_json_first(json, container);

    require(cs_json_size_of(raw) == cs_json_size(json, container));
    cs_json_walk_begin(&walk, raw);
    for (; at != CS_JSON_NONE; at = cs_json_next_element(json, container, at)) {
        require(cs_json_walk_next(&walk, &item));
        if (walk.in_object) {
            require(cs_slice_equal(item.name, cs_json_raw(json, at)));
            at++;
        }
        require(cs_slice_equal(item.value, cs_json_raw(json, at)));
    }
    require(!cs_json_walk_next(&walk, &item));
}

/* Each container's, unless there are so many that it takes too long. */
static void compare_walks(const struct cs_json *json)
{
    struct cs_json_sought sought[SOUGHT];

    for (int i = 0; i < json->count && i < 256; i++) {
        compare_walk(json, i);
        if (json->tokens[i].size != 1 || json->tokens[i].type != JSMN_STRING) {
            look_for(sought);
            cs_json_find_members(cs_json_raw(json, i), sought, SOUGHT);
            compare_finds(sought, cs_json_raw(json, i));
        }
    }
}

static void tokenise(struct cs_slice text, size_t count)
{
    struct cs_json json;

    if (count > TOKENS_MAX) {
        return;
    }
    /* Exactly as many as the check counted: enough, and not one to spare. */
    require(cs_json_tokenise(&json, text, tokens, count) == CONNSYNC_OK);
    require(json.count == (int)count);
    require(cs_json_next(&json, 0) == json.count);
    compare_walks(&json);
    if (count > 1) {
        require(cs_json_tokenise(&json, text, tokens, count - 1) == CONNSYNC_ERR_JSON_TOKENS);
    }
}

/* ---- One member ---- */

static struct cs_slice join(const struct cs_slices *slices)
{
    size_t length = 0;

    require(slices->count <= PIECES_MAX);
    for (size_t i = 0; i < slices->count; i++) {
        memcpy(patched_text + length, slices->at[i].data, slices->at[i].length);
        length += slices->at[i].length;
    }
    require(length == slices->length);
    return cs_slice_make(patched_text, length);
}

static void set_member(struct cs_slice object, const struct cs_json_sought *member)
{
    struct cs_slice pieces[PIECES_MAX];
    struct cs_json_sought found = {"a", CS_JSON_ROOT, 0, {NULL, 0}};
    struct cs_slices slices;
    struct cs_json_facts facts;

    cs_slices_init(&slices, pieces, PIECES_MAX);
    if (cs_merge_member(&slices, object, member, cs_slice_of("\"new\"")) != CONNSYNC_OK) {
        require(member->count > 1);
        return;
    }
    require(cs_json_check_find(join(&slices), &facts, &found, 1) == CONNSYNC_OK);
    require(found.count == 1 && cs_value_string_is(found.value, "new"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cs_slice text = cs_slice_make((const char *)data, size);
    struct cs_json_sought sought[SOUGHT];
    struct cs_json_facts facts;
    struct cs_json_facts alone;

    if (size > TEXT_MAX) {
        return 0;
    }
    look_for(sought);
    enum connsync_status status = cs_json_check_find(text, &facts, sought, SOUGHT);
    require(cs_json_check(text, &alone) == status && alone.offset == facts.offset);
    require(facts.offset <= size);
    if (status != CONNSYNC_OK) {
        return 0;
    }
    struct cs_slice value = cs_json_trim(text);
    compare_finds(sought, value);
    tokenise(text, facts.tokens);
    require(cs_json_digest(value, &key) == cs_json_digest(text, &key));
    if (cs_value_is_object(value)) {
        set_member(value, &sought[1]);
    }
    return 0;
}
