/*
 * Which members differ between three texts, by digests of names and values. How they are counted
 * is what cs_snapshot_settle() of the core says; that nothing got lost is proved there and not
 * here. What is made of the names is report.c's.
 */
#include "platform/posix/cli/job/names.h"

#include "core/auth0/auth0.h"
#include "platform/posix/cli/base/mapping.h"
#include "platform/posix/cli/base/system.h"

#include <string.h>

struct member {
    uint64_t name; /* digests, as in a snapshot of the core */
    uint64_t value;
    int key;
    const struct member *first; /* in the text, of the run of one name that this begins */
};

/* One text. Members twice and tokens lie in one mapping. */
struct side {
    struct cs_json json;
    struct member *members; /* in the order of the text */
    struct member *sorted;  /* by name, value, key */
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

/* ---- Order ---- */

static bool goes_before(const struct member *a, const struct member *b)
{
    if (a->name != b->name) {
        return a->name < b->name;
    }
    return a->value != b->value ? a->value < b->value : a->key < b->key;
}

static void swap(struct member *a, struct member *b)
{
    struct member kept = *a;

    *a = *b;
    *b = kept;
}

static void sift_down(struct member *heap, size_t root, size_t count)
{
    while (2 * root + 1 < count) {
        size_t child = 2 * root + 1;
        if (child + 1 < count && goes_before(&heap[child], &heap[child + 1])) {
            child++;
        }
        if (!goes_before(&heap[root], &heap[child])) {
            return;
        }
        swap(&heap[root], &heap[child]);
        root = child;
    }
}

/* Heapsort: the C library's may ask for a heap, and this program has none. */
static void sort(struct member *members, size_t count)
{
    for (size_t i = count / 2; i > 0; i--) {
        sift_down(members, i - 1, count);
    }
    for (size_t end = count; end > 1; end--) {
        swap(&members[0], &members[end - 1]);
        sift_down(members, 0, end - 1);
    }
}

/* Where several members have one name, a look-up by name means the first in the text. It comes
 * out at the beginning of their run, which is therefore told. */
static void note_first(struct member *sorted, size_t count)
{
    struct member *start = sorted;

    for (size_t i = 0; i < count; i++) {
        if (i == 0 || sorted[i].name != start->name) {
            start = &sorted[i];
            start->first = start;
        } else if (sorted[i].key < start->first->key) {
            start->first = &sorted[i];
        }
    }
}

/* ---- Texts ---- */

static void read_members(struct side *side)
{
    for (int key = cs_json_first(&side->json, 0); key != CS_JSON_NONE;
         key = cs_json_next_key(&side->json, 0, key)) {
        struct member *member = &side->members[side->count];
        member->name = cs_json_digest(cs_json_raw(&side->json, key), &digest_key);
        member->value = cs_json_digest(cs_json_raw(&side->json, key + 1), &digest_key);
        member->key = key;
        member->first = NULL;
        side->sorted[side->count++] = *member;
    }
    sort(side->sorted, side->count);
    note_first(side->sorted, side->count);
}

static bool side_open(struct side *side, struct cs_slice text)
{
    struct cs_json_facts facts;

    memset(side, 0, sizeof *side);
    if (cs_json_check(text, &facts) != CONNSYNC_OK) {
        return false;
    }
    side->mapped = facts.tokens * (sizeof(jsmntok_t) + 2 * sizeof(struct member));
    side->members = mapping_new(side->mapped);
    if (side->members == NULL) {
        return false;
    }
    side->sorted = side->members + facts.tokens;
    jsmntok_t *tokens = (void *)(side->sorted + facts.tokens);
    if (cs_json_tokenise(&side->json, text, tokens, facts.tokens) != CONNSYNC_OK) {
        return false;
    }
    read_members(side);
    return true;
}

/* The first in `sorted` that is of this name and has no smaller value; NULL without one. */
static const struct member *lower_bound(const struct side *side, uint64_t name, uint64_t value)
{
    size_t low = 0;
    size_t high = side->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct member *member = &side->sorted[middle];
        if (member->name < name || (member->name == name && member->value < value)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < side->count && side->sorted[low].name == name ? &side->sorted[low] : NULL;
}

/* The first member of that name; with `equal` the first that has the value too. */
static const struct member *find(const struct side *side, const struct member *wanted, bool equal)
{
    const struct member *found = lower_bound(side, wanted->name, equal ? wanted->value : 0);

    if (found == NULL || !equal) {
        return found != NULL ? found->first : NULL;
    }
    return found->value == wanted->value ? found : NULL;
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
