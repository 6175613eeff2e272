/* core/base/sort.c: heapsort of whatever the caller compares. */
#include "core/base/sort.c"

#include "proof.h"

struct items {
    uint8_t at[BYTES];
};

static bool goes_before(const void *items, size_t a, size_t b)
{
    __CPROVER_assert(a < BYTES && b < BYTES, "items that there are");
    return ((const struct items *)items)->at[a] < ((const struct items *)items)->at[b];
}

static void swap(void *items, size_t a, size_t b)
{
    struct items *all = items;
    __CPROVER_assert(a < BYTES && b < BYTES, "items that there are");
    uint8_t kept = all->at[a];
    all->at[a] = all->at[b];
    all->at[b] = kept;
}

void prove_sort(void)
{
    static const struct cs_sort_by by = {goes_before, swap};
    struct items items;
    size_t count = any_size(BYTES);
    size_t at = any_size(BYTES);
    for (size_t i = 0; i < BYTES; i++) {
        items.at[i] = (uint8_t)nondet_char();
    }

    cs_sort(&items, count, &by);
    __CPROVER_assume(at + 1 < count);
    __CPROVER_assert(items.at[at] <= items.at[at + 1], "in order");
}
