/*
 * The entries in order, so that duplicates lie side by side and a connection's entry
 * is found in time log n. The order is a list of numbers inside of the entries: these
 * stay where they are, in the order of the document, which errors are told in.
 */
#include "config/desired_state.h"
#include "core/json/json_string.h"

/* The string's next byte, or CS_JSON_STRING_END. */
static int next_plain(struct cs_slice *text)
{
    if (text->length == 0) {
        return CS_JSON_STRING_END;
    }
    text->length--;
    return (unsigned char)*text->data++;
}

/* By bytes, below 0 when `a` comes first. `b` is escaped as `a` is, or `b_is_plain`. */
static int compare(struct cs_slice a, struct cs_slice b, bool b_is_plain)
{
    struct cs_json_string reader_a;
    struct cs_json_string reader_b;

    cs_json_string_init(&reader_a, a);
    cs_json_string_init(&reader_b, b);
    for (;;) {
        int byte_a = cs_json_string_next(&reader_a);
        int byte_b = b_is_plain ? next_plain(&b) : cs_json_string_next(&reader_b);

        if (byte_a != byte_b || byte_a == CS_JSON_STRING_END) {
            return byte_a - byte_b;
        }
    }
}

bool cs_desired_is(struct cs_slice escaped, const char *plain)
{
    return compare(escaped, cs_slice_of(plain), true) == 0;
}

/* ---- Order ---- */

static int compare_entries(const struct cs_desired *desired, size_t a, size_t b)
{
    const struct cs_desired_entry *entry_a = &desired->entries[a];
    const struct cs_desired_entry *entry_b = &desired->entries[b];

    if (entry_a->key != entry_b->key) {
        return entry_a->key - entry_b->key;
    }
    return compare(cs_desired_entry_slice(desired, entry_a),
                   cs_desired_entry_slice(desired, entry_b), false);
}

/* Like compare_entries, but equal ones stay in the order of the document. */
static bool comes_before(const struct cs_desired *desired, size_t a, size_t b)
{
    int difference = compare_entries(desired, a, b);

    return difference < 0 || (difference == 0 && a < b);
}

static void swap(struct cs_desired_entry *a, struct cs_desired_entry *b)
{
    uint16_t kept = a->sorted;

    a->sorted = b->sorted;
    b->sorted = kept;
}

/* Makes a heap of the numbers from `root` to `end`, given that those below `root` are. */
static void sift_down(struct cs_desired *desired, size_t root, size_t end)
{
    struct cs_desired_entry *entries = desired->entries;

    for (;;) {
        size_t child = 2 * root + 1;
        if (child >= end) {
            return;
        }
        if (child + 1 < end &&
            comes_before(desired, entries[child].sorted, entries[child + 1].sorted)) {
            child++;
        }
        if (!comes_before(desired, entries[root].sorted, entries[child].sorted)) {
            return;
        }
        swap(&entries[root], &entries[child]);
        root = child;
    }
}

void cs_desired_place(const struct cs_desired *desired, size_t entry, enum cs_desired_member *list,
                      uint32_t *index)
{
    bool is_exception = desired->entries[entry].setting == CONNSYNC_SETTING_UNKNOWN;

    *list = is_exception ? CS_DESIRED_EXCEPT : CS_DESIRED_CONNECTIONS;
    *index =
        (uint32_t)(entry - (is_exception ? desired->except_first : desired->connections_first));
}

static bool find_repeated(const struct cs_desired *desired, struct cs_desired_fault *fault)
{
    for (size_t i = 1; i < desired->count; i++) {
        size_t before = desired->entries[i - 1].sorted;
        size_t here = desired->entries[i].sorted;

        if (compare_entries(desired, before, here) == 0) {
            fault->error = CS_DESIRED_ERR_REPEATED;
            fault->member = CS_DESIRED_NO_MEMBER;
            fault->offset = desired->entries[here].at;
            cs_desired_place(desired, here, &fault->list, &fault->index);
            cs_desired_place(desired, before, &fault->other_list, &fault->other);
            return true;
        }
    }
    return false;
}

/* Heap sort: n log n at worst, in place, without recursion. */
bool cs_desired_sort(struct cs_desired *desired, struct cs_desired_fault *fault)
{
    for (size_t i = 0; i < desired->count; i++) {
        desired->entries[i].sorted = (uint16_t)i;
    }
    for (size_t root = desired->count / 2; root-- > 0;) {
        sift_down(desired, root, desired->count);
    }
    for (size_t end = desired->count; end-- > 1;) {
        swap(&desired->entries[0], &desired->entries[end]);
        sift_down(desired, 0, end);
    }
    return !find_repeated(desired, fault);
}

/* ---- Looking up ---- */

static struct cs_desired_entry *look_up(const struct cs_desired *desired,
                                        enum cs_desired_member key, const char *text)
{
    size_t low = 0;
    size_t high = desired->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct cs_desired_entry *entry = &desired->entries[desired->entries[middle].sorted];
        int difference = entry->key - (int)key;

        if (difference == 0) {
            difference = compare(cs_desired_entry_slice(desired, entry), cs_slice_of(text), true);
        }
        if (difference == 0) {
            return entry;
        }
        if (difference < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

const struct cs_desired_entry *cs_desired_match(struct cs_desired *desired, const char *id,
                                                const char *name, const char *strategy)
{
    const char *const texts[] = {id, name, strategy};
    const struct cs_desired_entry *best = NULL;

    for (int i = 0; i < 3; i++) {
        struct cs_desired_entry *entry =
            look_up(desired, (enum cs_desired_member)(CS_DESIRED_ID + i), texts[i]);
        if (entry == NULL) {
            continue;
        }
        entry->matched = true;
        if (best == NULL) {
            best = entry;
        }
    }
    if (best == NULL && desired->all) {
        best = &desired->rest;
    }
    return best != NULL && best->setting != CONNSYNC_SETTING_UNKNOWN ? best : NULL;
}

void cs_desired_forget_matches(struct cs_desired *desired)
{
    for (size_t i = 0; i < desired->count; i++) {
        desired->entries[i].matched = false;
    }
}

bool cs_desired_next_unmatched(const struct cs_desired *desired, size_t *next,
                               struct cs_desired_fault *fault)
{
    while (*next < desired->count) {
        size_t entry = (*next)++;

        if (!desired->entries[entry].matched) {
            cs_desired_clear_fault(fault);
            fault->error = CS_DESIRED_ERR_UNMATCHED;
            cs_desired_place(desired, entry, &fault->list, &fault->index);
            fault->member = fault->list == CS_DESIRED_EXCEPT
                                ? CS_DESIRED_NO_MEMBER
                                : (enum cs_desired_member)desired->entries[entry].key;
            fault->offset = desired->entries[entry].at;
            return true;
        }
    }
    return false;
}
