/*
 * Sorting in place, without recursion, and never slow, whatever the input (heapsort).
 */
#ifndef CONNSYNC_CORE_BASE_SORT_H
#define CONNSYNC_CORE_BASE_SORT_H

#include <stdbool.h>
#include <stddef.h>

/* Items are named by their index, from 0; `items` is whatever the two functions know. */
struct cs_sort_by {
    bool (*goes_before)(const void *items, size_t a, size_t b);
    void (*swap)(void *items, size_t a, size_t b);
};

void cs_sort(void *items, size_t count, const struct cs_sort_by *by);

#endif
