/*
 * The entries in order, so that duplicates lie side by side and a connection's entry
 * is found in time log n. The order is a list of numbers inside of the entries: these
 * stay where they are, in the order of the document, which errors are told in.
 */
#include "config/desired_state.h"
#include "core/base/sort.h"
#include "core/json/json.h"

/* ---- Order ---- */

static int compare(const struct cs_desired *desired, size_t a, size_t b)
{
    const struct cs_desired_entry *entry_a = &desired->entries[a];
    const struct cs_desired_entry *entry_b = &desired->entries[b];

    if (entry_a->key != entry_b->key) {
        return entry_a->key - entry_b->key;
    }
    return cs_value_compare(cs_desired_entry_slice(desired, entry_a),
                            cs_desired_entry_slice(desired, entry_b));
}

/* Of two that mean the same, the first in the document goes first. */
static bool goes_before(const void *items, size_t a, size_t b)
{
    const struct cs_desired *desired = items;
    size_t entry_a = desired->entries[a].sorted;
    size_t entry_b = desired->entries[b].sorted;
    int difference = compare(desired, entry_a, entry_b);

    return difference < 0 || (difference == 0 && entry_a < entry_b);
}

static void swap(void *items, size_t a, size_t b)
{
    struct cs_desired *desired = items;
    uint16_t kept = desired->entries[a].sorted;

    desired->entries[a].sorted = desired->entries[b].sorted;
    desired->entries[b].sorted = kept;
}

bool cs_desired_sort(struct cs_desired *desired, struct cs_desired_fault *fault)
{
    static const struct cs_sort_by by = {goes_before, swap};

    for (size_t i = 0; i < desired->count; i++) {
        desired->entries[i].sorted = (uint16_t)i;
    }
    cs_sort(desired, desired->count, &by);
    for (size_t i = 1; i < desired->count; i++) {
        size_t before = desired->entries[i - 1].sorted;
        size_t here = desired->entries[i].sorted;

        if (compare(desired, before, here) == 0) {
            (void)cs_desired_settle(fault, CS_DESIRED_ERR_REPEATED,
                                    cs_desired_place_of_entry(desired, here));
            fault->other = cs_desired_place_of_entry(desired, before);
            return false;
        }
    }
    return true;
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
            difference = cs_value_compare_text(cs_desired_entry_slice(desired, entry), text);
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
        if (entry != NULL) {
            entry->matched = true;
            best = best != NULL ? best : entry;
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
        size_t i = (*next)++;
        const struct cs_desired_entry *entry = &desired->entries[i];

        if (!entry->matched) {
            (void)cs_desired_settle(fault, CS_DESIRED_ERR_UNMATCHED,
                                    cs_desired_place_of_entry(desired, i));
            if (fault->place.list == CS_DESIRED_CONNECTIONS) {
                fault->place.member = (enum cs_desired_member)entry->key;
            }
            return true;
        }
    }
    return false;
}
