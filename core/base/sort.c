/* Heapsort of items that the caller compares and swaps. */
#include "core/base/sort.h"

/* Puts the item at `root` below those that go behind it, of a heap that is one but for it. */
static void sift_down(void *items, size_t root, size_t count, const struct cs_sort_by *by)
{
    while (2 * root + 1 < count) {
        size_t child = 2 * root + 1;
        if (child + 1 < count && by->goes_before(items, child, child + 1)) {
            child++;
        }
        if (!by->goes_before(items, root, child)) {
            return;
        }
        by->swap(items, root, child);
        root = child;
    }
}

void cs_sort(void *items, size_t count, const struct cs_sort_by *by)
{
    for (size_t i = count / 2; i > 0; i--) {
        sift_down(items, i - 1, count, by);
    }
    for (size_t end = count; end > 1; end--) {
        by->swap(items, 0, end - 1);
        sift_down(items, 0, end - 1, by);
    }
}
