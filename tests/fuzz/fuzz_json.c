/*
 * Any bytes as JSON: checked, looked up, walked, digested, patched.
 *
 * A text that passes the check must pass all the rest; what the check finds is what a walk
 * finds, and what jsmn finds, in the text and in each of its containers; and a text with one member set passes the
 * check again and has it.
 */
/* A copy of jsmn of its own, with the core's switches: a second opinion of what is where. */
#define JSMN_PARENT_LINKS
#define JSMN_STATIC
#include <jsmn.h>

#include "core/json/json_digest.h"
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

static struct cs_slice slice_of(struct cs_slice text, int token)
{
    int quote = tokens[token].type == JSMN_STRING;
    int start = tokens[token].start - quote;

    return cs_slice_make(text.data + start, (size_t)(tokens[token].end + quote - start));
}

/* The token that follows a value and all that is in it. */
static int next_of(int token, int count)
{
    int next = token + 1;

    while (next < count && tokens[next].start < tokens[token].end) {
        next++;
    }
    return next;
}

static void compare_walk(struct cs_slice text, int container, int count)
{
    struct cs_slice raw = slice_of(text, container);
    bool is_container =
        tokens[container].type == JSMN_OBJECT || tokens[container].type == JSMN_ARRAY;
    int end = next_of(container, count);
    struct cs_json_walk walk;
    struct cs_json_item item;

    require(cs_json_size_of(raw) == (is_container ? (size_t)tokens[container].size : 0));
    cs_json_walk_begin(&walk, raw);
    for (int at = container + 1; is_container && at < end; at = next_of(at, count)) {
        require(cs_json_walk_next(&walk, &item));
        if (walk.in_object) {
            require(cs_slice_equal(item.name, slice_of(text, at)));
            at++;
        }
        require(cs_slice_equal(item.value, slice_of(text, at)));
    }
    require(!cs_json_walk_next(&walk, &item));
}

/* Each container's, unless there are so many that it takes too long. */
static void compare_walks(struct cs_slice text, int count)
{
    struct cs_json_sought sought[SOUGHT];

    for (int i = 0; i < count && i < 256; i++) {
        compare_walk(text, i, count);
        if (tokens[i].size != 1 || tokens[i].type != JSMN_STRING) {
            look_for(sought);
            cs_json_find_members(slice_of(text, i), sought, SOUGHT);
            compare_finds(sought, slice_of(text, i));
        }
    }
}

static int tokenise(struct cs_slice text, size_t capacity)
{
    jsmn_parser parser;

    jsmn_init(&parser);
    return jsmn_parse(&parser, text.data, text.length, tokens, (unsigned)capacity);
}

static void compare_tokens(struct cs_slice text, size_t count)
{
    if (count > TOKENS_MAX) {
        return;
    }
    require(tokenise(text, count - 1) == JSMN_ERROR_NOMEM);
    /* Exactly as many as the check counted: enough, and not one to spare. */
    require(tokenise(text, count) == (int)count);
    compare_walks(text, (int)count);
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
    compare_tokens(text, facts.tokens);
    require(cs_json_digest(value, &key) == cs_json_digest(text, &key));
    if (cs_value_is_object(value)) {
        set_member(value, &sought[1]);
    }
    return 0;
}
