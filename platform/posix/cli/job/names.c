/*
 * The names of members that differ between three texts: the core's comparison (comparison.h)
 * with the texts at hand, so that it can tell names. What is made of them is report.c's.
 */
#include "platform/posix/cli/job/names.h"

#include "core/agent/comparison.h"
#include "core/auth0/auth0_connection.h"
#include "platform/posix/cli/base/mapping.h"
#include "platform/posix/cli/base/system.h"

#include <string.h>

static void draw_key(struct cs_digest_key *key)
{
    key->k0 = (uint64_t)system_random() << 32 | system_random();
    key->k1 = (uint64_t)system_random() << 32 | system_random();
}

static bool is_object(struct cs_slice text)
{
    struct cs_json_facts facts;

    return cs_json_check(text, &facts) == CONNSYNC_OK && cs_value_is_object(cs_json_trim(text));
}

static bool none_is_derived(struct cs_slice name)
{
    (void)name;
    return false;
}

struct list {
    struct names *names;
    bool derived_only;
    bool is_beside;
};

static void add(void *context, enum cs_fate fate, struct cs_slice name)
{
    static const enum name_kind kinds[] = {
        [CS_FATE_LOST] = NAME_LOST,           [CS_FATE_CHANGED] = NAME_CHANGED,
        [CS_FATE_ADDED] = NAME_ADDED,         [CS_FATE_DERIVED] = NAME_DERIVED,
        [CS_FATE_PENDING] = NAME_NOT_APPLIED,
    };
    const struct list *list = context;
    struct names *names = list->names;

    if (list->derived_only && fate != CS_FATE_DERIVED) {
        return;
    }
    if (names->count == NAMES_MAX) {
        names->more++;
        return;
    }
    names->items[names->count].kind = kinds[fate];
    names->items[names->count].is_beside = list->is_beside;
    names->items[names->count++].raw = name;
}

static void compare(struct names *names, const struct names_texts *texts, void *memory)
{
    const struct cs_comparison_rules rules = {
        texts->except, texts->is_plan ? none_is_derived : cs_auth0_is_derived, texts->yields};
    struct list list = {names, texts->derived_only, texts->is_beside};
    const struct cs_comparison_visitor visitor = {add, &list};
    struct cs_slice before = cs_json_trim(texts->before);
    struct cs_slice wanted = cs_json_trim(texts->wanted);
    struct cs_slice after = cs_json_trim(texts->after);
    struct cs_comparison comparison;
    struct cs_digest_key key;

    draw_key(&key);
    (void)cs_comparison_begin(&comparison, memory, &before, &rules, &key);
    (void)cs_comparison_want(&comparison, &wanted);
    (void)cs_comparison_hold(&comparison, &after);
    cs_comparison_visit(&comparison, wanted, after, &visitor);
}

bool names_compare(struct names *names, const struct names_texts *texts)
{
    if (!is_object(texts->before) || !is_object(texts->wanted) || !is_object(texts->after)) {
        return false;
    }
    size_t members = cs_json_size_of(cs_json_trim(texts->before));
    size_t changes = cs_json_size_of(cs_json_trim(texts->wanted));
    size_t size = cs_comparison_size(members, changes);
    void *memory = mapping_new(size + 1);
    if (memory == NULL) {
        return false;
    }
    compare(names, texts, memory);
    mapping_free(memory, size + 1);
    return true;
}

enum connsync_status names_same(struct cs_slice judged, struct cs_slice now)
{
    static const struct cs_comparison_rules rules = {NULL, cs_auth0_is_derived, false};
    size_t size = cs_comparison_size(cs_json_size_of(judged), 0) + 1;
    struct cs_comparison comparison;
    struct cs_digest_key key;
    void *memory = mapping_new(size);

    if (memory == NULL) {
        return CONNSYNC_ERR_MEMORY;
    }
    draw_key(&key);
    (void)cs_comparison_begin(&comparison, memory, &judged, &rules, &key);
    struct cs_difference found = cs_comparison_hold(&comparison, &now);
    mapping_free(memory, size);
    return found.of[CS_FATE_LOST] + found.of[CS_FATE_CHANGED] + found.of[CS_FATE_ADDED] == 0
               ? CONNSYNC_OK
               : CONNSYNC_REFUSED_CHANGED;
}

/* The bytes of the character, or of the escape, at `at`. */
static size_t step_at(const char *at)
{
    unsigned char byte = (unsigned char)*at;

    if (byte == '\\') {
        return at[1] == 'u' ? 6 : 2;
    }
    if (byte < 0xC0) {
        return 1;
    }
    return byte < 0xE0 ? 2 : 3 + (size_t)(byte >= 0xF0);
}

void name_print(FILE *out, const struct name *name)
{
    const char *at = name->raw.data + 1;
    const char *end = name->raw.data + name->raw.length - 1;
    const char *most = name->raw.data + 1 + NAME_BYTES_MAX;

    (void)putc('"', out);
    while (at < end && (end <= most || at < most)) {
        size_t step = step_at(at);
        /* A terminal may act on it, and on what U+0080 to U+009F are spelled with. */
        if (*at == 0x7f) {
            (void)fputs("\\u007f", out);
        } else if (step == 2 && *at != '\\' &&
                   cs_is_odd((unsigned char)at[0], (unsigned char)at[1])) {
            (void)fprintf(out, "\\u%04x", (unsigned char)at[1]);
        } else {
            (void)fwrite(at, 1, step, out);
        }
        at += step;
    }
    (void)fputs(at < end ? "...\"" : "\"", out);
}
