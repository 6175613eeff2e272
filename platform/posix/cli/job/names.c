#include "platform/posix/cli/job/names.h"

#include "core/auth0/auth0.h"
#include "platform/posix/cli/base/mapping.h"
#include "platform/posix/cli/base/system.h"

#include <string.h>

struct member {
    uint64_t name; /* digests, as in a snapshot of the core */
    uint64_t value;
    int key;
};

/* One text. Members and tokens lie in one mapping. */
struct side {
    struct cs_json json;
    struct member *members;
    size_t count;
    size_t mapped;
};

static struct cs_digest_key digest_key;

static void draw_key(void)
{
    digest_key.k0 = (uint64_t)system_random() << 32 | system_random();
    digest_key.k1 = (uint64_t)system_random() << 32 | system_random();
}

static void side_close(struct side *side)
{
    mapping_free(side->members, side->mapped);
    memset(side, 0, sizeof *side);
}

static bool side_open(struct side *side, struct cs_slice text)
{
    struct cs_json_facts facts;

    memset(side, 0, sizeof *side);
    if (cs_json_check(text, &facts) != CONNSYNC_OK) {
        return false;
    }
    side->mapped = facts.tokens * (sizeof(jsmntok_t) + sizeof(struct member));
    side->members = mapping_new(side->mapped);
    if (side->members == NULL) {
        return false;
    }
    jsmntok_t *tokens = (void *)(side->members + facts.tokens);
    if (cs_json_tokenise(&side->json, text, tokens, facts.tokens) != CONNSYNC_OK) {
        return false;
    }
    for (int key = cs_json_first(&side->json, 0); key != CS_JSON_NONE;
         key = cs_json_next_key(&side->json, 0, key)) {
        struct member *member = &side->members[side->count++];
        member->name = cs_json_digest(&side->json, key, &digest_key);
        member->value = cs_json_digest(&side->json, key + 1, &digest_key);
        member->key = key;
    }
    return true;
}

/* The first member of that name; with `equal` the first that has the value too. */
static const struct member *find(const struct side *side, const struct member *wanted, bool equal)
{
    for (size_t i = 0; i < side->count; i++) {
        const struct member *member = &side->members[i];
        if (member->name == wanted->name && (!equal || member->value == wanted->value)) {
            return member;
        }
    }
    return NULL;
}

static void add(struct names *names, const struct side *side, const struct member *member,
                enum name_kind kind)
{
    if (names->count == NAMES_MAX) {
        names->more++;
        return;
    }
    names->items[names->count].kind = kind;
    names->items[names->count++].raw = cs_json_raw(&side->json, member->key);
}

struct comparison {
    struct names *names;
    const struct names_texts *texts;
    struct side before;
    struct side wanted;
    struct side after;
};

/* As cs_snapshot_settle() counts it. */
static enum name_kind kind_of(const struct comparison *all, const struct member *wanted)
{
    const struct member *before = find(&all->before, wanted, false);
    const struct member *after = find(&all->after, wanted, false);
    bool derived = after != NULL && !all->texts->is_plan &&
                   cs_auth0_is_derived(&all->wanted.json, wanted->key);

    if (find(&all->before, wanted, true) != NULL) {
        if (after == NULL) {
            return NAME_LOST;
        }
        return derived ? NAME_DERIVED : NAME_CHANGED;
    }
    if (derived && all->texts->yields) {
        return NAME_DERIVED;
    }
    if (before != NULL && after == NULL) {
        return NAME_LOST;
    }
    return before != NULL && before->value != after->value &&
                   cs_json_is_object(&all->after.json, after->key + 1)
               ? NAME_CHANGED
               : NAME_NOT_APPLIED;
}

static bool is_excepted(const struct comparison *all, const struct side *side,
                        const struct member *member)
{
    return all->texts->except != NULL &&
           cs_json_string_is(&side->json, member->key, all->texts->except);
}

/* Of one that was not wanted. */
static enum name_kind kind_of_unwanted(const struct comparison *all, const struct member *after)
{
    if (find(&all->before, after, false) == NULL) {
        return NAME_ADDED;
    }
    return all->texts->yields && cs_auth0_is_derived(&all->after.json, after->key)
               ? NAME_DERIVED
               : NAME_NOT_APPLIED;
}

static void compare(struct comparison *all)
{
    for (size_t i = 0; i < all->wanted.count; i++) {
        const struct member *wanted = &all->wanted.members[i];
        if (!is_excepted(all, &all->wanted, wanted) && find(&all->after, wanted, true) == NULL) {
            add(all->names, &all->wanted, wanted, kind_of(all, wanted));
        }
    }
    for (size_t i = 0; i < all->after.count; i++) {
        const struct member *after = &all->after.members[i];
        if (!is_excepted(all, &all->after, after) && find(&all->wanted, after, false) == NULL) {
            add(all->names, &all->after, after, kind_of_unwanted(all, after));
        }
    }
}

bool names_compare(struct names *names, const struct names_texts *texts)
{
    struct comparison all;

    memset(&all, 0, sizeof all);
    names->count = 0;
    names->more = 0;
    all.names = names;
    all.texts = texts;
    draw_key();
    bool open = side_open(&all.before, texts->before) && side_open(&all.wanted, texts->wanted) &&
                side_open(&all.after, texts->after);
    if (open) {
        compare(&all);
    }
    side_close(&all.before);
    side_close(&all.wanted);
    side_close(&all.after);
    return open;
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
        } else if (step == 2 && (unsigned char)at[0] == 0xC2 && (unsigned char)at[1] < 0xA0) {
            (void)fprintf(out, "\\u%04x", (unsigned char)at[1]);
        } else {
            (void)fwrite(at, 1, step, out);
        }
        at += step;
    }
    (void)fputs(at < end ? "...\"" : "\"", out);
}
